/* SPDX-License-Identifier: Apache-2.0 */
/* Declares a verb and has no function for it. */
#include "zoo.h"

static const cspkit_handler kHandlers[] = {{CSPKIT_STR("Item/{Name}"), CSPKIT_ADD, 0, 0}};
ZOO_CREATE {
  self->table.handlers = kHandlers;
  self->table.handler_count = sizeof(kHandlers) / sizeof(kHandlers[0]);
  return CSPKIT_OK;
}
ZOO_PLUGIN;
