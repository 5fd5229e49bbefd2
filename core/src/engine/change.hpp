// SPDX-License-Identifier: Apache-2.0
// A changing command on its way through the gate and the verbs.
#ifndef CSPKIT_CORE_ENGINE_CHANGE_HPP_
#define CSPKIT_CORE_ENGINE_CHANGE_HPP_

#include <cspkit/value.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "dm/command_runner.hpp"
#include "gate/gate.hpp"
#include "query/property.hpp"
#include "tree/tree.hpp"

namespace cspkit {

/// A changing command on its way: judged in steps, because an Atomic judges all its commands before
/// any runs.
struct Change {
  dm::Verb verb = dm::Verb::kAdd;
  gate::Target target;
  /// Whose address `target` holds, also while another command is to come (ddf::Schema::restore).
  std::weak_ptr<const ddf::Schema> schema;
  Value value;
  bool has_value = false;
  std::string mime;
  std::optional<query::Property> property;  ///< of an address with "?prop=": its value is `value`
  bool passed_over = false;                 ///< of a TNDS document, and there is nothing to do
  bool kept_if_there = false;  ///< an interior node of a TNDS document: only a missing one is made
  bool calls_handlers() const { return !passed_over && !property; }
  // Found by judge_address, if it was so quick: the firm row (tree::Live) that the address leads
  // through, and which segment it is; good as long as the turn is held.
  tree::Live* firm = nullptr;
  std::size_t firm_segment = 0;
  // Found by judge_state:
  std::size_t depth = 0;  ///< leading segments that exist
  gate::Found nearest;    ///< the last row on the way; good until something is put
  bool existed() const { return depth == target.address.segments.size(); }
  /// Of the plan, counted from 1: the call that replaces its value, when it was there. 0: none.
  std::size_t planned = 0;
  std::size_t operation = 0;  ///< which command of an Atomic it is
  bool may_stay_pending = false;
  /// Makes one that was used before ready for another command.
  void begin();
  /// From here on `target` is filled by this schema.
  void take_schema(const std::shared_ptr<const ddf::Schema>& now) {
    if (!schema.owner_before(now) && !now.owner_before(schema)) return;
    schema = now;
    target.address.node = ddf::kNoNode;
  }
  /// Empties the value; only what is short leaves its memory.
  void forget_value();
};

}  // namespace cspkit

#endif  // CSPKIT_CORE_ENGINE_CHANGE_HPP_
