/* SPDX-License-Identifier: Apache-2.0 */
/* Changes what belongs to the whole process: umask, current folder, locale, rounding, signals. */
#define _POSIX_C_SOURCE 200809L
#include <fenv.h>
#include <locale.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zoo.h"

static cspkit_code start(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  (void)provider;
  umask(0);
  if (chdir("/") != 0) return CSPKIT_FAILED;
  if (setlocale(LC_ALL, getenv("CSPKIT_ZOO_LOCALE")) == NULL) return CSPKIT_FAILED;
  fesetround(FE_UPWARD);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGTERM, SIG_IGN);
  return CSPKIT_OK;
}
ZOO_CREATE {
  self->table.start = start;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
