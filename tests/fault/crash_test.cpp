// SPDX-License-Identifier: Apache-2.0
// The power goes at every call in turn, and takes with it any part of what was not synced: what was
// acknowledged is there, whole, and nothing else but perhaps the change under way.
#include <gtest/gtest.h>

#include "workload.hpp"

namespace cspkit::fault {
namespace {

constexpr int kMost = 2000;
constexpr int kChanges = 10;

struct Run {
  int acknowledged = 0;
  bool crashed = false;
};

/// From opening to the last change, or to the crash. Few pages between checkpoints: crashes meet
/// them too.
Run work(const std::string& path, FaultVfs& vfs) {
  Run run;
  auto opened = open(path, vfs, 8);
  while (opened && run.acknowledged < kChanges) {
    if (!(*opened)->apply(change(run.acknowledged + 1)).ok()) break;
    ++run.acknowledged;
  }
  run.crashed = vfs.crashed();
  return run;
}

/// Crashes at every call until none is left; returns how many there were.
int crash_everywhere(std::uint32_t seed, const std::string& prepared = {}) {
  const store_test::TempDir dir;
  for (int n = 1; n < kMost; ++n) {
    SCOPED_TRACE("call " + std::to_string(n) + ", seed " + std::to_string(seed));
    const std::string path = dir.file(std::to_string(n) + ".db");
    if (!prepared.empty()) store_test::write_file(path, prepared);
    Run run;
    {
      FaultVfs vfs;
      vfs.hold_unsynced(true);
      vfs.crash_at(n, seed * 7919u + static_cast<std::uint32_t>(n));
      run = work(path, vfs);
    }
    const int found = whole_change_in(path);
    EXPECT_GE(found, run.acknowledged);
    EXPECT_LE(found, run.acknowledged + 1);
    for (const char* suffix : {"", "-wal", "-journal", ".lock"}) {
      std::error_code ignored;
      std::filesystem::remove(path + suffix, ignored);
    }
    if (!run.crashed) {
      EXPECT_EQ(run.acknowledged, kChanges);
      return n - 1;
    }
    if (::testing::Test::HasFailure()) return n;
  }
  ADD_FAILURE() << "no end";
  return kMost;
}

TEST(Crash, AtEveryCallFromANewFileOn) {
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    EXPECT_GT(crash_everywhere(seed), 100) << "the crashes did not reach the changes";
    if (HasFailure()) return;
  }
}

TEST(Crash, AtEveryCallOnAFileThatExists) {
  const store_test::TempDir dir;
  const std::string path = dir.file("device.db");
  { ASSERT_TRUE(store::open_sqlite_store(path, Durability::kFull)); }
  const std::string prepared = store_test::read_file(path);
  for (std::uint32_t seed = 11; seed <= 13; ++seed) {
    EXPECT_GT(crash_everywhere(seed, prepared), 60);
    if (HasFailure()) return;
  }
}

// Crash upon crash: each one while the last one's remains are being read back.
TEST(Crash, AgainAndAgainDuringRecovery) {
  const store_test::TempDir dir;
  const std::string path = dir.file("device.db");
  int acknowledged = 0;
  for (int round = 1; round <= 211; ++round) {
    SCOPED_TRACE(round);
    {
      FaultVfs vfs;
      vfs.hold_unsynced(true);
      vfs.crash_at(1 + round * 37 % 211, static_cast<std::uint32_t>(round));
      auto opened = open(path, vfs, 8);
      if (!opened) continue;
      const auto contents = (*opened)->load();
      if (!contents) continue;
      const int found = whole_change_in(*contents);
      ASSERT_GE(found, acknowledged);
      ASSERT_LE(found, acknowledged + 1);
      acknowledged = found;
      while ((*opened)->apply(change(acknowledged + 1)).ok()) ++acknowledged;
    }
  }
  const int found = whole_change_in(path);
  EXPECT_GE(found, acknowledged);
  EXPECT_LE(found, acknowledged + 1);
  EXPECT_GT(acknowledged, 100);
}

// With the weaker durability changes may be lost, the newest first, but none is there by half.
TEST(Crash, NormalDurabilityLosesWholeChangesOnly) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    const store_test::TempDir dir;
    const std::string path = dir.file("device.db");
    int acknowledged = 0;
    {
      FaultVfs vfs;
      vfs.hold_unsynced(true);
      store::SqliteOptions options;
      options.durability = Durability::kNormal;
      options.vfs_name = vfs.name();
      options.checkpoint_pages = 25;
      auto opened = store::open_sqlite_store(path, options);
      ASSERT_TRUE(opened) << opened.error().text();
      const int changes = 1 + static_cast<int>(seed % 20);
      while (acknowledged < changes && (*opened)->apply(change(acknowledged + 1)).ok()) {
        ++acknowledged;
      }
      vfs.crash(seed);
    }
    const int found = whole_change_in(path);
    EXPECT_GE(found, 0);
    EXPECT_LE(found, acknowledged);
  }
}

}  // namespace
}  // namespace cspkit::fault
