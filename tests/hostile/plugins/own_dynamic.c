/* SPDX-License-Identifier: Apache-2.0 */
/* Marks a dynamic node as its own. */
#include "zoo.h"

static const cspkit_handler kHandlers[] = {{CSPKIT_STR("Item/{Name}"), 0, CSPKIT_HANDLER_OWN, 0}};
ZOO_CREATE {
  self->table.handlers = kHandlers;
  self->table.handler_count = sizeof(kHandlers) / sizeof(kHandlers[0]);
  return CSPKIT_OK;
}
ZOO_PLUGIN;
