#!/usr/bin/env bash
# Installs the .deb, and unpacks the tarball, in a fresh tree of each distribution we promise, starts the
# server there and asks it: `check-dist.sh [bookworm|noble]...`. Needs root, debootstrap and a mirror of
# the archive (DEBIAN_MIRROR, UBUNTU_MIRROR); one that cannot be reached is a failure that says so.
#
# Debian has no keyring of Ubuntu's archive: give its file in UBUNTU_KEYRING, or set UNVERIFIED=1 to take
# the tree without checking signatures.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(id -u)" -eq 0 ] || { echo "check-dist.sh: root is needed for chroot" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "check-dist.sh: apt-get install debootstrap" >&2; exit 1; }
# Mounts of its own, which end with it.
if [ -z "${COFFER_CHECK_DIST_UNSHARED:-}" ]; then
  COFFER_CHECK_DIST_UNSHARED=1 exec unshare --mount --propagation private "packaging/check-dist.sh" "$@"
fi

deb="$(find dist -name 'coffer_*.deb' | sort -V | tail -1)"
tarball="$(find dist -name 'coffer-*.tar.gz' | sort -V | tail -1)"
if [ -z "$deb" ] || [ -z "$tarball" ]; then
  echo "check-dist.sh: run make dist first" >&2
  exit 1
fi

work="$(mktemp -d)"
server=
trap 'rm -rf --one-file-system "$work"' EXIT

# serve <root> <program>: starts the program inside the root, asks the health page, stops it.
serve() {
  local root="$1" program="$2" data="/tmp/data-$RANDOM"
  chroot "$root" "$program" --version
  install -d -m 700 "$root$data"
  chroot "$root" "$program" serve --data "$data" --listen-s3 127.0.0.1:0 --listen-api 127.0.0.1:0 \
    --bootstrap-file "$data/bootstrap.json" >"$work/log" 2>&1 &
  server=$!
  for _ in $(seq 200); do
    if [ -s "$root$data/bootstrap.json" ]; then break; fi
    kill -0 "$server" 2>/dev/null || { cat "$work/log"; return 1; }
    sleep 0.05
  done
  local api
  api="$(sed -nE 's/.*"api_endpoint" *: *"([^"]*)".*/\1/p' "$root$data/bootstrap.json")"
  # The management listener is the root of its API's URL.
  curl --fail --silent --show-error --noproxy '*' "$(cut -d/ -f1-3 <<<"$api")/healthz" >/dev/null
  kill "$server"
  wait "$server" || { cat "$work/log"; return 1; }
  server=
}

# bootstrap <suite> <root>
bootstrap() {
  case "$1" in
    bookworm)
      debootstrap --variant=minbase bookworm "$2" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
      ;;
    noble)
      local keyring="${UBUNTU_KEYRING:-/usr/share/keyrings/ubuntu-archive-keyring.gpg}" verify
      verify="--keyring=$keyring"
      if [ ! -f "$keyring" ] && [ -n "${UNVERIFIED:-}" ]; then verify=--no-check-gpg; fi
      # Debian 12's debootstrap knows Ubuntu's releases by their common script only.
      debootstrap "$verify" --variant=minbase noble "$2" "${UBUNTU_MIRROR:-http://archive.ubuntu.com/ubuntu}" gutsy
      ;;
  esac >"$work/debootstrap.log" 2>&1
}

check() {
  local suite="$1"
  root="$work/$1"  # the trap outlives this function
  trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi; umount "$root/proc" 2>/dev/null || true' EXIT
  echo "--- $suite"
  bootstrap "$suite" "$root" || {
    tail -3 "$work/debootstrap.log"
    echo "FAIL $suite: no tree could be made"
    return 1
  }
  mount --bind /proc "$root/proc"  # $ORIGIN is read from /proc/self/exe
  # The tarball must find everything on a system that has only what it asks for.
  chroot "$root" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -qq --yes --no-install-recommends -o Dpkg::Use-Pty=0 libssl3 libstdc++6 libexpat1 >/dev/null
  tar --extract --gzip --file "$tarball" --directory "$root/opt"
  serve "$root" "/opt/$(basename "$(find "$root/opt" -maxdepth 1 -name 'coffer-*')")/bin/coffer"
  echo "PASS $suite: tarball"

  cp "$deb" "$root/tmp/coffer.deb"
  DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -qq --yes --no-install-recommends -o Dpkg::Use-Pty=0 /tmp/coffer.deb >/dev/null
  chroot "$root" getent passwd coffer >/dev/null
  serve "$root" /usr/bin/coffer
  DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get purge -qq --yes -o Dpkg::Use-Pty=0 coffer >/dev/null
  echo "PASS $suite: package"
}

[ $# -gt 0 ] || set -- bookworm noble
failed=0
for suite in "$@"; do
  case "$suite" in
    # In a shell of its own, so that `set -e` holds inside.
    bookworm | noble) (check "$suite") & wait $! || {
      echo "FAIL $suite"
      failed=1
    } ;;
    *)
      echo "check-dist.sh: unknown suite $suite" >&2
      exit 2
      ;;
  esac
done
exit "$failed"
