// SPDX-License-Identifier: Apache-2.0
#include "txn/overlay.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace cspkit::txn {

std::uint32_t Overlay::hash_of(std::string_view user, std::string_view key) const {
  return static_cast<std::uint32_t>(ddf::hash_text(key, seed_ + user.size()));
}

// In changes_, counted from 1; 0 when there is none.
std::size_t Overlay::place_of(std::string_view user, std::string_view key) const {
  const auto is_it = [&](const Change& change) {
    return change.row.key == key && change.row.user == user;
  };
  if (slots_.empty()) {
    for (std::size_t i = changes_.size(); i != 0; --i) {
      if (is_it(changes_[i - 1])) return i;
    }
    return 0;
  }
  const std::uint32_t hash = hash_of(user, key);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask; slots_[i].place != 0; i = (i + 1) & mask) {
    if (slots_[i].hash == hash && is_it(changes_[slots_[i].place - 1])) return slots_[i].place;
  }
  return 0;
}

const Overlay::Change* Overlay::find(std::string_view user, std::string_view key) const {
  const std::size_t place = place_of(user, key);
  return place == 0 ? nullptr : &changes_[place - 1];
}

Overlay::Change& Overlay::at(std::string_view user, std::string_view key) {
  std::size_t place = place_of(user, key);
  if (place == 0) {
    Change& made = changes_.emplace_back();
    made.row.user = user;
    made.row.key = key;
    place = changes_.size();
    index(place);
    if (!ordered_.empty()) ordered_[made.row.user].emplace(made.row.key, place - 1);
  }
  return changes_[place - 1];
}

void Overlay::index(std::size_t place) {
  constexpr std::size_t kFew = 8;
  if (changes_.size() <= kFew) return;
  const bool grows = slots_.size() < 2 * changes_.size();
  if (grows) slots_.assign(std::max(8 * kFew, 2 * slots_.size()), {});
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t each = grows ? 1 : place; each <= place; ++each) {
    const NodeRow& row = changes_[each - 1].row;
    const std::uint32_t hash = hash_of(row.user, row.key);
    std::size_t i = hash & mask;
    while (slots_[i].place != 0) i = (i + 1) & mask;
    slots_[i] = {hash, static_cast<std::uint32_t>(each)};
  }
}

void Overlay::put_in_order() const {
  if (!ordered_.empty()) return;
  for (std::size_t i = 0; i < changes_.size(); ++i)
    ordered_[changes_[i].row.user].emplace(changes_[i].row.key, i);
}

std::vector<std::size_t> Overlay::in_order() const {
  std::vector<std::size_t> order(changes_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    const NodeRow &x = changes_[a].row, &y = changes_[b].row;
    return std::tie(x.user, x.key) < std::tie(y.user, y.key);
  });
  return order;
}

}  // namespace cspkit::txn
