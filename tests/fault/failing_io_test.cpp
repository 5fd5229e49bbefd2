// SPDX-License-Identifier: Apache-2.0
// Each I/O call fails in turn, until all pass: every failure is said, none leaves anything by half,
// and what was acknowledged is there afterwards.
#include <gtest/gtest.h>

#include "workload.hpp"

namespace cspkit::fault {
namespace {

constexpr int kMost = 2000;  // calls after which a test would be going round in circles

bool is_clean(const Status& status) {
  switch (status.code()) {
    case Code::kIo:
    case Code::kFull:
    case Code::kStateUnusable:
    case Code::kStateLocked:
      return !status.text().empty() && status.text().find('\n') == std::string::npos;
    default:
      return false;
  }
}

struct Outcome {
  int acknowledged = 0;
  bool refused = false;  ///< the last change of all was refused
  bool failed = false;   ///< the planned failure came
};

/// Opens, loads, makes `changes` changes one after the other whatever happens, and closes.
Outcome work(const std::string& path, FaultVfs& vfs, int changes, int first = 1) {
  Outcome outcome;
  outcome.acknowledged = first - 1;
  {
    auto opened = open(path, vfs, 12);
    if (!opened) {
      EXPECT_TRUE(is_clean(opened.error())) << opened.error().text();
      outcome.failed = vfs.failed();
      return outcome;
    }
    const auto loaded = (*opened)->load();
    if (!loaded) {
      EXPECT_TRUE(is_clean(loaded.error())) << loaded.error().text();
    } else {
      EXPECT_EQ(whole_change_in(*loaded), first - 1);
    }
    for (int i = 0; i < changes; ++i) {
      const Status status = (*opened)->apply(change(outcome.acknowledged + 1));
      outcome.refused = !status.ok();
      if (status.ok()) {
        ++outcome.acknowledged;
      } else {
        EXPECT_TRUE(is_clean(status)) << status.text();
      }
    }
    outcome.failed = vfs.failed();
  }
  vfs.heal();
  return outcome;
}

class FailingIo : public ::testing::Test {
 protected:
  store_test::TempDir dir_;
  FaultVfs vfs_;

  std::string fresh(int n) const { return dir_.file(std::to_string(n) + ".db"); }
  void forget(int n) const {
    for (const char* suffix : {".db", ".db-wal", ".db-journal", ".db.lock"}) {
      std::error_code ignored;
      std::filesystem::remove(dir_.file(std::to_string(n) + suffix), ignored);
    }
  }

  /// One call fails and the disk is well again: contents equal what was acknowledged, and only the
  /// change that met the failure was refused.
  template <typename Plan>
  int once_in_turn(int changes, Plan plan) {
    int n = 1;
    for (; n < kMost; ++n) {
      SCOPED_TRACE(n);
      plan(n);
      const Outcome outcome = work(fresh(n), vfs_, changes);
      vfs_.heal();
      EXPECT_EQ(whole_change_in(fresh(n)), outcome.acknowledged);
      if (outcome.acknowledged > 0) {
        EXPECT_GE(outcome.acknowledged, changes - 1);
      }
      forget(n);
      if (!outcome.failed) break;
      if (HasFailure()) break;
    }
    EXPECT_LT(n, kMost);
    return n;
  }
};

TEST_F(FailingIo, OneCallInTurnFromANewFileOn) {
  const int calls =
      once_in_turn(20, [&](int n) { vfs_.fail(n, FaultVfs::How::kOnce, FaultVfs::Error::kIo); });
  EXPECT_GT(calls, 150) << "the failures did not reach the changes";
}

TEST_F(FailingIo, OneSyncInTurn) {
  const int syncs =
      once_in_turn(20, [&](int n) { vfs_.fail_only(Op::kSync, n, FaultVfs::How::kOnce); });
  EXPECT_GT(syncs, 25);
}

TEST_F(FailingIo, OneWriteInTurnMeetsAFullDisk) {
  const int writes =
      once_in_turn(20, [&](int n) { vfs_.fail(n, FaultVfs::How::kOnce, FaultVfs::Error::kFull); });
  EXPECT_GT(writes, 60);
}

// The failed sync is the hard one: the change lies whole in the log, and must not come back when
// the process dies right after it was refused.
TEST_F(FailingIo, ARefusedChangeDoesNotComeBackWhenTheProcessDiesThen) {
  for (int n = 1; n < 12; ++n) {
    SCOPED_TRACE(n);
    const std::string path = fresh(n);
    FaultVfs vfs;
    {
      auto opened = open(path, vfs);
      ASSERT_TRUE(opened) << opened.error().text();
      for (int i = 1; i <= n; ++i) ASSERT_TRUE((*opened)->apply(change(i)).ok());
      vfs.fail_only(Op::kSync, 1, FaultVfs::How::kOnce);
      EXPECT_EQ((*opened)->apply(change(n + 1)).code(), Code::kIo);
      EXPECT_TRUE(vfs.failed());
      vfs.crash(0);  // all calls fail from here: closing cannot tidy up
    }
    EXPECT_EQ(whole_change_in(path), n);
  }
}

// The disk never recovers: everything is refused from then on, and what was acknowledged stays. The
// one change under way when it broke may be in, whole.
TEST_F(FailingIo, EveryCallFromTheNthOn) {
  int n = 1;
  for (; n < kMost; ++n) {
    SCOPED_TRACE(n);
    vfs_.fail(n, FaultVfs::How::kFromThen, FaultVfs::Error::kIo);
    int acknowledged = 0;
    bool failed = false;
    {
      auto opened = open(fresh(n), vfs_, 12);
      for (int i = 1; opened && i <= 12; ++i) {
        const Status status = (*opened)->apply(change(acknowledged + 1));
        if (status.ok()) {
          EXPECT_EQ(acknowledged, i - 1) << "accepted after a refusal on a broken disk";
          ++acknowledged;
        } else {
          EXPECT_TRUE(is_clean(status)) << status.text();
        }
      }
      failed = vfs_.failed();
    }
    vfs_.heal();
    const int found = whole_change_in(fresh(n));
    EXPECT_GE(found, acknowledged);
    EXPECT_LE(found, acknowledged + 1);
    forget(n);
    if (!failed || HasFailure()) break;
  }
  EXPECT_GT(n, 100);
  EXPECT_LT(n, kMost);
}

// A disk that is full from some write on, until someone makes room.
TEST_F(FailingIo, AFullDiskRefusesUntilThereIsRoom) {
  for (int n = 1; n < kMost; ++n) {
    SCOPED_TRACE(n);
    const std::string path = fresh(n);
    { ASSERT_TRUE(open(path, vfs_)); }
    int acknowledged = 0;
    bool failed = false;
    {
      auto opened = open(path, vfs_, 12);
      ASSERT_TRUE(opened) << opened.error().text();
      vfs_.fail(n, FaultVfs::How::kFromThen, FaultVfs::Error::kFull);
      for (int i = 0; i < 12; ++i) {
        const Status status = (*opened)->apply(change(acknowledged + 1));
        if (status.ok()) {
          ++acknowledged;
        } else {
          EXPECT_EQ(status.code(), Code::kFull) << status.text();
        }
      }
      failed = vfs_.failed();
      vfs_.heal();
      const auto seen = (*opened)->load();
      ASSERT_TRUE(seen) << seen.error().text();
      EXPECT_EQ(whole_change_in(*seen), acknowledged);
      const Status status = (*opened)->apply(change(acknowledged + 1));
      EXPECT_TRUE(status.ok()) << status.text();
    }
    EXPECT_EQ(whole_change_in(path), acknowledged + 1);
    forget(n);
    if (!failed || HasFailure()) return;
  }
  ADD_FAILURE() << "no end";
}

// Opening what a dead process left: each call fails in turn while the log is read back.
TEST_F(FailingIo, OneCallInTurnWhileALogIsRecovered) {
  const std::string path = dir_.file("device.db");
  store_test::Child writer([&](int, int) -> int {
    auto opened = open(path, vfs_);
    for (int i = 1; opened && i <= 9; ++i) {
      if (!(*opened)->apply(change(i)).ok()) ::_exit(1);
    }
    ::_exit(opened ? 0 : 1);  // without closing: the log stays
  });
  ASSERT_EQ(writer.wait(), 0);
  const std::string database = store_test::read_file(path);
  const std::string log = store_test::read_file(path + "-wal");
  ASSERT_GT(log.size(), 9u * 4096u);
  for (int n = 1; n < kMost; ++n) {
    SCOPED_TRACE(n);
    const std::string copy = fresh(n);
    store_test::write_file(copy, database);
    store_test::write_file(copy + "-wal", log);
    bool failed = false;
    vfs_.fail(n, FaultVfs::How::kOnce, FaultVfs::Error::kIo);
    {
      auto opened = open(copy, vfs_);
      if (opened) {
        const auto contents = (*opened)->load();
        if (contents) {
          EXPECT_EQ(whole_change_in(*contents), 9);
        }
      } else {
        EXPECT_TRUE(is_clean(opened.error())) << opened.error().text();
      }
      failed = vfs_.failed();
    }
    failed = failed || vfs_.failed();
    vfs_.heal();
    EXPECT_EQ(whole_change_in(copy), 9);
    forget(n);
    if (!failed || HasFailure()) return;
  }
  ADD_FAILURE() << "no end";
}

}  // namespace
}  // namespace cspkit::fault
