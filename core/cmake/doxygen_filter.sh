#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# doxygen_filter.sh HEADER: the header as Doxygen reads it. What a file begins with, up to the first empty comment line,
# is about the file; in C headers, whose comments are plain ones, each is about what follows, or what it stands behind.
case "$1" in
*.h)
  awk '
    /^\/\* SPDX/ || /^\/\* ----/ || /^#/ && /\/\*/ && !/define/ { print; next }
    /^\/\*$/ && !begun { print "/** \\file"; begun = 1; next }
    /^[[:space:]]*\/\*/ { sub(/\/\*/, "/**"); print; next }
    /[^[:space:]].*\/\*/ { sub(/\/\*/, "/**<"); print; next }
    { print }
  ' "$1"
  ;;
*)
  awk '
    NR == 2 && /^\/\/ / { about = 1; sub(/^\/\//, "/// \\file\n///"); print; next }
    about && /^\/\/ / { sub(/^\/\//, "///"); print; next }
    { about = 0; print }
  ' "$1"
  ;;
esac
