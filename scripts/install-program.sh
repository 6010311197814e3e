#!/usr/bin/env bash
# Installs the command in this folder, for the action (action.yml) and the container (Dockerfile): the packages that a
# user has, without those for development, and the program as a bundle. esbuild and the chart library are there while it
# is built, at the versions of package-lock.json. WITH has words for optional packages, such as "redis otlp"
# (scripts/optional-packages.js). Does nothing where a clone is built, or a cache has it, and no package of WITH is
# missing.
set -euo pipefail
cd "$(dirname "$0")/.."

# Before the installation, which takes a minute: a word that is not known ends it.
optional=$(node scripts/optional-packages.js "${WITH-}")
[ -d node_modules ] || npm ci --omit=dev --no-audit --no-fund
if [ -n "$optional" ]; then
  read -r -d "" -a packages <<<"$optional" || true
  # As dependencies of production: package.json has them for development too, which npm would leave out. What they need
  # has the versions of package-lock.json, and neither file is written. Packages of other words are removed. Without
  # scripts: SQLite is compiled, and what BullMQ needs works without its compiled part.
  npm install --no-save --save-prod --omit=dev --ignore-scripts --loglevel=error --no-audit --no-fund "${packages[@]}"
fi
if [ -f dist/cli/main.js ]; then exit 0; fi

tools=$(mktemp -d)
links=()
trap 'rm -rf "$tools" ${links[@]+"${links[@]}"}' EXIT
for name in esbuild uplot; do
  [ ! -e "node_modules/$name" ] || continue
  version=$(node -p "require('./package-lock.json').packages['node_modules/$name'].version")
  # Without scripts: esbuild's only checks its binary, which is a package of its own.
  npm install --prefix "$tools" --ignore-scripts --no-audit --no-fund "$name@$version"
  links+=("node_modules/$name")
  ln -s "$tools/node_modules/$name" "node_modules/$name"
done
node scripts/build-program.js
