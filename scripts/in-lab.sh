#!/bin/sh
# in-lab.sh COMMAND...: runs a command in a fresh lab seat (docs/lab.md), e.g. `scripts/in-lab.sh npx jest --selectProjects lab`.
root=$(dirname "$(dirname "$(readlink -f "$0")")")
exec node --import "$root/node_modules/tsx/dist/loader.mjs" "$root/lib/sandbox/in-lab.ts" "$@"
