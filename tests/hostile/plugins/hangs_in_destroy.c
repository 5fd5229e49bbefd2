/* SPDX-License-Identifier: Apache-2.0 */
/* Does not return from destroy() before the host has given it up. */
#define _POSIX_C_SOURCE 200809L
#include <sched.h>

#include "zoo.h"

static void destroy(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  cspkit_writer batch = {0};
  zoo_log(host, "zoo: stays", 10);
  while (host->batch_open(host, CSPKIT_SCOPE_DEVICE, zoo_text(""), &batch) != CSPKIT_STALE) {
    host->batch_drop(host, batch);
    sched_yield();
  }
}
ZOO_CREATE {
  self->table.destroy = destroy;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
