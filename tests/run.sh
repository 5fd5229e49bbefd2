#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs the tests: tests/run.sh [--all] [ctest arguments...]
# Installs the packages that are lacking (Debian, as root or with sudo), builds into build/release, and runs the quick
# set; --all adds what is labelled `long`. Closes with "N passed, N failed". Real files for the tests are expected in
# CSPKIT_CORPUS (default ../shared/corpus); tests that need them are skipped where they are absent.
# tests/run.sh --kills kills engines 20,000 times at random instants of a mixed load, and agents 1,000 times during
# installations by each of Office's engines.
set -euo pipefail
umask 022  # provider libraries that others may write to are refused
cd "$(dirname "$0")/.."
. tests/lib/packages.sh

set_of_tests=(-LE long)
packages="$CSPKIT_BUILD_PACKAGES $CSPKIT_TEST_PACKAGES"
kills=
if [ "${1:-}" = --kills ]; then
  kills=yes
  shift
fi
if [ "${1:-}" = --all ]; then
  set_of_tests=()
  packages="$packages $CSPKIT_CI_PACKAGES"
  shift
fi
# shellcheck disable=SC2086
need_packages $packages

build=build/release
configure=()
if [ -n "${CSPKIT_CORPUS:-}" ]; then
  configure+=("-DCSPKIT_CORPUS=$(realpath -m "$CSPKIT_CORPUS")")
fi
if [ ! -f $build/build.ninja ] || [ ${#configure[@]} -ne 0 ]; then
  cmake --preset release "${configure[@]}"
fi
cmake --build $build -j "$(nproc)"

if [ -n "$kills" ]; then  # not through ctest, whose time limits are those of the usual amounts
  status=0
  CSPKIT_KILLS=20000 $build/bin/fault_load_test --gtest_filter='Kill.*' || status=1
  CSPKIT_OFFICE_KILLS=1000 $build/bin/conformance_office_kill_test || status=1
  CSPKIT_PROCESS_KILLS=1000 $build/bin/conformance_office_process_test --gtest_filter='*Killed*' || status=1
  exit $status
fi

result=$build/ctest-result.xml
rm -f $result
status=0
ctest --test-dir $build --output-on-failure --no-tests=error -j "$(nproc)" \
  --output-junit "$PWD/$result" "${set_of_tests[@]}" "$@" || status=$?

# The numbers stand in the attributes of the first element.
count() { sed -n "s/^[[:space:]]*$1=\"\([0-9]*\)\".*/\1/p" $result | head -n 1; }
if [ ! -f $result ]; then
  echo "ctest left no result" >&2
  exit 1
fi
total=$(count tests) failed=$(count failures) skipped=$(count skipped) disabled=$(count disabled)
if [ $((skipped + disabled)) -ne 0 ]; then
  echo "$((skipped + disabled)) skipped (their own output, with ctest -V, says why)"
fi
echo "$((total - failed - skipped - disabled)) passed, $failed failed"
exit "$status"
