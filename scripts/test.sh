#!/bin/sh
# All tests. What needs hosts runs on the lab's, made of namespaces (docs/lab.md); its last line sums up.
set -u
. "$(dirname "$0")/setup.sh" || exit 1

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
# What tests leave goes with it.
mkdir "$results/tmp"
export TMPDIR="$results/tmp"
status=0

expected=$results/unit.json
npx jest --selectProjects unit --json --outputFile="$results/unit.json" "$@" || status=1

# The report's page is tried in a real Chromium; root gets it from the system's packages.
if ! command -v chromium >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium…"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; } >"$results/apt" 2>&1 ||
    cat "$results/apt"
fi
if command -v chromium >/dev/null 2>&1 || [ "$(id -u)" = 0 ]; then
  expected="$expected $results/browser.json"
  npx jest --selectProjects browser --json --outputFile="$results/browser.json" "$@" || status=1
else
  echo "There is no \`chromium\` here: the tests of the report's page were left out."
fi

if [ "$(id -u)" = 0 ]; then
  expected="$expected $results/lab.json"
  sh scripts/in-lab.sh --docker 20,newest npx jest --selectProjects lab --maxWorkers=2 --json --outputFile="$results/lab.json" "$@" || status=1
else
  echo "The suites on real hosts need root, and were left out; all others ran. Without root, \`npm run quickstart\` and \`cdkfw sandbox\` work."
fi

# shellcheck disable=SC2086 # two paths of ours
node scripts/sum-up.mjs $expected || status=1
exit $status
