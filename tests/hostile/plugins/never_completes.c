/* SPDX-License-Identifier: Apache-2.0 */
/* Every operation is pending for ever. */
#include "zoo.h"

static cspkit_code pending(cspkit_provider* provider, cspkit_call call,
                           const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)provider;
  (void)call;
  (void)request;
  return CSPKIT_PENDING;
}
ZOO_CREATE {
  self->table.get = pending;
  self->table.replace = pending;
  self->table.exec = pending;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
