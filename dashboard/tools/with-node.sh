#!/bin/sh
# Runs a command on npm's Node 22 (see optionalDependencies), which the build is pinned to, not on the machine's.
# On other processors it is the machine's.
here=$(cd "$(dirname "$0")/.." && pwd)
for directory in "$here"/node_modules/node-linux-*/bin; do
  if "$directory/node" --version >/dev/null 2>&1; then PATH="$directory:$PATH"; fi
done
exec "$@"
