#!/bin/sh
# npm run flood -- --replacements N: one ruleset replaces another under a flood of new connections, a thousand times by
# each backend. Ends with 1 where one packet met neither the old rules nor the new ones. Needs root.
set -eu
. "$(dirname "$0")/setup.sh"
exec sh scripts/in-lab.sh node --import tsx test/flood/main.ts "$@"
