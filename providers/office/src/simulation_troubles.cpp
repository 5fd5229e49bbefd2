// SPDX-License-Identifier: Apache-2.0
#include "simulation_troubles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/catalog.hpp>

#include "certificate_codes.hpp"
#include "simulation_content.hpp"
#include "simulation_rules.hpp"

namespace cspkit::office {
namespace {

constexpr std::string_view kProgramFilesDrive = "C:";
// The first Deployment Tool that removes every component of Office 2007.
constexpr const char* kRemovesOffice2007 = "16.0.13328.20292";

std::ptrdiff_t of_2007(const std::vector<MsiProduct>& products) {
  return std::count_if(products.begin(), products.end(),
                       [](const MsiProduct& product) { return product.release == 2007; });
}

bool leaves_out(const odt::Product& product, const std::string& app) {
  const std::vector<std::string> excluded = product.excluded_apps();
  return std::any_of(excluded.begin(), excluded.end(),
                     [&](const std::string& other) { return odt::same(other, app); });
}

}  // namespace

Verdict fetch_tool(const SimulatedDevice& device, std::int64_t now_ms) {
  if (!device.network) {
    return Refusal{process::kDownloadFailed, kAtTool, "the device has no network"};
  }
  if (device.proxy_blocks) {
    return Refusal{process::kDownloadFailed, kAtTool,
                   "the proxy does not let the delivery network through"};
  }
  if (!device.cdn.reachable) {
    return Refusal{process::kDownloadFailed, kAtTool, "the delivery network does not answer"};
  }
  if (device.proxy_intercepts) {
    return Refusal{process::kCertUntrustedRoot, kAtSignature,
                   "what the proxy put in place of the delivery network is not trusted"};
  }
  const bool early = device.tool_valid_from && now_ms < *device.tool_valid_from;
  const bool late = device.tool_valid_to && now_ms > *device.tool_valid_to;
  if (!early && !late) return {};
  return Refusal{
      process::kCertExpired, kAtSignature,
      fmt::format("the certificate of the Deployment Tool is {} on {}, the device's clock",
                  early ? "not yet valid" : "expired", format_utc(now_ms))};
}

Verdict find_configuration(const SimulatedDevice& device) {
  if (device.temp_usable) return {};
  return Refusal{kHandlingCommandLine, kAtPrerequisites,
                 "the tool does not find its configuration: nothing stays in %temp% (screen code "
                 "0-2048 (0))"};
}

Verdict remove_old_components(const SimulatedDevice& device, const std::vector<MsiProduct>& before,
                              const std::vector<MsiProduct>& left) {
  if (device.tool_version.empty() || !newer_version(kRemovesOffice2007, device.tool_version) ||
      of_2007(before) == of_2007(left)) {
    return {};
  }
  return Refusal{kInstallFailure, kAtClient,
                 fmt::format("a component of Office 2007 could not be removed: the Deployment Tool "
                             "is {}, and {} is the first that can (screen code 30050-1039 (0))",
                             device.tool_version, kRemovesOffice2007)};
}

Verdict remove_from_drive(const SimulatedDevice& device) {
  if (odt::same(device.temp_drive, kProgramFilesDrive)) return {};
  return Refusal{kInstallFailure, kAtClient,
                 fmt::format("%temp% is on drive {} and %ProgramFiles% on {} (screen code 30016-4)",
                             device.temp_drive, kProgramFilesDrive)};
}

Verdict register_programs(const SimulatedDevice& device,
                          const std::vector<const odt::Product*>& products, bool updates) {
  for (const std::string& app : device.hidden_apps) {
    const bool wanted = std::any_of(products.begin(), products.end(),
                                    [&](const odt::Product* p) { return !leaves_out(*p, app); });
    if (!wanted) continue;
    return Refusal{kNeedCleanUp, kAtInstall,
                   fmt::format("FSLogix hides {} {}", app,
                               updates ? "from the update (screen code 30088-26)"
                                       : "(screen code 30010-45) (screen code 0-2031 (17004))")};
  }
  if (!device.com_plus_blocked) return {};
  return Refusal{
      kInstallFailure, kAtInstall,
      "COM+ takes no registration: an antivirus program blocks it, or the version of its "
      "database does not fit (screen code (12))"};
}

}  // namespace cspkit::office
