#!/usr/bin/env bash
# Makes the pictures of the README: runs the shop, lets things happen, looks at it in Chromium, and copies what it saw.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
./test.sh --filter-class '*ScreenshotTests*'
while read -r picture seen; do
  cp "artifacts/screenshots/$seen.png" "docs/images/$picture.png"
done <<'PICTURES'
overview 02b-overview-scaled
order 05-order-with-two-retries
flow 06-flow-three-members
rebalances 07-rebalance
PICTURES
