// SPDX-License-Identifier: Apache-2.0
// Rows by their whole path, in whatever case of letters it is asked for: one hash and one probe,
// nothing allocated. A table of open addresses; changed under the tree's unique lock.
#ifndef CSPKIT_CORE_TREE_FOLDED_INDEX_HPP_
#define CSPKIT_CORE_TREE_FOLDED_INDEX_HPP_

#include <chrono>
#include <cspkit/ddf/locuri.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cspkit::tree {

struct Live;

/// A seed that nobody outside knows: names come from servers, who could choose them to share a
/// slot.
inline std::uint64_t chance(const void* here) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  return reinterpret_cast<std::uintptr_t>(here) ^ static_cast<std::uint64_t>(now) << 16;
}

class FoldedIndex {
 public:
  /// Of the rows whose keys the text folds to, the first one that `is` the one.
  template <typename Is>
  Live* find(std::string_view text, Is is) const {
    if (slots_.empty()) return nullptr;
    const std::uint32_t hash = hash_of(text);
    for (std::size_t i = hash & mask(); slots_[i].live != nullptr; i = (i + 1) & mask()) {
      if (slots_[i].hash == hash && is(*slots_[i].live)) return slots_[i].live;
    }
    return nullptr;
  }
  /// A row that is in no slot yet, under its key.
  void insert(std::string_view key, Live* live) {
    if (slots_.size() < 2 * (count_ + 1)) grow();
    place({hash_of(key), live});
    ++count_;
  }
  void erase(std::string_view key, const Live* live) {
    std::size_t hole = hash_of(key) & mask();
    while (slots_[hole].live != live) hole = (hole + 1) & mask();
    --count_;
    // Those behind it move up, as long as that brings them no nearer than where they belong.
    for (std::size_t i = (hole + 1) & mask(); slots_[i].live != nullptr; i = (i + 1) & mask()) {
      if (((i - slots_[i].hash) & mask()) < ((i - hole) & mask())) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole].live = nullptr;
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    Live* live = nullptr;
  };
  std::size_t mask() const { return slots_.size() - 1; }
  std::uint32_t hash_of(std::string_view text) const {
    return static_cast<std::uint32_t>(ddf::hash_folded(text, seed_));
  }
  void place(const Slot& slot) {
    std::size_t i = slot.hash & mask();
    while (slots_[i].live != nullptr) i = (i + 1) & mask();
    slots_[i] = slot;
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : 2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.live != nullptr) place(slot);
    }
  }

  std::vector<Slot> slots_;  // a power of two, at most half of them taken
  std::size_t count_ = 0;
  std::uint64_t seed_ = chance(this);
};

}  // namespace cspkit::tree

#endif  // CSPKIT_CORE_TREE_FOLDED_INDEX_HPP_
