#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Uses cspkit as a project outside the tree does: consume.sh WAY SOURCE BUILD WORK CC CXX
#   installed   installs the tree BUILD, moves the prefix elsewhere, and consumes it by CMake and by pkg-config
#   shared      a tree with shared libraries, then the same; then Debian packages of it, unpacked into a folder
#   subproject  add_subdirectory of the sources, then FetchContent
# Trees that are built on the way take their objects from BUILD where the same command has made them (reuse.sh).
set -euo pipefail
umask 022
way=$1 source=$2 build=$3 work=$4 cc=$5 cxx=$6
here=$source/tests/package
sample=$source/samples/out_of_tree
jobs=$(nproc)
# The machine's own packages of cspkit, and the settings of who calls, are out of the game.
unset CMAKE_PREFIX_PATH PKG_CONFIG_PATH CSPKIT_BUNDLED DESTDIR
export CCACHE_DIR=${CCACHE_DIR:-${HOME:-/root}/.cache/ccache}
export HOME=$work/home XDG_STATE_HOME=$work/state

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
says() { # EXPECTED COMMAND...
  local expected=$1 got
  shift
  got=$("$@") || fail "$* ended with $?"
  [ "$got" = "$expected" ] || fail "$* says '$got', not '$expected'"
}
# Configures a tree of cspkit's own sources with the settings of BUILD; they lie in its folder SUB.
configure_alike() { # SOURCE TREE SUB ARGUMENT...
  local from=$1 to=$2 sub=$3 name launcher
  shift 3
  launcher="bash;$here/reuse.sh;$build;$to;$sub"
  set -- "$@" -DCMAKE_C_COMPILER_LAUNCHER="$launcher" -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher"
  for name in CMAKE_BUILD_TYPE CMAKE_C_FLAGS CMAKE_CXX_FLAGS; do
    set -- "$@" -D$name="$(sed -n "s/^$name:[A-Z]*=//p" "$build/CMakeCache.txt")"
  done
  configure "$from" "$to" -DCSPKIT_PCH=OFF "$@"
}
says_what_was_reused() { # TREE
  touch "$1/reused.log" "$1/compiled.log"
  echo "$(wc -l <"$1/reused.log") objects of the tree were taken, $(wc -l <"$1/compiled.log") were compiled"
}
configure() { # SOURCE BUILD ARGUMENT...
  local from=$1 to=$2
  shift 2
  cmake -G Ninja -S "$from" -B "$to" -DCMAKE_C_COMPILER="$cc" -DCMAKE_CXX_COMPILER="$cxx" "$@" >"$work/configure.log" ||
    { cat "$work/configure.log"; fail "cmake -S $from"; }
}
# Boost is for loader.cpp alone. What the consumer compiled must not have come across a header of it.
no_boost() { # BUILD OBJECT-PREFIX...
  local tree=$1 object
  shift
  for object in "$@"; do
    ninja -C "$tree" -t deps | sed -n "\,^$object,,/^\$/p" >"$work/deps"
    grep -q 'cspkit/' "$work/deps" || fail "nothing known of what $object includes"
    ! grep '/boost/' "$work/deps" || fail "$object includes Boost"
  done
}
one_export() { # LIBRARY
  cmake -DNM=nm -DFILE="$1" -P "$source/tests/abi/check_exports.cmake" || fail "exports of $1"
}

rm -rf "$work"
mkdir -p "$work/home"

if [ "$way" = subproject ]; then
  for kind in add fetch; do
    tree=$work/$kind
    # The second tree differs in how it finds the sources: to configure it is enough.
    configure_alike "$here/subproject" "$tree" cspkit/ -DCSPKIT="$source" -DWAY=$kind
    grep -q '^CSPKIT_BUILD_TESTS:BOOL=OFF' "$tree/CMakeCache.txt" || fail "a part of a project builds its tests"
  done
  tree=$work/add
  cmake --build "$tree" -j "$jobs" >"$work/build.log" || { cat "$work/build.log"; fail "the project does not build"; }
  says_what_was_reused "$tree"
  says "30 W" "$tree/lamp_agent" "$tree/libcspkit_lamp.so"
  one_export "$tree/libcspkit_lamp.so"
  no_boost "$tree" CMakeFiles/lamp_agent.dir CMakeFiles/cspkit_lamp.dir
  [ ! -e "$tree/cspkit/bin/cspctl" ] || fail "a part of a project builds its tools"
  exit 0
fi

installed=$build
if [ "$way" = shared ]; then
  installed=$work/shared
  # The prefix of packages, and libraries where they lie without one: some objects know the folder's name.
  configure_alike "$source" "$installed" "" -DBUILD_SHARED_LIBS=ON -DCSPKIT_BUILD_TESTS=OFF \
    -DCSPKIT_BUILD_SAMPLES=OFF -DCMAKE_INSTALL_PREFIX=/usr \
    -DCMAKE_INSTALL_LIBDIR="$(sed -n 's/^CMAKE_INSTALL_LIBDIR:[A-Z]*=//p' "$build/CMakeCache.txt")"
  cmake --build "$installed" -j "$jobs" >"$work/build.log" || { cat "$work/build.log"; fail "the shared libraries"; }
  says_what_was_reused "$installed"
fi
cmake --install "$installed" --prefix "$work/prefix" >"$work/install.log"
mv "$work/prefix" "$work/moved"
prefix=$work/moved

# Nothing that is installed knows where it was made, or where it was installed.
for place in "$work/prefix" "$source" "$installed"; do
  ! grep -rIl -e "$place" "$prefix" || fail "these files name $place"
done
! grep -rIl -e 'boost/' -e 'Boost::' -e 'find_package *(Boost' "$prefix/include" "$prefix"/lib*/cmake "$prefix"/lib*/pkgconfig ||
  fail "these files lead to Boost"
for part in core ddf; do
  if [ "$way" = shared ]; then
    [ -e "$(echo "$prefix"/lib*/libcspkit_$part.so)" ] || fail "no shared $part"
    # Names of cspkit and nothing else: what its other libraries' headers show stays inside.
    nm -D --defined-only "$(echo "$prefix"/lib*/libcspkit_$part.so)" | awk '{print $3}' >"$work/names"
    [ -s "$work/names" ] || fail "libcspkit_$part.so shows nothing"
    ! grep -vE '^(_Z(N[KRO]*|T[IVS]N?)6cspkit|cspkit_)' "$work/names" || fail "libcspkit_$part.so shows these"
  fi
done

# CMake.
tree=$work/cmake
configure "$sample" "$tree" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON
cmake --build "$tree" -j "$jobs"
says "30 W" "$tree/lamp_agent" "$tree/libcspkit_lamp.so"
one_export "$tree/libcspkit_lamp.so"
no_boost "$tree" CMakeFiles/lamp_agent.dir CMakeFiles/cspkit_lamp.dir
# A newer minor version, or a part that there is not, is said to be lacking.
for request in 'cspkit 0.2' 'cspkit COMPONENTS nonsense'; do
  mkdir -p "$work/ask"
  printf 'cmake_minimum_required(VERSION 3.20)\nproject(ask CXX)\nfind_package(%s CONFIG)\nif(cspkit_FOUND)\nmessage(FATAL_ERROR "found")\nendif()\n' \
    "$request" >"$work/ask/CMakeLists.txt"
  configure "$work/ask" "$work/ask/build" -DCMAKE_PREFIX_PATH="$prefix"
done

# What is installed finds what is installed, wherever the prefix has gone.
cmake --install "$tree" --prefix "$prefix" >>"$work/install.log"
says 0 "$prefix/bin/cspctl" get ./Vendor/Example/Lamp/Watts
"$prefix/bin/cspctl" provider list >"$work/providers"
grep -q '^office .*/Vendor/MSFT/Office' "$work/providers" || fail "cspctl does not find the Office provider"
"$prefix/bin/cspctl" office --help >"$work/office" || fail "cspctl does not find cspctl-office"

# pkg-config.
PKG_CONFIG_PATH=$(echo "$prefix"/lib*/pkgconfig)
export PKG_CONFIG_PATH
if command -v pkg-config >/dev/null; then
  # shellcheck disable=SC2046
  "$cxx" -std=c++20 -o "$work/agent" "$sample/agent.cpp" $(pkg-config --cflags --libs cspkit-core)
  # shellcheck disable=SC2046
  "$cxx" -std=c++17 -fPIC -shared -fvisibility=hidden -Wl,-z,defs -o "$work/libcspkit_lamp.so" "$sample/lamp.cpp" \
    -Wl,--version-script="$(echo "$prefix"/lib*/cmake/cspkit/provider.map)" $(pkg-config --cflags cspkit-sdk)
  cp "$sample/Lamp.xml" "$work"
  # shellcheck disable=SC2046
  "$cc" -std=c99 -o "$work/api_version" "$here/api_version.c" $(pkg-config --cflags --libs cspkit)
  LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
  export LD_LIBRARY_PATH
  says "30 W" "$work/agent" "$work/libcspkit_lamp.so"
  "$work/api_version" >"$work/version" || fail "the C program ended with $?"
  pkg-config --exists cspkit-harness || fail "cspkit-harness.pc is unusable"
else
  echo "pkg-config is absent: its files are not tested"
fi

# Debian packages: unpacked, because only a clean Debian can install them for certain (debian.sh --root does).
if [ "$way" = shared ]; then
  unset LD_LIBRARY_PATH
  if command -v dpkg-shlibdeps >/dev/null; then
    bash "$here/debian.sh" --unpack "$installed" "$work/debian"
  else
    echo "dpkg-dev is absent: no Debian packages are made"
  fi
  exit 0
fi

# The lines that sdk/README.md shows.
mkdir -p "$work/hello"
cp "$source"/samples/hello/{hello.cpp,Example.xml} "$source/tests/docs/hello/CMakeLists.txt" "$work/hello"
configure "$work/hello" "$work/hello/build" -DCMAKE_PREFIX_PATH="$prefix"
cmake --build "$work/hello/build"
one_export "$work/hello/build/libcspkit_hello.so"

# New providers: written from every DDF there is; some built and tried, as they are.
ddfs=("$source/samples/hello/Example.xml" "$source/ddf/catalog/Office.xml")
corpus=${CSPKIT_CORPUS:-$source/../shared/corpus}
if [ -d "$corpus/ddf" ]; then
  for ddf in "$corpus"/ddf/*.xml "$corpus"/ddf_v1/*.xml; do
    "$prefix/bin/cspctl" provider new "$ddf" --out "$work/written/$(basename "$(dirname "$ddf")")/$(basename "$ddf" .xml)" \
      >>"$work/written.log" || fail "provider new $ddf"
  done
  ddfs+=("$corpus"/ddf/RemoteWipe.xml "$corpus"/ddf/ClientCertificateInstall.xml)
else
  echo "no corpus: new providers of the project's own DDFs only"
fi
for ddf in "${ddfs[@]}"; do
  [ -f "$ddf" ] || continue
  made=$work/made/$(basename "$ddf" .xml)
  "$prefix/bin/cspctl" provider new "$ddf" --out "$made" >>"$work/written.log"
  configure "$made" "$made/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=None
  cmake --build "$made/build" -j "$jobs"
  ctest --test-dir "$made/build" --output-on-failure --no-tests=error
  one_export "$(echo "$made"/build/libcspkit_*.so)"
done
