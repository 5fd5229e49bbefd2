#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Style: clang-format on every source, clang-tidy on what is shipped, bash -n on every script.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0
# A tree that is configured and never built: clang-tidy needs commands that clang understands, without headers that
# another compiler has precompiled.
build=build/tidy
[ -f $build/compile_commands.json ] || cmake -G Ninja -S . -B $build -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DCSPKIT_PCH=OFF -DCSPKIT_BUILD_TESTS=OFF >/dev/null
ninja -C $build build.ninja >/dev/null  # sources that came since

mapfile -t sources < <(git ls-files '*.c' '*.cpp' '*.h' '*.hpp')
clang-format --dry-run -Werror "${sources[@]}" || failed=1

mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
for script in "${scripts[@]}"; do
  bash -n "$script" || failed=1
done
if command -v shellcheck >/dev/null; then
  shellcheck -S warning -x "${scripts[@]}" || failed=1
fi

# A file is looked at again when it, a header or the checks changed since it was found good.
mapfile -t headers < <(git ls-files 'core/*.hpp' 'ddf/*.hpp' 'sdk/*.hpp' 'sdk/*.h' 'providers/*.hpp')
common=$(cat .clang-tidy "${headers[@]}" | sha256sum | cut -d ' ' -f 1)
good=$build/good
mkdir -p "$good"
tidy_one() { # BUILD GOOD COMMON FILE
  local stamp
  stamp=$2/$(printf '%s' "$3" | cat - "$4" | sha256sum | cut -d ' ' -f 1)
  [ -e "$stamp" ] && return 0
  local output
  if output=$(clang-tidy -p "$1" --quiet "$4" 2>&1); then
    touch "$stamp"
  else
    printf '%s\n' "$output"
    return 1
  fi
}
export -f tidy_one
git ls-files 'core/*.cpp' 'ddf/*.cpp' 'sdk/*.cpp' 'providers/*.cpp' |
  while read -r file; do grep -qF "/$file\"" "$build/compile_commands.json" && echo "$file"; done |
  xargs -r -P "$(nproc)" -I '{}' bash -c 'tidy_one "$@"' _ "$build" "$good" "$common" '{}' || failed=1

[ $failed -eq 0 ] && echo "style: good"
exit $failed
