/* SPDX-License-Identifier: Apache-2.0 */
/* Shows a function to the world that others have, too: the program, and same_function_twin. The
 * value of Number says whose it called. */
#include "../zoo.h"

const char* ZOO_FUNCTION(void);
__attribute__((visibility("default"))) const char* ZOO_FUNCTION(void) { return ZOO_ANSWER; }

static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  const char* (*volatile whose)(void) = ZOO_FUNCTION; /* as another source of it would call it */
  (void)request;
  return zoo_give(zoo_self(provider)->host, call, whose(), 1);
}
ZOO_CREATE {
  self->table.get = get;
  return CSPKIT_OK;
}
static const cspkit_provider_info kZooInfos[] = {ZOO_INFO(ZOO_NAME, "", ZOO_TREE(ZOO_ROOT))};
ZOO_PLUGIN_OF(kZooInfos, 1);
