/* SPDX-License-Identifier: Apache-2.0 */
/* Starts a job without offering cspkit.jobs/1: nobody could ever end it. */
#include "zoo.h"

static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_host_jobs* jobs =
      (const cspkit_host_jobs*)host->get_extension(host, CSPKIT_EXT_JOBS);
  const cspkit_writer writer = {call.id};
  const cspkit_str id = CSPKIT_STR("job");
  (void)request;
  if (jobs == NULL) return CSPKIT_NOT_SUPPORTED;
  return jobs->job_start(host, writer, id, id) == CSPKIT_MISUSE ? CSPKIT_DENIED : CSPKIT_OK;
}
ZOO_CREATE {
  self->table.exec = exec;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
