// SPDX-License-Identifier: Apache-2.0
#include "provider/loaded_provider.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "provider/borrowed.hpp"
#include "txn/turn.hpp"

namespace cspkit::provider {

namespace {

constexpr std::uint32_t kSecret = CSPKIT_VALUE_SECRET;
constexpr std::size_t kMaxHandlers = 0xFFFF;  // what gate::Binding can number

bool is_final(cspkit_code code) { return code <= CSPKIT_OK && code >= CSPKIT_FAILED; }

bool good_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

/// What a provider is told of an operation; borrows from the spec.
class RequestOf {
 public:
  RequestOf(const CallSpec& spec, Clock::Duration deadline)
      : value_(value_of(spec)),
        request_{
            sizeof(cspkit_request),
            spec.handler,
            spec.verb,
            static_cast<std::int32_t>(spec.scope),
            str(spec.user),
            str(spec.path),
            names_of(spec),
            spec.captures.size(),
            spec.value ? &value_ : nullptr,
            str(spec.mime),
            spec.session,
            spec.transaction ? spec.transaction->id() : 0,
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline).count(),
        } {}
  RequestOf(const RequestOf&) = delete;
  RequestOf& operator=(const RequestOf&) = delete;
  const cspkit_request& get() const { return request_; }

 private:
  const cspkit_str* names_of(const CallSpec& spec) {
    cspkit_str* names = few_;
    if (spec.captures.size() > kFew) {
      many_.resize(spec.captures.size());
      names = many_.data();
    }
    for (std::size_t i = 0; i < spec.captures.size(); ++i) names[i] = str(spec.captures[i]);
    return names;
  }
  static cspkit_value value_of(const CallSpec& spec) {
    if (!spec.value) return {};
    const bool secret = spec.value->secret || (spec.flags & CSPKIT_HANDLER_SECRET) != 0;
    return {static_cast<std::int32_t>(spec.value->format), secret ? kSecret : 0u,
            spec.value->data.data(), spec.value->data.size()};
  }

  static constexpr std::size_t kFew = 4;
  cspkit_str few_[kFew];
  std::vector<cspkit_str> many_;
  cspkit_value value_;
  cspkit_request request_;  // each member is said: clearing it all first costs as much again
};

/// The same with all that it borrows.
class OwnedCall {
 public:
  OwnedCall(const CallSpec& spec, Clock::Duration deadline)
      : spec_(spec), value_(spec.value ? *spec.value : Value()), mime_(spec.mime) {
    if (spec.value) spec_.value = &value_;
    spec_.mime = mime_;
    request_.emplace(spec_, deadline);
    spec_.transaction = nullptr;  // its id was all that is needed
  }
  OwnedCall(const OwnedCall&) = delete;
  OwnedCall& operator=(const OwnedCall&) = delete;
  const CallSpec& spec() const { return spec_; }
  const RequestOf& request() const { return *request_; }

 private:
  CallSpec spec_;
  Value value_;
  std::string mime_;
  std::optional<RequestOf> request_;
};

/// Calls a plugin's function. A plugin in C++ may throw all the same; a compiler that believes the
/// table's noexcept would let that pass here or there. Called as one that may throw, by one that
/// must not, it ends the process, everywhere.
template <typename R, typename... Parameters, typename... Arguments>
R contained(R (*function)(Parameters...), Arguments... arguments) noexcept {
  return function(arguments...);
}

bool is_concurrent(const CallSpec& spec) {
  return spec.verb == CSPKIT_GET && (spec.flags & CSPKIT_HANDLER_CONCURRENT) != 0;
}

}  // namespace

LoadedProvider::LoadedProvider(Services& services, std::shared_ptr<Library> library,
                               const cspkit_plugin& plugin, std::size_t index,
                               const ProviderOptions& options)
    : services_(services),
      library_(std::move(library)),
      plugin_(plugin),
      info_(plugin.providers[index]),
      index_(index),
      name_(view(info_.name)),
      options_(options),
      clock_(services.shared_clock()),
      // Where work runs only when it is driven, nobody could go on without it.
      offload_(options.offload && !services.executor().is_deterministic() ? Offload::make(clock_)
                                                                          : nullptr),
      call_deadline_(choose_deadline()),
      plain_host_(make_host_table(*this)),
      host_(offload_ ? make_guarded_host_table(*this) : plain_host_),
      tasks_(std::make_shared<TaskGuard>(services.shared_executor(), clock_)),
      lane_(services.job_lane()) {}

LoadedProvider::~LoadedProvider() { stop(); }

std::string LoadedProvider::where() const {
  return library_ ? library_->path().string() : fmt::format("plugin {}", view(plugin_.id));
}

Status LoadedProvider::create(const std::vector<std::shared_ptr<LoadedProvider>>& others) {
  const auto refuse = [&](std::string_view why) {
    return Status(Code::kProviderRefused, fmt::format("{}: provider {}: {}", where(), name_, why));
  };
  if (!good_name(name_)) {
    return Status(Code::kProviderRefused,
                  fmt::format("{}: provider {} of {} has a name outside [a-z0-9_-]{{1,64}}",
                              where(), index_ + 1, plugin_.provider_count));
  }
  if (options_.offload && !offload_ && !services_.executor().is_deterministic())
    return refuse("the system gives no thread for it");
  cspkit_provider* made = nullptr;
  const cspkit_code code = plugin_.create(&host_, index_, &made);
  if (code != CSPKIT_OK || !made) {
    return refuse(fmt::format(
        "create failed with code {}{}{}", code,
        code == CSPKIT_OK ? " and no object: the plugin breaks the contract" : "", trouble()));
  }
  for (const auto& other : others) {
    if (other->table() == made)
      return refuse(fmt::format("create gave the object of provider {} again", other->name()));
  }
  provider_ = made;
  if (!CSPKIT_HAS(cspkit_provider, made, get_extension)) {
    provider_ = nullptr;  // too small to hold a destroy function we could trust
    return refuse(fmt::format("its table claims {} bytes, fewer than ABI 1.0 has", made->size));
  }
  if (!made->destroy) return refuse("it has no destroy function");
  if (made->handler_count != 0 && !made->handlers) {
    return refuse(fmt::format("{} handlers announced, none given", made->handler_count));
  }
  if (made->handler_count > kMaxHandlers) {
    return refuse(
        fmt::format("{} handlers; at most {} are taken", made->handler_count, kMaxHandlers));
  }
  return take_extensions();
}

Status LoadedProvider::take_extensions() {
  if (!provider_->get_extension) return {};
  const auto* jobs = static_cast<const cspkit_provider_jobs*>(
      provider_->get_extension(provider_, CSPKIT_EXT_JOBS));
  if (jobs && CSPKIT_HAS(cspkit_provider_jobs, jobs, job_run) && jobs->job_run) jobs_ = jobs;
  const auto* transactions = static_cast<const cspkit_provider_transaction*>(
      provider_->get_extension(provider_, CSPKIT_EXT_TRANSACTION));
  if (!transactions) return {};
  if (!CSPKIT_HAS(cspkit_provider_transaction, transactions, end) || !transactions->undo_for ||
      !transactions->apply_undo) {
    return Status(Code::kProviderRefused,
                  fmt::format("{}: provider {}: its cspkit.transaction/1 lacks undo_for or "
                              "apply_undo, or is smaller than the first version of it",
                              where(), name_));
  }
  transactions_ = transactions;
  return {};
}

Status LoadedProvider::start() {
  if (!provider_->start) {
    started_ = ever_started_ = true;
    return {};
  }
  const cspkit_code code = serially([this] { return contained(provider_->start, provider_); });
  if (code == CSPKIT_OK) {
    started_ = ever_started_ = true;
    return {};
  }
  if (quarantined_)
    return Status(Code::kProviderRefused,
                  fmt::format("{}: provider {} did not start: it did not return", where(), name_));
  return Status(Code::kProviderRefused, fmt::format("{}: provider {} did not start: code {}{}",
                                                    where(), name_, code, trouble()));
}

void LoadedProvider::log(LogLevel level, std::string_view text) {
  if (!started_ && level == LogLevel::kError) {
    constexpr std::size_t kEnough = 500;
    const std::lock_guard lock(trouble_mutex_);
    trouble_ = std::string(text.substr(0, kEnough));
    std::replace(trouble_.begin(), trouble_.end(), '\n', ' ');
  }
  services_.log(level, name_, text);
}

std::string LoadedProvider::trouble() {
  const std::lock_guard lock(trouble_mutex_);
  return trouble_.empty() ? std::string() : ": " + trouble_;
}

void LoadedProvider::refuse() {
  refused_ = true;
  quiesce();
}

void LoadedProvider::quiesce() {
  started_ = false;
  closing_ = true;
  if (quarantined_) return;
  cancel_calls();
  if (!offload_) {
    tasks_->close();
  } else if (!tasks_->close(clock_->steady_now() + call_deadline())) {
    quarantine("a job or task of it did not return when the engine was closing");
  }
}

void LoadedProvider::stop() {
  quiesce();
  if (!provider_) return;
  if (offload_) {
    elsewhere(Offload::Lane::kSerial, Offload::Unbegun::kWait, [this]() -> cspkit_code {
      destroy();
      return CSPKIT_OK;
    });
    if (quarantined_) disconnect();
  } else {
    destroy();
  }
}

void LoadedProvider::destroy() {
  const std::unique_lock alone(alive_);
  if (!provider_) return;
  const std::lock_guard serial(serial_);
  if (provider_->destroy) contained(provider_->destroy, provider_);
  provider_ = nullptr;
}

void LoadedProvider::misbehaved(std::string_view text) const {
  services_.log(LogLevel::kProviderMisbehaving, name_, text);
}

template <typename Do>
cspkit_code LoadedProvider::locked(Do function) {
  const std::lock_guard serial(serial_);
  if (!provider_) return CSPKIT_BUSY;  // refused after its nodes were published
  return function();
}

template <typename Do>
cspkit_code LoadedProvider::serially(Do function) {
  if (!offload_) return locked(std::move(function));
  return elsewhere(Offload::Lane::kSerial, Offload::Unbegun::kWait,
                   [this, function = std::move(function)] { return locked(function); });
}

template <typename Do>
cspkit_code LoadedProvider::ask(const CallSpec& spec, Clock::Duration deadline, Do function) {
  if (!offload_) return function(spec, RequestOf(spec, deadline).get());
  const auto owned = std::make_shared<const OwnedCall>(spec, deadline);
  const auto lane = is_concurrent(spec) ? Offload::Lane::kConcurrent : Offload::Lane::kSerial;
  return elsewhere(lane, Offload::Unbegun::kDrop,
                   [owned, function] { return function(owned->spec(), owned->request().get()); });
}

cspkit_code LoadedProvider::enter(const CallSpec& spec, cspkit_call call,
                                  const cspkit_request& request) {
  if (is_concurrent(spec)) {
    const std::shared_lock alive(alive_);
    return provider_ ? dispatch(spec, call, request) : cspkit_code{CSPKIT_BUSY};
  }
  return locked([&] { return dispatch(spec, call, request); });
}

cspkit_code LoadedProvider::dispatch(const CallSpec& spec, cspkit_call call,
                                     const cspkit_request& request) noexcept {
  switch (spec.verb) {
    case CSPKIT_GET:
      return contained(provider_->get, provider_, call, &request);
    case CSPKIT_ADD:
      return contained(provider_->add, provider_, call, &request);
    case CSPKIT_REPLACE:
      return contained(provider_->replace, provider_, call, &request);
    case CSPKIT_DELETE:
      return contained(provider_->remove, provider_, call, &request);
    case CSPKIT_EXEC:
      return contained(provider_->exec, provider_, call, &request);
    case CSPKIT_REFRESH:
      return contained(provider_->refresh, provider_, call, &request);
    default:
      return CSPKIT_NOT_SUPPORTED;
  }
}

namespace {

/// Closes a call that nobody came to end, because memory ran out on the way.
class Unended {
 public:
  Unended(WriterTable& writers, std::uint64_t id) : writers_(writers), id_(id) {}
  Unended(const Unended&) = delete;
  Unended& operator=(const Unended&) = delete;
  ~Unended() {
    if (id_ != 0) writers_.close(id_);
  }
  void is_ended() { id_ = 0; }

 private:
  WriterTable& writers_;
  std::uint64_t id_;
};

}  // namespace

CallResult LoadedProvider::call(const CallSpec& spec) {
  if (quarantined_) return {quarantine_status(), {}, false, {}};
  // Its nodes are published a moment before start() returns.
  if (!started_)
    return {Status(Code::kBusy, fmt::format("provider {} is starting", name_)), {}, false, {}};
  const cspkit_call handle = open_call(spec);
  Unended unended(writers_, handle.id);
  const Clock::Duration deadline = clock_->steady_tick() + call_deadline();

  cspkit_code code =
      ask(spec, deadline, [this, handle](const CallSpec& its, const cspkit_request& request) {
        return enter(its, handle, request);
      });
  // A pending call waits without the serial lock: the worker that completes it may need the
  // provider.
  if (code == CSPKIT_PENDING && spec.may_stay_pending) {
    CallResult pending{Status(Code::kPending),
                       {},
                       false,
                       PendingCall{handle.id, writers_.find(handle.id), deadline, {}}};
    unended.is_ended();
    return pending;
  }
  if (code == CSPKIT_PENDING)
    code = static_cast<cspkit_code>(wait_until_complete(handle, deadline));
  unended.is_ended();
  return end_call(handle, code);
}

cspkit_call LoadedProvider::open_call(const CallSpec& spec, bool read_only) {
  return {writers_.open_call([&](Writer& writer) {
    writer.scope = spec.scope;
    if (!spec.user.empty()) writer.user = spec.user;
    writer.root = spec.root;
    writer.transaction = spec.transaction;
    writer.read_only = read_only;
  })};
}

Code LoadedProvider::wait_until_complete(cspkit_call call, Clock::Duration deadline) {
  const std::shared_ptr<Writer> writer = writers_.find(call.id);
  std::unique_lock lock(writer->mutex);
  const bool ended =
      txn::wait_for(lock, writer->changed, services_.clock(), services_.executor(), deadline,
                    [&] { return writer->completed || writer->cancelled; });
  if (writer->completed) return writer->code;
  writer->cancelled = true;
  return ended ? Code::kCancelled : Code::kTimedOut;
}

CallResult LoadedProvider::end_call(cspkit_call call, cspkit_code code) {
  CallResult result;
  if (code != CSPKIT_OK) {
    result.status = end_failed(call, code);
    return result;
  }
  writers_.close(call.id, [&result](Writer& writer) {
    if (!writer.has_value) return;
    result.has_value = true;
    result.value = std::move(writer.value);
  });
  return result;
}

Status LoadedProvider::end_failed(cspkit_call call, cspkit_code code) {
  std::string said;
  std::uint32_t hresult = 0;
  writers_.close(call.id, [&](Writer& writer) {
    said = std::move(writer.error_text);
    hresult = writer.hresult;
  });
  if (!is_final(code)) {
    misbehaved(fmt::format("answered an operation with {}, which is no final code", code));
    return Status(Code::kFailed, fmt::format("provider {} broke its contract", name_));
  }
  std::string text = said;
  if (text.empty() && code == CSPKIT_TIMED_OUT) {
    text = fmt::format("provider {} did not answer before the deadline", name_);
  }
  if (text.empty() && code == CSPKIT_BUSY && offload_) {
    text = fmt::format("provider {} was busy with other calls until the deadline", name_);
  }
  if (said.empty() && quarantined_) text = quarantine_status().text();
  if (!said.empty()) services_.log(LogLevel::kWarning, name_, said);
  const bool unnamed = code == CSPKIT_BAD_VALUE && hresult == 0;
  return Status(static_cast<Code>(code), std::move(text), unnamed ? kInvalidArgument : hresult);
}

// ---- transactions ----

Status LoadedProvider::outcome_of(std::string_view what, std::uint64_t transaction,
                                  cspkit_code code) const {
  if (code == CSPKIT_OK) return {};
  if (!is_final(code)) {
    misbehaved(fmt::format("{} answered {}, which is no final code", what, code));
    code = CSPKIT_FAILED;
  }
  if (quarantined_) return Status(static_cast<Code>(code), quarantine_status().text());
  return Status(static_cast<Code>(code), fmt::format("{}: {} of transaction {} answered code {}",
                                                     name_, what, transaction, code));
}

Status LoadedProvider::begin(std::uint64_t transaction) {
  if (!transactions_->begin) return {};
  return outcome_of("begin", transaction, serially([this, transaction] {
                      return contained(transactions_->begin, provider_, transaction);
                    }));
}

Result<bool> LoadedProvider::undo_for(const CallSpec& spec, std::string& record) {
  const cspkit_call handle = open_call(spec, true);
  Unended unended(writers_, handle.id);
  const cspkit_code code =
      ask(spec, clock_->steady_tick() + call_deadline(),
          [this, handle](const CallSpec&, const cspkit_request& request) {
            return locked(
                [&] { return contained(transactions_->undo_for, provider_, handle, &request); });
          });
  unended.is_ended();
  if (code != CSPKIT_OK) return end_failed(handle, code);
  bool has_value = false;
  writers_.close(handle.id, [&](Writer& writer) {
    has_value = writer.has_value;
    // Its memory serves the next one, unless it is long: then it would cost the writer.
    constexpr std::size_t kKept = 512;
    if (record.capacity() > kKept) std::string().swap(record);
    record.swap(writer.value.data);
  });
  return has_value;
}

Status LoadedProvider::apply_undo(std::uint64_t transaction, std::string_view record) {
  return outcome_of(
      "apply_undo", transaction, serially([this, transaction, bytes = std::string(record)] {
        return contained(transactions_->apply_undo, provider_, transaction, str(bytes));
      }));
}

Status LoadedProvider::commit(std::uint64_t transaction) {
  if (!transactions_->commit) return {};
  return outcome_of("commit", transaction, serially([this, transaction] {
                      return contained(transactions_->commit, provider_, transaction);
                    }));
}

void LoadedProvider::end(std::uint64_t transaction) {
  if (!transactions_->end) return;
  static_cast<void>(serially([this, transaction]() -> cspkit_code {
    contained(transactions_->end, provider_, transaction);
    return CSPKIT_OK;
  }));
}

void LoadedProvider::run_job(std::string id, std::string payload, std::uint32_t attempt) {
  lane_->add(tasks_,
             [self = shared_from_this(), id = std::move(id), payload = std::move(payload),
              attempt] { self->jobs_->job_run(self->provider_, str(id), str(payload), attempt); });
}

}  // namespace cspkit::provider
