// SPDX-License-Identifier: Apache-2.0
// Office of the Windows Installer on a simulated device: what it stands in the way of.
#ifndef CSPKIT_OFFICE_SIMULATION_MSI_HPP_
#define CSPKIT_OFFICE_SIMULATION_MSI_HPP_

#include <cspkit/odt/configuration.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "simulated_device.hpp"

namespace cspkit::office {

/// What an MSI product takes: MB, a sample.
inline constexpr std::int64_t kMsiMb = 1500;

/// Carries RemoveMSI out and returns the languages of what went. Stay: what IgnoreProduct names,
/// Office 2003 and what the tool leaves alone.
std::vector<std::string> remove_msi(DeviceState& state, const odt::RemoveMsi& what);

/// One of the comma list's Setup IDs is there, in whatever release.
bool meets_condition(const std::vector<MsiProduct>& products, std::string_view condition);

/// Why Click-to-Run Office of this edition cannot be installed beside them; empty: it can.
std::string msi_conflict(const std::vector<MsiProduct>& products, std::string_view edition);

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_SIMULATION_MSI_HPP_
