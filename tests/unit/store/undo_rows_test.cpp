// SPDX-License-Identifier: Apache-2.0
// Where the rows of a transaction begin: what is removed without looking through what lies before.
#include "store/undo_rows.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "store/sqlite_open.hpp"
#include "support.hpp"

namespace cspkit::store_test {
namespace {
using store::Batch;
using store::UndoRows;

constexpr std::int64_t kFromTheTop = std::numeric_limits<std::int64_t>::min();

Batch removing(std::int64_t transaction) {
  Batch batch;
  batch.remove_transactions = {{transaction, "p"}};
  return batch;
}

class UndoRowsTest : public ::testing::Test {
 protected:
  /// As it is known when the file is opened.
  UndoRows read() {
    auto database = store::open_database(path_, {});
    EXPECT_TRUE(database) << database.error().text();
    auto rows = UndoRows::read(*database);
    EXPECT_TRUE(rows) << rows.error().text();
    return *std::move(rows);
  }
  void write(const Batch& batch) {
    auto opened = store::open_sqlite_store(path_, Durability::kFull);
    ASSERT_TRUE(opened) << opened.error().text();
    ASSERT_TRUE((*opened)->apply(batch).ok());
  }

  TempDir dir_;
  std::string path_ = dir_.file("device.db");
};

TEST_F(UndoRowsTest, AreNumberedInOrderAndBeginWithTheFirst) {
  write({});
  UndoRows rows = read();
  EXPECT_EQ(rows.first_of({1, "p"}), kFromTheTop);
  const std::int64_t first = rows.add(1, "p");
  EXPECT_EQ(rows.add(1, "q"), first + 1);
  EXPECT_EQ(rows.add(1, "p"), first + 2);
  EXPECT_EQ(rows.first_of({1, "p"}), first);
  EXPECT_EQ(rows.first_of({1, "q"}), first + 1);
  EXPECT_EQ(rows.first_of({2, "p"}), kFromTheTop);
}

TEST_F(UndoRowsTest, AreForgottenOnceTheyAreGone) {
  write({});
  UndoRows rows = read();
  const std::int64_t first = rows.add(1, "p");
  rows.forget(removing(2));
  EXPECT_EQ(rows.first_of({1, "p"}), first);
  Batch again = removing(1);
  again.put_undo = {{1, 1, "p", ""}};
  rows.forget(again);
  EXPECT_EQ(rows.first_of({1, "p"}), first) << "there is one more";
  rows.forget(removing(1));
  EXPECT_EQ(rows.first_of({1, "p"}), kFromTheTop);
  EXPECT_GT(rows.add(2, "p"), first) << "no number comes again";
}

TEST_F(UndoRowsTest, OfAFileBeginBehindThoseThatWait) {
  Batch older, younger;
  for (std::uint32_t i = 0; i < 5; ++i) older.put_undo.push_back({1, i, "waits", "r"});
  younger.put_undo = {{2, 0, "p", "r"}, {2, 1, "p", "r"}};
  write(older);
  write(younger);
  UndoRows rows = read();
  EXPECT_EQ(rows.first_of({1, "waits"}) + 5, rows.first_of({2, "p"}));
  EXPECT_EQ(rows.add(3, "p"), rows.first_of({2, "p"}) + 2);
}

}  // namespace
}  // namespace cspkit::store_test
