// SPDX-License-Identifier: Apache-2.0
// Where in the table undo the records and marks of a transaction lie.
#ifndef CSPKIT_CORE_STORE_UNDO_ROWS_HPP_
#define CSPKIT_CORE_STORE_UNDO_ROWS_HPP_

#include <cspkit/result.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite_db.hpp"
#include "store/store.hpp"

namespace cspkit::store {

/// Numbers the rows in the order in which they are written, and knows of each transaction that has
/// some where they begin. So those that lie before, and wait for a provider that is not loaded, are
/// not looked through whenever one ends; an index would cost each a page more.
class UndoRows {
 public:
  /// kStateUnusable: a number that no row can have.
  static Result<UndoRows> read(Database& database);

  /// The number of a row that is about to be written. Also when its batch is not kept: then it lies
  /// before what comes of that transaction later.
  std::int64_t add(std::int64_t transaction, const std::string& provider);
  /// No row of the transaction has a lower number.
  std::int64_t first_of(const TransactionKey& key) const;
  /// Those that the batch has removed, once that is kept.
  void forget(const Batch& batch);

 private:
  struct Rows {
    TransactionKey of;
    std::int64_t first = 0;
  };
  std::vector<Rows> rows_;
  std::int64_t last_ = 0;  // never falls
};

}  // namespace cspkit::store

#endif  // CSPKIT_CORE_STORE_UNDO_ROWS_HPP_
