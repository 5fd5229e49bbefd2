// SPDX-License-Identifier: Apache-2.0
#include "engines.hpp"

#include <stdexcept>

#include "simulated_click_to_run.hpp"

#ifdef CSPKIT_WITH_OFFICE_PROCESS
#include <dlfcn.h>

#include <filesystem>

#include "process_engine.hpp"
#endif

namespace cspkit::office {
namespace {

#ifdef CSPKIT_WITH_OFFICE_PROCESS
// The supervisor lies beside the library that this function is in.
std::string bundled_supervisor() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&bundled_supervisor), &info) == 0) return {};
  std::error_code error;
  const auto library = std::filesystem::absolute(info.dli_fname, error);
  return (library.parent_path() / "cspkit-office-supervisor").string();
}
#endif

}  // namespace

std::unique_ptr<DeploymentEngine> make_engine(const Settings& settings, Scheduler& scheduler) {
  if (settings.engine == EngineKind::kSimulate) {
    SimulatedDevice device;
    if (!settings.device_profile.empty()) {
      const std::string why = read_profile(settings.device_profile, device);
      if (!why.empty()) throw std::runtime_error("device-profile: " + why);
    }
    return std::make_unique<SimulatedClickToRun>(scheduler, settings.timing, std::move(device));
  }
#ifdef CSPKIT_WITH_OFFICE_PROCESS
  ProcessSettings process = settings.process;
  if (process.supervisor.empty()) process.supervisor = bundled_supervisor();
  return std::make_unique<ProcessEngine>(scheduler, std::move(process));
#else
  throw std::runtime_error(
      "engine = process: this build has only the simulation (CSPKIT_WITH_OFFICE_PROCESS is off)");
#endif
}

}  // namespace cspkit::office
