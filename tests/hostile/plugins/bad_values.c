/* SPDX-License-Identifier: Apache-2.0 */
/* Gives values that are none: null (first Get of Text), a format that is none (second), bytes
 * without data (third), nothing at all (fourth and later). Its int is no number. */
#include "zoo.h"

static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  zoo_animal* self = zoo_self(provider);
  const cspkit_value no_format = {99, 0, "x", 1};
  const cspkit_value no_data = {CSPKIT_FORMAT_CHR, 0, NULL, 5};
  cspkit_code code = CSPKIT_MISUSE;
  if (request->handler == 1) return zoo_give(self->host, call, "seven", 5);
  switch (self->kept++) {
    case 0:
      code = self->host->set_value(self->host, call, NULL);
      break;
    case 1:
      code = self->host->set_value(self->host, call, &no_format);
      break;
    case 2:
      code = self->host->set_value(self->host, call, &no_data);
      break;
    default:
      break;
  }
  if (code == CSPKIT_MISUSE) zoo_log(self->host, "zoo: misuse", 11);
  return CSPKIT_OK;
}
ZOO_CREATE {
  self->table.get = get;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
