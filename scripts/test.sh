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

# install NAME PACKAGE: root gets what some suites need from the system's packages.
install() {
  [ "$(id -u)" = 0 ] || return 0
  echo "Installing $1…"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$2"; } >"$results/apt" 2>&1 ||
    cat "$results/apt"
}

# The report's page is tried in a real Chromium.
command -v chromium >/dev/null 2>&1 || install Chromium chromium
if command -v chromium >/dev/null 2>&1 || [ "$(id -u)" = 0 ]; then
  expected="$expected $results/browser.json"
  npx jest --selectProjects browser --json --outputFile="$results/browser.json" "$@" || status=1
else
  echo "There is no \`chromium\` here: the tests of the report's page were left out."
fi

if [ "$(id -u)" = 0 ]; then
  # Terraform's state is kept in a PostgreSQL of the suite's own: none is to run on this machine.
  if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    install PostgreSQL postgresql
  fi
  expected="$expected $results/lab.json"
  sh scripts/in-lab.sh --docker 20,newest npx jest --selectProjects lab --maxWorkers=2 --json --outputFile="$results/lab.json" "$@" || status=1
else
  echo "The suites on real hosts need root, and were left out; all others ran. Without root, \`npm run quickstart\` and \`cdkfw sandbox\` work."
fi

# shellcheck disable=SC2086 # two paths of ours
node scripts/sum-up.mjs $expected || status=1
exit $status
