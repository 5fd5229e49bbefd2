/* SPDX-License-Identifier: Apache-2.0 */
/* Takes part in transactions, and has no function to undo anything. */
#include "zoo.h"

static cspkit_code undo_for(cspkit_provider* provider, cspkit_call call,
                            const cspkit_request* request) CSPKIT_NOEXCEPT {
  return zoo_get(provider, call, request);
}
static const void* extension(cspkit_provider* provider, const char* id) CSPKIT_NOEXCEPT {
  static const cspkit_provider_transaction kTransaction = {
      sizeof(cspkit_provider_transaction), 0, NULL, undo_for, NULL, NULL, NULL};
  (void)provider;
  return id[7] == 't' ? &kTransaction : NULL; /* "cspkit.transaction/1" */
}
ZOO_CREATE {
  self->table.get_extension = extension;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
