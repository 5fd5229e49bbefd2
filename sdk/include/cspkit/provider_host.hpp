// SPDX-License-Identifier: Apache-2.0
// cspkit/provider_host.hpp: what a provider may ask of its host: clock, timers, log, and batches of
// changes. Included by provider.hpp; include that. C++17, standard library only.
//
// Threads: everything in Host may be called from any thread at any time between the construction
// and the end of the destruction of the provider. A Writer belongs to one thread at a time.
#ifndef CSPKIT_PROVIDER_HOST_HPP_
#define CSPKIT_PROVIDER_HOST_HPP_

#include <cspkit/abi.h>

#include <charconv>
#include <chrono>
#include <cspkit/provider_detail.hpp>
#include <cspkit/result.hpp>
#include <cspkit/value.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace cspkit {
inline namespace sdk1 {

/// Raw bytes, for nodes of format b64 and bin.
using Bytes = std::vector<std::byte>;
/// Milliseconds on a clock that never goes back (Host::now_steady).
using SteadyTime = std::chrono::milliseconds;
/// Coordinated universal time in milliseconds (Host::now_utc).
using UtcTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

namespace sdk_detail {

/// RFC 3986's unreserved characters, by their bytes.
struct Unreserved {
  bool is[256] = {};
  constexpr Unreserved() {
    for (unsigned c = 0; c < 256; ++c) {
      is[c] = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '.' || c == '_' || c == '~';
    }
  }
};
inline constexpr Unreserved kUnreserved;

/// Percent-encodes a name behind a path.
inline void append_segment(std::string& path, std::string_view name) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::size_t done = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if (kUnreserved.is[byte]) continue;
    path.append(name, done, i - done);
    path += '%';
    path += kHex[byte >> 4];
    path += kHex[byte & 15U];
    done = i + 1;
  }
  path.append(name, done, name.size() - done);
}

}  // namespace sdk_detail

/// Percent-encodes one decoded name for use in a path: RFC 3986 unreserved characters stay plain.
inline std::string encode_segment(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  sdk_detail::append_segment(out, name);
  return out;
}

/// The path of decoded names, each encoded: path_join("Installation", id, "Status"). Use it
/// whenever a name comes from outside: a "/" in it stays part of the name.
template <typename... Names>
std::string path_join(std::string_view first, const Names&... rest) {
  std::string path;
  path.reserve((first.size() + ... + (1 + std::string_view(rest).size())));
  sdk_detail::append_segment(path, first);
  ((path += '/', sdk_detail::append_segment(path, std::string_view(rest))), ...);
  return path;
}

/// Anything a node can hold, borrowed for one function call: text, a number, a bool, bytes or a
/// Value. Text and bytes take the format of the node's schema; numbers are int, bools bool. Say
/// {Format::kXml, text} to name another.
class ValueRef {
 public:
  /// What it refers to must live until the function that takes it has returned.
  /// @{
  ValueRef(const Value& v)  // NOLINT(google-explicit-constructor)
      : ValueRef(v.format, v.data) {
    secret_ = v.secret;
  }
  ValueRef(std::string_view text)  // NOLINT(google-explicit-constructor)
      : ValueRef(Format::kUnset, text) {}
  ValueRef(const std::string& text)  // NOLINT(google-explicit-constructor)
      : ValueRef(Format::kUnset, text) {}
  ValueRef(const char* text)  // NOLINT(google-explicit-constructor)
      : ValueRef(Format::kUnset, text == nullptr ? std::string_view{} : std::string_view(text)) {}
  ValueRef(const Bytes& bytes)  // NOLINT(google-explicit-constructor)
      : data_(bytes.data()), size_(bytes.size()) {}
  template <typename T, typename = std::enable_if_t<std::is_integral_v<T>>>
  ValueRef(T number) {  // NOLINT(google-explicit-constructor)
    if constexpr (std::is_same_v<T, bool>) {
      format_ = Format::kBool;
      data_ = number ? "true" : "false";
      size_ = number ? 4 : 5;
    } else {
      format_ = Format::kInt;
      using Wide =
          std::conditional_t<std::is_signed_v<T>, long long, unsigned long long>;  // NOLINT
      const auto end =
          std::to_chars(number_, number_ + sizeof(number_), static_cast<Wide>(number)).ptr;
      data_ = number_;
      size_ = static_cast<std::size_t>(end - number_);
    }
  }
  ValueRef(Format format, std::string_view data)
      : format_(format), data_(data.data()), size_(data.size()) {}
  /// @}
  ValueRef(const ValueRef&) = delete;
  ValueRef& operator=(const ValueRef&) = delete;

  /// As abi.h has it; points into what this refers to.
  cspkit_value raw() const {
    return {static_cast<std::int32_t>(format_), secret_ ? std::uint32_t{CSPKIT_VALUE_SECRET} : 0U,
            data_, size_};
  }

 private:
  Format format_ = Format::kUnset;
  bool secret_ = false;
  const void* data_ = nullptr;
  std::size_t size_ = 0;
  char number_[24] = {};
};

/// What a provider tells the server of its own accord (Writer::queue_alert).
struct Alert {
  std::string type;         ///< what kind of event: "com.example.battery.low"
  std::string data;         ///< what the server is told
  std::string path;         ///< of the node it is about, as for Writer::set; empty: none
  std::string format;       ///< of data; empty: chr
  std::string mark;         ///< "fatal", "critical", "warning", "informational", ...; may be empty
  std::string correlator;   ///< of the command it reports on; may be empty
  bool is_generic = false;  ///< a generic alert (1226) instead of a client event (1224)
};

/// Makes changes, as a call (they join its transaction) or as a Batch (a transaction of its own).
/// Not bound by AccessType, never calls a handler.
///
/// Paths are percent-encoded (path_join does it): "A/B" is relative to the root of the call, of a
/// batch to the provider's root; "./A/B" is absolute below the scope; "" is the root.
///
/// A change that fails is remembered: the call, or the submission of the batch, then fails with the
/// first such code, so that a return value may be left unread. clear_error() forgives.
class Writer {
 public:
  /// Sets a leaf, making missing ancestors. kNotFound (not in the DDF), kBadFormat, kNotAllowed
  /// (outside the provider's roots), kStale.
  Code set(std::string_view path, const ValueRef& value) {
    const cspkit_value raw = value.raw();
    return note("set", path, host()->set(host(), id_, sdk_detail::to_str(path), &raw));
  }
  /// Makes an interior node exist, with its ancestors; ok when it did. kNotFound, kNotAllowed.
  Code create(std::string_view path) {
    return note("create", path, host()->create(host(), id_, sdk_detail::to_str(path)));
  }
  /// Takes a node and all below it back to the initial state; ok when there was nothing.
  Code remove(std::string_view path) {
    return note("remove", path, host()->remove(host(), id_, sdk_detail::to_str(path)));
  }

  /// The stored value of a leaf, own changes included. kNotFound; kNotSupported for computed nodes.
  Result<Value> read(std::string_view path) const {
    Collected<Value> found;
    const cspkit_code code =
        host()->read(host(), id_, sdk_detail::to_str(path), &collect_value, &found);
    return found.result(code, "read", path);
  }
  /// Decoded names of the children that exist, sorted. kNotFound.
  Result<std::vector<std::string>> children(std::string_view path) const {
    Collected<std::vector<std::string>> found;
    const cspkit_code code =
        host()->children(host(), id_, sdk_detail::to_str(path), &collect_name, &found);
    return found.result(code, "children", path);
  }

  /// The provider's own durable bytes under a key; shared by all scopes and users. kNotFound.
  Result<std::string> state_read(std::string_view key) const {
    Collected<std::string> found;
    const cspkit_code code =
        host()->state_read(host(), id_, sdk_detail::to_str(key), &collect_bytes, &found);
    return found.result(code, "state_read", key);
  }
  /// The keys that begin with prefix, sorted.
  Result<std::vector<std::string>> state_list(std::string_view prefix = {}) const {
    Collected<std::vector<std::string>> found;
    const cspkit_code code =
        host()->state_list(host(), id_, sdk_detail::to_str(prefix), &collect_name, &found);
    return found.result(code, "state_list", prefix);
  }
  /// Keeps bytes under a key with this transaction. kStale.
  Code state_write(std::string_view key, std::string_view bytes) {
    return note(
        "state_write", key,
        host()->state_write(host(), id_, sdk_detail::to_str(key), sdk_detail::to_str(bytes)));
  }
  /// Ok when there was nothing.
  Code state_remove(std::string_view key) {
    const cspkit_code code = host()->state_remove(host(), id_, sdk_detail::to_str(key));
    return note("state_remove", key, code == CSPKIT_NOT_FOUND ? CSPKIT_OK : code);
  }

  /// Starts a job with this transaction (Provider::job_run does the work after it is published, and
  /// again after every restart, until the job is ended), or replaces the payload of a running one.
  /// kNotSupported when the host has no jobs.
  Code job_start(std::string_view id, std::string_view payload) {
    const cspkit_host_jobs* jobs = context_->jobs();
    if (jobs == nullptr) return note("job_start", id, CSPKIT_NOT_SUPPORTED);
    return note("job_start", id,
                jobs->job_start(host(), id_, sdk_detail::to_str(id), sdk_detail::to_str(payload)));
  }
  /// Ends a job with this transaction. kNotFound when there is none, which is not remembered.
  Code job_end(std::string_view id) {
    const cspkit_host_jobs* jobs = context_->jobs();
    if (jobs == nullptr) return note("job_end", id, CSPKIT_NOT_SUPPORTED);
    const cspkit_code code = jobs->job_end(host(), id_, sdk_detail::to_str(id));
    if (code == CSPKIT_NOT_FOUND) return Code::kNotFound;
    return note("job_end", id, code);
  }

  /// Tells the server with the next session and every later one until it has acknowledged it; comes
  /// to nothing when the transaction does. kBadValue (no UTF-8, too long, a generic one without
  /// type), kFull, the path's as set; kNotSupported when the host takes no alerts.
  Code queue_alert(const Alert& alert) {
    const cspkit_host_alerts* alerts = context_->alerts();
    if (alerts == nullptr) return note("queue_alert", alert.type, CSPKIT_NOT_SUPPORTED);
    cspkit_alert raw{};
    raw.size = sizeof(raw);
    raw.code = alert.is_generic ? CSPKIT_ALERT_GENERIC : CSPKIT_ALERT_CLIENT_EVENT;
    raw.source = sdk_detail::to_str(alert.path);
    raw.type = sdk_detail::to_str(alert.type);
    raw.format = sdk_detail::to_str(alert.format);
    raw.mark = sdk_detail::to_str(alert.mark);
    raw.data = sdk_detail::to_str(alert.data);
    raw.correlator = sdk_detail::to_str(alert.correlator);
    return note("queue_alert", alert.type, alerts->alert_queue(host(), id_, &raw));
  }

  /// The first change that failed, with its text; ok when none did.
  Status error() const { return Status(error_, error_text_); }
  /// Forgives it: the call or the submission does not fail because of it.
  void clear_error() {
    error_ = Code::kOk;
    error_text_.clear();
  }

 protected:
  /// For Call, Completion and Batch.
  /// @{
  Writer(sdk_detail::Context* context, std::uint64_t id) : context_(context), id_{id} {}
  Writer(Writer&&) = default;
  Writer& operator=(Writer&&) = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() = default;

  const cspkit_host* host() const { return context_->host(); }
  sdk_detail::Context* context() const { return context_; }
  std::uint64_t id() const { return id_.id; }
  void set_id(std::uint64_t id) { id_.id = id; }
  bool failed() const { return error_ != Code::kOk; }
  Code note(const char* what, std::string_view where, cspkit_code raw) {
    const Code code = static_cast<Code>(raw);
    if (code != Code::kOk && error_ == Code::kOk) {
      error_ = code;
      error_text_ = describe(code, what, where);
    }
    return code;
  }
  /// @}

 private:
  static std::string describe(Code code, const char* what, std::string_view where) {
    return std::string(what) + " '" + std::string(where) + "': " + sdk_detail::code_name(code);
  }

  /// Sinks are noexcept: memory that runs out while copying becomes a code here.
  template <typename T>
  struct Collected {
    T value{};
    bool out_of_memory = false;
    Result<T> result(cspkit_code code, const char* what, std::string_view where) {
      if (out_of_memory) return Result<T>(Code::kFull);  // without a text, which would need some
      if (code != CSPKIT_OK) {
        return Result<T>(static_cast<Code>(code), describe(static_cast<Code>(code), what, where));
      }
      return std::move(value);
    }
  };
  static void collect_value(void* context, const cspkit_value* value) noexcept {
    auto& found = *static_cast<Collected<Value>*>(context);
    try {
      found.value.format = static_cast<Format>(value->format);
      if (value->size != 0) {
        found.value.data.assign(static_cast<const char*>(value->data), value->size);
      }
      found.value.secret = (value->flags & std::uint32_t{CSPKIT_VALUE_SECRET}) != 0;
    } catch (...) {
      found.out_of_memory = true;
    }
  }
  static void collect_name(void* context, cspkit_str name) noexcept {
    auto& found = *static_cast<Collected<std::vector<std::string>>*>(context);
    try {
      found.value.emplace_back(sdk_detail::to_view(name));
    } catch (...) {
      found.out_of_memory = true;
    }
  }
  static void collect_bytes(void* context, cspkit_str bytes) noexcept {
    auto& found = *static_cast<Collected<std::string>*>(context);
    try {
      found.value = sdk_detail::to_view(bytes);
    } catch (...) {
      found.out_of_memory = true;
    }
  }

  sdk_detail::Context* context_;
  cspkit_writer id_;
  Code error_ = Code::kOk;
  std::string error_text_;
};

/// A transaction of the provider's own. Dropped with its changes when it is destroyed unsubmitted.
/// A batch the host refused to open answers kStale to everything.
class Batch : public Writer {
 public:
  /// Takes the outcome: any callable, also one that can only be moved. Runs on the executor.
  using Done = sdk_detail::UniqueFunction<Code>;

  /// Moves the transaction along; the one that is assigned to is dropped first.
  /// @{
  Batch(Batch&& other) noexcept : Writer(static_cast<Writer&&>(other)) { other.set_id(0); }
  Batch& operator=(Batch&& other) noexcept {
    if (this != &other) {
      drop();
      Writer::operator=(static_cast<Writer&&>(other));
      other.set_id(0);
    }
    return *this;
  }
  /// @}
  ~Batch() { drop(); }

  /// True when the host opened it and it was neither submitted nor dropped.
  bool is_open() const { return id() != 0; }

  /// Hands the batch over, whole, and never blocks: std::move(batch).submit(...). Ok: `done`, if
  /// given, is called once on the executor; with kOk after the changes are durable and visible,
  /// else with a code, and nothing of it happened. Not ok, also when a change failed before: the
  /// batch is dropped, the log says why, and done is not called. Batches of one provider are
  /// applied in the order of submission.
  Code submit(Done done = {}) && {
    if (!is_open()) return refuse(Code::kStale, "the host opened no batch");
    if (failed()) {
      const Status why = error();
      drop();
      return refuse(why.code(), why.text());
    }
    sdk_detail::Deferred* deferred = nullptr;
    std::uint64_t key = 0;
    if (done) {
      deferred = context()->keep(std::move(done));
      key = deferred->key;
    }
    const cspkit_writer writer{id()};
    set_id(0);
    const auto code = static_cast<Code>(host()->batch_submit(
        host(), writer, deferred == nullptr ? nullptr : &sdk_detail::Context::run, deferred));
    if (code == Code::kOk) return code;
    if (key != 0) context()->take(key);
    return refuse(code, sdk_detail::code_name(code));
  }
  /// Drops it with its changes.
  void drop() {
    if (!is_open()) return;
    host()->batch_drop(host(), cspkit_writer{id()});
    set_id(0);
  }

 private:
  friend class Host;
  Batch(sdk_detail::Context* context, std::uint64_t id) : Writer(context, id) {}
  Code refuse(Code code, std::string_view why) {
    context()->log(CSPKIT_LOG_ERROR, "batch not submitted: " + std::string(why));
    return code;
  }
};

/// The engine as a provider sees it: a handle, cheap to copy.
class Host {
 public:
  /// Any callable without arguments, also one that can only be moved.
  using Task = sdk_detail::UniqueFunction<>;

  /// For whoever makes providers without a library: the table must outlive every copy of this.
  explicit Host(const cspkit_host* raw) : context_(std::make_shared<sdk_detail::Context>(raw)) {}

  /// As abi.h has it.
  const cspkit_host* raw() const { return context_->host(); }
  /// Name and version of the program that is the host.
  /// @{
  std::string_view name() const { return sdk_detail::to_view(raw()->name); }
  std::string_view version() const { return sdk_detail::to_view(raw()->version); }
  /// @}

  /// The calendar; may be set back by people and time servers.
  UtcTime now_utc() const { return UtcTime(std::chrono::milliseconds(raw()->now_utc(raw()))); }
  /// For how long things take and when they are due: never goes back. In tests it is the test's.
  SteadyTime now_steady() const { return SteadyTime(raw()->now_steady(raw())); }

  /// Runs the task once on the executor, after the delay on the host's clock. 0 when the host is
  /// shutting down: the task is dropped. What it throws is logged. Tasks that have not run when the
  /// provider is destroyed are dropped.
  TimerId run_after(std::chrono::milliseconds delay, Task task) const {
    sdk_detail::Deferred* deferred =
        context_->keep([task = std::move(task)](Code) mutable { task(); });
    const std::uint64_t key = deferred->key;
    const TimerId timer =
        raw()->run_after(raw(), delay.count(), &sdk_detail::Context::run_task, deferred);
    if (timer == 0) {
      context_->take(key);
    } else {
      context_->set_timer(key, timer);
    }
    return timer;
  }
  /// True when the task will not run any more; false when it runs, has run or is unknown.
  bool cancel(TimerId timer) const {
    if (timer == 0 || raw()->cancel_task(raw(), timer) == 0) return false;
    context_->take_timer(timer);
    return true;
  }

  /// One line for people; level is CSPKIT_LOG_*. Never put a secret in it.
  void log(std::int32_t level, std::string_view text) const { context_->log(level, text); }
  /// log() with that level.
  /// @{
  void debug(std::string_view text) const { log(CSPKIT_LOG_DEBUG, text); }
  void info(std::string_view text) const { log(CSPKIT_LOG_INFO, text); }
  void warning(std::string_view text) const { log(CSPKIT_LOG_WARNING, text); }
  void error(std::string_view text) const { log(CSPKIT_LOG_ERROR, text); }
  /// @}

  /// Opens a transaction of the provider's own, for one scope and, in user scope, one user.
  Batch open_batch(Scope scope = Scope::kDevice, std::string_view user = {}) const {
    cspkit_writer writer{0};
    const cspkit_code code = raw()->batch_open(raw(), static_cast<std::int32_t>(scope),
                                               sdk_detail::to_str(user), &writer);
    return Batch(context_.get(), code == CSPKIT_OK ? writer.id : 0);
  }

  /// True when the host keeps jobs (Writer::job_start).
  bool has_jobs() const { return context_->jobs() != nullptr; }
  /// Says how far a job is, 0 to 100, or -1 for unknown. kNotFound, kNotSupported.
  Code job_progress(std::string_view id, int percent, std::string_view text = {}) const {
    const cspkit_host_jobs* jobs = context_->jobs();
    if (jobs == nullptr) return Code::kNotSupported;
    return static_cast<Code>(
        jobs->job_progress(raw(), sdk_detail::to_str(id), percent, sdk_detail::to_str(text)));
  }

  /// True when the engine is closing: a job_run that works in its own thread returns soon, without
  /// ending its job, which is handed over again at the next start. False under a host that cannot
  /// tell.
  bool is_closing() const {
    const cspkit_host_jobs* jobs = context_->jobs();
    return jobs != nullptr && CSPKIT_HAS(cspkit_host_jobs, jobs, is_closing) &&
           jobs->is_closing(raw()) != 0;
  }

  /// The host's table for an extension id, or null; valid as long as the host.
  const void* extension(const char* extension_id) const {
    return raw()->get_extension(raw(), extension_id);
  }

 private:
  friend struct sdk_detail::Factory;
  std::shared_ptr<sdk_detail::Context> context_;
};

}  // namespace sdk1
}  // namespace cspkit

#endif  // CSPKIT_PROVIDER_HOST_HPP_
