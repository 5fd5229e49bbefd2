// SPDX-License-Identifier: Apache-2.0
// The rows that a transaction has changed. Most have one; an Atomic or a document may have a
// hundred thousand: a few are looked through, many are hashed, and their order is kept only once
// somebody asks for what is below a node. One that was used before has memory for the next
// transaction, which then asks for none.
#ifndef CSPKIT_CORE_TXN_OVERLAY_HPP_
#define CSPKIT_CORE_TXN_OVERLAY_HPP_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/store.hpp"
#include "tree/tree.hpp"

namespace cspkit::txn {

using store::NodeRow;

class Overlay {
 public:
  /// What has been done to a row.
  struct Mark {
    bool removed = true;
    std::uint64_t written_at = 0;  ///< the write of the transaction that was the last of this row
    /// Where the tree has the row, spelled as it is; null: not known. In what was not begun with
    /// the turn, a preview of a batch, it may have gone from there: nobody looks through it.
    tree::Live* live = nullptr;
  };
  /// A changed row: user and key always; the rest unless it is removed. Valid until the next at().
  struct Change {
    const NodeRow* row = nullptr;
    const Mark* mark = nullptr;
    explicit operator bool() const { return row != nullptr; }
    bool removed() const { return mark->removed; }
  };
  struct Place {
    NodeRow& row;
    Mark& mark;
  };

  /// False when that row is as it was.
  Change find(std::string_view user, std::string_view key) const;
  Place at(std::string_view user, std::string_view key);
  /// That row's, with its path and title; the rest of it holds anything.
  /// `live`: where the tree has it, if that is known; looked at only when `before` is the tree's: a
  /// batch's row may have gone from there meanwhile.
  Place at_copy_of(const NodeRow& before, const tree::Live* live);
  bool empty() const { return marks_.empty() && rows_.empty(); }
  void clear();
  /// False when somebody has it.
  bool borrow() { return !std::exchange(borrowed_, true); }
  void give_back() {
    if (!empty()) clear();
    borrowed_ = false;
  }
  /// Calls visit(key, change) for all strictly below `key`, in order.
  template <typename Visit>
  void for_each_below(std::string_view user, std::string_view key, Visit visit) const {
    if (empty()) return;
    put_in_order();
    const auto own = ordered_.find(user);
    if (own == ordered_.end()) return;
    tree::for_each_below(own->second, key, [&](const std::string& below) {
      const std::size_t place = own->second.find(below)->second;
      visit(below, Change{&rows_[place], &marks_[place]});
    });
  }
  /// Moves all to a batch that has none yet; of those removed, the ones that the tree holds. By
  /// user and key, unless the tree is known to have them all. The overlay is empty afterwards.
  /// `lives`: where the tree has those that were put, as far as that is known; all or nothing.
  void take(const tree::Tree& tree, store::Batch& batch, std::vector<tree::Live*>& lives);

 private:
  using Order = std::map<std::string, std::size_t, std::less<>>;
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t place = 0;  // in rows_, from 1; 0: free
  };

  std::uint32_t hash_of(std::string_view user, std::string_view key) const;
  std::size_t place_of(std::string_view user, std::string_view key) const;
  void index(std::size_t place);
  void put_in_order() const;
  bool comes_before(std::size_t a, std::size_t b) const;

  store::NodeRows rows_;
  std::vector<Mark> marks_;  // of rows_
  std::uint64_t seed_ = 0;
  std::vector<Slot> slots_;  // when there are more than a few; a power of two, half of them free
  std::size_t usual_slots_ = 0;  // as many as were enough last time
  // By user; all of rows_ or nothing.
  mutable std::map<std::string, Order, std::less<>> ordered_;
  bool borrowed_ = false;
};

}  // namespace cspkit::txn

#endif  // CSPKIT_CORE_TXN_OVERLAY_HPP_
