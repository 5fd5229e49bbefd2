/* SPDX-License-Identifier: Apache-2.0 */
/* A handler without a verb that is not marked own. */
#include "zoo.h"

static const cspkit_handler kHandlers[] = {{CSPKIT_STR("Text"), 0, 0, 0}};
ZOO_CREATE {
  self->table.handlers = kHandlers;
  self->table.handler_count = sizeof(kHandlers) / sizeof(kHandlers[0]);
  return CSPKIT_OK;
}
ZOO_PLUGIN;
