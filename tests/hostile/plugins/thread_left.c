/* SPDX-License-Identifier: Apache-2.0 */
/* Leaves a thread behind that runs its code after destroy(). */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <sched.h>

#include "zoo.h"

static void* stay(void* context) {
  volatile int* for_ever = (volatile int*)context;
  while (*for_ever) sched_yield();
  return NULL;
}
static cspkit_code start(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  static int for_ever = 1;
  pthread_t thread;
  (void)provider;
  if (pthread_create(&thread, NULL, stay, &for_ever) != 0) return CSPKIT_FAILED;
  pthread_detach(thread);
  return CSPKIT_OK;
}
ZOO_CREATE {
  self->table.start = start;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
