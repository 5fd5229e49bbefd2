// SPDX-License-Identifier: Apache-2.0
// What a change costs, in calls of the file layer: counted, so the test does not depend on a disk.
#include <gtest/gtest.h>

#include "workload.hpp"

namespace cspkit::fault {
namespace {

class SyncCount : public ::testing::Test {
 protected:
  void open_with(Durability durability, int checkpoint_pages = 1000) {
    store::SqliteOptions options;
    options.durability = durability;
    options.vfs_name = vfs_.name();
    options.checkpoint_pages = checkpoint_pages;
    auto opened = store::open_sqlite_store(dir_.file("device.db"), options);
    ASSERT_TRUE(opened) << opened.error().text();
    store_ = std::move(*opened);
    ASSERT_TRUE(store_->load());
    // The first change makes the log, which costs more.
    ASSERT_TRUE(store_->apply(change(1)).ok());
  }

  store_test::TempDir dir_;
  FaultVfs vfs_;
  std::unique_ptr<store::Store> store_;
};

TEST_F(SyncCount, OneSyncPerChangeAndItIsTheLogs) {
  open_with(Durability::kFull);
  for (int n = 2; n < 60; ++n) {
    vfs_.reset_counts();
    ASSERT_TRUE(store_->apply(change(n)).ok());
    EXPECT_EQ(vfs_.counts().syncs, 1) << n;
    EXPECT_EQ(vfs_.counts().syncs_of_log, 1) << n;
  }
}

TEST_F(SyncCount, ALoneRowCostsOneSyncAndOneWritePerPage) {
  open_with(Durability::kFull);
  for (int n = 0; n < 100; ++n) {
    vfs_.reset_counts();
    ASSERT_TRUE(store_->apply(store_test::put(store_test::node("a", std::to_string(n)))).ok());
    EXPECT_EQ(vfs_.counts().syncs, 1);
    // One page of the log, with its header.
    EXPECT_EQ(vfs_.counts().writes, 1);
    EXPECT_EQ(vfs_.counts().reads, 0);
  }
}

TEST_F(SyncCount, AHundredRowsInOneChangeCostOneSync) {
  open_with(Durability::kFull);
  store::Batch batch;
  for (int i = 0; i < 100; ++i) {
    batch.put_nodes.push_back(store_test::node("row/" + std::to_string(i), "value"));
  }
  vfs_.reset_counts();
  ASSERT_TRUE(store_->apply(batch).ok());
  EXPECT_EQ(vfs_.counts().syncs, 1);
}

TEST_F(SyncCount, NothingToDoTouchesNothing) {
  open_with(Durability::kFull);
  vfs_.reset_counts();
  ASSERT_TRUE(store_->apply({}).ok());
  EXPECT_EQ(vfs_.counts().calls, 0);
}

TEST_F(SyncCount, NormalDurabilitySyncsOnlyAtCheckpoints) {
  open_with(Durability::kNormal);
  vfs_.reset_counts();
  for (int n = 2; n < 60; ++n) ASSERT_TRUE(store_->apply(change(n)).ok());
  EXPECT_EQ(vfs_.counts().syncs, 0);
}

TEST_F(SyncCount, CheckpointsAddAFewSyncsAndKeepTheLogSmall) {
  open_with(Durability::kFull, 50);
  constexpr int kChanges = 300;
  vfs_.reset_counts();
  for (int n = 2; n < 2 + kChanges; ++n) ASSERT_TRUE(store_->apply(change(n)).ok());
  EXPECT_GT(vfs_.counts().syncs, kChanges);
  EXPECT_LT(vfs_.counts().syncs, kChanges * 2);
  EXPECT_LT(std::filesystem::file_size(dir_.file("device.db-wal")), 100u * 4200u);
}

TEST_F(SyncCount, LoadingReadsAndDoesNotWrite) {
  open_with(Durability::kFull);
  vfs_.reset_counts();
  ASSERT_TRUE(store_->load());
  EXPECT_EQ(vfs_.counts().writes, 0);
  EXPECT_EQ(vfs_.counts().syncs, 0);
}

}  // namespace
}  // namespace cspkit::fault
