// SPDX-License-Identifier: Apache-2.0
#include "device_faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cspkit/odt/codes.hpp>
#include <cspkit/odt/configuration.hpp>

namespace cspkit::office {
namespace {

constexpr std::int64_t kMostTimes = 1'000'000;

constexpr std::array<std::string_view, kFaultKinds> kFaultNames = {
    "tool-download",  "tool-signature",   "tool-certificate",  "client-start",
    "queue",          "other-scenario",   "apps-block",        "user-cancels",
    "other-cancels",  "content-download", "content-signature", "disk-full",
    "planned-cancel", "clean-up",         "tool-exit",         "power-loss"};

// Where in a run each strikes unless the profile says otherwise.
constexpr std::array<int, kFaultKinds> kUsualPercent = {2,  5,  5,  8,  9,  9,  10, 6,
                                                        40, 30, 50, 70, 50, 60, 90, 50};

Fault read_fault(const JsonNode& node) {
  node.expect_members({"kind", "percent", "times", "status", "screen", "then", "kills", "off-ms"});
  Fault fault;
  const std::string kind = node.at("kind").text();
  const auto found = std::find(kFaultNames.begin(), kFaultNames.end(), kind);
  if (found == kFaultNames.end()) {
    node.at("kind").fail(
        fmt::format("there is no fault '{}': {}", odt::shown(kind), fmt::join(kFaultNames, ", ")));
  }
  const auto index = static_cast<std::size_t>(found - kFaultNames.begin());
  fault.kind = static_cast<FaultKind>(index);
  fault.percent = kUsualPercent[index];
  if (node.has("percent")) fault.percent = static_cast<int>(node.at("percent").integer(0, 99));
  if (node.has("times")) fault.times = node.at("times").integer(1, kMostTimes);
  const bool exits = fault.kind == FaultKind::kToolExit;
  const bool has_status = exits || fault.kind == FaultKind::kToolCertificate;
  if (node.has("status") != has_status) {
    node.fail("'status' belongs to the faults tool-certificate and tool-exit, and has to be there");
  }
  if (has_status) {
    const auto code = odt::read_code(node.at("status").text());
    if (!code || *code == 0 || *code == static_cast<std::uint32_t>(kInProgress)) {
      node.at("status").fail("must be a code such as 0x800B0109");
    }
    fault.status = static_cast<std::int32_t>(*code);
  }
  if (node.has("screen")) {
    if (!exits) node.fail("'screen' belongs to the fault tool-exit");
    fault.screen = node.at("screen").text();
    const auto meanings = odt::explain_code(fault.screen);
    if (meanings.empty() || meanings.front().screen.empty()) {
      node.at("screen").fail("must be a code of the screen such as 30088-1008");
    }
  }
  if (fault.kind != FaultKind::kPowerLoss &&
      (node.has("then") || node.has("kills") || node.has("off-ms"))) {
    node.fail("'then', 'kills' and 'off-ms' belong to the fault power-loss");
  }
  if (node.has("then")) fault.ends = node.at("then").choice({"resume", "end"}) == 1;
  if (node.has("kills")) fault.kills = node.at("kills").boolean();
  if (node.has("off-ms")) {
    fault.off = std::chrono::milliseconds(node.at("off-ms").integer(0, 86'400'000));
  }
  return fault;
}

}  // namespace

void read_faults(const JsonNode& node, SimulatedDevice& device) {
  for (const JsonNode& element : node.list()) {
    const Fault fault = read_fault(element);
    if (device.fault(fault.kind) != nullptr) {
      element.fail(fmt::format("{} stands twice", fault_name(fault.kind)));
    }
    device.faults.push_back(fault);
  }
}

std::string_view fault_name(FaultKind kind) { return kFaultNames[static_cast<std::size_t>(kind)]; }

const Fault* SimulatedDevice::fault(FaultKind kind) const {
  const auto found = std::find_if(faults.begin(), faults.end(),
                                  [&](const Fault& fault) { return fault.kind == kind; });
  return found == faults.end() ? nullptr : &*found;
}

}  // namespace cspkit::office
