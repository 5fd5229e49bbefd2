/* SPDX-License-Identifier: Apache-2.0 */
/* create refuses, having made nothing. */
#include "zoo.h"

static cspkit_code zoo_create(const cspkit_host* host, size_t index,
                              cspkit_provider** out) CSPKIT_NOEXCEPT {
  (void)host;
  (void)index;
  (void)out;
  return CSPKIT_BUSY;
}
ZOO_PLUGIN;
