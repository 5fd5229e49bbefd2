/* SPDX-License-Identifier: Apache-2.0 */
/* Text is pending for ever; Number completes it, after its deadline, and answers what the host said
 * of that. */
#include "zoo.h"

static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  if (request->handler == 0) {
    zoo_self(provider)->kept = call.id;
    return CSPKIT_PENDING;
  }
  {
    const cspkit_call old = {zoo_self(provider)->kept};
    const int cancelled = host->is_cancelled(host, old) == 1;
    const int stale = host->complete(host, old, CSPKIT_OK) == CSPKIT_STALE;
    return zoo_give(host, call, cancelled && stale ? "13" : "0", cancelled && stale ? 2 : 1);
  }
}
ZOO_CREATE {
  self->table.get = get;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
