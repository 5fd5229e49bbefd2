// SPDX-License-Identifier: Apache-2.0
#include "txn/overlay.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <tuple>

namespace cspkit::txn {

std::uint32_t Overlay::hash_of(std::string_view user, std::string_view key) const {
  return static_cast<std::uint32_t>(ddf::hash_text(key, seed_ + user.size()));
}

// In rows_, counted from 1; 0 when there is none.
std::size_t Overlay::place_of(std::string_view user, std::string_view key) const {
  if (rows_.empty()) return 0;
  const auto is_it = [&](const NodeRow& row) { return row.key == key && row.user == user; };
  if (slots_.empty()) {
    for (std::size_t i = rows_.size(); i != 0; --i) {
      if (is_it(rows_[i - 1])) return i;
    }
    return 0;
  }
  const std::uint32_t hash = hash_of(user, key);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask; slots_[i].place != 0; i = (i + 1) & mask) {
    if (slots_[i].hash == hash && is_it(rows_[slots_[i].place - 1])) return slots_[i].place;
  }
  return 0;
}

Overlay::Change Overlay::find(std::string_view user, std::string_view key) const {
  const std::size_t place = place_of(user, key);
  return place == 0 ? Change() : Change{&rows_[place - 1], &marks_[place - 1]};
}

Overlay::Place Overlay::at(std::string_view user, std::string_view key) {
  std::size_t place = place_of(user, key);
  if (place == 0) {
    NodeRow& made = rows_.add();
    marks_.emplace_back();
    made.user.assign(user);
    made.key.assign(key);
    made.path.clear();
    made.format = Format::kUnset;
    made.mime.clear();
    made.value.clear();
    made.flags = 0;
    made.title.clear();
    made.tstamp = 0;
    made.verno = 0;
    place = rows_.size();
    index(place);
    if (!ordered_.empty()) ordered_[made.user].emplace(made.key, place - 1);
  }
  return {rows_[place - 1], marks_[place - 1]};
}

Overlay::Place Overlay::at_copy_of(const NodeRow& before, const tree::Live* live) {
  // One of its own, or the tree's; then the overlay has none.
  const std::less_equal<const NodeRow*> is_in_order;
  const bool own = !rows_.empty() && is_in_order(rows_.begin(), &before) &&
                   is_in_order(&before, rows_.end() - 1);
  std::size_t place = own ? static_cast<std::size_t>(&before - rows_.begin()) + 1 : 0;
  if (!own) {
    NodeRow& made = rows_.add();
    marks_.emplace_back();
    if (!before.user.empty() || !made.user.empty()) made.user = before.user;
    // One text less to fetch, which lies far away in a large tree.
    if (live && live->is_folded()) {
      ddf::fold(before.path, made.key);
    } else {
      made.key = before.key;
    }
    place = rows_.size();
    index(place);
    if (!ordered_.empty()) ordered_[made.user].emplace(made.key, place - 1);
  }
  NodeRow& row = rows_[place - 1];
  if (&row != &before) {  // which is the tree's then, and has not moved
    row.path = before.path;
    if (!before.title.empty() || !row.title.empty()) row.title = before.title;
  }
  return {row, marks_[place - 1]};
}

void Overlay::clear() {
  constexpr std::size_t kMost = 4096;
  constexpr std::size_t kUsual = 1024;
  rows_.clear();
  marks_.clear();
  usual_slots_ = std::min(slots_.size(), kUsual);
  slots_.clear();
  if (marks_.capacity() > kMost) marks_.shrink_to_fit();
  if (slots_.capacity() > kMost) slots_.shrink_to_fit();
  if (!ordered_.empty()) ordered_.clear();
}

void Overlay::index(std::size_t place) {
  constexpr std::size_t kFew = 8;
  if (rows_.size() <= kFew) return;
  const bool grows = slots_.size() < 2 * rows_.size();
  if (slots_.empty()) seed_ = tree::chance(this);
  if (grows) slots_.assign(std::max({8 * kFew, 2 * slots_.size(), usual_slots_}), {});
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t each = grows ? 1 : place; each <= place; ++each) {
    const NodeRow& row = rows_[each - 1];
    const std::uint32_t hash = hash_of(row.user, row.key);
    std::size_t i = hash & mask;
    while (slots_[i].place != 0) i = (i + 1) & mask;
    slots_[i] = {hash, static_cast<std::uint32_t>(each)};
  }
}

void Overlay::put_in_order() const {
  if (!ordered_.empty()) return;
  for (std::size_t i = 0; i < rows_.size(); ++i) ordered_[rows_[i].user].emplace(rows_[i].key, i);
}

bool Overlay::comes_before(std::size_t a, std::size_t b) const {
  return std::tie(rows_[a].user, rows_[a].key) < std::tie(rows_[b].user, rows_[b].key);
}

void Overlay::take(const tree::Tree& tree, store::Batch& batch, std::vector<tree::Live*>& lives) {
  lives.clear();
  const auto all = [this](auto is_so) {
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      if (!is_so(i)) return false;
    }
    return true;
  };
  // What the tree has already it needs in no order; of what is new, parents come first.
  const bool as_they_are =
      all([this](std::size_t i) { return !marks_[i].removed && marks_[i].live; }) ||
      all([this](std::size_t i) {
        return !marks_[i].removed && (i == 0 || comes_before(i - 1, i));
      });
  if (as_they_are) {
    for (const Mark& mark : marks_) lives.push_back(mark.live);
    rows_.swap(batch.put_nodes);
    return clear();
  }
  std::vector<std::size_t> order(rows_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [this](std::size_t a, std::size_t b) { return comes_before(a, b); });
  for (const std::size_t place : order) {
    NodeRow& row = rows_[place];
    if (!marks_[place].removed) {
      std::swap(batch.put_nodes.add(), row);
    } else if (tree.find(row.user, row.key)) {
      batch.remove_nodes.push_back({row.user, row.key});
    }
  }
  clear();
}

}  // namespace cspkit::txn
