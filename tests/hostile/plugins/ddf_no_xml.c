/* SPDX-License-Identifier: Apache-2.0 */
/* Embeds something that is no XML. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
static const cspkit_provider_info kInfos[] = {ZOO_INFO("zoo", "", "this is no DDF")};
ZOO_PLUGIN_OF(kInfos, 1);
