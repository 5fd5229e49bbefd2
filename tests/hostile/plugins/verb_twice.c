/* SPDX-License-Identifier: Apache-2.0 */
/* Two handlers for one verb of one node. */
#include "zoo.h"

static const cspkit_handler kHandlers[] = {{CSPKIT_STR("Item/{Name}"), CSPKIT_GET, 0, 0},
                                           {CSPKIT_STR("Item/{Other}"), CSPKIT_GET, 0, 0}};
ZOO_CREATE {
  self->table.handlers = kHandlers;
  self->table.handler_count = sizeof(kHandlers) / sizeof(kHandlers[0]);
  return CSPKIT_OK;
}
ZOO_PLUGIN;
