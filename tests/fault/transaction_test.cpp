// SPDX-License-Identifier: Apache-2.0
// Transactions over providers with effects outside the engine: the order of what they hear, undo,
// recovery at load, and who must wait until that has worked.
#include <gmock/gmock.h>

#include <functional>
#include <utility>

#include "../unit/core/test_tree.hpp"
#include "fault_vfs.hpp"
#include "keeper.hpp"
#include "support.hpp"

namespace cspkit::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Steps = std::vector<std::string>;

/// With handlers on their callers' threads, and on their own.
class TransactionTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    fault::work_on(&outside_);
    open();
  }
  void TearDown() override { close(); }

  void open(const std::vector<std::string>& providers = {"one", "two"}) {
    EngineOptions options;
    options.state = dir_.file("device.db");
    options.file_layer.name = vfs_.name();
    options.log = [this](LogLevel, std::string_view, std::string_view text) {
      log_ += std::string(text) + "\n";
    };
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::make_unique<Engine>(*std::move(opened));
    for (const std::string& name : providers) {
      ProviderOptions how;
      how.offload = GetParam();
      Status added = engine_->add_provider(fault::keeper_plugin(name), {}, how);
      ASSERT_TRUE(added.ok()) << added.text();
    }
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  }
  void close() {
    session_.reset();
    engine_.reset();
  }
  /// The process dies; what it had said to the disk is there.
  void die() {
    const auto things = outside_.things;
    vfs_.crash(1);
    close();
    vfs_.restart();
    outside_.things = things;
    outside_.steps.clear();
    outside_.to_fail.clear();
  }

  static std::string uri(std::string_view below) { return "./Vendor/Test/" + std::string(below); }
  Status replace(std::string_view below, const std::string& text) {
    return session_->replace(uri(below), Value(Format::kUnset, text));
  }
  std::string get(std::string_view below) { return text_of(session_->get(uri(below))); }
  std::string outside(const std::string& name) { return outside_.get(name).value_or("(none)"); }
  Steps take_steps() { return std::exchange(outside_.steps, {}); }
  int syncs_of(const std::function<void()>& work) {
    vfs_.reset_counts();
    work();
    return vfs_.counts().syncs;
  }

  static std::string command(const char* verb, int id, const std::string& below,
                             const char* data = nullptr, const char* source = nullptr) {
    std::string xml = std::string("<") + verb + "><CmdID>" + std::to_string(id) +
                      "</CmdID><Item><Target><LocURI>" + uri(below) + "</LocURI></Target>";
    if (source) xml += "<Source><LocURI>" + uri(source) + "</LocURI></Source>";
    if (data) xml += std::string("<Data>") + data + "</Data>";
    return xml + "</Item></" + verb + ">";
  }
  std::vector<int> run(const std::string& body) {
    Result<std::string> reply =
        session_->process("<SyncML><SyncBody>" + body + "<Final/></SyncBody></SyncML>");
    EXPECT_TRUE(reply) << reply.error().text();
    return session_->last_statuses();
  }
  std::vector<int> atomic(const std::string& children) {
    return run("<Atomic><CmdID>1</CmdID>" + children + "</Atomic>");
  }

  store_test::TempDir dir_;
  fault::FaultVfs vfs_;
  fault::MemoryOutside outside_;
  std::string log_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

// ---- one command ----

TEST_P(TransactionTest, OneCommandIsHeardInOrder) {
  EXPECT_TRUE(replace("one/Text", "a").ok());
  EXPECT_THAT(take_steps(), ElementsAre("one begin", "one undo_for Text", "one effect Text",
                                        "one commit", "one end"));
  EXPECT_EQ(outside("one/Text"), "a");
  EXPECT_EQ(get("one/Text"), "a");
}

TEST_P(TransactionTest, ACommandThatFailsHalfWayIsUndone) {
  ASSERT_TRUE(replace("one/Text", "a").ok());
  take_steps();
  EXPECT_EQ(syncml_status(replace("one/Text", "refuse")), 403);
  EXPECT_THAT(take_steps(), ElementsAre("one begin", "one undo_for Text", "one effect Text",
                                        "one apply_undo", "one end"));
  EXPECT_EQ(outside("one/Text"), "a");
  EXPECT_EQ(get("one/Text"), "a");
}

TEST_P(TransactionTest, WhatHasNoHandlerTroublesNobody) {
  EXPECT_TRUE(replace("one/Plain", "a").ok());
  EXPECT_EQ(session_->get(uri("one/Text"))->data, "");
  EXPECT_THAT(take_steps(), IsEmpty());
}

TEST_P(TransactionTest, ARefusedBeginOrUndoForFailsTheCommandBeforeAnyEffect) {
  outside_.to_fail = {"one begin"};
  EXPECT_EQ(syncml_status(replace("one/Text", "a")), 403);
  EXPECT_THAT(take_steps(), ElementsAre("one begin"));
  outside_.to_fail = {"one undo_for Text"};
  EXPECT_EQ(syncml_status(replace("one/Text", "a")), 403);
  EXPECT_THAT(take_steps(), ElementsAre("one begin", "one undo_for Text", "one end"));
  EXPECT_EQ(outside("one/Text"), "(none)");
}

TEST_P(TransactionTest, ImplicitParentsAndDescendantsAreUndoneToo) {
  EXPECT_EQ(syncml_status(replace("one/Slot/A/Text", "refuse")), 403);
  EXPECT_EQ(outside_.names("one").size(), 0u);
  EXPECT_EQ(get("one/Slot/A"), "status 404");
  ASSERT_TRUE(replace("one/Slot/A/Text", "a").ok());
  EXPECT_EQ(outside("one/Slot/A"), "there");
  outside_.to_fail = {"two effect Text"};
  EXPECT_EQ(atomic(command("Delete", 2, "one/Slot/A") + command("Replace", 3, "two/Text", "x")),
            (std::vector<int>{507, 216, 403}));
  EXPECT_EQ(outside("one/Slot/A"), "there");
  EXPECT_EQ(outside("one/Slot/A/Text"), "a");
  EXPECT_EQ(get("one/Slot/A/Text"), "a");
}

TEST_P(TransactionTest, NothingIsLeftToSeeOfWhatWasAnswered) {
  ASSERT_TRUE(replace("one/Text", "a").ok());
  const Result<StateDump> dump = engine_->dump();
  ASSERT_TRUE(dump);
  EXPECT_THAT(dump->items, IsEmpty()) << "an undo record that undoes nothing";
}

// ---- syncs ----

TEST_P(TransactionTest, OneSyncForTheDecisionAndOneForEachSaveOfRecords) {
  ASSERT_TRUE(replace("one/Plain", "first").ok());
  EXPECT_EQ(syncs_of([&] { ASSERT_TRUE(replace("one/Plain", "a").ok()); }), 1);
  EXPECT_EQ(syncs_of([&] { ASSERT_TRUE(replace("one/Text", "a").ok()); }), 2);
  EXPECT_EQ(syncs_of([&] { ASSERT_TRUE(replace("one/Quiet", "a").ok()); }), 1);
  EXPECT_EQ(syncs_of([&] { ASSERT_TRUE(session_->exec(uri("one/Fire")).ok()); }), 0);
  std::string many;
  for (int i = 0; i < 50; ++i) {
    const std::string slot = std::string(i % 2 == 0 ? "one" : "two") + "/Slot/" + std::to_string(i);
    many += command("Add", 2 * i + 2, slot) + command("Replace", 2 * i + 3, slot + "/Text", "x");
  }
  EXPECT_EQ(syncs_of([&] { EXPECT_EQ(atomic(many).front(), 200); }), 2);
  // Each record of Each is saved by itself.
  EXPECT_EQ(syncs_of([&] {
              EXPECT_EQ(atomic(command("Replace", 2, "one/Text", "x") +
                               command("Replace", 3, "one/Each", "x") +
                               command("Replace", 4, "one/Each", "y"))
                            .front(),
                        200);
            }),
            4);
  // What failed wrote its record, and nothing else.
  EXPECT_EQ(syncs_of([&] { EXPECT_FALSE(replace("one/Text", "refuse").ok()); }), 1);
}

TEST_P(TransactionTest, RecordsBeyondAMebibyteTakeMoreRows) {
  std::string many;
  std::vector<std::string> names, large;
  for (int i = 0; i < 3; ++i) {
    names.push_back("one/Slot/" + std::to_string(i) + "/Text");
    large.push_back(std::string(std::size_t{600} << 10, static_cast<char>('a' + i)));
    ASSERT_TRUE(replace(names.back(), "a").ok());
    outside_.things[names.back()] = large.back();
    many += command("Replace", i + 2, names.back(), "new");
  }
  outside_.to_fail = {"two effect Text", "one apply_undo"};
  EXPECT_EQ(atomic(many + command("Replace", 5, "two/Text", "x")).front(), 507);
  EXPECT_EQ(outside(names[2]), "new");
  close();
  {
    store::SqliteOptions options;
    options.vfs_name = vfs_.name();
    const auto opened = store::open_sqlite_store(dir_.file("device.db"), options);
    ASSERT_TRUE(opened) << opened.error().text();
    const auto all = (*opened)->load();
    ASSERT_TRUE(all) << all.error().text();
    EXPECT_EQ(all->undo.size(), 2u) << "two records go beyond it, and the third is alone";
  }
  outside_.to_fail.clear();
  open();
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_TRUE(outside(names[i]) == large[i]) << i;
}

// ---- Atomic ----

TEST_P(TransactionTest, AnAtomicOverTwoProvidersAsksForAllBeforeTheFirstEffect) {
  EXPECT_EQ(atomic(command("Replace", 2, "one/Text", "a") + command("Replace", 3, "two/Text", "b") +
                   command("Replace", 4, "one/Plain", "c")),
            (std::vector<int>{200, 200, 200, 200}));
  EXPECT_THAT(take_steps(), ElementsAre("one begin", "one undo_for Text", "two begin",
                                        "two undo_for Text", "one effect Text", "two effect Text",
                                        "one commit", "one end", "two commit", "two end"));
}

TEST_P(TransactionTest, AnAtomicThatFailsIsUndoneEverywhere) {
  ASSERT_TRUE(replace("one/Text", "old").ok());
  take_steps();
  EXPECT_EQ(
      atomic(command("Replace", 2, "one/Text", "a") + command("Add", 3, "two/Slot/S") +
             command("Replace", 4, "one/Plain", "c") + command("Replace", 5, "two/Text", "refuse") +
             command("Replace", 6, "one/Each", "e")),
      (std::vector<int>{507, 216, 216, 216, 403, 215}));
  EXPECT_EQ(outside("one/Text"), "old");
  EXPECT_EQ(outside_.names("two").size(), 0u);
  EXPECT_EQ(get("one/Text"), "old");
  EXPECT_EQ(get("one/Plain"), "");
  EXPECT_EQ(get("two/Slot/S"), "status 404");
  EXPECT_EQ(outside_.steps.back(), "two end");
}

TEST_P(TransactionTest, RecordsAreAppliedTheLastOneFirst) {
  ASSERT_TRUE(replace("one/Each", "a").ok());
  EXPECT_EQ(atomic(command("Replace", 2, "one/Each", "b") + command("Replace", 3, "one/Each", "c") +
                   command("Replace", 4, "one/Text", "refuse")),
            (std::vector<int>{507, 216, 216, 403}));
  EXPECT_EQ(outside("one/Each"), "a");
}

TEST_P(TransactionTest, WhatCannotBeUndoneSays516AndTheRootWaits) {
  ASSERT_TRUE(replace("one/Text", "old").ok());
  outside_.to_fail = {"one apply_undo"};
  EXPECT_EQ(atomic(command("Replace", 2, "two/Text", "t") + command("Replace", 3, "one/Text", "a") +
                   command("Replace", 4, "one/Plain", "p") +
                   command("Replace", 5, "two/Quiet", "refuse")),
            (std::vector<int>{507, 216, 516, 216, 403}));
  EXPECT_EQ(outside("one/Text"), "a");
  EXPECT_EQ(outside("two/Text"), "(none)");
  // Its root refuses changes, another's does not, and reading goes on.
  Status refused = replace("one/Plain", "p");
  EXPECT_EQ(syncml_status(refused), 403);
  EXPECT_THAT(refused.text(), HasSubstr("apply_undo of transaction"));
  EXPECT_EQ(get("one/Text"), "old");
  EXPECT_TRUE(replace("two/Text", "t").ok());
  // Once it can be undone, it is, before the next change.
  outside_.to_fail.clear();
  EXPECT_TRUE(replace("one/Plain", "p").ok());
  EXPECT_EQ(outside("one/Text"), "old");
}

TEST_P(TransactionTest, UnsettledRecordsOutliveTheProcess) {
  ASSERT_TRUE(replace("one/Text", "old").ok());
  outside_.to_fail = {"one apply_undo"};
  EXPECT_EQ(syncml_status(replace("one/Text", "refuse")), 403);
  die();
  outside_.to_fail = {"one apply_undo"};
  open();
  EXPECT_THAT(log_, HasSubstr("could not be settled"));
  EXPECT_EQ(syncml_status(replace("one/Plain", "p")), 403);
  EXPECT_EQ(outside("one/Text"), "half");
  die();
  open();
  EXPECT_THAT(take_steps(), ElementsAre("one apply_undo", "one end"));
  EXPECT_EQ(outside("one/Text"), "old");
  EXPECT_TRUE(replace("one/Plain", "p").ok());
}

TEST_P(TransactionTest, ARootWhoseProviderIsNotLoadedWaitsForIt) {
  ASSERT_TRUE(replace("one/Text", "old").ok());
  outside_.to_fail = {"one apply_undo"};
  EXPECT_FALSE(replace("one/Text", "refuse").ok());
  die();
  open({"two"});
  // Its tree from a DDF file alone: store-backed, and yet it waits.
  const cspkit_str ddf = fault::keeper_plugin("one").providers[0].ddf;
  ASSERT_TRUE(engine_->load_ddf_bytes(std::string_view(ddf.data, ddf.size), "one.xml").ok());
  Status refused = replace("one/Plain", "p");
  EXPECT_EQ(syncml_status(refused), 403);
  EXPECT_THAT(refused.text(), HasSubstr("one is not loaded; load it"));
  EXPECT_TRUE(replace("two/Text", "t").ok());
  ASSERT_TRUE(engine_->add_provider(fault::keeper_plugin("one")).ok());
  EXPECT_EQ(outside("one/Text"), "old");
  EXPECT_TRUE(replace("one/Plain", "p").ok());
}

TEST_P(TransactionTest, ACommitThatFailsStandsAndIsRepeated) {
  outside_.to_fail = {"one commit"};
  EXPECT_TRUE(replace("one/Text", "a").ok());
  EXPECT_THAT(take_steps(),
              ElementsAre("one begin", "one undo_for Text", "one effect Text", "one commit"));
  die();
  open();
  EXPECT_THAT(take_steps(), ElementsAre("one commit", "one end"));
  EXPECT_EQ(outside("one/Text"), "a");
  EXPECT_EQ(get("one/Text"), "a");
  EXPECT_TRUE(replace("one/Text", "b").ok());
}

TEST_P(TransactionTest, ADecidedTransactionIsCommittedAgainAfterACrashButNotAfterAClose) {
  EXPECT_TRUE(replace("one/Text", "a").ok());
  die();
  open();
  EXPECT_THAT(take_steps(), ElementsAre("one commit", "one end"));
  EXPECT_EQ(get("one/Text"), "a");
  close();
  open();
  EXPECT_THAT(take_steps(), IsEmpty());
}

TEST_P(TransactionTest, ADiskThatFailsAtTheDecisionIsAnsweredAndUndone) {
  ASSERT_TRUE(replace("one/Text", "old").ok());
  const std::string children = command("Replace", 2, "one/Text", "a") +
                               command("Replace", 3, "two/Quiet", "b") +
                               command("Replace", 4, "one/Plain", "c");
  vfs_.fail_only(fault::Op::kSync, 2, fault::FaultVfs::How::kOnce);
  EXPECT_EQ(atomic(children), (std::vector<int>{507, 216, 216, 500}));
  vfs_.heal();
  EXPECT_EQ(outside("one/Text"), "old");
  // The third write that needs space: the records went through, the decision does not.
  vfs_.fail(3, fault::FaultVfs::How::kFromThen, fault::FaultVfs::Error::kFull);
  EXPECT_EQ(atomic(children), (std::vector<int>{507, 216, 216, 420}));
  vfs_.heal();
  EXPECT_EQ(outside("one/Text"), "old");
  EXPECT_EQ(get("one/Text"), "old");
  EXPECT_EQ(atomic(children).front(), 200);
  EXPECT_EQ(outside("one/Text"), "a");
}

TEST_P(TransactionTest, ADiskThatCannotTakeTheRecordsStopsBeforeAnyEffect) {
  vfs_.fail_only(fault::Op::kSync, 1, fault::FaultVfs::How::kOnce);
  EXPECT_EQ(syncml_status(replace("one/Text", "a")), 500);
  vfs_.heal();
  EXPECT_THAT(take_steps(),
              ElementsAre("one begin", "one undo_for Text", "one apply_undo", "one end"));
  EXPECT_EQ(outside("one/Text"), "(none)");
  EXPECT_TRUE(replace("one/Text", "a").ok());
}

// ---- what cannot be undone ----

TEST_P(TransactionTest, WhatCannotBeUndoneRunsLast) {
  EXPECT_EQ(atomic(command("Exec", 2, "one/Fire") + command("Replace", 3, "two/Text", "t")),
            (std::vector<int>{200, 200, 200}));
  EXPECT_THAT(take_steps(),
              ElementsAre("two begin", "two undo_for Text", "one begin", "two effect Text",
                          "one effect Fire", "two commit", "two end", "one commit", "one end"));
  EXPECT_EQ(atomic(command("Exec", 2, "one/Fire") + command("Replace", 3, "two/Text", "refuse")),
            (std::vector<int>{507, 215, 403}));
  EXPECT_EQ(outside("one/Fired"), "1");
  outside_.to_fail = {"one effect Fire"};
  EXPECT_EQ(atomic(command("Exec", 2, "one/Fire") + command("Replace", 3, "two/Text", "x")),
            (std::vector<int>{507, 403, 216}));
  EXPECT_EQ(outside("two/Text"), "t");
}

TEST_P(TransactionTest, TwoThatCannotBeUndoneAreRefusedBeforeAnythingRuns) {
  EXPECT_EQ(atomic(command("Replace", 2, "two/Text", "t") + command("Exec", 3, "one/Fire") +
                   command("Exec", 4, "two/Fire")),
            (std::vector<int>{507, 215, 215, 500}));
  EXPECT_THAT(take_steps(), IsEmpty());
}

// ---- Copy ----

TEST_P(TransactionTest, CopyInsideAnAtomicSeesWhatEarlierCommandsDid) {
  EXPECT_EQ(atomic(command("Replace", 2, "one/Plain", "p") +
                   command("Copy", 3, "one/Text", nullptr, "one/Plain") +
                   command("Copy", 4, "two/Slot/S/Text", nullptr, "one/Text")),
            (std::vector<int>{200, 200, 200, 200}));
  EXPECT_EQ(outside("one/Text"), "p");
  EXPECT_EQ(outside("two/Slot/S/Text"), "p");
  EXPECT_EQ(get("two/Slot/S/Text"), "p");
}

TEST_P(TransactionTest, CopyInsideAnAtomicIsJudgedAndUndoneLikeAnyOther) {
  ASSERT_TRUE(replace("one/Plain", "p").ok());
  EXPECT_EQ(atomic(command("Copy", 2, "one/Text", nullptr, "one/Plain") +
                   command("Copy", 3, "two/Text", nullptr, "one/Slot/No/Text")),
            (std::vector<int>{507, 216, 404}));
  EXPECT_EQ(outside("one/Text"), "(none)");
  EXPECT_EQ(atomic(command("Replace", 2, "one/Plain", "x") +
                   command("Copy", 3, "one/Slot", nullptr, "one/Plain")),
            (std::vector<int>{507, 215, 405}));
  EXPECT_EQ(atomic(command("Copy", 2, "one/Text", nullptr, "one/Slot")),
            (std::vector<int>{507, 405}));
  EXPECT_EQ(get("one/Plain"), "p");
}

// ---- containers ----

TEST_P(TransactionTest, ASequenceInsideAnAtomicIsPartOfIt) {
  EXPECT_EQ(atomic("<Sequence><CmdID>2</CmdID>" + command("Replace", 3, "one/Text", "a") +
                   "</Sequence>" + command("Replace", 4, "two/Text", "refuse")),
            (std::vector<int>{507, 216, 216, 403}));
  EXPECT_EQ(outside("one/Text"), "(none)");
}

TEST_P(TransactionTest, AnAtomicInsideASequenceStandsForItself) {
  EXPECT_EQ(run("<Sequence><CmdID>1</CmdID>" + command("Replace", 2, "one/Text", "a") +
                "<Atomic><CmdID>3</CmdID>" + command("Replace", 4, "one/Text", "b") +
                command("Replace", 5, "two/Text", "refuse") + "</Atomic>" +
                command("Replace", 6, "two/Text", "c") + "</Sequence>"),
            (std::vector<int>{200, 200, 507, 216, 403, 200}));
  EXPECT_EQ(outside("one/Text"), "a");
  EXPECT_EQ(outside("two/Text"), "c");
}

TEST_P(TransactionTest, GetAndAtomicInsideAnAtomicAre500BeforeAnythingRuns) {
  EXPECT_EQ(atomic(command("Replace", 2, "one/Text", "a") + command("Get", 3, "one/Text")),
            (std::vector<int>{507, 215, 500}));
  EXPECT_EQ(atomic(command("Replace", 2, "one/Text", "a") + "<Atomic><CmdID>3</CmdID>" +
                   command("Replace", 4, "two/Text", "b") + "</Atomic>"),
            (std::vector<int>{507, 215, 500, 215}));
  EXPECT_THAT(take_steps(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Handlers, TransactionTest, ::testing::Bool(), [](const auto& chosen) {
  return chosen.param ? "OnTheirOwnThreads" : "OnTheirCallers";
});

}  // namespace
}  // namespace cspkit::testing
