#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Searches with every fuzz target of a build tree, one on each processor: tests/fuzz/run.sh BUILD [SECONDS each, 60]
# FUZZ_SEED=N begins where another run began, so that what one found another finds; 0 begins anywhere (default 1).
# Prints how many inputs each tried. A crash, a hang of 20 s or more than 2 GiB of memory is a failure: the log and the
# input, as base64, are printed; put the input into tests/fuzz/seeds/NAME once it is mended.
set -euo pipefail
build=${1:?"usage: tests/fuzz/run.sh BUILD [SECONDS]"}
seconds=${2:-60}
seed=${FUZZ_SEED:-1}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

search() { # TARGET
  local name executed artifact
  name=$(basename "$1")
  mkdir -p "$work/$name/corpus"
  if "$1" -seed="$seed" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 -print_funcs=0 \
    -artifact_prefix="$work/$name/" "$work/$name/corpus" "$here/seeds/${name#fuzz_}" > "$work/$name/log" 2>&1; then
    executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name/log")
    printf '%-16s %10s executions in %s s\n' "$name" "${executed:-?}" "$seconds"
    [ "${executed:-0}" -gt 0 ] && return 0
  fi
  printf '%s: FAILED\n' "$name"
  tail -n 60 "$work/$name/log" | cut -c1-400
  for artifact in "$work/$name"/crash-* "$work/$name"/timeout-* "$work/$name"/oom-* "$work/$name"/leak-*; do
    [ -f "$artifact" ] && printf '%s (base64): %s\n' "$(basename "$artifact")" "$(base64 -w0 "$artifact" | head -c 8000)"
  done
  return 1
}

targets=()
for target in "$build"/bin/fuzz_*; do
  [ -x "$target" ] && targets+=("$target")
done
[ ${#targets[@]} -ne 0 ] || {
  echo "no fuzz target in $build/bin: configure with the preset asan and build the target fuzzers" >&2
  exit 1
}
export -f search
export work here seconds seed
printf '%s\0' "${targets[@]}" | xargs -0 -P "$(nproc)" -I '{}' bash -c 'search "$1"' _ '{}'
