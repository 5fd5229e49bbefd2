// SPDX-License-Identifier: Apache-2.0
#include "machine_update.hpp"

#include <cspkit/odt/check.hpp>
#include <utility>

#include "simulated_click_to_run.hpp"

namespace cspkit::office {

MachineState updated_machine(std::string_view configuration, const MachineState& before) {
  RunResult foretold = simulate(configuration, before);
  if (foretold.status != kSuccess) return before;
  MachineState after = std::move(foretold.machine);
  if (after.version == before.version || !after.is_installed()) return after;
  const odt::Configuration wanted = odt::check_characters(configuration).configuration;
  // The newest version, as the simulation takes it, is a sample.
  if (!wanted.add || wanted.add->version != after.version) after.version.clear();
  return after;
}

}  // namespace cspkit::office
