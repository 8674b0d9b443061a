#!/bin/sh
# npm run oracle -- --seconds N --seed S: random policies and packets, the kernel asked about both backends and held
# against the model. Ends with 1 at the first disagreement, shrunk to few entries. Needs root.
set -eu
. "$(dirname "$0")/setup.sh"
exec sh scripts/in-lab.sh node --import tsx test/oracle/oracle.ts "$@"
