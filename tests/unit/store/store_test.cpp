// SPDX-License-Identifier: Apache-2.0
// What the store in a file promises, whichever durability is chosen.
#include "store/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace cspkit::store_test {
namespace {
using store::Batch;
using store::Contents;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

enum class Kind { kFull, kNormal };

class StoreTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { open(); }

  void open() {
    store_.reset();
    auto opened = store::open_sqlite_store(dir_.file("device.db"), GetParam() == Kind::kFull
                                                                       ? Durability::kFull
                                                                       : Durability::kNormal);
    ASSERT_TRUE(opened) << opened.error().text();
    store_ = std::move(*opened);
  }

  /// What is in it; a file is closed and opened first.
  Contents contents() {
    open();
    auto loaded = store_->load();
    if (!loaded) {
      ADD_FAILURE() << loaded.error().text();
      return {};
    }
    return *loaded;
  }

  void apply(const Batch& batch) {
    const Status status = store_->apply(batch);
    ASSERT_TRUE(status.ok()) << status.text();
  }

  // On a disk: the large value may be more than a small memory file system holds.
  TempDir dir_{std::filesystem::temp_directory_path().string()};
  std::unique_ptr<store::Store> store_;
};

TEST_P(StoreTest, IsEmptyAtFirst) {
  const Contents all = contents();
  EXPECT_THAT(all.nodes, IsEmpty());
  EXPECT_THAT(all.state, IsEmpty());
  EXPECT_THAT(all.jobs, IsEmpty());
  EXPECT_THAT(all.alerts, IsEmpty());
  EXPECT_THAT(all.undo, IsEmpty());
  EXPECT_THAT(all.committed, IsEmpty());
}

TEST_P(StoreTest, KeepsEveryColumnOfANode) {
  store::NodeRow row;
  row.user = "S-1-5-21-7";
  row.key = "vendor/msft/x/%c3%84";
  row.path = "Vendor/MSFT/X/%C3%84";
  row.format = Format::kB64;
  row.mime = "application/octet-stream";
  row.value = std::string("\0\xFF\x80 bytes\0", 10);
  row.flags = 0xFFFFFFFFu;
  row.title = "a \"title\", '\xC3\xA4'";
  row.tstamp = -62135596800000;
  row.verno = 65535;
  apply(put(row));

  const Contents all = contents();
  ASSERT_EQ(all.nodes.size(), 1u);
  const store::NodeRow& kept = all.nodes[0];
  EXPECT_EQ(kept.user, row.user);
  EXPECT_EQ(kept.key, row.key);
  EXPECT_EQ(kept.path, row.path);
  EXPECT_EQ(kept.format, row.format);
  EXPECT_EQ(kept.mime, row.mime);
  EXPECT_EQ(kept.value, row.value);
  EXPECT_EQ(kept.flags, row.flags);
  EXPECT_EQ(kept.title, row.title);
  EXPECT_EQ(kept.tstamp, row.tstamp);
  EXPECT_EQ(kept.verno, row.verno);
}

/// "7p": transaction 7, of which provider p has yet to hear.
std::vector<std::string> committed_in(const Contents& all) {
  std::vector<std::string> found;
  for (const store::TransactionKey& each : all.committed)
    found.push_back(std::to_string(each.transaction) + each.provider);
  return found;
}

TEST_P(StoreTest, KeepsEveryOtherKindOfRow) {
  Batch batch;
  batch.put_state = {{"office", "a", std::string("\0x", 2)}, {"office", "", ""}};
  batch.put_jobs = {{"office", "install-1", "payload", 4294967295u}};
  batch.put_alerts = {alert(9007199254740993, "ada", "body"), alert(-1, "", "")};
  batch.put_undo = {{7, 1, "p", "second"}, {7, 0, "p", "first"}, {6, 4294967295u, "q", "last"}};
  batch.put_committed = {{8, "p"}, {7, "q"}, {6, "p"}};
  apply(batch);

  const Contents all = contents();
  ASSERT_EQ(all.state.size(), 2u);
  EXPECT_EQ(all.state[0].key, "");
  EXPECT_EQ(all.state[1].bytes, std::string("\0x", 2));
  ASSERT_EQ(all.jobs.size(), 1u);
  EXPECT_EQ(all.jobs[0].provider, "office");
  EXPECT_EQ(all.jobs[0].id, "install-1");
  EXPECT_EQ(all.jobs[0].payload, "payload");
  EXPECT_EQ(all.jobs[0].attempt, 4294967295u);
  ASSERT_EQ(all.alerts.size(), 2u);
  EXPECT_EQ(all.alerts[0].id, -1);
  EXPECT_EQ(all.alerts[1].id, 9007199254740993);
  EXPECT_EQ(all.alerts[1].user, "ada");
  EXPECT_EQ(all.alerts[1].data, "body");
  ASSERT_EQ(all.undo.size(), 3u);
  EXPECT_EQ(all.undo[0].transaction, 6);
  EXPECT_EQ(all.undo[0].sequence, 4294967295u);
  EXPECT_EQ(all.undo[0].provider, "q");
  EXPECT_EQ(all.undo[1].record, "first");
  EXPECT_EQ(all.undo[2].record, "second");
  EXPECT_THAT(committed_in(all), ElementsAre("6p", "7q", "8p"));
}

TEST_P(StoreTest, NodesComeByUserThenKeyAndUsersAreApart) {
  Batch batch;
  batch.put_nodes = {node("b", "1", "ben"), node("a", "2", "ben"), node("b", "3"),
                     node("a/x", "4"),      node("a", "5"),        node("a", "6", "ada")};
  apply(batch);
  EXPECT_THAT(nodes_of(contents()),
              ElementsAre("|a=5", "|a/x=4", "|b=3", "ada|a=6", "ben|a=2", "ben|b=1"));
}

TEST_P(StoreTest, UsersComeInOrderHoweverLongTheirNames) {
  Batch batch;
  for (const char* user : {"b", "ada", "carolin", "a-name-of-17-byte"})
    batch.put_nodes.push_back(node("k", "v", user));
  apply(batch);
  EXPECT_THAT(nodes_of(contents()),
              ElementsAre("a-name-of-17-byte|k=v", "ada|k=v", "b|k=v", "carolin|k=v"));
}

TEST_P(StoreTest, PutOverwritesAndRemovalsComeFirst) {
  apply(put(node("a", "old")));
  Batch batch;
  batch.put_nodes = {node("a", "new"), node("b", "1"), node("b", "2")};
  batch.remove_nodes = {{"", "a"}, {"", "never there"}, {"someone", "b"}};
  apply(batch);
  EXPECT_THAT(nodes_of(contents()), ElementsAre("|a=new", "|b=2"));
}

TEST_P(StoreTest, EveryKindOfRowCanBeRemoved) {
  Batch fill;
  fill.put_nodes = {node("a", "1"), node("b", "2"), node("a", "3", "ada")};
  fill.put_state = {{"p", "k", "1"}, {"p", "l", "2"}, {"q", "k", "3"}};
  fill.put_jobs = {{"p", "1", "", 0}, {"q", "1", "", 0}};
  fill.put_alerts = {alert(1, "", "x"), alert(2, "", "y")};
  fill.put_undo = {{1, 0, "p", ""}, {1, 1, "q", ""}, {1, 4294967295u, "p", ""}, {2, 0, "p", ""}};
  fill.put_committed = {{1, "p"}, {2, "q"}, {3, "p"}};
  apply(fill);
  Batch empty;
  empty.remove_nodes = {{"", "a"}};
  empty.remove_state = {{"p", "k"}};
  empty.remove_jobs = {{"q", "1"}};
  empty.remove_alerts = {1};
  empty.remove_transactions = {{1, "p"}, {2, "q"}};
  apply(empty);

  const Contents all = contents();
  EXPECT_THAT(nodes_of(all), ElementsAre("|b=2", "ada|a=3"));
  ASSERT_EQ(all.state.size(), 2u);
  EXPECT_EQ(all.state[0].key, "l");
  EXPECT_EQ(all.state[1].provider, "q");
  ASSERT_EQ(all.jobs.size(), 1u);
  EXPECT_EQ(all.jobs[0].provider, "p");
  ASSERT_EQ(all.alerts.size(), 1u);
  EXPECT_EQ(all.alerts[0].id, 2);
  ASSERT_EQ(all.undo.size(), 2u);
  EXPECT_EQ(all.undo[0].provider, "q");
  EXPECT_EQ(all.undo[1].transaction, 2);
  EXPECT_THAT(committed_in(all), ElementsAre("3p"));
}

// Whatever was there before, and whichever process wrote it.
TEST_P(StoreTest, WhatIsKeptOfATransactionGoesWhole) {
  const auto step = [this](std::int64_t gone, std::vector<store::UndoRow> records,
                           std::vector<store::TransactionKey> marks) {
    Batch batch;
    batch.remove_transactions = {{gone, "p"}};
    batch.put_undo = std::move(records);
    batch.put_committed = std::move(marks);
    apply(batch);
  };
  step(0, {{1, 0, "p", "a"}, {1, 1, "q", "b"}}, {});
  step(0, {{1, 2, "p", "c"}}, {});
  open();
  step(0, {{1, 3, "p", "d"}, {2, 0, "p", "e"}}, {{1, "p"}});
  step(2, {{3, 0, "p", "f"}}, {});
  step(3, {{4, 0, "p", "g"}, {3, 1, "p", "h"}}, {{3, "p"}});
  step(1, {}, {});
  Contents all = contents();
  ASSERT_EQ(all.undo.size(), 2u);
  EXPECT_EQ(all.undo[0].record, "b");
  EXPECT_EQ(all.undo[1].record, "g");
  EXPECT_THAT(committed_in(all), ElementsAre("3p"));
  step(3, {}, {});
  step(4, {{5, 0, "p", "i"}}, {});
  all = contents();
  ASSERT_EQ(all.undo.size(), 2u);
  EXPECT_EQ(all.undo[1].record, "i");
  EXPECT_THAT(committed_in(all), IsEmpty());
}

// One batch takes away what there was of a transaction and puts more of it: what comes later does
// not hide that.
TEST_P(StoreTest, WhatABatchPutsAnewGoesWithWhatCameLater) {
  Batch first, anew, later, over;
  first.put_undo = {{3, 0, "p", "a"}};
  anew.remove_transactions = over.remove_transactions = {{3, "p"}};
  anew.put_undo = {{3, 1, "p", "b"}};
  anew.put_committed = {{4, "p"}};
  later.put_undo = {{3, 2, "p", "c"}};
  for (const Batch* each : {&first, &anew, &later, &over}) apply(*each);
  const Contents all = contents();
  EXPECT_THAT(all.undo, IsEmpty());
  EXPECT_THAT(committed_in(all), ElementsAre("4p"));
}

TEST_P(StoreTest, RecordsBesideAMarkUndoNothing) {
  Batch batch;
  batch.put_undo = {{7, 0, "p", "decided"}, {7, 1, "q", "open"}, {8, 0, "p", "open"}};
  batch.put_committed = {{7, "p"}};
  apply(batch);
  const Contents all = contents();
  ASSERT_EQ(all.undo.size(), 2u);
  EXPECT_EQ(all.undo[0].provider, "q");
  EXPECT_EQ(all.undo[1].transaction, 8);
  EXPECT_THAT(committed_in(all), ElementsAre("7p"));
}

TEST_P(StoreTest, KeysMayHoldAnyBytes) {
  const std::string odd("a\0b'\"%_\xFF\xC3", 9);
  apply(put(node(odd, "1", odd)));
  apply(put(node(odd + "x", "2", odd)));
  Batch batch;
  batch.remove_nodes = {{odd, odd}};
  apply(batch);
  EXPECT_THAT(nodes_of(contents()), ElementsAre(odd + "|" + odd + "x=2"));
}

TEST_P(StoreTest, TakesALargeValueAndManyRows) {
  const std::string large(std::size_t{20} << 20, 'x');
  apply(put(node("large", large)));
  Batch batch;
  for (int i = 0; i < 5000; ++i) batch.put_nodes.push_back(node("n" + std::to_string(i), "v"));
  apply(batch);
  const Contents all = contents();
  ASSERT_EQ(all.nodes.size(), 5001u);
  EXPECT_EQ(all.nodes[0].value, large);
  EXPECT_EQ(all.nodes[5000].key, "n999");
}

TEST_P(StoreTest, AnEmptyBatchIsEmptyAndHarmless) {
  EXPECT_TRUE(Batch().empty());
  EXPECT_TRUE(store_->apply(Batch()).ok());
  EXPECT_THAT(contents().nodes, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Kinds, StoreTest, ::testing::Values(Kind::kFull, Kind::kNormal),
                         [](const auto& param) {
                           switch (param.param) {
                             case Kind::kFull:
                               return "FileFull";
                             default:
                               return "FileNormal";
                           }
                         });

TEST(BatchTest, AnyListMakesItNotEmpty) {
  std::vector<Batch> batches(11);
  batches[0].remove_nodes.push_back({"", "a"});
  batches[1].put_nodes.push_back(node("a", "1"));
  batches[2].remove_state.push_back({"p", "k"});
  batches[3].put_state.push_back({"p", "k", ""});
  batches[4].remove_jobs.push_back({"p", "1"});
  batches[5].put_jobs.push_back({"p", "1", "", 0});
  batches[6].remove_alerts.push_back(1);
  batches[7].put_alerts.push_back(alert(1, "", ""));
  batches[8].remove_transactions.push_back({1, "p"});
  batches[9].put_undo.push_back({1, 0, "", ""});
  batches[10].put_committed.push_back({1, "p"});
  for (std::size_t i = 0; i < batches.size(); ++i) EXPECT_FALSE(batches[i].empty()) << i;
}

}  // namespace
}  // namespace cspkit::store_test
