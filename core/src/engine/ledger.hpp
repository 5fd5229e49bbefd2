// SPDX-License-Identifier: Apache-2.0
// What the store still holds of transactions that are over, or that were cut off: undo records to
// be applied, commits to be repeated, and rows of either kind that go with the next batch.
//
// Threads: used by the holder of the turn.
#ifndef CSPKIT_CORE_ENGINE_LEDGER_HPP_
#define CSPKIT_CORE_ENGINE_LEDGER_HPP_

#include <cspkit/engine.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gate/gate.hpp"
#include "gate/world.hpp"
#include "provider/loaded_provider.hpp"
#include "store/store.hpp"
#include "txn/undo_record.hpp"

namespace cspkit {

class Ledger {
 public:
  /// A record as it was saved, in the order of the changes.
  struct Record {
    std::int64_t transaction = 0;
    txn::UndoRecord undo;
  };

  /// Takes over what the store held. kStateUnusable when a record is damaged.
  Status fill(const store::Contents& contents);
  /// Greater than the number of every transaction that is not settled.
  std::int64_t next_transaction() const { return next_; }

  // Rows that are no longer needed go with the next batch, whatever that is: no sync of their own.
  /// With room made before, it asks for no memory.
  void forget(store::TransactionKey key) { over_.push_back(std::move(key)); }
  void make_room(std::size_t keys) { over_.reserve(over_.size() + keys); }
  /// Adds them to a batch that is about to be written; written() once it is.
  void join(store::Batch& batch) const;
  void written();
  /// What is not settled, as a store would give it.
  void list(store::Contents& contents) const;
  bool has_leftovers() const { return !over_.empty(); }

  // What a provider could not do stays until settle().
  void leave_undo(const std::string& provider, std::vector<Record> records, const Status& why);
  void leave_commit(const std::string& provider, std::int64_t transaction, const Status& why);

  /// Repeats commits and applies undo records of this provider, the last first. Nothing to do: ok.
  Status settle(provider::LoadedProvider& provider);
  /// May something below the target's root be changed? Tries to settle it first. kBusy, and what
  /// to do, when an unsettled provider claims it, or did when it was last loaded.
  Status judge(const gate::World& world, const gate::Target& target) {
    return open_.empty() ? Status() : judge_open(world, target);
  }

 private:
  struct Open {
    std::vector<Record> undo;             // in the order of the changes
    std::vector<std::int64_t> committed;  // ascending
    std::string why;
  };
  Status judge_open(const gate::World& world, const gate::Target& target);
  static Status settle_commits(Open& open, provider::LoadedProvider& provider, Ledger& ledger);
  static Status settle_undo(Open& open, provider::LoadedProvider& provider, Ledger& ledger);

  std::map<std::string, Open, std::less<>> open_;  // by provider
  std::vector<store::TransactionKey> over_;
  std::int64_t next_ = 1;
};

}  // namespace cspkit

#endif  // CSPKIT_CORE_ENGINE_LEDGER_HPP_
