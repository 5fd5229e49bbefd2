// SPDX-License-Identifier: Apache-2.0
// The device's alerts: rows of the store from the moment they are queued until a server has
// acknowledged them.
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/ddf/locuri.hpp>
#include <shared_mutex>
#include <utility>

#include "engine/engine_impl.hpp"

namespace cspkit {

namespace {

bool may_carry(const Principal& principal, const std::string& user) {
  return user.empty() ? principal.device_authority : user == principal.user;
}

}  // namespace

Status judge_alert(const DeviceAlert& alert) {
  constexpr std::size_t kMostBytes = std::size_t{16} << 10;
  if (alert.code != 1224 && alert.code != 1226) {
    return Status(Code::kBadValue,
                  fmt::format("alert {}: only 1224 and 1226 are a device's to queue", alert.code));
  }
  std::size_t bytes = 0;
  for (const std::string* text :
       {&alert.source, &alert.type, &alert.format, &alert.mark, &alert.data, &alert.correlator}) {
    if (!ddf::is_utf8(*text))
      return Status(Code::kBadValue, "an alert holds text that is no UTF-8");
    bytes += text->size();
  }
  if (bytes <= kMostBytes) return {};
  return Status(Code::kTooLarge,
                fmt::format("an alert of {} bytes; at most {} are taken", bytes, kMostBytes));
}

store::AlertRow row_of(DeviceAlert alert, std::string user) {
  store::AlertRow row;
  row.user = std::move(user);
  row.code = alert.code;
  row.data = std::move(alert.data);
  row.source = std::move(alert.source);
  row.type = std::move(alert.type);
  row.format = std::move(alert.format);
  row.mark = std::move(alert.mark);
  row.correlator = std::move(alert.correlator);
  return row;
}

Result<std::int64_t> EngineImpl::queue_alert(DeviceAlert alert, std::string user) {
  Status judged = judge_alert(alert);
  if (!judged.ok()) return judged;
  const txn::TurnHolder turn(turn_, deadline());
  if (!turn.status().ok()) return turn.status();
  if (!takes_alerts()) return Status(Code::kFull, "too many alerts wait for the server");
  const std::int64_t id = tree_.next_alert();
  txn::Transaction transaction(tree_, next_transaction());
  transaction.put_alert(row_of(std::move(alert), std::move(user)));
  Status stored = commit(transaction, {ChangeCause::kOwner, {}});
  if (!stored.ok()) return stored;
  return id;
}

bool EngineImpl::takes_alerts() const {
  constexpr std::size_t kMost = 10000;
  return tree_.alerts().size() < kMost;
}

std::vector<QueuedAlert> EngineImpl::queued_alerts(const Principal& principal) const {
  std::vector<QueuedAlert> queued;
  const std::shared_lock lock(tree_.mutex());
  for (const auto& [id, row] : tree_.alerts()) {
    if (!row.ready || !may_carry(principal, row.user)) continue;
    queued.push_back(
        {id,
         row.user,
         {row.code, row.source, row.type, row.format, row.mark, row.data, row.correlator}});
  }
  return queued;
}

Status EngineImpl::acknowledge_alerts(const std::vector<std::int64_t>& ids) {
  const txn::TurnHolder turn(turn_, deadline());
  if (!turn.status().ok()) return turn.status();
  txn::Transaction transaction(tree_, next_transaction());
  for (const std::int64_t id : ids) transaction.remove_alert(id);
  return commit(transaction, {ChangeCause::kOwner, {}});
}

namespace {

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
  txn::Transaction transaction(tree_, next_transaction());
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
    txn::Transaction transaction(tree_, next_transaction());
    Status status(end.code);
    for (const provider::WriteOp& op : end.ops) {
      if (!status.ok()) break;
      // Commands that came later were answered as if this one had ended before them.
      if (op.awaited && op.awaited->superseded) continue;
      status = provider::apply_write(*provider, *world_, transaction, op, utc_ms());
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
    txn::Transaction only_the_alert(tree_, next_transaction());
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
