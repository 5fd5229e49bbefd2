/* SPDX-License-Identifier: Apache-2.0 */
/* start answers a code that only operations may answer. */
#include "zoo.h"

static cspkit_code start(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  (void)provider;
  return CSPKIT_PENDING;
}
ZOO_CREATE {
  self->table.start = start;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
