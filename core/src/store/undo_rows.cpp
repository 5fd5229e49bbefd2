// SPDX-License-Identifier: Apache-2.0
#include "store/undo_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "store/row_reader.hpp"

namespace cspkit::store {

namespace {

bool is_of(const TransactionKey& key, std::int64_t transaction, std::string_view provider) {
  return key.transaction == transaction && key.provider == provider;
}

}  // namespace

Result<UndoRows> UndoRows::read(Database& database) {
  Result<Statement> statement = database.prepare(
      "SELECT transact, provider, min(id), max(id) FROM undo GROUP BY transact, provider");
  if (!statement) return statement.error();
  UndoRows read;
  int code = SQLITE_OK;
  while ((code = statement->step()) == SQLITE_ROW) {
    read.rows_.push_back(
        {{statement->column_integer(0), statement->column_bytes(1)}, statement->column_integer(2)});
    read.last_ = std::max(read.last_, statement->column_integer(3));
  }
  if (code != SQLITE_DONE) return database.failure(code, "read the table undo");
  if (read.last_ > std::numeric_limits<std::int64_t>::max() / 2)
    return damaged_table(database, "undo", fmt::format("id {}", read.last_));
  return read;
}

std::int64_t UndoRows::add(std::int64_t transaction, const std::string& provider) {
  const bool known = std::any_of(rows_.begin(), rows_.end(), [&](const Rows& each) {
    return is_of(each.of, transaction, provider);
  });
  if (!known) rows_.push_back({{transaction, provider}, last_ + 1});
  return ++last_;
}

std::int64_t UndoRows::first_of(const TransactionKey& key) const {
  for (const Rows& each : rows_) {
    if (is_of(each.of, key.transaction, key.provider)) return each.first;
  }
  return std::numeric_limits<std::int64_t>::min();
}

void UndoRows::forget(const Batch& batch) {
  if (batch.remove_transactions.empty()) return;
  const auto goes = [&batch](const Rows& each) {
    const auto any = [&each](const auto& rows) {
      return std::any_of(rows.begin(), rows.end(), [&each](const auto& row) {
        return is_of(each.of, row.transaction, row.provider);
      });
    };
    // One that came in the same batch is there still.
    return any(batch.remove_transactions) && !any(batch.put_undo) && !any(batch.put_committed);
  };
  rows_.erase(std::remove_if(rows_.begin(), rows_.end(), goes), rows_.end());
}

}  // namespace cspkit::store
