/* SPDX-License-Identifier: Apache-2.0 */
/* Declares a verb that abi.h does not know. */
#include "zoo.h"

static const cspkit_handler kHandlers[] = {{CSPKIT_STR("Text"), CSPKIT_GET | 1024, 0, 0}};
ZOO_CREATE {
  self->table.handlers = kHandlers;
  self->table.handler_count = sizeof(kHandlers) / sizeof(kHandlers[0]);
  return CSPKIT_OK;
}
ZOO_PLUGIN;
