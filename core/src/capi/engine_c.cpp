// SPDX-License-Identifier: Apache-2.0
// cspkit/engine.h over cspkit/engine.hpp: borrowed arguments in, owned buffers out, nothing thrown.
#include <cspkit/engine.h>

#include <algorithm>
#include <atomic>
#include <cspkit/engine.hpp>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

using cspkit::Code;
using cspkit::Status;
using cspkit::Value;

static_assert(CSPKIT_BAD_REQUEST == static_cast<int>(Code::kBadRequest));
static_assert(CSPKIT_URI_TOO_LONG == static_cast<int>(Code::kUriTooLong));
static_assert(CSPKIT_TOO_LARGE == static_cast<int>(Code::kTooLarge));
static_assert(CSPKIT_INCOMPLETE == static_cast<int>(Code::kIncomplete));
static_assert(CSPKIT_NOT_SYNCML == static_cast<int>(Code::kNotSyncml));
static_assert(CSPKIT_NOT_DDF == static_cast<int>(Code::kNotDdf));
static_assert(CSPKIT_STATE_UNUSABLE == static_cast<int>(Code::kStateUnusable));
static_assert(CSPKIT_STATE_LOCKED == static_cast<int>(Code::kStateLocked));
static_assert(CSPKIT_PROVIDER_REFUSED == static_cast<int>(Code::kProviderRefused));
static_assert(CSPKIT_IO == static_cast<int>(Code::kIo));
static_assert(CSPKIT_CHANGE_REMOVED == static_cast<int>(cspkit::ChangeKind::kRemoved));
static_assert(CSPKIT_CAUSE_RECOVERY == static_cast<int>(cspkit::ChangeCause::kRecovery));
static_assert(CSPKIT_DURABILITY_MEMORY == static_cast<int>(cspkit::Durability::kMemory));

struct cspkit_engine {
  explicit cspkit_engine(cspkit::Engine opened) : engine(std::move(opened)) {}
  cspkit::Engine engine;
  std::atomic<unsigned> sessions{0};
};

struct cspkit_session {
  cspkit_session(cspkit_engine* of, cspkit::Session opened)
      : owner(of), session(std::move(opened)) {}
  cspkit_engine* owner;
  cspkit::Session session;
};

struct cspkit_subscription {
  cspkit::Subscription subscription;
};

namespace {

Status misuse(const char* what) { return Status(Code::kMisuse, what); }

/// As much of a text as fits, never half a character.
void copy_text(std::string_view text, char* to, std::size_t room) {
  std::size_t size = std::min(text.size(), room - 1);
  if (size < text.size()) {
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0u) == 0x80u) --size;
  }
  std::memcpy(to, text.data(), size);
  to[size] = '\0';
}

// Takes no Status: what says that memory ran out must need none.
cspkit_code report(Code code, std::string_view text, std::uint32_t hresult, cspkit_error* error) {
  if (error && CSPKIT_HAS(cspkit_error, error, text)) {
    error->code = static_cast<cspkit_code>(code);
    error->syncml_status = cspkit::syncml_status(code);
    error->hresult = hresult;
    copy_text(text, error->text, sizeof(error->text));
  }
  return static_cast<cspkit_code>(code);
}

cspkit_code report(const Status& status, cspkit_error* error) {
  return report(status.code(), status.text(), status.provider_error(), error);
}

/// Nothing is thrown for what may happen in operation; memory may still run out.
template <typename Do>
cspkit_code guarded(cspkit_error* error, Do action) {
  try {
    return report(action(), error);
  } catch (const std::exception& exception) {
    return report(Code::kFailed, exception.what(), 0, error);
  } catch (...) {
    return report(Code::kFailed, "an unknown exception", 0, error);
  }
}

std::string_view view(const char* text) {
  return text ? std::string_view(text) : std::string_view();
}

std::string_view view(cspkit_str text) {
  return text.data ? std::string_view(text.data, text.size) : std::string_view();
}

/// A member of the caller's struct, or zero when its size says that it has none.
#define CSPKIT_MEMBER(T, p, m) (CSPKIT_HAS(T, p, m) ? (p)->m : decltype((p)->m){})

cspkit::Principal principal_of(const cspkit_principal* from) {
  cspkit::Principal principal;
  if (!from) return principal;
  principal.user = view(CSPKIT_MEMBER(cspkit_principal, from, user));
  principal.device_authority =
      principal.user.empty() || CSPKIT_MEMBER(cspkit_principal, from, device_authority) != 0;
  return principal;
}

cspkit::ProviderOptions options_of(const cspkit_provider_options* from) {
  cspkit::ProviderOptions options;
  if (!from) return options;
  options.offload = (CSPKIT_MEMBER(cspkit_provider_options, from, flags) & CSPKIT_OFFLOAD) != 0;
  options.call_deadline =
      std::chrono::milliseconds(CSPKIT_MEMBER(cspkit_provider_options, from, call_deadline_ms));
  return options;
}

bool good(const cspkit_value* value) {
  return value && (value->data || value->size == 0) && value->format >= CSPKIT_FORMAT_UNSET &&
         value->format <= CSPKIT_FORMAT_FLOAT;
}

Value copy(const cspkit_value& from) {
  Value value(
      static_cast<cspkit::Format>(from.format),
      from.size ? std::string(static_cast<const char*>(from.data), from.size) : std::string());
  value.secret = (from.flags & CSPKIT_VALUE_SECRET) != 0;
  return value;
}

Status fill(cspkit_buffer* buffer, const std::string& bytes, cspkit::Format format) {
  auto* data = static_cast<char*>(std::malloc(bytes.size() + 1));
  if (!data) return Status(Code::kFailed, "no memory for the result");
  std::memcpy(data, bytes.c_str(), bytes.size() + 1);
  std::free(buffer->data);
  buffer->data = data;
  buffer->length = bytes.size();
  buffer->format = static_cast<std::int32_t>(format);
  return {};
}

bool good(const cspkit_buffer* buffer) {
  return buffer && CSPKIT_HAS(cspkit_buffer, buffer, length);
}

Status read_options(const cspkit_engine_options& from, cspkit::EngineOptions& options) {
  const std::int32_t durability = CSPKIT_MEMBER(cspkit_engine_options, &from, durability);
  if (durability < CSPKIT_DURABILITY_FULL || durability > CSPKIT_DURABILITY_MEMORY) {
    return misuse("cspkit_engine_open: no such durability");
  }
  options.durability = static_cast<cspkit::Durability>(durability);
  if (const char* state = CSPKIT_MEMBER(cspkit_engine_options, &from, state)) options.state = state;
  const cspkit_log_fn log = CSPKIT_MEMBER(cspkit_engine_options, &from, log);
  if (log) {
    void* const context = CSPKIT_MEMBER(cspkit_engine_options, &from, log_context);
    options.log = [log, context](cspkit::LogLevel level, std::string_view source,
                                 std::string_view text) {
      log(context, static_cast<std::int32_t>(level), std::string(source).c_str(),
          std::string(text).c_str());
    };
  }
  const std::uint32_t flags = CSPKIT_MEMBER(cspkit_engine_options, &from, flags);
  options.enforce_atomic_required = (flags & CSPKIT_ENFORCE_ATOMIC_REQUIRED) != 0;
  options.enforce_dependencies = (flags & CSPKIT_ENFORCE_DEPENDENCIES) != 0;
  if ((flags & CSPKIT_ABORT_LONG_REPLIES) != 0) options.long_replies = cspkit::LongReplies::kAbort;
  const std::uint32_t deadline = CSPKIT_MEMBER(cspkit_engine_options, &from, call_deadline_ms);
  if (deadline != 0) options.call_deadline = std::chrono::milliseconds(deadline);
  const std::uint64_t value = CSPKIT_MEMBER(cspkit_engine_options, &from, max_value_bytes);
  if (value != 0) options.max_value_bytes = static_cast<std::size_t>(value);
  const std::uint64_t message = CSPKIT_MEMBER(cspkit_engine_options, &from, max_message_bytes);
  if (message != 0) options.max_message_bytes = static_cast<std::size_t>(message);
  const std::uint64_t transaction =
      CSPKIT_MEMBER(cspkit_engine_options, &from, max_transaction_bytes);
  if (transaction != 0) options.max_transaction_bytes = static_cast<std::size_t>(transaction);
  const std::uint64_t state = CSPKIT_MEMBER(cspkit_engine_options, &from, max_state_bytes);
  if (state != 0) options.max_state_bytes = static_cast<std::size_t>(state);
  return {};
}

/// A changing command with or without a value.
template <typename WithValue, typename Without>
cspkit_code change(cspkit_session* session, const char* uri, const cspkit_value* value,
                   cspkit_error* error, WithValue with_value, Without without) {
  return guarded(error, [&]() -> Status {
    if (!session || !uri) return misuse("the session or the address is null");
    if (!value) return without(session->session);
    if (!good(value)) return misuse("the value has no data, or an unknown format");
    return with_value(session->session, copy(*value));
  });
}

/// A batch as C sees it, borrowing everything.
void tell(cspkit_change_fn callback, void* context, const cspkit::ChangeBatch& batch) {
  const std::size_t count = batch.changes.size();
  std::vector<cspkit_value> values(2 * count);
  std::vector<cspkit_change> changes(count);
  std::vector<const cspkit_change*> pointers(count);
  const auto lend = [](const std::optional<Value>& from, cspkit_value& to) -> const cspkit_value* {
    if (!from) return nullptr;
    to = {static_cast<std::int32_t>(from->format), 0, from->data.data(), from->data.size()};
    return &to;
  };
  for (std::size_t i = 0; i < count; ++i) {
    const cspkit::NodeChange& from = batch.changes[i];
    cspkit_change& to = changes[i];
    to.size = sizeof(to);
    to.kind = static_cast<std::int32_t>(from.kind);
    to.uri = from.uri.c_str();
    to.before = lend(from.before, values[2 * i]);
    to.after = lend(from.after, values[2 * i + 1]);
    to.leaf = from.leaf ? 1 : 0;
    pointers[i] = &to;
  }
  cspkit_change_batch told{};
  told.size = sizeof(told);
  told.cause = static_cast<std::int32_t>(batch.cause);
  told.transaction = batch.transaction;
  told.provider = batch.provider.c_str();
  told.changes = pointers.data();
  told.count = count;
  told.missed = batch.missed ? 1 : 0;
  callback(context, &told);
}

}  // namespace

std::uint32_t cspkit_api_version(void) {
  return (std::uint32_t{CSPKIT_API_MAJOR} << 16) | CSPKIT_API_MINOR;
}

std::int32_t cspkit_syncml_status(cspkit_code code) {
  return cspkit::syncml_status(static_cast<Code>(code));
}

void cspkit_buffer_free(cspkit_buffer* buffer) {
  if (!good(buffer)) return;
  std::free(buffer->data);
  buffer->data = nullptr;
  buffer->length = 0;
  buffer->format = CSPKIT_FORMAT_UNSET;
}

// ---- The engine ----

cspkit_code cspkit_engine_open(const cspkit_engine_options* options, cspkit_engine** out,
                               cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!out) return misuse("cspkit_engine_open: nowhere to put the engine");
    cspkit::EngineOptions chosen;
    if (options) {
      Status read = read_options(*options, chosen);
      if (!read.ok()) return read;
    }
    cspkit::Result<cspkit::Engine> engine = cspkit::Engine::open(std::move(chosen));
    if (!engine) return engine.error();
    *out = new cspkit_engine(*std::move(engine));
    return {};
  });
}

cspkit_code cspkit_engine_close(cspkit_engine* engine, cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (engine && engine->sessions != 0)
      return misuse("cspkit_engine_close: sessions are open; close them first");
    delete engine;
    return {};
  });
}

cspkit_code cspkit_engine_load_ddf(cspkit_engine* engine, const char* path, cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!engine || !path) return misuse("cspkit_engine_load_ddf: engine or path is null");
    return engine->engine.load_ddf(path);
  });
}

cspkit_code cspkit_engine_load_ddf_bytes(cspkit_engine* engine, const void* data, size_t length,
                                         const char* name, cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!engine || (!data && length != 0))
      return misuse("cspkit_engine_load_ddf_bytes: engine or data is null");
    const std::string_view bytes(static_cast<const char*>(data), length);
    return engine->engine.load_ddf_bytes(bytes, name ? name : "(memory)");
  });
}

cspkit_code cspkit_engine_load_provider(cspkit_engine* engine, const char* library, const char* ddf,
                                        cspkit_error* error) {
  return cspkit_engine_load_provider_with(engine, library, ddf, nullptr, error);
}

cspkit_code cspkit_engine_load_provider_with(cspkit_engine* engine, const char* library,
                                             const char* ddf,
                                             const cspkit_provider_options* options,
                                             cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!engine || !library)
      return misuse("cspkit_engine_load_provider: engine or library is null");
    return engine->engine.load_provider(library, view(ddf), options_of(options));
  });
}

cspkit_code cspkit_engine_add_provider(cspkit_engine* engine, const cspkit_plugin* plugin,
                                       const char* ddf, cspkit_error* error) {
  return cspkit_engine_add_provider_with(engine, plugin, ddf, nullptr, error);
}

cspkit_code cspkit_engine_add_provider_with(cspkit_engine* engine, const cspkit_plugin* plugin,
                                            const char* ddf, const cspkit_provider_options* options,
                                            cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!engine || !plugin) return misuse("cspkit_engine_add_provider: engine or plugin is null");
    return engine->engine.add_provider(*plugin, view(ddf), options_of(options));
  });
}

cspkit_code cspkit_engine_owner_set(cspkit_engine* engine, const char* user, const char* uri,
                                    const cspkit_value* value, cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!engine || !uri) return misuse("cspkit_engine_owner_set: engine or address is null");
    if (!good(value)) return misuse("cspkit_engine_owner_set: no value, or an unknown format");
    return engine->engine.owner(std::string(view(user))).set(uri, copy(*value));
  });
}

cspkit_code cspkit_engine_owner_remove(cspkit_engine* engine, const char* user, const char* uri,
                                       cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!engine || !uri) return misuse("cspkit_engine_owner_remove: engine or address is null");
    return engine->engine.owner(std::string(view(user))).remove(uri);
  });
}

cspkit_code cspkit_engine_backup(cspkit_engine* engine, const char* target, cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!engine || !target) return misuse("cspkit_engine_backup: engine or target is null");
    return engine->engine.backup(target);
  });
}

cspkit_code cspkit_engine_queue_alert(cspkit_engine* engine, const char* user,
                                      const cspkit_alert* alert, cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!engine || !alert) return misuse("cspkit_engine_queue_alert: engine or alert is null");
    cspkit::DeviceAlert queued;
    queued.code = CSPKIT_MEMBER(cspkit_alert, alert, code);
    queued.source = view(CSPKIT_MEMBER(cspkit_alert, alert, source));
    queued.type = view(CSPKIT_MEMBER(cspkit_alert, alert, type));
    const std::string_view format = view(CSPKIT_MEMBER(cspkit_alert, alert, format));
    if (!format.empty()) queued.format = format;
    queued.mark = view(CSPKIT_MEMBER(cspkit_alert, alert, mark));
    queued.data = view(CSPKIT_MEMBER(cspkit_alert, alert, data));
    queued.correlator = view(CSPKIT_MEMBER(cspkit_alert, alert, correlator));
    const auto id = engine->engine.queue_alert(std::move(queued), std::string(view(user)));
    return id ? Status() : Status(id.error());
  });
}

cspkit_code cspkit_engine_wait_for_jobs(cspkit_engine* engine, uint32_t timeout_ms,
                                        cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!engine) return misuse("cspkit_engine_wait_for_jobs: the engine is null");
    const auto until = engine->engine.clock().steady_now() + std::chrono::milliseconds(timeout_ms);
    const auto late = [&] { return engine->engine.clock().steady_now() >= until; };
    // Asked in short steps, because the last one may end long after `until`.
    const bool ended = engine->engine.wait_for_jobs(late, std::chrono::milliseconds(20));
    return ended ? Status() : Status(Code::kTimedOut, "work of a provider goes on");
  });
}

// ---- Sessions ----

cspkit_code cspkit_session_open(cspkit_engine* engine, const cspkit_principal* principal,
                                cspkit_session** out, cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!engine || !out) return misuse("cspkit_session_open: engine or result is null");
    *out = new cspkit_session(engine, engine->engine.open_session(principal_of(principal)));
    ++engine->sessions;
    return {};
  });
}

void cspkit_session_close(cspkit_session* session) {
  if (!session) return;
  cspkit_engine* const owner = session->owner;
  delete session;
  --owner->sessions;
}

cspkit_code cspkit_session_process(cspkit_session* session, const void* message, size_t length,
                                   cspkit_buffer* reply, cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!session || !good(reply) || (!message && length != 0))
      return misuse("cspkit_session_process: session, message or reply is null");
    const std::string_view bytes(static_cast<const char*>(message), length);
    const cspkit::Result<std::string> answer = session->session.process(bytes);
    if (!answer) return answer.error();
    return fill(reply, *answer, cspkit::Format::kUnset);
  });
}

std::int32_t cspkit_session_reply_wanted(const cspkit_session* session) {
  return session && session->session.reply_wanted() ? 1 : 0;
}

cspkit_code cspkit_session_get(cspkit_session* session, const char* uri, cspkit_buffer* value,
                               cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!session || !uri || !good(value))
      return misuse("cspkit_session_get: session, address or result is null");
    const cspkit::Result<Value> got = session->session.get(uri);
    if (!got) return got.error();
    return fill(value, got->data, got->format);
  });
}

cspkit_code cspkit_session_add(cspkit_session* session, const char* uri, const cspkit_value* value,
                               cspkit_error* error) {
  return change(
      session, uri, value, error,
      [&](cspkit::Session& of, const Value& added) { return of.add(uri, added); },
      [&](cspkit::Session& of) { return of.add(uri); });
}

cspkit_code cspkit_session_replace(cspkit_session* session, const char* uri,
                                   const cspkit_value* value, cspkit_error* error) {
  return change(
      session, uri, value, error,
      [&](cspkit::Session& of, const Value& now) { return of.replace(uri, now); },
      [](cspkit::Session&) { return misuse("cspkit_session_replace: no value"); });
}

cspkit_code cspkit_session_exec(cspkit_session* session, const char* uri, const cspkit_value* value,
                                cspkit_error* error) {
  return change(
      session, uri, value, error,
      [&](cspkit::Session& of, const Value& data) { return of.exec(uri, data); },
      [&](cspkit::Session& of) { return of.exec(uri); });
}

cspkit_code cspkit_session_delete(cspkit_session* session, const char* uri, cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!session || !uri) return misuse("cspkit_session_delete: session or address is null");
    return session->session.remove(uri);
  });
}

// ---- Subscriptions ----

cspkit_code cspkit_engine_subscribe(cspkit_engine* engine, const char* uri,
                                    const cspkit_principal* principal, cspkit_change_fn callback,
                                    void* context, cspkit_subscription** out, cspkit_error* error) {
  return guarded(error, [&]() -> Status {
    if (!engine || !uri || !callback || !out)
      return misuse("cspkit_engine_subscribe: engine, address, callback or result is null");
    // Made first: once the callback may come nothing here can fail any more.
    auto made = std::make_unique<cspkit_subscription>();
    cspkit::Result<cspkit::Subscription> subscribed = engine->engine.subscribe(
        uri,
        [callback, context](const cspkit::ChangeBatch& batch) { tell(callback, context, batch); },
        principal_of(principal));
    if (!subscribed) return subscribed.error();
    made->subscription = *std::move(subscribed);
    *out = made.release();
    return {};
  });
}

void cspkit_subscription_close(cspkit_subscription* subscription) { delete subscription; }
