// SPDX-License-Identifier: Apache-2.0
// The power goes, or a call fails, at every point of a migration: the file is of the old version
// or of the new one, with every row, and the next opening finishes it.
#include <gtest/gtest.h>

#include "old_files.hpp"
#include "workload.hpp"

namespace cspkit::fault {
namespace {

constexpr int kMost = 500;

/// -1 when the file cannot be read, else its version after recovery by SQLite itself.
int version_of(const std::string& path, int& alerts) {
  sqlite3* handle = nullptr;
  int version = -1;
  const auto number = [](void* into, int, char** values, char**) {
    *static_cast<int*>(into) = std::stoi(values[0]);
    return 0;
  };
  if (sqlite3_open(path.c_str(), &handle) == SQLITE_OK) {
    sqlite3_exec(handle, "PRAGMA user_version", number, &version, nullptr);
    sqlite3_exec(handle, "SELECT count(*) FROM alerts", number, &alerts, nullptr);
  }
  sqlite3_close(handle);
  return version;
}

/// By version; what each of them must leave.
class MigrationFault : public ::testing::TestWithParam<int> {
 protected:
  static bool is_oldest() { return GetParam() == 1; }
  static void make_old(const std::string& path) {
    if (is_oldest()) {
      store_test::make_version_1(path);
    } else {
      store_test::make_version_5(path);
    }
  }
};

void expect_old_or_new(const std::string& path, int old) {
  int alerts = -1;
  const int version = version_of(path, alerts);
  EXPECT_TRUE(version == old || version == store::kSchemaVersion) << version;
  EXPECT_EQ(alerts, 1);
  auto opened = store::open_sqlite_store(path, Durability::kFull);
  ASSERT_TRUE(opened) << opened.error().text();
  const auto all = (*opened)->load();
  ASSERT_TRUE(all) << all.error().text();
  EXPECT_EQ(all->alerts.at(0).data, "hello");
  if (old == 1) {
    EXPECT_EQ(store_test::nodes_of(*all), std::vector<std::string>{"|vendor/test/t/fixed=old"});
    return;
  }
  ASSERT_EQ(all->undo.size(), 3u);
  EXPECT_EQ(all->undo[0].record, "");
  EXPECT_EQ(all->undo[1].record, "\2\1");
  EXPECT_EQ(all->undo[2].record, "\2\2");
  ASSERT_EQ(all->committed.size(), 2u);
  EXPECT_EQ(all->committed[0].provider, "gone");
  EXPECT_EQ(all->committed[1].provider, "p");
}

void remove_files(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-journal", ".lock"}) {
    std::error_code ignored;
    std::filesystem::remove(path + suffix, ignored);
  }
}

TEST_P(MigrationFault, ThePowerGoesAtEveryCall) {
  const store_test::TempDir dir;
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    int n = 1;
    for (bool crashed = true; crashed && n < kMost; ++n) {
      SCOPED_TRACE("call " + std::to_string(n) + ", seed " + std::to_string(seed));
      const std::string path = dir.file(std::to_string(n) + ".db");
      make_old(path);
      {
        FaultVfs vfs;
        vfs.hold_unsynced(true);
        vfs.crash_at(n, seed * 7919u + static_cast<std::uint32_t>(n));
        static_cast<void>(open(path, vfs).has_value());
        crashed = vfs.crashed();
      }
      expect_old_or_new(path, GetParam());
      if (HasFailure()) return;
      remove_files(path);
    }
    EXPECT_GT(n, 20) << "the crashes did not reach the migration";
    EXPECT_LT(n, kMost);
  }
}

TEST_P(MigrationFault, EveryCallFailsOnce) {
  const store_test::TempDir dir;
  int refused = 0;
  bool failed = true;
  for (int n = 1; failed && n < kMost; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    const std::string path = dir.file(std::to_string(n) + ".db");
    make_old(path);
    {
      FaultVfs vfs;
      vfs.fail(n, FaultVfs::How::kOnce);
      const auto opened = open(path, vfs);
      failed = vfs.failed();
      if (!opened) ++refused;
    }
    expect_old_or_new(path, GetParam());
    if (HasFailure()) return;
    remove_files(path);
  }
  EXPECT_GT(refused, 10) << "no failure reached the opening";
}

INSTANTIATE_TEST_SUITE_P(FromVersion, MigrationFault, ::testing::Values(1, 5),
                         ::testing::PrintToStringParamName());

TEST(MigrationFaultOfNone, AFileOfTodayPaysNothingForIt) {
  const store_test::TempDir dir;
  const std::string path = dir.file("device.db");
  { ASSERT_TRUE(store::open_sqlite_store(path, Durability::kFull)); }
  FaultVfs vfs;
  const auto opened = open(path, vfs);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(vfs.counts().syncs, 0);
}

}  // namespace
}  // namespace cspkit::fault
