// SPDX-License-Identifier: Apache-2.0
// One object of a plugin between two tables: the engine sees a provider, the provider sees a host.
#ifndef CSPKIT_HARNESS_STRICT_STRICT_PROVIDER_HPP_
#define CSPKIT_HARNESS_STRICT_STRICT_PROVIDER_HPP_

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>

#include "strict/state.hpp"

namespace cspkit::harness {

inline std::string text_of(cspkit_str text) {
  return text.size == 0 || !text.data ? std::string() : std::string(text.data, text.size);
}

class StrictProvider {
 public:
  StrictProvider(StrictHost::State& state, const cspkit_host* host, std::string name);
  StrictProvider(const StrictProvider&) = delete;
  StrictProvider& operator=(const StrictProvider&) = delete;

  const cspkit_host* host() const { return &host_; }
  /// What the engine gets for what create() gave.
  cspkit_provider* adopt(cspkit_provider* made);

  std::size_t open_calls() const { return pending_; }

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
  void opened(std::uint64_t batch);
  void closed(std::uint64_t batch);

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
  };

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
  std::mutex mutex_;
  std::map<std::uint64_t, Call> calls_;
  std::atomic<bool> gone_{false};
  std::atomic<std::size_t> pending_{0};
};

/// The host table that a provider is given (strict_calls.cpp).
cspkit_host strict_host_table(const cspkit_host& real, StrictProvider& provider);
cspkit_host_jobs strict_jobs_table(const cspkit_host_jobs& real);
cspkit_host_alerts strict_alerts_table(const cspkit_host_alerts& real);

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_STRICT_STRICT_PROVIDER_HPP_
