/* SPDX-License-Identifier: Apache-2.0 */
/* Uses the host from inside the host: reads and writes from a sink, opens the next batch from the
 * end of the last one, posts a task from a task. All of it is allowed. */
#include "zoo.h"

typedef struct round {
  const cspkit_host* host;
  cspkit_writer writer;
  int left;
} round;

static round kRound; /* one engine, one run */

static void name_of_item(void* context, cspkit_str name) CSPKIT_NOEXCEPT {
  round* now = (round*)context;
  const cspkit_value value = {CSPKIT_FORMAT_CHR, 0, name.data, name.size};
  (void)value;
  now->host->state_write(now->host, now->writer, name, name);
  now->host->create(now->host, now->writer, zoo_text("Item/from-a-sink"));
  if (--now->left > 0) {
    now->host->children(now->host, now->writer, zoo_text("Item"), name_of_item, now);
  }
}
static void task(void* context) CSPKIT_NOEXCEPT {
  const cspkit_host* host = (const cspkit_host*)context;
  zoo_log(host, "zoo: task", 9);
  if (--kRound.left > 0) host->run_after(host, 0, task, context);
}
static void applied(void* context, cspkit_code code) CSPKIT_NOEXCEPT {
  const cspkit_host* host = (const cspkit_host*)context;
  cspkit_writer batch = {0};
  zoo_log(host, code == CSPKIT_OK ? "zoo: applied" : "zoo: lost", code == CSPKIT_OK ? 12 : 9);
  if (--kRound.left > 0) {
    host->batch_open(host, CSPKIT_SCOPE_DEVICE, zoo_text(""), &batch);
    host->create(host, batch, zoo_text("Item/from-a-batch"));
    host->batch_submit(host, batch, applied, context);
    return;
  }
  kRound.left = 3;
  host->run_after(host, 0, task, context);
}
static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  cspkit_writer batch = {0};
  (void)request;
  kRound.host = host;
  kRound.writer.id = call.id;
  kRound.left = 50;
  host->create(host, kRound.writer, zoo_text("Item/first"));
  host->children(host, kRound.writer, zoo_text("Item"), name_of_item, &kRound);
  kRound.left = 3;
  host->batch_open(host, CSPKIT_SCOPE_DEVICE, zoo_text(""), &batch);
  return host->batch_submit(host, batch, applied, (void*)host);
}
ZOO_CREATE {
  self->table.exec = exec;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
