// SPDX-License-Identifier: Apache-2.0
// The layer that writes a frame of the log at once, over one that notes every call.
#include "store/frame_vfs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "support.hpp"

namespace cspkit::store_test {
namespace {
using ::testing::ElementsAre;

/// Keeps nothing but what it was asked to do.
class Notes {
 public:
  Notes() {
    vfs_.iVersion = 1;
    vfs_.szOsFile = sizeof(File);
    vfs_.mxPathname = 100;
    vfs_.zName = "notes";
    vfs_.pAppData = this;
    vfs_.xOpen = [](sqlite3_vfs* vfs, const char*, sqlite3_file* file, int, int*) {
      File& f = *reinterpret_cast<File*>(file);
      f.base.pMethods = &kMethods;
      f.notes = static_cast<Notes*>(vfs->pAppData);
      return SQLITE_OK;
    };
  }
  sqlite3_vfs& vfs() { return vfs_; }
  std::vector<std::string> calls;
  int answer = SQLITE_OK;  // to every call

 private:
  struct File {
    sqlite3_file base;
    Notes* notes;
  };
  static int note(sqlite3_file* file, std::string call) {
    Notes& notes = *reinterpret_cast<File*>(file)->notes;
    notes.calls.push_back(std::move(call));
    return notes.answer;
  }
  static int x_close(sqlite3_file* file) { return note(file, "close"); }
  static int x_read(sqlite3_file* file, void*, int, sqlite3_int64) { return note(file, "read"); }
  static int x_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    const std::string bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
    return note(file, "write " + std::to_string(size) + " at " + std::to_string(offset) + " " +
                          bytes.substr(0, 1) + bytes.substr(bytes.size() - 1));
  }
  static int x_truncate(sqlite3_file* file, sqlite3_int64) { return note(file, "truncate"); }
  static int x_sync(sqlite3_file* file, int) { return note(file, "sync"); }
  static int x_size(sqlite3_file* file, sqlite3_int64* size) {
    *size = 0;
    return note(file, "size");
  }
  static constexpr sqlite3_io_methods kMethods = {
      1,       x_close, x_read,  x_write, x_truncate, x_sync,  x_size,  nullptr, nullptr, nullptr,
      nullptr, nullptr, nullptr, nullptr, nullptr,    nullptr, nullptr, nullptr, nullptr};

  sqlite3_vfs vfs_{};
};

class FrameVfsTest : public ::testing::Test {
 protected:
  void open(int kind) {
    const store::FrameVfs::Known known(&frames_);
    sqlite3_vfs* const vfs = sqlite3_vfs_find(frames_.name().c_str());
    ASSERT_NE(vfs, nullptr);
    memory_ = std::make_unique<std::max_align_t[]>(
        static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::max_align_t) + 1);
    file_ = reinterpret_cast<sqlite3_file*>(memory_.get());
    ASSERT_EQ(vfs->xOpen(vfs, "file", file_, kind | SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
  }
  int write(char byte, int size, sqlite3_int64 offset) {
    const std::string bytes(static_cast<std::size_t>(size), byte);
    return file_->pMethods->xWrite(file_, bytes.data(), size, offset);
  }
  int read() { return file_->pMethods->xRead(file_, nullptr, 0, 0); }

  Notes notes_;
  store::FrameVfs frames_{notes_.vfs()};
  std::unique_ptr<std::max_align_t[]> memory_;
  sqlite3_file* file_ = nullptr;
};

// What SQLite does to a log: its own header first, then frame behind frame. 24 bytes is a header.
TEST_F(FrameVfsTest, AHeaderAndItsPageAreOneWrite) {
  open(SQLITE_OPEN_WAL);
  EXPECT_EQ(write('w', 32, 0), SQLITE_OK);
  EXPECT_EQ(write('h', 24, 32), SQLITE_OK);
  EXPECT_EQ(write('p', 4096, 56), SQLITE_OK);
  EXPECT_EQ(write('H', 24, 4152), SQLITE_OK);
  EXPECT_EQ(write('P', 512, 4176), SQLITE_OK);
  EXPECT_THAT(notes_.calls,
              ElementsAre("write 32 at 0 ww", "write 4120 at 32 hp", "write 536 at 4152 HP"));
}

TEST_F(FrameVfsTest, AHeaderThatIsWrittenOverWaitsForNothing) {
  open(SQLITE_OPEN_WAL);
  write('p', 4096, 4176);
  write('a', 24, 32);
  write('b', 24, 4152);
  EXPECT_THAT(notes_.calls,
              ElementsAre("write 4096 at 4176 pp", "write 24 at 32 aa", "write 24 at 4152 bb"));
}

TEST_F(FrameVfsTest, AHeaderWaitsForNothingButItsPage) {
  open(SQLITE_OPEN_WAL);
  const sqlite3_io_methods& methods = *file_->pMethods;
  sqlite3_int64 size = 0;
  const auto hold = [&](char byte) {
    write('-', 32, 0);
    write(byte, 24, 32);
  };
  hold('a');
  EXPECT_EQ(methods.xSync(file_, SQLITE_SYNC_NORMAL), SQLITE_OK);
  hold('b');
  EXPECT_EQ(read(), SQLITE_OK);
  hold('c');
  EXPECT_EQ(methods.xFileSize(file_, &size), SQLITE_OK);
  hold('d');
  EXPECT_EQ(methods.xTruncate(file_, 0), SQLITE_OK);
  hold('e');
  EXPECT_EQ(methods.xClose(file_), SQLITE_OK);
  notes_.calls.erase(std::remove(notes_.calls.begin(), notes_.calls.end(), "write 32 at 0 --"),
                     notes_.calls.end());
  EXPECT_THAT(notes_.calls, ElementsAre("write 24 at 32 aa", "sync", "write 24 at 32 bb", "read",
                                        "write 24 at 32 cc", "size", "write 24 at 32 dd",
                                        "truncate", "write 24 at 32 ee", "close"));
}

TEST_F(FrameVfsTest, WhatIsNotBehindItOrLongerComesByItself) {
  open(SQLITE_OPEN_WAL);
  write('r', 32, 0);
  write('a', 24, 32);
  write('b', 24, 5000);
  write('r', 32, 0);
  write('c', 24, 32);
  write('d', 24, 56);
  write('r', 32, 0);
  write('e', 24, 32);
  write('q', 8192, 56);
  EXPECT_THAT(notes_.calls,
              ElementsAre("write 32 at 0 rr", "write 24 at 32 aa", "write 24 at 5000 bb",
                          "write 32 at 0 rr", "write 48 at 32 cd", "write 32 at 0 rr",
                          "write 24 at 32 ee", "write 8192 at 56 qq"));
}

TEST_F(FrameVfsTest, OnlyTheLogIsWrittenSo) {
  open(SQLITE_OPEN_MAIN_DB);
  write('r', 32, 0);
  write('h', 24, 32);
  write('p', 4096, 56);
  EXPECT_THAT(notes_.calls,
              ElementsAre("write 32 at 0 rr", "write 24 at 32 hh", "write 4096 at 56 pp"));
}

TEST_F(FrameVfsTest, AFailureIsToldByTheCallThatMetIt) {
  open(SQLITE_OPEN_WAL);
  const sqlite3_io_methods& methods = *file_->pMethods;
  write('r', 32, 0);
  notes_.answer = SQLITE_IOERR_WRITE;
  EXPECT_EQ(write('h', 24, 32), SQLITE_OK) << "nothing has been written yet";
  EXPECT_EQ(write('p', 4096, 56), SQLITE_IOERR_WRITE);
  EXPECT_EQ(write('H', 24, 4152), SQLITE_OK);
  EXPECT_EQ(methods.xSync(file_, SQLITE_SYNC_NORMAL), SQLITE_IOERR_WRITE);
  EXPECT_THAT(notes_.calls,
              ElementsAre("write 32 at 0 rr", "write 4120 at 32 hp", "write 24 at 4152 HH"))
      << "no sync of what is not there";
}

TEST_F(FrameVfsTest, WhatTheLayerBelowLeavesOutIsAsIfItWereNotAsked) {
  open(SQLITE_OPEN_WAL);
  const sqlite3_io_methods& methods = *file_->pMethods;
  int reserved = 1;
  EXPECT_EQ(methods.xLock(file_, SQLITE_LOCK_SHARED), SQLITE_OK);
  EXPECT_EQ(methods.xCheckReservedLock(file_, &reserved), SQLITE_OK);
  EXPECT_EQ(reserved, 0);
  EXPECT_EQ(methods.xUnlock(file_, SQLITE_LOCK_NONE), SQLITE_OK);
  EXPECT_EQ(methods.xFileControl(file_, SQLITE_FCNTL_LOCKSTATE, nullptr), SQLITE_NOTFOUND);
  EXPECT_EQ(methods.xSectorSize(file_), 4096);
  EXPECT_EQ(methods.xDeviceCharacteristics(file_), 0);
}

TEST(FrameVfsNames, AreKnownOnlyWhileSomebodyAsksForIt) {
  Notes notes;
  store::FrameVfs one(notes.vfs()), other(notes.vfs());
  EXPECT_NE(one.name(), other.name());
  EXPECT_EQ(sqlite3_vfs_find(one.name().c_str()), nullptr);
  {
    const store::FrameVfs::Known known(&one), none(nullptr);
    EXPECT_TRUE(known);
    EXPECT_FALSE(none);
    EXPECT_NE(sqlite3_vfs_find(one.name().c_str()), nullptr);
    EXPECT_EQ(sqlite3_vfs_find(other.name().c_str()), nullptr);
    EXPECT_EQ(std::string(sqlite3_vfs_find(nullptr)->zName).rfind("cspkit", 0), std::string::npos)
        << "nobody else gets it unasked";
  }
  EXPECT_EQ(sqlite3_vfs_find(one.name().c_str()), nullptr);
}

// The process's default is taken away while a state file is open: what comes next in SQLite's list
// must not be one that goes with the file.
TEST(FrameVfsNames, NobodyComesUponItWhenTheDefaultGoes) {
  sqlite3_vfs mine = *sqlite3_vfs_find(nullptr);
  mine.zName = "mine";
  mine.pNext = nullptr;
  ASSERT_EQ(sqlite3_vfs_register(&mine, 1), SQLITE_OK);
  const TempDir dir;
  const auto opened = store::open_sqlite_store(dir.file("device.db"), Durability::kFull);
  sqlite3_vfs_unregister(&mine);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(std::string(sqlite3_vfs_find(nullptr)->zName).rfind("cspkit", 0), std::string::npos);
  EXPECT_TRUE((*opened)->apply(put(node("a", "1"))).ok());
  EXPECT_TRUE((*opened)->backup(dir.file("copy.db")).ok());
  EXPECT_THAT(stored_nodes(dir.file("copy.db")), ElementsAre("|a=1"));
}

}  // namespace
}  // namespace cspkit::store_test
