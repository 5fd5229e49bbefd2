/* SPDX-License-Identifier: Apache-2.0 */
/* Names a DDF outside the places where one is sought. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
static const cspkit_provider_info kInfos[] = {ZOO_INFO("zoo", "../../etc/passwd", "")};
ZOO_PLUGIN_OF(kInfos, 1);
