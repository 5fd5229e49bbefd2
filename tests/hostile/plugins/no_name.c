/* SPDX-License-Identifier: Apache-2.0 */
/* It has no name. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
static const cspkit_provider_info kInfos[] = {ZOO_INFO("", "", ZOO_TREE("Zoo"))};
ZOO_PLUGIN_OF(kInfos, 1);
