// SPDX-License-Identifier: Apache-2.0
// A library like any other: nothing in it is a provider.
int cli_plain_module(void);
int cli_plain_module(void) { return 0; }
