#!/bin/sh
# in-lab.sh [--docker ENGINE,...] COMMAND...: runs a command in a fresh lab seat (docs/lab.md), whose hosts may have those of
# Docker's engines: `scripts/in-lab.sh --docker 20,newest npx jest --selectProjects lab`.
root=$(dirname "$(dirname "$(readlink -f "$0")")")
exec node --import "$root/node_modules/tsx/dist/loader.mjs" "$root/lib/sandbox/in-lab.ts" "$@"
