// SPDX-License-Identifier: Apache-2.0
#include "engine/session_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cspkit/ddf/rules.hpp>
#include <optional>
#include <shared_mutex>
#include <utility>

#include "engine/atomic_change.hpp"
#include "engine/leaf_value.hpp"
#include "query/property.hpp"
#include "tree/tree_view.hpp"
#include "txn/owner_write.hpp"

namespace cspkit {

namespace {

/// Child names as Get of an interior node gives them: percent-encoded, joined by "/".
std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text.push_back('/');
    ddf::append_encoded(text, name);
  }
  return text;
}

// At most so many bytes, no character halved, and the memory of the rest given back.
void cut(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0u) == 0x80u) --most;
  text = text.substr(0, most);
}

dm::DmOptions dm_options(const EngineOptions& options, bool one_shot) {
  dm::DmOptions chosen;
  chosen.max_message_bytes = options.max_message_bytes;
  chosen.max_nesting = options.max_nesting;
  chosen.max_value_bytes = options.max_value_bytes;
  chosen.max_uri_bytes = options.uri_limits.max_bytes;
  chosen.long_replies = options.long_replies;
  chosen.one_shot = one_shot;
  return chosen;
}

}  // namespace

SessionImpl::SessionImpl(EngineImpl& engine, Principal principal, bool one_shot)
    : engine_(engine),
      principal_(std::move(principal)),
      id_(engine.next_session()),
      seat_(engine.tree().mutex()),
      dm_(dm_options(engine.options(), one_shot)) {}

Result<std::string> SessionImpl::process(std::string_view message) {
  statuses_.clear();
  return dm_.process(message, *this, statuses_);
}

void SessionImpl::run(const dm::Operation& operation, dm::Outcome& outcome) {
  if (operation.refused != Code::kOk) {
    outcome.status = Status(operation.refused);
    return;
  }
  switch (operation.verb) {
    case dm::Verb::kGet:
      if (!get_direct(operation.uri, outcome.value, &outcome.mime)) {
        outcome.status = get(operation.uri, outcome, operation.max_result_bytes);
      }
      return;
    case dm::Verb::kCopy:
      run_copy(operation, outcome);
      return;
    default:
      outcome.status = run_change(operation, nullptr, outcome.failing_uri);
  }
}

void SessionImpl::alert(AlertRecord record) {
  // A server that alerts without end must not fill the device's memory.
  constexpr std::size_t kKept = 1000, kMaxText = std::size_t{64} << 10;
  for (std::string* text : {&record.code, &record.type, &record.source, &record.data}) {
    cut(*text, kMaxText);
  }
  if (alerts_.size() == kKept) alerts_.erase(alerts_.begin());
  alerts_.push_back(std::move(record));
}

void SessionImpl::alerts_acknowledged(const std::vector<std::int64_t>& ids) {
  // One that stays goes out again in a later session; the server takes it twice, or has lost it.
  Status gone = engine_.acknowledge_alerts(ids);
  if (!gone.ok()) engine_.log(LogLevel::kWarning, "engine", gone.text());
}

Status SessionImpl::change(dm::Verb verb, std::string_view uri, const Value* value) {
  operation_.verb = verb;
  operation_.uri = uri;
  operation_.has_data = value != nullptr;
  operation_.data = value ? std::string_view(value->data) : std::string_view{};  // of a property
  std::string failing_uri;
  return run_change(operation_, value, failing_uri);
}

Status SessionImpl::run_change(const dm::Operation& operation, const Value* typed,
                               std::string& failing_uri) {
  if (engine_.any_refresh()) refresh(operation.uri);
  const txn::TurnHolder turn(engine_.turn(), engine_.patience());
  if (!turn.status().ok()) return turn.status();
  const gate::World& world = engine_.world();
  txn::Transaction transaction = engine_.new_transaction();
  Effects effects(engine_, transaction);
  Changer changer(engine_, world, principal_, id_, transaction, effects);
  Change& change = change_;
  change.begin();
  change.may_stay_pending = operation.may_stay_pending;
  Status status = judge_and_apply(operation, typed, changer, effects, failing_uri);
  if (changer.left_pending()) {
    status = leave_pending(operation, change, *changer.left_pending(), transaction, effects);
    if (status.code() == Code::kPending) return status;
  }
  if (!status.ok()) {
    effects.undo();
    return status;
  }
  Status committed = engine_.commit(transaction, {}, &effects);
  if (!committed.ok()) effects.undo();
  return committed;
}

Status SessionImpl::judge_and_apply(const dm::Operation& operation, const Value* typed,
                                    Changer& changer, Effects& effects, std::string& failing_uri) {
  Change& change = change_;
  Status address = changer.judge_address(operation, change);
  if (!address.ok()) return address;
  Status state = changer.judge_state(change, failing_uri);
  if (!state.ok()) return state;
  Status value =
      typed ? changer.judge_value(*typed, change) : changer.judge_value(operation, change);
  if (!value.ok()) return value;
  Status demands = changer.judge_demands(change, false);
  if (!demands.ok()) return demands;
  std::optional<PlannedCalls::Emptied> emptied;
  if (engine_.world().any_transactions) {
    PlannedCalls& calls = engine_.workspace().planned;
    emptied.emplace(calls);
    std::size_t only = 0;
    changer.plan(change, calls);
    Status prepared = effects.prepare(calls.all(), only);
    if (!prepared.ok()) return prepared;
  }
  return changer.apply(change);
}

// The command is answered 202: what its handler has recorded so far is committed, beside the alert
// that will say how it ended.
Status SessionImpl::leave_pending(const dm::Operation& operation, const Change& change,
                                  const Changer::LeftPending& left, txn::Transaction& transaction,
                                  Effects& effects) {
  store::AlertRow row;
  row.user = change.target.user;
  row.code = 1226;
  row.ready = false;
  row.provider = left.provider->name();
  row.source = std::string(operation.uri);
  row.type = kFinalStatusType;
  row.format = "int";
  row.correlator = std::string(operation.correlator);
  const std::int64_t alert = transaction.put_alert(std::move(row));
  Status committed = engine_.commit(transaction, {}, &effects);
  if (!committed.ok()) {
    left.provider->abandon(left.call);
    return committed;
  }
  provider::PendingCall call = left.call;
  for (std::size_t n = change.target.address.segments.size(); n > 0 && !call.instance; --n) {
    if (!change.target.address.segments[n - 1].dynamic) continue;
    call.instance = engine_.awaited_values().expect_instance(
        change.target.user, std::string(change.target.address.key_of(n)));
  }
  left.provider->arm(call, alert);
  return Status(Code::kPending);
}

bool SessionImpl::run_atomic(const std::vector<dm::Operation>& operations,
                             std::vector<dm::Outcome>& outcomes) {
  const txn::TurnHolder turn(engine_.turn(), engine_.patience());
  if (!turn.status().ok()) {
    for (std::size_t i = 0; i < operations.size(); ++i) {
      const Code refused = operations[i].refused;
      outcomes[i].status = refused == Code::kOk ? turn.status() : Status(refused);
    }
    return false;
  }
  return AtomicChange(engine_, principal_, id_, operations, outcomes).run();
}

bool SessionImpl::get_direct(std::string_view uri, Value& value, std::string* mime) {
  const std::size_t most = engine_.options().uri_limits.max_bytes;
  if (engine_.any_refresh() || (most != 0 && uri.size() > most)) return false;
  Scope scope = Scope::kDevice;
  const std::size_t begin = gate::plain_scope(uri, scope);
  if (begin == 0 || (scope == Scope::kUser && principal_.user.empty())) return false;
  const std::shared_lock lock(seat_);
  const tree::Space* space =
      engine_.tree().space(scope == Scope::kUser ? principal_.user : std::string_view{});
  const tree::Live* live = space ? space->find_direct(uri.substr(begin)) : nullptr;
  if (!live) return false;
  value.format = live->row.format;
  value.data = live->row.value;
  value.secret = (live->row.flags & CSPKIT_VALUE_SECRET) != 0;
  if (mime) *mime = live->row.mime;
  return true;
}

Status SessionImpl::get(std::string_view uri, dm::Outcome& outcome, std::size_t max_bytes) {
  refresh(uri);
  return get_at_present(uri, outcome, max_bytes);
}

Status SessionImpl::get_at_present(std::string_view uri, dm::Outcome& outcome,
                                   std::size_t max_bytes) {
  const tree::Tree& tree = engine_.tree();
  std::shared_lock lock(seat_);
  const gate::World& world = engine_.world();
  Status status = gate::judge_address(world, uri, principal_, CSPKIT_GET,
                                      engine_.options().uri_limits, target_);
  if (!status.ok()) return status;
  const tree::TreeView view(tree);
  if (gate::existing_depth(world, view, target_) != target_.address.segments.size()) {
    return Status(Code::kNotFound, fmt::format("{} does not exist", gate::readable_uri(target_)));
  }
  if (!target_.address.has_query) return get_value(world, lock, outcome);
  if (query::list_of(target_.address.query)) {
    return get_list(world, lock, uri, max_bytes, outcome);
  }
  return get_property(world, lock, outcome);
}

Status SessionImpl::get_property(const gate::World& world,
                                 std::shared_lock<tree::TreeMutex::Seat>& lock,
                                 dm::Outcome& outcome) {
  const std::optional<query::Property> property = query::property_of(target_.address.query);
  if (!property) {
    return Status(Code::kNotSupported,
                  fmt::format("the query ?{} is not supported", target_.address.query));
  }
  const std::shared_ptr<const gate::World> keep = engine_.shared_world();
  const store::NodeRow* found =
      tree::TreeView(engine_.tree()).find(target_.user, target_.address.key);
  // Without its value, which may be long and is not asked for.
  std::optional<store::NodeRow> row;
  std::size_t size = 0;
  if (found) {
    size = found->value.size();
    row.emplace();
    row->path = found->path;
    row->format = found->format;
    row->mime = found->mime;
    row->title = found->title;
    row->tstamp = found->tstamp;
    row->verno = found->verno;
  }
  const bool stored = found && !world.binding(target_.address.node).handles(CSPKIT_GET);
  if (*property == query::Property::kSize && target_.node.is_leaf() && !stored) {
    Status read = get_value(world, lock, outcome);
    if (!read.ok()) return read;
    size = outcome.value.data.size();
  }
  Result<Value> value = query::read_property(*property, target_, row ? &*row : nullptr, size);
  if (!value) return value.error();
  outcome.value = *std::move(value);
  outcome.mime.clear();
  return {};
}

Status SessionImpl::get_value(const gate::World& world,
                              std::shared_lock<tree::TreeMutex::Seat>& lock, dm::Outcome& outcome) {
  const tree::TreeView view(engine_.tree());
  if (!target_.node.is_leaf()) {
    outcome.value = Value(Format::kNode, joined(gate::child_names(world, view, target_)));
    return {};
  }
  const gate::Binding& binding = world.binding(target_.address.node);
  if (binding.handles(CSPKIT_GET)) {
    const std::shared_ptr<const gate::World> keep = engine_.shared_world();
    provider::CallSpec spec =
        make_call(world, view, target_, target_.address.segments.size(), CSPKIT_GET);
    spec.session = id_;
    lock.unlock();
    return ask_provider(engine_, *binding.provider, spec, target_.node, outcome);
  }
  read_stored(view, target_, outcome);
  return {};
}

// As an Atomic of one: what is read is what is there when it is written.
void SessionImpl::run_copy(const dm::Operation& operation, dm::Outcome& outcome) {
  refresh(operation.source);
  refresh(operation.uri);
  const txn::TurnHolder turn(engine_.turn(), engine_.patience());
  outcome.status = turn.status();
  if (!outcome.status.ok()) return;
  const std::vector<dm::Operation> only = {operation};
  std::vector<dm::Outcome> outcomes(1);
  AtomicChange(engine_, principal_, id_, only, outcomes, AtomicChange::Of::kLoneCommand).run();
  outcome = std::move(outcomes.front());
}

void SessionImpl::refresh(std::string_view uri) {
  // Looks for a node with a refresh handler at or above the address. Rare, so
  // done apart.
  if (!engine_.any_refresh()) return;
  const std::shared_ptr<const gate::World> quick = engine_.world_snapshot();
  ddf::Address address;
  if (!quick->schema->resolve(uri, address, engine_.options().uri_limits).ok()) return;
  const bool user_scope = address.scope == Scope::kUser;
  if (user_scope && principal_.user.empty()) return;
  for (std::size_t n = 1; n <= address.segments.size(); ++n) {
    if (!quick->binding(address.segments[n - 1].node).handles(CSPKIT_REFRESH)) continue;
    const txn::TurnHolder turn(engine_.turn(), engine_.patience());
    if (!turn.status().ok()) return;
    const gate::World& world = engine_.world();
    gate::Target target;
    target.user = user_scope ? principal_.user : std::string();
    if (!world.schema->resolve(uri, target.address, engine_.options().uri_limits).ok()) return;
    target.node = world.schema->node(target.address.node);
    if (target.address.segments.size() < n) return;
    const gate::Binding& binding = world.binding(target.address.segments[n - 1].node);
    if (!binding.handles(CSPKIT_REFRESH)) return;
    txn::Transaction transaction = engine_.new_transaction();
    if (gate::existing_depth(world, transaction, target) < n) return;
    provider::CallSpec spec = make_call(world, transaction, target, n, CSPKIT_REFRESH);
    spec.session = id_;
    spec.transaction = &transaction;
    Status done = binding.provider->call(spec).status;
    if (done.ok()) {
      done = engine_.commit(transaction, {ChangeCause::kProvider, binding.provider->name()});
    }
    if (!done.ok()) {
      engine_.log(
          LogLevel::kWarning, binding.provider->name(),
          fmt::format("refresh of {} failed, the old children stand: {}", spec.path, done.text()));
    }
  }
}

Result<NodeDemands> SessionImpl::demands(std::string_view uri) {
  const std::shared_lock lock(engine_.tree().mutex());
  const gate::World& world = engine_.world();
  gate::Target target;
  Status status =
      gate::judge_address(world, uri, principal_, 0, engine_.options().uri_limits, target);
  if (!status.ok()) return status;
  const tree::TreeView view(engine_.tree());
  NodeDemands demands;
  demands.atomic_required = target.node.atomic_required();
  demands.deprecated = target.node.deprecated();
  const std::string_view behavior = target.node.reboot_behavior();
  demands.reboots = behavior == "Automatic" || behavior == "ServerInitiated";
  demands.dependencies = ddf::evaluate_dependencies(
      *world.schema, target.address,
      [&](const std::string& other) { return stored_value(world, view, principal_.user, other); });
  return demands;
}

Result<std::vector<TreeEntry>> SessionImpl::list(std::string_view uri) {
  std::vector<TreeEntry> entries;
  {
    const std::shared_lock lock(engine_.tree().mutex());
    const gate::World& world = engine_.world();
    gate::Target top;
    Status status =
        gate::judge_address(world, uri, principal_, 0, engine_.options().uri_limits, top);
    if (!status.ok()) return status;
    const tree::TreeView view(engine_.tree());
    if (gate::existing_depth(world, view, top) != top.address.segments.size()) {
      return Status(Code::kNotFound, fmt::format("{} does not exist", gate::readable_uri(top)));
    }
    const auto enter = [&](const gate::Target& target) {
      if (target.node.is_leaf() && !target.node.grants(CSPKIT_GET)) return true;
      TreeEntry entry;
      entry.uri = target.address.segments.empty() && target.address.scope == Scope::kDevice
                      ? "."
                      : gate::readable_uri(target);
      entry.format = target.node.format();
      entry.leaf = target.node.is_leaf();
      entries.push_back(std::move(entry));
      return true;
    };
    walk_existing(world, view, top, enter);
  }
  // Values afterwards: a computed one calls its provider, and that is done under no lock.
  for (TreeEntry& entry : entries) {
    if (!entry.leaf) continue;
    dm::Outcome outcome;
    if (get(entry.uri, outcome).ok()) entry.value = std::move(outcome.value);
  }
  return entries;
}

}  // namespace cspkit
