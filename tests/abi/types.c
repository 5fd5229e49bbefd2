/* SPDX-License-Identifier: Apache-2.0 */
/* A library whose debug information holds every type of abi.h, for abidiff. */
#include <cspkit/abi.h>

#define HOLD(type) CSPKIT_EXPORT type* hold_##type(type* it)
#define KEEP(type) \
  HOLD(type);      \
  type* hold_##type(type* it) { return it; }

KEEP(cspkit_code)
KEEP(cspkit_str)
KEEP(cspkit_value)
KEEP(cspkit_call)
KEEP(cspkit_writer)
KEEP(cspkit_handler)
KEEP(cspkit_request)
KEEP(cspkit_value_sink)
KEEP(cspkit_bytes_sink)
KEEP(cspkit_done)
KEEP(cspkit_task)
KEEP(cspkit_host)
KEEP(cspkit_provider)
KEEP(cspkit_provider_info)
KEEP(cspkit_plugin)
KEEP(cspkit_host_jobs)
KEEP(cspkit_provider_jobs)
KEEP(cspkit_alert)
KEEP(cspkit_host_alerts)
KEEP(cspkit_provider_transaction)
