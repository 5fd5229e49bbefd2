// SPDX-License-Identifier: Apache-2.0
#include "engine/effects.hpp"

#include <fmt/format.h>

#include <utility>

#include "engine/engine_impl.hpp"

namespace cspkit {

namespace {

bool asks_for_undo(const HandlerCall& call) {
  return call.provider->has_transactions() && (call.spec.flags & CSPKIT_HANDLER_IRREVERSIBLE) == 0;
}

CoveredCall as_covered(const HandlerCall& call) {
  return {call.provider, call.spec.user, call.key, call.spec.verb};
}

}  // namespace

Effects::Effects(EngineImpl& engine, txn::Transaction& transaction)
    : engine_(engine), transaction_(transaction) {}

Effects::~Effects() {
  if (!participants_.empty()) undo();
}

CoveredCalls& Effects::covered() {
  if (!covered_) covered_.emplace(engine_.hash_seed());
  return *covered_;
}

Status Effects::join(provider::LoadedProvider& provider, std::size_t& participant) {
  for (participant = 0; participant < participants_.size(); ++participant) {
    if (participants_[participant].provider == &provider) return {};
  }
  Status begun = provider.begin(transaction_.id());
  if (!begun.ok()) return begun;
  Participant joined;
  joined.provider = &provider;
  participants_.push_back(std::move(joined));
  return {};
}

Status Effects::ask(const HandlerCall& call, std::vector<Record>& records) {
  Record record;
  Status joined = join(*call.provider, record.participant);
  if (!joined.ok() || !asks_for_undo(call)) return joined;
  if (!covered().add(as_covered(call))) return {};
  const Result<bool> undoes = call.provider->undo_for(call.spec, one_record_);
  if (!undoes) return undoes.error();
  if (!*undoes) return {};
  record.operation = call.operation;
  record.bytes = covered().keep(one_record_);
  records.push_back(record);
  return {};
}

Status Effects::prepare(std::span<const HandlerCall> calls, std::size_t& failed_operation) {
  std::vector<Record> records;
  records.reserve(calls.size());
  covered().reserve(calls.size());
  for (const HandlerCall& call : calls) {
    if (!call.provider->has_transactions()) continue;
    failed_operation = call.operation;
    std::size_t participant = 0;
    const bool ahead = (call.spec.flags & CSPKIT_HANDLER_UNDO_EACH) == 0;
    Status asked = ahead ? ask(call, records) : join(*call.provider, participant);
    if (!asked.ok()) return asked;
  }
  return save(std::move(records));
}

Status Effects::before(const HandlerCall& call) {
  if (!call.provider->has_transactions()) return {};
  // Each change of such a handler has a record of its own, repeated or not.
  const bool each = (call.spec.flags & CSPKIT_HANDLER_UNDO_EACH) != 0;
  if (!each && covered().has(as_covered(call))) return {};
  if (each) covered().remove(as_covered(call));
  std::vector<Record> records;
  Status asked = ask(call, records);
  return asked.ok() ? save(std::move(records)) : asked;
}

namespace {

std::vector<txn::UndoRecord::Root> roots_of(const provider::LoadedProvider& provider) {
  std::vector<txn::UndoRecord::Root> roots;
  for (const auto& root : provider.roots) roots.push_back({root.scope, root.key});
  return roots;
}

}  // namespace

// Those of one provider together; its roots stand in the first row of a transaction.
void Effects::add_rows(std::size_t participant, const std::vector<Record>& records,
                       store::Batch& batch) {
  constexpr std::size_t kRowBytes = std::size_t{1} << 20;  // and the record that goes beyond it
  Participant& owner = participants_[participant];
  std::vector<std::string_view> row;
  std::size_t bytes = 0;
  const auto add_row = [&] {
    if (row.empty()) return;
    std::vector<txn::UndoRecord::Root> roots;
    if (!owner.recorded) roots = roots_of(*owner.provider);
    owner.recorded = true;
    batch.put_undo.push_back(
        {id(), sequence_++, owner.provider->name(), txn::encode_undo(roots, row)});
    row.clear();
    bytes = 0;
  };
  for (const Record& record : records) {
    if (record.participant != participant) continue;
    row.push_back(record.bytes);
    bytes += record.bytes.size();
    if (bytes > kRowBytes) add_row();
  }
  add_row();
}

Status Effects::save(std::vector<Record> records) {
  if (records.empty()) return {};
  store::Batch batch;
  for (std::size_t i = 0; i < participants_.size(); ++i) add_rows(i, records, batch);
  Status saved = engine_.write(batch);
  // Kept even when they could not be saved: undoing what has not happened does no harm, and their
  // rows, should the disk have taken some after all, are removed with the next batch.
  if (records_.empty()) {
    records_ = std::move(records);
  } else {
    records_.insert(records_.end(), records.begin(), records.end());
  }
  return saved;
}

void Effects::decide_for_all(store::Batch& batch) {
  for (Participant& each : participants_) {
    if (!each.recorded) continue;
    // The mark alone decides: records beside it undo nothing, and go with it.
    each.decided = {id(), each.provider->name()};
    batch.put_committed.push_back(each.decided);
  }
  engine_.ledger().make_room(participants_.size());
}

void Effects::conclude_all() {
  // From here on nothing of it can be undone, whatever else goes wrong.
  std::vector<Participant> decided = std::move(participants_);
  participants_.clear();
  records_.clear();
  for (Participant& each : decided) {
    Status heard = each.provider->commit(transaction_.id());
    if (heard.ok()) {
      each.provider->end(transaction_.id());
      if (each.recorded) engine_.ledger().forget(std::move(each.decided));
      continue;
    }
    engine_.log(LogLevel::kError, each.provider->name(),
                fmt::format("{}; the change stands all the same", heard.text()));
    if (!each.recorded) continue;  // nothing outside depends on it
    engine_.ledger().leave_commit(each.provider->name(), id(), heard);
  }
}

std::set<std::size_t> Effects::undo() {
  std::set<std::size_t> failed;
  for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
    Participant& owner = participants_[record->participant];
    // In strict order: what came before the one that failed is not touched either.
    if (!owner.failed) {
      owner.why = owner.provider->apply_undo(transaction_.id(), record->bytes);
      owner.failed = !owner.why.ok();
    }
    if (owner.failed) failed.insert(record->operation);
  }
  for (std::size_t i = 0; i < participants_.size(); ++i) {
    const Participant& each = participants_[i];
    if (each.failed) {
      leave_open(each, i);
      continue;
    }
    each.provider->end(transaction_.id());
    if (each.recorded) engine_.ledger().forget({id(), each.provider->name()});
  }
  participants_.clear();
  records_.clear();
  return failed;
}

void Effects::leave_open(const Participant& participant, std::size_t index) {
  engine_.log(LogLevel::kError, participant.provider->name(),
              fmt::format("{}; changes below its roots are refused until it can be undone",
                          participant.why.text()));
  std::vector<Ledger::Record> kept;
  for (const Record& record : records_) {
    if (record.participant == index) kept.push_back({id(), {{}, std::string(record.bytes)}});
  }
  engine_.ledger().leave_undo(participant.provider->name(), std::move(kept), participant.why);
}

}  // namespace cspkit
