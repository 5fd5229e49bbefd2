/* SPDX-License-Identifier: Apache-2.0 */
/* The C sample, linked into the program under a name of its own. */
#include "../../../samples/hello_c/hello_c.c"
