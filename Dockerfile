# syntax=docker/dockerfile:1
# The command in a container, without development packages and not as root:
#   docker build --tag crowdstorm .
#   docker run --rm --init --user "$(id -u):$(id -g)" --volume "$PWD:/work" crowdstorm simulate steady
# With what --redis, `worker` and `jobs` need, and --out otlp:
#   docker build --build-arg WITH="redis otlp" --tag crowdstorm .
ARG NODE_VERSION=22

FROM node:${NODE_VERSION}-bookworm AS build
WORKDIR /crowdstorm
# The packages first, as they change less often than the sources. Compiles SQLite where its prebuilt binary cannot be fetched.
COPY package.json package-lock.json ./
COPY scripts/prepare.js scripts/
RUN npm ci --omit=dev --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
# Words for optional packages: redis, otlp.
ARG WITH=""
RUN bash scripts/install-program.sh

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production
COPY --from=build /crowdstorm/node_modules /crowdstorm/node_modules
COPY --from=build /crowdstorm/dist /crowdstorm/dist
COPY LICENSE package.json /crowdstorm/
COPY scenarios /crowdstorm/scenarios
COPY schemas /crowdstorm/schemas
COPY --chmod=755 scripts/docker-entrypoint.sh /usr/local/bin/simulate-entrypoint
RUN ln -s /crowdstorm/dist/cli/main.js /usr/local/bin/simulate && install --directory --owner=node --group=node /work
USER node
WORKDIR /work
ENTRYPOINT ["simulate-entrypoint"]
