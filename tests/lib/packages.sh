# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Sourced by the scripts that people run on a fresh Debian: what has to be installed, and installing it.

# What a build needs; each stands in the README with its reason.
CSPKIT_BUILD_PACKAGES="g++ cmake ninja-build libpugixml-dev libfmt-dev libboost-dev libsqlite3-dev libpcre2-dev libxml2-dev libarchive-dev libcurl4-openssl-dev libssl-dev libcli11-dev nlohmann-json3-dev"
CSPKIT_TEST_PACKAGES="libgtest-dev libgmock-dev libwbxml2-dev python3"
CSPKIT_CI_PACKAGES="git clang clang-format clang-tidy libclang-rt-dev libc++-dev libc++abi-dev pkg-config abigail-tools doxygen"

# Those of the given packages that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    case "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" in
      installed) ;;
      *) printf '%s ' "$package" ;;
    esac
  done
}

# Installs the packages that are missing; touches nothing, and takes no time, when none is.
need_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is no Debian: expecting that there is what these packages hold: $*" >&2
    return 0
  fi
  local missing
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  local as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "Missing packages, and neither root nor sudo to install them. Have someone run:" >&2
      echo "  apt-get update && apt-get install --no-install-recommends $missing" >&2
      return 1
    fi
    as_root="sudo"
  fi
  echo "Installing: $missing" >&2
  # shellcheck disable=SC2086  # the list is words
  $as_root apt-get update -q >&2 &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >&2
}
