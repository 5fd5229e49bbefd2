// SPDX-License-Identifier: Apache-2.0
// The device a command works on: an engine with everything loaded that the options name.
#ifndef CSPKIT_CSPCTL_DEVICE_HPP_
#define CSPKIT_CSPCTL_DEVICE_HPP_

#include <cspkit/engine.hpp>
#include <optional>

#include "options.hpp"

namespace cspctl {

/// Opens the state, loads catalog, --ddf, bundled providers and --provider, in this order. Empty on
/// failure: the line on stderr is written and `exit_code` set.
std::optional<cspkit::Engine> open_device(const Options& options, int& exit_code);

/// Whom the options speak for.
cspkit::Principal principal_of(const Options& options);

/// Stays until no work is left, unless --no-wait. 0, or 128 + the signal that ended the waiting:
/// then the work goes on with the next call on this state.
int wait_for_work(cspkit::Engine& engine, const Options& options);

}  // namespace cspctl

#endif  // CSPKIT_CSPCTL_DEVICE_HPP_
