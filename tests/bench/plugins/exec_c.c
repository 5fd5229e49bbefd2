/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine bench calls in C: Exec of Installation/{id}/Install sets Installation/{id}/Status
 * to the command's data. */
#include <cspkit/abi.h>
#include <stdlib.h>
#include <string.h>

static const cspkit_handler kHandlers[] = {
    {CSPKIT_STR("Installation/{id}/Install"), CSPKIT_EXEC, 0, 0},
};

typedef struct bench {
  cspkit_provider table;
  const cspkit_host* host;
} bench;

static cspkit_code bench_start(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  (void)provider;
  return CSPKIT_OK;
}

static void bench_destroy(cspkit_provider* provider) CSPKIT_NOEXCEPT { free(provider->impl); }

static cspkit_code bench_exec(cspkit_provider* provider, cspkit_call call,
                              const cspkit_request* request) CSPKIT_NOEXCEPT {
  const bench* self = (const bench*)provider->impl;
  const cspkit_writer writer = {call.id};
  static const char kInstall[] = "Install", kStatus[] = "Status";
  const size_t parent = request->path.size - (sizeof(kInstall) - 1);
  char path[256] = "./";
  cspkit_str status;
  if (request->value == NULL || 2 + parent + sizeof(kStatus) > sizeof(path))
    return CSPKIT_BAD_VALUE;
  memcpy(path + 2, request->path.data, parent);
  memcpy(path + 2 + parent, kStatus, sizeof(kStatus) - 1);
  status.data = path;
  status.size = 2 + parent + sizeof(kStatus) - 1;
  return self->host->set(self->host, writer, status, request->value);
}

static const void* bench_get_extension(cspkit_provider* provider, const char* id) CSPKIT_NOEXCEPT {
  (void)provider;
  (void)id;
  return NULL;
}

static cspkit_code create(const cspkit_host* host, size_t index,
                          cspkit_provider** out) CSPKIT_NOEXCEPT {
  bench* self = (bench*)calloc(1, sizeof(*self));
  (void)index;
  if (self == NULL) return CSPKIT_FULL;
  self->host = host;
  self->table.size = sizeof(self->table);
  self->table.impl = self;
  self->table.handlers = kHandlers;
  self->table.handler_count = sizeof(kHandlers) / sizeof(kHandlers[0]);
  self->table.start = bench_start;
  self->table.destroy = bench_destroy;
  self->table.exec = bench_exec;
  self->table.get_extension = bench_get_extension;
  *out = &self->table;
  return CSPKIT_OK;
}

static const cspkit_provider_info kProviders[] = {
    {CSPKIT_STR("bench_c"), CSPKIT_STR("BenchC.xml"), {NULL, 0}, 0},
};

CSPKIT_PLUGIN_OBJECT = {
    sizeof(cspkit_plugin),
    CSPKIT_ABI_MAJOR,
    CSPKIT_ABI_MINOR,
    CSPKIT_STR("org.cspkit.bench.c"),
    CSPKIT_STR("1.0.0"),
    kProviders,
    sizeof(kProviders) / sizeof(kProviders[0]),
    create,
};
