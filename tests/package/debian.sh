#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Debian packages: tests/package/debian.sh [--root [DIR]]
# Builds them into build/debian. With --root, as root: makes a clean Debian 12 in DIR (default: a new folder, removed at
# the end), installs the packages there and goes the way of a provider's author (author.sh): new providers from DDFs,
# built, tested, installed, called. Takes minutes and the network. CSPKIT_CORPUS adds published DDFs.
# debian.sh --unpack TREE WORK makes them of a built tree with shared libraries, and tries them unpacked: what cmake and
# cspctl find in a folder, without root.
set -euo pipefail
umask 022
cd "$(dirname "$0")/../.."
settings=(-DCMAKE_INSTALL_PREFIX=/usr -DBUILD_SHARED_LIBS=ON -DCSPKIT_INSTALL_RPATH=OFF)

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
pack() { # TREE
  local package file
  rm -f "$1"/*.deb
  (cd "$1" && cpack -G DEB >cpack.log 2>&1) || { cat "$1/cpack.log"; fail "cpack in $1"; }
  for package in libcspkit libcspkit-dev cspkit-tools cspkit-provider-office; do
    file=$(echo "$1/${package}_"*.deb)
    [ -f "$file" ] || fail "no package $package"
    printf '%s: %s\n' "$(basename "$file")" "$(dpkg-deb -f "$file" Depends)"
  done
}

if [ "${1:-}" = --unpack ]; then
  tree=$2 work=$3
  cmake "${settings[@]}" "$tree" >/dev/null
  cmake --build "$tree" -j "$(nproc)" >/dev/null
  pack "$tree"
  root=$work/root
  mkdir -p "$root"
  for file in "$tree"/*.deb; do
    dpkg-deb -x "$file" "$root"
  done
  libraries=$(dirname "$(find "$root/usr/lib" -name 'libcspkit_core.so.*.*.*')")
  for file in usr/share/man/man1/cspctl.1 usr/share/bash-completion/completions/cspctl \
    usr/share/doc/libcspkit-dev/cspkit.spdx; do
    [ -s "$root/$file" ] || [ -s "$root/$file.gz" ] || fail "no $file in the packages"
  done
  ! readelf -d "$root/usr/bin/cspctl" "$libraries"/*.so | grep -E 'R(UN)?PATH' || fail "packaged programs say where to look"
  # The control files name what the binaries need, and each library its own.
  dpkg-deb -I "$(echo "$tree"/libcspkit_*.deb)" shlibs | grep '^libcspkit_core ' >/dev/null || fail "libcspkit has no shlibs"
  export LD_LIBRARY_PATH=$libraries XDG_STATE_HOME=$work/state
  "$root/usr/bin/cspctl" provider new samples/hello/Example.xml --out "$work/made" >/dev/null
  cmake -S "$work/made" -B "$work/made/build" -DCMAKE_PREFIX_PATH="$root/usr" >/dev/null
  cmake --build "$work/made/build" -j "$(nproc)" >/dev/null
  ctest --test-dir "$work/made/build" --output-on-failure --no-tests=error | tail -n 3
  cmake --install "$work/made/build" --prefix "$root/usr" >/dev/null
  "$root/usr/bin/cspctl" add ./Vendor/Example/Greeter/Greeting/Ada
  [ "$("$root/usr/bin/cspctl" get ./Vendor/Example/Greeter/Greeting)" = Ada ] || fail "the packaged cspctl"
  "$root/usr/bin/cspctl" office --help >/dev/null || fail "cspctl does not find cspctl-office"
  echo "packages, unpacked: good"
  exit 0
fi

. tests/lib/packages.sh
# shellcheck disable=SC2086  # the list is words
need_packages $CSPKIT_BUILD_PACKAGES dpkg-dev
build=$PWD/build/debian
cmake -G Ninja -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ \
  "${settings[@]}" -DCSPKIT_BUILD_TESTS=OFF -DCSPKIT_BUILD_SAMPLES=OFF >/dev/null
cmake --build "$build" -j "$(nproc)"
pack "$build"
[ "${1:-}" = --root ] || exit 0

[ "$(id -u)" -eq 0 ] || fail "--root wants root"
need_packages debootstrap
if [ -n "${2:-}" ]; then
  root=$(realpath -m "$2")
  keep=yes
else
  root=$(mktemp -d)
fi
clean_up() {
  umount "$root/dev/pts" "$root/proc" 2>/dev/null || true
  [ -n "${keep:-}" ] || rm -rf --one-file-system "$root"
}
trap clean_up EXIT
[ -d "$root/usr" ] || debootstrap --variant=minbase --include=ca-certificates bookworm "$root" http://deb.debian.org/debian >/dev/null
# How this machine reaches its mirror holds there, too.
cp /etc/apt/apt.conf.d/* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
rm -f "$root"/etc/apt/apt.conf.d/*docker*
cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
mountpoint -q "$root/dev/pts" || mount -t devpts devpts "$root/dev/pts"
rm -rf "$root/packages"
mkdir -p "$root/packages/ddf"
cp "$build"/*.deb tests/package/author.sh "$root/packages"
cp samples/hello/Example.xml "$root/packages/ddf"
corpus=${CSPKIT_CORPUS:-../shared/corpus}/ddf
for ddf in RemoteWipe.xml ClientCertificateInstall.xml Bitlocker_AreaDDF.xml; do
  if [ -f "$corpus/$ddf" ]; then
    cp "$corpus/$ddf" "$root/packages/ddf"
  else
    echo "no $corpus/$ddf: the project's own DDFs instead"
    cp samples/out_of_tree/Lamp.xml ddf/catalog/DevInfo.xml "$root/packages/ddf"
  fi
done
# An author's shell, not this one.
chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin ${http_proxy:+http_proxy="$http_proxy"} \
  /bin/bash /packages/author.sh
