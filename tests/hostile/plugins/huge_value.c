/* SPDX-License-Identifier: Apache-2.0 */
/* Text is 17 MiB long, beyond what a value may have. Its error text is a mebibyte. */
#include <string.h>

#include "zoo.h"

static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const size_t size = request->handler == 0 ? (size_t)17 << 20 : (size_t)1 << 20;
  cspkit_code code = CSPKIT_FULL;
  char* text = (char*)malloc(size);
  if (text == NULL) return CSPKIT_FULL;
  memset(text, 'x', size);
  if (request->handler == 0) {
    code = zoo_give(host, call, text, size);
  } else {
    const cspkit_str why = {text, size};
    host->set_error(host, call, 0, why);
    code = CSPKIT_FAILED;
  }
  free(text);
  return code;
}
ZOO_CREATE {
  self->table.get = get;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
