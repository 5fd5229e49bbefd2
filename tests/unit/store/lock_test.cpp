// SPDX-License-Identifier: Apache-2.0
// One owner at a time: not two engines of a process, not two processes, not under two names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sqlite3.h>
#include <unistd.h>

#include "support.hpp"

namespace cspkit::store_test {
namespace {
namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Lock : public ::testing::Test {
 protected:
  Result<std::unique_ptr<store::Store>> open(const std::string& path) {
    return store::open_sqlite_store(path, Durability::kFull);
  }
  void expect_locked(const std::string& path, const std::string& text) {
    const auto second = open(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), Code::kStateLocked) << second.error().text();
    EXPECT_THAT(second.error().text(), HasSubstr(text));
    EXPECT_THAT(second.error().text(), HasSubstr("device.db"));
  }

  TempDir dir_;
  std::string path_ = dir_.file("device.db");
};

TEST_F(Lock, ExcludesAnotherEngineOfTheProcessUntilTheFirstIsGone) {
  {
    auto first = open(path_);
    ASSERT_TRUE(first) << first.error().text();
    expect_locked(path_, "another engine of this process");
    // The refused one must not have loosened the first one's hold.
    expect_locked(path_, "another engine of this process");
    ASSERT_TRUE((*first)->apply(put(node("a", "1"))).ok());
  }
  EXPECT_THAT(stored_nodes(path_), ElementsAre("|a=1"));
}

TEST_F(Lock, ExcludesOtherNamesOfTheFile) {
  fs::create_symlink("device.db", dir_.file("link.db"));
  fs::create_directory(dir_.file("sub"));
  fs::create_directory_symlink(dir_.path(), dir_.file("sub/up"));
  auto first = open(path_);
  ASSERT_TRUE(first) << first.error().text();
  for (const char* name : {"link.db", "./device.db", "sub/../device.db", "sub/up/device.db",
                           "sub/up/sub/up/link.db", "/device.db"}) {
    SCOPED_TRACE(name);
    expect_locked(dir_.file(name), "another engine of this process");
  }
}

TEST_F(Lock, ExcludesTheTargetOfALinkThatWasOpenedFirst) {
  fs::create_symlink(path_, dir_.file("link.db"));
  auto first = open(dir_.file("link.db"));
  ASSERT_TRUE(first) << first.error().text();
  expect_locked(path_, "another engine of this process");
}

TEST_F(Lock, ExcludesAnotherProcessAndNamesIt) {
  Child owner([&](int out, int in) {
    auto opened = open(path_);
    if (!opened || !(*opened)->apply(put(node("a", "1"))).ok()) return 1;
    say(out);
    await_release(in);
    return 0;
  });
  ASSERT_GE(owner.next(), 0);
  expect_locked(path_, "another process (" + std::to_string(owner.pid()) + ")");
  owner.release();
  EXPECT_EQ(owner.wait(), 0);
  EXPECT_THAT(stored_nodes(path_), ElementsAre("|a=1"));
}

TEST_F(Lock, GoesWithAKilledProcess) {
  Child owner([&](int out, int in) {
    auto opened = open(path_);
    if (!opened || !(*opened)->apply(put(node("a", "1"))).ok()) return 1;
    say(out);
    await_release(in);
    return 0;
  });
  ASSERT_GE(owner.next(), 0);
  owner.kill();
  EXPECT_TRUE(fs::exists(path_ + "-wal")) << "the log of a killed process stays";
  EXPECT_THAT(stored_nodes(path_), ElementsAre("|a=1"));
}

// True when the process has a file of this name open.
bool has_open(pid_t pid, const std::string& path) {
  std::error_code error;
  for (const auto& each : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd", error)) {
    if (fs::read_symlink(each.path(), error) == path) return true;
  }
  return false;
}

TEST_F(Lock, LeftByAKilledProcessToOneItWasBeginningIsWaitedFor) {
  const pid_t test = ::getpid();
  Child owner([&](int out, int in) {
    auto opened = open(path_);
    if (!opened || !(*opened)->apply(put(node("a", "1"))).ok()) return 1;
    if (::fork() == 0) {  // as if it were to run another program, and lived until that has begun
      say(out);
      while (!has_open(test, path_ + ".lock")) ::poll(nullptr, 0, 1);
      ::_exit(0);
    }
    await_release(in);
    return 0;
  });
  ASSERT_GE(owner.next(), 0);
  owner.kill();
  EXPECT_THAT(stored_nodes(path_), ElementsAre("|a=1"));
}

TEST_F(Lock, ExcludesOtherProgramsThatKnowSqliteAndIsExcludedByThem) {
  {
    auto first = open(path_);
    ASSERT_TRUE(first);
    ASSERT_TRUE((*first)->apply(put(node("a", "1"))).ok());
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(other, "SELECT * FROM nodes", nullptr, nullptr, nullptr), SQLITE_BUSY);
    sqlite3_close(other);
  }
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN; SELECT * FROM nodes", nullptr, nullptr, nullptr),
            SQLITE_OK);
  expect_locked(path_, "another program");
  sqlite3_close(other);
  EXPECT_THAT(stored_nodes(path_), ElementsAre("|a=1"));
}

TEST_F(Lock, SurvivesTheRemovalOfItsFile) {
  auto first = open(path_);
  ASSERT_TRUE(first);
  fs::remove(path_ + ".lock");
  expect_locked(path_, "another program");
}

TEST_F(Lock, ALockFileThatIsALinkOrAFolderIsRefused) {
  write_file(dir_.file("precious"), "keep");
  fs::create_symlink("precious", path_ + ".lock");
  auto opened = open(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::kIo);
  EXPECT_THAT(opened.error().text(), HasSubstr(".lock"));
  EXPECT_EQ(read_file(dir_.file("precious")), "keep");
  fs::remove(path_ + ".lock");
  fs::create_directory(path_ + ".lock");
  opened = open(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::kIo);
}

TEST_F(Lock, TwoFilesDoNotMeet) {
  auto first = open(path_);
  auto second = open(dir_.file("other.db"));
  ASSERT_TRUE(first);
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_TRUE((*first)->apply(put(node("a", "1"))).ok());
  EXPECT_TRUE((*second)->apply(put(node("b", "2"))).ok());
}

}  // namespace
}  // namespace cspkit::store_test
