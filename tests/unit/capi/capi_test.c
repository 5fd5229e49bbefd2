/* SPDX-License-Identifier: Apache-2.0 */
/* A C99 program over cspkit/engine.h: everything in it, and what it does with wrong arguments. */
#define _POSIX_C_SOURCE 200809L
#include <cspkit/engine.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const cspkit_plugin cspkit_plugin_v1_hello_c;

static int failures = 0;
static cspkit_error error = CSPKIT_ERROR_INIT;

#define CHECK(condition)                                                               \
  do {                                                                                 \
    if (!(condition)) {                                                                \
      fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, error.text); \
      ++failures;                                                                      \
    }                                                                                  \
  } while (0)
#define OK(call) CHECK((call) == CSPKIT_OK)

static const char kDdf[] =
    "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>C</NodeName><Path>./Device/Vendor/Test</Path>"
    "<DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat></DFProperties>"
    "<Node><NodeName>Text</NodeName><DFProperties><AccessType><Get/><Replace/></AccessType>"
    "<DFFormat><chr/></DFFormat></DFProperties></Node>"
    "<Node><NodeName>Bytes</NodeName><DFProperties><AccessType><Get/><Replace/></AccessType>"
    "<DFFormat><bin/></DFFormat></DFProperties></Node>"
    "<Node><NodeName>Fixed</NodeName><DFProperties><AccessType><Get/></AccessType>"
    "<DFFormat><int/></DFFormat></DFProperties></Node></Node></MgmtTree>";
#define TEXT "./Vendor/Test/C/Text"

static cspkit_value chr(const char* text) {
  cspkit_value value = {CSPKIT_FORMAT_CHR, 0, NULL, 0};
  value.data = text;
  value.size = strlen(text);
  return value;
}

/* ---- what a subscription saw */

typedef struct seen {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  int batches;
  int kind, leaf, cause, missed;
  char uri[128], before[32], after[32];
} seen;

static void keep(char* to, size_t room, const cspkit_value* value) {
  const size_t size = value && value->size < room ? value->size : 0;
  if (size != 0) memcpy(to, value->data, size);
  to[size] = '\0';
}

static void on_change(void* context, const cspkit_change_batch* batch) {
  seen* saw = (seen*)context;
  const cspkit_change* change = batch->changes[0];
  pthread_mutex_lock(&saw->mutex);
  saw->kind = change->kind;
  saw->leaf = change->leaf;
  saw->cause = batch->cause;
  saw->missed = batch->missed;
  snprintf(saw->uri, sizeof(saw->uri), "%s", change->uri);
  keep(saw->before, sizeof(saw->before), change->before);
  keep(saw->after, sizeof(saw->after), change->after);
  ++saw->batches;
  pthread_cond_broadcast(&saw->changed);
  pthread_mutex_unlock(&saw->mutex);
}

static void wait_for(seen* saw, int batches) {
  pthread_mutex_lock(&saw->mutex);
  while (saw->batches < batches) pthread_cond_wait(&saw->changed, &saw->mutex);
  pthread_mutex_unlock(&saw->mutex);
}

static void count_line(void* context, int32_t level, const char* source, const char* text) {
  if (level >= CSPKIT_LOG_DEBUG && source && text) ++*(int*)context;
}

/* ---- the tests */

static void values(cspkit_engine* engine) {
  cspkit_session* session = NULL;
  cspkit_buffer got = CSPKIT_BUFFER_INIT;
  cspkit_value value = chr("first");
  const char raw[] = {0, 1, 2};
  OK(cspkit_session_open(engine, NULL, &session, &error));
  OK(cspkit_session_replace(session, TEXT, &value, &error));
  OK(cspkit_session_get(session, TEXT, &got, &error));
  CHECK(got.format == CSPKIT_FORMAT_CHR && got.length == 5 && strcmp(got.data, "first") == 0);
  value.format = CSPKIT_FORMAT_UNSET;
  value.data = raw;
  value.size = sizeof(raw);
  OK(cspkit_session_replace(session, "./Vendor/Test/C/Bytes", &value, &error));
  OK(cspkit_session_get(session, "./Vendor/Test/C/Bytes", &got, &error));
  CHECK(got.format == CSPKIT_FORMAT_BIN && got.length == 3 && memcmp(got.data, raw, 3) == 0);
  OK(cspkit_session_get(session, "./Vendor/Test/C", &got, &error));
  CHECK(strcmp(got.data, "Bytes/Fixed/Text") == 0);

  value = chr("9");
  CHECK(cspkit_session_replace(session, "./Vendor/Test/C/Fixed", &value, &error) ==
        CSPKIT_NOT_ALLOWED);
  CHECK(error.syncml_status == 405 && error.code == CSPKIT_NOT_ALLOWED && error.text[0] != '\0');
  value.format = CSPKIT_FORMAT_INT;
  OK(cspkit_engine_owner_set(engine, NULL, "./Vendor/Test/C/Fixed", &value, &error));
  CHECK(error.code == CSPKIT_OK && error.syncml_status == 200 && error.text[0] == '\0');
  OK(cspkit_session_get(session, "./Vendor/Test/C/Fixed", &got, NULL));
  CHECK(strcmp(got.data, "9") == 0);
  OK(cspkit_engine_owner_remove(engine, NULL, "./Vendor/Test/C/Fixed", &error));
  OK(cspkit_session_get(session, "./Vendor/Test/C/Fixed", &got, &error));
  CHECK(strcmp(got.data, "0") == 0);
  CHECK(cspkit_session_get(session, "./Vendor/Test/C/Nothing", &got, &error) == CSPKIT_NOT_FOUND);
  CHECK(strcmp(got.data, "0") == 0); /* a failure leaves the result alone */
  CHECK(cspkit_session_get(session, "./a/../b", &got, &error) == CSPKIT_BAD_REQUEST);
  cspkit_buffer_free(&got);
  CHECK(got.data == NULL && got.length == 0);
  cspkit_buffer_free(&got);
  cspkit_session_close(session);
}

static void provider(cspkit_engine* engine) {
  cspkit_session* session = NULL;
  cspkit_buffer got = CSPKIT_BUFFER_INIT;
  OK(cspkit_engine_add_provider(engine, &cspkit_plugin_v1_hello_c, CSPKIT_HELLO_C_DDF, &error));
  CHECK(cspkit_engine_add_provider(engine, &cspkit_plugin_v1_hello_c, NULL, &error) ==
        CSPKIT_PROVIDER_REFUSED);
  CHECK(cspkit_engine_load_provider(engine, "/no/such/library.so", NULL, &error) ==
        CSPKIT_PROVIDER_REFUSED);
  CHECK(strstr(error.text, "/no/such/library.so") != NULL);
  OK(cspkit_session_open(engine, NULL, &session, &error));
  OK(cspkit_session_add(session, "./Vendor/Example/HelloC/Greeting/World", NULL, &error));
  OK(cspkit_session_get(session, "./Vendor/Example/HelloC/Greeting/World/Text", &got, &error));
  CHECK(strcmp(got.data, "Hello, World") == 0);
  OK(cspkit_session_exec(session, "./Vendor/Example/HelloC/Reset", NULL, &error));
  CHECK(cspkit_session_delete(session, "./Vendor/Example/HelloC/Greeting/World", &error) ==
        CSPKIT_NOT_FOUND);
  OK(cspkit_engine_wait_for_jobs(engine, 1000, &error));
  cspkit_buffer_free(&got);
  cspkit_session_close(session);
}

static void offloaded_provider(void) {
  cspkit_engine* engine = NULL;
  cspkit_session* session = NULL;
  cspkit_buffer got = CSPKIT_BUFFER_INIT;
  cspkit_provider_options how = CSPKIT_PROVIDER_OPTIONS_INIT;
  how.flags = CSPKIT_OFFLOAD;
  how.call_deadline_ms = 60000;
  OK(cspkit_engine_open(NULL, &engine, &error));
  CHECK(cspkit_engine_load_provider_with(engine, NULL, NULL, &how, &error) == CSPKIT_MISUSE);
  OK(cspkit_engine_add_provider_with(engine, &cspkit_plugin_v1_hello_c, CSPKIT_HELLO_C_DDF, &how,
                                     &error));
  OK(cspkit_session_open(engine, NULL, &session, &error));
  OK(cspkit_session_add(session, "./Vendor/Example/HelloC/Greeting/World", NULL, &error));
  OK(cspkit_session_get(session, "./Vendor/Example/HelloC/Greeting/World/Text", &got, &error));
  CHECK(strcmp(got.data, "Hello, World") == 0);
  cspkit_buffer_free(&got);
  cspkit_session_close(session);
  OK(cspkit_engine_close(engine, &error));
}

static void messages(cspkit_engine* engine) {
  static const char kGet[] =
      "<SyncML "
      "xmlns=\"SYNCML:SYNCML1.2\"><SyncBody><Get><CmdID>7</CmdID><Item><Target><LocURI>" TEXT
      "</LocURI></Target></Item></Get></SyncBody></SyncML>";
  cspkit_session* session = NULL;
  cspkit_buffer reply = CSPKIT_BUFFER_INIT;
  OK(cspkit_session_open(engine, NULL, &session, &error));
  OK(cspkit_session_process(session, kGet, strlen(kGet), &reply, &error));
  CHECK(strstr(reply.data, "<CmdRef>7</CmdRef>") != NULL && strstr(reply.data, "first") != NULL);
  CHECK(strlen(reply.data) == reply.length);
  CHECK(cspkit_session_process(session, "a letter", 8, &reply, &error) == CSPKIT_NOT_SYNCML);
  cspkit_buffer_free(&reply);
  cspkit_session_close(session);
}

static void principals(cspkit_engine* engine) {
  cspkit_principal ann = CSPKIT_PRINCIPAL_INIT;
  cspkit_session* session = NULL;
  cspkit_value value = chr("hers");
  ann.user = "ann";
  OK(cspkit_session_open(engine, &ann, &session, &error));
  CHECK(cspkit_session_replace(session, TEXT, &value, &error) == CSPKIT_DENIED);
  cspkit_session_close(session);
  ann.device_authority = 1;
  OK(cspkit_session_open(engine, &ann, &session, &error));
  OK(cspkit_session_replace(session, TEXT, &value, &error));
  CHECK(cspkit_engine_close(engine, &error) == CSPKIT_MISUSE); /* a session is open */
  cspkit_session_close(session);
}

static void subscriptions(cspkit_engine* engine) {
  seen saw;
  cspkit_subscription* subscription = NULL;
  cspkit_session* session = NULL;
  cspkit_value value = chr("1");
  memset(&saw, 0, sizeof(saw));
  pthread_mutex_init(&saw.mutex, NULL);
  pthread_cond_init(&saw.changed, NULL);
  CHECK(cspkit_engine_subscribe(engine, "./Nowhere", NULL, on_change, &saw, &subscription,
                                &error) == CSPKIT_NOT_FOUND);
  OK(cspkit_engine_subscribe(engine, "./Vendor/Test", NULL, on_change, &saw, &subscription,
                             &error));
  OK(cspkit_session_open(engine, NULL, &session, &error));
  OK(cspkit_session_replace(session, TEXT, &value, &error));
  wait_for(&saw, 1);
  CHECK(strcmp(saw.uri, TEXT) == 0 && saw.kind == CSPKIT_CHANGE_SET && saw.leaf == 1);
  CHECK(strcmp(saw.before, "hers") == 0 && strcmp(saw.after, "1") == 0);
  CHECK(saw.cause == CSPKIT_CAUSE_COMMAND && saw.missed == 0);
  value = chr("2");
  OK(cspkit_engine_owner_set(engine, NULL, TEXT, &value, &error));
  wait_for(&saw, 2);
  CHECK(saw.cause == CSPKIT_CAUSE_OWNER);
  cspkit_subscription_close(subscription);
  value = chr("3");
  OK(cspkit_session_replace(session, TEXT, &value, &error));
  CHECK(saw.batches == 2);
  cspkit_session_close(session);
  cspkit_subscription_close(NULL);
  pthread_cond_destroy(&saw.changed);
  pthread_mutex_destroy(&saw.mutex);
}

static void wrong_arguments(cspkit_engine* engine) {
  cspkit_engine* none = NULL;
  cspkit_session* session = NULL;
  cspkit_engine_options options = CSPKIT_ENGINE_OPTIONS_INIT;
  cspkit_value broken = {99, 0, NULL, 0};
  cspkit_error small = CSPKIT_ERROR_INIT;
  CHECK(cspkit_engine_open(NULL, NULL, &error) == CSPKIT_MISUSE);
  options.durability = 7;
  CHECK(cspkit_engine_open(&options, &none, &error) == CSPKIT_MISUSE && none == NULL);
  CHECK(cspkit_engine_load_ddf(engine, NULL, &error) == CSPKIT_MISUSE);
  CHECK(cspkit_engine_load_ddf(engine, "/no/such/folder", &error) == CSPKIT_IO);
  CHECK(cspkit_engine_load_ddf_bytes(engine, "text", 4, "a.xml", &error) == CSPKIT_NOT_DDF);
  CHECK(cspkit_session_open(NULL, NULL, &session, &error) == CSPKIT_MISUSE);
  OK(cspkit_session_open(engine, NULL, &session, &error));
  CHECK(cspkit_session_get(session, TEXT, NULL, &error) == CSPKIT_MISUSE);
  CHECK(cspkit_session_replace(session, TEXT, NULL, &error) == CSPKIT_MISUSE);
  CHECK(cspkit_session_replace(session, TEXT, &broken, &error) == CSPKIT_MISUSE);
  broken.format = CSPKIT_FORMAT_CHR;
  broken.size = 5;
  CHECK(cspkit_session_replace(session, TEXT, &broken, &error) == CSPKIT_MISUSE);
  small.size = 8; /* an older struct: what is beyond is not touched */
  small.text[0] = 'x';
  CHECK(cspkit_session_delete(session, NULL, &small) == CSPKIT_MISUSE && small.text[0] == 'x');
  cspkit_session_close(session);
  cspkit_session_close(NULL);
  OK(cspkit_engine_close(NULL, &error));
}

/* A message with nothing to answer, what the device has to say, and what is too long to be said. */
static void sessions_as_an_agent_has_them(void) {
  static const char kHeader[] =
      "<SyncML><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>"
      "<MsgID>1</MsgID><Target><LocURI>d</LocURI></Target><Source><LocURI>s</LocURI></Source>";
  char message[2048];
  cspkit_engine_options options = CSPKIT_ENGINE_OPTIONS_INIT;
  cspkit_alert alert;
  cspkit_engine* engine = NULL;
  cspkit_session* session = NULL;
  cspkit_buffer reply = CSPKIT_BUFFER_INIT;
  options.flags = CSPKIT_ABORT_LONG_REPLIES;
  OK(cspkit_engine_open(&options, &engine, &error));
  OK(cspkit_engine_load_ddf_bytes(engine, kDdf, strlen(kDdf), "c.xml", &error));
  OK(cspkit_session_open(engine, NULL, &session, &error));
  snprintf(message, sizeof(message), "%s</SyncHdr><SyncBody><Final/></SyncBody></SyncML>", kHeader);
  OK(cspkit_session_process(session, message, strlen(message), &reply, &error));
  CHECK(cspkit_session_reply_wanted(session) == 0);

  memset(&alert, 0, sizeof(alert));
  alert.size = sizeof(alert);
  alert.code = CSPKIT_ALERT_CLIENT_EVENT;
  alert.type.data = "com.example.battery.low";
  alert.type.size = strlen(alert.type.data);
  alert.data.data = "7";
  alert.data.size = 1;
  OK(cspkit_engine_queue_alert(engine, NULL, &alert, &error));
  OK(cspkit_session_process(session, message, strlen(message), &reply, &error));
  CHECK(cspkit_session_reply_wanted(session) == 1);
  CHECK(strstr(reply.data, "com.example.battery.low") && strstr(reply.data, "<Data>7</Data>"));
  alert.code = 1200;
  CHECK(cspkit_engine_queue_alert(engine, NULL, &alert, &error) == CSPKIT_BAD_VALUE);
  CHECK(cspkit_engine_queue_alert(engine, NULL, NULL, &error) == CSPKIT_MISUSE);
  CHECK(cspkit_session_reply_wanted(NULL) == 0);
  cspkit_session_close(session);

  OK(cspkit_session_open(engine, NULL, &session, &error));
  {
    static char text[3000];
    cspkit_value value = {CSPKIT_FORMAT_CHR, 0, text, sizeof(text)};
    memset(text, 'x', sizeof(text));
    OK(cspkit_session_replace(session, TEXT, &value, &error));
  }
  snprintf(message, sizeof(message),
           "%s<Meta><MaxMsgSize>2000</MaxMsgSize></Meta></SyncHdr><SyncBody><Get><CmdID>1</CmdID>"
           "<Item><Target><LocURI>" TEXT
           "</LocURI></Target></Item></Get><Final/></SyncBody>"
           "</SyncML>",
           kHeader);
  OK(cspkit_session_process(session, message, strlen(message), &reply, &error));
  CHECK(strstr(reply.data, "<Data>1223</Data>") != NULL);
  cspkit_buffer_free(&reply);
  cspkit_session_close(session);
  OK(cspkit_engine_close(engine, &error));
}

int main(int argc, char** argv) {
  cspkit_engine_options options = CSPKIT_ENGINE_OPTIONS_INIT;
  cspkit_engine* engine = NULL;
  cspkit_engine* second = NULL;
  char copy[1024];
  int lines = 0;
  if (argc != 2) return 2;
  snprintf(copy, sizeof(copy), "%s.copy", argv[1]);
  remove(argv[1]);
  remove(copy);
  CHECK(cspkit_api_version() >> 16 == CSPKIT_API_MAJOR);
  CHECK(cspkit_syncml_status(CSPKIT_NOT_FOUND) == 404);
  options.state = argv[1];
  options.durability = CSPKIT_DURABILITY_NORMAL;
  options.log = count_line;
  options.log_context = &lines;
  OK(cspkit_engine_open(&options, &engine, &error));
  if (!engine) return 1;
  CHECK(cspkit_engine_open(&options, &second, &error) == CSPKIT_STATE_LOCKED);
  CHECK(strstr(error.text, argv[1]) != NULL);
  OK(cspkit_engine_load_ddf_bytes(engine, kDdf, strlen(kDdf), "c.xml", &error));
  values(engine);
  messages(engine);
  provider(engine);
  offloaded_provider();
  sessions_as_an_agent_has_them();
  principals(engine);
  subscriptions(engine);
  wrong_arguments(engine);
  OK(cspkit_engine_backup(engine, copy, &error));
  CHECK(cspkit_engine_backup(engine, copy, &error) == CSPKIT_IO);
  OK(cspkit_engine_close(engine, &error));
  OK(cspkit_engine_open(NULL, &second, &error)); /* the defaults: in memory */
  OK(cspkit_engine_close(second, &error));
  remove(copy);
  if (failures != 0) fprintf(stderr, "%d checks failed\n", failures);
  return failures == 0 ? 0 : 1;
}
