/* SPDX-License-Identifier: Apache-2.0 */
/* A table without destroy. Static, since nobody can destroy it. */
#include "zoo.h"

static cspkit_code zoo_create(const cspkit_host* host, size_t index,
                              cspkit_provider** out) CSPKIT_NOEXCEPT {
  static zoo_animal animal;
  (void)index;
  animal.host = host;
  animal.table.size = sizeof(animal.table);
  animal.table.impl = &animal;
  animal.table.start = zoo_start;
  *out = &animal.table;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
