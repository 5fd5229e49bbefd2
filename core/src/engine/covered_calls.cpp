// SPDX-License-Identifier: Apache-2.0
#include "engine/covered_calls.hpp"

#include <algorithm>
#include <bit>
#include <cspkit/ddf/locuri.hpp>
#include <utility>

namespace cspkit {

std::uint32_t CoveredCalls::hash_of(const CoveredCall& call) const {
  return static_cast<std::uint32_t>(ddf::hash_text(call.key, seed_ + call.verb));
}

std::size_t CoveredCalls::slot_of(const CoveredCall& call, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  for (; slots_[i] != 0; i = (i + 1) & mask) {
    const Entry& entry = entries_[slots_[i] - 1];
    if (entry.hash == hash && entry.call == call) break;
  }
  return i;
}

void CoveredCalls::grow(std::size_t slots) {
  slots_.assign(slots, 0);
  for (std::size_t n = 0; n < entries_.size(); ++n) {
    slots_[slot_of(entries_[n].call, entries_[n].hash)] = static_cast<std::uint32_t>(n + 1);
  }
}

void CoveredCalls::reserve(std::size_t calls) {
  if (calls <= entries_.size()) return;
  entries_.reserve(calls);
  if (slots_.size() < 2 * calls) grow(std::bit_ceil(2 * calls));
}

bool CoveredCalls::has(const CoveredCall& call) const {
  if (entries_.empty()) return false;
  const std::uint32_t number = slots_[slot_of(call, hash_of(call))];
  return number != 0 && !entries_[number - 1].gone;
}

std::string_view CoveredCalls::keep(std::string_view text) {
  if (text.empty()) return {};
  char* const copy = static_cast<char*>(memory_.allocate(text.size(), 1));
  text.copy(copy, text.size());
  return {copy, text.size()};
}

bool CoveredCalls::add(const CoveredCall& call) {
  const std::size_t size = entries_.size() + 1;
  if (slots_.size() < 2 * size) grow(std::bit_ceil(std::max<std::size_t>(16, 4 * size)));
  const std::uint32_t hash = hash_of(call);
  std::uint32_t& number = slots_[slot_of(call, hash)];
  if (number != 0) return std::exchange(entries_[number - 1].gone, false);
  entries_.push_back({{call.provider, keep(call.user), keep(call.key), call.verb}, hash, false});
  number = static_cast<std::uint32_t>(size);
  return true;
}

void CoveredCalls::remove(const CoveredCall& call) {
  if (entries_.empty()) return;
  const std::uint32_t number = slots_[slot_of(call, hash_of(call))];
  if (number != 0) entries_[number - 1].gone = true;
}

}  // namespace cspkit
