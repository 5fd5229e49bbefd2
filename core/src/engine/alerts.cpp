// SPDX-License-Identifier: Apache-2.0
// The device's alerts: rows of the store from the moment they are queued until a server has
// acknowledged them.
#include <fmt/format.h>

#include <algorithm>
#include <shared_mutex>
#include <utility>

#include "engine/engine_impl.hpp"
#include "txn/alert_row.hpp"

namespace cspkit {

namespace {

bool may_carry(const Principal& principal, const std::string& user) {
  return user.empty() ? principal.device_authority : user == principal.user;
}

}  // namespace

Result<std::int64_t> EngineImpl::queue_alert(DeviceAlert alert, std::string user) {
  Status judged = txn::judge_alert(alert);
  if (!judged.ok()) return judged;
  const txn::TurnHolder turn(turn_, patience());
  if (!turn.status().ok()) return turn.status();
  if (!takes_alerts()) return Status(Code::kFull, "too many alerts wait for the server");
  const std::int64_t id = tree_.next_alert();
  txn::Transaction transaction = new_transaction();
  transaction.put_alert(txn::alert_row(std::move(alert), std::move(user)));
  Status stored = commit(transaction, {ChangeCause::kOwner, {}});
  if (!stored.ok()) return stored;
  return id;
}

bool EngineImpl::takes_alerts() const { return tree_.alerts().size() < txn::kMostAlerts; }

std::vector<QueuedAlert> EngineImpl::queued_alerts(const Principal& principal, std::int64_t after,
                                                   std::size_t max_bytes) const {
  std::vector<QueuedAlert> queued;
  std::size_t bytes = 0;
  const std::shared_lock lock(tree_.mutex());
  const auto& rows = tree_.alerts();
  for (auto it = rows.upper_bound(after); it != rows.end() && bytes < max_bytes; ++it) {
    const store::AlertRow& row = it->second;
    if (!row.ready || !may_carry(principal, row.user)) continue;
    queued.push_back(
        {it->first,
         row.user,
         {row.code, row.source, row.type, row.format, row.mark, row.data, row.correlator}});
    bytes += row.source.size() + row.type.size() + row.data.size() + row.correlator.size();
  }
  return queued;
}

Status EngineImpl::acknowledge_alerts(const std::vector<std::int64_t>& ids) {
  const txn::TurnHolder turn(turn_, patience());
  if (!turn.status().ok()) return turn.status();
  txn::Transaction transaction = new_transaction();
  for (const std::int64_t id : ids) transaction.remove_alert(id);
  return commit(transaction, {ChangeCause::kOwner, {}});
}

namespace {

bool touches(const gate::World& world, const provider::WriteOp& op,
             const txn::AwaitedValue& instance) {
  using Kind = provider::WriteOp::Kind;
  if (op.kind != Kind::kSet && op.kind != Kind::kCreate && op.kind != Kind::kRemove) return false;
  gate::Target target;
  return provider::resolve(world, op.scope, op.user, op.path, target).ok() &&
         target.user == instance.user && txn::at_or_below(target.address.key, instance.key);
}

/// An alert that waited for its command, with the status it came to.
store::AlertRow ended(store::AlertRow row, Code code) {
  const int status = syncml_status(code);
  row.ready = true;
  row.data = std::to_string(status);
  row.mark = status < 300 ? "informational" : "warning";
  return row;
}

}  // namespace

Status EngineImpl::answer_interrupted() {
  txn::Transaction transaction = new_transaction();
  for (const auto& [id, row] : tree_.alerts()) {
    if (!row.ready) transaction.put_alert(ended(row, Code::kFailed));
  }
  return commit(transaction, {ChangeCause::kRecovery, {}});
}

void EngineImpl::finish_pending(std::shared_ptr<provider::LoadedProvider> provider,
                                provider::PendingEnd end) {
  const auto finish = [this, provider = std::move(provider),
                       end = std::move(end)]() -> txn::Turn::After {
    const auto row = tree_.alerts().find(end.alert);
    const store::AlertRow waiting = row == tree_.alerts().end() ? store::AlertRow() : row->second;
    txn::Transaction transaction = new_transaction();
    Status status(end.code);
    for (const provider::WriteOp& op : end.ops) {
      if (!status.ok()) break;
      // Commands that came later were answered as if this one had ended before them.
      if (op.awaited && op.awaited->superseded) continue;
      if (end.instance && end.instance->superseded && touches(*world_, op, *end.instance)) continue;
      status = provider::apply_write(*provider, *world_, transaction, op);
    }
    if (status.ok()) {
      if (waiting.id != 0) transaction.put_alert(ended(waiting, Code::kOk));
      status = commit(transaction, {ChangeCause::kCommand, {}});
      if (status.ok()) return {};
      log(LogLevel::kWarning, provider->name(),
          fmt::format("the end of a pending call was not kept: {}", status.text()));
    } else if (end.code == Code::kOk) {
      log(LogLevel::kWarning, provider->name(),
          fmt::format("what a pending call did was not applied: {}", status.text()));
    }
    txn::Transaction only_the_alert = new_transaction();
    if (waiting.id != 0) only_the_alert.put_alert(ended(waiting, status.code()));
    // When the disk takes not even this, the next start says 500.
    Status told = commit(only_the_alert, {ChangeCause::kCommand, {}});
    if (!told.ok()) log(LogLevel::kError, "engine", told.text());
    return {};
  };
  // Refused only when the engine has closed; until then those that go on were cancelled.
  if (!turn_.post(finish)) log(LogLevel::kWarning, "engine", "a pending call ended too late");
}

}  // namespace cspkit
