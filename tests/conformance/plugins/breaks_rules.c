/* SPDX-License-Identifier: Apache-2.0 */
/* Providers that each break one rule, beside those of the zoo. WRONG names the rule: one library is
 * built for each. */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../hostile/plugins/zoo.h"

enum {
  crashes = 1,    /* writes through a null pointer in its Exec */
  aborts,         /* as an exception that leaves a function does */
  exits,          /* ends the process in its Exec */
  no_handlers,    /* handles nothing of what its DDF has */
  never_called,   /* handles what its DDF does not grant */
  irreversible,   /* marks a Replace as irreversible */
  reserved_bits,  /* sets what is reserved */
  changes_table,  /* changes its handlers after create() */
  reads_computed, /* reads a computed node in a handler */
  outside_effect, /* holds Text itself, and takes no part in transactions; "text" fails half-way */
  endless_job,    /* starts a job and never ends it */
  jobs_empty,     /* offers cspkit.jobs/1 without job_run */
  keeps_file,     /* opens a file and never closes it */
  keeps_memory,   /* allocates, and never frees */
  keeps_thread,   /* begins a thread that never ends */
  only_once,      /* can be made once in a process */
  shares_state,   /* all its objects have one Text */
  slow,           /* takes 30 ms for a Get */
  no_name_given,  /* a plugin object without id and version */
  size_large,     /* a plugin object that claims to be longer than it is */
  stays           /* nothing; it is linked so that it is never unloaded */
};

static char held[64];

static int is(cspkit_value value, const char* text) {
  return value.size == strlen(text) && memcmp(value.data, text, value.size) == 0;
}

static void hold(const cspkit_value* value) {
  const size_t size = value == NULL ? 0 : value->size;
  memset(held, 0, sizeof(held));
  if (size != 0) memcpy(held, value->data, size < sizeof(held) ? size : sizeof(held) - 1);
}

static void spend(long milliseconds) {
  struct timespec begin, now;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  do {
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000 <
           milliseconds);
}

static void ignore(void* context, const cspkit_value* value) CSPKIT_NOEXCEPT {
  (void)context;
  (void)value;
}

static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  const int holds = (WRONG == outside_effect || WRONG == shares_state) && request->handler == 0;
  if (WRONG == slow) spend(30);
  if (holds) return zoo_give(zoo_self(provider)->host, call, held, strlen(held));
  return zoo_get(provider, call, request);
}

static cspkit_code replace(cspkit_provider* provider, cspkit_call call,
                           const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)provider;
  (void)call;
  hold(request->value);
  if (WRONG == outside_effect && request->value != NULL && is(*request->value, "text"))
    return CSPKIT_BUSY;
  return CSPKIT_OK;
}

static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_writer writer = {call.id};
  const cspkit_str number = CSPKIT_STR("Number");
  const cspkit_str job = CSPKIT_STR("job");
  static int* volatile nowhere = NULL;
  (void)request;
  if (WRONG == crashes) *nowhere = 1;
  if (WRONG == aborts) abort();
  if (WRONG == exits) exit(0);
  if (WRONG == reads_computed) host->read(host, writer, number, ignore, NULL);
  if (WRONG == endless_job) {
    const cspkit_host_jobs* jobs =
        (const cspkit_host_jobs*)host->get_extension(host, CSPKIT_EXT_JOBS);
    return jobs->job_start(host, writer, job, job);
  }
  return CSPKIT_OK;
}

static void job_run(cspkit_provider* provider, cspkit_str id, cspkit_str payload,
                    uint32_t attempt) CSPKIT_NOEXCEPT {
  (void)provider;
  (void)id;
  (void)payload;
  (void)attempt;
}

static const void* extension(cspkit_provider* provider, const char* id) CSPKIT_NOEXCEPT {
  static const cspkit_provider_jobs kJobs = {sizeof(cspkit_provider_jobs), 0,
                                             WRONG == jobs_empty ? NULL : job_run};
  (void)provider;
  return strcmp(id, CSPKIT_EXT_JOBS) == 0 ? &kJobs : NULL;
}

static void* stay(void* context) {
  while (pause() == -1) continue; /* which is all it ever gives */
  return context;
}

static cspkit_handler handlers[] = {
    {CSPKIT_STR("Text"), CSPKIT_GET | CSPKIT_REPLACE,
     WRONG == irreversible ? CSPKIT_HANDLER_IRREVERSIBLE : 0, 0},
    {CSPKIT_STR("Number"), CSPKIT_GET | (WRONG == never_called ? CSPKIT_REPLACE : 0), 0,
     WRONG == reserved_bits ? 7 : 0},
    {CSPKIT_STR("Run"), CSPKIT_EXEC, 0, 0},
};

static cspkit_code start(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  (void)provider;
  if (WRONG == changes_table) handlers[1].verbs = CSPKIT_GET | CSPKIT_REFRESH;
  return CSPKIT_OK;
}

static void destroy(cspkit_provider* provider) CSPKIT_NOEXCEPT { zoo_destroy(provider); }

ZOO_CREATE {
  static int made = 0;
  static void* volatile lost;
  pthread_t thread;
  self->table.handlers = handlers;
  self->table.start = start;
  self->table.destroy = destroy;
  self->table.get = get;
  self->table.replace = replace;
  self->table.exec = exec;
  if (WRONG == no_handlers) self->table.handler_count = 0;
  if (WRONG == reserved_bits) self->table.flags = 4;
  if (WRONG == endless_job || WRONG == jobs_empty) self->table.get_extension = extension;
  if (WRONG == changes_table) handlers[1].verbs = CSPKIT_GET;
  if (WRONG == keeps_file && open("/dev/null", O_RDONLY) < 0) return CSPKIT_FAILED;
  if (WRONG == keeps_memory) lost = malloc(1000);
  if (WRONG == keeps_thread && pthread_create(&thread, NULL, stay, NULL) != 0) return CSPKIT_FAILED;
  if (WRONG == only_once && made++ != 0) {
    zoo_destroy(&self->table);
    return CSPKIT_BUSY;
  }
  (void)lost;
  return CSPKIT_OK;
}

static const cspkit_provider_info kInfos[] = {{CSPKIT_STR("zoo"), CSPKIT_STR(""),
                                               CSPKIT_STR(ZOO_TREE("Zoo")),
                                               WRONG == reserved_bits ? 1 : 0}};
CSPKIT_PLUGIN_OBJECT = {sizeof(cspkit_plugin) + (WRONG == size_large ? 64 : 0),
                        CSPKIT_ABI_MAJOR,
                        CSPKIT_ABI_MINOR,
                        {"com.example.zoo", WRONG == no_name_given ? 0 : 15},
                        {"1.0.0", WRONG == no_name_given ? 0 : 5},
                        kInfos,
                        1,
                        zoo_create};
