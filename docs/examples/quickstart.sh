#!/usr/bin/env bash
# quickstart.sh -- the first minute: a stream from nothing, a file, a pipe.  ./dev run starts it.
#
#   docs/examples/quickstart.sh build/weir
set -euo pipefail
weir=${1:-build/weir}
here=$(cd "$(dirname "$0")" && pwd)

say() { printf '\n-- %s\n' "$*"; }

say "bids per channel and 10 seconds, from a CSV file"
"$weir" -m table -q -c "
  SELECT window_start, window_end, channel, COUNT(*) AS bids, SUM(price) AS total, MAX(price) AS highest
  FROM TABLE(TUMBLE(TABLE '$here/bids.csv', DESCRIPTOR(ts), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end, channel"

say "the same in a pipe: lines in, CSV out"
cat "$here/bids.csv" | "$weir" -q -c "
  SELECT window_start, COUNT(*) AS bids, AVG(price) AS mean
  FROM TABLE(HOP(TABLE stdin, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND))
  GROUP BY window_start, window_end"

say "package actions per hour, from a sample of /var/log/dpkg.log"
"$weir" -m table -q "$here/dpkg_per_hour.sql" <"$here/dpkg.log"
