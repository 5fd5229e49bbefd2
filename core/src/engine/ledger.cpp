// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace cspkit {

namespace {

/// Transactions are numbered from 1; no device gets near the end.
bool is_number(std::int64_t transaction) {
  return transaction > 0 && transaction < std::numeric_limits<std::int64_t>::max() / 2;
}

Status damaged(std::string_view what, std::int64_t transaction) {
  return Status(Code::kStateUnusable,
                fmt::format("is damaged ({} of transaction {}); restore a backup, or move it away "
                            "to start anew",
                            what, transaction));
}

}  // namespace

Status Ledger::fill(const store::Contents& contents) {
  for (const store::UndoRow& row : contents.undo) {
    auto undo = txn::decode_undo(row.record);
    if (!undo || !is_number(row.transaction)) return damaged("undo record", row.transaction);
    for (txn::UndoRecord& each : *undo)
      open_[row.provider].undo.push_back({row.transaction, std::move(each)});
    next_ = std::max(next_, row.transaction + 1);
  }
  for (const store::TransactionKey& row : contents.committed) {
    if (!is_number(row.transaction)) return damaged("mark", row.transaction);
    open_[row.provider].committed.push_back(row.transaction);
    next_ = std::max(next_, row.transaction + 1);
  }
  return {};
}

void Ledger::join(store::Batch& batch) const {
  batch.remove_transactions.insert(batch.remove_transactions.end(), over_.begin(), over_.end());
}

void Ledger::written() { over_.clear(); }

void Ledger::list(store::Contents& contents) const {
  for (const auto& [name, open] : open_) {
    std::uint32_t sequence = 0;
    for (const Record& record : open.undo)
      contents.undo.push_back({record.transaction, sequence++, name, record.undo.bytes});
    for (const std::int64_t transaction : open.committed)
      contents.committed.push_back({transaction, name});
  }
}

void Ledger::leave_undo(const std::string& provider, std::vector<Record> records,
                        const Status& why) {
  Open& open = open_[provider];
  for (Record& record : records) open.undo.push_back(std::move(record));
  open.why = why.text();
}

void Ledger::leave_commit(const std::string& provider, std::int64_t transaction,
                          const Status& why) {
  Open& open = open_[provider];
  open.committed.push_back(transaction);
  open.why = why.text();
}

Status Ledger::settle_commits(Open& open, provider::LoadedProvider& provider, Ledger& ledger) {
  while (!open.committed.empty()) {
    const std::int64_t transaction = open.committed.front();
    Status done = provider.commit(static_cast<std::uint64_t>(transaction));
    if (!done.ok()) return done;
    provider.end(static_cast<std::uint64_t>(transaction));
    ledger.forget({transaction, provider.name()});
    open.committed.erase(open.committed.begin());
  }
  return {};
}

Status Ledger::settle_undo(Open& open, provider::LoadedProvider& provider, Ledger& ledger) {
  while (!open.undo.empty()) {
    const std::int64_t transaction = open.undo.back().transaction;
    // A transaction's records stay until all of them are applied: its rows go together.
    auto first = open.undo.end();
    while (first != open.undo.begin() && std::prev(first)->transaction == transaction) {
      --first;
      Status done = provider.apply_undo(static_cast<std::uint64_t>(transaction), first->undo.bytes);
      if (!done.ok()) return done;
    }
    provider.end(static_cast<std::uint64_t>(transaction));
    ledger.forget({transaction, provider.name()});
    open.undo.erase(first, open.undo.end());
  }
  return {};
}

Status Ledger::settle(provider::LoadedProvider& provider) {
  const auto found = open_.find(provider.name());
  if (found == open_.end()) return {};
  Open& open = found->second;
  Status settled;
  if (!provider.has_transactions()) {
    settled = Status(
        Code::kNotSupported,
        fmt::format("this version of {} no longer takes part in transactions", provider.name()));
  }
  if (settled.ok()) settled = settle_commits(open, provider, *this);
  if (settled.ok()) settled = settle_undo(open, provider, *this);
  if (settled.ok()) {
    open_.erase(found);
  } else {
    open.why = settled.text();
  }
  return settled;
}

Status Ledger::judge_open(const gate::World& world, const gate::Target& target) {
  provider::LoadedProvider* claimant = world.claimant(target.node);
  if (claimant && open_.count(claimant->name()) != 0 && !settle(*claimant).ok()) {
    return Status(Code::kBusy,
                  fmt::format("{}: an earlier change of provider {} could neither be finished nor "
                              "undone ({}); mend what its log names and send the command again",
                              gate::readable_uri(target), claimant->name(),
                              open_.find(claimant->name())->second.why));
  }
  const ddf::Node top = target.node.root();
  for (const auto& [name, open] : open_) {
    const auto is_loaded = [&name = name](const auto& each) { return each->name() == name; };
    if (std::any_of(world.providers.begin(), world.providers.end(), is_loaded)) continue;
    for (const Record& record : open.undo) {
      for (const txn::UndoRecord::Root& root : record.undo.roots) {
        if (root.scope != top.scope() || root.key != ddf::fold(top.pattern())) continue;
        return Status(Code::kBusy,
                      fmt::format("{}: a change of provider {} was cut off and is not undone yet, "
                                  "because {} is not loaded; load it, and it will be",
                                  gate::readable_uri(target), name, name));
      }
    }
  }
  return {};
}

}  // namespace cspkit
