// SPDX-License-Identifier: Apache-2.0
// Which handlers a change will call, found out before anything runs: their undo records come first.
#include <algorithm>

#include "engine/engine_impl.hpp"
#include "engine/operations.hpp"

namespace cspkit {

void Changer::plan_call(const Change& change, const gate::Target& target, std::size_t n,
                        std::uint32_t verb, const gate::Found& known, PlannedCalls& calls) const {
  const ddf::NodeId id = n == 0 ? target.node.id() : target.address.segments[n - 1].node;
  const gate::Binding& binding = world_.binding(id);
  if (!binding.handles(verb) || !binding.provider->has_transactions()) return;
  HandlerCall& call = calls.add();
  call.provider = binding.provider;
  fill_call(world_, transaction_, target, n, verb, call.spec, known);
  call.spec.session = session_;
  call.spec.transaction = &transaction_;
  if (n == change.target.address.segments.size() && change.has_value) {
    call.spec.value = &change.value;
    call.spec.mime = change.mime;
  }
  call.key.assign(target.address.key_of(n));
  call.operation = change.operation;
}

void Changer::plan_removal(const Change& change, PlannedCalls& calls) const {
  const auto collect = [&](const gate::Target& each) {
    plan_call(change, each, each.address.segments.size(), CSPKIT_DELETE, {}, calls);
    return true;
  };
  if (world_.binding(change.target.node.id()).handles(CSPKIT_DELETE)) {
    collect(change.target);
  } else {
    walk_existing(world_, transaction_, change.target, collect);
  }
}

void Changer::plan(Change& change, PlannedCalls& calls) const {
  if (!world_.any_transactions || !change.calls_handlers()) return;
  if (change.verb == dm::Verb::kDelete) return plan_removal(change, calls);
  const gate::Target& target = change.target;
  const std::vector<ddf::Address::Segment>& segments = target.address.segments;
  const bool any_handled = std::any_of(
      segments.begin(), segments.end(),
      [&](const ddf::Address::Segment& each) { return world_.binding(each.node).verbs != 0; });
  if (!any_handled) return;
  const std::size_t size = segments.size();
  gate::Found nearest = known_row(change);
  const std::size_t depth = gate::existing_depth(world_, transaction_, target, &nearest);
  const auto add = [&](std::size_t n, std::uint32_t verb) {
    plan_call(change, target, n, verb, nearest, calls);
  };
  for (std::size_t n = depth + 1; n < size; ++n) add(n, CSPKIT_ADD);
  if (change.verb == dm::Verb::kAdd) return add(size, CSPKIT_ADD);
  if (change.verb == dm::Verb::kExec) {
    if (depth < size && target.node.grants(ddf::kAccessAdd)) add(size, CSPKIT_ADD);
    return add(size, CSPKIT_EXEC);
  }
  if (target.node.is_leaf()) {
    const std::size_t before = calls.size();
    add(size, replacing_verb(target, depth == size));
    change.planned = depth == size && calls.size() != before ? calls.size() : 0;
    return;
  }
  if (depth < size) add(size, CSPKIT_ADD);
}

// What was planned holds until something is removed or renamed: then a name may be spelled
// otherwise. It has been asked for its undo record, unless each change has one of its own.
HandlerCall* Changer::planned_call(const Change& change, std::uint32_t verb) {
  if (change.planned == 0 || transaction_.removes()) return nullptr;
  HandlerCall& call = engine_.workspace().planned[change.planned - 1];
  return call.spec.verb == verb && (call.spec.flags & CSPKIT_HANDLER_UNDO_EACH) == 0 ? &call
                                                                                     : nullptr;
}

}  // namespace cspkit
