/* SPDX-License-Identifier: Apache-2.0 */
/* Names a DDF that is not there. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
static const cspkit_provider_info kInfos[] = {ZOO_INFO("zoo", "NotThere.xml", "")};
ZOO_PLUGIN_OF(kInfos, 1);
