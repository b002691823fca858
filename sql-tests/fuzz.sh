#!/usr/bin/env bash
# fuzz.sh -- builds the fuzzers with clang and libFuzzer and runs each for a while.
#
#   sql-tests/fuzz.sh [SECONDS]
#
# A fuzzer is a program NAME_fuzz that meson builds with -Dfuzz=true.  Its corpus grows in
# build-fuzz/corpus/NAME_fuzz/; the inputs that stand in the tree beside its source, in
# NAME_fuzz_corpus/, are its seeds.  What breaks it is left as build-fuzz/NAME_fuzz-crash-*: make it
# a test.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
dir=build-fuzz

if [ ! -f $dir/build.ninja ]; then
  CC=clang CXX=clang++ meson setup $dir -Dfuzz=true -Db_sanitize=address,undefined \
    -Dc_args=-fsanitize=fuzzer-no-link -Dcpp_args=-fsanitize=fuzzer-no-link \
    -Db_lundef=false >/dev/null
fi
mapfile -t targets < <(ninja -C $dir -t targets all | sed -n 's/^\([^ ]*_fuzz\): .*/\1/p')
ninja -C $dir "${targets[@]}" >$dir/build.log || {
  tail -n 60 $dir/build.log
  exit 1
}

mapfile -t fuzzers < <(find $dir -name '*_fuzz' -type f -perm -u+x | sort)
[ ${#fuzzers[@]} -gt 0 ] || {
  echo "fuzz.sh: no fuzzers were built" >&2
  exit 1
}
status=0
for fuzzer in "${fuzzers[@]}"; do
  name=$(basename "$fuzzer")
  corpus=$dir/corpus/$name
  mkdir -p "$corpus"
  mapfile -t seeds < <(find base exec parser planner -type d -name "${name}_corpus")
  echo "--- $name, $seconds s"
  "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -verbosity=0 -artifact_prefix="$dir/$name-" "$corpus" ${seeds[@]+"${seeds[@]}"} || status=1
done
exit $status
