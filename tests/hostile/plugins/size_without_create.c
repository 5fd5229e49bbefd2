/* SPDX-License-Identifier: Apache-2.0 */
/* Its exported object says that it ends before `create`. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
static const cspkit_provider_info kInfos[] = {ZOO_INFO("zoo", "", ZOO_TREE("Zoo"))};
CSPKIT_PLUGIN_OBJECT = {offsetof(cspkit_plugin, create),
                        CSPKIT_ABI_MAJOR,
                        CSPKIT_ABI_MINOR,
                        CSPKIT_STR("com.example.zoo"),
                        CSPKIT_STR("1.0.0"),
                        kInfos,
                        1,
                        zoo_create};
