// SPDX-License-Identifier: Apache-2.0
// What of a simulated device stands in the way of a run, whatever it is to install or remove. Codes
// of the screen are Microsoft's, with the causes that its pages name.
#ifndef CSPKIT_OFFICE_SIMULATION_TROUBLES_HPP_
#define CSPKIT_OFFICE_SIMULATION_TROUBLES_HPP_

#include <cspkit/odt/configuration.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulated_device.hpp"

namespace cspkit::office {

/// Why a run fails, and at what percent that shows.
struct Refusal {
  std::int32_t status;
  int percent;
  std::string text;
};
using Verdict = std::optional<Refusal>;

/// The Deployment Tool is out of reach, or what comes in its place is not trusted.
Verdict fetch_tool(const SimulatedDevice& device, std::int64_t now_ms);

/// The tool does not find its configuration, which lies in %temp%.
Verdict find_configuration(const SimulatedDevice& device);

/// RemoveMSI, with a tool that is too old to remove a component of Office 2007. `before`: the MSI
/// products that were there, `left`: those that stay.
Verdict remove_old_components(const SimulatedDevice& device, const std::vector<MsiProduct>& before,
                              const std::vector<MsiProduct>& left);

/// Click-to-Run is removed while %temp% lies on another drive than %ProgramFiles%.
Verdict remove_from_drive(const SimulatedDevice& device);

/// FSLogix hides a program that is to be installed or updated, or COM+ takes no registration.
Verdict register_programs(const SimulatedDevice& device,
                          const std::vector<const odt::Product*>& products, bool updates);

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_SIMULATION_TROUBLES_HPP_
