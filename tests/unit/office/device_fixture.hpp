// SPDX-License-Identifier: Apache-2.0
// A simulated device made from a profile, and runs on it.
#ifndef CSPKIT_TESTS_UNIT_OFFICE_DEVICE_FIXTURE_HPP_
#define CSPKIT_TESTS_UNIT_OFFICE_DEVICE_FIXTURE_HPP_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulated_click_to_run.hpp"

namespace cspkit::test {

/// Time that moves only when told; tasks in the order of their time.
class ManualScheduler final : public office::Scheduler {
 public:
  std::chrono::milliseconds now_utc() const override { return utc; }
  std::chrono::milliseconds now_steady() const override { return steady; }
  void run_after(std::chrono::milliseconds delay, std::function<void()> task) override {
    tasks.emplace(steady + delay, std::move(task));
  }
  /// Runs the task that is due first, moving the clocks to its time.
  bool step() {
    if (tasks.empty()) return false;
    const auto first = tasks.begin();
    if (first->first > steady) {
      utc += first->first - steady;
      steady = first->first;
    }
    auto task = std::move(first->second);
    tasks.erase(first);
    task();
    return true;
  }
  std::chrono::milliseconds utc{1'763'722'044'000};
  std::chrono::milliseconds steady{500};
  std::multimap<std::chrono::milliseconds, std::function<void()>> tasks;
};

/// Keeps what an engine says.
class RunNotes final : public office::RunObserver {
 public:
  bool progress(int percent, std::string_view text) override {
    EXPECT_FALSE(result.has_value());
    EXPECT_FALSE(text.empty());
    percents.push_back(percent);
    return percents.size() < stop_after;
  }
  void step(std::string_view text) override { steps.emplace_back(text); }
  void finished(office::RunResult r) override {
    EXPECT_FALSE(result.has_value()) << "finished twice";
    result = std::move(r);
  }
  std::vector<int> percents;
  std::vector<std::string> steps;
  std::optional<office::RunResult> result;
  std::size_t stop_after = 100'000;
};

/// What the provider does for an engine: it remembers.
class TestDevice {
 public:
  explicit TestDevice(const std::string& members) {
    office::SimulatedDevice device;
    EXPECT_EQ(
        office::read_profile_text("{\"schema\": 1" + (members.empty() ? "" : ", " + members) + "}",
                                  "profile", device),
        "");
    machine = device.machine;
    engine_ = std::make_unique<office::SimulatedClickToRun>(scheduler, office::SimulationTiming{},
                                                            std::move(device));
  }

  /// The run's Status; `notes` has the rest.
  std::int32_t run(const std::string& configuration) {
    begin(configuration);
    while (!notes->result && scheduler.step()) {
    }
    return end();
  }
  void begin(const std::string& configuration) {
    request = {};
    request.run = "run-" + std::to_string(++number_);
    request.configuration = configuration;
    request.machine = machine;
    request.device = record;
    const auto expected = engine_->expected(odt::check(configuration), machine, record);
    request.expected = expected.count();
    request.due = (scheduler.utc + expected).count();
    notes = std::make_shared<RunNotes>();
    engine_->run(request, notes);
  }
  /// The process dies and comes back after so long.
  void restart(std::chrono::milliseconds away = std::chrono::milliseconds(0)) {
    scheduler.tasks.clear();
    scheduler.utc += away;
    ++request.attempt;
    notes = std::make_shared<RunNotes>();
    engine_->run(request, notes);
  }
  /// Records the end.
  std::int32_t end() {
    EXPECT_TRUE(notes->result.has_value()) << "stuck";
    if (!notes->result) return -1;
    machine = notes->result->machine;
    if (notes->result->device) record = *notes->result->device;
    return notes->result->status;
  }
  office::DeviceState state() const {
    office::DeviceState found;
    EXPECT_TRUE(office::read_device_state(record, found)) << record;
    return found;
  }
  const std::string& text() const { return notes->result->text; }

  ManualScheduler scheduler;
  office::MachineState machine;
  std::string record;
  office::RunRequest request;
  std::shared_ptr<RunNotes> notes = std::make_shared<RunNotes>();

 private:
  std::unique_ptr<office::SimulatedClickToRun> engine_;
  int number_ = 0;
};

}  // namespace cspkit::test

#endif  // CSPKIT_TESTS_UNIT_OFFICE_DEVICE_FIXTURE_HPP_
