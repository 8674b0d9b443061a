#!/bin/sh
# The benchmarks: `npm run bench -- --help`.
set -eu

help() {
  cat <<'END'
npm run bench -- [BENCHMARK...] [FLEET'S OPTIONS]

The benchmarks (docs/benchmarks.md): all but `terraform`, or those that are named.
  synth, review, load, deploy, packets, fleet, simulation, terraform

For `fleet`, by this command or by `npm run bench:fleet -- ...`:
  SIZE...               how many hosts; 50 and then 100 unless told
  --parallel N[,N...]   how many of them at a time; as many as the machine has cores, and 10, unless told. The handshake and
                        xargs are measured with each of these numbers, all else with the largest.
  --no-ansible          only cdkfw and xargs: minutes less. Ansible runs twice for each size, where it is installed: on two
                        cores that do nothing else about 3 s a host and run, which is 15 minutes for 50 and 100 hosts.

  npm run bench:fleet -- 10
  npm run bench:fleet -- --no-ansible --parallel 1,2,4,10 20
END
}

names='' options=''
for word in "$@"; do
  case $word in
    --help) help && exit ;;
    -* | [0-9]*) options="$options $word" ;;
    *) names="$names $word" ;;
  esac
done

. "$(dirname "$0")/setup.sh"
echo "$(nproc) cores, $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r), Node $(node --version), load $(cut -d ' ' -f 1 /proc/loadavg)"
for benchmark in ${names:-synth review load deploy packets fleet simulation}; do
  case $benchmark in
    synth | review | simulation | terraform) node --import tsx "test/bench/$benchmark.ts" ;;
    load | deploy | packets) sh scripts/in-lab.sh node --import tsx "test/bench/$benchmark.ts" ;;
    fleet) sh scripts/in-lab.sh node --import tsx test/bench/fleet.ts $options ;;
    *) echo "there is no benchmark $benchmark: see \`npm run bench -- --help\`" >&2; exit 1 ;;
  esac
done
