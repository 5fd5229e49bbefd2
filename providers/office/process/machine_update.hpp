// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_OFFICE_PROCESS_MACHINE_UPDATE_HPP_
#define CSPKIT_OFFICE_PROCESS_MACHINE_UPDATE_HPP_

#include <string_view>

#include "machine_state.hpp"

namespace cspkit::office {

/// The record of the machine after the real tool has carried the configuration out: what the
/// simulation foretells, but for the version, which only the configuration can tell. Unchanged
/// where the simulation foretold a failure: then nobody knows.
MachineState updated_machine(std::string_view configuration, const MachineState& before);

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_PROCESS_MACHINE_UPDATE_HPP_
