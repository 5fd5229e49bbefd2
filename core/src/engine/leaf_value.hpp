// SPDX-License-Identifier: Apache-2.0
// The value of a leaf that exists: as it is stored, or as its provider computes it.
#ifndef CSPKIT_CORE_ENGINE_LEAF_VALUE_HPP_
#define CSPKIT_CORE_ENGINE_LEAF_VALUE_HPP_

#include "dm/command_runner.hpp"
#include "engine/engine_impl.hpp"
#include "gate/gate.hpp"
#include "provider/loaded_provider.hpp"

namespace cspkit {

/// What is set, else the node's first value.
void read_stored(const gate::View& view, const gate::Target& target, dm::Outcome& outcome);

/// Calls a get handler; `node` says which format its answer must have. Call it under no lock that
/// readers take.
Status ask_provider(EngineImpl& engine, provider::LoadedProvider& provider,
                    const provider::CallSpec& spec, const ddf::Node& node, dm::Outcome& outcome);

}  // namespace cspkit

#endif  // CSPKIT_CORE_ENGINE_LEAF_VALUE_HPP_
