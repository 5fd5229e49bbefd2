// SPDX-License-Identifier: Apache-2.0
// A transaction: an overlay in memory over the tree. Nobody else sees it before it is committed;
// dropping it undoes it.
//
// Threads: the overlay has a mutex of its own, because a provider may write with its call's handle
// from any thread while the command waits. Looking through to the tree needs the turn, or the
// tree's shared lock.
#ifndef CSPKIT_CORE_TXN_TRANSACTION_HPP_
#define CSPKIT_CORE_TXN_TRANSACTION_HPP_

#include <cspkit/result.hpp>
#include <cspkit/value.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
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

class Transaction : public gate::View {
 public:
  Transaction(const tree::Tree& tree, std::uint64_t id) : tree_(tree), id_(id) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  std::uint64_t id() const { return id_; }

  /// The row as this transaction sees it; null when the node is not set. Valid until the next
  /// change.
  const NodeRow* find(std::string_view user, std::string_view key) const override;
  /// The row at exactly that path, if it is a direct one (tree::Live) and this transaction has
  /// changed none. Valid until the tree is published.
  const tree::Live* find_direct(std::string_view user, std::string_view path) const;
  /// Keys of the set children directly below `key`, sorted.
  void children(std::string_view user, std::string_view key,
                std::vector<std::string>& keys) const override;
  /// May a value of so many bytes be put there? kTooLarge: not in this transaction; kFull: not in
  /// this tree (tree::Limits). Whoever puts what somebody else has chosen asks first.
  Status judge_room(std::string_view user, std::string_view key, std::size_t value_bytes) const;
  /// Sets a row; spelling, title and version are carried on from the row before.
  void put(NodeRow row, std::int64_t now_ms);
  /// The same with what find() says of that row, asked under mutex().
  void put_over(const NodeRow* before, NodeRow row, std::int64_t now_ms);
  /// Removes the row and every row below it.
  void erase_subtree(std::string_view user, std::string_view key);
  /// Gives a row that is there another Title. kTooLarge, kFull.
  Status retitle(std::string_view user, std::string_view key, std::string title,
                 std::int64_t now_ms);
  /// Moves a row and every row below it to another key and path. What lay there goes.
  /// kTooLarge: then it has moved nothing.
  Status rename_subtree(std::string_view user, std::string_view key, std::string_view new_key,
                        std::string_view new_path, std::int64_t now_ms);
  /// Grows with every put and erase of exactly this row: tells whether a handler wrote it itself.
  std::uint64_t writes_to(std::string_view user, std::string_view key) const;

  const std::string* state(const std::string& provider, const std::string& key) const;
  void put_state(std::string provider, std::string key, std::string bytes);
  void erase_state(std::string provider, std::string key);
  std::vector<std::string> state_keys(const std::string& provider, std::string_view prefix) const;

  bool has_job(const std::string& provider, const std::string& id) const;
  /// Starts the job, or gives a running one another payload.
  void put_job(const std::string& provider, const std::string& id, std::string payload);
  bool end_job(const std::string& provider, const std::string& id);
  /// Jobs this transaction starts (not those whose payload it changes).
  std::vector<tree::JobKey> started_jobs() const;

  /// Queues an alert for the server, or changes one; without an id it is a new one. Its id.
  std::int64_t put_alert(store::AlertRow alert);
  void remove_alert(std::int64_t id);
  /// Is there room for one more?
  bool takes_alerts() const;

  bool empty() const;
  /// Roots of what was removed so far, also where nothing was set.
  const std::vector<store::NodeKey>& erased() const { return erased_keys_; }
  /// What the store must write. The overlay is empty afterwards.
  store::Batch take_batch();

  /// Held by whoever uses the overlay while a provider may.
  std::recursive_mutex& mutex() const { return mutex_; }

 private:
  void set(NodeRow row, std::size_t cost_before);
  std::size_t cost_at(std::string_view user, std::string_view key) const;
  void reset(std::string_view user, std::string_view key);
  std::set<std::string> keys_of_subtree(std::string_view user, std::string_view key) const;

  const tree::Tree& tree_;
  std::uint64_t id_;
  mutable std::recursive_mutex mutex_;
  Overlay changes_;
  std::size_t written_ = 0;    // bytes of all values that were put
  std::ptrdiff_t growth_ = 0;  // of the tree, by tree::cost_of()
  std::map<tree::StateKey, std::optional<std::string>> state_;
  std::map<tree::JobKey, std::optional<std::string>> jobs_;
  std::vector<store::AlertRow> alerts_;
  std::vector<std::int64_t> gone_alerts_;
  std::int64_t last_alert_ = 0;  // the number of the newest of them
  std::vector<store::NodeKey> erased_keys_;
  // A job ended and started again under its name in one transaction is another job: it runs anew.
  std::set<tree::JobKey> ended_, restarted_;
};

}  // namespace cspkit::txn

#endif  // CSPKIT_CORE_TXN_TRANSACTION_HPP_
