#!/usr/bin/env bash
# run_all.sh -- every test in every build; the last line is "N passed, N failed".
#
#   sql-tests/run_all.sh [--long] [plain|asan|tsan ...]
#
# plain (build/) runs all suites; asan (build-asan/: AddressSanitizer, UndefinedBehaviorSanitizer)
# too, but for tidy and faults; tsan (build-tsan/: ThreadSanitizer) runs what is concurrent: the unit
# tests of exec/run, and the SQL tests in the cells with several workers.  --long adds the tests
# marked "mode long" and makes the fault tests try every point.
#
# The counts are those of unit tests and, for the SQL tests, of their cases.  A build that fails
# counts as a failed test.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

long=()
builds=()
for arg in "$@"; do
  case $arg in
    --long) long=(--test-args=--long) ;;
    plain | asan | tsan) builds+=("$arg") ;;
    *)
      echo "run_all.sh: no such option: $arg" >&2
      exit 2
      ;;
  esac
done
[ ${#builds[@]} -gt 0 ] || builds=(plain asan tsan)

passed=0
failed=0
say() { printf -- '--- %s\n' "$*"; }

# prepare NAME DIR MESON-OPTIONS...: configure and compile.
prepare() {
  local name=$1 dir=$2
  shift 2
  say "$name: building in $dir/"
  if { [ -f "$dir/build.ninja" ] || meson setup "$dir" "$@"; } >"$dir.log" 2>&1 &&
    ninja -C "$dir" >>"$dir.log" 2>&1; then
    rm -f "$dir.log"
    return 0
  fi
  tail -n 60 "$dir.log"
  say "$name: does not build"
  failed=$((failed + 1))
  return 1
}

# suite NAME DIR LOG MESON-TEST-OPTIONS...: run and count.
suite() {
  local name=$1 dir=$2 log=$3 counts
  shift 3
  say "$name: $log"
  meson test -C "$dir" --no-rebuild --logbase "testlog-$log" "$@" >"$dir/$log.out" 2>&1
  counts=$(python3 sql-tests/sum_results.py "$dir/meson-logs/testlog-$log.json") || {
    cat "$dir/$log.out"
    failed=$((failed + 1))
    return
  }
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
}

# Names of the tests whose program stands in a folder: tests_of DIR FOLDER.
tests_of() {
  meson introspect --tests "$1" | python3 -c '
import json, sys
for test in json.load(sys.stdin):
    if f"/{sys.argv[1]}/" in test["cmd"][0]:
        print(test["name"])' "$2"
}

# Sanitizers end a program at the first finding, with a status that no test expects.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:allocator_may_return_null=1:exitcode=99}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-exitcode=99:halt_on_error=1}

for build in "${builds[@]}"; do
  case $build in
    plain)
      prepare plain build || continue
      ln -sf shell/weir build/weir
      suite plain build unit --suite unit --suite tidy
      suite plain build sql --suite sql ${long[@]+"${long[@]}"}
      suite plain build faults --suite faults ${long[@]+"${long[@]}"}
      ;;
    asan)
      prepare asan build-asan -Db_sanitize=address,undefined || continue
      suite asan build-asan unit --suite unit --timeout-multiplier 5
      suite asan build-asan sql --suite sql --timeout-multiplier 5 ${long[@]+"${long[@]}"}
      ;;
    tsan)
      prepare tsan build-tsan -Db_sanitize=thread || continue
      mapfile -t concurrent < <(tests_of build-tsan exec/run)
      suite tsan build-tsan unit --timeout-multiplier 10 "${concurrent[@]}"
      # ThreadSanitizer holds back a signal that comes while a thread goes to sleep: signals.slt
      # would hang now and then.
      suite tsan build-tsan sql --suite sql --timeout-multiplier 10 \
        --test-args='--cells=p3,p3-c64,p3-c64-rows7 --skip=signals.slt'
      ;;
  esac
done

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
