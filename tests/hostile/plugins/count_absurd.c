/* SPDX-License-Identifier: Apache-2.0 */
/* Announces more providers than there can be, and has one. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  abort();
}
static const cspkit_provider_info kZooInfos[] = {ZOO_INFO("zoo", "", ZOO_TREE("Zoo"))};
ZOO_PLUGIN_OF(kZooInfos, (size_t)1 << 60);
