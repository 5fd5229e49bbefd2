/* SPDX-License-Identifier: Apache-2.0 */
/* The example at the top of engine.h; compiled, and compared by check_snippets.cmake. */
#include <cspkit/engine.h>
#include <stdio.h>

void embed(void);
void embed(void) {
  cspkit_error error = CSPKIT_ERROR_INIT;
  cspkit_engine_options options = CSPKIT_ENGINE_OPTIONS_INIT;
  cspkit_engine* engine;
  options.state = "device.db";
  if (cspkit_engine_open(&options, &engine, &error) != CSPKIT_OK) puts(error.text);
}
