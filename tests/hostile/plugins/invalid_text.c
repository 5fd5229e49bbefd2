/* SPDX-License-Identifier: Apache-2.0 */
/* Text that is no UTF-8, and bytes that XML cannot say: as a value, the name of a node, the reason
 * of a failure and a line of the log. */
#include "zoo.h"

static const char kBytes[] = "a\xff\xfe\xc0\x80\xed\xa0\x80\0\x01\x1b[31m\r\n]]>&<b";

static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_str bytes = {kBytes, sizeof(kBytes) - 1};
  if (request->handler == 0) return zoo_give(host, call, kBytes, sizeof(kBytes) - 1);
  host->set_error(host, call, 0x80004005u, bytes);
  return CSPKIT_FAILED;
}
static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_writer writer = {call.id};
  static const char kName[] = "Item/a%FF%00%01b";
  const cspkit_str name = {kName, sizeof(kName) - 1};
  const cspkit_str line = {kBytes, sizeof(kBytes) - 1};
  (void)request;
  host->log(host, 99, line);
  host->log(host, CSPKIT_LOG_ERROR, line);
  if (host->create(host, writer, name) == CSPKIT_OK) zoo_log(host, "zoo: named", 10);
  return CSPKIT_OK;
}
ZOO_CREATE {
  self->table.get = get;
  self->table.exec = exec;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
