/* SPDX-License-Identifier: Apache-2.0 */
/* Goes on using the host from destroy(): nothing of it comes to anything, and all of it is
 * answered. */
#include "zoo.h"

static void never(void* context) CSPKIT_NOEXCEPT {
  zoo_log((const cspkit_host*)context, "zoo: too late", 13);
}
static void never_applied(void* context, cspkit_code code) CSPKIT_NOEXCEPT {
  if (code == CSPKIT_OK) never(context);
}
static void destroy(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_host_jobs* jobs =
      (const cspkit_host_jobs*)host->get_extension(host, CSPKIT_EXT_JOBS);
  cspkit_writer batch = {0};
  cspkit_call old = {0};
  int right = 0;
  old.id = zoo_self(provider)->kept;
  right += host->run_after(host, 0, never, (void*)host) == 0;
  right += host->complete(host, old, CSPKIT_OK) == CSPKIT_STALE;
  right += host->is_cancelled(host, old) == 1;
  right += jobs->is_closing(host) == 1;
  right += host->now_steady(host) >= 0;
  if (host->batch_open(host, CSPKIT_SCOPE_DEVICE, zoo_text(""), &batch) == CSPKIT_OK) {
    host->create(host, batch, zoo_text("Item/late"));
    right += host->batch_submit(host, batch, never_applied, (void*)host) == CSPKIT_CANCELLED;
  }
  zoo_log(host, right == 6 ? "zoo: all told" : "zoo: not all told", right == 6 ? 13 : 17);
  zoo_destroy(provider);
}
static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)request;
  zoo_self(provider)->kept = call.id;
  return CSPKIT_OK;
}
ZOO_CREATE {
  self->table.destroy = destroy;
  self->table.exec = exec;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
