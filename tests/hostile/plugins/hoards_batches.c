/* SPDX-License-Identifier: Apache-2.0 */
/* Opens batches and forgets them. */
#include "zoo.h"

static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  cspkit_code code = CSPKIT_OK;
  int opened = 0;
  (void)call;
  (void)request;
  for (opened = 0; opened < 1000000 && code == CSPKIT_OK; ++opened) {
    cspkit_writer batch = {0};
    code = host->batch_open(host, CSPKIT_SCOPE_DEVICE, zoo_text(""), &batch);
  }
  return code;
}
ZOO_CREATE {
  self->table.exec = exec;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
