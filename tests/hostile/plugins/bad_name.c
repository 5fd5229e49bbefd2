/* SPDX-License-Identifier: Apache-2.0 */
/* Its name could not key durable state. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
static const cspkit_provider_info kInfos[] = {ZOO_INFO("Zoo & Sons", "", ZOO_TREE("Zoo"))};
ZOO_PLUGIN_OF(kInfos, 1);
