// SPDX-License-Identifier: Apache-2.0
// One object of a plugin between two tables: the engine sees a provider, the provider sees a host.
#ifndef CSPKIT_HARNESS_STRICT_STRICT_PROVIDER_HPP_
#define CSPKIT_HARNESS_STRICT_STRICT_PROVIDER_HPP_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "strict/state.hpp"

namespace cspkit::harness {

/// A copy; of text without bytes, or of a size that none can have, nothing: the engine says so.
inline std::string text_of(cspkit_str text) {
  constexpr std::size_t kMost = SIZE_MAX / 4;
  const bool is_sound = text.data != nullptr && text.size <= kMost;
  return is_sound ? std::string(text.data, text.size) : std::string();
}

class StrictProvider {
 public:
  StrictProvider(StrictHost::State& state, const cspkit_host* host, std::string name);
  StrictProvider(const StrictProvider&) = delete;
  StrictProvider& operator=(const StrictProvider&) = delete;

  const cspkit_host* host() const { return &host_; }
  /// What the engine gets for what create() gave.
  cspkit_provider* adopt(cspkit_provider* made);
  bool stands_for(const cspkit_provider* made) const { return real_ == made; }
  /// create() gave what it had given before.
  cspkit_code refuse_twin();

  bool is_gone() const { return gone_; }
  void add_pending(std::vector<StrictHost::PendingCall>& calls) const;
  void add_activity(StrictHost::Activity& activity) const;

  // The provider's functions (strict_provider.cpp).
  template <auto kMember>
  cspkit_code operate(cspkit_call call, const cspkit_request* request);
  cspkit_code start();
  void destroy();
  const void* extension(const char* id);
  void job_run(cspkit_str id, cspkit_str payload, std::uint32_t attempt);
  cspkit_code begin(std::uint64_t transaction);
  cspkit_code undo_for(cspkit_call call, const cspkit_request* request);
  cspkit_code apply_undo(std::uint64_t transaction, cspkit_str record);
  cspkit_code commit(std::uint64_t transaction);
  void end(std::uint64_t transaction);

  // The host's functions (strict_calls.cpp).
  const cspkit_host& real_host() const { return *real_host_; }
  const cspkit_host_jobs* real_jobs() const { return real_jobs_; }
  const cspkit_host_alerts* real_alerts() const { return real_alerts_; }
  const void* host_extension(const char* id);
  cspkit_code complete(cspkit_call call, cspkit_code code);
  cspkit_code set_value(cspkit_call call, const cspkit_value* value);
  /// Before a function with a writer or a call: an answer without asking the engine.
  std::optional<cspkit_code> before_use(std::uint64_t id, const char* function, bool may_fail);
  /// After it; `path` of a change, or null.
  void after_use(std::uint64_t id, const char* function, cspkit_code code, const cspkit_str* path);
  void job_begins() {
    if (state_.before_jobs) state_.before_jobs();
  }
  void progressed() { ++state_.progress; }

  // Work beside the operations (strict_work.cpp).
  void opened(std::uint64_t batch, bool user_scope);
  void closed(std::uint64_t batch);
  cspkit_code submit(cspkit_writer batch, cspkit_done done, void* context);
  std::uint64_t run_after(std::int64_t delay_ms, cspkit_task task, void* context);
  std::int32_t cancel_task(std::uint64_t timer);

 private:
  struct Call {
    std::string handler;
    std::string uri;
    const char* verb = "";
    std::uint32_t verb_bit = 0;
    std::uint64_t transaction = 0;
    unsigned host_calls = 0;
    bool is_undo = false;
    bool is_change = false;
    bool has_value = false;
    bool completed = false;
    bool ended = false;
    bool fail_at_end = false;
    bool is_batch = false;
    bool is_pending = false;
    std::int64_t deadline = 0;
    bool failed = false;         ///< its function answered so
    bool batch_applied = false;  ///< one that it opened and submitted changed something
    // Of a batch.
    std::uint64_t operation = 0;  ///< in whose function it was opened; 0: outside of any
    bool user_scope = false;
    std::set<std::string> paths;  ///< that it changes
  };
  struct Timer {
    StrictProvider* self = nullptr;
    std::uint64_t key = 0;
    cspkit_task task = nullptr;
    void* context = nullptr;
    std::uint64_t id = 0;  ///< the engine's
  };
  struct Submitted {
    StrictProvider* self = nullptr;
    std::uint64_t key = 0;
    cspkit_done done = nullptr;
    void* context = nullptr;
    std::uint64_t operation = 0;  ///< in whose function it was opened and submitted
    bool user_scope = false;
    std::set<std::string> paths;
  };
  /// While an operation's function runs on this thread.
  class Inside;

  static constexpr std::size_t kRemembered = 10'000;

  void breach(const Call& call, const char* code, std::string text, std::string remedy,
              Severity severity = Severity::kError);
  void breach(const char* verb, const char* code, std::string text, std::string remedy,
              Severity severity = Severity::kError);
  Call describe(const cspkit_request& request, const char* verb) const;
  void remember(std::uint64_t id, Call call);
  Call* find(std::uint64_t id);
  cspkit_code ended_with(std::uint64_t id, cspkit_code code);
  cspkit_code outcome(const char* verb, cspkit_code code);
  std::uint64_t operation_here() const;
  void run_task(std::uint64_t key);
  void applied(std::uint64_t key, cspkit_code code);
  void judge_batch(const Call& call);
  void judge_table();
  void judge_handlers();
  const void* wrap_transactions(const void* table);

  StrictHost::State& state_;
  const cspkit_host* real_host_;
  std::string name_;
  cspkit_host host_{};
  cspkit_host_jobs jobs_host_{};
  cspkit_host_alerts alerts_host_{};
  const cspkit_host_jobs* real_jobs_ = nullptr;
  const cspkit_host_alerts* real_alerts_ = nullptr;
  cspkit_provider* real_ = nullptr;
  cspkit_provider table_{};
  cspkit_provider_jobs jobs_{};
  const cspkit_provider_jobs* provider_jobs_ = nullptr;
  cspkit_provider_transaction transactions_{};
  const cspkit_provider_transaction* provider_transactions_ = nullptr;
  std::vector<std::pair<std::string, std::uint32_t>> declared_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Call> calls_;
  std::set<std::uint64_t> pending_;  ///< of calls_
  std::map<std::thread::id, std::uint64_t> running_;
  std::map<std::uint64_t, Timer> timers_;
  std::map<std::uint64_t, Submitted> submitted_;
  std::uint64_t last_key_ = 0;
  std::atomic<bool> gone_{false};
};

/// The host table that a provider is given (strict_calls.cpp).
cspkit_host strict_host_table(const cspkit_host& real, StrictProvider& provider);
cspkit_host_jobs strict_jobs_table(const cspkit_host_jobs& real);
cspkit_host_alerts strict_alerts_table(const cspkit_host_alerts& real);

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_STRICT_STRICT_PROVIDER_HPP_
