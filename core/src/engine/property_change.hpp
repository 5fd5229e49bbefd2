// SPDX-License-Identifier: Apache-2.0
// Replace of "?prop=Name" and "?prop=Title": the two properties of a node that a server may change
// (OMA-TS-DM_TND 1.2.1, sections 7.7.5 and 7.7.7). No handler is called for them.
#ifndef CSPKIT_CORE_ENGINE_PROPERTY_CHANGE_HPP_
#define CSPKIT_CORE_ENGINE_PROPERTY_CHANGE_HPP_

#include <cspkit/engine.hpp>
#include <cstdint>
#include <string_view>

#include "dm/command_runner.hpp"
#include "gate/gate.hpp"
#include "query/property.hpp"
#include "txn/transaction.hpp"

namespace cspkit {

/// What may be judged without the tree's state. kNotSupported: a query that names no property (ACL
/// among them); kNotAllowed: a property or a list that is only read, another verb than Replace,
/// Name of a static node; kBadRequest: no Data, a name that is none; kBadFormat; kTooLarge: a Title
/// of more than 255 bytes.
Status judge_property(const gate::World& world, const gate::Target& target,
                      const dm::Operation& operation, const ddf::UriLimits& limits,
                      query::Property& property);

/// What depends on it: kNotFound, kAlreadyExists (a sibling of that name), kNotSupported (a
/// provider handles something at or below a node that is to be renamed).
Status judge_property_state(const gate::World& world, const gate::View& view,
                            const gate::Target& target, query::Property property,
                            std::string_view value);

/// Does it. A node that exists by rule only is not set by its Title. kTooLarge, kFull.
Status apply_property(txn::Transaction& transaction, const gate::World& world,
                      const gate::Target& target, query::Property property, std::string_view value);

}  // namespace cspkit

#endif  // CSPKIT_CORE_ENGINE_PROPERTY_CHANGE_HPP_
