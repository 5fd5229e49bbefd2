/* SPDX-License-Identifier: Apache-2.0 */
/* A pattern that says it has bytes and has none. */
#include "zoo.h"

static const cspkit_handler kHandlers[] = {{{NULL, 100}, CSPKIT_GET, 0, 0},
                                           {CSPKIT_STR("Nowhere"), CSPKIT_GET, 0, 0}};
ZOO_CREATE {
  self->table.handlers = kHandlers;
  self->table.handler_count = sizeof(kHandlers) / sizeof(kHandlers[0]);
  return CSPKIT_OK;
}
ZOO_PLUGIN;
