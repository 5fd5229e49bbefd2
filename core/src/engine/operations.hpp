// SPDX-License-Identifier: Apache-2.0
// The verbs: what Get, Add, Replace, Delete, Exec and Copy do once the gate lets them through.
#ifndef CSPKIT_CORE_ENGINE_OPERATIONS_HPP_
#define CSPKIT_CORE_ENGINE_OPERATIONS_HPP_

#include <cspkit/engine.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dm/command_runner.hpp"
#include "engine/change.hpp"
#include "engine/engine_impl.hpp"
#include "gate/gate.hpp"
#include "txn/transaction.hpp"

namespace cspkit {

/// Carries out commands of one principal in one transaction. Used by the holder of the turn.
class Changer {
 public:
  Changer(EngineImpl& engine, const gate::World& world, const Principal& principal,
          std::uint64_t session, txn::Transaction& transaction, Effects& effects)
      : engine_(engine),
        world_(world),
        principal_(principal),
        session_(session),
        transaction_(transaction),
        effects_(effects) {}

  /// Rows 2 to 6.
  Status judge_address(const dm::Operation& operation, Change& change) const;
  /// Rows 7 and 8. `failing_uri` names the parent that cannot be made.
  Status judge_state(Change& change, std::string& failing_uri) const;
  /// Rows 9 and 10, or the typed value's.
  Status judge_value(const dm::Operation& operation, Change& change) const;
  Status judge_value(const Value& value, Change& change) const;
  /// AtomicRequired and dependencies, where the engine's options make refusals of them.
  Status judge_demands(const Change& change, bool in_atomic) const;
  /// The handlers that a change will call, as far as can be told before anything runs; their specs
  /// borrow from `change`.
  void plan(Change& change, PlannedCalls& calls) const;
  /// Is it an Exec whose effect cannot be undone?
  bool is_irreversible(const Change& change) const;
  /// Row 12: the effect. kPending when the handler goes on and may: then left_pending().
  Status apply(Change& change);
  struct LeftPending {
    provider::LoadedProvider* provider = nullptr;
    provider::PendingCall call;
  };
  const std::optional<LeftPending>& left_pending() const { return left_pending_; }

 private:
  void choose_verb(const dm::Operation& operation, Change& change) const;
  bool find_by_row(std::string_view uri, Change& change) const;
  /// The row that judge_address has found, while this transaction still sees it.
  gate::Found known_row(const Change& change) const;
  bool is_set(const gate::Target& target) const;
  Status judge_room(const Change& change) const;
  /// Puts the change's value into its target's row.
  void keep_value(Change& change);
  Status add(Change& change);
  Status replace(Change& change);
  Status remove(Change& change);
  Status exec(Change& change);
  Status make_parents(const Change& change);
  Status make_one(const gate::Target& target, std::size_t n);
  Status handled_removal(const gate::Target& target);
  std::uint32_t replacing_verb(const gate::Target& target, bool exists) const;
  /// Calls the handler of `verb`; what it left unwritten is stored by the caller when `written`
  /// stays false; null: nothing is.
  Status call(const gate::Target& target, std::size_t n, std::uint32_t verb, const Value* value,
              std::string_view mime, bool* written, const gate::Found& known = {},
              HandlerCall* planned = nullptr);
  /// The call that was planned for a change, if it is still what would be planned now.
  HandlerCall* planned_call(const Change& change, std::uint32_t verb);
  void plan_call(const Change& change, const gate::Target& target, std::size_t n,
                 std::uint32_t verb, const gate::Found& known, PlannedCalls& calls) const;
  void plan_removal(const Change& change, PlannedCalls& calls) const;
  void note_reboot(const ddf::Node& node);

  EngineImpl& engine_;
  const gate::World& world_;
  const Principal& principal_;
  std::uint64_t session_;
  txn::Transaction& transaction_;
  Effects& effects_;
  std::size_t operation_ = 0;  // of the change that is being applied
  bool may_stay_pending_ = false;
  std::optional<LeftPending> left_pending_;
};

/// The value at a LocURI as a view holds it, for dependencies: computed nodes are taken as absent.
std::optional<std::string> stored_value(const gate::World& world, const gate::View& view,
                                        const std::string& user, const std::string& uri);

/// A call to the handler of `verb` at segment n: names as created, captures decoded.
provider::CallSpec make_call(const gate::World& world, const gate::View& view,
                             const gate::Target& target, std::size_t n, std::uint32_t verb);
/// The same into a spec that was used before.
void fill_call(const gate::World& world, const gate::View& view, const gate::Target& target,
               std::size_t n, std::uint32_t verb, provider::CallSpec& spec,
               const gate::Found& known = {});

/// Visits existing nodes at and below a target, parents first. `enter(target)` false: its children
/// are left out.
template <typename Enter>
void walk_existing(const gate::World& world, const gate::View& view, const gate::Target& target,
                   Enter& enter) {
  if (!enter(target)) return;
  const Scope scope = target.address.scope;
  for (const std::string& name : gate::child_names(world, view, target)) {
    std::string path = target.address.path;
    if (!path.empty()) path.push_back('/');
    ddf::append_encoded(path, name);
    gate::Target child;
    child.user = target.user;
    if (!world.schema->resolve_path(scope, path, child.address).ok()) continue;
    child.node = world.schema->node(child.address.node);
    walk_existing(world, view, child, enter);
  }
}

constexpr std::uint32_t access_of(dm::Verb verb) {
  switch (verb) {
    case dm::Verb::kGet:
      return CSPKIT_GET;
    case dm::Verb::kAdd:
      return CSPKIT_ADD;
    case dm::Verb::kReplace:
      return CSPKIT_REPLACE;
    case dm::Verb::kDelete:
      return CSPKIT_DELETE;
    default:
      return CSPKIT_EXEC;
  }
}

}  // namespace cspkit

#endif  // CSPKIT_CORE_ENGINE_OPERATIONS_HPP_
