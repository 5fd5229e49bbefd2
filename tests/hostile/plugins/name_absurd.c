/* SPDX-License-Identifier: Apache-2.0 */
/* The size of its name was never set to anything that can be. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  abort();
}
static const cspkit_provider_info kZooInfos[] = {
    {{"zoo", (size_t)-3}, CSPKIT_STR(""), CSPKIT_STR(ZOO_TREE("Zoo")), 0}};
ZOO_PLUGIN_OF(kZooInfos, 1);
