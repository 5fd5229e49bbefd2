/* SPDX-License-Identifier: Apache-2.0 */
/* Linked without -z defs against something that is not there: fails when it is loaded, not later.
 */
#include "zoo.h"

extern cspkit_code cspkit_zoo_that_is_nowhere(void);

ZOO_CREATE {
  (void)self;
  return cspkit_zoo_that_is_nowhere();
}
ZOO_PLUGIN;
