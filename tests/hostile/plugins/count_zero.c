/* SPDX-License-Identifier: Apache-2.0 */
/* Offers no provider. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
static const cspkit_provider_info kInfos[] = {ZOO_INFO("zoo", "", ZOO_TREE("Zoo"))};
ZOO_PLUGIN_OF(kInfos, 0);
