# SPDX-License-Identifier: Apache-2.0
# Bash completion of cspctl.
_cspctl() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  local commands="run get add replace delete exec tree seed explain ddf store provider"
  local options="--state --durability --ddf --provider --profile --no-bundled --user --device-authority --json
    --no-wait --verbose --version --help"
  # The command, and the second word of those that have one: the first words that are no options or their values.
  local words=() i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --state | --durability | --ddf | --provider | --profile | --user | --data | --format | --out | --csp | \
        --recipe | --skip | --junit | --deadline | --device-time | --slow) ((i++)) ;;
      -*) ;;
      *) words+=("${COMP_WORDS[i]}") ;;
    esac
  done
  COMPREPLY=()
  case $prev in
    --durability) mapfile -t COMPREPLY < <(compgen -W "full normal memory" -- "$cur") && return ;;
    --profile) mapfile -t COMPREPLY < <(compgen -W "build= edition= azure-ad=yes azure-ad=no" -- "$cur") && return ;;
    --format)
      mapfile -t COMPREPLY < <(compgen -W "b64 bin bool chr int node null xml date time float" -- "$cur") && return
      ;;
    --user | --data | --csp | --skip | --deadline | --device-time | --slow) return ;;
    --state | --ddf | --provider | --out | --recipe | --junit) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
  esac
  if [[ $cur == -* ]]; then
    case "${words[0]:-} ${words[1]:-}" in
      "run "* | "provider new") options+=" --out" ;;
      "provider check") options+=" --recipe --skip --irreversible --junit --deadline --device-time --slow --strict" ;;
      "ddf compile") options+=" --out" ;;
      "ddf check") options+=" --strict" ;;
      "ddf doc") options+=" --csp" ;;
      "add "* | "replace "*) options+=" --data --format" ;;
      "exec "* | "seed "*) options+=" --data" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    return
  fi
  case "${words[0]:-}:${#words[@]}" in
    :0) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur") ;;
    ddf:1) mapfile -t COMPREPLY < <(compgen -W "check doc diff compile" -- "$cur") ;;
    store:1) mapfile -t COMPREPLY < <(compgen -W "check dump backup" -- "$cur") ;;
    provider:1) mapfile -t COMPREPLY < <(compgen -W "list new check" -- "$cur") ;;
    run:* | ddf:* | store:* | provider:*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
  esac
}
complete -o filenames -F _cspctl cspctl
