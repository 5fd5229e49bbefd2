/* SPDX-License-Identifier: Apache-2.0 */
/* A pattern of an impossible size. */
#include "zoo.h"

static const cspkit_handler kHandlers[] = {{{"Text", (size_t)-1}, CSPKIT_GET, 0, 0}};
ZOO_CREATE {
  self->table.handlers = kHandlers;
  self->table.handler_count = 1;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
