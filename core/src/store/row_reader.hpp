// SPDX-License-Identifier: Apache-2.0
// Rows as they come out of the tables.
#ifndef CSPKIT_CORE_STORE_ROW_READER_HPP_
#define CSPKIT_CORE_STORE_ROW_READER_HPP_

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "store/sqlite_db.hpp"

namespace cspkit::store {

/// Columns of a row being read, with the first one that cannot be right.
class RowReader {
 public:
  explicit RowReader(const Statement& statement) : statement_(statement) {}
  std::string bytes() { return statement_.column_bytes(column_++); }
  std::int64_t integer() { return statement_.column_integer(column_++); }
  template <typename T>
  T ranged(const char* name, std::int64_t last = std::numeric_limits<T>::max()) {
    const std::int64_t number = integer();
    if (number >= 0 && number <= last) return static_cast<T>(number);
    is_damaged(fmt::format("{} {}", name, number));
    return {};
  }
  void is_damaged(std::string what) {
    if (damage_.empty()) damage_ = std::move(what);
  }
  const std::string& damage() const { return damage_; }

 private:
  const Statement& statement_;
  int column_ = 0;
  std::string damage_;
};

/// The Status for a table in which something cannot be right.
inline Status damaged_table(const Database& database, const char* table, std::string_view what) {
  return Status(Code::kStateUnusable,
                fmt::format("{}: is damaged (table {}, {}); restore a backup, or move it away to "
                            "start anew",
                            database.path(), table, what));
}
/// The same for a row, counted from 1.
inline Status damaged_row(const Database& database, const char* table, std::size_t row,
                          const RowReader& reader) {
  return damaged_table(database, table, fmt::format("row {}: {}", row, reader.damage()));
}

}  // namespace cspkit::store

#endif  // CSPKIT_CORE_STORE_ROW_READER_HPP_
