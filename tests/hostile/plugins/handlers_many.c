/* SPDX-License-Identifier: Apache-2.0 */
/* Announces more handlers than there can be, and has three. */
#include "zoo.h"

ZOO_CREATE {
  self->table.handler_count = (size_t)1 << 60;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
