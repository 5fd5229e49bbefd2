// SPDX-License-Identifier: Apache-2.0
#include "simulation_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "certificate_codes.hpp"

namespace cspkit::office {
namespace {

using std::chrono::milliseconds;

// A day: what is slower than that is not worth waiting for.
constexpr double kLongestMs = 86'400'000;

// A run that meets the fault ends with this. Cancelled early, the Deployment Tool says so itself;
// later Click-to-Run does, and at last something has to be cleaned up.
std::int32_t status_of(const Fault& fault, int install_at) {
  switch (fault.kind) {
    case FaultKind::kToolDownload:
      return process::kDownloadFailed;
    case FaultKind::kToolSignature:
      return process::kInvalidSignature;
    case FaultKind::kToolCertificate:
    case FaultKind::kToolExit:
      return fault.status;
    case FaultKind::kClientStart:
      return kPoolInitialization;
    case FaultKind::kQueue:
      return kQueueScenario;
    case FaultKind::kOtherScenario:
      return kAnotherRunningScenario;
    case FaultKind::kAppsBlock:
      return kScenarioCancelled;
    case FaultKind::kUserCancels:
      if (fault.percent < kAtClient) return kUserExit;
      return fault.percent < install_at ? kCompletingScenario : kNeedCleanUp;
    case FaultKind::kContentDownload:
    case FaultKind::kContentSignature:
      return kNeedCleanUp;
    case FaultKind::kPlannedCancel:
      return kCancelledAsPlanned;
    case FaultKind::kCleanUp:
      return kRemoveNeeded;
    case FaultKind::kOtherCancels:
    case FaultKind::kDiskFull:
    case FaultKind::kPowerLoss:
      break;
  }
  return kCompletingScenario;
}

const char* text_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::kToolDownload:
      return "the Deployment Tool could not be downloaded: timed out";
    case FaultKind::kToolSignature:
      return "the Deployment Tool is deleted: its signature is not good";
    case FaultKind::kToolCertificate:
      return "the Deployment Tool is deleted: its certificates are refused";
    case FaultKind::kClientStart:
      return "the Click-to-Run client did not start";
    case FaultKind::kQueue:
      return "the Click-to-Run client could not queue the work";
    case FaultKind::kOtherScenario:
      return "Click-to-Run is at work for somebody else";
    case FaultKind::kAppsBlock:
      return "programs of Office that are open hold it up";
    case FaultKind::kUserCancels:
      return "the user cancelled";
    case FaultKind::kOtherCancels:
      return "another installation cancelled it";
    case FaultKind::kContentDownload:
      return "the content could not be downloaded (screen code 30182-1011)";
    case FaultKind::kContentSignature:
      return "the signature of the content is not good";
    case FaultKind::kDiskFull:
      return "the disk is full";
    case FaultKind::kPlannedCancel:
      return "cancelled as planned";
    case FaultKind::kCleanUp:
      return "the client asks for a clean-up first";
    case FaultKind::kToolExit:
      return "the Deployment Tool ended with this code";
    case FaultKind::kPowerLoss:
      break;
  }
  return "the power failed";
}

bool is_due(const Fault& fault, const DeviceState& state) {
  const auto met = state.met.find(fault_name(fault.kind));
  return fault.times == 0 || met == state.met.end() || met->second < fault.times;
}

void count(const Fault& fault, DeviceState& state) {
  ++state.met[std::string(fault_name(fault.kind))];
}

milliseconds scaled(double ms, double speed) {
  return milliseconds(std::llround(std::clamp(ms / speed, 0.0, kLongestMs)));
}

// What is told on the way, as far as the run comes.
void add_steps(SimulationPlan& plan, const SimulatedDevice& device) {
  if (plan.end.percent == 0) return;
  auto& steps = plan.steps;
  if (!device.name.empty()) steps.emplace_back(0, "on the device of " + device.name);
  for (const std::string& note : plan.end.notes) steps.emplace_back(0, note);
  steps.emplace_back(0, "downloading the Deployment Tool");
  steps.emplace_back(kAtSignature, "verifying the Deployment Tool");
  steps.emplace_back(kAtPrerequisites, "running setup.exe /configure: checking the device");
  steps.emplace_back(kAtClient, plan.removes ? "Click-to-Run: removing" : "Click-to-Run: begun");
  if (!plan.removes) {
    if (plan.end.download_mb > 0) {
      steps.emplace_back(kAtContent, fmt::format("downloading {} MB", plan.end.download_mb));
    }
    steps.emplace_back(plan.install_at, "installing");
  }
  const auto late = [&](const auto& step) { return step.first >= plan.end.percent; };
  steps.erase(std::remove_if(steps.begin(), steps.end(), late), steps.end());
}

}  // namespace

std::string SimulationPlan::phase(int percent) const {
  if (percent < kAtSignature) return "downloading the Deployment Tool";
  if (percent < kAtPrerequisites) return "verifying the Deployment Tool";
  if (percent < kAtClient) return "checking the device";
  if (removes) return "removing";
  if (percent >= install_at) return "installing";
  if (end.download_mb == 0 || percent < kAtContent) return "downloading";
  const std::int64_t done =
      end.download_mb * (percent - kAtContent) / std::max(install_at - kAtContent, 1);
  return fmt::format("downloading, {} of {} MB", done, end.download_mb);
}

SimulationPlan plan_run(const odt::Report& report, const SimulatedDevice& device,
                        const MachineState& machine, const DeviceState& state,
                        const SimulationTiming& timing, std::int64_t now_ms) {
  SimulationPlan plan;
  plan.end = foretell(report, device, machine, state, now_ms);
  const odt::Configuration& configuration = report.configuration;
  plan.removes = configuration.remove && !configuration.add;
  const auto work = static_cast<double>((plan.removes ? timing.uninstall : timing.install).count());
  double download = 0;
  if (device.kbit_s > 0) {
    download = static_cast<double>(plan.end.download_mb) * 8e6 / static_cast<double>(device.kbit_s);
    const double share = download / std::max(work + download, 1.0);
    plan.install_at = std::clamp(kAtContent + static_cast<int>((kAtEnd - kAtContent) * share),
                                 kAtContent + 1, kAtEnd - 1);
  }
  plan.span = scaled(work + download, device.speed);

  const Fault* first = nullptr;
  for (const Fault& fault : device.faults) {
    if (fault.kind == FaultKind::kPowerLoss || !is_due(fault, state)) continue;
    if (fault.percent < (first == nullptr ? plan.end.percent : first->percent)) first = &fault;
  }
  if (first != nullptr) {
    plan.end.status = status_of(*first, plan.install_at);
    plan.end.percent = first->percent;
    plan.end.text = text_of(first->kind);
    if (!first->screen.empty()) plan.end.text += " (screen code " + first->screen + ")";
    plan.end.machine = machine;
    plan.end.state = state;
    count(*first, plan.end.state);
  }
  const Fault* power = device.fault(FaultKind::kPowerLoss);
  if (power != nullptr && is_due(*power, state) && power->percent < plan.end.percent) {
    plan.power_loss = *power;
    count(*power, plan.end.state);
  }
  add_steps(plan, device);
  return plan;
}

Forecast after_power_loss(const SimulationPlan& plan, const MachineState& machine,
                          const DeviceState& state) {
  Forecast end;
  end.status = status_of(*plan.power_loss, plan.install_at);
  end.percent = plan.power_loss->percent;
  end.text = text_of(FaultKind::kPowerLoss);
  end.machine = machine;
  end.state = state;
  count(*plan.power_loss, end.state);
  // What was there was about to be changed.
  if (machine.is_installed() && end.percent >= kAtClient) end.state.damaged = true;
  return end;
}

}  // namespace cspkit::office
