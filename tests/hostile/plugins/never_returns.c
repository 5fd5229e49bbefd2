/* SPDX-License-Identifier: Apache-2.0 */
/* A get that never returns. */
#include <unistd.h>

#include "zoo.h"

static cspkit_code stay(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)call;
  (void)request;
  zoo_log(zoo_self(provider)->host, "zoo: stays", 10);
  while (pause() == -1) continue; /* which is all it ever gives */
  return CSPKIT_OK;
}
ZOO_CREATE {
  self->table.get = stay;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
