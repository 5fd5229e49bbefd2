// SPDX-License-Identifier: Apache-2.0
#include "txn/undo_record.hpp"

#include <cstddef>
#include <cstdint>

namespace cspkit::txn {

namespace {

constexpr char kOne = 1, kMany = 2;

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

std::optional<std::vector<UndoRecord::Root>> take_roots(std::string_view& left) {
  const auto count = take_number(left);
  if (!count) return std::nullopt;
  std::vector<UndoRecord::Root> roots;
  for (std::uint32_t i = 0; i < *count; ++i) {
    // Each takes bytes, so a false count ends with what there is.
    auto root = take_root(left);
    if (!root) return std::nullopt;
    roots.push_back(*std::move(root));
  }
  return roots;
}

void append_text(std::string& to, std::string_view text) {
  append_number(to, static_cast<std::uint32_t>(text.size()));
  to += text;
}

}  // namespace

std::string encode_undo(const std::vector<UndoRecord*>& records) {
  std::string stored(1, kMany);
  const std::vector<UndoRecord::Root>& roots = records.front()->roots;
  append_number(stored, static_cast<std::uint32_t>(roots.size()));
  for (const UndoRecord::Root& root : roots) {
    stored.push_back(static_cast<char>(root.scope));
    append_text(stored, root.key);
  }
  append_number(stored, static_cast<std::uint32_t>(records.size()));
  for (const UndoRecord* record : records) append_text(stored, record->bytes);
  return stored;
}

std::optional<std::vector<UndoRecord>> decode_undo(std::string_view stored) {
  const auto version = take(stored, 1);
  if (!version || (version->front() != kOne && version->front() != kMany)) return std::nullopt;
  auto roots = take_roots(stored);
  if (!roots) return std::nullopt;
  std::vector<UndoRecord> records;
  if (version->front() == kOne) {
    records.push_back({*std::move(roots), std::string(stored)});
    return records;
  }
  const auto count = take_number(stored);
  for (std::uint32_t i = 0; count && i < *count; ++i) {
    const auto size = take_number(stored);
    const auto bytes = size ? take(stored, *size) : std::nullopt;
    if (!bytes) return std::nullopt;
    records.push_back({{}, std::string(*bytes)});
  }
  if (records.empty() || !stored.empty()) return std::nullopt;
  records.front().roots = *std::move(roots);
  return records;
}

}  // namespace cspkit::txn
