#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From a fresh Debian to an Office installed by an MDM message: installs what is lacking, builds cspctl and the Office
# provider, and sends the three messages of Microsoft's Office CSP page (samples/quickstart/*.xml) to a new device.
# Ends with 0 when every value was as documented. A second run rebuilds nothing.
set -euo pipefail
umask 022  # provider libraries that others may write to are refused
cd "$(dirname "$0")/.."
. tests/lib/packages.sh

build=${CSPKIT_QUICKSTART_BUILD:-build/quickstart}
cspctl=${CSPKIT_QUICKSTART_CSPCTL:-}
if [ -z "$cspctl" ]; then
  # shellcheck disable=SC2086
  need_packages $CSPKIT_BUILD_PACKAGES
  [ -f "$build/build.ninja" ] || cmake -G Ninja -S . -B "$build" -DCMAKE_BUILD_TYPE=Release \
    -DCSPKIT_BUILD_TESTS=OFF -DCSPKIT_BUILD_SAMPLES=OFF
  cmake --build "$build" --target cspctl -j "$(nproc)"
  cspctl=$build/bin/cspctl
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/cspkit-quickstart.XXXXXX")
trap 'rm -rf "$work"' EXIT
device() { "$cspctl" --state "$work/device.db" "$@"; }
installation=./Vendor/MSFT/Office/Installation
installed_by=$installation/0AA79349-F334-4859-96E8-B4AB43E9FEA0
removed_by=$installation/E24B23D8-94A8-4997-9E6E-8FF25025845B
failures=0

say() { printf '\n== %s\n' "$*"; }

# Shows a node's value; a value other than the expected one ends in a failure.
expect() { # URI VALUE
  local value
  value=$(device get "$1" 2>&1) || true
  printf '   %-12s %s' "${1##*/}" "$value"
  if [ "$value" = "$2" ]; then
    printf '\n'
  else
    printf '   (expected %s)\n' "$2"
    failures=$((failures + 1))
  fi
}

# Sends a message; the reply is there at once, the work goes on behind it.
send() { device --no-wait run "samples/quickstart/$1.xml"; }

# Stays until the work has ended. On a terminal cspctl shows its progress; elsewhere this does.
await() { # URI
  if [ -t 2 ]; then
    device get "$1" >"$work/first"
    return
  fi
  device get "$1" >"$work/first" &
  local seconds=0
  while kill -0 $! 2>/dev/null; do
    printf '   ... %d s\n' "$seconds"
    sleep 1
    seconds=$((seconds + 1))
  done
  wait $!
}

# Sends a message and follows its run to the end.
run_office() { # MESSAGE ROOT STATUS FINALSTATUS
  send "$1"
  printf '   %-12s %s\n' Status "$(device --no-wait get "$2/Status")"
  await "$2/Status"
  expect "$2/Status" "$3"
  expect "$2/FinalStatus" "$4"
}

say "Install: Exec on .../install"
run_office install "$installed_by" 0 70

say "CurrentStatus: what is installed"
send current-status
current=$(device get "$installation/CurrentStatus")
case "$current" in
  *'"O365BusinessRetail"'*) printf '   %s\n' "$current" ;;
  *)
    printf '   %s   (expected O365BusinessRetail in it)\n' "$current"
    failures=$((failures + 1))
    ;;
esac

say "Uninstall"
run_office uninstall "$removed_by" 0 70

say "Uninstall once more: there is nothing left to remove"
run_office uninstall "$removed_by" -2147418113 60

if [ "$failures" -ne 0 ]; then
  printf '\n%d of the values shown are not as documented.\n' "$failures" >&2
  exit 1
fi
printf '\nAll as documented. The command line: %s --help\n' "$cspctl"
