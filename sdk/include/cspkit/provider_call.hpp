// SPDX-License-Identifier: Apache-2.0
// cspkit/provider_call.hpp: one operation as a handler sees it, now (Call) or later (Completion).
// Included by provider.hpp; include that. C++17, standard library only.
#ifndef CSPKIT_PROVIDER_CALL_HPP_
#define CSPKIT_PROVIDER_CALL_HPP_

#include <atomic>
#include <cspkit/provider_host.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace cspkit {
inline namespace sdk1 {

/// Throw it from a handler to fail the operation from any depth. Returning call.fail(...) does the
/// same without an exception.
class Error : public std::exception {
 public:
  /// `text` is for people and stays on the device; an HRESULT, 0 for none, reaches the server.
  explicit Error(Code code, std::string text = {}, std::uint32_t hresult = 0)
      : status_(code, std::move(text), hresult) {}
  const char* what() const noexcept override { return status_.text().c_str(); }  ///< the text
  const Status& status() const { return status_; }  ///< code, text and HRESULT

 private:
  Status status_;
};

namespace sdk_detail {

/// What a provider may say to the host: anything else becomes "failed".
inline cspkit_code final_code(Code code) {
  const auto raw = static_cast<cspkit_code>(code);
  return raw <= CSPKIT_OK && raw >= CSPKIT_FAILED ? raw : cspkit_code{CSPKIT_FAILED};
}

inline void report(Context& context, cspkit_call call, std::string_view text,
                   std::uint32_t hresult) noexcept {
  if (text.empty() && hresult == 0) return;
  static_cast<void>(context.host()->set_error(context.host(), call, hresult, to_str(text)));
}

inline cspkit_code report(Context& context, cspkit_call call, const Status& status) noexcept {
  report(context, call, status.text(), status.provider_error());
  return final_code(status.code());
}

inline Code push_value(Context& context, cspkit_call call, const ValueRef& value) {
  const cspkit_value raw = value.raw();
  return static_cast<Code>(context.host()->set_value(context.host(), call, &raw));
}

/// Decides between a handler that still runs and a Completion that may already have been used on
/// another thread: who comes second tells the host.
struct AsyncState {
  enum Stage : int { kRunning, kPending, kEnded };
  AsyncState(Context* c, cspkit_call i) : context(c), call(i) {}

  Code complete(cspkit_code with) {
    code = with;
    int expected = kRunning;
    if (stage.compare_exchange_strong(expected, kEnded)) return Code::kOk;
    if (expected == kPending && stage.compare_exchange_strong(expected, kEnded)) {
      return static_cast<Code>(context->host()->complete(context->host(), call, with));
    }
    return Code::kStale;
  }
  /// The handler has returned: pending, or what it was completed with meanwhile.
  cspkit_code returned() {
    int expected = kRunning;
    return stage.compare_exchange_strong(expected, kPending) ? cspkit_code{CSPKIT_PENDING} : code;
  }
  /// The handler failed: its Completion, wherever it is, has nothing to say any more.
  void abandon() { stage.store(kEnded); }

  Context* context;
  cspkit_call call;
  cspkit_code code = CSPKIT_CANCELLED;
  std::atomic<int> stage{kRunning};
};

}  // namespace sdk_detail

/// The end of an operation that is not over when its handler returns. Move it to where the work is
/// done, make changes with it (it is the Writer of the operation), and complete it once, from any
/// thread. Dropped, it completes with kCancelled. Must be gone when the provider is destroyed.
class Completion : public Writer {
 public:
  /// Moves the duty to complete along; what is assigned to is dropped first (kCancelled).
  /// @{
  Completion(Completion&& other) noexcept = default;
  Completion& operator=(Completion&& other) noexcept {
    if (this != &other) {
      drop();
      state_ = std::move(other.state_);
      Writer::operator=(std::move(other));
    }
    return *this;
  }
  /// @}
  ~Completion() { drop(); }

  /// The value of a get.
  Code set_value(const ValueRef& value) {
    return note("value", {},
                static_cast<cspkit_code>(sdk_detail::push_value(*context(), call(), value)));
  }
  /// Ends the operation. kStale when it is over already: completed before, past its deadline, or
  /// the handler threw. A change that failed turns kOk into its code.
  Code complete(Code code = Code::kOk) { return complete(Status(code)); }
  /// The same with a text for people and an HRESULT.
  Code complete(const Status& status) {
    if (!state_) return Code::kStale;
    const Status outcome = status.ok() && failed() ? error() : status;
    const cspkit_code code = sdk_detail::report(*context(), call(), outcome);
    const auto state = std::move(state_);
    return state->complete(code);
  }
  /// Ends a get with its value.
  Code complete_with(const ValueRef& value) {
    set_value(value);
    return complete();
  }
  /// Ends it with a failure: text for people, never on the wire; an HRESULT, 0 for none, which
  /// reaches the server.
  Code fail(Code code, std::string text = {}, std::uint32_t hresult = 0) {
    return complete(Status(code, std::move(text), hresult));
  }
  /// True when nobody waits for it any more.
  bool is_cancelled() const { return !state_ || host()->is_cancelled(host(), call()) != 0; }

 private:
  friend struct sdk_detail::Access;
  Completion(std::shared_ptr<sdk_detail::AsyncState> state)
      : Writer(state->context, state->call.id), state_(std::move(state)) {}
  cspkit_call call() const { return cspkit_call{id()}; }
  void drop() {
    if (state_) static_cast<void>(complete(Code::kCancelled));
  }

  std::shared_ptr<sdk_detail::AsyncState> state_;
};

/// One operation. Valid until its handler returns; one thread at a time. Changes made with it (see
/// Writer) join its transaction and vanish when the operation fails.
class Call : public Writer {
 public:
  /// One of CSPKIT_GET, CSPKIT_ADD, CSPKIT_REPLACE, CSPKIT_DELETE, CSPKIT_EXEC, CSPKIT_REFRESH.
  std::uint32_t verb() const { return request_->verb; }
  /// Whose node it is; changes made with the call are of the same scope and user.
  Scope scope() const { return static_cast<Scope>(request_->scope); }
  /// The user's id; empty in device scope.
  std::string_view user() const { return sdk_detail::to_view(request_->user); }
  /// Canonical path of the node, dynamic names as they were created.
  std::string_view path() const { return sdk_detail::to_view(request_->path); }
  /// Meta/Type of the command, else empty.
  std::string_view mime() const { return sdk_detail::to_view(request_->mime); }
  /// Id of the session; 0 for none.
  std::uint64_t session() const { return request_->session; }
  /// Id of the transaction; 0 for a lone Get.
  std::uint64_t transaction() const { return request_->transaction; }
  /// When a pending operation is given up, on Host::now_steady.
  SteadyTime deadline() const { return SteadyTime(request_->deadline); }
  /// True when nobody waits for the operation any more.
  bool is_cancelled() const { return host()->is_cancelled(host(), call()) != 0; }

  /// Decoded name of a dynamic node of the path, by its name in the pattern or by position from 0.
  /// Throws std::out_of_range when the pattern has none such.
  /// @{
  std::string operator[](std::string_view name) const {
    for (std::size_t i = 0; i < names_->size(); ++i) {
      if ((*names_)[i] == name) return std::string(capture(i));
    }
    throw std::out_of_range("the pattern has no {" + std::string(name) + "}");
  }
  std::string operator[](std::size_t index) const { return std::string(capture(index)); }
  /// @}
  /// How many dynamic nodes the path has.
  std::size_t capture_count() const { return request_->capture_count; }
  /// The same without a copy; valid until the handler returns.
  std::string_view capture(std::size_t index) const {
    if (index >= request_->capture_count) {
      throw std::out_of_range("the path has no dynamic node number " + std::to_string(index));
    }
    return sdk_detail::to_view(request_->captures[index]);
  }

  /// The command's value, of Add, Replace and Exec. Without one: format kUnset, empty data.
  bool has_value() const { return request_->value != nullptr; }
  /// As the command was judged: the schema's, or what the DDF lets stand for it.
  Format format() const {
    return has_value() ? static_cast<Format>(request_->value->format) : Format::kUnset;
  }
  /// Its data without a copy; valid until the handler returns.
  std::string_view data() const {
    if (!has_value() || request_->value->size == 0) return {};
    return {static_cast<const char*>(request_->value->data), request_->value->size};
  }
  /// A copy that outlives the handler.
  Value value() const {
    Value copy(format(), std::string(data()));
    copy.secret = has_value() && (request_->value->flags & std::uint32_t{CSPKIT_VALUE_SECRET}) != 0;
    return copy;
  }

  /// Gives the result of a get, for handlers that do not return it. The last one counts.
  Code set_value(const ValueRef& value) {
    return note("value", path(),
                static_cast<cspkit_code>(sdk_detail::push_value(*context(), call(), value)));
  }
  /// Adds a text, and an HRESULT, 0 for none, to a code that the handler returns. The last wins.
  void set_error(std::string_view text, std::uint32_t hresult = 0) {
    sdk_detail::report(*context(), call(), text, hresult);
  }
  /// `return call.fail(Code::kBusy, "an install is running");` from a handler that returns Status
  /// or a Result. Text is for people, never on the wire; the HRESULT reaches the server.
  Status fail(Code code, std::string text = {}, std::uint32_t hresult = 0) const {
    return Status(code, std::move(text), hresult);
  }

 private:
  friend struct sdk_detail::Access;
  Call(sdk_detail::Context* context, cspkit_call call, const cspkit_request* request,
       const std::vector<std::string>* names)
      : Writer(context, call.id), request_(request), names_(names) {}
  cspkit_call call() const { return cspkit_call{id()}; }

  const cspkit_request* request_;
  const std::vector<std::string>* names_;
};

namespace sdk_detail {

struct Access {
  static Call call(Context* context, cspkit_call id, const cspkit_request* request,
                   const std::vector<std::string>* names) {
    return {context, id, request, names};
  }
  static Completion completion(std::shared_ptr<AsyncState> state) {
    return Completion(std::move(state));
  }
  static Context& context(const Call& call) { return *call.context(); }
  static cspkit_call id(const Call& call) { return call.call(); }
  static bool failed(const Call& call) { return call.failed(); }
};

template <typename T>
struct IsResult : std::false_type {};
template <typename T>
struct IsResult<Result<T>> : std::true_type {};
template <typename>
constexpr bool kNever = false;

inline cspkit_code finish(Call& call) {
  if (!Access::failed(call)) return CSPKIT_OK;
  return report(Access::context(call), Access::id(call), call.error());
}
inline cspkit_code finish(Call& call, const Status& status) {
  if (status.ok()) return finish(call);
  return report(Access::context(call), Access::id(call), status);
}
inline cspkit_code finish(Call& call, Code code) {
  if (code == Code::kPending) {
    return finish(call, Status(Code::kFailed, "the handler returned kPending: take a Completion"));
  }
  return code == Code::kOk ? finish(call) : final_code(code);
}
/// Whatever a handler returned becomes a code, and for a get its value.
template <bool kIsGet, typename R>
cspkit_code finish_with(Call& call, const R& returned) {
  if constexpr (std::is_same_v<R, Status> || std::is_same_v<R, Code>) {
    return finish(call, returned);
  } else if constexpr (IsResult<R>::value) {
    if (!returned.has_value()) return finish(call, returned.error());
    if constexpr (kIsGet) return finish_with<kIsGet>(call, returned.value());
    return finish(call);
  } else if constexpr (kIsGet && std::is_constructible_v<ValueRef, const R&>) {
    static_cast<void>(call.set_value(ValueRef(returned)));
    return finish(call);
  } else {
    static_assert(kNever<R>,
                  "a get handler returns text, a number, a bool, Bytes, Value, Result, Status, "
                  "Code or nothing; every other handler Status, Code, Result or nothing");
  }
}

template <bool kIsGet, typename F, typename... Args>
cspkit_code run_now(Call& call, F& f, Args&&... args) {
  using R = std::decay_t<std::invoke_result_t<F&, Args...>>;
  if constexpr (std::is_void_v<R>) {
    f(std::forward<Args>(args)...);
    return finish(call);
  } else {
    const R returned = f(std::forward<Args>(args)...);
    return finish_with<kIsGet>(call, returned);
  }
}

template <typename F, typename... Args>
cspkit_code run_later(Call& call, F& f, Args&&... args) {
  static_assert(std::is_void_v<std::invoke_result_t<F&, Args..., Completion>>,
                "a handler that takes a Completion returns nothing");
  const auto state = std::make_shared<AsyncState>(&Access::context(call), Access::id(call));
  try {
    f(std::forward<Args>(args)..., Access::completion(state));
  } catch (...) {
    state->abandon();
    throw;
  }
  if (Access::failed(call)) {
    state->abandon();
    return finish(call);
  }
  return state->returned();
}

/// A handler of any of the accepted shapes.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual cspkit_code run(Call& call) = 0;
};

template <bool kIsGet, typename F>
class HandlerOf final : public Handler {
 public:
  explicit HandlerOf(F f) : f_(std::move(f)) {}
  cspkit_code run(Call& call) override {
    if constexpr (!kIsGet && std::is_invocable_v<F&, Call&, const Value&, Completion>) {
      const Value value = call.value();
      return run_later(call, f_, call, value);
    } else if constexpr (std::is_invocable_v<F&, Call&, Completion>) {
      return run_later(call, f_, call);
    } else if constexpr (!kIsGet && std::is_invocable_v<F&, Call&, const Value&>) {
      const Value value = call.value();
      return run_now<kIsGet>(call, f_, call, value);
    } else if constexpr (!kIsGet && std::is_invocable_v<F&, Call&, std::string_view>) {
      return run_now<kIsGet>(call, f_, call, call.data());
    } else if constexpr (std::is_invocable_v<F&, Call&>) {
      return run_now<kIsGet>(call, f_, call);
    } else if constexpr (std::is_invocable_v<F&>) {
      return run_now<kIsGet>(call, f_);
    } else {
      static_assert(
          kNever<F>,
          "a handler takes (Call&), (Call&, Completion) or nothing; add, replace and exec "
          "also (Call&, const Value&) or (Call&, const Value&, Completion)");
      return CSPKIT_FAILED;
    }
  }

 private:
  F f_;
};

}  // namespace sdk_detail
}  // namespace sdk1
}  // namespace cspkit

#endif  // CSPKIT_PROVIDER_CALL_HPP_
