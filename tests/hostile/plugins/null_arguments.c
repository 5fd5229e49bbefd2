/* SPDX-License-Identifier: Apache-2.0 */
/* Calls every function of the host with nothing, and with text that has no bytes or impossibly
 * many. The value of Text is how many were answered as they must be, of how many. */
#include <stdio.h>

#include "zoo.h"

static int asked, right;
static void expect(int as_it_must) {
  ++asked;
  right += as_it_must;
}
#define MISUSE(call) expect((call) == CSPKIT_MISUSE)

static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_writer writer = {call.id};
  const cspkit_str texts[] = {{NULL, 5}, {"x", (size_t)-1}, {"x", (size_t)-1 / 2}};
  const cspkit_str key = CSPKIT_STR("key");
  const cspkit_value good = {CSPKIT_FORMAT_CHR, 0, "x", 1};
  const cspkit_host_jobs* jobs =
      (const cspkit_host_jobs*)host->get_extension(host, CSPKIT_EXT_JOBS);
  const cspkit_host_alerts* alerts =
      (const cspkit_host_alerts*)host->get_extension(host, CSPKIT_EXT_ALERTS);
  size_t i = 0;
  char line[64];
  int length = 0;
  (void)request;
  asked = right = 0;
  for (i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    const cspkit_str text = texts[i];
    const cspkit_value value = {CSPKIT_FORMAT_CHR, 0, text.data, text.size};
    cspkit_writer batch = {0};
    cspkit_alert alert = {sizeof(cspkit_alert),
                          CSPKIT_ALERT_GENERIC,
                          {"", 0},
                          {"t", 1},
                          {"", 0},
                          {"", 0},
                          {"", 0},
                          {"", 0}};
    MISUSE(host->set_value(host, call, &value));
    MISUSE(host->set_error(host, call, 0, text));
    MISUSE(host->read(host, writer, text, NULL, NULL));
    MISUSE(host->children(host, writer, text, NULL, NULL));
    MISUSE(host->set(host, writer, text, &good));
    MISUSE(host->set(host, writer, key, &value));
    MISUSE(host->create(host, writer, text));
    MISUSE(host->remove(host, writer, text)); /* an empty path would be all there is */
    MISUSE(host->state_read(host, writer, text, NULL, NULL));
    MISUSE(host->state_list(host, writer, text, NULL, NULL));
    MISUSE(host->state_write(host, writer, text, key));
    MISUSE(host->state_write(host, writer, key, text));
    MISUSE(host->state_remove(host, writer, text));
    MISUSE(host->batch_open(host, CSPKIT_SCOPE_USER, text, &batch));
    MISUSE(jobs->job_progress(host, text, 1, key));
    MISUSE(jobs->job_progress(host, key, 1, text));
    alert.data = text;
    MISUSE(alerts->alert_queue(host, writer, &alert));
    alert.data = key;
    alert.source = text;
    MISUSE(alerts->alert_queue(host, writer, &alert));
    host->log(host, CSPKIT_LOG_INFO, text);
  }
  MISUSE(host->set_value(host, call, NULL));
  MISUSE(host->set(host, writer, key, NULL));
  MISUSE(host->batch_open(host, CSPKIT_SCOPE_DEVICE, key, NULL));
  MISUSE(host->batch_open(host, 7, key, NULL));
  MISUSE(alerts->alert_queue(host, writer, NULL));
  expect(host->run_after(host, 0, NULL, NULL) == 0);
  expect(host->cancel_task(host, 0) == 0);
  expect(host->cancel_task(host, (uint64_t)-1) == 0);
  expect(host->get_extension(host, NULL) == NULL);
  expect(host->get_extension(host, "") == NULL);
  expect(host->get_extension(host, "cspkit.jobs/2") == NULL);
  /* Without a sink there is nobody to tell, which is no mistake. */
  expect(host->read(host, writer, zoo_text("Text"), NULL, NULL) == CSPKIT_NOT_SUPPORTED);
  expect(host->children(host, writer, zoo_text("Item"), NULL, NULL) == CSPKIT_OK);
  length = snprintf(line, sizeof(line), "zoo: %d of %d", right, asked);
  zoo_log(host, line, (size_t)length);
  return right == asked ? CSPKIT_OK : CSPKIT_FAILED;
}
ZOO_CREATE {
  self->table.exec = exec;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
