/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cspkit/engine.h: the engine for programs that are not written in C++. C99; compiles as C11, C17
 * and C++ too. Everything here is a thin skin over cspkit/engine.hpp, which says what each call
 * means in full. Link cspkit::core, or load the shared library libcspkit.so, which exports the
 * functions below and nothing else.
 *
 *   cspkit_engine_options options = CSPKIT_ENGINE_OPTIONS_INIT;
 *   cspkit_engine* engine;
 *   options.state = "device.db";
 *   if (cspkit_engine_open(&options, &engine, &error) != CSPKIT_OK) puts(error.text);
 *
 * Conventions, valid for every declaration below:
 *  1. Versioning: a struct marked "grows" begins with `size`; the caller sets it to the size it
 *     knows (the _INIT macros do) and new members come at the end only. What is beyond that size is
 *     not read and not written; what is zero means the default. Structs marked "frozen" never
 *     change. Functions are added, never changed. cspkit_api_version() says what a loaded library
 *     has.
 *  2. Handles (cspkit_engine, cspkit_session, cspkit_subscription) come from one function and go by
 *     the one named beside it; null may be closed. A handle that was closed must not be used.
 *  3. Ownership: what goes in is borrowed until the function returns. What comes out in a
 *     cspkit_buffer belongs to the caller, who gives it back by cspkit_buffer_free(). Nobody frees
 *     what the other side allocated in any other way. What a callback is given is borrowed until it
 *     returns.
 *  4. Text is UTF-8. `const char*` ends with NUL and may be null where it says so. Values and
 *     messages have a length and may hold any byte; what a buffer holds is followed by a NUL that
 *     is not counted.
 *  5. Errors: a function that can fail returns a cspkit_code, CSPKIT_OK or why not, and, when
 *     `error` is not null, fills it with a text for people: what, where, what to do. Results are
 *     written on success only.
 *  6. Threads: an engine may be used from any thread; a session by one thread at a time. Callbacks
 *     come from the engine's threads, one at a time per subscription; they may use the engine, and
 *     must not close it.
 *  7. Nothing here throws, and no callback may: no exception may cross this border.
 *  8. No global state: two engines in one process do not know of each other.
 */
#ifndef CSPKIT_ENGINE_H_
#define CSPKIT_ENGINE_H_

#include <cspkit/abi.h>
#include <stddef.h>
#include <stdint.h>

#define CSPKIT_API_MAJOR 1 /* another one is another library */
#define CSPKIT_API_MINOR 2 /* grows with new functions, and members at the ends of structs */

#ifdef __cplusplus
extern "C" {
#endif

/* Codes of the engine beside those of abi.h (the numbers of cspkit::Code). */
enum {
  CSPKIT_BAD_REQUEST = -100,      /* the command or its address is malformed */
  CSPKIT_URI_TOO_LONG = -101,     /* the address exceeds a limit */
  CSPKIT_TOO_LARGE = -102,        /* a value or message exceeds a limit */
  CSPKIT_INCOMPLETE = -103,       /* a precondition is missing */
  CSPKIT_NOT_SYNCML = -200,       /* the input is no SyncML message */
  CSPKIT_NOT_DDF = -201,          /* the input is no DDF document */
  CSPKIT_STATE_UNUSABLE = -202,   /* the state file is damaged, of a newer version, or none */
  CSPKIT_STATE_LOCKED = -203,     /* another engine has the state file */
  CSPKIT_PROVIDER_REFUSED = -204, /* the provider was not trusted, not understood, did not start */
  CSPKIT_IO = -205                /* a file could not be read or written */
};

typedef struct cspkit_engine cspkit_engine;             /* one device */
typedef struct cspkit_session cspkit_session;           /* a caller's seat at its tree */
typedef struct cspkit_subscription cspkit_subscription; /* a callback that is told of changes */

/* Why a call failed. Needs no release. */
typedef struct cspkit_error { /* grows */
  uint32_t size;              /* sizeof(cspkit_error) */
  cspkit_code code;           /* what the function returned */
  int32_t syncml_status;      /* what a server would be told: 200, 404, ... */
  uint32_t hresult;           /* of the provider, 0 for none */
  char text[1024];            /* shortened when longer */
} cspkit_error;
/* What a cspkit_error is initialised with. */
#define CSPKIT_ERROR_INIT                \
  {                                      \
    sizeof(cspkit_error), 0, 0, 0, { 0 } \
  }

/* Bytes that belong to the caller. Must be initialised, or come from an earlier call; what it held
 * before is released first. */
typedef struct cspkit_buffer { /* grows */
  uint32_t size;               /* sizeof(cspkit_buffer) */
  int32_t format;              /* CSPKIT_FORMAT_* of a value, CSPKIT_FORMAT_UNSET of a message */
  char* data;                  /* the bytes, and a NUL behind them; null when there are none */
  size_t length;               /* of data, in bytes, without that NUL */
} cspkit_buffer;
/* What a cspkit_buffer is initialised with: nothing in it. */
#define CSPKIT_BUFFER_INIT \
  { sizeof(cspkit_buffer), 0, NULL, 0 }

enum {                               /* durability */
       CSPKIT_DURABILITY_FULL = 0,   /* on disk before it is answered */
       CSPKIT_DURABILITY_NORMAL = 1, /* the last changes may be lost with the power */
       CSPKIT_DURABILITY_MEMORY = 2  /* nothing is kept */
};

enum {                                     /* options, as bits */
       CSPKIT_ENFORCE_ATOMIC_REQUIRED = 1, /* 405 outside an Atomic */
       CSPKIT_ENFORCE_DEPENDENCIES = 2,    /* 412 when a dependency is not satisfied */
       CSPKIT_ABORT_LONG_REPLIES = 4       /* a reply beyond MaxMsgSize becomes Alert 1223, as
                                              Windows does, and does not go in several messages.
                                              Since API 1.2. */
};

/* A line of the log; comes from any thread and must not call the engine. */
typedef void (*cspkit_log_fn)(void* context, int32_t level, const char* source, const char* text);

/* How an engine is opened; EngineOptions in engine.hpp says more of each. */
typedef struct cspkit_engine_options { /* grows */
  uint32_t size;                       /* sizeof(cspkit_engine_options) */
  int32_t durability;                  /* CSPKIT_DURABILITY_* */
  const char* state;                   /* the state file, made when missing; null: ":memory:" */
  cspkit_log_fn log;                   /* null: none */
  void* log_context;                   /* what `log` is given back */
  uint32_t flags;                      /* CSPKIT_ENFORCE_*, CSPKIT_ABORT_* */
  uint32_t call_deadline_ms;           /* 0: the default, 60 seconds */
  uint64_t max_value_bytes;            /* 0: the default, 16 MiB */
  uint64_t max_message_bytes;          /* 0: the default, 64 MiB */
  uint64_t max_transaction_bytes; /* of the values it writes, else 413; 0: the default, 64 MiB */
  uint64_t max_state_bytes;       /* of all nodes, else 420; 0: the default, 1 GiB */
} cspkit_engine_options;
/* What cspkit_engine_options are initialised with: the defaults. */
#define CSPKIT_ENGINE_OPTIONS_INIT \
  { sizeof(cspkit_engine_options), 0, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0 }

/* Who asks. A null pointer to one is the device itself. */
typedef struct cspkit_principal { /* grows */
  uint32_t size;                  /* sizeof(cspkit_principal) */
  int32_t device_authority;       /* 1: may change ./Device */
  const char* user;               /* id of the user; null or "": the device */
} cspkit_principal;
/* What a cspkit_principal is initialised with: the device, without the authority to change it. */
#define CSPKIT_PRINCIPAL_INIT \
  { sizeof(cspkit_principal), 0, NULL }

/* (major << 16) | minor of the library that is loaded. Another major version is another library. */
CSPKIT_EXPORT uint32_t cspkit_api_version(void);
/* The SyncML status of a code: 200, 404, ... */
CSPKIT_EXPORT int32_t cspkit_syncml_status(cspkit_code code);
/* Gives the bytes back; the buffer is empty afterwards and may be used again. Null is allowed. */
CSPKIT_EXPORT void cspkit_buffer_free(cspkit_buffer* buffer);

/* ---- The engine */

/* Opens or makes the state file. Null options are the defaults. Closed by cspkit_engine_close().
 * STATE_LOCKED, STATE_UNUSABLE, IO. */
CSPKIT_EXPORT cspkit_code cspkit_engine_open(const cspkit_engine_options* options,
                                             cspkit_engine** out, cspkit_error* error);
/* Stops providers and closes the state. MISUSE while sessions are open: then nothing is closed.
 * Subscriptions may stay; they fall silent. */
CSPKIT_EXPORT cspkit_code cspkit_engine_close(cspkit_engine* engine, cspkit_error* error);
/* Adds a DDF file, a directory of them, or a zip. */
CSPKIT_EXPORT cspkit_code cspkit_engine_load_ddf(cspkit_engine* engine, const char* path,
                                                 cspkit_error* error);
/* The same from memory; `name` is for messages. */
CSPKIT_EXPORT cspkit_code cspkit_engine_load_ddf_bytes(cspkit_engine* engine, const void* data,
                                                       size_t length, const char* name,
                                                       cspkit_error* error);
/* Loads a provider library; `ddf`, a file or folder where its DDF may lie, may be null.
 * PROVIDER_REFUSED. */
CSPKIT_EXPORT cspkit_code cspkit_engine_load_provider(cspkit_engine* engine, const char* library,
                                                      const char* ddf, cspkit_error* error);
/* The same for a provider that is linked into the program. The plugin must outlive the engine. */
CSPKIT_EXPORT cspkit_code cspkit_engine_add_provider(cspkit_engine* engine,
                                                     const cspkit_plugin* plugin, const char* ddf,
                                                     cspkit_error* error);
enum {                    /* how a provider is run, as bits */
       CSPKIT_OFFLOAD = 1 /* its functions run on threads of their own, so that one that does not
                             return can be answered for (ProviderOptions in engine.hpp) */
};
/* How a provider is run. */
typedef struct cspkit_provider_options { /* grows */
  uint32_t size;                         /* sizeof(cspkit_provider_options) */
  uint32_t flags;                        /* CSPKIT_OFFLOAD */
  uint32_t call_deadline_ms;             /* 0: the engine's */
} cspkit_provider_options;
/* What cspkit_provider_options are initialised with: the defaults. */
#define CSPKIT_PROVIDER_OPTIONS_INIT \
  { sizeof(cspkit_provider_options), 0, 0 }
/* As cspkit_engine_load_provider, with options; null: the defaults. Since API 1.1. */
CSPKIT_EXPORT cspkit_code cspkit_engine_load_provider_with(cspkit_engine* engine,
                                                           const char* library, const char* ddf,
                                                           const cspkit_provider_options* options,
                                                           cspkit_error* error);
/* As cspkit_engine_add_provider, with options; null: the defaults. Since API 1.1. */
CSPKIT_EXPORT cspkit_code cspkit_engine_add_provider_with(cspkit_engine* engine,
                                                          const cspkit_plugin* plugin,
                                                          const char* ddf,
                                                          const cspkit_provider_options* options,
                                                          cspkit_error* error);
/* Sets as the owner of the node: bound by format and shape, not by AccessType; never calls a
 * handler. `user` null: the device's nodes. NOT_FOUND, BAD_FORMAT, FULL. */
CSPKIT_EXPORT cspkit_code cspkit_engine_owner_set(cspkit_engine* engine, const char* user,
                                                  const char* uri, const cspkit_value* value,
                                                  cspkit_error* error);
/* Removes as the owner does: the node and all below it. */
CSPKIT_EXPORT cspkit_code cspkit_engine_owner_remove(cspkit_engine* engine, const char* user,
                                                     const char* uri, cspkit_error* error);
/* Copies the state to a file that must not exist. NOT_SUPPORTED in memory, IO, FULL. */
CSPKIT_EXPORT cspkit_code cspkit_engine_backup(cspkit_engine* engine, const char* target,
                                               cspkit_error* error);
/* Queues an alert of the device's own, durably; its source is a LocURI, empty for none. It goes out
 * with the replies of management sessions until the server acknowledges it. `user` null: the
 * device's. BAD_VALUE, FULL. Since API 1.2. */
CSPKIT_EXPORT cspkit_code cspkit_engine_queue_alert(cspkit_engine* engine, const char* user,
                                                    const cspkit_alert* alert, cspkit_error* error);
/* Waits until no job of a provider is left. TIMED_OUT. */
CSPKIT_EXPORT cspkit_code cspkit_engine_wait_for_jobs(cspkit_engine* engine, uint32_t timeout_ms,
                                                      cspkit_error* error);

/* ---- Sessions */

/* A caller's seat at the tree. Closed by cspkit_session_close(), before its engine. */
CSPKIT_EXPORT cspkit_code cspkit_session_open(cspkit_engine* engine,
                                              const cspkit_principal* principal,
                                              cspkit_session** out, cspkit_error* error);
/* Ends a session. Null is allowed. */
CSPKIT_EXPORT void cspkit_session_close(cspkit_session* session);
/* Answers one SyncML message. NOT_SYNCML when it is none; anything that is one gets a reply. */
CSPKIT_EXPORT cspkit_code cspkit_session_process(cspkit_session* session, const void* message,
                                                 size_t length, cspkit_buffer* reply,
                                                 cspkit_error* error);
/* 0 when the last reply need not be sent: it says only that the server's header was fine, or the
 * server aborted the session; else 1. Since API 1.2. */
CSPKIT_EXPORT int32_t cspkit_session_reply_wanted(const cspkit_session* session);
/* Value of a leaf; of an interior node its children's names, percent-encoded, joined by "/". */
CSPKIT_EXPORT cspkit_code cspkit_session_get(cspkit_session* session, const char* uri,
                                             cspkit_buffer* value, cspkit_error* error);
/* Adds a node; a null value adds an interior node, or a leaf with its default. Of a value with
 * CSPKIT_FORMAT_UNSET the format is the schema's; b64 and bin take the bytes themselves. */
CSPKIT_EXPORT cspkit_code cspkit_session_add(cspkit_session* session, const char* uri,
                                             const cspkit_value* value, cspkit_error* error);
/* Sets a node that exists; `value` as in add, not null. */
CSPKIT_EXPORT cspkit_code cspkit_session_replace(cspkit_session* session, const char* uri,
                                                 const cspkit_value* value, cspkit_error* error);
/* Runs the command that a node stands for. `value` is its data and may be null. */
CSPKIT_EXPORT cspkit_code cspkit_session_exec(cspkit_session* session, const char* uri,
                                              const cspkit_value* value, cspkit_error* error);
/* Removes a node and all below it, as the DDF allows. */
CSPKIT_EXPORT cspkit_code cspkit_session_delete(cspkit_session* session, const char* uri,
                                                cspkit_error* error);

/* ---- Subscriptions */

enum { CSPKIT_CHANGE_SET = 0, CSPKIT_CHANGE_CREATED = 1, CSPKIT_CHANGE_REMOVED = 2 };
enum {
  CSPKIT_CAUSE_COMMAND = 0,
  CSPKIT_CAUSE_PROVIDER = 1,
  CSPKIT_CAUSE_OWNER = 2,
  CSPKIT_CAUSE_RECOVERY = 3
};

/* One node that changed. */
typedef struct cspkit_change { /* grows */
  uint32_t size;               /* of this struct as the engine knows it */
  int32_t kind;                /* CSPKIT_CHANGE_* */
  const char* uri;             /* its address */
  const cspkit_value* before;  /* null: none, or an interior node */
  const cspkit_value* after;   /* likewise */
  int32_t leaf;                /* 1 for a leaf */
} cspkit_change;

/* One committed transaction. */
typedef struct cspkit_change_batch {   /* grows */
  uint32_t size;                       /* of this struct as the engine knows it */
  int32_t cause;                       /* CSPKIT_CAUSE_* */
  uint64_t transaction;                /* grows in the order of the commits */
  const char* provider;                /* of CAUSE_PROVIDER and CAUSE_RECOVERY, else "" */
  const cspkit_change* const* changes; /* `count` pointers, because a change may grow */
  size_t count;                        /* of the changes */
  int32_t missed; /* 1: earlier batches were dropped, look at the subtree anew */
} cspkit_change_batch;

/* Told of a transaction, one at a time; what it is given is borrowed. May use the engine, must not
 * close it. */
typedef void (*cspkit_change_fn)(void* context, const cspkit_change_batch* batch);

/* Tells of committed changes at or below an address, until cspkit_subscription_close(). */
CSPKIT_EXPORT cspkit_code cspkit_engine_subscribe(cspkit_engine* engine, const char* uri,
                                                  const cspkit_principal* principal,
                                                  cspkit_change_fn callback, void* context,
                                                  cspkit_subscription** out, cspkit_error* error);
/* When it returns no callback runs and none will; within the callback, that one is the last. */
CSPKIT_EXPORT void cspkit_subscription_close(cspkit_subscription* subscription);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* CSPKIT_ENGINE_H_ */
