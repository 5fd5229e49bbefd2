// SPDX-License-Identifier: Apache-2.0
// The rows that a transaction has changed. Most have one; an Atomic or a document may have a
// hundred thousand: a few are looked through, many are hashed, and their order is kept only once
// somebody asks for what is below a node.
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
  struct Change {
    NodeRow row;  ///< user and key always; the rest unless it is removed
    bool removed = true;
    std::uint64_t writes = 0;
  };

  /// Null when that row is as it was. Valid until the next at().
  const Change* find(std::string_view user, std::string_view key) const;
  Change& at(std::string_view user, std::string_view key);
  bool empty() const { return changes_.empty(); }
  /// Calls visit(key, change) for all strictly below `key`, in order.
  template <typename Visit>
  void for_each_below(std::string_view user, std::string_view key, Visit visit) const {
    if (changes_.empty()) return;
    put_in_order();
    const auto own = ordered_.find(user);
    if (own == ordered_.end()) return;
    tree::for_each_below(own->second, key, [&](const std::string& below) {
      visit(below, changes_[own->second.find(below)->second]);
    });
  }
  /// Calls visit(change&&) for all, by user and key. The overlay is empty afterwards.
  template <typename Visit>
  void take(Visit visit) {
    for (const std::size_t place : in_order()) visit(std::move(changes_[place]));
    changes_.clear();
    slots_.clear();
    ordered_.clear();
  }

 private:
  using Order = std::map<std::string, std::size_t, std::less<>>;
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t place = 0;  // in changes_, from 1; 0: free
  };

  std::uint32_t hash_of(std::string_view user, std::string_view key) const;
  std::size_t place_of(std::string_view user, std::string_view key) const;
  void index(std::size_t place);
  void put_in_order() const;
  std::vector<std::size_t> in_order() const;

  std::vector<Change> changes_;
  std::uint64_t seed_ = tree::chance(this);
  std::vector<Slot> slots_;  // when there are more than a few; a power of two, half of them free
  // By user; all of changes_ or nothing.
  mutable std::map<std::string, Order, std::less<>> ordered_;
};

}  // namespace cspkit::txn

#endif  // CSPKIT_CORE_TXN_OVERLAY_HPP_
