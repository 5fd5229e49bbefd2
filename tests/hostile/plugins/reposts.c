/* SPDX-License-Identifier: Apache-2.0 */
/* A task that posts itself again without end, and a batch that opens the next one when it is
 * applied: the engine ends all the same. */
#include "zoo.h"

static void task(void* context) CSPKIT_NOEXCEPT {
  const cspkit_host* host = (const cspkit_host*)context;
  if (host->run_after(host, 0, task, context) == 0) zoo_log(host, "zoo: no more tasks", 18);
}
static void applied(void* context, cspkit_code code) CSPKIT_NOEXCEPT {
  const cspkit_host* host = (const cspkit_host*)context;
  cspkit_writer batch = {0};
  if (host->batch_open(host, CSPKIT_SCOPE_DEVICE, zoo_text(""), &batch) != CSPKIT_OK) return;
  if (host->batch_submit(host, batch, applied, context) != CSPKIT_OK) {
    zoo_log(host, "zoo: no more batches", 20);
  }
  (void)code;
}
static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  (void)call;
  (void)request;
  host->run_after(host, 0, task, (void*)host);
  applied((void*)host, CSPKIT_OK);
  return CSPKIT_OK;
}
ZOO_CREATE {
  self->table.exec = exec;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
