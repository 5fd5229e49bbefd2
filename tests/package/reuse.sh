#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A compiler launcher: reuse.sh FIRST HERE SUB COMPILER ARGUMENT...
# Takes an object from the build tree FIRST, which is up to date, when that has compiled it by the same command; warnings
# and precompiled headers make no other object. Compiles it otherwise. Objects of HERE lie in HERE/SUB where those of
# FIRST lie in FIRST. HERE/reused.log says which were taken, HERE/compiled.log which were not.
first=$1 here=$2 sub=$3
shift 3
output="" dependencies="" previous=""
for word in "$@"; do
  case $previous in
    -o) output=$word ;;
    -MF) dependencies=$word ;;
  esac
  previous=$word
done

# One word a line; what cannot change the object is left out.
essence() {
  tr -d '"\\' | tr ' ' '\n' | awk -v first="$first" -v here="$here/$sub" '
    skip { skip = 0; next }
    /^$/ || /ccache$/ || /^-W[^,]*$/ || /^-pedantic/ || /^-MD$/ || /_EXPORTS$/ { next }
    /^-MT$/ || /^-MF$/ || /^-o$/ { skip = 1; next }
    /^-include$/ { include = 1; next }
    include { include = 0; if (/cmake_pch/) next }
    { while ((at = index($0, first "/")) > 0) $0 = substr($0, 1, at - 1) "TREE/" substr($0, at + length(first) + 1) }
    { while ((at = index($0, here)) > 0) $0 = substr($0, 1, at - 1) "TREE/" substr($0, at + length(here)) }
    { print }'
}

object=$first/${output#"$sub"}
if [ -n "$output" ] && [ -f "$object" ]; then
  # "command": "... -o OBJECT -c SOURCE", as CMake wrote it.
  theirs=$(grep -F -m 1 -- " -o ${output#"$sub"} -c " "$first/compile_commands.json" |
    sed -e 's/^ *"command": "//' -e 's/",$//' | essence)
  ours=$(printf '%s ' "$@" | essence)
  if [ -n "$theirs" ] && [ "$theirs" = "$ours" ]; then
    cp "$object" "$output" || exit 1
    [ -z "$dependencies" ] || printf '%s:\n' "$output" >"$dependencies"
    echo "$output" >>"$here/reused.log"
    exit 0
  fi
fi
[ -z "$output" ] || echo "$output" >>"$here/compiled.log"
exec "$@"
