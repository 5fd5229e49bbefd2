#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Debian packages into build/debian: tests/package/debian.sh [--root [DIR]]
# With --root, as root: makes a clean Debian 12 in DIR (default: a new folder, removed at the end), installs the packages
# there and goes the way of a provider's author: new providers from three DDFs, built, tested, installed, called. Takes
# minutes and the network. CSPKIT_CORPUS adds published DDFs.
set -euo pipefail
umask 022
cd "$(dirname "$0")/../.."
. tests/lib/packages.sh
# shellcheck disable=SC2086  # the list is words
need_packages $CSPKIT_BUILD_PACKAGES dpkg-dev
build=$PWD/build/debian
cmake -G Ninja -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ \
  -DCMAKE_INSTALL_PREFIX=/usr -DBUILD_SHARED_LIBS=ON -DCSPKIT_INSTALL_RPATH=OFF -DCSPKIT_BUILD_TESTS=OFF \
  -DCSPKIT_BUILD_SAMPLES=OFF >/dev/null
cmake --build "$build" -j "$(nproc)"
rm -f "$build"/*.deb
(cd "$build" && cpack -G DEB)
for package in libcspkit libcspkit-dev cspkit-tools cspkit-provider-office; do
  file=$(echo "$build/${package}_"*.deb)
  [ -f "$file" ] || { echo "FAILED: no package $package" >&2; exit 1; }
  printf '%s: %s\n' "$(basename "$file")" "$(dpkg-deb -f "$file" Depends)"
done
[ "${1:-}" = --root ] || exit 0

[ "$(id -u)" -eq 0 ] || { echo "--root wants root" >&2; exit 1; }
need_packages debootstrap
if [ -n "${2:-}" ]; then
  root=$(realpath -m "$2")
else
  root=$(mktemp -d)
fi
clean_up() {
  umount "$root/dev/pts" "$root/proc" 2>/dev/null || true
  [ -n "${keep:-}" ] || rm -rf --one-file-system "$root"
}
[ -z "${2:-}" ] || keep=yes
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
cp "$build"/*.deb "$root/packages"
cp samples/hello/Example.xml samples/out_of_tree/Lamp.xml ddf/catalog/DevInfo.xml "$root/packages/ddf"
if [ -d "${CSPKIT_CORPUS:-../shared/corpus}/ddf" ]; then
  for csp in Bitlocker RemoteWipe; do
    find "${CSPKIT_CORPUS:-../shared/corpus}/ddf" -name "$csp*.xml" -exec cp {} "$root/packages/ddf" \;
  done
fi
cat >"$root/packages/author.sh" <<'AUTHOR'
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
cd /packages
apt-get update -q >/dev/null
apt-get install -q -y --no-install-recommends ./*.deb >/dev/null
cspctl provider list | grep '^office '
cspctl get ./DevDetail/SwV
cspctl office --help >/dev/null
ldd /usr/bin/cspctl | grep -q 'libcspkit_core.so.* => /' || { echo "FAILED: cspctl is not linked with the library"; exit 1; }
apt-get install -q -y --no-install-recommends g++ cmake make libgtest-dev libgmock-dev >/dev/null
[ ! -e /usr/include/boost ] || { echo "FAILED: Boost came along"; exit 1; }
began=$SECONDS
for ddf in ddf/*.xml; do
  cspctl provider new "$ddf" --out "made/$(basename "$ddf" .xml)"
  cd "made/$(basename "$ddf" .xml)"
  cmake -S . -B build >/dev/null
  cmake --build build -j "$(nproc)" >/dev/null
  ctest --test-dir build --output-on-failure --no-tests=error | tail -n 3
  cd /packages
done
# One handler written, and the provider installed where cspctl finds it.
sed -i 's|return std::string();|return std::string("Hello");|' made/Example/example.cpp
cmake --build made/Example/build >/dev/null
cmake --install made/Example/build --prefix /usr >/dev/null
cspctl add ./Vendor/Example/Greeter/Greeting/Ada
[ "$(cspctl get ./Vendor/Example/Greeter/Greeting/Ada/Text)" = Hello ] || { echo "FAILED: the new handler"; exit 1; }
echo "new providers: $((SECONDS - began)) s"
echo "debian: good"
AUTHOR
# An author's shell, not this one.
chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin ${http_proxy:+http_proxy="$http_proxy"} \
  /bin/bash /packages/author.sh
