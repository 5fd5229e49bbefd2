/* SPDX-License-Identifier: Apache-2.0 */
/* create says OK and makes nothing. */
#include "zoo.h"

static cspkit_code zoo_create(const cspkit_host* host, size_t index,
                              cspkit_provider** out) CSPKIT_NOEXCEPT {
  (void)host;
  (void)index;
  *out = NULL;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
