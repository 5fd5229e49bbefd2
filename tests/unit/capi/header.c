/* SPDX-License-Identifier: Apache-2.0 */
/* The header stands alone, and twice. */
#include <cspkit/engine.h>

cspkit_engine_options capi_options = CSPKIT_ENGINE_OPTIONS_INIT;
cspkit_error capi_error = CSPKIT_ERROR_INIT;
cspkit_buffer capi_buffer = CSPKIT_BUFFER_INIT;
cspkit_principal capi_principal = CSPKIT_PRINCIPAL_INIT;
