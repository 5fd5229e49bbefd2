/* SPDX-License-Identifier: Apache-2.0 */
/* Its cspkit_plugin_v1 claims the size of a plugin and is two words. */
#include <stdint.h>
typedef struct too_small {
  uint32_t size;
  uint16_t abi_major, abi_minor;
} too_small;
extern const too_small cspkit_plugin_v1;
__attribute__((visibility("default"))) const too_small cspkit_plugin_v1 = {64, 1, 0};
