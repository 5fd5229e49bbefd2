/* SPDX-License-Identifier: Apache-2.0 */
/* Two providers that claim one root. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
static const cspkit_provider_info kInfos[] = {ZOO_INFO("zoo", "", ZOO_TREE("Zoo")),
                                              ZOO_INFO("zoo2", "", ZOO_TREE("Zoo"))};
ZOO_PLUGIN_OF(kInfos, 2);
