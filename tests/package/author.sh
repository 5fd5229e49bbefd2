#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A provider's author on a clean Debian 12, by what the documents name and nothing else: run by debian.sh --root inside
# it, in /packages with the packages and ddf/*.xml.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
cd "$(dirname "$0")"
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
began=$SECONDS
took() { # WHAT
  printf '%-40s %4d s\n' "$1" $((SECONDS - began))
  began=$SECONDS
}

# README.md, "Installing it".
apt-get update -q >/dev/null
apt-get install -q -y --no-install-recommends ./*.deb >/dev/null
took "the packages"
cspctl provider list | grep '^office ' || fail "cspctl does not know the Office provider"
cspctl get ./DevDetail/SwV >/dev/null
cspctl office --help >/dev/null
[ -e /usr/share/bash-completion/completions/cspctl ] || fail "no completion"
ldd /usr/bin/cspctl | grep 'libcspkit_core.so.* => /' >/dev/null || fail "cspctl is not linked with the library"
# What libcspkit-dev suggests.
apt-get install -q -y --no-install-recommends g++ cmake make libgtest-dev libgmock-dev >/dev/null
[ ! -e /usr/include/boost ] || fail "Boost came along"
took "compiler, cmake, GoogleTest"

# sdk/README.md, "Writing a provider": the way of each.
for ddf in ddf/*.xml; do
  name=$(basename "$ddf" .xml)
  cspctl provider new "$ddf" --out "made/$name" >/dev/null
  cmake -S "made/$name" -B "made/$name/build" >/dev/null
  cmake --build "made/$name/build" >/dev/null
  ctest --test-dir "made/$name/build" --output-on-failure --no-tests=error >ctest.log || { cat ctest.log; fail "$name"; }
  took "$name: new, built, tested"
done

# One handler written; checked, installed where cspctl finds it, and called.
sed -i 's|(cspkit::Call&) { return std::string();|(cspkit::Call\& call) { return "Hello, " + call["Name"];|' \
  made/Example/example.cpp
grep -q 'Hello, ' made/Example/example.cpp || fail "example.cpp has no such handler to fill"
cmake --build made/Example/build >/dev/null
ctest --test-dir made/Example/build --output-on-failure --no-tests=error >ctest.log || { cat ctest.log; fail "the recipe"; }
cspctl provider check made/Example/build/libcspkit_example.so >check.log || { cat check.log; fail "provider check"; }
cmake --install made/Example/build --prefix /usr >/dev/null
cspctl add ./Vendor/Example/Greeter/Greeting/Ada
[ "$(cspctl get ./Vendor/Example/Greeter/Greeting/Ada/Text)" = "Hello, Ada" ] || fail "the new handler"
took "one handler written, installed, called"
echo "an author on a clean Debian: good, $SECONDS s in all"
