// SPDX-License-Identifier: Apache-2.0
#include "run_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "../../../lib/temp_folder.hpp"
#include "pipeline.hpp"

namespace cspkit::office::process {
namespace {

using test::read_text;
using test::TempFolder;

TEST(RunFilesTest, AFileIsWrittenWholeAndForItsOwnerOnly) {
  const TempFolder folder;
  ASSERT_EQ(write_durably(folder.path(), "a", "one"), 0);
  ASSERT_EQ(write_durably(folder.path(), "a", "two"), 0);
  EXPECT_EQ(read_text(folder.file("a")), "two");
  struct stat status {};
  ASSERT_EQ(::stat(folder.file("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_FALSE(std::filesystem::exists(folder.file("a.tmp")));
  EXPECT_EQ(write_durably(folder.file("missing"), "a", "x"), ENOENT);
  std::filesystem::create_directory(folder.file("b"));
  EXPECT_EQ(write_durably(folder.path(), "b", "a secret"), EISDIR);
  EXPECT_FALSE(std::filesystem::exists(folder.file("b.tmp"))) << "nothing is left of a failure";
}

TEST(RunFilesTest, ReadingStopsAtTheLimit) {
  const TempFolder folder;
  test::write_text(folder.file("a"), "0123456789");
  std::string text;
  EXPECT_EQ(read_file(folder.file("a"), 4, text), 0);
  EXPECT_EQ(text, "0123");
  EXPECT_EQ(read_file(folder.file("b"), 4, text), ENOENT);
}

TEST(RunFilesTest, ALockHasOneHolder) {
  const TempFolder folder;
  Descriptor first, second;
  ASSERT_EQ(try_lock(folder.file("lock"), first), 0);
  EXPECT_EQ(try_lock(folder.file("lock"), second), EWOULDBLOCK);
  EXPECT_FALSE(second.is_open());
  first.close();
  EXPECT_EQ(try_lock(folder.file("lock"), second), 0);
}

TEST(RunFilesTest, ProcessesAreToldApartByTheirStart) {
  EXPECT_NE(start_time(::getpid()), 0U);
  EXPECT_EQ(start_time(::getpid()), start_time(::getpid()));
  EXPECT_EQ(parent_of(::getpid()), ::getppid());
  EXPECT_EQ(start_time(0x3FFFFFFF), 0U);
  bool found = false;
  each_process([&](pid_t pid) { found = found || pid == ::getpid(); });
  EXPECT_TRUE(found);
}

TEST(RunFilesTest, OutcomesAreReadAsTheyWereWritten) {
  using How = Outcome::How;
  for (const How how :
       {How::kExit, How::kSignal, How::kTimeout, How::kCancelled, How::kNotStarted}) {
    Outcome outcome;
    ASSERT_TRUE(read_outcome(write_outcome({how, 17, 1234567890123}), outcome));
    EXPECT_EQ(outcome.how, how);
    EXPECT_EQ(outcome.code, 17);
    EXPECT_EQ(outcome.printed, 1234567890123U);
  }
  Outcome outcome;
  for (const char* bad : {"", "exit", "exit 1", "exit x 1\n", "exited 1 1\n", "   \n"}) {
    EXPECT_FALSE(read_outcome(bad, outcome)) << bad;
  }
  EXPECT_TRUE(read_outcome("exit 3 0\n            \n", outcome)) << "room was reserved behind it";
}

TEST(RunFilesTest, WhatARunComesTo) {
  using How = Outcome::How;
  EXPECT_EQ(status_of({How::kExit, 0, 0}, ""), 0);
  EXPECT_EQ(status_of({How::kExit, 13, 0}, ""), 13);
  EXPECT_EQ(status_of({How::kExit, 1, 0}, "17002\n"), 17002) << "8 bits are not enough";
  EXPECT_EQ(status_of({How::kExit, 1, 0}, "-2147418113"), -2147418113);
  EXPECT_EQ(status_of({How::kExit, 1, 0}, "2147549183 and more"), -2147418113);
  EXPECT_EQ(status_of({How::kExit, 5, 0}, "99999999999"), 5);
  EXPECT_EQ(status_of({How::kExit, 5, 0}, "what"), 5);
  EXPECT_EQ(status_of({How::kExit, 5, 0}, "997"), 17002) << "in progress is no end";
  EXPECT_EQ(status_of({How::kSignal, 9, 0}, "0"), 17002);
  EXPECT_EQ(status_of({How::kTimeout, 0, 0}, "0"), 17002);
  EXPECT_EQ(status_of({How::kCancelled, 0, 0}, ""), 17005);
  EXPECT_EQ(status_of({How::kNotStarted, ENOEXEC, 0}, ""), 17000);
}

}  // namespace
}  // namespace cspkit::office::process
