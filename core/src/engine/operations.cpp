// SPDX-License-Identifier: Apache-2.0
#include "engine/operations.hpp"

#include <fmt/format.h>

#include <cspkit/ddf/rules.hpp>
#include <utility>

#include "engine/property_change.hpp"
#include "txn/owner_write.hpp"

namespace cspkit {

void Change::forget_value() {
  constexpr std::size_t kKept = 4096;  // bytes worth keeping
  if (value.data.capacity() > kKept) std::string().swap(value.data);
  value.data.clear();
}

void Change::begin() {
  forget_value();
  value.format = Format::kUnset;
  value.secret = false;
  has_value = false;
  mime.clear();
  target.node = {};
  property.reset();
  passed_over = kept_if_there = may_stay_pending = false;
  firm = nullptr;
  firm_segment = depth = planned = operation = 0;
  nearest = {};
}

// The verb was said for the whole document; a node takes the one its DDF grants.
void Changer::choose_verb(const dm::Operation& operation, Change& change) const {
  const gate::World& world = world_;
  Status known = gate::judge_address(world, operation.uri, principal_, 0,
                                     engine_.options().uri_limits, change.target);
  if (!known.ok()) return;
  const ddf::Node& node = change.target.node;
  if (operation.part == dm::Part::kParent && !node.grants(ddf::kAccessAdd)) {
    change.passed_over = true;
    return;
  }
  if (operation.part == dm::Part::kTitle) {
    change.passed_over = !node.grants(ddf::kAccessReplace);
    return;
  }
  if (!node.is_leaf() && (change.verb == dm::Verb::kReplace || !node.grants(ddf::kAccessAdd))) {
    change.verb = dm::Verb::kReplace;
    change.kept_if_there = true;
    return;
  }
  const dm::Verb other = operation.verb == dm::Verb::kAdd ? dm::Verb::kReplace : dm::Verb::kAdd;
  if (!node.grants(access_of(operation.verb)) && node.grants(access_of(other))) change.verb = other;
}

// Where the tree holds the node, or the one above it, its row says all that the schema would be
// asked for. Spelled as the command says it: should the row go before, what comes in its place is
// named by this. False: go the long way.
bool Changer::find_by_row(std::string_view uri, Change& change) const {
  const ddf::UriLimits& limits = engine_.options().uri_limits;
  Scope scope = Scope::kDevice;
  const std::size_t begin = gate::plain_scope(uri, scope);
  if (begin == 0 || (limits.max_bytes != 0 && uri.size() > limits.max_bytes)) return false;
  const std::string_view user = scope == Scope::kUser ? principal_.user : std::string_view{};
  if (scope == Scope::kUser && user.empty()) return false;
  const std::string_view path = uri.substr(begin);
  // What is added or called is no row yet, as a rule.
  const bool may_be_row = change.verb == dm::Verb::kReplace || change.verb == dm::Verb::kDelete;
  tree::Live* live = may_be_row ? transaction_.find_firm(user, path) : nullptr;
  std::string_view below;
  if (!live) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return false;
    live = transaction_.find_firm(user, path.substr(0, slash));
    below = path.substr(slash + 1);
    if (below.empty()) return false;  // an address that ends in a slash is none
  }
  if (!live) return false;
  ddf::Address& address = change.target.address;
  const ddf::Schema& schema = *world_.schema;
  if (!schema.restore(scope, live->node, live->row.path, live->segments, below, address))
    return false;
  change.firm_segment = address.segments.size() - (below.empty() ? 0 : 1);
  if (!world_.has(address.node, gate::kPlain)) return false;
  if (limits.max_segments != 0 && address.segments.size() > limits.max_segments) return false;
  change.firm = live;
  return true;
}

Status Changer::judge_address(const dm::Operation& operation, Change& change) const {
  change.verb = operation.verb;
  change.mime.assign(operation.mime);
  change.firm = nullptr;
  change.take_schema(world_.schema);
  const bool whole = operation.part == dm::Part::kWhole;
  if (!whole) choose_verb(operation, change);
  const std::uint32_t access = change.passed_over ? 0 : access_of(change.verb);
  Status status = whole && find_by_row(operation.uri, change)
                      ? gate::judge_plain(world_, principal_, access, change.target)
                      : gate::judge_address(world_, operation.uri, principal_, access,
                                            engine_.options().uri_limits, change.target);
  // Whether it is there, or can be made, depends on what came before: judge_state.
  if (change.kept_if_there && status.code() == Code::kNotAllowed) status = {};
  const bool replace_without_data = change.verb == dm::Verb::kReplace && !operation.has_data;
  // Row 1 as far as it needs the node: only a leaf has data to replace.
  if (replace_without_data && change.target.node.valid() && change.target.node.is_leaf() &&
      (status.ok() || status.code() == Code::kNotAllowed)) {
    return Status(Code::kBadRequest, fmt::format("Replace of {} carries no Data", operation.uri));
  }
  if (!status.ok()) return status;
  const provider::LoadedProvider* claimant = world_.claimant(change.target.node);
  if (claimant && !claimant->started()) {
    return Status(Code::kBusy, fmt::format("provider {} is starting; try again", claimant->name()));
  }
  if (claimant && claimant->quarantined()) return claimant->quarantine_status();
  Status settled = engine_.ledger().judge(world_, change.target);
  if (!settled.ok()) return settled;
  if (change.passed_over || !change.target.address.has_query) return {};
  query::Property property{};
  status = judge_property(world_, change.target, operation, engine_.options().uri_limits, property);
  if (!status.ok()) return status;
  change.property = property;
  change.value = Value::chr(std::string(operation.data));
  return {};
}

gate::Found Changer::known_row(const Change& change) const {
  const gate::NodeRow* row = change.firm ? transaction_.see(*change.firm) : nullptr;
  return row ? gate::Found{row, change.firm_segment, true} : gate::Found();
}

bool Changer::is_set(const gate::Target& target) const {
  const gate::NodeRow* row = transaction_.find(target.user, target.address.key);
  return row && (row->flags & store::kRowNotSet) == 0;
}

Status Changer::judge_state(Change& change, std::string& failing_uri) const {
  const gate::Target& target = change.target;
  if (change.passed_over) return {};
  if (change.property) {
    return judge_property_state(world_, transaction_, target, *change.property, change.value.data);
  }
  const std::size_t size = target.address.segments.size();
  change.nearest = known_row(change);
  change.depth = gate::existing_depth(world_, transaction_, target, &change.nearest);
  const bool exists = change.depth == size;
  const auto missing = [&] {
    return Status(Code::kNotFound, fmt::format("{} does not exist", gate::readable_uri(target)));
  };
  change.passed_over = exists && change.kept_if_there;
  if (change.passed_over) return {};
  if (change.verb == dm::Verb::kDelete) return exists ? Status() : missing();
  if (!exists) {
    const bool by_rule = gate::exists_below_parent(world_, target.node, nullptr);
    const bool appears =
        change.verb == dm::Verb::kAdd || target.node.grants(ddf::kAccessAdd) || by_rule;
    if (!appears) return missing();
    std::size_t failing = 0;
    Status parents = gate::judge_parents(world_, target, change.depth, failing);
    if (!parents.ok()) {
      failing_uri = gate::readable_uri(target, failing);
      return parents;
    }
  }
  if (change.verb == dm::Verb::kAdd && is_set(target)) {
    return Status(Code::kAlreadyExists,
                  fmt::format("{} exists already", gate::readable_uri(target)));
  }
  for (std::size_t n = change.depth + 1; n <= size; ++n) {
    Status room = gate::judge_instances(world_, transaction_, target, n);
    if (!room.ok()) return room;
  }
  return {};
}

Status Changer::judge_value(const dm::Operation& operation, Change& change) const {
  const ddf::Node& node = change.target.node;
  if (change.verb == dm::Verb::kDelete || change.passed_over || change.property) return {};
  if (!operation.has_data) {
    if (change.verb == dm::Verb::kExec) return {};
    // Without Data an Add gives the default; a format that was sent must still be the node's.
    Status fits = gate::format_fits(node, operation.format);
    if (!fits.ok()) return fits;
    if (change.verb == dm::Verb::kAdd) change.value = ddf::initial_value(node);
    return {};
  }
  change.has_value = true;
  return gate::judge_value(node, operation.format, operation.data,
                           engine_.options().max_value_bytes, change.value);
}

Status Changer::judge_value(const Value& value, Change& change) const {
  if (change.property) return {};
  change.value = value;
  change.has_value = true;
  return gate::judge_value(change.target.node, engine_.options().max_value_bytes, change.value);
}

std::optional<std::string> stored_value(const gate::World& world, const gate::View& view,
                                        const std::string& user, const std::string& uri) {
  gate::Target target;
  Principal reader;
  reader.user = user;
  if (!gate::judge_address(world, uri, reader, 0, {}, target).ok()) return std::nullopt;
  if (gate::existing_depth(world, view, target) != target.address.segments.size())
    return std::nullopt;
  if (!target.node.is_leaf()) return std::string();
  if (world.binding(target.node.id()).handles(CSPKIT_GET)) return std::nullopt;
  const gate::NodeRow* row = view.find(target.user, target.address.key);
  return row ? row->value : ddf::initial_value(target.node).data;
}

Status Changer::judge_demands(const Change& change, bool in_atomic) const {
  const gate::Target& target = change.target;
  if (change.passed_over) return {};
  const EngineOptions& options = engine_.options();
  if (options.enforce_atomic_required && !in_atomic && target.node.atomic_required()) {
    return Status(Code::kNotAllowed,
                  fmt::format("{} must be changed inside an Atomic", gate::readable_uri(target)));
  }
  if (!options.enforce_dependencies || change.verb == dm::Verb::kDelete) return {};
  const auto lookup = [&](const std::string& uri) {
    return stored_value(world_, transaction_, principal_.user, uri);
  };
  const ddf::DependencyVerdict verdict =
      ddf::evaluate_dependencies(*world_.schema, target.address, lookup);
  if (verdict.satisfied) return {};
  std::string text = fmt::format("{} depends on what is not so", gate::readable_uri(target));
  for (const ddf::UnmetDependency& each : verdict.unmet)
    text += fmt::format("; {}: {}", each.uri, each.reason);
  return Status(Code::kIncomplete, std::move(text));
}

// Nothing but an Exec can be (loading.cpp): it stays one whatever earlier commands of its Atomic
// do, and no other change calls such a handler on its way.
bool Changer::is_irreversible(const Change& change) const {
  if (change.verb != dm::Verb::kExec || !change.calls_handlers()) return false;
  const gate::Binding& binding = world_.binding(change.target.node.id());
  return binding.handles(CSPKIT_EXEC) && (binding.flags & CSPKIT_HANDLER_IRREVERSIBLE) != 0;
}

Status Changer::judge_room(const Change& change) const {
  if (change.verb == dm::Verb::kDelete) return {};
  const gate::Target& target = change.target;
  const bool exists = change.depth == target.address.segments.size();
  const bool for_handler =
      change.verb == dm::Verb::kExec &&
      (!change.has_value || world_.binding(target.node.id()).handles(CSPKIT_EXEC));
  const bool keeps = !for_handler && target.node.is_leaf();
  if (exists && !keeps) return {};
  return transaction_.judge_room(target.user, target.address.key,
                                 keeps ? change.value.data.size() : 0);
}

Status Changer::apply(Change& change) {
  if (change.passed_over) return {};
  if (change.property) {
    return apply_property(transaction_, world_, change.target, *change.property, change.value.data);
  }
  Status room = judge_room(change);
  if (!room.ok()) return room;
  const bool secret = (world_.binding(change.target.node.id()).flags & CSPKIT_HANDLER_SECRET) != 0;
  change.value.secret = change.value.secret || secret;
  operation_ = change.operation;
  may_stay_pending_ = change.may_stay_pending;
  switch (change.verb) {
    case dm::Verb::kAdd:
      return add(change);
    case dm::Verb::kReplace:
      return replace(change);
    case dm::Verb::kDelete:
      return remove(change);
    default:
      return exec(change);
  }
}

Status Changer::call(const gate::Target& target, std::size_t n, std::uint32_t verb,
                     const Value* value, std::string_view mime, bool* written,
                     const gate::Found& known, HandlerCall* planned) {
  const gate::Binding& binding =
      world_.binding(n == 0 ? target.node.id() : target.address.segments[n - 1].node);
  HandlerCall& call = planned ? *planned : engine_.workspace().call;
  if (!planned) {
    call.provider = binding.provider;
    fill_call(world_, transaction_, target, n, verb, call.spec, known);
  }
  call.spec.value = value;
  call.spec.mime = mime;
  call.spec.session = session_;
  call.spec.transaction = &transaction_;
  if (!planned && binding.provider->has_transactions()) {
    call.key.assign(target.address.key_of(n));
    call.operation = operation_;
    Status undoable = effects_.before(call);
    if (!undoable.ok()) return undoable;
  }
  // Effects that can be undone belong to this transaction and cannot outlast it.
  const bool lasting =
      binding.provider->has_transactions() && (call.spec.flags & CSPKIT_HANDLER_IRREVERSIBLE) == 0;
  const bool final_call =
      n == target.address.segments.size() && (verb == CSPKIT_EXEC || verb == CSPKIT_REPLACE);
  call.spec.may_stay_pending =
      may_stay_pending_ && final_call && !lasting && engine_.takes_alerts();
  const std::uint64_t before = transaction_.writes();
  provider::CallResult result = binding.provider->call(call.spec);
  if (result.pending) {
    // From here on its writes are no longer this transaction's, which is used without a lock.
    binding.provider->detach(*result.pending);
    left_pending_ = LeftPending{binding.provider, *std::move(result.pending)};
  }
  if (written) *written = transaction_.written_since(before, target.user, target.address.key_of(n));
  return std::move(result.status);
}

Status Changer::make_one(const gate::Target& target, std::size_t n) {
  const ddf::NodeId id = target.address.segments[n - 1].node;
  bool written = false;
  if (world_.binding(id).handles(CSPKIT_ADD)) {
    Status added = call(target, n, CSPKIT_ADD, nullptr, {}, &written);
    if (!added.ok()) return added;
  }
  if (!written) txn::make_node(transaction_, world_, target, n);
  return {};
}

Status Changer::make_parents(const Change& change) {
  for (std::size_t n = change.depth + 1; n < change.target.address.segments.size(); ++n) {
    Status made = make_one(change.target, n);
    if (!made.ok()) return made;
  }
  return {};
}

void Changer::keep_value(Change& change) {
  txn::Transaction::Direct known;
  if (change.firm && change.firm_segment == change.target.address.segments.size())
    known = {change.firm, transaction_.see(*change.firm)};
  txn::put_value(transaction_, change.target, std::move(change.value), std::move(change.mime),
                 change.existed(), known);
}

Status Changer::add(Change& change) {
  Status parents = make_parents(change);
  if (!parents.ok()) return parents;
  const gate::Target& target = change.target;
  bool written = false;
  if (world_.binding(target.node.id()).handles(CSPKIT_ADD)) {
    Status added = call(target, target.address.segments.size(), CSPKIT_ADD,
                        change.has_value ? &change.value : nullptr, change.mime, &written);
    if (!added.ok()) return added;
  }
  if (!written) {
    if (!target.node.is_leaf()) change.value = Value(Format::kNode, {});
    keep_value(change);
  }
  note_reboot(target.node);
  return {};
}

std::uint32_t Changer::replacing_verb(const gate::Target& target, bool exists) const {
  // A missing leaf comes into being: its add handler is the one to know, else its replace handler.
  const bool comes = !exists && !gate::exists_below_parent(world_, target.node, nullptr);
  const bool adds = comes && world_.binding(target.node.id()).handles(CSPKIT_ADD);
  return adds ? CSPKIT_ADD : CSPKIT_REPLACE;
}

namespace {

/// The value of a Replace whose handler goes on: kept when it ends well, unless the node was
/// changed meanwhile.
provider::WriteOp set_later(txn::AwaitedValues& awaited, const gate::Target& target, Value value,
                            std::string mime) {
  provider::WriteOp op;
  op.kind = provider::WriteOp::Kind::kSet;
  op.scope = target.address.scope;
  op.user = target.user;
  op.path = target.address.path;
  op.value = std::move(value);
  op.mime = std::move(mime);
  op.awaited = awaited.expect(target.user, std::string(target.address.key));
  return op;
}

}  // namespace

Status Changer::replace(Change& change) {
  const gate::Target& target = change.target;
  const bool exists = change.depth == target.address.segments.size();
  // An interior node holds nothing that could be replaced; a missing one is added.
  if (!target.node.is_leaf()) return exists ? Status() : add(change);
  Status parents = make_parents(change);
  if (!parents.ok()) return parents;
  const gate::Binding& binding = world_.binding(target.node.id());
  const std::uint32_t verb = replacing_verb(target, exists);
  bool written = false;
  if (binding.handles(verb)) {
    Status done = call(target, target.address.segments.size(), verb, &change.value, change.mime,
                       &written, exists ? change.nearest : gate::Found(),
                       exists ? planned_call(change, verb) : nullptr);
    if (done.code() == Code::kPending) {
      note_reboot(target.node);
      if (!written) {
        left_pending_->call.when_ok = set_later(engine_.awaited_values(), target,
                                                std::move(change.value), std::move(change.mime));
      }
    }
    if (!done.ok()) return done;
  }
  if (!written) {
    keep_value(change);
  }
  note_reboot(target.node);
  return {};
}

Status Changer::handled_removal(const gate::Target& target) {
  std::vector<gate::Target> handled;
  const auto collect = [&](const gate::Target& each) {
    if (world_.binding(each.node.id()).handles(CSPKIT_DELETE)) handled.push_back(each);
    return true;
  };
  walk_existing(world_, transaction_, target, collect);
  // Parents were visited first: backwards is deepest first.
  for (auto each = handled.rbegin(); each != handled.rend(); ++each) {
    Status removed =
        call(*each, each->address.segments.size(), CSPKIT_DELETE, nullptr, {}, nullptr);
    if (!removed.ok()) return removed;
  }
  return {};
}

Status Changer::remove(Change& change) {
  const gate::Target& target = change.target;
  Status done;
  if (world_.binding(target.node.id()).handles(CSPKIT_DELETE)) {
    done = call(target, target.address.segments.size(), CSPKIT_DELETE, nullptr, {}, nullptr);
  } else if (world_.handles_any(CSPKIT_DELETE)) {
    done = handled_removal(target);
  }
  if (!done.ok()) return done;
  transaction_.erase_subtree(target.user, target.address.key);
  return {};
}

Status Changer::exec(Change& change) {
  const gate::Target& target = change.target;
  const std::size_t size = target.address.segments.size();
  const bool exists = change.depth == size;
  Status parents = exists ? Status() : make_parents(change);
  if (!parents.ok()) return parents;
  if (!exists && target.node.grants(ddf::kAccessAdd)) {
    Status made = make_one(target, size);
    if (!made.ok()) return made;
  }
  if (world_.binding(target.node.id()).handles(CSPKIT_EXEC)) {
    return call(target, size, CSPKIT_EXEC, change.has_value ? &change.value : nullptr, change.mime,
                nullptr, exists ? change.nearest : gate::Found());
  }
  // Nobody acts on it: what was said is kept, for whoever asks.
  if (change.has_value && target.node.is_leaf()) {
    keep_value(change);
  }
  return {};
}

void Changer::note_reboot(const ddf::Node& node) {
  const std::string_view behavior = node.reboot_behavior();
  if (behavior == "Automatic" || behavior == "ServerInitiated") {
    transaction_.put_state("", "reboot-pending", "1");
  }
}

}  // namespace cspkit
