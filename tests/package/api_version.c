/* SPDX-License-Identifier: Apache-2.0 */
/* A C program against the installed library: prints the version of the API that it found. */
#include <cspkit/engine.h>
#include <stdio.h>

int main(void) {
  printf("%u\n", (unsigned)cspkit_api_version());
  return cspkit_syncml_status(CSPKIT_OK) == 200 ? 0 : 1;
}
