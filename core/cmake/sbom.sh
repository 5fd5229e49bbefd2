#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is linked into the binaries, as SPDX 2.3: sbom.sh NAME VERSION OUTPUT HEADER-LIBRARIES BINARY...
# HEADER-LIBRARIES are "name=version" joined by commas: what was compiled in and no binary names. Versions of libraries
# are those of the Debian packages their files belong to, where there is dpkg.
set -euo pipefail
export LC_ALL=C
name=$1 version=$2 output=$3 headers=$4
shift 4
package_of() { # FILE: "package version", or nothing
  local package
  command -v dpkg-query >/dev/null || return 0
  # The file may be known by its place before /usr was merged.
  package=$(dpkg-query -S "$1" 2>/dev/null || dpkg-query -S "${1#/usr}" 2>/dev/null || true)
  package=${package%%:*}
  [ -n "$package" ] || return 0
  # shellcheck disable=SC2016
  dpkg-query -W -f='${Package} ${Version}\n' "$package" 2>/dev/null | head -n 1
}
id() { printf '%s' "$1" | tr -c 'A-Za-z0-9.-' '-'; }

packages=$(mktemp) relations=$(mktemp)
trap 'rm -f "$packages" "$relations"' EXIT
declare -A known # packages by file: dpkg-query reads all its lists each time
for binary in "$@"; do
  file=$(basename "$(readlink -f "$binary")")
  printf '%s\t%s\n' "$file" "$version" >>"$packages.own"
  linked=$(ldd "$binary" 2>/dev/null || true)
  while read -r library; do
    path=$(awk -v l="$library" '$1 == l && $3 ~ /^\// {print $3}' <<<"$linked")
    [ -n "$path" ] || continue
    path=$(readlink -f "$path")
    if [[ $library == libcspkit* ]]; then
      package=$(basename "$path") release=$version
    else
      [ -n "${known[$path]+set}" ] || known[$path]=$(package_of "$path")
      read -r package release <<<"${known[$path]}" || true
      package=${package:-$library} release=${release:-NOASSERTION}
      printf '%s\t%s\n' "$package" "$release" >>"$packages"
    fi
    printf 'Relationship: SPDXRef-%s DYNAMIC_LINK SPDXRef-%s\n' "$(id "$file")" "$(id "$package")" >>"$relations"
  done < <(readelf -d "$binary" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
done
{
  printf 'SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\n'
  printf 'DocumentName: %s-%s\nDocumentNamespace: urn:cspkit:sbom:%s-%s\n' "$name" "$version" "$name" "$version"
  printf 'Creator: Tool: %s-build\nCreated: %s\n' "$name" "$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%dT%H:%M:%SZ)"
  package() { # NAME VERSION LICENSE
    printf '\nPackageName: %s\nSPDXID: SPDXRef-%s\nPackageVersion: %s\n' "$1" "$(id "$1")" "$2"
    printf 'PackageDownloadLocation: NOASSERTION\nFilesAnalyzed: false\nPackageLicenseConcluded: %s\n' "$3"
  }
  sort -u "$packages.own" | while IFS=$'\t' read -r file release; do package "$file" "$release" Apache-2.0; done
  { cat "$packages"; printf '%s\n' "${headers//,/$'\n'}" | tr '=' '\t'; } | sort -u |
    while IFS=$'\t' read -r library release; do [ -z "$library" ] || package "$library" "$release" NOASSERTION; done
  printf '\n'
  sort -u "$packages.own" | while IFS=$'\t' read -r file _; do
    printf 'Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-%s\n' "$(id "$file")"
  done
  sort -u "$relations"
} >"$output.new"
rm -f "$packages.own"
mv "$output.new" "$output"
