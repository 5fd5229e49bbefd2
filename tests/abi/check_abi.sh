#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compares the types of abi.h with what they were: check_abi.sh CC SOURCE WORK
# After a minor version has come, its own is dumped beside: tests/abi/check_abi.sh --dump CC SOURCE WORK
set -euo pipefail
dump=no
if [ "$1" = --dump ]; then
  dump=yes
  shift
fi
cc=$1 source=$2 work=$3
stored=$source/tests/abi/v1_0/abi.xml
mkdir -p "$work"
build() { # INCLUDE OUTPUT
  "$cc" -std=c99 -g -O0 -fPIC -shared -I"$1" -o "$2" "$source/tests/abi/types.c"
}
if [ $dump = yes ]; then
  build "$source/tests/abi/v1_0" "$work/libtypes.so"
  # The one path that no option leaves out.
  abidw --no-show-locs --no-corpus-path --no-comp-dir-path --out-file "$stored" "$work/libtypes.so"
  sed -i "s| path='/[^']*'| path='types.c'|" "$stored"
  exit
fi
if ! command -v abidiff >/dev/null; then
  echo "SKIPPED: abidiff is absent (Debian: abigail-tools)"
  exit 77
fi
if [ "$(uname -m)" != x86_64 ]; then
  echo "SKIPPED: the stored description is one of x86_64"
  exit 77
fi
build "$source/sdk/include" "$work/libtypes.so"
if ! abidiff --no-show-locs "$stored" "$work/libtypes.so"; then
  echo "abi.h no longer describes what it did. Members may be added at the end of structs that grow, with a new" >&2
  echo "CSPKIT_ABI_MINOR: then freeze that version as tests/abi/v1_0 is, and dump its types." >&2
  exit 1
fi
# The check sees a change at all: one member of the frozen header moved.
mkdir -p "$work/changed/cspkit"
sed 's/^  size_t size; *$/  uint32_t size;/; s/^  cspkit_str path;/  cspkit_str path2, path;/' \
  "$source/tests/abi/v1_0/cspkit/abi.h" >"$work/changed/cspkit/abi.h"
! cmp -s "$source/tests/abi/v1_0/cspkit/abi.h" "$work/changed/cspkit/abi.h" || { echo "nothing was changed" >&2; exit 1; }
build "$work/changed" "$work/libchanged.so"
if abidiff --no-show-locs "$stored" "$work/libchanged.so" >/dev/null; then
  echo "a changed struct goes unnoticed" >&2
  exit 1
fi
