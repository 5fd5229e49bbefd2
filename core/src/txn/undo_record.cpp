// SPDX-License-Identifier: Apache-2.0
#include "txn/undo_record.hpp"

#include <cstdint>
#include <limits>
#include <utility>

#include "store/record_bytes.hpp"

namespace cspkit::txn {

namespace {

using store::append_number;
using store::RecordReader;

// Versions 3, 4 and 5 of the schema, and 6.
constexpr char kOne = 1, kMany = 2, kPacked = 3;

/// A number of the kinds before kPacked: four bytes, the lowest first.
std::uint64_t wide_number(RecordReader& in) {
  const std::string_view bytes = in.bytes(4);
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

std::uint64_t number(RecordReader& in, char kind) {
  return kind == kPacked ? in.number_up_to(std::numeric_limits<std::uint32_t>::max())
                         : wide_number(in);
}

std::vector<UndoRecord::Root> take_roots(RecordReader& in, char kind) {
  std::vector<UndoRecord::Root> roots;
  const std::uint64_t count = number(in, kind);
  // Each takes bytes, so a false count ends with what there is.
  for (std::uint64_t i = 0; i < count && in.good(); ++i) {
    const std::string_view scope = in.bytes(1);
    const std::string_view key = in.bytes(number(in, kind));
    if (!in.good()) break;
    if (scope.front() < 0 || scope.front() > 1) {
      in.is_bad();
      break;
    }
    roots.push_back({static_cast<Scope>(scope.front()), std::string(key)});
  }
  return roots;
}

void append_text(std::string& to, std::string_view text) {
  append_number(to, text.size());
  to += text;
}

}  // namespace

std::string encode_undo(const std::vector<UndoRecord::Root>& roots,
                        const std::vector<std::string_view>& records) {
  std::size_t size = 0;
  for (const std::string_view record : records) size += record.size() + 2;
  std::string stored;
  stored.reserve(size + 128);
  stored.push_back(kPacked);
  append_number(stored, roots.size());
  for (const UndoRecord::Root& root : roots) {
    stored.push_back(static_cast<char>(root.scope));
    append_text(stored, root.key);
  }
  append_number(stored, records.size());
  for (const std::string_view record : records) append_text(stored, record);
  return stored;
}

std::optional<std::vector<UndoRecord>> decode_undo(std::string_view stored) {
  RecordReader in(stored);
  const std::string_view first = in.bytes(1);
  const char kind = in.good() ? first.front() : char{0};
  if (kind != kOne && kind != kMany && kind != kPacked) return std::nullopt;
  std::vector<UndoRecord::Root> roots = take_roots(in, kind);
  std::vector<UndoRecord> records;
  if (kind == kOne) {
    records.push_back({{}, std::string(in.rest())});
  } else {
    const std::uint64_t count = number(in, kind);
    for (std::uint64_t i = 0; i < count && in.good(); ++i)
      records.push_back({{}, std::string(in.bytes(number(in, kind)))});
    if (records.empty() || !in.rest().empty()) return std::nullopt;
  }
  if (!in.good()) return std::nullopt;
  records.front().roots = std::move(roots);
  return records;
}

}  // namespace cspkit::txn
