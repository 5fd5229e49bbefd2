// SPDX-License-Identifier: Apache-2.0
// The same layout as C++ sees it.
#include "layout.c"  // NOLINT(bugprone-suspicious-include)
