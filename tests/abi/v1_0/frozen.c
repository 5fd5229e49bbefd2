/* SPDX-License-Identifier: Apache-2.0 */
/* A provider of abi.h 1.0, built against the header as it was, for ever: neither changes any more.
 */
#include <cspkit/abi.h>
#include <stdlib.h>
#include <string.h>

enum { HANDLER_TEXT = 0, HANDLER_RESET = 1 };

static const cspkit_handler kHandlers[] = {
    {CSPKIT_STR("Greeting/{Name}/Text"), CSPKIT_GET, 0, 0},
    {CSPKIT_STR("Reset"), CSPKIT_EXEC, 0, 0},
};

/* One for each engine: `table` comes first, so that a pointer to it is a pointer to both. */
typedef struct greeter {
  cspkit_provider table;
  const cspkit_host* host;
} greeter;

static cspkit_code greeter_start(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  (void)provider;
  return CSPKIT_OK;
}

static void greeter_destroy(cspkit_provider* provider) CSPKIT_NOEXCEPT { free(provider->impl); }

static cspkit_code greeter_get(cspkit_provider* provider, cspkit_call call,
                               const cspkit_request* request) CSPKIT_NOEXCEPT {
  const greeter* self = (const greeter*)provider->impl;
  static const char kHello[] = "Hello, ";
  const size_t hello_size = sizeof(kHello) - 1;
  cspkit_code code = CSPKIT_FULL;
  if (request->handler != HANDLER_TEXT) return CSPKIT_NOT_SUPPORTED;

  const cspkit_str name = request->captures[0];
  char* text = (char*)malloc(hello_size + name.size);
  if (text != NULL) {
    memcpy(text, kHello, hello_size);
    if (name.size != 0) memcpy(text + hello_size, name.data, name.size);
    const cspkit_value value = {CSPKIT_FORMAT_CHR, 0, text, hello_size + name.size};
    code = self->host->set_value(self->host, call, &value); /* the host copies at once */
    free(text);
  }
  return code;
}

static cspkit_code greeter_exec(cspkit_provider* provider, cspkit_call call,
                                const cspkit_request* request) CSPKIT_NOEXCEPT {
  const greeter* self = (const greeter*)provider->impl;
  const cspkit_str greeting = CSPKIT_STR("Greeting");
  const cspkit_writer writer = {call.id}; /* the change joins the call's transaction */
  if (request->handler != HANDLER_RESET) return CSPKIT_NOT_SUPPORTED;
  return self->host->remove(self->host, writer, greeting);
}

static const void* greeter_get_extension(cspkit_provider* provider,
                                         const char* id) CSPKIT_NOEXCEPT {
  (void)provider;
  (void)id;
  return NULL;
}

static cspkit_code create(const cspkit_host* host, size_t index,
                          cspkit_provider** out) CSPKIT_NOEXCEPT {
  greeter* self = NULL;
  (void)index; /* there is one provider only */
  self = (greeter*)calloc(1, sizeof(*self));
  if (self == NULL) return CSPKIT_FULL;
  self->host = host;
  self->table.size = sizeof(self->table);
  self->table.impl = self;
  self->table.handlers = kHandlers;
  self->table.handler_count = sizeof(kHandlers) / sizeof(kHandlers[0]);
  self->table.start = greeter_start;
  self->table.destroy = greeter_destroy;
  self->table.get = greeter_get;
  self->table.exec = greeter_exec;
  self->table.get_extension = greeter_get_extension;
  *out = &self->table;
  return CSPKIT_OK;
}

static const cspkit_provider_info kProviders[] = {
    {CSPKIT_STR("hello_c"), CSPKIT_STR("Frozen.xml"), {NULL, 0}, 0},
};

CSPKIT_PLUGIN_OBJECT = {
    sizeof(cspkit_plugin),
    CSPKIT_ABI_MAJOR,
    CSPKIT_ABI_MINOR,
    CSPKIT_STR("com.example.hello_c"),
    CSPKIT_STR("1.0.0"),
    kProviders,
    sizeof(kProviders) / sizeof(kProviders[0]),
    create,
};
