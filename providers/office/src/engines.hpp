// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_OFFICE_ENGINES_HPP_
#define CSPKIT_OFFICE_ENGINES_HPP_

#include <memory>

#include "deployment_engine.hpp"
#include "settings.hpp"

namespace cspkit::office {

/// The engine that the settings name. Throws std::runtime_error, to be shown, when it cannot be
/// used.
std::unique_ptr<DeploymentEngine> make_engine(const Settings& settings, Scheduler& scheduler);

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_ENGINES_HPP_
