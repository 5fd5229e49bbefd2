// SPDX-License-Identifier: Apache-2.0
#include "engine/atomic_change.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "engine/leaf_value.hpp"

namespace cspkit {

AtomicChange::AtomicChange(EngineImpl& engine, const Principal& principal, std::uint64_t session,
                           const std::vector<dm::Operation>& operations,
                           std::vector<dm::Outcome>& outcomes, Of of)
    : engine_(engine),
      world_(engine.world()),
      principal_(principal),
      session_(session),
      operations_(operations),
      outcomes_(outcomes),
      of_(of),
      transaction_(engine.new_transaction()),
      effects_(engine, transaction_),
      changer_(engine, world_, principal, session, transaction_, effects_),
      changes_(std::move(engine.workspace().changes)) {
  if (changes_.size() < operations.size()) changes_.resize(operations.size());
}

AtomicChange::~AtomicChange() {
  constexpr std::size_t kKept = 256;  // as many as are usual leave their memory to the next
  if (changes_.size() > kKept) return;
  for (Change& change : changes_) change.begin();
  engine_.workspace().changes = std::move(changes_);
}

bool AtomicChange::run() {
  const PlannedCalls::Emptied emptied(engine_.workspace().planned);
  if (!judge() || !put_in_order()) {
    for (dm::Outcome& outcome : outcomes_) {
      if (outcome.status.ok()) outcome.status = Status(Code::kNotExecuted);
    }
    return false;
  }
  std::size_t failed = 0;
  Status status = prepare(failed);
  if (!status.ok()) {
    fail(failed, std::move(status), 0);
    return false;
  }
  for (std::size_t done = 0; done < order_.size(); ++done) {
    status = run_one(order_[done]);
    if (status.ok()) continue;
    fail(order_[done], std::move(status), done);
    return false;
  }
  status = engine_.commit(transaction_, {}, &effects_);
  if (status.ok()) return true;
  // The decision itself failed: the last command answers for it.
  fail(order_.back(), std::move(status), order_.size() - 1);
  return false;
}

bool AtomicChange::judge() {
  bool good = true;
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    changes_[i].operation = i;
    outcomes_[i].status = judge_one(i);
    good = good && outcomes_[i].status.ok();
  }
  return good;
}

Status AtomicChange::judge_one(std::size_t i) {
  const dm::Operation& operation = operations_[i];
  if (operation.refused != Code::kOk) return Status(operation.refused);
  if (operation.verb == dm::Verb::kGet)
    return Status(Code::kFailed, "Get cannot stand inside an Atomic");
  if (operation.verb == dm::Verb::kCopy) return judge_copy(operation, i);
  Status status = changer_.judge_address(operation, changes_[i]);
  return status.ok() ? changer_.judge_value(operation, changes_[i]) : status;
}

// Which verb it becomes, and whether the value fits, is known when it runs: an earlier command may
// make the target, and set the source.
Status AtomicChange::judge_copy(const dm::Operation& operation, std::size_t i) {
  if (sources_.empty()) sources_.resize(operations_.size());
  gate::Target& source = sources_[i];
  Status readable = gate::judge_address(world_, operation.source, principal_, CSPKIT_GET,
                                        engine_.options().uri_limits, source);
  if (!readable.ok()) return readable;
  if (source.address.has_query || !source.node.is_leaf()) {
    return Status(Code::kNotAllowed,
                  fmt::format("{}: only the values of leaves are copied", operation.source));
  }
  dm::Operation write = operation;
  write.verb = dm::Verb::kReplace;
  write.has_data = true;
  Status status = changer_.judge_address(write, changes_[i]);
  if (status.code() == Code::kNotAllowed) {
    write.verb = dm::Verb::kAdd;
    status = changer_.judge_address(write, changes_[i]);
  }
  if (status.ok() && changes_[i].target.address.has_query) {
    return Status(Code::kNotSupported,
                  fmt::format("{}: a property is not the target of a Copy", operation.uri));
  }
  if (status.ok() && !changes_[i].target.node.is_leaf()) {
    return Status(Code::kNotAllowed,
                  fmt::format("{} is an interior node and holds no value", operation.uri));
  }
  return status;
}

// What can be overwritten is, else it is added.
void AtomicChange::choose_copy_verb(std::size_t i) {
  Change& change = changes_[i];
  const gate::Target& target = change.target;
  const bool exists =
      gate::existing_depth(world_, transaction_, target) == target.address.segments.size();
  const bool replaces =
      target.node.grants(CSPKIT_REPLACE) && (exists || !target.node.grants(ddf::kAccessAdd));
  change.verb = replaces ? dm::Verb::kReplace : dm::Verb::kAdd;
}

bool AtomicChange::put_in_order() {
  std::size_t last = operations_.size();
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    if (!changer_.is_irreversible(changes_[i])) {
      order_.push_back(i);
    } else if (last == operations_.size()) {
      last = i;
    } else {
      outcomes_[i].status =
          Status(Code::kFailed, "an Atomic can hold one command whose effect cannot be undone");
      return false;
    }
  }
  if (last != operations_.size()) order_.push_back(last);
  return true;
}

Status AtomicChange::prepare(std::size_t& failed) {
  PlannedCalls& calls = engine_.workspace().planned;
  for (const std::size_t i : order_) {
    if (operations_[i].verb == dm::Verb::kCopy) choose_copy_verb(i);
    changer_.plan(changes_[i], calls);
  }
  return effects_.prepare(calls.all(), failed);
}

Status AtomicChange::run_one(std::size_t i) {
  Change& change = changes_[i];
  Status status;
  if (operations_[i].verb == dm::Verb::kCopy) status = read_source(operations_[i], i);
  if (status.ok()) status = changer_.judge_state(change, outcomes_[i].failing_uri);
  if (status.ok())
    status = changer_.judge_demands(change, of_ == Of::kAtomic && !operations_[i].lone_document);
  if (status.ok()) status = changer_.apply(change);
  change.forget_value();  // a handler may have taken it, and hundreds follow
  return status;
}

Status AtomicChange::read_source(const dm::Operation& operation, std::size_t i) {
  const gate::Target& source = sources_[i];
  if (gate::existing_depth(world_, transaction_, source) != source.address.segments.size())
    return Status(Code::kNotFound, fmt::format("{} does not exist", operation.source));
  dm::Outcome read;
  const gate::Binding& binding = world_.binding(source.address.node);
  if (binding.handles(CSPKIT_GET)) {
    provider::CallSpec spec =
        make_call(world_, transaction_, source, source.address.segments.size(), CSPKIT_GET);
    spec.session = session_;
    Status asked = ask_provider(engine_, *binding.provider, spec, source.node, read);
    if (!asked.ok()) return asked;
  } else {
    read_stored(transaction_, source, read);
  }
  Change& change = changes_[i];
  choose_copy_verb(i);
  change.mime = std::move(read.mime);
  // A chr value may go where text of another format is wanted; the gate judges the text.
  if (!is_binary(read.value.format)) read.value.format = Format::kUnset;
  return changer_.judge_value(read.value, change);
}

void AtomicChange::fail(std::size_t i, Status status, std::size_t done) {
  const std::set<std::size_t> not_undone = effects_.undo();
  outcomes_[i].status = std::move(status);
  for (std::size_t place = 0; place < order_.size(); ++place) {
    const std::size_t each = order_[place];
    if (each == i) continue;
    const Code undone = not_undone.count(each) != 0 ? Code::kRollbackFailed : Code::kRolledBack;
    outcomes_[each].status = Status(place < done ? undone : Code::kNotExecuted);
  }
}

}  // namespace cspkit
