#!/usr/bin/env bash
# How soon can a person use the dashboard over a slow line?  bench/dashboard_load.sh
#
# Debian's Chromium with its network throttled, against a server of its own: first paint, and the list of buckets.
set -euo pipefail
cd "$(dirname "$0")/.."
COFFER_PROGRAM="${COFFER_PROGRAM:-$PWD/build/release/coffer}"
export COFFER_PROGRAM PATH="$PWD/dashboard/node_modules/.bin:$PATH"
cd dashboard
exec tools/with-node.sh playwright test --config bench/playwright.config.ts "$@"
