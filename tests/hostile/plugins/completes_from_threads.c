/* SPDX-License-Identifier: Apache-2.0 */
/* Eight threads complete one Exec at once, each with another code: one is heard. A Get of Number
 * completes the Exec once more, when it is over. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "zoo.h"

enum { kThreads = 8 };
typedef struct racer {
  const cspkit_host* host;
  cspkit_call call;
  pthread_barrier_t* line;
  cspkit_code answered;
} racer;

static void* race(void* context) {
  racer* me = (racer*)context;
  pthread_barrier_wait(me->line);
  me->answered = me->host->complete(me->host, me->call, CSPKIT_OK);
  return NULL;
}
static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  pthread_barrier_t line;
  pthread_t threads[kThreads];
  racer racers[kThreads];
  int heard = 0;
  int i = 0;
  (void)request;
  zoo_self(provider)->kept = call.id;
  pthread_barrier_init(&line, NULL, kThreads);
  for (i = 0; i < kThreads; ++i) {
    racers[i].host = host;
    racers[i].call = call;
    racers[i].line = &line;
    if (pthread_create(&threads[i], NULL, race, &racers[i]) != 0) abort();
  }
  for (i = 0; i < kThreads; ++i) {
    pthread_join(threads[i], NULL);
    heard += racers[i].answered == CSPKIT_OK;
    if (racers[i].answered == CSPKIT_STALE) zoo_log(host, "zoo: stale", 10);
  }
  pthread_barrier_destroy(&line);
  if (heard == 1) zoo_log(host, "zoo: one heard", 14);
  return CSPKIT_PENDING;
}
static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  const cspkit_host* host = zoo_self(provider)->host;
  const cspkit_call old = {zoo_self(provider)->kept};
  (void)request;
  if (host->complete(host, old, CSPKIT_BUSY) == CSPKIT_STALE) return zoo_give(host, call, "13", 2);
  return zoo_give(host, call, "0", 1);
}
ZOO_CREATE {
  self->table.exec = exec;
  self->table.get = get;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
