/* SPDX-License-Identifier: Apache-2.0 */
/* Embeds a DDF without a tree. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
static const cspkit_provider_info kInfos[] = {
    ZOO_INFO("zoo", "", "<MgmtTree><VerDTD>1.2</VerDTD></MgmtTree>")};
ZOO_PLUGIN_OF(kInfos, 1);
