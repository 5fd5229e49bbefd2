// SPDX-License-Identifier: Apache-2.0
// Files that are no state file, or one that has suffered: refused in one line, and left as they
// were.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "support.hpp"

namespace cspkit::store_test {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<std::unique_ptr<store::Store>> open(const std::string& path) {
  return store::open_sqlite_store(path, Durability::kFull);
}

/// Opens and loads: damage may be seen by either.
Status use(const std::string& path) {
  auto opened = open(path);
  if (!opened) return opened.error();
  return (*opened)->load().error();
}

void expect_unusable(const std::string& path, const std::string& text) {
  const Status status = use(path);
  EXPECT_EQ(status.code(), Code::kStateUnusable) << status.text();
  EXPECT_THAT(status.text(), HasSubstr(text));
  EXPECT_THAT(status.text(), HasSubstr(path));
  EXPECT_EQ(status.text().find('\n'), std::string::npos) << status.text();
}

/// Runs SQL on a file by SQLite itself, as another program would.
void sql(const std::string& path, const std::string& statements) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(handle, statements.c_str(), nullptr, nullptr, &error), SQLITE_OK)
      << (error == nullptr ? "" : error);
  sqlite3_free(error);
  sqlite3_close(handle);
}

class BadState : public ::testing::Test {
 protected:
  /// A good file with 400 rows.
  void make() {
    auto opened = open(path_);
    ASSERT_TRUE(opened) << opened.error().text();
    store::Batch batch;
    for (int i = 0; i < 400; ++i) {
      batch.put_nodes.push_back(node("key/" + std::to_string(i), std::string(100, 'v')));
    }
    batch.put_jobs.push_back({"p", "1", "", 0});
    batch.put_undo.push_back({1, 0, "p", ""});
    ASSERT_TRUE((*opened)->apply(batch).ok());
  }

  TempDir dir_;
  std::string path_ = dir_.file("device.db");
};

TEST_F(BadState, TextIsNoDatabaseAndIsLeftAlone) {
  for (const std::string& bytes :
       {std::string("x"), std::string("this is a letter to my aunt\n"), std::string(8192, '\0'),
        std::string(5000, '\xFF'), "SQLite format 3" + std::string(4081, 'x')}) {
    write_file(path_, bytes);
    expect_unusable(path_, "not a cspkit state file");
    EXPECT_TRUE(read_file(path_) == bytes);
  }
}

TEST_F(BadState, AnEmptyFileBecomesAState) {
  write_file(path_, "");
  EXPECT_THAT(stored_nodes(path_), IsEmpty());
}

// SQLite would take such a file for a new one, and throw the log away.
TEST_F(BadState, AFileEmptiedUnderItsLogIsDamageAndItsLogStays) {
  const auto leaves_a_log = [this](int, int) {
    auto opened = open(path_);
    return opened && (*opened)->apply(put(node("a", "1"))).ok() ? ::raise(SIGKILL) : 1;
  };
  EXPECT_EQ(Child(leaves_a_log).wait(), -1);
  const std::string log = read_file(path_ + "-wal");
  ASSERT_FALSE(log.empty());
  write_file(path_, "");
  expect_unusable(path_, "-wal holds changes");
  expect_unusable(path_, "restore a backup");
  EXPECT_TRUE(read_file(path_ + "-wal") == log);
}

TEST_F(BadState, ADatabaseOfAnotherProgramIsLeftAlone) {
  sql(path_, "CREATE TABLE letters(text)");
  const std::string before = read_file(path_);
  expect_unusable(path_, "of another program");
  EXPECT_TRUE(read_file(path_) == before);

  const std::string marked = dir_.file("marked.db");
  sql(marked, "PRAGMA application_id=1234");
  expect_unusable(marked, "of another program");
  const std::string numbered = dir_.file("numbered.db");
  sql(numbered, "PRAGMA user_version=1");
  expect_unusable(numbered, "of another program");
}

TEST_F(BadState, RowsOfTransactionsThatNoEngineWroteAreTold) {
  const auto row = [](const char* values) {
    return "INSERT INTO undo(transact, provider, sequence, record) VALUES" + std::string(values);
  };
  const std::pair<std::string, const char*> cases[] = {
      {row("(1, 'q', 0, x'')"), "transaction 1: a record is there twice"},
      {row("(2, 'p', -1, x''), (2, 'p', -1, x'')"), "transaction 2: a mark is there twice"},
      {row("(1, 'p', -1, x'01')"), "row 1: a mark with a record"},
      {row("(1, 'p', -2, x'')"), "row 1: sequence -2"},
      {"UPDATE undo SET id=9223372036854775807", "id 9223372036854775807"},
  };
  int n = 0;
  for (const auto& [change, told] : cases) {
    path_ = dir_.file(std::to_string(n++) + ".db");
    make();
    sql(path_, change);
    expect_unusable(path_, told);
    expect_unusable(path_, "table undo, ");
  }
}

TEST_F(BadState, ANewerVersionIsLeftAloneAndSaysWhatToDo) {
  make();
  const std::string newer = std::to_string(store::kSchemaVersion + 1);
  sql(path_, "PRAGMA user_version=" + newer);
  const std::string before = read_file(path_);
  expect_unusable(path_, "schema version " + newer);
  expect_unusable(path_, "update cspkit");
  EXPECT_TRUE(read_file(path_) == before);
}

TEST_F(BadState, AVersionThatNeverWasIsDamage) {
  make();
  sql(path_, "PRAGMA user_version=0");
  expect_unusable(path_, "is damaged");
  sql(path_, "PRAGMA user_version=-5");
  expect_unusable(path_, "is damaged");
}

TEST_F(BadState, MissingTablesAndColumnsAreDamage) {
  make();
  sql(path_, "DROP TABLE alerts");
  expect_unusable(path_, "alerts");
  sql(path_, "CREATE TABLE alerts(id INTEGER PRIMARY KEY)");
  expect_unusable(path_, "is damaged");
}

TEST_F(BadState, CodeInTheFileDoesNotRun) {
  make();
  sql(path_,
      "CREATE TRIGGER t AFTER INSERT ON nodes BEGIN DELETE FROM nodes; END;"
      "ALTER TABLE alerts RENAME TO hidden;"
      "CREATE VIEW alerts AS SELECT * FROM hidden;");
  expect_unusable(path_, "alerts");
  sql(path_, "DROP VIEW alerts; ALTER TABLE hidden RENAME TO alerts;");
  auto opened = open(path_);
  ASSERT_TRUE(opened) << opened.error().text();
  ASSERT_TRUE((*opened)->apply(put(node("a", "1"))).ok());
  EXPECT_EQ((*opened)->load()->nodes.size(), 401u);
}

TEST_F(BadState, RowsThatCannotBeAreDamage) {
  make();
  for (const char* change :
       {"nodes SET record=X''", "nodes SET record=X'0163'", "nodes SET record=X'0304'",
        "nodes SET key='key/1' WHERE key='/key/1'", "nodes SET key='9:a/key/1' WHERE key='/key/1'",
        "jobs SET attempt=-1", "undo SET sequence=4294967296"}) {
    const std::string copy = dir_.file("copy.db");
    std::filesystem::copy_file(path_, copy, std::filesystem::copy_options::overwrite_existing);
    const std::string table(change, std::string(change).find(' '));
    sql(copy, std::string("UPDATE ") + change);
    expect_unusable(copy, "is damaged");
    expect_unusable(copy, "table " + table);
  }
}

// Every cut and every overwritten page is either found or harmless: never a crash, and never a row
// that was not stored.
TEST_F(BadState, TruncatedFilesAreDamage) {
  make();
  const std::string whole = read_file(path_);
  ASSERT_GT(whole.size(), 40000u);
  for (std::size_t size = 1; size < whole.size(); size += 1009) {
    write_file(path_, whole.substr(0, size));
    const Status status = use(path_);
    EXPECT_EQ(status.code(), Code::kStateUnusable) << size << ": " << status.text();
  }
}

TEST_F(BadState, OverwrittenPagesAreDamage) {
  make();
  const std::string whole = read_file(path_);
  constexpr std::size_t kPage = 4096;
  for (std::size_t page = 0; page < whole.size() / kPage; ++page) {
    for (const char filler : {'\0', '\x7F', '\xFF'}) {
      std::string bytes = whole;
      bytes.replace(page * kPage, kPage, kPage, filler);
      write_file(path_, bytes);
      const Status status = use(path_);
      EXPECT_EQ(status.code(), Code::kStateUnusable) << page << ": " << status.text();
    }
  }
}

TEST_F(BadState, OverwrittenBytesNeverCrash) {
  make();
  const std::string whole = read_file(path_);
  unsigned random = 1;
  for (int round = 0; round < 300; ++round) {
    std::string bytes = whole;
    for (int i = 0; i < 8; ++i) {
      random = random * 1664525u + 1013904223u;
      // The structure stands at the beginning of the pages.
      const std::size_t page = (random >> 8) % (whole.size() / 4096);
      bytes[page * 4096 + (random >> 24) % 64] = static_cast<char>(random >> 16);
    }
    write_file(path_, bytes);
    const Status status = use(path_);
    if (!status.ok()) {
      EXPECT_EQ(status.code(), Code::kStateUnusable) << round << ": " << status.text();
    }
  }
}

TEST_F(BadState, ARottenJournalOfADeadProcessIsIgnoredFromItsFirstBadFrame) {
  make();
  write_file(path_ + "-wal", std::string(100000, 'x'));
  EXPECT_EQ(stored_nodes(path_).size(), 400u);
}

TEST_F(BadState, AJournalThatCannotBeIsRefused) {
  make();
  std::filesystem::create_directory(path_ + "-wal");
  const Status status = use(path_);
  EXPECT_EQ(status.code(), Code::kIo) << status.text();
  EXPECT_THAT(status.text(), HasSubstr(path_));
}

TEST_F(BadState, AfterARefusalTheFileCanBeMendedAndUsed) {
  make();
  sql(path_, "PRAGMA user_version=99");
  expect_unusable(path_, "newer");
  sql(path_, "PRAGMA user_version=" + std::to_string(store::kSchemaVersion));
  EXPECT_EQ(stored_nodes(path_).size(), 400u);
}

}  // namespace
}  // namespace cspkit::store_test
