/* SPDX-License-Identifier: Apache-2.0 */
/* No create function. */
#include "zoo.h"

static const cspkit_provider_info kInfos[] = {ZOO_INFO("zoo", "", ZOO_TREE("Zoo"))};
CSPKIT_PLUGIN_OBJECT = {sizeof(cspkit_plugin),
                        CSPKIT_ABI_MAJOR,
                        CSPKIT_ABI_MINOR,
                        CSPKIT_STR("com.example.zoo"),
                        CSPKIT_STR("1.0.0"),
                        kInfos,
                        1,
                        NULL};
