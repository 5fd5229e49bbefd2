// SPDX-License-Identifier: Apache-2.0
// Which languages a product comes in: those named, and those that MatchOS, MatchInstalled and
// MatchPreviousMSI stand for.
#ifndef CSPKIT_OFFICE_SIMULATION_LANGUAGES_HPP_
#define CSPKIT_OFFICE_SIMULATION_LANGUAGES_HPP_

#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/configuration.hpp>
#include <string_view>

#include "simulated_device.hpp"
#include "simulation_content.hpp"

namespace cspkit::office {

struct LanguageSources {
  const SimulatedDevice& device;
  const MachineState& machine;
  const Names& msi;  ///< of the MSI products that RemoveMSI took away
};

/// The language of Windows and those its users see, as far as there are packs; else the fallback;
/// empty: there is none.
Names match_os(const SimulatedDevice& device, const odt::ProductInfo& product,
               std::string_view fallback);

/// Of a product the catalogue knows; `installed`: as it is there already, or null. Never empty.
Names resolve_languages(const odt::Product& product, const InstalledProduct* installed,
                        const LanguageSources& sources);

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_SIMULATION_LANGUAGES_HPP_
