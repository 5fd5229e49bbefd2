// SPDX-License-Identifier: Apache-2.0
// What a StrictHost and the objects of its plugin share.
#ifndef CSPKIT_HARNESS_STRICT_STATE_HPP_
#define CSPKIT_HARNESS_STRICT_STATE_HPP_

#include <atomic>
#include <cspkit/harness/strict_host.hpp>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <utility>

namespace cspkit::harness {

class StrictProvider;

class StrictHost::State {
 public:
  explicit State(const cspkit_plugin& plugin);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void breach(Breach breach);
  void took(const std::string& provider, const std::string& handler, const char* verb,
            std::chrono::nanoseconds time);
  /// A line of the engine's about a provider that misbehaves.
  void heard(std::string_view provider, std::string_view text);
  /// The last such line since it was asked for; "" for none.
  std::string take_heard();
  /// The fault that a handler for a change meets.
  Fault fault() const;
  /// True when the host call with this number in its handler is to fail.
  bool fails_host_call(unsigned number);
  void strike();
  /// The objects that have not been destroyed. They are kept as long as this.
  std::vector<const StrictProvider*> alive() const;
  cspkit_code create(const cspkit_host* host, std::size_t index, cspkit_provider** out) noexcept;

  const cspkit_plugin& real;
  cspkit_plugin shown{};
  mutable std::mutex mutex;
  std::vector<Breach> breaches;
  std::map<std::tuple<std::string, std::string, std::string>, CallTime> times;
  std::vector<Handler> handlers;
  bool has_transactions = false;
  std::set<std::string> written;
  std::set<std::tuple<std::string, bool, std::string>> changed_by_batches;
  std::atomic<std::uint64_t> progress{0};
  std::vector<UndoRecord> records;
  std::vector<UndoRecord> recover;
  std::function<bool(const std::string&, std::uint32_t)> left_out;
  std::function<void()> before_jobs;  ///< set before there are objects
  bool repeats = false;

 private:
  friend class StrictHost;
  Fault fault_ = Fault::kNone;
  unsigned nth_ = 1;
  bool struck_ = false;
  std::string heard_;
  std::size_t slot_;
  std::vector<std::unique_ptr<StrictProvider>> objects_;  // for ever: late calls must find them
};

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_STRICT_STATE_HPP_
