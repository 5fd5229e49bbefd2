// SPDX-License-Identifier: Apache-2.0
// A file of an older version becomes one of today, and loses nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "old_files.hpp"
#include "support.hpp"

namespace cspkit::store_test {
namespace {
using ::testing::HasSubstr;

/// The tables of a file as SQLite describes them.
std::string tables_of(const std::string& path) {
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  std::string text;
  const auto append = [](void* into, int, char** values, char**) {
    *static_cast<std::string*>(into) += std::string(values[0]) + "\n";
    return 0;
  };
  EXPECT_EQ(
      sqlite3_exec(handle, "SELECT sql FROM sqlite_schema ORDER BY name", append, &text, nullptr),
      SQLITE_OK);
  sqlite3_close(handle);
  return text;
}

TEST(Migration, Version1KeepsEveryRow) {
  const TempDir dir;
  const std::string path = dir.file("device.db");
  make_version_1(path);
  auto opened = store::open_sqlite_store(path, Durability::kFull);
  ASSERT_TRUE(opened) << opened.error().text();
  const auto all = (*opened)->load();
  ASSERT_TRUE(all) << all.error().text();
  ASSERT_EQ(all->nodes.size(), 1u);
  const store::NodeRow& node = all->nodes[0];
  EXPECT_EQ(node.path, "Vendor/Test/T/Fixed");
  EXPECT_EQ(node.value, "old");
  EXPECT_EQ(node.title, "a title");
  EXPECT_EQ(node.tstamp, 1700000000000);
  EXPECT_EQ(node.verno, 7);
  ASSERT_EQ(all->state.size(), 1u);
  EXPECT_EQ(all->state[0].bytes, std::string("\0\xff", 2));
  ASSERT_EQ(all->jobs.size(), 1u);
  EXPECT_EQ(all->jobs[0].attempt, 3u);
  ASSERT_EQ(all->alerts.size(), 1u);
  EXPECT_EQ(all->alerts[0].id, 41);
  EXPECT_EQ(all->alerts[0].user, "ada");
  EXPECT_EQ(all->alerts[0].data, "hello");
  EXPECT_EQ(all->alerts[0].code, 1224);
  EXPECT_TRUE(all->alerts[0].ready);
  ASSERT_EQ(all->undo.size(), 1u);
  EXPECT_EQ(all->undo[0].record, std::string("\1\0\0\0\0record", 11));
  EXPECT_TRUE(all->committed.empty()) << "a mark of version 1 names no provider";
}

TEST(Migration, Version4KeepsWhatNodesAre) {
  const TempDir dir;
  const std::string path = dir.file("device.db");
  make_version_4(path);
  auto opened = store::open_sqlite_store(path, Durability::kFull);
  ASSERT_TRUE(opened) << opened.error().text();
  const auto all = (*opened)->load();
  ASSERT_TRUE(all) << all.error().text();
  ASSERT_EQ(all->nodes.size(), 3u);
  EXPECT_EQ(all->nodes[0].format, Format::kNode);
  const store::NodeRow& node = all->nodes[1];
  EXPECT_EQ(node.user, "");
  EXPECT_EQ(node.key, "vendor/test/t/fixed");
  EXPECT_EQ(node.path, "Vendor/Test/T/Fixed");
  EXPECT_EQ(node.format, Format::kChr);
  EXPECT_EQ(node.mime, "text/plain");
  EXPECT_EQ(node.value, "old");
  EXPECT_EQ(node.flags, 1u);
  EXPECT_EQ(node.title, "a title");
  EXPECT_EQ(node.tstamp, 1700000000000);
  EXPECT_EQ(node.verno, 65535);
  EXPECT_EQ(all->nodes[2].user, "ada");
  EXPECT_EQ(all->nodes[2].path, "Vendor/TEST/T/fixed");
  EXPECT_EQ(all->nodes[2].value, std::string("\0\xff", 2));
  EXPECT_EQ(all->nodes[2].tstamp, -5);
}

TEST(Migration, Version5KeepsWhatIsOpenAndWhatIsDecided) {
  const TempDir dir;
  const std::string path = dir.file("device.db");
  make_version_5(path);
  auto opened = store::open_sqlite_store(path, Durability::kFull);
  ASSERT_TRUE(opened) << opened.error().text();
  const auto all = (*opened)->load();
  ASSERT_TRUE(all) << all.error().text();
  ASSERT_EQ(all->undo.size(), 3u) << "p's record is dead: its transaction was decided";
  EXPECT_EQ(all->undo[0].transaction, 8);
  EXPECT_EQ(all->undo[0].sequence, 4294967295u);
  EXPECT_EQ(all->undo[0].record, "");
  EXPECT_EQ(all->undo[1].provider, "q");
  EXPECT_EQ(all->undo[1].record, "\2\1");
  EXPECT_EQ(all->undo[2].record, "\2\2");
  ASSERT_EQ(all->committed.size(), 2u);
  EXPECT_EQ(all->committed[0].provider, "gone");
  EXPECT_EQ(all->committed[1].transaction, 9);
}

TEST(Migration, ARecordOfVersion5DoesNotBecomeAMark) {
  const TempDir dir;
  const std::string path = dir.file("device.db");
  make_version_5(path);
  run_sql(path, "UPDATE undo SET sequence=-1 WHERE transact=8");
  auto opened = store::open_sqlite_store(path, Durability::kFull);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::kStateUnusable);
  EXPECT_THAT(opened.error().text(), HasSubstr("table undo, row 1: sequence -1"));
  EXPECT_THAT(tables_of(path), HasSubstr("committed")) << "half of the migration stayed";
}

TEST(Migration, RowsThatCannotBeStopIt) {
  for (const char* change :
       {"format=99", "format=-1", "flags=-1", "flags=4294967296", "verno=65536"}) {
    const TempDir dir;
    const std::string path = dir.file("device.db");
    make_version_4(path);
    run_sql(path, std::string("UPDATE nodes SET ") + change + " WHERE user='ada'");
    auto opened = store::open_sqlite_store(path, Durability::kFull);
    ASSERT_FALSE(opened) << change;
    EXPECT_EQ(opened.error().code(), Code::kStateUnusable);
    EXPECT_THAT(opened.error().text(), HasSubstr("table nodes, row 3"));
    EXPECT_THAT(tables_of(path), HasSubstr("verno INTEGER")) << "half of the migration stayed";
  }
}

TEST(Migration, AMigratedFileHasTheTablesOfANewOneAndStaysMigrated) {
  const TempDir dir;
  const std::string old = dir.file("old.db");
  make_version_1(old);
  const std::string before = tables_of(old);
  for (int round = 0; round < 2; ++round) {
    auto opened = store::open_sqlite_store(old, Durability::kNormal);
    ASSERT_TRUE(opened) << opened.error().text();
    ASSERT_TRUE((*opened)->load());
  }
  { ASSERT_TRUE(store::open_sqlite_store(dir.file("new.db"), Durability::kFull)); }
  EXPECT_EQ(tables_of(old), tables_of(dir.file("new.db")));
  EXPECT_NE(tables_of(old), before);
}

TEST(Migration, OneThatFailsLeavesTheOldFileAndSaysWhatItWas) {
  const TempDir dir;
  const std::string path = dir.file("device.db");
  make_version_1(path);
  // Somebody meddled: the new table's place is taken.
  run_sql(path, "CREATE TABLE alerts_1(x)");
  auto opened = store::open_sqlite_store(path, Durability::kFull);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::kStateUnusable);
  EXPECT_THAT(opened.error().text(), HasSubstr("alerts_1"));
  EXPECT_THAT(opened.error().text(), HasSubstr(path));
  EXPECT_THAT(tables_of(path), HasSubstr("body BLOB")) << "half of the migration stayed";
  run_sql(path, "DROP TABLE alerts_1");
  EXPECT_EQ(stored_nodes(path).size(), 1u);
}

TEST(Migration, AFileThatIsDamagedIsNotMigrated) {
  const TempDir dir;
  const std::string path = dir.file("device.db");
  make_version_1(path);
  std::string bytes = read_file(path);
  ASSERT_GT(bytes.size(), 3u * 4096u);
  bytes.replace(2 * 4096, 4096, 4096, '\x7F');
  write_file(path, bytes);
  EXPECT_EQ(store::open_sqlite_store(path, Durability::kFull).error().code(), Code::kStateUnusable);
  EXPECT_TRUE(read_file(path) == bytes);
}

}  // namespace
}  // namespace cspkit::store_test
