/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cspkit/abi.h: the binary contract between a host (the engine) and a provider library. C99,
 * depends on nothing. Start here if you write a provider in C, Rust or anything that speaks the C
 * ABI; in C++ include provider.hpp instead.
 *
 * Conventions, valid for every declaration below:
 *  1. A library exports one const data object, `cspkit_plugin_v1`. The host reads size, abi_major
 * and abi_minor before any function of the library runs, and refuses another major version.
 *  2. Structs marked "grows" begin with `size` and get new members at the end only; ask with
 * CSPKIT_HAS before touching a member of the other side that is newer than 1.0. Structs marked
 * "frozen" never change. Structs that grow are never nested by value.
 *  3. Nobody frees what the other side allocated. Inputs are borrowed until the function returns;
 * results are pushed into the host, which copies at once.
 *  4. Text is UTF-8 with a length, without NUL: { anything, 0 } is empty, { null, n } is MISUSE.
 *  5. No function throws. A C++ function pointer without noexcept does not compile here.
 *  6. Thread tags: [any] any thread at any time; [serial] the host never runs two [serial]
 * functions of one provider at once (no thread affinity). Host functions are all [any]; do not call
 * them while holding a lock that one of your [serial] functions takes.
 *  7. Paths given to a handler are canonical: no "./Device" or "./User" in front, segments
 * percent-encoded (RFC 3986 unreserved characters plain, upper-case hex). Captures and child names
 * are decoded. Paths given to the host: "./A/B" is absolute below the scope, anything else is
 * relative to the root of the call (of a batch: the provider's root). "" is the root itself.
 * Segments are percent-encoded.
 *  8. Times are milliseconds.
 */
#ifndef CSPKIT_ABI_H_
#define CSPKIT_ABI_H_

#include <stddef.h>
#include <stdint.h>

#define CSPKIT_ABI_MAJOR 1 /* another one is another contract: refused */
#define CSPKIT_ABI_MINOR 0 /* grows with new members at the ends of structs */

#if defined(__cplusplus)
/* Stands behind every function of the contract: in C++ a part of its type, in C nothing. */
#define CSPKIT_NOEXCEPT noexcept
/* C linkage, in C and in C++. */
#define CSPKIT_EXTERN_C extern "C"
#else
#define CSPKIT_NOEXCEPT
#define CSPKIT_EXTERN_C extern
#endif

#if defined(_WIN32)
#define CSPKIT_EXPORT CSPKIT_EXTERN_C __declspec(dllexport)
#else
/* C linkage, and seen from outside the library. */
#define CSPKIT_EXPORT CSPKIT_EXTERN_C __attribute__((visibility("default")))
#endif

/* True when the other side's struct *p of type T is large enough to hold member m. */
#define CSPKIT_HAS(T, p, m) ((p)->size >= offsetof(T, m) + sizeof((p)->m))

/* A string literal as a cspkit_str initialiser. */
#define CSPKIT_STR(literal) \
  { literal, sizeof(literal) - 1 }

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Outcomes
 * ------------------------------------------------------------------------------------------- */

/* What an operation says. The engine alone turns it into a SyncML status (in brackets). */
typedef int32_t cspkit_code;
enum {
  CSPKIT_OK = 0, /* [200] */
  CSPKIT_PENDING =
      1, /* [202, or the final one] the call goes on; complete() ends it exactly once */
  CSPKIT_NOT_FOUND = -1,      /* [404] */
  CSPKIT_NOT_ALLOWED = -2,    /* [405] */
  CSPKIT_NOT_SUPPORTED = -3,  /* [406] */
  CSPKIT_ALREADY_EXISTS = -4, /* [418] */
  CSPKIT_BAD_FORMAT = -5,     /* [415] */
  CSPKIT_BAD_VALUE = -6,  /* [500] with E_INVALIDARG unless the provider names another HRESULT */
  CSPKIT_DENIED = -7,     /* [425] */
  CSPKIT_BUSY = -8,       /* [403] */
  CSPKIT_FULL = -9,       /* [420] */
  CSPKIT_TIMED_OUT = -10, /* [500] */
  CSPKIT_CANCELLED = -11, /* [214] */
  CSPKIT_FAILED = -12,    /* [500] */
  /* Said by the host only: */
  CSPKIT_STALE = -13, /* the handle is of a call or batch that has ended, or of a provider that did
                         not return from a call and was given up */
  CSPKIT_MISUSE = -14 /* the arguments break this contract; the host's log says how */
};

/* ---- Basic types
 * ---------------------------------------------------------------------------------------- */

/* Borrowed text or bytes: UTF-8 unless it is said to be bytes, no NUL at its end. */
typedef struct cspkit_str { /* frozen */
  const char* data;         /* anything when size is 0 */
  size_t size;              /* in bytes */
} cspkit_str;

/* The formats of DDF and of SyncML's Meta/Format. */
enum {
  CSPKIT_FORMAT_UNSET = 0, /* not given */
  CSPKIT_FORMAT_B64 = 1,
  CSPKIT_FORMAT_BIN = 2,
  CSPKIT_FORMAT_BOOL = 3,
  CSPKIT_FORMAT_CHR = 4,
  CSPKIT_FORMAT_INT = 5,
  CSPKIT_FORMAT_NODE = 6,
  CSPKIT_FORMAT_NULL = 7,
  CSPKIT_FORMAT_XML = 8,
  CSPKIT_FORMAT_DATE = 9,
  CSPKIT_FORMAT_TIME = 10,
  CSPKIT_FORMAT_FLOAT = 11
};

enum { CSPKIT_VALUE_SECRET = 1 }; /* never logged, never journalled */

/* A value: text formats as UTF-8 text (int and bool too, as they were sent), b64 and bin as raw
 * bytes. Given to the host with CSPKIT_FORMAT_UNSET it takes the format of the node's schema. */
typedef struct cspkit_value { /* frozen */
  int32_t format;             /* CSPKIT_FORMAT_* */
  uint32_t flags;             /* CSPKIT_VALUE_* */
  const void* data;           /* borrowed; anything when size is 0 */
  size_t size;                /* in bytes */
} cspkit_value;

/* A running operation: a handle, never a pointer. Using it after its end is CSPKIT_STALE, not
 * undefined. */
typedef struct cspkit_call { /* frozen */
  uint64_t id;
} cspkit_call;

/* Something changes are made with: a call (changes join its transaction; its writer has the id of
 * the call) or a batch (a transaction of its own). */
typedef struct cspkit_writer { /* frozen */
  uint64_t id;
} cspkit_writer;

enum { CSPKIT_SCOPE_DEVICE = 0, CSPKIT_SCOPE_USER = 1 };

enum { /* verbs, as bits */
       CSPKIT_GET = 1,
       CSPKIT_ADD = 2,
       CSPKIT_REPLACE = 4,
       CSPKIT_DELETE = 8,
       CSPKIT_EXEC = 16,
       CSPKIT_REFRESH = 64 /* bring an interior node's children up to date before an address below
                              it is resolved */
};

enum { /* handler flags */
       CSPKIT_HANDLER_OWN =
           1, /* the static node exists only while the provider has set it; needs no verb */
       CSPKIT_HANDLER_SECRET = 2, /* values are never logged, never journalled */
       CSPKIT_HANDLER_IRREVERSIBLE =
           4, /* the effect of its Exec cannot be undone: run last in an Atomic, one in each. Only
                 with CSPKIT_EXEC and without ADD, REPLACE and DELETE: these are also called on the
                 way of other commands, and anything else is refused at load */
       CSPKIT_HANDLER_CONCURRENT = 8, /* get may run beside any other function of the provider */
       CSPKIT_HANDLER_UNDO_EACH =
           16 /* cspkit.transaction/1: its undo record depends on what earlier commands of the
                 transaction did, so it is asked for and saved right before the handler is called */
};

/* Which verbs the provider handles at a schema path. Everything not declared is kept by the host's
 * store. */
typedef struct cspkit_handler { /* frozen */
  cspkit_str pattern;           /* relative to the root, names in braces for dynamic nodes:
                                   "Greeting/{Name}/Text"; "" = root */
  uint32_t verbs;               /* CSPKIT_GET, ... */
  uint32_t flags;               /* CSPKIT_HANDLER_* */
  uint64_t reserved;            /* 0 */
} cspkit_handler;

/* One operation. Everything in it is borrowed until the operation function returns. */
typedef struct cspkit_request { /* grows */
  uint32_t size;
  uint32_t handler;           /* index into cspkit_provider.handlers */
  uint32_t verb;              /* one of the verb bits */
  int32_t scope;              /* CSPKIT_SCOPE_* */
  cspkit_str user;            /* the user's id; empty in device scope */
  cspkit_str path;            /* canonical path of the node, dynamic names as they were created */
  const cspkit_str* captures; /* decoded names of the dynamic segments, in order */
  size_t capture_count;       /* how many: as many as the pattern has names in braces */
  const cspkit_value* value;  /* of Add, Replace, Exec; null when the command carries none */
  cspkit_str mime;            /* Meta/Type of the command, else empty */
  uint64_t session;           /* id of the session, 0 for none */
  uint64_t transaction;       /* id of the transaction, 0 for a lone Get */
  int64_t
      deadline; /* on the host's steady clock (now_steady); a pending call is given up after it */
} cspkit_request;

typedef struct cspkit_host cspkit_host;         /* services of the engine */
typedef struct cspkit_provider cspkit_provider; /* what a library makes for one engine */

/* Called within a function of the host, on its thread, for a value that it gives; borrowed. */
typedef void (*cspkit_value_sink)(void* context, const cspkit_value* value) CSPKIT_NOEXCEPT;
/* Likewise for a name or bytes, once for each. */
typedef void (*cspkit_bytes_sink)(void* context, cspkit_str bytes) CSPKIT_NOEXCEPT;
/* Told once, on the executor, what became of a batch. */
typedef void (*cspkit_done)(void* context, cspkit_code code) CSPKIT_NOEXCEPT;
/* Work for the executor, run once at most. */
typedef void (*cspkit_task)(void* context) CSPKIT_NOEXCEPT;

enum { /* log levels */
       CSPKIT_LOG_DEBUG = 0,
       CSPKIT_LOG_INFO = 1,
       CSPKIT_LOG_WARNING = 2,
       CSPKIT_LOG_ERROR = 3,
       CSPKIT_LOG_PROVIDER_MISBEHAVING = 4,
       CSPKIT_LOG_HOST_MISBEHAVING = 5
};

/* ---- The host
 * ------------------------------------------------------------------------------------------- */

/* Services of the engine. Valid from create() until destroy() has returned. All functions are
 * [any].
 *
 * An embedder may have a provider's functions run on threads of its own and give it up when one has
 * not returned by its deadline (core: ProviderOptions::offload). Nothing of it is called any more
 * then, destroy() neither, and its host stays valid for ever: functions with a code answer STALE
 * and do nothing, is_cancelled and is_closing say 1, run_after and cancel_task 0; the clock goes
 * on. */
struct cspkit_host {  /* grows */
  uint32_t size;      /* of this struct as the host knows it, in bytes: for CSPKIT_HAS */
  uint16_t abi_major; /* CSPKIT_ABI_MAJOR of the host */
  uint16_t abi_minor; /* CSPKIT_ABI_MINOR of the host */
  void* impl;         /* the host's own */
  cspkit_str name;    /* of the program that is the host, for logs */
  cspkit_str version; /* of that program */

  /* Gives the result of a get. The last one before the call ends counts. STALE, MISUSE. */
  cspkit_code (*set_value)(const cspkit_host* host, cspkit_call call,
                           const cspkit_value* value) CSPKIT_NOEXCEPT;
  /* Says why a call fails: text for people (log, local API; never on the wire) and an HRESULT, 0
   * for none, which goes out as msft:originalerror. The last one wins. Does not end the call.
   * STALE. */
  cspkit_code (*set_error)(const cspkit_host* host, cspkit_call call, uint32_t hresult,
                           cspkit_str text) CSPKIT_NOEXCEPT;
  /* Ends a call that answered CSPKIT_PENDING, exactly once; also before that answer has reached the
   * host, when another thread is quick. STALE the second time, and after its deadline. */
  cspkit_code (*complete)(const cspkit_host* host, cspkit_call call,
                          cspkit_code code) CSPKIT_NOEXCEPT;
  /* 1 when nobody waits for the call any more (deadline, session closed, shutdown), else 0. */
  int32_t (*is_cancelled)(const cspkit_host* host, cspkit_call call) CSPKIT_NOEXCEPT;

  /* Reads the stored value of a leaf, or calls nothing and says NOT_FOUND. Sees the writer's own
   * changes over what is committed. Computed nodes (get handlers) are not asked: NOT_SUPPORTED. */
  cspkit_code (*read)(const cspkit_host* host, cspkit_writer writer, cspkit_str path,
                      cspkit_value_sink sink, void* context) CSPKIT_NOEXCEPT;
  /* Pushes the decoded names of the children of an interior node that exist, sorted. NOT_FOUND. */
  cspkit_code (*children)(const cspkit_host* host, cspkit_writer writer, cspkit_str path,
                          cspkit_bytes_sink sink, void* context) CSPKIT_NOEXCEPT;
  /* Sets a leaf, making missing ancestors. Not bound by AccessType, never calls a handler; bound by
   * the format (BAD_FORMAT) and by the schema (NOT_FOUND: no such node; NOT_ALLOWED: outside the
   * provider's roots). */
  cspkit_code (*set)(const cspkit_host* host, cspkit_writer writer, cspkit_str path,
                     const cspkit_value* value) CSPKIT_NOEXCEPT;
  /* Makes an interior node exist, with its ancestors. OK when it did. NOT_FOUND, NOT_ALLOWED as
   * set. */
  cspkit_code (*create)(const cspkit_host* host, cspkit_writer writer,
                        cspkit_str path) CSPKIT_NOEXCEPT;
  /* Takes a node and all below it back to the initial state. OK when there was nothing. */
  cspkit_code (*remove)(const cspkit_host* host, cspkit_writer writer,
                        cspkit_str path) CSPKIT_NOEXCEPT;

  /* The provider's own durable state: bytes by key, seen by this provider only, shared by all
   * scopes and users. NOT_FOUND. */
  cspkit_code (*state_read)(const cspkit_host* host, cspkit_writer writer, cspkit_str key,
                            cspkit_bytes_sink sink, void* context) CSPKIT_NOEXCEPT;
  /* Pushes the keys that begin with prefix, sorted. */
  cspkit_code (*state_list)(const cspkit_host* host, cspkit_writer writer, cspkit_str prefix,
                            cspkit_bytes_sink sink, void* context) CSPKIT_NOEXCEPT;
  /* Keeps bytes under a key with the writer's transaction. */
  cspkit_code (*state_write)(const cspkit_host* host, cspkit_writer writer, cspkit_str key,
                             cspkit_str bytes) CSPKIT_NOEXCEPT;
  /* Forgets a key; OK when there was none. */
  cspkit_code (*state_remove)(const cspkit_host* host, cspkit_writer writer,
                              cspkit_str key) CSPKIT_NOEXCEPT;

  /* Opens a batch: a transaction of its own, for one scope and user. Nobody sees its changes before
   * it is submitted and applied; reads through it see them over what is committed at the time of
   * the read. FULL: 65,536 are open. */
  cspkit_code (*batch_open)(const cspkit_host* host, int32_t scope, cspkit_str user,
                            cspkit_writer* out) CSPKIT_NOEXCEPT;
  /* Hands the batch over, whole, and never blocks. The handle is stale from now on, whatever the
   * answer. OK: `done`, if not null, is called once on the executor: OK after the changes are
   * durable and visible, else a code and nothing of it happened. Not OK: nothing of it happens and
   * `done` is not called; CANCELLED: the engine is closing. Batches of one provider are applied in
   * the order of submission. */
  cspkit_code (*batch_submit)(const cspkit_host* host, cspkit_writer batch, cspkit_done done,
                              void* context) CSPKIT_NOEXCEPT;
  /* Drops a batch with its changes. */
  cspkit_code (*batch_drop)(const cspkit_host* host, cspkit_writer batch) CSPKIT_NOEXCEPT;

  int64_t (*now_steady)(const cspkit_host* host) CSPKIT_NOEXCEPT; /* ms, never goes back */
  int64_t (*now_utc)(const cspkit_host* host) CSPKIT_NOEXCEPT; /* ms since 1970-01-01T00:00:00Z */
  /* Runs task(context) once on the executor after delay_ms (0: as soon as it can). Returns a timer
   * id, never 0, or 0 when the host is shutting down and will not run it. Tasks are [any]. */
  uint64_t (*run_after)(const cspkit_host* host, int64_t delay_ms, cspkit_task task,
                        void* context) CSPKIT_NOEXCEPT;
  /* 1 when the task will not run any more, 0 when it runs, has run or is unknown. */
  int32_t (*cancel_task)(const cspkit_host* host, uint64_t timer) CSPKIT_NOEXCEPT;

  /* One line for people; level is CSPKIT_LOG_*. Never put a secret in it. */
  void (*log)(const cspkit_host* host, int32_t level, cspkit_str text) CSPKIT_NOEXCEPT;
  /* The host's table for an extension id, or null. Valid as long as the host. */
  const void* (*get_extension)(const cspkit_host* host, const char* id)CSPKIT_NOEXCEPT;
};

/* ---- The provider
 * --------------------------------------------------------------------------------------- */

/* Created by the library, owned by it until destroy(). */
struct cspkit_provider { /* grows */
  uint32_t size;
  uint32_t flags;                 /* 0 */
  void* impl;                     /* the provider's own */
  const cspkit_handler* handlers; /* constant from create() on */
  size_t handler_count;           /* how many */

  /* Called once, after recovery and before the first operation. Not OK: the provider is refused.
   * [serial] */
  cspkit_code (*start)(cspkit_provider* provider) CSPKIT_NOEXCEPT;
  /* Called once, after the last operation; no task of this provider runs or will run. [serial] */
  void (*destroy)(cspkit_provider* provider) CSPKIT_NOEXCEPT;

  /* Operations: answer a final code, or CSPKIT_PENDING and complete() the call later from any
   * thread. Required only for the verbs that the handlers declare; null otherwise. An operation
   * that fails leaves everything as it was. [serial], get also [any] for handlers marked
   * CONCURRENT. */
  cspkit_code (*get)(cspkit_provider* provider, cspkit_call call,
                     const cspkit_request* request) CSPKIT_NOEXCEPT;
  /* As get, which says it for all; request->value is the value to be, or null. Before the host
   * makes the node. [serial] */
  cspkit_code (*add)(cspkit_provider* provider, cspkit_call call,
                     const cspkit_request* request) CSPKIT_NOEXCEPT;
  /* Likewise before the host sets the node. [serial] */
  cspkit_code (*replace)(cspkit_provider* provider, cspkit_call call,
                         const cspkit_request* request) CSPKIT_NOEXCEPT;
  /* Before the host removes the node and all below it. [serial] */
  cspkit_code (*remove)(cspkit_provider* provider, cspkit_call call,
                        const cspkit_request* request) CSPKIT_NOEXCEPT;
  /* Does what the command asks for; request->value is its data, or null. [serial] */
  cspkit_code (*exec)(cspkit_provider* provider, cspkit_call call,
                      const cspkit_request* request) CSPKIT_NOEXCEPT;
  /* Brings the children of an interior node up to date. [serial] */
  cspkit_code (*refresh)(cspkit_provider* provider, cspkit_call call,
                         const cspkit_request* request) CSPKIT_NOEXCEPT;

  /* The provider's table for an extension id, or null. Valid until destroy(). [any] */
  const void* (*get_extension)(cspkit_provider* provider, const char* id)CSPKIT_NOEXCEPT;
};

/* What the host must know of a provider before it is created. */
typedef struct cspkit_provider_info { /* frozen */
  cspkit_str
      name; /* "office": [a-z0-9_-], unique in an engine; keys the provider's durable state */
  cspkit_str ddf_name; /* "Office.xml": looked for beside the library when ddf is empty */
  cspkit_str ddf;      /* the DDF document itself, or empty */
  uint64_t reserved;   /* 0 */
} cspkit_provider_info;

/* The one object that a library exports. */
typedef struct cspkit_plugin { /* grows */
  uint32_t size;               /* sizeof(cspkit_plugin) */
  uint16_t abi_major;          /* CSPKIT_ABI_MAJOR */
  uint16_t abi_minor;          /* CSPKIT_ABI_MINOR: a later one than the host's loads, too */
  cspkit_str id;               /* reversed domain name, "com.example.hello" */
  cspkit_str version;          /* "1.0.0" */
  const cspkit_provider_info* providers; /* constant */
  size_t provider_count;                 /* how many */
  /* Makes provider `index` for this host. Called once for each engine in the process: keep no
   * global state. The host may be used from here on for log, clock and state; operations come after
   * start(). */
  cspkit_code (*create)(const cspkit_host* host, size_t index,
                        cspkit_provider** out) CSPKIT_NOEXCEPT;
} cspkit_plugin;

/* Declare the exported object: CSPKIT_PLUGIN_OBJECT = { ... };
 * A statically linked provider defines CSPKIT_STATIC_NAME, so that several can live in one program.
 */
#define CSPKIT_CONCAT2(a, b) a##b                /* for CSPKIT_CONCAT */
#define CSPKIT_CONCAT(a, b) CSPKIT_CONCAT2(a, b) /* one word of two, macros in them expanded */
#if defined(CSPKIT_STATIC_NAME)
#define CSPKIT_PLUGIN_SYMBOL CSPKIT_CONCAT(cspkit_plugin_v1_, CSPKIT_STATIC_NAME)
#else
#define CSPKIT_PLUGIN_SYMBOL cspkit_plugin_v1 /* the object's name; static ones differ */
#endif
#define CSPKIT_PLUGIN_OBJECT const cspkit_plugin CSPKIT_PLUGIN_SYMBOL /* = { ... }; defines it */
#define CSPKIT_PLUGIN_SYMBOL_NAME "cspkit_plugin_v1" /* what a host looks for in a library */

/* ---- Extension: jobs
 * ------------------------------------------------------------------------------------ */

/* Work that an Exec starts and that must end even if the process dies. The job row is written in
 * the call's (or batch's) transaction; after the transaction is published, and again after every
 * restart, the host calls job_run until a batch or call that ends the job has been applied. */
#define CSPKIT_EXT_JOBS "cspkit.jobs/1"

/* What host->get_extension gives for jobs. */
typedef struct cspkit_host_jobs { /* grows */
  uint32_t size;                  /* of this struct as the host knows it */
  uint32_t reserved;              /* 0 */
  /* Starts a job, or replaces the payload of one that runs (without running it again). [any] */
  cspkit_code (*job_start)(const cspkit_host* host, cspkit_writer writer, cspkit_str id,
                           cspkit_str payload) CSPKIT_NOEXCEPT;
  /* Ends a job: its row goes with the writer's transaction. NOT_FOUND when there is none. [any] */
  cspkit_code (*job_end)(const cspkit_host* host, cspkit_writer writer,
                         cspkit_str id) CSPKIT_NOEXCEPT;
  /* Says how far a running job is, for people who watch: 0 to 100, or -1 when unknown. Not durable.
   * [any] */
  cspkit_code (*job_progress)(const cspkit_host* host, cspkit_str id, int32_t percent,
                              cspkit_str text) CSPKIT_NOEXCEPT;
  /* 1 when the engine is closing: a job_run that works in its own thread returns soon, without
   * ending its job, which is handed over again at the next start. The engine waits for it. Newer
   * than the first version of the extension: ask CSPKIT_HAS. [any] */
  int32_t (*is_closing)(const cspkit_host* host) CSPKIT_NOEXCEPT;
} cspkit_host_jobs;

/* What provider->get_extension gives for jobs. */
typedef struct cspkit_provider_jobs { /* grows */
  uint32_t size;                      /* of this struct as the provider knows it */
  uint32_t reserved;                  /* 0 */
  /* Does the work, or arranges for it and returns. `attempt` is 1 at first and grows by one with
   * every restart. Runs on the executor, beside other functions of the provider. [any] */
  void (*job_run)(cspkit_provider* provider, cspkit_str id, cspkit_str payload,
                  uint32_t attempt) CSPKIT_NOEXCEPT;
} cspkit_provider_jobs;

/* ---- Extension: alerts
 * ---------------------------------------------------------------------------------- */

/* What a provider tells the server of its own accord. An alert is a row of the store: it goes out
 * with the next reply of a management session that speaks for the writer's user (in device scope:
 * for the device), and again in every later session, until a server has acknowledged it. */
#define CSPKIT_EXT_ALERTS "cspkit.alerts/1"

enum {
  CSPKIT_ALERT_CLIENT_EVENT = 1224, /* something happened on the device */
  CSPKIT_ALERT_GENERIC = 1226
};

/* One alert. Borrowed; the host copies it. */
typedef struct cspkit_alert { /* grows */
  uint32_t size;              /* sizeof(cspkit_alert) */
  int32_t code;               /* CSPKIT_ALERT_* */
  cspkit_str source; /* path of the node it is about, as for set; need not exist; empty: none (the
                        root itself by its absolute path) */
  cspkit_str type;   /* Meta/Type, what kind of event: "com.example.battery.low"; a generic one must
                        have one */
  cspkit_str format; /* Meta/Format of data; empty: chr */
  cspkit_str mark;   /* Meta/Mark: fatal, critical, minor, warning, informational, ...; or empty */
  cspkit_str data;   /* what the server is told */
  cspkit_str correlator; /* of the command it reports on, or empty */
} cspkit_alert;

/* What host->get_extension gives for alerts. */
typedef struct cspkit_host_alerts { /* grows */
  uint32_t size;                    /* of this struct as the host knows it */
  uint32_t reserved;                /* 0 */
  /* Queues an alert with the writer's transaction: when that comes to nothing, so does the alert.
   * BAD_VALUE: another code, no type, text that is no UTF-8, or more than 16 KiB in all. NOT_FOUND,
   * NOT_ALLOWED: the source, as set. FULL: 10,000 wait for the server. [any] */
  cspkit_code (*alert_queue)(const cspkit_host* host, cspkit_writer writer,
                             const cspkit_alert* alert) CSPKIT_NOEXCEPT;
} cspkit_host_alerts;

/* ---- Extension: transactions
 * -------------------------------------------------------------------------- */

/* For a provider whose changing handlers have effects outside the host: files, devices, another
 * process. The host keeps what undoes them in its own store, on disk before the effect, and so
 * makes one transaction of its tree and of what all providers did, whatever dies and whenever.
 *
 * One transaction, as a provider that takes part in it sees it:
 *   begin -> undo_for, for each of its handlers that will be called -> [records are on disk] ->
 *   handlers -> [the decision: one write of the host] -> commit -> end
 * and when a command fails, or the disk at the decision:
 *   ... -> apply_undo for each record, the last one first -> end
 * After a crash, before start(): commit and end for what was decided, apply_undo for each record of
 * what was not, the last one first, and end. begin is not repeated. While records of a provider
 * cannot be undone, or it is not loaded, commands that change something below its roots are
 * refused.
 *
 * One transaction at a time. A provider takes part from the moment one of its handlers for Add,
 * Replace, Delete or Exec is about to be called; Exec handlers marked IRREVERSIBLE are not asked
 * for undo records. Without this extension such handlers have no effects outside the host, but for
 * Execs that are marked so. Nothing here may answer CSPKIT_PENDING. All functions are [serial];
 * calls of get handlers may come in between. A pending operation that is given up (its deadline, a
 * close) has failed and is undone at once: whoever works on it asks is_cancelled() before each
 * effect. One that was answered 202 is decided when its operation function has returned. */
#define CSPKIT_EXT_TRANSACTION "cspkit.transaction/1"

/* What provider->get_extension gives for transactions. */
typedef struct cspkit_provider_transaction { /* grows */
  uint32_t size;                             /* of this struct as the provider knows it */
  uint32_t reserved;                         /* 0 */
  /* The first word of a transaction; `transaction` is cspkit_request.transaction of its calls. Not
   * OK: the command fails with that code, and nothing more is heard of the transaction. May be
   * null. */
  cspkit_code (*begin)(cspkit_provider* provider, uint64_t transaction) CSPKIT_NOEXCEPT;
  /* Says how to undo the operation that `request` describes: gives a record to host->set_value (its
   * bytes; the format is ignored). None given: there will be nothing to undo. Not OK: the command
   * fails with that code, nothing has happened. The call can read, not change.
   *
   * The record must restore the state before the transaction began, absolutely ("the file held
   * this", "there was none"), not relative to other changes, because all records of a transaction
   * are asked for before its first effect and saved together: one sync of the disk for all. It is
   * also asked for of a node that does not exist (yet), and the operation may not follow. A handler
   * whose record cannot be absolute is marked CSPKIT_HANDLER_UNDO_EACH. */
  cspkit_code (*undo_for)(cspkit_provider* provider, cspkit_call call,
                          const cspkit_request* request) CSPKIT_NOEXCEPT;
  /* Undoes. The operation may never have begun, or got half-way, or have been undone already: that
   * must do no harm. Not OK: the host keeps the record, refuses changes below the provider's roots,
   * and asks again before the next one and at the next start. */
  cspkit_code (*apply_undo)(cspkit_provider* provider, uint64_t transaction,
                            cspkit_str record) CSPKIT_NOEXCEPT;
  /* The transaction is decided: throw away what undoing would have needed, make visible what was
   * prepared. Cannot change the outcome; when not OK, and after a crash, it is called again for a
   * transaction that a record was given in. Repeating it must do no harm. May be null. */
  cspkit_code (*commit)(cspkit_provider* provider, uint64_t transaction) CSPKIT_NOEXCEPT;
  /* The last word, after commit, or when all is undone. Not called for a provider that could not
   * undo or commit. May be null. */
  void (*end)(cspkit_provider* provider, uint64_t transaction) CSPKIT_NOEXCEPT;
} cspkit_provider_transaction;

#ifdef __cplusplus
} /* extern "C" */
#endif

/* C linkage, default visibility, declared so that a wrong definition does not compile. */
CSPKIT_EXPORT const cspkit_plugin CSPKIT_PLUGIN_SYMBOL;

#endif /* CSPKIT_ABI_H_ */
