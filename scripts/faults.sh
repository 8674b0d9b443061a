#!/bin/sh
# npm run faults -- --count N --seed S: faults at random points of deployments to lab hosts (docs/faults.md). Ends with 1
# where a host was open, locked out, half changed, or disagreed with who deployed. Needs root.
set -eu
. "$(dirname "$0")/setup.sh"
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
sh scripts/in-lab.sh node --import tsx test/faults/run.ts "$@"
