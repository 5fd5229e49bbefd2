/* SPDX-License-Identifier: Apache-2.0 */
/* Announces a provider and gives no information on it. */
#include "zoo.h"

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
ZOO_PLUGIN_OF(NULL, 1);
