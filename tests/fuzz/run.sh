#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Searches with every fuzz target of a build tree: tests/fuzz/run.sh BUILD [SECONDS each, 60]
set -euo pipefail
build=${1:?"usage: tests/fuzz/run.sh BUILD [SECONDS]"}
seconds=${2:-60}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
found=0
for target in "$build"/bin/fuzz_*; do
  [ -x "$target" ] || continue
  found=1
  name=$(basename "$target")
  mkdir -p "$work/$name"
  printf '%s: %s s\n' "$name" "$seconds"
  "$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 \
    -artifact_prefix="$work/" "$work/$name" "$here/seeds/${name#fuzz_}" > "$work/$name.log" 2>&1 || {
    tail -n 40 "$work/$name.log" >&2
    for artifact in "$work"/crash-* "$work"/timeout-* "$work"/oom-*; do
      [ -f "$artifact" ] && printf '%s (base64): %s\n' "$(basename "$artifact")" "$(base64 -w0 "$artifact" | head -c 4000)" >&2
    done
    exit 1
  }
done
[ "$found" = 1 ] || { echo "no fuzz target in $build/bin: configure with the fuzz preset" >&2; exit 1; }
