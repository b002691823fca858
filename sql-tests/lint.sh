#!/usr/bin/env bash
# lint.sh -- clang-format and clang-tidy over all sources; silent when there is nothing to say.
#
# clang-tidy reads the flags of build/ and the checks of .clang-tidy.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t sources < <(find api base exec parser planner shell sql-tests \
  \( -name '*.[ch]' -o -name '*.cc' \) | sort)
status=0
clang-format --dry-run -Werror "${sources[@]}" || status=1
python3 sql-tests/tidy.py . || status=1

[ -f build/build.ninja ] || meson setup build >/dev/null
ninja -C build >/dev/null
# What this build compiles: other files have no flags to be read with.
mapfile -t units < <(printf '%s\n' "${sources[@]}" | grep '\.c$' |
  while read -r unit; do ! grep -q "/$unit\"" build/compile_commands.json || echo "$unit"; done)
printf '%s\n' "${units[@]}" |
  xargs -P "$(nproc)" -n 8 clang-tidy -p build --quiet 2>/dev/null || status=1

[ $status -eq 0 ] && echo "lint: nothing to say"
exit $status
