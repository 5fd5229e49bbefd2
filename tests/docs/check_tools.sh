#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# check_tools.sh SOURCE CSPCTL: the manual page and the completion know every command and option that cspctl --help tells
# of, and the README shows no command that there is not.
set -euo pipefail
source=$1 cspctl=$2
page=$source/sdk/cspctl/cspctl.1.in completion=$source/sdk/cspctl/completion.bash
failed=0
count=0
known() { # WORD...: its last word stands in both files
  local word=${*: -1} file
  count=$((count + 1))
  for file in "$page" "$completion"; do
    sed 's/\\-/-/g' "$file" | grep -E -- "(^|[^[:alnum:]-])${word}([^[:alnum:]-]|\$)" >/dev/null || {
      echo "FAILED: $(basename "$file") does not know $*"
      failed=1
    }
  done
}
commands() { "$cspctl" "$@" --help | awk '/^Subcommands:/ { on = 1; next } /^$/ { on = 0 } on && /^  [a-z]/ { print $1 }'; }
options() { "$cspctl" "$@" --help | awk -v top=$# '/^Options:/ { on = 1; next } /^$/ { on = 0 } on && match($0, /--[a-z-]+/) && /^  -/ {
    option = substr($0, RSTART, RLENGTH)
    if (top == 0 || option != "--help") print option
  }'
}

for option in $(options); do known "$option"; done
for command in $(commands); do
  known "$command"
  for option in $(options "$command"); do known "$command" "$option"; done
  for second in $(commands "$command"); do
    known "$command" "$second"
    for option in $(options "$command" "$second"); do known "$command" "$second" "$option"; done
  done
done
[ "$count" -gt 40 ] || { echo "FAILED: only $count commands and options were found"; failed=1; }

# Complete words of a shell that has the completion.
complete_words() { # WORD...
  bash -c '. "$1"; shift; COMP_WORDS=(cspctl "$@"); COMP_CWORD=$#; _cspctl; printf "%s\n" "${COMPREPLY[@]}"' _ "$completion" "$@"
}
for words in "prov:provider" "provider n:new" "store ch:check" "--durab:--durability" "ddf comp:compile"; do
  read -ra begin <<<"${words%:*}"
  complete_words "${begin[@]}" | grep -x -- "${words#*:}" >/dev/null || { echo "FAILED: ${words%:*} is not completed"; failed=1; }
done

# Commands of the README, by their words in front of what is no word.
shown=0
while read -r line; do
  words=()
  for word in $line; do
    case $word in
      cspctl) continue ;;
      --ddf | --profile) skip=yes ;;
      [a-z]*) [ -n "${skip:-}" ] && skip="" || words+=("$word") ;;
      *) [ -n "${skip:-}" ] && skip="" || break ;;
    esac
  done
  [ "${words[0]:-}" != office ] || continue # its provider's own tool
  case ${words[0]:-} in
    ddf | store | provider) words=("${words[@]:0:2}") ;;
    *) words=("${words[@]:0:1}") ;;
  esac
  "$cspctl" "${words[@]}" --help >/dev/null 2>&1 || { echo "FAILED: README.md shows cspctl ${words[*]}"; failed=1; }
  shown=$((shown + 1))
done < <(grep '^cspctl ' "$source/README.md")
[ "$shown" -gt 8 ] || { echo "FAILED: README.md shows only $shown commands"; failed=1; }
[ $failed -ne 0 ] || echo "$count commands and options, $shown commands of the README"
exit $failed
