/* SPDX-License-Identifier: Apache-2.0 */
/* Announces handlers and gives none. */
#include "zoo.h"

ZOO_CREATE {
  self->table.handlers = NULL;
  self->table.handler_count = 3;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
