/* SPDX-License-Identifier: Apache-2.0 */
/* start says no. */
#include "zoo.h"

static cspkit_code start(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  (void)provider;
  return CSPKIT_DENIED;
}
ZOO_CREATE {
  self->table.start = start;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
