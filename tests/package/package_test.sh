#!/usr/bin/env bash
# The Debian package: builds, installs into an empty root, and the installed binary serves.
# Usage: package_test.sh BUILD_DIR
set -euo pipefail
build=$1
scratch=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$scratch"' EXIT

(cd "$build" && cpack -G DEB -B "$scratch" >/dev/null)
package=$(echo "$scratch"/dynadeck_*.deb)
dpkg-deb --field "$package" Depends | grep -q librocksdb ||
  { echo "no dependency on RocksDB"; exit 1; }
dpkg-deb -x "$package" "$scratch/root"
binary=$scratch/root/usr/bin/dynadeck
"$binary" version

"$binary" serve --in-memory --port 0 >"$scratch/out" 2>"$scratch/err" &
server=$!
for _ in $(seq 100); do
  [[ -s $scratch/out ]] && break
  sleep 0.1
done
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$scratch/out")
curl -sf "http://127.0.0.1:$port/_dynadeck/health" | grep -q '"status":"ok"'
kill -TERM "$server"
wait "$server"

cmake --install "$build" --prefix "$scratch/prefix" >/dev/null
"$scratch/prefix/bin/dynadeck" --help >/dev/null
for file in README.md LICENSE docs/ARCHITECTURE.md; do
  [[ -s $scratch/prefix/share/doc/dynadeck/$file ]] || { echo "not installed: $file"; exit 1; }
done
echo "package and install work"
