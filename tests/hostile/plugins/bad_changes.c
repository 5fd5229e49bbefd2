/* SPDX-License-Identifier: Apache-2.0 */
/* Run: tries changes it must not make, one after the other, logs the answers, then makes a good one
 * and says OK. Text: tries a change from a Get. */
#include "zoo.h"

static void say(const cspkit_host* host, const char* what, size_t size, cspkit_code code) {
  char line[64];
  size_t i = 0;
  int number = -code;
  for (; i < size && i < 40; ++i) line[i] = what[i];
  line[i++] = '-';
  if (number >= 10) line[i++] = (char)('0' + number / 10);
  line[i++] = (char)('0' + number % 10);
  zoo_log(host, line, i);
}
#define SAY(what, code) say(host, what, sizeof(what) - 1, code)

static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_writer writer = {call.id};
  const cspkit_writer nobody = {call.id + 1000};
  const cspkit_value text = {CSPKIT_FORMAT_UNSET, 0, "seven", 5};
  const cspkit_str outside = CSPKIT_STR("./Vendor/Other/Node");
  const cspkit_str unknown = CSPKIT_STR("NoSuchNode");
  const cspkit_str climbing = CSPKIT_STR("../Zoo/Text");
  const cspkit_str number = CSPKIT_STR("Number");
  const cspkit_str item = CSPKIT_STR("Item/new");
  cspkit_writer batch = {0};
  const cspkit_str user = CSPKIT_STR("alice");
  (void)request;
  SAY("outside", host->set(host, writer, outside, &text));
  SAY("unknown", host->set(host, writer, unknown, &text));
  SAY("climbing", host->set(host, writer, climbing, &text));
  SAY("format", host->set(host, writer, number, &text));
  SAY("null", host->set(host, writer, number, NULL));
  SAY("nobody", host->set(host, nobody, item, &text));
  SAY("submit", host->batch_submit(host, writer, NULL, NULL));
  SAY("scope", host->batch_open(host, CSPKIT_SCOPE_DEVICE, user, &batch));
  SAY("out", host->batch_open(host, CSPKIT_SCOPE_DEVICE, request->user, NULL));
  return host->create(host, writer, item);
}
static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_writer writer = {call.id};
  const cspkit_str item = CSPKIT_STR("Item/new");
  (void)request;
  SAY("get", host->create(host, writer, item));
  return zoo_give(host, call, "1", 1);
}
ZOO_CREATE {
  self->table.exec = exec;
  self->table.get = get;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
