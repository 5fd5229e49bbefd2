/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled twice: with the later header it is a later host, with that of 1.0 an older one. The
 * engine behind it is that of today. Keeps what it works with in static storage: one provider in
 * one engine. */
#include "other_host.h"

#include <cspkit/abi.h>
#include <stdlib.h>
#include <string.h>

static const cspkit_plugin* plugin;    /* what the host is shown to */
static const cspkit_host* real;        /* the engine's */
static cspkit_provider* behind;        /* the plugin's */
static cspkit_host shown_host;         /* what the plugin sees */
static cspkit_provider shown_provider; /* what the engine sees */
static cspkit_host_jobs shown_jobs;
static cspkit_host_alerts shown_alerts;
static int extensions = 1;

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* What both know of a table; the rest of `to` is null. `size` stands first in each. */
static void copy_known(void* to, size_t size, const void* from) {
  memset(to, 0, size);
  memcpy(to, from, smaller(size, *(const uint32_t*)from));
}

static const void* extension_of_host(const cspkit_host* host, const char* id) CSPKIT_NOEXCEPT {
  const void* table = extensions ? real->get_extension(real, id) : NULL;
  (void)host;
  if (table == NULL) return NULL;
  if (strcmp(id, CSPKIT_EXT_JOBS) == 0) {
    copy_known(&shown_jobs, sizeof(shown_jobs), table);
    shown_jobs.size = sizeof(shown_jobs);
#if !defined(CSPKIT_TESTS_LATER)
    /* The first version of it. */
    shown_jobs.size = offsetof(cspkit_host_jobs, is_closing);
    shown_jobs.is_closing = NULL;
#endif
    return &shown_jobs;
  }
  copy_known(&shown_alerts, sizeof(shown_alerts), table);
  shown_alerts.size = sizeof(shown_alerts);
  return &shown_alerts;
}

#if defined(CSPKIT_TESTS_LATER)
static const char* later_call(const cspkit_host* host) CSPKIT_NOEXCEPT {
  (void)host;
  return "the host is later";
}
#endif

/* ---- operations, with requests of this header's size ---- */

typedef cspkit_code (*operation)(cspkit_provider*, cspkit_call, const cspkit_request*);

static cspkit_code forward(operation function, cspkit_call call, const cspkit_request* request) {
  cspkit_request grown;
  copy_known(&grown, sizeof(grown), request);
  grown.size = sizeof(grown);
#if defined(CSPKIT_TESTS_LATER)
  grown.later_member = "nothing that 1.0 would understand";
#endif
  return function(behind, call, &grown);
}
static cspkit_code get(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)provider;
  return forward(behind->get, call, request);
}
static cspkit_code add(cspkit_provider* provider, cspkit_call call,
                       const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)provider;
  return forward(behind->add, call, request);
}
static cspkit_code replace(cspkit_provider* provider, cspkit_call call,
                           const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)provider;
  return forward(behind->replace, call, request);
}
static cspkit_code remove_node(cspkit_provider* provider, cspkit_call call,
                               const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)provider;
  return forward(behind->remove, call, request);
}
static cspkit_code exec(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)provider;
  return forward(behind->exec, call, request);
}
static cspkit_code refresh(cspkit_provider* provider, cspkit_call call,
                           const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)provider;
  return forward(behind->refresh, call, request);
}

/* ---- the object ---- */

/* start, destroy and the tables of extensions find what they need by `impl`, and are handed
 * through. */
static cspkit_code create(const cspkit_host* host, size_t index,
                          cspkit_provider** out) CSPKIT_NOEXCEPT {
  cspkit_code code = CSPKIT_OK;
  real = host;
  copy_known(&shown_host, sizeof(shown_host), host);
  shown_host.size = sizeof(shown_host);
  shown_host.abi_minor = CSPKIT_ABI_MINOR;
  shown_host.get_extension = extension_of_host;
#if defined(CSPKIT_TESTS_LATER)
  shown_host.later_call = later_call;
#endif
  code = plugin->create(&shown_host, index, &behind);
  if (code != CSPKIT_OK) return code;
  copy_known(&shown_provider, sizeof(shown_provider), behind);
  shown_provider.size = sizeof(shown_provider);
  if (behind->get != NULL) shown_provider.get = get;
  if (behind->add != NULL) shown_provider.add = add;
  if (behind->replace != NULL) shown_provider.replace = replace;
  if (behind->remove != NULL) shown_provider.remove = remove_node;
  if (behind->exec != NULL) shown_provider.exec = exec;
  if (behind->refresh != NULL) shown_provider.refresh = refresh;
  *out = &shown_provider;
  return CSPKIT_OK;
}

static const void* behind_this_host(const void* inner) {
  static cspkit_plugin shown;
  plugin = (const cspkit_plugin*)inner;
  copy_known(&shown, sizeof(shown), inner);
  shown.size = sizeof(shown);
  shown.create = create;
  return &shown;
}

#if defined(CSPKIT_TESTS_LATER)
const void* cspkit_tests_behind_a_later_host(const void* inner) { return behind_this_host(inner); }
#else
const void* cspkit_tests_behind_an_older_host(const void* inner, int with_extensions) {
  extensions = with_extensions;
  return behind_this_host(inner);
}
#endif
