/* SPDX-License-Identifier: Apache-2.0 */
/* Run keeps the handle of its call; Text then uses it, when it is over: every use must be stale. */
#include "zoo.h"

static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)request;
  zoo_self(provider)->kept = call.id;
  return CSPKIT_OK;
}
static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_call old = {zoo_self(provider)->kept};
  const cspkit_writer writer = {zoo_self(provider)->kept};
  const cspkit_str item = CSPKIT_STR("Item/late");
  const cspkit_str text = CSPKIT_STR("late");
  const cspkit_value value = {CSPKIT_FORMAT_CHR, 0, "late", 4};
  int stale = 0;
  (void)request;
  stale += host->set_value(host, old, &value) == CSPKIT_STALE;
  stale += host->set_error(host, old, 1, text) == CSPKIT_STALE;
  stale += host->complete(host, old, CSPKIT_OK) == CSPKIT_STALE;
  stale += host->is_cancelled(host, old) == 1;
  stale += host->create(host, writer, item) == CSPKIT_STALE;
  stale += host->remove(host, writer, item) == CSPKIT_STALE;
  stale += host->state_write(host, writer, text, text) == CSPKIT_STALE;
  stale += host->batch_drop(host, writer) == CSPKIT_STALE;
  return zoo_give(host, call, stale == 8 ? "all stale" : "not all", stale == 8 ? 9 : 7);
}
ZOO_CREATE {
  self->table.exec = exec;
  self->table.get = get;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
