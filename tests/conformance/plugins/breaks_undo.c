/* SPDX-License-Identifier: Apache-2.0 */
/* Providers that take part in transactions and each break one promise of it. Text is held outside
 * the store, with a count of its changes that no node shows. WRONG names the promise; `keeps_all`
 * breaks none. */
#include <string.h>

#include "../../hostile/plugins/zoo.h"

enum {
  keeps_all = 1,
  undo_nothing,   /* apply_undo says OK and does nothing */
  undo_part,      /* apply_undo forgets the count */
  undo_refused,   /* apply_undo fails */
  undo_once,      /* apply_undo fails the second time */
  undo_relative,  /* apply_undo takes one back, whatever there is */
  undo_late,      /* apply_undo fails before start() */
  undo_pending,   /* undo_for says "pending" */
  commit_refused, /* commit fails */
  commit_once,    /* commit fails the second time */
  commit_counts,  /* each commit adds to Text */
  begin_pending   /* begin says "pending" */
};

typedef struct held_state {
  char text[64];
  uint32_t count;
} held_state;

typedef struct held_self {
  held_state state;
  int started;
  uint64_t ended; /* the transaction that was undone or committed last */
} held_self;

static held_self* self_of(cspkit_provider* provider) {
  return (held_self*)(uintptr_t)zoo_self(provider)->kept;
}

static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  const held_self* self = self_of(provider);
  if (request->handler != 0) return zoo_get(provider, call, request);
  return zoo_give(zoo_self(provider)->host, call, self->state.text, strlen(self->state.text));
}

static cspkit_code replace(cspkit_provider* provider, cspkit_call call,
                           const cspkit_request* request) CSPKIT_NOEXCEPT {
  held_state* state = &self_of(provider)->state;
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_writer writer = {call.id};
  const cspkit_str key = CSPKIT_STR("changes");
  const size_t size = request->value == NULL ? 0 : request->value->size;
  memset(state->text, 0, sizeof(state->text));
  if (size != 0)
    memcpy(state->text, request->value->data,
           size < sizeof(state->text) ? size : sizeof(state->text) - 1);
  state->count += 1;
  return host->state_write(host, writer, key, key);
}

static cspkit_code begin(cspkit_provider* provider, uint64_t transaction) CSPKIT_NOEXCEPT {
  (void)provider;
  (void)transaction;
  return WRONG == begin_pending ? CSPKIT_PENDING : CSPKIT_OK;
}

static cspkit_code undo_for(cspkit_provider* provider, cspkit_call call,
                            const cspkit_request* request) CSPKIT_NOEXCEPT {
  const held_self* self = self_of(provider);
  const cspkit_value record = {CSPKIT_FORMAT_UNSET, 0, &self->state, sizeof(self->state)};
  if (WRONG == undo_pending) return CSPKIT_PENDING;
  if (request->handler != 0) return CSPKIT_OK;
  return zoo_self(provider)->host->set_value(zoo_self(provider)->host, call, &record);
}

static cspkit_code apply_undo(cspkit_provider* provider, uint64_t transaction,
                              cspkit_str record) CSPKIT_NOEXCEPT {
  held_self* self = self_of(provider);
  held_state before;
  if (WRONG == undo_refused) return CSPKIT_FAILED;
  if (WRONG == undo_nothing) return CSPKIT_OK;
  if (WRONG == undo_late && !self->started) return CSPKIT_FAILED;
  if (WRONG == undo_once && self->ended == transaction) return CSPKIT_NOT_FOUND;
  self->ended = transaction;
  if (record.size != sizeof(before)) return CSPKIT_FAILED;
  memcpy(&before, record.data, sizeof(before));
  if (WRONG == undo_relative) {
    const size_t length = strlen(self->state.text);
    if (length != 0) self->state.text[length - 1] = 0;
    return CSPKIT_OK;
  }
  memcpy(self->state.text, before.text, sizeof(before.text));
  if (WRONG != undo_part) self->state.count = before.count;
  return CSPKIT_OK;
}

static cspkit_code commit(cspkit_provider* provider, uint64_t transaction) CSPKIT_NOEXCEPT {
  held_self* self = self_of(provider);
  const size_t length = strlen(self->state.text);
  if (WRONG == commit_refused) return CSPKIT_FAILED;
  if (WRONG == commit_once && self->ended == transaction) return CSPKIT_NOT_FOUND;
  self->ended = transaction;
  if (WRONG == commit_counts && length + 1 < sizeof(self->state.text))
    self->state.text[length] = '+';
  return CSPKIT_OK;
}

static const void* extension(cspkit_provider* provider, const char* id) CSPKIT_NOEXCEPT {
  static const cspkit_provider_transaction kTransaction = {
      sizeof(cspkit_provider_transaction), 0, begin, undo_for, apply_undo, commit, NULL};
  (void)provider;
  return strcmp(id, CSPKIT_EXT_TRANSACTION) == 0 ? &kTransaction : NULL;
}

static cspkit_code start(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  self_of(provider)->started = 1;
  return CSPKIT_OK;
}

static void destroy(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  free(self_of(provider));
  zoo_destroy(provider);
}

ZOO_CREATE {
  held_self* state = (held_self*)calloc(1, sizeof(held_self));
  if (state == NULL) return CSPKIT_FULL;
  self->kept = (uint64_t)(uintptr_t)state;
  self->table.start = start;
  self->table.get = get;
  self->table.replace = replace;
  self->table.destroy = destroy;
  self->table.get_extension = extension;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
