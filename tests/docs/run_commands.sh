#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the commands that a document shows, as they stand there: run_commands.sh DOCUMENT SOURCE BUILD WORK
# Commands are the lines that are indented by four, in the order of the document; a block that begins with no command is
# an illustration. /tmp is WORK, the folder they run in is like the top of the sources with a build in it. A line that is
# no command has to be printed by the commands before it. What `cmake --build` would build is built already; installing
# is tests/package's.
set -euo pipefail
umask 022
document=$1 source=$2 build=$3 work=$4
rm -rf "$work"
mkdir -p "$work"
for entry in samples ddf sdk core; do ln -s "$source/$entry" "$work/$entry"; done
ln -s "$build" "$work/build"
cp "$source"/samples/hello/*.* "$work"
export CSPKIT=$source PATH=$build/bin:$PATH

{
  echo 'set -euo pipefail'
  awk '
    function flush() { if (block != "" && is_commands) print block; block = ""; is_commands = 0 }
    /^    / {
      line = substr($0, 5)
      first = line
      sub(/[ =].*/, "", first)
      continued = block ~ /\\\n$/
      command = first ~ /^(cmake|cspctl|g\+\+|rustc|cp|cat|chmod|export|python3|[A-Z]+|build\/bin\/[a-z_]+)$/
      if (block == "") is_commands = command
      if (!command && !continued) line = "must_have_printed \047" line "\047"
      block = block line "\n"
      next
    }
    { flush() }
    END { flush() }
  ' "$source/$document"
} | sed -e "s,/tmp/,$work/,g" -e '/^cmake --\(build\|install\) /d' -e '/^cmake -S .*$/d' >"$work/commands.sh"
lines=$(grep -cvE '^(set |$)' "$work/commands.sh" || true)
[ "$lines" -gt 0 ] || { echo "FAILED: $document shows no command" >&2; exit 1; }

cat >"$work/run.sh" <<'RUN'
must_have_printed() {
  grep -qxF -- "$1" output || { echo "FAILED: nothing printed '$1'" >&2; exit 1; }
}
RUN
cat "$work/commands.sh" >>"$work/run.sh"
cd "$work"
# Line by line into one file, so that what is printed can be asked for.
bash run.sh >output 2>errors || { cat commands.sh output errors; echo "FAILED: the commands of $document" >&2; exit 1; }
if grep -q . errors; then
  cat errors >&2
fi
echo "$document: $lines lines"
