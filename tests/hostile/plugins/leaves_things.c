/* SPDX-License-Identifier: Apache-2.0 */
/* Run leaves behind a timer that would abort, a batch with a change that nobody submits, and a call
 * that nobody completes. The engine must be able to go all the same. */
#include "zoo.h"

static void never(void* context) CSPKIT_NOEXCEPT {
  (void)context;
  abort();
}
static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_str item = CSPKIT_STR("Item/never");
  cspkit_writer batch = {0};
  (void)call;
  if (host->run_after(host, 1000000000000LL, never, NULL) == 0) return CSPKIT_FAILED;
  if (host->batch_open(host, CSPKIT_SCOPE_DEVICE, request->user, &batch) != CSPKIT_OK)
    return CSPKIT_FAILED;
  return host->create(host, batch, item);
}
ZOO_CREATE {
  self->table.exec = exec;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
