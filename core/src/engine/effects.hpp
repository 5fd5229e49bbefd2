// SPDX-License-Identifier: Apache-2.0
// What providers do outside the store in one transaction (cspkit.transaction/1): who takes part,
// the undo records that are on disk before the effects, and how it ends.
//
//   prepare  begin of every provider known to take part; all undo records that can be asked for
//            ahead, saved in one batch
//   before   right before each effect: what prepare could not know, saved by itself
//   decide   adds to the decision what belongs to it;  conclude: commit and end
//   undo     instead of these two
#ifndef CSPKIT_CORE_ENGINE_EFFECTS_HPP_
#define CSPKIT_CORE_ENGINE_EFFECTS_HPP_

#include <cspkit/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/covered_calls.hpp"
#include "provider/loaded_provider.hpp"
#include "store/store.hpp"
#include "txn/transaction.hpp"
#include "txn/undo_record.hpp"

namespace cspkit {

class EngineImpl;

/// A handler that is about to be called, or will be.
struct HandlerCall {
  provider::LoadedProvider* provider = nullptr;
  provider::CallSpec spec;
  std::string key;            ///< folded path of the node
  std::size_t operation = 0;  ///< which command of an Atomic it serves
};

/// The calls that are known ahead. One that was used before has memory for the next.
class PlannedCalls {
 public:
  /// Empties it when a plan has been carried out, or could not be made.
  class Emptied {
   public:
    explicit Emptied(PlannedCalls& calls) : calls_(calls) {}
    Emptied(const Emptied&) = delete;
    Emptied& operator=(const Emptied&) = delete;
    ~Emptied() { calls_.clear(); }

   private:
    PlannedCalls& calls_;
  };
  /// One that was used before, or is new: whoever adds it fills it.
  HandlerCall& add() {
    if (size_ == calls_.size()) calls_.emplace_back();
    return calls_[size_++];
  }
  std::span<const HandlerCall> all() const { return {calls_.data(), size_}; }
  std::size_t size() const { return size_; }
  HandlerCall& operator[](std::size_t i) { return calls_[i]; }

 private:
  void clear() {
    constexpr std::size_t kKept = 256;  // as many as are usual
    if (calls_.size() > kKept) std::vector<HandlerCall>().swap(calls_);
    size_ = 0;
  }

  std::vector<HandlerCall> calls_;
  std::size_t size_ = 0;
};

/// Used by the holder of the turn.
class Effects {
 public:
  Effects(EngineImpl& engine, txn::Transaction& transaction);
  /// What is neither concluded nor undone is undone.
  ~Effects();
  Effects(const Effects&) = delete;
  Effects& operator=(const Effects&) = delete;

  /// Failures: a provider's own; kFull or kFailed when the records cannot be saved. No effect has
  /// happened then, and undo() ends what was begun. `failed_operation`: whose fault it is.
  Status prepare(std::span<const HandlerCall> calls, std::size_t& failed_operation);
  Status before(const HandlerCall& call);

  void decide(store::Batch& batch) {
    if (!participants_.empty()) decide_for_all(batch);
  }
  void conclude() {
    if (!participants_.empty()) conclude_all();
  }
  /// Applies every record, the last first, and ends the transaction for the providers. The commands
  /// that could not be undone.
  std::set<std::size_t> undo();

 private:
  struct Participant {
    provider::LoadedProvider* provider = nullptr;
    bool recorded = false;          // a record of it is on disk
    bool failed = false;            // it could not undo, or commit
    store::TransactionKey decided;  // of the mark, once it is in the decision
    Status why;
  };
  struct Record {
    std::size_t participant = 0;
    std::size_t operation = 0;
    std::string_view bytes;  // kept beside the covered calls
  };
  void decide_for_all(store::Batch& batch);
  void conclude_all();
  CoveredCalls& covered();
  Status join(provider::LoadedProvider& provider, std::size_t& participant);
  Status ask(const HandlerCall& call, std::vector<Record>& records);
  Status save(std::vector<Record> records);
  void add_rows(std::size_t participant, const std::vector<Record>& records, store::Batch& batch);
  void leave_open(const Participant& participant, std::size_t index);
  std::int64_t id() const { return static_cast<std::int64_t>(transaction_.id()); }

  EngineImpl& engine_;
  txn::Transaction& transaction_;
  std::vector<Participant> participants_;  // in the order of their begin
  std::vector<Record> records_;            // saved, in order
  std::string one_record_;                 // that was asked for last
  std::optional<CoveredCalls> covered_;    // made when it is asked for: most transactions need none
  std::uint32_t sequence_ = 0;
};

}  // namespace cspkit

#endif  // CSPKIT_CORE_ENGINE_EFFECTS_HPP_
