/* SPDX-License-Identifier: Apache-2.0 */
/* Embeds XML that is no DDF. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
static const cspkit_provider_info kInfos[] = {ZOO_INFO("zoo", "", "<SyncML><SyncHdr/></SyncML>")};
ZOO_PLUGIN_OF(kInfos, 1);
