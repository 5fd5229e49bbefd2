// SPDX-License-Identifier: Apache-2.0
// A strict host for tests of the wrapper: it remembers what a provider asked of it and names every
// use that abi.h forbids. Deterministic: tasks run when the test says so.
#ifndef CSPKIT_TESTS_UNIT_SDK_FAKE_HOST_HPP_
#define CSPKIT_TESTS_UNIT_SDK_FAKE_HOST_HPP_

#include <cspkit/abi.h>

#include <cspkit/value.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cspkit::test {

class FakeHost {
 public:
  struct Task {
    std::int64_t delay = 0;
    cspkit_task run = nullptr;
    void* context = nullptr;
  };
  struct Submitted {
    std::uint64_t writer = 0;
    cspkit_done done = nullptr;
    void* context = nullptr;
  };
  /// What became of an operation. `code` is what the function answered; `completed` what complete()
  /// said later.
  struct Outcome {
    std::uint64_t id = 0;
    cspkit_code code = CSPKIT_FAILED;
    std::optional<cspkit_code> completed;
    std::optional<Value> value;
    std::string text;
    std::uint32_t hresult = 0;
  };

  explicit FakeHost(bool with_jobs = true);
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  const cspkit_host* raw() const { return &table_; }

  /// Runs one operation of a provider; captures and value are optional.
  Outcome operate(cspkit_provider* provider, std::uint32_t verb, const std::string& pattern,
                  const std::vector<std::string>& captures = {}, const Value* value = nullptr);
  /// The state of an operation by now.
  Outcome outcome(std::uint64_t id);
  /// Runs all tasks that wait, in order; returns how many.
  std::size_t run_tasks();
  void finish_batches(cspkit_code code);

  std::vector<std::string> log;       ///< "level: text"
  std::vector<std::string> changes;   ///< "writer set path=value", as they came
  std::vector<std::string> breaches;  ///< uses that the contract forbids
  std::map<std::string, Value> nodes;
  std::map<std::string, std::string> state;
  std::map<std::uint64_t, Task> tasks;
  std::vector<Submitted> submitted;
  std::set<std::uint64_t> open_writers;
  std::size_t dropped_batches = 0;
  cspkit_code next_set = CSPKIT_OK;  ///< what set, create and remove answer
  cspkit_code next_submit = CSPKIT_OK;
  bool shutting_down = false;
  bool cancelled = false;
  std::int64_t steady = 1000;
  std::int64_t utc = 1'700'000'000'123;

 private:
  static FakeHost& self(const cspkit_host* host) { return *static_cast<FakeHost*>(host->impl); }
  cspkit_code change(cspkit_writer writer, const std::string& what);
  void breach(std::string what) { breaches.push_back(std::move(what)); }
  void fill_calls();
  void fill_writers();
  void fill_services();
  void fill_jobs();

  std::recursive_mutex mutex_;
  cspkit_host table_{};
  cspkit_host_jobs jobs_{};
  bool with_jobs_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Outcome> calls_;
  std::set<std::uint64_t> open_calls_;
};

}  // namespace cspkit::test

#endif  // CSPKIT_TESTS_UNIT_SDK_FAKE_HOST_HPP_
