// SPDX-License-Identifier: Apache-2.0
// The side that the provider calls: each function of the host goes on to the engine's, and how it
// is used is judged.
#include <algorithm>
#include <array>
#include <cstring>

#include "strict/strict_provider.hpp"

namespace cspkit::harness {
namespace {

StrictProvider& of(const cspkit_host* host) { return *static_cast<StrictProvider*>(host->impl); }

/// The path or key, which is the first argument behind the writer.
template <typename... Rest>
cspkit_str first_path(cspkit_str path, Rest...) {
  return path;
}

/// A function with a writer: kPath says that it changes what its path names.
template <auto kMember, const char* const* kName, bool kPath>
struct Watched;
template <typename... Args,
          cspkit_code (*cspkit_host::*kMember)(const cspkit_host*, cspkit_writer, Args...)
              CSPKIT_NOEXCEPT,
          const char* const* kName, bool kPath>
struct Watched<kMember, kName, kPath> {
  static cspkit_code call(const cspkit_host* host, cspkit_writer writer, Args... args) noexcept {
    StrictProvider& self = of(host);
    if (const auto answer = self.before_use(writer.id, *kName, true)) return *answer;
    const cspkit_host& real = self.real_host();
    const cspkit_code code = (real.*kMember)(&real, writer, args...);
    const cspkit_str path = first_path(args...);
    self.after_use(writer.id, *kName, code, kPath ? &path : nullptr);
    return code;
  }
};

constexpr const char* kRead = "read";
constexpr const char* kChildren = "children";
constexpr const char* kSet = "set";
constexpr const char* kCreate = "create";
constexpr const char* kRemove = "remove";
constexpr const char* kStateRead = "state_read";
constexpr const char* kStateList = "state_list";
constexpr const char* kStateWrite = "state_write";
constexpr const char* kStateRemove = "state_remove";

/// True for a function that changes or says something.
bool is_progress(std::string_view function) {
  constexpr std::array<std::string_view, 8> kSuch = {"set",         "create",       "remove",
                                                     "state_write", "state_remove", "job_start",
                                                     "job_end",     "alert_queue"};
  return std::find(kSuch.begin(), kSuch.end(), function) != kSuch.end();
}

template <auto kMember, const char* const* kName, bool kPath = false>
constexpr auto watched = &Watched<kMember, kName, kPath>::call;

cspkit_code set_value(const cspkit_host* host, cspkit_call call,
                      const cspkit_value* value) noexcept {
  return of(host).set_value(call, value);
}

cspkit_code set_error(const cspkit_host* host, cspkit_call call, std::uint32_t hresult,
                      cspkit_str text) noexcept {
  StrictProvider& self = of(host);
  if (const auto answer = self.before_use(call.id, "set_error", false)) return *answer;
  return self.real_host().set_error(&self.real_host(), call, hresult, text);
}

cspkit_code complete(const cspkit_host* host, cspkit_call call, cspkit_code code) noexcept {
  return of(host).complete(call, code);
}

std::int32_t is_cancelled(const cspkit_host* host, cspkit_call call) noexcept {
  const cspkit_host& real = of(host).real_host();
  return real.is_cancelled(&real, call);
}

cspkit_code batch_open(const cspkit_host* host, std::int32_t scope, cspkit_str user,
                       cspkit_writer* out) noexcept {
  StrictProvider& self = of(host);
  const cspkit_code code = self.real_host().batch_open(&self.real_host(), scope, user, out);
  if (code == CSPKIT_OK) {
    self.opened(out->id, scope == CSPKIT_SCOPE_USER);
  } else {
    self.after_use(0, "batch_open", code, nullptr);
  }
  return code;
}

cspkit_code batch_submit(const cspkit_host* host, cspkit_writer batch, cspkit_done done,
                         void* context) noexcept {
  return of(host).submit(batch, done, context);
}

cspkit_code batch_drop(const cspkit_host* host, cspkit_writer batch) noexcept {
  StrictProvider& self = of(host);
  if (const auto answer = self.before_use(batch.id, "batch_drop", false)) return *answer;
  const cspkit_code code = self.real_host().batch_drop(&self.real_host(), batch);
  self.after_use(batch.id, "batch_drop", code, nullptr);
  if (code == CSPKIT_OK) self.closed(batch.id);
  return code;
}

std::int64_t now_steady(const cspkit_host* host) noexcept {
  const cspkit_host& real = of(host).real_host();
  return real.now_steady(&real);
}

std::int64_t now_utc(const cspkit_host* host) noexcept {
  const cspkit_host& real = of(host).real_host();
  return real.now_utc(&real);
}

std::uint64_t run_after(const cspkit_host* host, std::int64_t delay_ms, cspkit_task task,
                        void* context) noexcept {
  StrictProvider& self = of(host);
  if (self.before_use(0, "run_after", false)) return 0;
  return self.run_after(delay_ms, task, context);
}

std::int32_t cancel_task(const cspkit_host* host, std::uint64_t timer) noexcept {
  StrictProvider& self = of(host);
  if (self.before_use(0, "cancel_task", false)) return 0;
  return self.cancel_task(timer);
}

void log(const cspkit_host* host, std::int32_t level, cspkit_str text) noexcept {
  StrictProvider& self = of(host);
  if (self.before_use(0, "log", false)) return;
  self.real_host().log(&self.real_host(), level, text);
}

const void* get_extension(const cspkit_host* host, const char* id) noexcept {
  return of(host).host_extension(id);
}

cspkit_code job_start(const cspkit_host* host, cspkit_writer writer, cspkit_str id,
                      cspkit_str payload) noexcept {
  StrictProvider& self = of(host);
  if (const auto answer = self.before_use(writer.id, "job_start", true)) return *answer;
  self.job_begins();
  const cspkit_code code = self.real_jobs()->job_start(&self.real_host(), writer, id, payload);
  self.after_use(writer.id, "job_start", code, nullptr);
  return code;
}

cspkit_code job_end(const cspkit_host* host, cspkit_writer writer, cspkit_str id) noexcept {
  StrictProvider& self = of(host);
  if (const auto answer = self.before_use(writer.id, "job_end", true)) return *answer;
  const cspkit_code code = self.real_jobs()->job_end(&self.real_host(), writer, id);
  self.after_use(writer.id, "job_end", code, nullptr);
  return code;
}

cspkit_code job_progress(const cspkit_host* host, cspkit_str id, std::int32_t percent,
                         cspkit_str text) noexcept {
  StrictProvider& self = of(host);
  if (const auto answer = self.before_use(0, "job_progress", false)) return *answer;
  self.progressed();
  return self.real_jobs()->job_progress(&self.real_host(), id, percent, text);
}

std::int32_t is_closing(const cspkit_host* host) noexcept {
  StrictProvider& self = of(host);
  return self.real_jobs()->is_closing(&self.real_host());
}

cspkit_code alert_queue(const cspkit_host* host, cspkit_writer writer,
                        const cspkit_alert* alert) noexcept {
  StrictProvider& self = of(host);
  if (const auto answer = self.before_use(writer.id, "alert_queue", true)) return *answer;
  const cspkit_code code = self.real_alerts()->alert_queue(&self.real_host(), writer, alert);
  self.after_use(writer.id, "alert_queue", code, nullptr);
  return code;
}

}  // namespace

cspkit_host strict_host_table(const cspkit_host& real, StrictProvider& provider) {
  cspkit_host host = real;
  host.impl = &provider;
  host.set_value = set_value;
  host.set_error = set_error;
  host.complete = complete;
  host.is_cancelled = is_cancelled;
  host.read = watched<&cspkit_host::read, &kRead>;
  host.children = watched<&cspkit_host::children, &kChildren>;
  host.set = watched<&cspkit_host::set, &kSet, true>;
  host.create = watched<&cspkit_host::create, &kCreate, true>;
  host.remove = watched<&cspkit_host::remove, &kRemove, true>;
  host.state_read = watched<&cspkit_host::state_read, &kStateRead>;
  host.state_list = watched<&cspkit_host::state_list, &kStateList>;
  host.state_write = watched<&cspkit_host::state_write, &kStateWrite>;
  host.state_remove = watched<&cspkit_host::state_remove, &kStateRemove>;
  host.batch_open = batch_open;
  host.batch_submit = batch_submit;
  host.batch_drop = batch_drop;
  host.now_steady = now_steady;
  host.now_utc = now_utc;
  host.run_after = run_after;
  host.cancel_task = cancel_task;
  host.log = log;
  host.get_extension = get_extension;
  return host;
}

cspkit_host_jobs strict_jobs_table(const cspkit_host_jobs& real) {
  cspkit_host_jobs jobs = real;
  jobs.job_start = job_start;
  jobs.job_end = job_end;
  jobs.job_progress = job_progress;
  jobs.is_closing = is_closing;
  return jobs;
}

cspkit_host_alerts strict_alerts_table(const cspkit_host_alerts& real) {
  cspkit_host_alerts alerts = real;
  alerts.alert_queue = alert_queue;
  return alerts;
}

const void* StrictProvider::host_extension(const char* id) {
  if (id == nullptr) return nullptr;
  if (std::strcmp(id, CSPKIT_EXT_JOBS) == 0) return real_jobs_ != nullptr ? &jobs_host_ : nullptr;
  if (std::strcmp(id, CSPKIT_EXT_ALERTS) == 0)
    return real_alerts_ != nullptr ? &alerts_host_ : nullptr;
  return real_host_->get_extension(real_host_, id);
}

std::optional<cspkit_code> StrictProvider::before_use(std::uint64_t id, const char* function,
                                                      bool may_fail) {
  if (gone_) {
    breach(function, "use.after-destroy",
           std::string("it called the host's ") + function + " after destroy() had returned",
           "destroy() returns when no thread of the provider runs any more: join them in it");
    return CSPKIT_STALE;
  }
  if (id == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Call* call = find(id);
  if (call == nullptr) {
    breach(function, "handle.unknown",
           std::string("it called the host's ") + function + " with a handle that it never got",
           "use the handle of the call, or of a batch that is open");
    return std::nullopt;  // the engine answers STALE
  }
  if (call->ended || call->completed) {
    breach(*call, "handle.ended",
           std::string("it called the host's ") + function +
               " with the handle of a call or batch that it had ended itself",
           "forget the handle when the call is answered, or the batch submitted");
    return std::nullopt;
  }
  if (!may_fail || !call->is_change || call->is_undo) return std::nullopt;
  if (!state_.fails_host_call(++call->host_calls)) return std::nullopt;
  return CSPKIT_FULL;
}

void StrictProvider::after_use(std::uint64_t id, const char* function, cspkit_code code,
                               const cspkit_str* path) {
  const std::lock_guard lock(mutex_);
  Call nothing;
  nothing.verb = function;
  Call* known = id != 0 ? find(id) : nullptr;
  const Call& call = known != nullptr ? *known : nothing;
  const std::string where = path != nullptr ? " of \"" + text_of(*path) + "\"" : std::string();
  const std::string what = std::string(function) + where;
  if (code == CSPKIT_OK && is_progress(function)) progressed();
  if (code == CSPKIT_OK && path != nullptr) {
    if (known != nullptr && known->is_batch) known->paths.insert(text_of(*path));
    const std::lock_guard all(state_.mutex);
    state_.written.insert(text_of(*path));
  } else if (code == CSPKIT_MISUSE) {
    const std::string why = state_.take_heard();
    breach(call, "host.misuse",
           std::string("it called the host's ") + function + " against the contract" +
               (why.empty() ? "" : ": " + why),
           std::string("abi.h says beside ") + function + " what it takes");
  } else if (path != nullptr && code == CSPKIT_NOT_ALLOWED) {
    breach(call, "write.outside", what + ": outside the provider's roots",
           "a provider changes nothing but its own tree; alerts tell others");
  } else if (path != nullptr && code == CSPKIT_NOT_FOUND) {
    breach(call, "write.unknown-node", what + ": the DDF has no such node",
           "paths are relative to the root, names in them percent-encoded", Severity::kWarning);
  } else if (path != nullptr && code == CSPKIT_BAD_FORMAT) {
    breach(call, "write.bad-format", what + ": the value does not fit the node's DFFormat",
           "give the format that the DDF says, or text that reads as it", Severity::kWarning);
  } else if (code == CSPKIT_NOT_SUPPORTED && std::strcmp(function, kRead) == 0) {
    breach(call, "read.computed", "it read a computed node, which a handler cannot do",
           "keep the value yourself, or call the function that computes it", Severity::kWarning);
  }
}

cspkit_code StrictProvider::set_value(cspkit_call id, const cspkit_value* value) {
  if (const auto answer = before_use(id.id, "set_value", false)) return *answer;
  const cspkit_code code = real_host_->set_value(real_host_, id, value);
  after_use(id.id, "set_value", code, nullptr);
  if (code != CSPKIT_OK) return code;
  const std::lock_guard lock(mutex_);
  Call* call = find(id.id);
  if (call == nullptr) return code;
  call->has_value = true;
  if (!call->is_undo) return code;
  const auto* bytes = static_cast<const char*>(value->data);
  StrictHost::UndoRecord record;
  record.handler = call->handler;
  record.verb = call->verb;
  record.uri = call->uri;
  if (value->size != 0) record.bytes.assign(bytes, value->size);
  record.transaction = call->transaction;
  const std::lock_guard all(state_.mutex);
  state_.records.push_back(std::move(record));
  return code;
}

cspkit_code StrictProvider::complete(cspkit_call id, cspkit_code code) {
  if (gone_) return *before_use(id.id, "complete", false);
  {
    const std::lock_guard lock(mutex_);
    Call* call = find(id.id);
    if (call == nullptr) {
      breach("complete", "handle.unknown", "it completed a call that it never got",
             "use the handle of the call");
    } else if (call->completed) {
      breach(*call, "complete.twice", "it completed a call a second time",
             "complete once; what comes later is answered CSPKIT_STALE and lost");
    } else if (call->ended) {
      breach(*call, "complete.after-answer", "it completed a call that it had answered already",
             "answer CSPKIT_PENDING, and complete; or answer, and do not complete");
    } else {
      if (code > CSPKIT_OK || code < CSPKIT_FAILED)
        breach(*call, "complete.not-final",
               "it completed with code " + std::to_string(code) + ", which is no end",
               "complete with CSPKIT_OK or a failure");
      if (code == CSPKIT_OK && call->verb_bit == CSPKIT_GET && !call->has_value)
        breach(*call, "get.no-value", "its get said OK and gave no value",
               "call set_value before complete(), or complete with a failure");
      if (code == CSPKIT_OK && call->fail_at_end) {
        state_.strike();
        code = CSPKIT_FAILED;
      }
      call->completed = true;
      pending_.erase(id.id);
    }
  }
  return real_host_->complete(real_host_, id, code);
}

}  // namespace cspkit::harness
