/* SPDX-License-Identifier: Apache-2.0 */
/* Does not return from start() before the host has given it up, or is closing. */
#define _POSIX_C_SOURCE 200809L
#include <sched.h>

#include "zoo.h"

static cspkit_code start(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_call none = {0};
  cspkit_writer batch = {0};
  zoo_log(host, "zoo: stays", 10);
  (void)none;
  while (host->batch_open(host, CSPKIT_SCOPE_DEVICE, zoo_text(""), &batch) != CSPKIT_STALE) {
    host->batch_drop(host, batch);
    sched_yield();
  }
  return CSPKIT_OK;
}
ZOO_CREATE {
  self->table.start = start;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
