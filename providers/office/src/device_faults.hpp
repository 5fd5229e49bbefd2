// SPDX-License-Identifier: Apache-2.0
// The faults of a simulated device, as a profile names them.
#ifndef CSPKIT_OFFICE_DEVICE_FAULTS_HPP_
#define CSPKIT_OFFICE_DEVICE_FAULTS_HPP_

#include "json_reader.hpp"
#include "simulated_device.hpp"

namespace cspkit::office {

/// The member "faults" of a profile; throws WrongJson, with the place, for what could not be.
void read_faults(const JsonNode& node, SimulatedDevice& device);

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_DEVICE_FAULTS_HPP_
