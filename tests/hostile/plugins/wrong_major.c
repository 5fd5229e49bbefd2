/* SPDX-License-Identifier: Apache-2.0 */
/* Built for another major version; no function of it may run. */
#include "zoo.h"

static cspkit_code create(const cspkit_host* host, size_t index,
                          cspkit_provider** out) CSPKIT_NOEXCEPT {
  (void)host;
  (void)index;
  (void)out;
  abort();
}
static const cspkit_provider_info kInfos[] = {ZOO_INFO("zoo", "", ZOO_TREE("Zoo"))};
CSPKIT_PLUGIN_OBJECT = {sizeof(cspkit_plugin), 2,      0, CSPKIT_STR("com.example.zoo"),
                        CSPKIT_STR("2.0.0"),   kInfos, 1, create};
