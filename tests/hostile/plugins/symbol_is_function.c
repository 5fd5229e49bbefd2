/* SPDX-License-Identifier: Apache-2.0 */
/* Its cspkit_plugin_v1 is a function. Without abi.h, which would not let it compile. */
extern int cspkit_plugin_v1(void);
__attribute__((visibility("default"))) int cspkit_plugin_v1(void) { return 42; }
