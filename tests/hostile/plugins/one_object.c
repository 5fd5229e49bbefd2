/* SPDX-License-Identifier: Apache-2.0 */
/* Gives the same object for both of its providers. */
#include "zoo.h"

static zoo_animal* kOnly; /* one engine */

static cspkit_code zoo_create(const cspkit_host* host, size_t index,
                              cspkit_provider** out) CSPKIT_NOEXCEPT {
  if (index == 0) kOnly = zoo_make(host);
  if (kOnly == NULL) return CSPKIT_FULL;
  *out = &kOnly->table;
  return CSPKIT_OK;
}
static const cspkit_provider_info kZooInfos[] = {ZOO_INFO("zoo", "", ZOO_TREE("Zoo")),
                                                 ZOO_INFO("zoo2", "", ZOO_TREE("Zoo2"))};
ZOO_PLUGIN_OF(kZooInfos, 2);
