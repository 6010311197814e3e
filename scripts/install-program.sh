#!/usr/bin/env bash
# Installs the command in this folder, for the action (action.yml) and the container (Dockerfile): the packages that a user has, without
# those for development, and the program as a bundle. esbuild and the chart library are there while it is built, at the versions of
# package-lock.json. Does nothing where a clone is built, or a cache has it.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -f dist/cli/main.js ] && [ -d node_modules ]; then exit 0; fi
[ -d node_modules ] || npm ci --omit=dev --no-audit --no-fund

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
