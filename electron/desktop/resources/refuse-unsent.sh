#!/bin/sh
# Before the package is removed or replaced: refuses while a till on this machine holds payments that the municipality does not have.
# dpkg stops when this ends with 1. TAHSIL_HOMES is for tests: the folders that are looked through.
set -eu

homes="${TAHSIL_HOMES:-/home /root}"
found=""
for home in $homes; do
  [ -d "$home" ] || continue
  found="$found$(find "$home" -maxdepth 6 -name UNSENT-MONEY.txt -type f -print 2>/dev/null || true)"
done

if [ -n "$found" ]; then
  echo "Tahsil is not removed or replaced: a till holds payments that were not sent yet." >&2
  echo "$found" >&2
  echo "Start the till with a network and let it send, or carry the payments out (rescue), then try again." >&2
  exit 1
fi
