/* SPDX-License-Identifier: Apache-2.0 */
/* What it shows under the name of the plugin object is a function. */
__attribute__((visibility("default"))) int cspkit_plugin_v1(void);
int cspkit_plugin_v1(void) { return 0; }
