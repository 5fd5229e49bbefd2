/* SPDX-License-Identifier: Apache-2.0 */
/* A provider that uses all that abi.h 1.0 has: state, batches, jobs, alerts, transactions, tasks.
 * Built against the header as it was, and against one of a later minor version. */
#include <cspkit/abi.h>
#include <stdlib.h>
#include <string.h>

#define NODE(name, access, format, occurrence, inside)                      \
  "<Node><NodeName>" name "</NodeName><DFProperties><AccessType>" access    \
  "</AccessType><DFFormat><" format "/></DFFormat><Occurrence><" occurrence \
  "/></Occurrence><DFType><DDFName/></DFType></DFProperties>" inside "</Node>"
#define TREE                                                                                     \
  "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>Wide</NodeName><Path>./Device/Vendor/Example"   \
  "</Path><DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat><Occurrence>" \
  "<One/></Occurrence><DFType><DDFName/></DFType></DFProperties>" NODE(                          \
      "Effect", "<Get/><Replace/>", "chr", "One", "") NODE("Later", "<Get/>", "chr", "One", "")  \
      NODE("Kept", "<Get/>", "chr", "One", "") NODE("Run", "<Exec/>", "null", "One", "")         \
          NODE("Item", "<Get/>", "node", "One",                                                  \
               NODE("", "<Add/><Delete/><Get/>", "node", "ZeroOrMore", "")) "</Node></MgmtTree>"

enum { HANDLER_EFFECT = 0, HANDLER_LATER = 1, HANDLER_KEPT = 2, HANDLER_RUN = 3 };
static const cspkit_handler kHandlers[] = {
    {CSPKIT_STR("Effect"), CSPKIT_GET | CSPKIT_REPLACE, 0, 0},
    {CSPKIT_STR("Later"), CSPKIT_GET, CSPKIT_HANDLER_CONCURRENT, 0},
    {CSPKIT_STR("Kept"), CSPKIT_GET, 0, 0},
    {CSPKIT_STR("Run"), CSPKIT_EXEC, 0, 0},
};

typedef struct wide {
  cspkit_provider table;
  const cspkit_host* host;
  char effect[64]; /* what is outside of the host */
  size_t effect_size;
} wide;

static wide* self_of(cspkit_provider* provider) { return (wide*)provider->impl; }

static cspkit_str text_of(const char* text) {
  cspkit_str made;
  made.data = text;
  made.size = strlen(text);
  return made;
}

static void set_effect(wide* self, const void* bytes, size_t size) {
  if (size > sizeof(self->effect)) size = sizeof(self->effect);
  if (size != 0) memcpy(self->effect, bytes, size);
  self->effect_size = size;
}

static cspkit_code give(const wide* self, cspkit_call call, const char* text, size_t size) {
  cspkit_value value;
  memset(&value, 0, sizeof(value));
  value.data = text;
  value.size = size;
  return self->host->set_value(self->host, call, &value);
}

/* ---- operations ---- */

typedef struct kept {
  char bytes[64];
  size_t size;
} kept;
static void keep(void* context, cspkit_str bytes) CSPKIT_NOEXCEPT {
  kept* to = (kept*)context;
  to->size = bytes.size < sizeof(to->bytes) ? bytes.size : sizeof(to->bytes);
  memcpy(to->bytes, bytes.data, to->size);
}

static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  wide* self = self_of(provider);
  const cspkit_host* host = self->host;
  if (request->handler == HANDLER_EFFECT) return give(self, call, self->effect, self->effect_size);
  if (request->handler == HANDLER_KEPT) {
    const cspkit_writer writer = {call.id};
    kept state = {{0}, 0};
    const cspkit_code read = host->state_read(host, writer, text_of("kept"), keep, &state);
    return read == CSPKIT_NOT_FOUND ? give(self, call, "nothing", 7)
                                    : give(self, call, state.bytes, state.size);
  }
#if defined(CSPKIT_TESTS_LATER)
  {
    const char* what =
        CSPKIT_HAS(cspkit_host, host, later_call) ? host->later_call(host) : "the host is older";
    return give(self, call, what, strlen(what));
  }
#else
  return give(self, call, "1.0", 3);
#endif
}

static cspkit_code replace(cspkit_provider* provider, cspkit_call call,
                           const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)call;
  if (request->value == NULL) return CSPKIT_BAD_VALUE;
  set_effect(self_of(provider), request->value->data, request->value->size);
  return CSPKIT_OK;
}

static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = self_of(provider)->host;
  const cspkit_writer writer = {call.id};
  const cspkit_host_jobs* jobs =
      (const cspkit_host_jobs*)host->get_extension(host, CSPKIT_EXT_JOBS);
  const cspkit_host_alerts* alerts =
      (const cspkit_host_alerts*)host->get_extension(host, CSPKIT_EXT_ALERTS);
  cspkit_code code = host->state_write(host, writer, text_of("kept"), text_of("by the exec"));
  (void)request;
  if (code == CSPKIT_OK) code = host->create(host, writer, text_of("Item/from-exec"));
  if (code == CSPKIT_OK && jobs != NULL) {
    code = jobs->job_start(host, writer, text_of("work"), text_of("payload"));
  }
  if (code == CSPKIT_OK && alerts != NULL) {
    cspkit_alert alert;
    memset(&alert, 0, sizeof(alert));
    alert.size = sizeof(alert);
    alert.code = CSPKIT_ALERT_GENERIC;
    alert.type = text_of("com.example.wide");
    alert.data = text_of("began");
    code = alerts->alert_queue(host, writer, &alert);
  }
  return code;
}

/* ---- jobs ---- */

static void applied(void* context, cspkit_code code) CSPKIT_NOEXCEPT {
  const cspkit_host* host = (const cspkit_host*)context;
  host->log(host, CSPKIT_LOG_INFO, text_of(code == CSPKIT_OK ? "wide: applied" : "wide: lost"));
}

static void finish(void* context) CSPKIT_NOEXCEPT {
  const cspkit_host* host = (const cspkit_host*)context;
  const cspkit_host_jobs* jobs =
      (const cspkit_host_jobs*)host->get_extension(host, CSPKIT_EXT_JOBS);
  cspkit_writer batch;
  if (host->batch_open(host, CSPKIT_SCOPE_DEVICE, text_of(""), &batch) != CSPKIT_OK) return;
  host->create(host, batch, text_of("Item/from-job"));
  jobs->job_end(host, batch, text_of("work"));
  host->batch_submit(host, batch, applied, context);
}

static void job_run(cspkit_provider* provider, cspkit_str id, cspkit_str payload,
                    uint32_t attempt) CSPKIT_NOEXCEPT {
  const cspkit_host* host = self_of(provider)->host;
  (void)id;
  (void)payload;
  (void)attempt;
  host->run_after(host, 1000, finish, (void*)host);
}
static const cspkit_provider_jobs kJobs = {.size = sizeof(cspkit_provider_jobs),
                                           .job_run = job_run};

/* ---- transactions ---- */

static cspkit_code undo_for(cspkit_provider* provider, cspkit_call call,
                            const cspkit_request* request) CSPKIT_NOEXCEPT {
  wide* self = self_of(provider);
  if (request->handler != HANDLER_EFFECT) return CSPKIT_OK;
  return give(self, call, self->effect, self->effect_size);
}
static cspkit_code apply_undo(cspkit_provider* provider, uint64_t transaction,
                              cspkit_str record) CSPKIT_NOEXCEPT {
  (void)transaction;
  set_effect(self_of(provider), record.data, record.size);
  return CSPKIT_OK;
}
static const cspkit_provider_transaction kTransaction = {
    .size = sizeof(cspkit_provider_transaction), .undo_for = undo_for, .apply_undo = apply_undo};

/* ---- the object ---- */

static const void* get_extension(cspkit_provider* provider, const char* id) CSPKIT_NOEXCEPT {
  (void)provider;
  if (strcmp(id, CSPKIT_EXT_JOBS) == 0) return &kJobs;
  if (strcmp(id, CSPKIT_EXT_TRANSACTION) == 0) return &kTransaction;
  return NULL;
}
static void destroy(cspkit_provider* provider) CSPKIT_NOEXCEPT { free(provider->impl); }

static cspkit_code create(const cspkit_host* host, size_t index,
                          cspkit_provider** out) CSPKIT_NOEXCEPT {
  wide* self = (wide*)calloc(1, sizeof(*self));
  (void)index;
  if (self == NULL) return CSPKIT_FULL;
  self->host = host;
  self->table.size = sizeof(self->table);
  self->table.impl = self;
  self->table.handlers = kHandlers;
  self->table.handler_count = sizeof(kHandlers) / sizeof(kHandlers[0]);
  self->table.destroy = destroy;
  self->table.get = get;
  self->table.replace = replace;
  self->table.exec = exec;
  self->table.get_extension = get_extension;
#if defined(CSPKIT_TESTS_LATER)
  self->table.later_verb = exec; /* of which the host knows nothing */
#endif
  *out = &self->table;
  return CSPKIT_OK;
}

static const cspkit_provider_info kProviders[] = {
    {CSPKIT_STR("wide"), CSPKIT_STR("Wide.xml"), CSPKIT_STR(TREE), 0}};

CSPKIT_PLUGIN_OBJECT = {
    .size = sizeof(cspkit_plugin),
    .abi_major = CSPKIT_ABI_MAJOR,
    .abi_minor = CSPKIT_ABI_MINOR,
    .id = CSPKIT_STR("com.example.wide"),
    .version = CSPKIT_STR("1.0.0"),
    .providers = kProviders,
    .provider_count = 1,
    .create = create,
};
