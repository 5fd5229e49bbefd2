/* SPDX-License-Identifier: Apache-2.0 */
/* The first of its providers is good and starts, the second one does not: neither may stay. */
#include "zoo.h"

static cspkit_code start(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  (void)provider;
  return CSPKIT_FAILED;
}
static cspkit_code zoo_create(const cspkit_host* host, size_t index,
                              cspkit_provider** out) CSPKIT_NOEXCEPT {
  zoo_animal* self = zoo_make(host);
  if (self == NULL) return CSPKIT_FULL;
  if (index == 1) self->table.start = start;
  *out = &self->table;
  return CSPKIT_OK;
}
static const cspkit_provider_info kInfos[] = {ZOO_INFO("zoo", "", ZOO_TREE("Zoo")),
                                              ZOO_INFO("zoo2", "", ZOO_TREE("Zoo2"))};
ZOO_PLUGIN_OF(kInfos, 2);
