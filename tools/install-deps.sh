#!/usr/bin/env bash
# Installs what Debian 12 must have: `install-deps.sh build test lint dist fuzz`, or any of them.
# Does nothing, in milliseconds, when everything is there. Without root and without a passwordless sudo
# it prints the command to run and fails.
set -euo pipefail

# A package, or package:command where that command from anywhere will do.
declare -A packages=(
  [build]="g++ cmake ninja-build pkg-config mold ccache
    libboost1.81-dev libboost-json1.81-dev libboost-system1.81-dev librocksdb-dev libssl-dev
    libisal-dev libutf8proc-dev libargon2-dev libexpat1-dev libcli11-dev libspdlog-dev
    libtomlplusplus-dev prometheus-cpp-dev"
  # The clients' newest versions come from PyPI and npm (tests/clients); Debian's are the fallback.
  [test]="libgtest-dev libgmock-dev python3 python3-venv python3-boto3 awscli rclone s3cmd restic
    npm:npm curl ca-certificates chromium:chromium"
  [dashboard]="npm:npm"
  [lint]="clang-format-14 clang-tidy-14 clang-14 shellcheck"
  [fuzz]="clang-14 libclang-rt-14-dev lld"
  [dist]="dpkg-dev binutils tar gzip"
)

sections=("$@")
[ ${#sections[@]} -gt 0 ] || sections=(build)
wanted=()
for section in "${sections[@]}"; do
  if [ -z "${packages[$section]:-}" ]; then
    echo "install-deps.sh: no section '$section'; there are: ${!packages[*]}" >&2
    exit 2
  fi
  for entry in ${packages[$section]}; do
    command="${entry#*:}"
    if [[ "$entry" == *:* ]] && command -v "$command" >/dev/null; then continue; fi
    wanted+=("${entry%%:*}")
  done
done

installed="$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)"
missing=()
for package in "${wanted[@]}"; do
  grep -qx "installed $package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

install=(apt-get install --yes --no-install-recommends "${missing[@]}")
if [ "$(id -u)" -eq 0 ]; then
  as_root=(env DEBIAN_FRONTEND=noninteractive)
elif sudo -n true 2>/dev/null; then
  as_root=(sudo -n env DEBIAN_FRONTEND=noninteractive)
else
  echo "Coffer needs packages that are not installed. Run this and try again:" >&2
  echo "  sudo ${install[*]}" >&2
  exit 1
fi
echo "installing: ${missing[*]}"
# Package lists may be absent (a container) or too old to fetch from: once more with fresh ones.
"${as_root[@]}" "${install[@]}" </dev/null >/dev/null 2>&1 || {
  "${as_root[@]}" apt-get update </dev/null
  "${as_root[@]}" "${install[@]}" </dev/null
}
