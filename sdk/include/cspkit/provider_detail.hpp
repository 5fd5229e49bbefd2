// SPDX-License-Identifier: Apache-2.0
// cspkit/provider_detail.hpp: inner parts of provider.hpp; nothing in here is for authors. C++17,
// standard library only.
#ifndef CSPKIT_PROVIDER_DETAIL_HPP_
#define CSPKIT_PROVIDER_DETAIL_HPP_

#include <cspkit/abi.h>

#include <cspkit/result.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cspkit {
// A namespace of its own, so that a provider linked statically never shares a symbol with the
// engine, nor with a provider built against another version of this header.
inline namespace sdk1 {

/// Names a task that waits for its time; 0 is none.
using TimerId = std::uint64_t;

namespace sdk_detail {

struct Access;   // makes calls: provider_call.hpp
struct Factory;  // makes providers: provider.hpp

inline cspkit_str to_str(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view to_view(cspkit_str text) {
  return text.size == 0 ? std::string_view{} : std::string_view(text.data, text.size);
}

/// std::function for callables that can only be moved, such as a lambda that owns a Completion.
template <typename... Args>
class UniqueFunction {
 public:
  UniqueFunction() = default;
  UniqueFunction(std::nullptr_t) {}  // NOLINT(google-explicit-constructor)
  template <typename F,
            typename = std::enable_if_t<!std::is_same_v<std::decay_t<F>, UniqueFunction> &&
                                        std::is_invocable_v<std::decay_t<F>&, Args...>>>
  UniqueFunction(F&& f)  // NOLINT(google-explicit-constructor)
      : body_(std::make_unique<Body<std::decay_t<F>>>(std::forward<F>(f))) {}
  explicit operator bool() const { return body_ != nullptr; }
  void operator()(Args... args) { body_->run(args...); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void run(Args... args) = 0;
  };
  template <typename F>
  struct Body final : Base {
    explicit Body(F g) : f(std::move(g)) {}
    void run(Args... args) override { static_cast<void>(f(args...)); }
    F f;
  };
  std::unique_ptr<Base> body_;
};

class Context;

/// A callable the host has a pointer to.
struct Deferred {
  Context* owner = nullptr;
  std::uint64_t key = 0;
  TimerId timer = 0;
  UniqueFunction<Code> body;
};

/// The host's table and what it still has to call back, one for each provider object.
class Context {
 public:
  explicit Context(const cspkit_host* host)
      : host_(host),
        jobs_(static_cast<const cspkit_host_jobs*>(host->get_extension(host, CSPKIT_EXT_JOBS))),
        alerts_(
            static_cast<const cspkit_host_alerts*>(host->get_extension(host, CSPKIT_EXT_ALERTS))) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const cspkit_host* host() const { return host_; }
  const cspkit_host_jobs* jobs() const { return jobs_; }
  const cspkit_host_alerts* alerts() const { return alerts_; }
  void log(std::int32_t level, std::string_view text) const noexcept {
    host_->log(host_, level, to_str(text));
  }

  Deferred* keep(UniqueFunction<Code> body) {
    auto deferred = std::make_unique<Deferred>();
    deferred->owner = this;
    deferred->body = std::move(body);
    const std::lock_guard<std::mutex> lock(mutex_);
    deferred->key = ++last_key_;
    Deferred* raw = deferred.get();
    deferred_.emplace(raw->key, std::move(deferred));
    return raw;
  }
  /// The task may have run, and gone, before its timer is known.
  void set_timer(std::uint64_t key, TimerId timer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = deferred_.find(key);
    if (found != deferred_.end()) found->second->timer = timer;
  }
  std::unique_ptr<Deferred> take(std::uint64_t key) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = deferred_.find(key);
    if (found == deferred_.end()) return nullptr;
    auto deferred = std::move(found->second);
    deferred_.erase(found);
    return deferred;
  }
  std::unique_ptr<Deferred> take_timer(TimerId timer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto it = deferred_.begin(); it != deferred_.end(); ++it) {
      if (it->second->timer != timer) continue;
      auto deferred = std::move(it->second);
      deferred_.erase(it);
      return deferred;
    }
    return nullptr;
  }
  /// Drops what will not be called any more. What it owns is destroyed outside the lock, because
  /// a dropped Completion calls the host.
  void drop_all() {
    std::map<std::uint64_t, std::unique_ptr<Deferred>> dropped;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      dropped.swap(deferred_);
    }
  }

  static void run(void* context, cspkit_code code) noexcept {
    auto* raw = static_cast<Deferred*>(context);
    Context* self = raw->owner;
    try {
      const std::unique_ptr<Deferred> deferred = self->take(raw->key);
      if (deferred) deferred->body(static_cast<Code>(code));
    } catch (const std::exception& e) {
      self->log(CSPKIT_LOG_ERROR, e.what());
    } catch (...) {
      self->log(CSPKIT_LOG_ERROR, "a task threw something that is no std::exception");
    }
  }
  static void run_task(void* context) noexcept { run(context, CSPKIT_OK); }

 private:
  const cspkit_host* host_;
  const cspkit_host_jobs* jobs_;
  const cspkit_host_alerts* alerts_;
  std::mutex mutex_;
  std::uint64_t last_key_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Deferred>> deferred_;
};

inline const char* code_name(Code code) {
  switch (code) {
    case Code::kOk:
      return "ok";
    case Code::kNotFound:
      return "not found";
    case Code::kNotAllowed:
      return "not allowed";
    case Code::kNotSupported:
      return "not supported";
    case Code::kAlreadyExists:
      return "already exists";
    case Code::kBadFormat:
      return "bad format";
    case Code::kBadValue:
      return "bad value";
    case Code::kBusy:
      return "busy";
    case Code::kFull:
      return "full";
    case Code::kStale:
      return "the call or batch has ended";
    case Code::kMisuse:
      return "misuse";
    default:
      return "failed";
  }
}

}  // namespace sdk_detail

}  // namespace sdk1
}  // namespace cspkit

#endif  // CSPKIT_PROVIDER_DETAIL_HPP_
