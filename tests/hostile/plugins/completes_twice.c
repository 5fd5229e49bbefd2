/* SPDX-License-Identifier: Apache-2.0 */
/* Completes a Get (Text) twice and then says pending; completes a Get (Number) and answers too;
 * completes an Exec with "pending". What the host said of the second completion is the value. */
#include "zoo.h"

static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  if (request->handler == 1) {
    zoo_give(host, call, "7", 1);
    host->complete(host, call, CSPKIT_OK);
    return CSPKIT_OK;
  }
  zoo_give(host, call, "first", 5);
  host->complete(host, call, CSPKIT_OK);
  if (host->complete(host, call, CSPKIT_BUSY) == CSPKIT_STALE) zoo_log(host, "zoo: stale", 10);
  return CSPKIT_PENDING;
}
static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  (void)request;
  host->complete(host, call, CSPKIT_PENDING);
  return CSPKIT_PENDING;
}
ZOO_CREATE {
  self->table.get = get;
  self->table.exec = exec;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
