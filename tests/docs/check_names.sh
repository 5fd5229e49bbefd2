#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# check_names.sh SOURCE: files, folders and names of code that the documents point to are there.
set -euo pipefail
cd "$1"
failed=0
count=0
mapfile -t documents < <(find README.md sdk core ddf providers samples tests -name '*.md' | sort)
for document in "${documents[@]}"; do
  folder=$(dirname "$document")
  while read -r path; do
    count=$((count + 1))
    for base in . "$folder" "$folder/src" tests sdk/include sdk/harness/include ddf/include core/include providers/office/odt/include; do
      [ ! -e "$base/$path" ] || continue 2
    done
    echo "FAILED: $document names $path, which there is not"
    failed=1
  done < <(grep -o '`[A-Za-z_.][A-Za-z_./-]*`' "$document" | tr -d '`' | grep / | grep -E '\.(c|cpp|hpp|h|md|cmake|sh|xml|py|rs)$|/$' | sort -u)
done

# Class::function, in any document.
code=$(find sdk ddf core providers -name '*.[ch]*' -type f | sort)
while read -r name; do
  count=$((count + 1))
  for word in ${name//::/ }; do
    # shellcheck disable=SC2086  # the list is words
    grep -qwF -- "$word" $code || {
      echo "FAILED: $name is in a document, and $word nowhere in the code"
      failed=1
    }
  done
done < <(grep -ohE '\b[A-Za-z][A-Za-z_]*(::[A-Za-z_]+)+' "${documents[@]}" | grep -v '^GTest::\|^Boost::\|^std::\|_$' | sort -u)
[ "$count" -gt 60 ] || { echo "FAILED: only $count names were found"; failed=1; }
[ $failed -ne 0 ] || echo "$count names"
exit $failed
