/* SPDX-License-Identifier: Apache-2.0 */
/* Providers that work by timers, batches and jobs of their own, which the check must tell apart
 * from what a command did. Number is kept by the host, Text is held outside of it. WRONG names the
 * rule that is broken; `works_on`, `works_for_ever` and those that wait in a job
 * break none. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "../../hostile/plugins/zoo.h"

enum {
  works_on = 1, /* a beat every 10 s sets Number; Run is a job of two days; Text is refused late */
  works_for_ever,  /* the same, and the job has no end */
  stays_by_batch,  /* Run fails, and has set Number by a batch */
  stays_in_atomic, /* Run succeeds, and has set Number by a batch instead of with the call */
  polls_for_ever,  /* the job asks itself every hour whether it is done, and never is */
  answers_late,    /* Text is answered ten seconds after the call's deadline */
  waits_in_job,    /* job_run waits for a batch of its own, which it may */
  two_jobs,        /* likewise two jobs at a time */
  timer_job,       /* likewise for a timer */
  jobs_by_timer,   /* likewise for a batch, every 2 s, also while a Replace of Text goes on */
  long_chain,      /* the job is 30,000 steps that follow each other at once */
  goes_on,         /* a Replace of Text fails, and what it has begun changes it all the same */
  dies_in_beat,    /* the first beat ends the process */
  hides_in_beat    /* Text is changed by a Replace that fails, while the beat goes on */
};

enum { kHour = 3600 * 1000, kHours = 48, kBeat = 10 * 1000, kTick = 2 * 1000, kSteps = 30000 };

typedef struct worker {
  const cspkit_host* host;
  char text[64];
  char next[64]; /* what Text is to be */
  cspkit_call call;
  int beats;
  int hours; /* that the job has to go on; 0: there is none */
  int waits; /* for `call` */
} worker;

/* Jobs and tasks run beside the calls. */
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;

typedef cspkit_code (*operation)(cspkit_provider*, cspkit_call, const cspkit_request*);

static cspkit_code locked(operation function, cspkit_provider* provider, cspkit_call call,
                          const cspkit_request* request) {
  cspkit_code code = CSPKIT_OK;
  pthread_mutex_lock(&busy);
  code = function(provider, call, request);
  pthread_mutex_unlock(&busy);
  return code;
}

static worker* worker_of(cspkit_provider* provider) {
  return (worker*)(uintptr_t)zoo_self(provider)->kept;
}

static const cspkit_host_jobs* jobs_of(const cspkit_host* host) {
  return (const cspkit_host_jobs*)host->get_extension(host, CSPKIT_EXT_JOBS);
}

/* Sets Number by a batch of its own; the job ends in it, if it is to. */
static void set_number(worker* self, int number, int ends_job) {
  const cspkit_host* host = self->host;
  const cspkit_str user = CSPKIT_STR("");
  const cspkit_str path = CSPKIT_STR("Number");
  const cspkit_str job = CSPKIT_STR("job");
  char digits[16];
  cspkit_value value = {CSPKIT_FORMAT_INT, 0, digits, 0};
  cspkit_writer batch = {0};
  value.size = (size_t)snprintf(digits, sizeof(digits), "%d", number);
  if (host->batch_open(host, CSPKIT_SCOPE_DEVICE, user, &batch) != CSPKIT_OK) return;
  host->set(host, batch, path, &value);
  if (ends_job) jobs_of(host)->job_end(host, batch, job);
  host->batch_submit(host, batch, NULL, NULL);
}

static void beat(void* context) CSPKIT_NOEXCEPT {
  worker* self = (worker*)context;
  if (WRONG == dies_in_beat) abort();
  pthread_mutex_lock(&busy);
  set_number(self, ++self->beats, 0);
  pthread_mutex_unlock(&busy);
  self->host->run_after(self->host, kBeat, beat, self);
}

static void work(void* context) CSPKIT_NOEXCEPT {
  worker* self = (worker*)context;
  const int endless = WRONG == works_for_ever || WRONG == polls_for_ever;
  int ends = 0;
  pthread_mutex_lock(&busy);
  ends = !endless && --self->hours == 0;
  if (WRONG != polls_for_ever) set_number(self, -self->hours, ends);
  pthread_mutex_unlock(&busy);
  if (!ends) self->host->run_after(self->host, WRONG == long_chain ? 0 : kHour, work, self);
}

static void answer(void* context) CSPKIT_NOEXCEPT {
  worker* self = (worker*)context;
  cspkit_call call = {0};
  int refused = 0;
  pthread_mutex_lock(&busy);
  call = self->call;
  refused = strcmp(self->next, "text") == 0;
  self->waits = 0;
  if (!refused || WRONG == hides_in_beat) memcpy(self->text, self->next, sizeof(self->text));
  pthread_mutex_unlock(&busy);
  self->host->complete(self->host, call, refused ? CSPKIT_TIMED_OUT : CSPKIT_OK);
}

static void take(void* context) CSPKIT_NOEXCEPT {
  worker* self = (worker*)context;
  pthread_mutex_lock(&busy);
  memcpy(self->text, self->next, sizeof(self->text));
  pthread_mutex_unlock(&busy);
}

static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  const worker* self = worker_of(provider);
  char text[sizeof(self->text)];
  (void)request;
  pthread_mutex_lock(&busy);
  memcpy(text, self->text, sizeof(text));
  pthread_mutex_unlock(&busy);
  return zoo_give(self->host, call, text, strlen(text));
}

static cspkit_code replace_alone(cspkit_provider* provider, cspkit_call call,
                                 const cspkit_request* request) CSPKIT_NOEXCEPT {
  worker* self = worker_of(provider);
  const size_t size = request->value == NULL ? 0 : request->value->size;
  if (self->waits) return CSPKIT_BUSY;
  memset(self->next, 0, sizeof(self->next));
  if (size != 0)
    memcpy(self->next, request->value->data,
           size < sizeof(self->next) ? size : sizeof(self->next) - 1);
  if (WRONG == goes_on) {
    self->host->run_after(self->host, 5 * 1000, take, self);
    return strcmp(self->next, "text") == 0 ? CSPKIT_BUSY : CSPKIT_OK;
  }
  self->call = call;
  self->waits = 1;
  self->host->run_after(self->host, WRONG == answers_late ? 70 * 1000 : 15 * 1000, answer, self);
  return CSPKIT_PENDING;
}

static cspkit_code replace(cspkit_provider* provider, cspkit_call call,
                           const cspkit_request* request) CSPKIT_NOEXCEPT {
  return locked(replace_alone, provider, call, request);
}

static cspkit_code exec_alone(cspkit_provider* provider, cspkit_call call,
                              const cspkit_request* request) CSPKIT_NOEXCEPT {
  worker* self = worker_of(provider);
  const cspkit_writer writer = {call.id};
  const cspkit_str job = CSPKIT_STR("job");
  (void)request;
  if (WRONG == stays_by_batch || WRONG == stays_in_atomic) {
    set_number(self, ++self->beats, 0);
    return WRONG == stays_by_batch ? CSPKIT_BUSY : CSPKIT_OK;
  }
  if (self->hours != 0) return CSPKIT_BUSY;
  if (WRONG == two_jobs) {
    const cspkit_str other = CSPKIT_STR("other");
    const cspkit_code code = jobs_of(self->host)->job_start(self->host, writer, other, other);
    if (code != CSPKIT_OK) return code;
  }
  return jobs_of(self->host)->job_start(self->host, writer, job, job);
}

static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  return locked(exec_alone, provider, call, request);
}

typedef struct applied {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  int is_done;
} applied;

static void note_applied(void* context, cspkit_code code) CSPKIT_NOEXCEPT {
  applied* self = (applied*)context;
  (void)code;
  pthread_mutex_lock(&self->mutex);
  self->is_done = 1;
  pthread_cond_signal(&self->changed);
  pthread_mutex_unlock(&self->mutex);
}

static void wait_for_batch(worker* self) {
  const cspkit_host* host = self->host;
  const cspkit_str user = CSPKIT_STR("");
  const cspkit_str path = CSPKIT_STR("Number");
  const cspkit_value value = {CSPKIT_FORMAT_INT, 0, "7", 1};
  applied waited = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
  cspkit_writer batch = {0};
  if (host->batch_open(host, CSPKIT_SCOPE_DEVICE, user, &batch) != CSPKIT_OK) return;
  host->set(host, batch, path, &value);
  if (host->batch_submit(host, batch, note_applied, &waited) != CSPKIT_OK) return;
  pthread_mutex_lock(&waited.mutex);
  while (!waited.is_done) pthread_cond_wait(&waited.changed, &waited.mutex);
  pthread_mutex_unlock(&waited.mutex);
}

static void note_time(void* context) CSPKIT_NOEXCEPT { note_applied(context, CSPKIT_OK); }

static void wait_for_timer(worker* self) {
  applied waited = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
  if (self->host->run_after(self->host, 5 * 1000, note_time, &waited) == 0) return;
  pthread_mutex_lock(&waited.mutex);
  while (!waited.is_done) pthread_cond_wait(&waited.changed, &waited.mutex);
  pthread_mutex_unlock(&waited.mutex);
}

static void end_job(worker* self, cspkit_str id) {
  const cspkit_host* host = self->host;
  const cspkit_str user = CSPKIT_STR("");
  cspkit_writer batch = {0};
  if (host->batch_open(host, CSPKIT_SCOPE_DEVICE, user, &batch) != CSPKIT_OK) return;
  jobs_of(host)->job_end(host, batch, id);
  host->batch_submit(host, batch, NULL, NULL);
}

/* Starts a job every 2 s. */
static void tick(void* context) CSPKIT_NOEXCEPT {
  worker* self = (worker*)context;
  const cspkit_host* host = self->host;
  const cspkit_str user = CSPKIT_STR("");
  const cspkit_str job = CSPKIT_STR("tick");
  cspkit_writer batch = {0};
  if (host->batch_open(host, CSPKIT_SCOPE_DEVICE, user, &batch) == CSPKIT_OK) {
    jobs_of(host)->job_start(host, batch, job, job);
    host->batch_submit(host, batch, NULL, NULL);
  }
  host->run_after(host, kTick, tick, self);
}

static void job_run(cspkit_provider* provider, cspkit_str id, cspkit_str payload,
                    uint32_t attempt) CSPKIT_NOEXCEPT {
  worker* self = worker_of(provider);
  (void)payload;
  (void)attempt;
  if (WRONG == waits_in_job || WRONG == two_jobs || WRONG == jobs_by_timer) wait_for_batch(self);
  if (WRONG == timer_job) wait_for_timer(self);
  if (WRONG == two_jobs || WRONG == timer_job || WRONG == jobs_by_timer) {
    end_job(self, id);
    return;
  }
  pthread_mutex_lock(&busy);
  self->hours = WRONG == long_chain ? kSteps : kHours;
  pthread_mutex_unlock(&busy);
  work(self);
}

static const void* extension(cspkit_provider* provider, const char* id) CSPKIT_NOEXCEPT {
  static const cspkit_provider_jobs kJobs = {sizeof(cspkit_provider_jobs), 0, job_run};
  (void)provider;
  return strcmp(id, CSPKIT_EXT_JOBS) == 0 ? &kJobs : NULL;
}

static cspkit_code start(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  worker* self = worker_of(provider);
  set_number(self, 0, 0);
  if (WRONG == works_on || WRONG == works_for_ever || WRONG == hides_in_beat ||
      WRONG == dies_in_beat)
    self->host->run_after(self->host, kBeat, beat, self);
  if (WRONG == jobs_by_timer) self->host->run_after(self->host, kTick, tick, self);
  return CSPKIT_OK;
}

static void destroy(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  free(worker_of(provider));
  zoo_destroy(provider);
}

ZOO_CREATE {
  static const cspkit_handler kHandlers[] = {
      {CSPKIT_STR("Text"), CSPKIT_GET | CSPKIT_REPLACE, 0, 0},
      {CSPKIT_STR("Run"), CSPKIT_EXEC, 0, 0},
  };
  worker* made = (worker*)calloc(1, sizeof(worker));
  if (made == NULL) return CSPKIT_FULL;
  made->host = self->host;
  self->kept = (uint64_t)(uintptr_t)made;
  self->table.handlers = kHandlers;
  self->table.handler_count = 2;
  self->table.start = start;
  self->table.get = get;
  self->table.replace = replace;
  self->table.exec = exec;
  self->table.destroy = destroy;
  self->table.get_extension = extension;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
