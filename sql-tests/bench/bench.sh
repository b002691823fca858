#!/usr/bin/env bash
# bench.sh -- speed and memory: weir beside the hand-written bound and, where its Python package can be
# imported, DuckDB.  Figures are ratios of runs that alternate; see bench.py, and expr.py for
#   ./dev bench expr [ARGS]    expressions alone
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${WEIR_BENCH_DIR:-$PWD/build/bench}
mkdir -p "$work"
if [ "${1:-}" = expr ]; then
  shift
  exec python3 "$here/expr.py" --program "$PWD/build/sql-tests/bench/expr_bench" --work "$work" "$@"
fi
gcc -O2 "$here/make_bids.c" -o "$work/make_bids"
gcc -O3 -march=native "$here/bound.c" -o "$work/bound"
exec python3 "$here/bench.py" --weir "$PWD/build/weir" --work "$work" "$@"
