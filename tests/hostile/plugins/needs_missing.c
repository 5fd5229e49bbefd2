/* SPDX-License-Identifier: Apache-2.0 */
/* Linked to a library that is not on the device. */
#include "zoo.h"

extern int cspkit_zoo_absent(void);

ZOO_CREATE {
  (void)self;
  return cspkit_zoo_absent() == 0 ? CSPKIT_OK : CSPKIT_FAILED;
}
ZOO_PLUGIN;
