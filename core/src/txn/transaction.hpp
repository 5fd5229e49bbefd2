// SPDX-License-Identifier: Apache-2.0
// A transaction: an overlay in memory over the tree. Nobody else sees it before it is committed;
// dropping it undoes it.
//
// Threads: one at a time uses it: the holder of the turn; or, while that waits for a provider's
// answer, whoever holds the mutex of the call's writer, from any thread. Looking through to the
// tree needs the turn, or the tree's shared lock.
#ifndef CSPKIT_CORE_TXN_TRANSACTION_HPP_
#define CSPKIT_CORE_TXN_TRANSACTION_HPP_

#include <cspkit/result.hpp>
#include <cspkit/value.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gate/gate.hpp"
#include "store/store.hpp"
#include "tree/tree.hpp"
#include "txn/overlay.hpp"

namespace cspkit::txn {

using store::NodeRow;

/// A value whose bytes somebody else keeps.
struct BorrowedValue {
  Format format = Format::kUnset;
  std::string_view data;
  bool secret = false;
};

class Transaction : public gate::View {
 public:
  /// What it writes gets the time stamp `now_ms`. `memory`, an empty overlay that nobody else uses,
  /// may serve it meanwhile.
  Transaction(const tree::Tree& tree, std::uint64_t id, std::int64_t now_ms,
              Overlay* memory = nullptr)
      : tree_(tree),
        id_(id),
        now_ms_(now_ms),
        own_(memory && memory->borrow() ? nullptr : std::make_unique<Overlay>()),
        changes_(own_ ? *own_ : *memory) {}
  ~Transaction() override {
    if (!own_) changes_.give_back();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  std::uint64_t id() const { return id_; }
  /// Milliseconds since 1970 UTC.
  std::int64_t now_ms() const { return now_ms_; }

  /// The row as this transaction sees it; null when the node is not set. Valid until the next
  /// change.
  const NodeRow* find(std::string_view user, std::string_view key) const override;
  /// A leaf that is set, and above which nothing is missing.
  struct Direct {
    tree::Live* live = nullptr;
    const NodeRow* row = nullptr;
  };
  /// The one at exactly that path, in whatever case of letters, where that can be told at once (see
  /// tree::Live); an empty one says nothing. Valid until the next change.
  Direct find_direct(std::string_view user, std::string_view path) const;
  /// What find() finds, and where the tree has it, as far as that is known; an empty `row` says
  /// that it is not there. Valid until the next change.
  Direct find_placed(std::string_view user, std::string_view key) const;
  /// A firm row of the tree (see tree::Live) at that path, or null, likewise.
  tree::Live* find_firm(std::string_view user, std::string_view path) const;
  /// A firm row as this transaction sees it; null where that cannot be told at once. Valid until
  /// the next change.
  const NodeRow* see(const tree::Live& firm) const;
  /// Keys of the set children directly below `key`, sorted.
  void children(std::string_view user, std::string_view key,
                std::vector<std::string>& keys) const override;
  /// May a value of so many bytes be put there? kTooLarge: not in this transaction; kFull: not in
  /// this tree (tree::Limits). Whoever puts what somebody else has chosen asks first.
  Status judge_room(std::string_view user, std::string_view key, std::size_t value_bytes) const;
  /// Sets a row; spelling, title and version are carried on from the row before.
  void put(NodeRow row);
  /// The same of a row that find() has just said is not there.
  void put_new(NodeRow row);
  /// Gives a row that is there, as find() says it is, another value.
  /// `live`: where the tree has it, if the caller knows.
  /// `value` is left with what memory the row had for the one before.
  void overwrite(const NodeRow& before, Value&& value, std::string&& mime, tree::Live* live);
  /// The same of a value that somebody else keeps.
  void overwrite(const NodeRow& before, const BorrowedValue& value, std::string_view mime,
                 tree::Live* live);
  /// Removes the row and every row below it.
  void erase_subtree(std::string_view user, std::string_view key);
  /// Gives a row that is there another Title. kTooLarge, kFull.
  Status retitle(std::string_view user, std::string_view key, std::string title);
  /// Moves a row and every row below it to another key and path. What lay there goes.
  /// kTooLarge: then it has moved nothing.
  Status rename_subtree(std::string_view user, std::string_view key, std::string_view new_key,
                        std::string_view new_path);
  /// Has something been removed or renamed?
  bool removes() const { return removes_; }
  /// Grows with every put and erase.
  std::uint64_t writes() const { return writes_; }
  /// Was exactly this row put or erased since there were so many writes? Tells whether a handler
  /// did it itself.
  bool written_since(std::uint64_t writes, std::string_view user, std::string_view key) const;

  const std::string* state(const std::string& provider, const std::string& key) const;
  void put_state(std::string provider, std::string key, std::string bytes);
  void erase_state(std::string provider, std::string key);
  std::vector<std::string> state_keys(const std::string& provider, std::string_view prefix) const;

  bool has_job(const std::string& provider, const std::string& id) const;
  /// Starts the job, or gives a running one another payload.
  void put_job(const std::string& provider, const std::string& id, std::string payload);
  bool end_job(const std::string& provider, const std::string& id);
  /// Jobs this transaction starts (not those whose payload it changes).
  std::vector<tree::JobKey> started_jobs() const {
    return extras_ ? extra_started_jobs() : std::vector<tree::JobKey>();
  }

  /// Queues an alert for the server, or changes one; without an id it is a new one. Its id.
  std::int64_t put_alert(store::AlertRow alert);
  void remove_alert(std::int64_t id);
  /// Is there room for one more?
  bool takes_alerts() const;

  bool empty() const;
  /// Roots of what was removed so far, also where nothing was set.
  const std::vector<store::NodeKey>& erased() const { return erased_keys_; }
  /// Puts what the store must write into a batch that is empty. The overlay is afterwards. `lives`
  /// is for Tree::publish().
  void take_batch(store::Batch& batch, std::vector<tree::Live*>& lives);

 private:
  void set(NodeRow row, std::size_t cost_before);
  template <typename Put>
  void overwrite_with(const NodeRow& before, Format format, std::string_view data, bool secret,
                      tree::Live* live, Put put);
  void note_set(const Overlay::Place& place, std::size_t cost_before);
  std::size_t cost_at(std::string_view user, std::string_view key) const;
  void reset(std::string_view user, std::string_view key);
  std::set<std::string> keys_of_subtree(std::string_view user, std::string_view key) const;

  const tree::Tree& tree_;
  std::uint64_t id_;
  std::int64_t now_ms_;
  std::unique_ptr<Overlay> own_;  // where none is lent
  Overlay& changes_;
  bool removes_ = false;  // something
  std::uint64_t writes_ = 0;
  std::size_t written_ = 0;    // bytes of all values that were put
  std::ptrdiff_t growth_ = 0;  // of the tree, by tree::cost_of()
  std::vector<store::NodeKey> erased_keys_;
  /// What few transactions have.
  struct Extras {
    std::map<tree::StateKey, std::optional<std::string>> state;
    std::map<tree::JobKey, std::optional<std::string>> jobs;
    // A job ended and started again under its name in one transaction is another job: it runs anew.
    std::set<tree::JobKey> ended, restarted;
    std::vector<store::AlertRow> alerts;
    std::vector<std::int64_t> gone_alerts;
    std::int64_t last_alert = 0;  // the number of the newest of them
  };
  Extras& extras() {
    if (!extras_) extras_ = std::make_unique<Extras>();
    return *extras_;
  }
  void take_extras(store::Batch& batch);
  std::vector<tree::JobKey> extra_started_jobs() const;
  std::unique_ptr<Extras> extras_;
};

}  // namespace cspkit::txn

#endif  // CSPKIT_CORE_TXN_TRANSACTION_HPP_
