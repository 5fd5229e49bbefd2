#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Writes a provider from every DDF of the corpus, builds all of them as they are, and runs their tests:
#   provider_new_all.sh BUILD WORK     BUILD: a tree that is built; CSPKIT_CORPUS: where the DDFs are
# One project takes each in by add_subdirectory; their tests are compiled as one program. It ends with what was written,
# built and passed.
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath "$1") work=$(realpath -m "$2")
corpus=$(realpath "${CSPKIT_CORPUS:-$here/../../../shared/corpus}")
unset CMAKE_PREFIX_PATH CSPKIT_BUNDLED DESTDIR
export XDG_STATE_HOME=$work/state

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
jobs=${CSPKIT_JOBS:-$(nproc)}
result=0
written=0 built=0 passed=0
for folder in "$corpus/ddf" "$corpus/ddf_v1"; do  # both have DDFs of one name
  [ -d "$folder" ] || continue
  part=$work/$(basename "$folder")
  mkdir -p "$part"
  cp "$here/provider_new_all.cmake" "$part/CMakeLists.txt"
  for ddf in "$folder"/*.xml; do
    "$work/prefix/bin/cspctl" provider new "$ddf" --out "$part/$(basename "$ddf" .xml)" >>"$part/written.log" || {
      echo "FAILED: provider new $ddf" >&2
      result=1
      continue
    }
    written=$((written + 1))
  done
  cmake -G Ninja -S "$part" -B "$part/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$part/configure.log" || {
    tail -n 30 "$part/configure.log" >&2
    exit 1
  }
  cmake --build "$part/build" -j "$jobs" -- -k 0 >"$part/build.log" || {
    grep -E 'FAILED|error' "$part/build.log" | head -n 40 >&2
    result=1
  }
  "$part/build/written_tests" --gtest_output=xml:"$part/tests.xml" >"$part/test.log" || {
    grep -E '^\[  FAILED  \]' "$part/test.log" | sort -u >&2
    result=1
  }
  for library in "$part"/build/*/libcspkit_*.so; do
    [ -e "$library" ] || continue
    if [ "$(nm -D --defined-only "$library" | awk '{print $3}')" = cspkit_plugin_v1 ]; then
      built=$((built + 1))
    else
      echo "FAILED: $library exports something else than cspkit_plugin_v1" >&2
    fi
  done
  passed=$((passed + $(grep -c '^\[       OK \].*AnswersAsTheRecipeSays' "$part/test.log" || true)))
done
echo "providers from DDFs: $written written, $built built, $passed passed their tests"
[ "$written" -eq "$built" ] && [ "$written" -eq "$passed" ] || result=1
exit $result
