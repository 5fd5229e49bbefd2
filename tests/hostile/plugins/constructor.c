/* SPDX-License-Identifier: Apache-2.0 */
/* Does something as soon as it is loaded: a library that is not trusted must not get that far. */
#define _POSIX_C_SOURCE 200809L
#include "zoo.h"

__attribute__((constructor)) static void loaded(void) { setenv("CSPKIT_ZOO_LOADED", "1", 1); }

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
