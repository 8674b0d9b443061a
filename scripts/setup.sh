# Sourced by the scripts of package.json: goes to the project's root, and installs and builds what is missing there.
cd "$(dirname "$0")/.."

if ! command -v node >/dev/null 2>&1 || [ "$(node -p 'process.versions.node.split(".")[0] >= 20')" != true ]; then
  echo "cdkfw needs Node.js 20 or newer; this machine has $(node --version 2>/dev/null || echo none)." >&2
  exit 1
fi
if ! cmp -s package-lock.json node_modules/.cdkfw-lock; then
  echo "Installing the packages…"
  npm ci --no-fund --no-audit --loglevel=error
  cp package-lock.json node_modules/.cdkfw-lock
fi
echo "Building…"
npm run --silent build
