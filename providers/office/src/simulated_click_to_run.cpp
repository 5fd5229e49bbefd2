// SPDX-License-Identifier: Apache-2.0
#include "simulated_click_to_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace cspkit::office {

using std::chrono::milliseconds;

struct SimulatedClickToRun::Running {
  RunRequest request;
  std::shared_ptr<RunObserver> observer;
  std::string summary;
  bool removes = false;
  milliseconds end{0};  // on the steady clock
  milliseconds span{0};
  milliseconds tick{0};
};

milliseconds SimulatedClickToRun::expected(const odt::Report& report) const {
  // The tool reads its configuration before anything else: what it refuses, it refuses at once.
  // What would end a run with a code of its own is found out on the way.
  const odt::Finding* error = report.first_error();
  if (error != nullptr && error->status == 0) return milliseconds(0);
  const odt::Configuration& configuration = report.configuration;
  return configuration.remove && !configuration.add ? timing_.uninstall : timing_.install;
}

void SimulatedClickToRun::run(RunRequest request, std::shared_ptr<RunObserver> observer) {
  auto running = std::make_shared<Running>();
  const odt::Configuration configuration = odt::check(request.configuration).configuration;
  running->summary = configuration.summary();
  running->removes = configuration.remove && !configuration.add;
  running->span = milliseconds(std::max<std::int64_t>(request.expected, 0));
  // The due time is kept in UTC so that a run goes on where another process left it. A wall clock
  // that was set back meanwhile must not make it longer than it was to be.
  const milliseconds left =
      std::clamp(milliseconds(request.due) - scheduler_.now_utc(), milliseconds(0), running->span);
  running->end = scheduler_.now_steady() + left;
  running->tick = std::clamp(running->span / 20, milliseconds(50), milliseconds(1000));
  running->request = std::move(request);
  running->observer = std::move(observer);
  scheduler_.run_after(milliseconds(0), [this, running] { step(running); });
}

void SimulatedClickToRun::step(const std::shared_ptr<Running>& running) {
  const milliseconds left = running->end - scheduler_.now_steady();
  if (left <= milliseconds(0)) {
    running->observer->finished(simulate(running->request.configuration, running->request.machine));
    return;
  }
  const auto done =
      100 * (running->span - left).count() / std::max<std::int64_t>(running->span.count(), 1);
  const int percent = static_cast<int>(std::clamp<std::int64_t>(done, 0, 99));
  const char* phase = running->removes ? "removing" : percent < 45 ? "downloading" : "installing";
  if (!running->observer->progress(percent, fmt::format("{}: {}", phase, running->summary))) return;
  scheduler_.run_after(std::min(left, running->tick), [this, running] { step(running); });
}

}  // namespace cspkit::office
