// SPDX-License-Identifier: Apache-2.0
// Must not compile: a function of a provider that may throw does not fit its place in the table.
#include <cspkit/abi.h>

cspkit_code start(cspkit_provider*) { throw 1; }

void fill(cspkit_provider& table) { table.start = &start; }
