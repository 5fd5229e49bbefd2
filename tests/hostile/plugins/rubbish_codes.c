/* SPDX-License-Identifier: Apache-2.0 */
/* Answers codes that no operation may answer: an unknown one (Text), one of the host's own
 * (Number), one of the engine's (Run). */
#include "zoo.h"

static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)provider;
  (void)call;
  return request->handler == 0 ? 12345 : CSPKIT_STALE;
}
static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)provider;
  (void)call;
  (void)request;
  return -2000000000;
}
ZOO_CREATE {
  self->table.get = get;
  self->table.exec = exec;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
