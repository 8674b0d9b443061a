#!/bin/sh
# Shows the main job done: three hosts get the firewalls of examples/edge. Everything is gone when it ends.
set -eu
. "$(dirname "$0")/setup.sh"
exec sh scripts/in-lab.sh node --import tsx scripts/quickstart/main.ts
