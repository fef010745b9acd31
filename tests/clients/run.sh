#!/usr/bin/env bash
# Every S3 client against a fresh server; see run.py.
set -euo pipefail
exec python3 "$(dirname "$0")/run.py" "${1:-$(dirname "$0")/../../build/release/coffer}" "${@:2}"
