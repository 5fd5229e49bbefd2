/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps Text outside the store and takes part in transactions, in C. What is written to Text says
 * what it does wrong: "half" fails half-way, "pending undo" and "writing undo" break the contract.
 * Run always fails. */
#include <string.h>

#include "zoo.h"

enum { kRoom = 64 };

static char* held(cspkit_provider* provider) { return (char*)(uintptr_t)zoo_self(provider)->kept; }

static void hold(cspkit_provider* provider, const void* text, size_t size) {
  const size_t fits = size < kRoom - 1 ? size : kRoom - 1;
  memset(held(provider), 0, kRoom);
  if (fits != 0) memcpy(held(provider), text, fits);
}
static int says(const cspkit_request* request, const char* text) {
  return request->value != NULL && request->value->size == strlen(text) &&
         memcmp(request->value->data, text, request->value->size) == 0;
}

static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  if (request->handler != 0) return zoo_get(provider, call, request);
  return zoo_give(zoo_self(provider)->host, call, held(provider), strlen(held(provider)));
}
static cspkit_code replace(cspkit_provider* provider, cspkit_call call,
                           const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)call;
  hold(provider, request->value->data, request->value->size);
  return says(request, "half") ? CSPKIT_BUSY : CSPKIT_OK;
}
static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)provider;
  (void)call;
  (void)request;
  return CSPKIT_BUSY;
}

static cspkit_code begin(cspkit_provider* provider, uint64_t transaction) CSPKIT_NOEXCEPT {
  (void)provider;
  return transaction != 0 ? CSPKIT_OK : CSPKIT_FAILED;
}
static cspkit_code undo_for(cspkit_provider* provider, cspkit_call call,
                            const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  if (says(request, "pending undo")) return CSPKIT_PENDING;
  if (says(request, "writing undo")) {
    const cspkit_writer writer = {call.id};
    const cspkit_str item = CSPKIT_STR("Item/made");
    return host->create(host, writer, item) == CSPKIT_MISUSE ? CSPKIT_DENIED : CSPKIT_OK;
  }
  return request->handler == 0 ? zoo_give(host, call, held(provider), strlen(held(provider)))
                               : CSPKIT_OK;
}
static cspkit_code apply_undo(cspkit_provider* provider, uint64_t transaction,
                              cspkit_str record) CSPKIT_NOEXCEPT {
  (void)transaction;
  hold(provider, record.data, record.size);
  return CSPKIT_OK;
}
static const void* extension(cspkit_provider* provider, const char* id) CSPKIT_NOEXCEPT {
  static const cspkit_provider_transaction kTransaction = {
      sizeof(cspkit_provider_transaction), 0, begin, undo_for, apply_undo, NULL, NULL};
  (void)provider;
  return strcmp(id, CSPKIT_EXT_TRANSACTION) == 0 ? &kTransaction : NULL;
}
static void destroy(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  free(held(provider));
  zoo_destroy(provider);
}

ZOO_CREATE {
  self->kept = (uint64_t)(uintptr_t)calloc(kRoom, 1);
  if (self->kept == 0) return CSPKIT_FULL;
  self->table.get = get;
  self->table.replace = replace;
  self->table.exec = exec;
  self->table.destroy = destroy;
  self->table.get_extension = extension;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
