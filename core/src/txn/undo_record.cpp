// SPDX-License-Identifier: Apache-2.0
#include "txn/undo_record.hpp"

#include <cstddef>
#include <cstdint>

namespace cspkit::txn {

namespace {

constexpr char kVersion = 1;

void append_number(std::string& to, std::uint32_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    to.push_back(static_cast<char>((number >> shift) & 0xFFu));
  }
}

/// Takes from the front of what is left; empty when there is too little.
std::optional<std::string_view> take(std::string_view& left, std::size_t size) {
  if (left.size() < size) return std::nullopt;
  const std::string_view taken = left.substr(0, size);
  left.remove_prefix(size);
  return taken;
}

std::optional<std::uint32_t> take_number(std::string_view& left) {
  const auto bytes = take(left, 4);
  if (!bytes) return std::nullopt;
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) {
    number = (number << 8) | static_cast<unsigned char>((*bytes)[i]);
  }
  return number;
}

std::optional<UndoRecord::Root> take_root(std::string_view& left) {
  const auto scope = take(left, 1);
  const auto size = take_number(left);
  if (!scope || !size || scope->front() < 0 || scope->front() > 1) return std::nullopt;
  const auto key = take(left, *size);
  if (!key) return std::nullopt;
  return UndoRecord::Root{static_cast<Scope>(scope->front()), std::string(*key)};
}

}  // namespace

std::string encode_undo(const UndoRecord& record) {
  std::string stored(1, kVersion);
  append_number(stored, static_cast<std::uint32_t>(record.roots.size()));
  for (const UndoRecord::Root& root : record.roots) {
    stored.push_back(static_cast<char>(root.scope));
    append_number(stored, static_cast<std::uint32_t>(root.key.size()));
    stored += root.key;
  }
  return stored + record.bytes;
}

std::optional<UndoRecord> decode_undo(std::string_view stored) {
  const auto version = take(stored, 1);
  if (!version || version->front() != kVersion) return std::nullopt;
  const auto count = take_number(stored);
  if (!count) return std::nullopt;
  UndoRecord record;
  for (std::uint32_t i = 0; i < *count; ++i) {
    // Each takes bytes, so a false count ends with what there is.
    auto root = take_root(stored);
    if (!root) return std::nullopt;
    record.roots.push_back(*std::move(root));
  }
  record.bytes = std::string(stored);
  return record;
}

}  // namespace cspkit::txn
