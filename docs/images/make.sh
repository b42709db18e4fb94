#!/usr/bin/env bash
# Makes the pictures of the README: runs the shop, lets things happen, looks at it in Chromium, and copies what it saw.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
./test.sh --filter-class '*ScreenshotTests*'
for picture in overview flow order rebalances; do
  cp "artifacts/screenshots/readme-$picture.png" "docs/images/$picture.png"
done
