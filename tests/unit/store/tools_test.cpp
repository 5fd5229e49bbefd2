// SPDX-License-Identifier: Apache-2.0
// check_state and backup_state: a state file without an engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cspkit/state.hpp>

#include "old_files.hpp"
#include "store/node_record.hpp"
#include "support.hpp"

namespace cspkit::store_test {
namespace {
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class StateTools : public ::testing::Test {
 protected:
  void make(int rows = 300) {
    auto opened = store::open_sqlite_store(path_, Durability::kFull);
    ASSERT_TRUE(opened) << opened.error().text();
    store::Batch batch;
    for (int i = 0; i < rows; ++i) {
      batch.put_nodes.push_back(node("key/" + std::to_string(i), std::string(100, 'v')));
    }
    batch.put_alerts.push_back(alert(1, "", "x"));
    ASSERT_TRUE((*opened)->apply(batch).ok());
  }
  std::string problems() const {
    const auto check = check_state(path_);
    if (!check) return "refused: " + check.error().text();
    std::string all;
    for (const std::string& line : check->problems) all += line + "\n";
    return all;
  }

  TempDir dir_;
  std::string path_ = dir_.file("device.db");
};

TEST_F(StateTools, ASoundFileIsCountedAndLeftAsItWas) {
  make();
  const std::string before = read_file(path_);
  const auto check = check_state(path_);
  ASSERT_TRUE(check) << check.error().text();
  EXPECT_THAT(check->problems, IsEmpty());
  EXPECT_EQ(check->nodes, 300u);
  EXPECT_EQ(check->alerts, 1u);
  EXPECT_EQ(check->schema_version, store::kSchemaVersion);
  EXPECT_EQ(check->bytes, static_cast<std::int64_t>(before.size()));
  EXPECT_TRUE(read_file(path_) == before);
}

TEST_F(StateTools, EveryOverwrittenPageIsFound) {
  make();
  const std::string whole = read_file(path_);
  for (std::size_t page = 0; page < whole.size() / 4096; ++page) {
    std::string bytes = whole;
    bytes.replace(page * 4096, 4096, 4096, '\x7F');
    write_file(path_, bytes);
    EXPECT_THAT(problems(), Not(IsEmpty())) << page;
  }
}

// Pages and types are right, and still no engine can have written it.
TEST_F(StateTools, ARowUnderAnothersKeyIsFound) {
  make();
  store::NodeRow row = node("key/7", "a value");
  row.path = "somewhere/else";
  std::string record;
  store::append_node_record(record, row);
  run_sql(path_, "UPDATE nodes SET record=" + sql_blob(record) + " WHERE key='/key/7'");
  EXPECT_THAT(problems(), HasSubstr("somewhere/else"));
  EXPECT_THAT(problems(), HasSubstr("key/7"));
}

TEST_F(StateTools, RowsThatCannotBeAreFound) {
  make();
  run_sql(path_, "UPDATE nodes SET record=X'0163' WHERE key='/key/7'");
  EXPECT_THAT(problems(), HasSubstr("record of key/7"));
}

TEST_F(StateTools, AnOlderFileIsCheckedAndStaysOld) {
  make_version_1(path_);
  const auto check = check_state(path_);
  ASSERT_TRUE(check) << check.error().text();
  EXPECT_EQ(check->schema_version, 1);
  EXPECT_THAT(check->problems, IsEmpty());
  EXPECT_EQ(check_state(path_)->schema_version, 1);
}

TEST_F(StateTools, WhatIsNoStateFileIsRefusedAndLeftAlone) {
  EXPECT_EQ(check_state(path_).error().code(), Code::kIo);
  EXPECT_FALSE(std::filesystem::exists(path_)) << "a look made a file";
  write_file(path_, "");
  EXPECT_EQ(check_state(path_).error().code(), Code::kStateUnusable);
  EXPECT_EQ(std::filesystem::file_size(path_), 0u) << "a look made a state of an empty file";
  write_file(path_, "a letter to my aunt");
  EXPECT_EQ(check_state(path_).error().code(), Code::kStateUnusable);
  EXPECT_EQ(backup_state(path_, dir_.file("copy.db")).code(), Code::kStateUnusable);
  EXPECT_EQ(read_file(path_), "a letter to my aunt");
  EXPECT_EQ(check_state(dir_.path()).error().code(), Code::kStateUnusable);
}

TEST_F(StateTools, AFileInUseSaysWhoHasItAndWhoCanCopyIt) {
  make();
  const auto owner = store::open_sqlite_store(path_, Durability::kFull);
  ASSERT_TRUE(owner);
  EXPECT_EQ(check_state(path_).error().code(), Code::kStateLocked);
  const Status refused = backup_state(path_, dir_.file("copy.db"));
  EXPECT_EQ(refused.code(), Code::kStateLocked);
  EXPECT_THAT(refused.text(), HasSubstr("another engine of this process"));
  EXPECT_THAT(refused.text(), HasSubstr("Engine::backup"));
  EXPECT_FALSE(std::filesystem::exists(dir_.file("copy.db")));
}

TEST_F(StateTools, ACopyHoldsEverythingIsPrivateAndNeverOverwrites) {
  make();
  const std::string copy = dir_.file("copy.db");
  const Status made = backup_state(path_, copy);
  ASSERT_TRUE(made.ok()) << made.text();
  EXPECT_EQ(stored_nodes(copy), stored_nodes(path_));
  struct stat info {};
  ASSERT_EQ(::stat(copy.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const Status again = backup_state(path_, copy);
  EXPECT_EQ(again.code(), Code::kIo);
  EXPECT_THAT(again.text(), HasSubstr("never overwrites"));
  EXPECT_EQ(backup_state(path_, dir_.file("no/such/folder.db")).code(), Code::kIo);
  EXPECT_EQ(backup_state(path_, "").code(), Code::kIo);
  for (const auto& each : std::filesystem::directory_iterator(dir_.path())) {
    EXPECT_THAT(each.path().filename().string(), Not(HasSubstr(".part"))) << "litter";
  }
}

// What stands only in the log of a process that died is part of the copy.
TEST_F(StateTools, TheLogOfADeadProcessIsCopiedToo) {
  make(3);
  const auto dies = [this](int, int) {
    auto opened = store::open_sqlite_store(path_, Durability::kFull);
    return opened && (*opened)->apply(put(node("late", "1"))).ok() ? ::raise(SIGKILL) : 1;
  };
  EXPECT_EQ(Child(dies).wait(), -1);
  const Status made = backup_state(path_, dir_.file("copy.db"));
  ASSERT_TRUE(made.ok()) << made.text();
  EXPECT_EQ(stored_nodes(dir_.file("copy.db")).size(), 4u);
}

TEST_F(StateTools, AnOpenStoreCopiesWhatIsCommitted) {
  make(3);
  auto owner = store::open_sqlite_store(path_, Durability::kFull);
  ASSERT_TRUE(owner);
  ASSERT_TRUE((*owner)->apply(put(node("more", "1"))).ok());
  const Status made = (*owner)->backup(dir_.file("copy.db"));
  ASSERT_TRUE(made.ok()) << made.text();
  EXPECT_EQ(stored_nodes(dir_.file("copy.db")).size(), 4u);
  ASSERT_TRUE((*owner)->apply(put(node("later", "1"))).ok()) << "the store works on";
  EXPECT_EQ(store::make_memory_store()->backup(dir_.file("m.db")).code(), Code::kNotSupported);
}

}  // namespace
}  // namespace cspkit::store_test
