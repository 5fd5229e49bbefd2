// SPDX-License-Identifier: Apache-2.0
#include "simulated_click_to_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>

namespace cspkit::office {

using std::chrono::milliseconds;

struct SimulatedClickToRun::Running {
  RunRequest request;
  std::shared_ptr<RunObserver> observer;
  SimulationPlan plan;
  DeviceState before;
  std::string summary;
  std::size_t next_step = 0;  // of plan.steps
  bool powered = false;       // the power loss is over, or there is none
  milliseconds start{0};      // on the steady clock; before now when the run was taken up again
  milliseconds span{0};
  milliseconds tick{0};

  milliseconds when(int percent) const { return start + span * percent / 100; }
};

DeviceState SimulatedClickToRun::state_of(std::string_view record) const {
  DeviceState state;
  return !record.empty() && read_device_state(record, state) ? state : device_.state;
}

milliseconds SimulatedClickToRun::expected(const odt::Report& report, const MachineState& machine,
                                           std::string_view device) const {
  const SimulationPlan plan =
      plan_run(report, device_, machine, state_of(device), timing_, scheduler_.now_utc().count());
  return plan.end.percent == 0 ? milliseconds(0) : plan.span;
}

void SimulatedClickToRun::run(RunRequest request, std::shared_ptr<RunObserver> observer) {
  auto running = std::make_shared<Running>();
  const odt::Report report = odt::check_characters(request.configuration);
  running->before = state_of(request.device);
  running->plan = plan_run(report, device_, request.machine, running->before, timing_,
                           request.due - request.expected);
  running->summary = report.configuration.summary();
  running->span = milliseconds(std::max<std::int64_t>(request.expected, 0));
  // The due time is kept in UTC so that a run goes on where another process left it. A wall clock
  // that was set back meanwhile must not make it longer than it was to be.
  const milliseconds left =
      std::clamp(milliseconds(request.due) - scheduler_.now_utc(), milliseconds(0), running->span);
  running->start = scheduler_.now_steady() + left - running->span;
  running->tick = std::clamp(running->span / 50, milliseconds(50), milliseconds(1000));
  running->powered = !running->plan.power_loss;
  const bool again = request.attempt > 1;
  running->request = std::move(request);
  running->observer = std::move(observer);
  scheduler_.run_after(milliseconds(0), [this, running, again] {
    const milliseconds now = scheduler_.now_steady();
    if (again) {
      auto& next = running->next_step;
      const auto& steps = running->plan.steps;
      while (next < steps.size() && running->when(steps[next].first) <= now) {
        running->observer->step_again(steps[next++].second);
      }
    }
    if (again && !running->powered && now >= running->when(running->plan.power_loss->percent)) {
      running->powered = true;
      running->observer->step("the power is back");
      if (running->plan.power_loss->ends) {
        finish(*running,
               after_power_loss(running->plan, running->request.machine, running->before));
        return;
      }
    }
    step(running);
  });
}

void SimulatedClickToRun::step(const std::shared_ptr<Running>& running) {
  const SimulationPlan& plan = running->plan;
  const milliseconds now = scheduler_.now_steady();
  while (running->next_step < plan.steps.size() &&
         running->when(plan.steps[running->next_step].first) <= now) {
    running->observer->step(plan.steps[running->next_step++].second);
  }
  if (!running->powered && now >= running->when(plan.power_loss->percent)) {
    lose_power(running);
    return;
  }
  milliseconds next = running->when(plan.end.percent);
  if (now >= next) {
    finish(*running, plan.end);
    return;
  }
  const auto done =
      100 * (now - running->start).count() / std::max<std::int64_t>(running->span.count(), 1);
  const int percent = static_cast<int>(std::clamp<std::int64_t>(done, 0, 99));
  if (!running->observer->progress(percent,
                                   fmt::format("{}: {}", plan.phase(percent), running->summary))) {
    return;
  }
  if (!running->powered) next = std::min(next, running->when(plan.power_loss->percent));
  scheduler_.run_after(std::clamp(next - now, milliseconds(1), running->tick),
                       [this, running] { step(running); });
}

void SimulatedClickToRun::lose_power(const std::shared_ptr<Running>& running) {
  const Fault& fault = *running->plan.power_loss;
  running->powered = true;
  running->observer->step(fmt::format("the power fails at {} %", fault.percent));
  if (fault.kills) {
#ifdef SIGKILL
    static_cast<void>(std::raise(SIGKILL));
#endif
    std::_Exit(EXIT_FAILURE);
  }
  scheduler_.run_after(fault.off, [this, running] {
    const Fault& lost = *running->plan.power_loss;
    running->start += lost.off;
    running->observer->step("the power is back");
    if (lost.ends) {
      finish(*running, after_power_loss(running->plan, running->request.machine, running->before));
    } else {
      step(running);
    }
  });
}

void SimulatedClickToRun::finish(Running& running, const Forecast& end) const {
  RunResult result;
  result.status = end.status;
  result.machine = end.machine;
  result.text = end.text;
  // Without a profile nothing of the device is modelled that a run could change.
  if (!device_.name.empty()) result.device = write_device_state(end.state);
  running.observer->finished(std::move(result));
}

RunResult simulate(std::string_view configuration, const MachineState& machine) {
  Forecast end = foretell(odt::check_characters(configuration), {}, machine, {}, 0);
  RunResult result;
  result.status = end.status;
  result.machine = std::move(end.machine);
  result.text = std::move(end.text);
  return result;
}

}  // namespace cspkit::office
