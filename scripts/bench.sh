#!/bin/sh
# The benchmarks (docs/benchmarks.md): all of them, or those that are named: `npm run bench -- synth load`.
set -eu
. "$(dirname "$0")/setup.sh"

[ $# -gt 0 ] || set -- synth review load deploy packets fleet simulation
echo "$(nproc) cores, $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r), Node $(node --version), load $(cut -d ' ' -f 1 /proc/loadavg)"
for benchmark in "$@"; do
  case $benchmark in
    synth | review | simulation | terraform) node --import tsx "test/bench/$benchmark.ts" ;;
    load | deploy | packets | fleet) sh scripts/in-lab.sh node --import tsx "test/bench/$benchmark.ts" ;;
    *) echo "there is no benchmark $benchmark: synth, review, load, deploy, packets, fleet, simulation, terraform" >&2; exit 1 ;;
  esac
done
