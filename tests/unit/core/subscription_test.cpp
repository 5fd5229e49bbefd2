// SPDX-License-Identifier: Apache-2.0
// Who watches the tree is told of what was committed: in order, with both values, never of secrets;
// and may leave at any time from anywhere.
#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "test_tree.hpp"

namespace cspkit::testing {
namespace {
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const char* kind_name(ChangeKind kind) {
  return kind == ChangeKind::kSet ? "set" : kind == ChangeKind::kCreated ? "created" : "removed";
}

/// "set ./Vendor/Test/T/Fixed factory>new"
std::string text_of(const NodeChange& change) {
  std::string text = std::string(kind_name(change.kind)) + " " + change.uri;
  if (change.leaf) {
    text += " " + (change.before ? change.before->data : "-") + ">" +
            (change.after ? change.after->data : "-");
  }
  return text;
}

/// Keeps what a callback gets, and lets a test wait for it.
class Log {
 public:
  ChangeCallback callback() {
    return [this](const ChangeBatch& batch) {
      const std::lock_guard lock(mutex_);
      batches_.push_back(batch);
      changed_.notify_all();
    };
  }
  std::vector<ChangeBatch> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(30), [&] { return batches_.size() >= count; }))
        << batches_.size() << " of " << count;
    return batches_;
  }
  /// The changes of the only batch.
  std::vector<std::string> the_one() {
    const auto all = wait_for(1);
    EXPECT_EQ(all.size(), 1u);
    std::vector<std::string> lines;
    for (const NodeChange& change : all.front().changes) lines.push_back(text_of(change));
    return lines;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ChangeBatch> batches_;
};

class SubscriptionTest : public TreeTest {
 protected:
  Subscription watch(std::string_view address, Log& log, const Principal& principal = {}) {
    auto made = engine_->subscribe(address, log.callback(), principal);
    EXPECT_TRUE(made) << made.error().text();
    return made ? *std::move(made) : Subscription();
  }
  int atomic(const std::string& commands) {
    const auto reply =
        session_->process("<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncBody><Atomic><CmdID>1</CmdID>" +
                          commands + "</Atomic></SyncBody></SyncML>");
    return reply ? session_->last_statuses().at(0) : 0;
  }
  static std::string command(const std::string& verb, const std::string& below,
                             const std::string& data) {
    return "<" + verb + "><CmdID>9</CmdID><Item><Target><LocURI>" + uri(below) +
           "</LocURI></Target><Data>" + data + "</Data></Item></" + verb + ">";
  }
};

TEST_F(SubscriptionTest, ALeafThatWasNeverSetHadItsDefault) {
  Log log;
  const Subscription kept = watch(kRoot, log);
  EXPECT_TRUE(kept.active());
  EXPECT_EQ(replace("Fixed", "new"), 200);
  EXPECT_THAT(log.the_one(), ElementsAre("set ./Vendor/Test/T/Fixed factory>new"));
  EXPECT_EQ(log.wait_for(1)[0].cause, ChangeCause::kCommand);
}

TEST_F(SubscriptionTest, ATransactionIsOneBatchInTheOrderOfAddresses) {
  Log log;
  const Subscription kept = watch("./Vendor", log);
  EXPECT_EQ(
      atomic(command("Replace", "Profiles/Home/Text", "t") + command("Replace", "Fixed", "f")),
      200);
  EXPECT_THAT(log.the_one(), ElementsAre("set ./Vendor/Test/T/Fixed factory>f",
                                         "created ./Vendor/Test/T/Profiles/Home",
                                         "created ./Vendor/Test/T/Profiles/Home/Text ->t"));
}

TEST_F(SubscriptionTest, ADeleteTakesTheSubtreeAndGivesBackFirstValues) {
  EXPECT_EQ(add("Profiles/Home/Text", "t"), 200);
  EXPECT_EQ(add("Policy", "p"), 200);
  Log log;
  const Subscription kept = watch(kRoot, log);
  EXPECT_EQ(remove("Profiles/Home"), 200);
  const auto first = log.wait_for(1)[0];
  ASSERT_EQ(first.changes.size(), 2u);
  EXPECT_EQ(text_of(first.changes[0]), "removed ./Vendor/Test/T/Profiles/Home");
  EXPECT_EQ(text_of(first.changes[1]), "removed ./Vendor/Test/T/Profiles/Home/Text t>-");
  EXPECT_EQ(remove("Policy"), 200);
  EXPECT_EQ(text_of(log.wait_for(2)[1].changes.at(0)), "removed ./Vendor/Test/T/Policy p>-");
}

TEST_F(SubscriptionTest, OnlyTheSubtreeIsWatched) {
  Log profiles, fixed;
  const Subscription first = watch(uri("Profiles/Home"), profiles);  // need not exist yet
  const Subscription second = watch(uri("Fixed"), fixed);
  EXPECT_EQ(add("Profiles/Homeland"), 200);
  EXPECT_EQ(add("Profiles/home"), 200);
  EXPECT_EQ(replace("Fixed", "x"), 200);
  EXPECT_THAT(fixed.the_one(), ElementsAre("set ./Vendor/Test/T/Fixed factory>x"));
  EXPECT_THAT(profiles.the_one(), ElementsAre("created ./Vendor/Test/T/Profiles/home"));
}

TEST_F(SubscriptionTest, WhatChangesNothingIsNotTold) {
  EXPECT_EQ(replace("Fixed", "x"), 200);
  Log log;
  const Subscription kept = watch(kRoot, log);
  EXPECT_EQ(replace("Fixed", "x"), 200);
  EXPECT_EQ(replace("ReadOnly", "1"), 405);
  EXPECT_EQ(atomic(command("Replace", "Fixed", "y") + command("Replace", "Int", "no number")), 507);
  EXPECT_EQ(replace("Int", "5"), 200);
  EXPECT_THAT(log.the_one(), ElementsAre("set ./Vendor/Test/T/Int 0>5"));
}

TEST_F(SubscriptionTest, LeavesWithoutGetAndSecretsAreNeverTold) {
  Log log;
  const Subscription kept = watch(kRoot, log);
  EXPECT_EQ(replace("WriteOnly", "hidden"), 200);
  Value secret = Value::chr("password");
  secret.secret = true;
  EXPECT_TRUE(engine_->owner().set(uri("Fixed"), secret).ok());
  EXPECT_TRUE(engine_->owner().set(uri("Fixed"), Value::chr("public")).ok());
  EXPECT_EQ(replace("Int", "1"), 200);
  EXPECT_THAT(log.the_one(), ElementsAre("set ./Vendor/Test/T/Int 0>1"));
}

TEST_F(SubscriptionTest, UsersSeeTheirOwnNodesOnly) {
  Log ann, bob, device;
  const Principal as_ann = Principal::for_user("ann");
  const Subscription first = watch("./User/Vendor/Test", ann, as_ann);
  const Subscription second = watch("./User/Vendor/Test", bob, Principal::for_user("bob"));
  const Subscription third = watch(".", device);
  EXPECT_EQ(engine_->subscribe("./User/Vendor/Test", ann.callback()).error().code(),
            Code::kNotAllowed);
  Session session = engine_->open_session(as_ann);
  EXPECT_TRUE(session.replace("./User/Vendor/Test/T/Int", Value::integer(4)).ok());
  EXPECT_TRUE(engine_->owner("bob").set("./User/Vendor/Test/T/Int", "5").ok());
  EXPECT_EQ(replace("Int", "6"), 200);
  EXPECT_THAT(ann.the_one(), ElementsAre("set ./User/Vendor/Test/T/Int 0>4"));
  EXPECT_THAT(bob.the_one(), ElementsAre("set ./User/Vendor/Test/T/Int 0>5"));
  EXPECT_EQ(bob.wait_for(1)[0].cause, ChangeCause::kOwner);
  EXPECT_THAT(device.the_one(), ElementsAre("set ./Vendor/Test/T/Int 0>6"));
}

TEST_F(SubscriptionTest, AnAddressThatCannotBeWatchedIsRefused) {
  Log log;
  EXPECT_EQ(engine_->subscribe("./Nowhere", log.callback()).error().code(), Code::kNotFound);
  EXPECT_EQ(engine_->subscribe("./Vendor/../x", log.callback()).error().code(), Code::kBadRequest);
  EXPECT_EQ(engine_->subscribe(uri("Fixed?prop=Size"), log.callback()).error().code(),
            Code::kNotSupported);
  EXPECT_EQ(engine_->subscribe(kRoot, nullptr).error().code(), Code::kMisuse);
}

TEST_F(SubscriptionTest, ManyCommitsComeInTheirOrder) {
  Log log;
  const Subscription kept = watch(kRoot, log);
  constexpr std::size_t kEach = 200;
  std::vector<std::thread> writers;
  for (int w = 0; w < 3; ++w) {
    writers.emplace_back([&] {
      for (std::size_t i = 0; i < kEach; ++i) {
        // Each transaction's value is the one before it, and one more.
        Session session = engine_->open_session(Principal::device());
        EXPECT_TRUE(
            session.replace(uri("Int"), Value::integer(static_cast<std::int64_t>(i + 1))).ok());
        EXPECT_TRUE(engine_->owner().set(uri("ReadOnly"), std::to_string(i + 1)).ok());
      }
    });
  }
  for (std::thread& each : writers) each.join();
  EXPECT_EQ(replace("Fixed", "last"), 200);
  std::vector<ChangeBatch> all;
  for (std::size_t n = 1; all.empty() || all.back().changes[0].uri != uri("Fixed"); ++n)
    all = log.wait_for(n);
  std::string value = "0";
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0) {
      EXPECT_GT(all[i].transaction, all[i - 1].transaction);
    }
    EXPECT_FALSE(all[i].missed);
    const NodeChange& change = all[i].changes.at(0);
    if (change.uri != uri("Int")) continue;
    EXPECT_EQ(change.before->data, value) << "a change is missing or out of order";
    value = change.after->data;
  }
  EXPECT_EQ(value, std::to_string(kEach));
}

TEST_F(SubscriptionTest, ACallbackMayUseTheEngine) {
  std::promise<std::string> seen;
  auto kept = engine_->subscribe(uri("Int"), [&](const ChangeBatch&) {
    Session session = engine_->open_session(Principal::device());
    EXPECT_TRUE(session.replace(uri("Fixed"), Value::chr("from within")).ok());
    seen.set_value(testing::text_of(session.get(uri("Int"))));
  });
  ASSERT_TRUE(kept);
  EXPECT_EQ(replace("Int", "3"), 200);
  EXPECT_EQ(seen.get_future().get(), "3") << "it was told before the change was visible";
  EXPECT_EQ(get("Fixed"), "from within");
}

TEST_F(SubscriptionTest, ACallbackMayEndItself) {
  auto calls = std::make_shared<std::atomic<int>>(0);
  std::promise<void> ended;
  auto own = std::make_shared<Subscription>();
  const std::weak_ptr<Subscription> weak = own;
  std::promise<void> ready;
  auto go = ready.get_future().share();
  auto made = engine_->subscribe(uri("Int"), [&, go, weak, calls](const ChangeBatch&) {
    go.wait();
    ++*calls;
    if (const auto self = weak.lock()) *self = Subscription();
    ended.set_value();
  });
  ASSERT_TRUE(made);
  *own = *std::move(made);
  ready.set_value();
  EXPECT_EQ(replace("Int", "1"), 200);
  ended.get_future().wait();
  EXPECT_FALSE(own->active());
  EXPECT_EQ(replace("Int", "2"), 200);
  Log after;
  const Subscription other = watch(uri("Int"), after);
  EXPECT_EQ(replace("Int", "3"), 200);
  after.wait_for(1);
  EXPECT_EQ(*calls, 1);
}

TEST_F(SubscriptionTest, AfterCancelNoCallbackRunsAndWhatItHoldsIsGone) {
  for (int round = 0; round < 50; ++round) {
    auto held = std::make_shared<std::atomic<bool>>(false);
    const std::weak_ptr<std::atomic<bool>> weak = held;
    std::atomic<bool> over{false};
    auto made = engine_->subscribe(uri("Int"), [&over, held](const ChangeBatch&) {
      EXPECT_FALSE(over) << "called after cancel() had returned";
      *held = true;
    });
    held.reset();
    ASSERT_TRUE(made);
    std::thread writer([&] {
      for (int i = 0; i < 5; ++i) EXPECT_EQ(replace("Int", std::to_string(round * 5 + i)), 200);
    });
    made->cancel();
    over = true;
    EXPECT_TRUE(weak.expired());
    EXPECT_FALSE(made->active());
    made->cancel();  // harmless
    writer.join();
  }
}

TEST_F(SubscriptionTest, TheEngineMayGoFirst) {
  Log log;
  Subscription kept = watch(kRoot, log);
  EXPECT_EQ(replace("Int", "1"), 200);
  session_.reset();
  engine_.reset();
  EXPECT_FALSE(kept.active());
  kept.cancel();
}

// A callback that is inside while the engine goes is waited for.
TEST_F(SubscriptionTest, TheEngineWaitsForACallbackThatRuns) {
  std::promise<void> inside, leave;
  auto left = leave.get_future().share();
  std::atomic<bool> done{false};
  auto kept = engine_->subscribe(uri("Int"), [&, left](const ChangeBatch&) {
    inside.set_value();
    left.wait();
    done = true;
  });
  ASSERT_TRUE(kept);
  EXPECT_EQ(replace("Int", "1"), 200);
  inside.get_future().wait();
  session_.reset();
  std::thread closer([&] {
    engine_.reset();
    EXPECT_TRUE(done) << "the engine went while its callback ran";
  });
  leave.set_value();
  closer.join();
}

TEST_F(SubscriptionTest, OneThatIsTooSlowIsToldThatItMissedSome) {
  std::promise<void> inside, leave;
  auto left = leave.get_future().share();
  std::atomic<bool> first{true};
  std::promise<ChangeBatch> next;
  auto kept = engine_->subscribe(uri("Xml"), [&, left](const ChangeBatch& batch) {
    if (first.exchange(false)) {
      EXPECT_FALSE(batch.missed);
      inside.set_value();
      left.wait();
      return;
    }
    static_cast<void>(batch.changes.at(0));
    if (batch.missed) next.set_value(batch);
  });
  ASSERT_TRUE(kept);
  const std::string large(15u << 20, 'x');
  EXPECT_EQ(replace("Xml", "a"), 200);
  inside.get_future().wait();
  for (const char* tail : {"1", "2", "3", "4"}) EXPECT_EQ(replace("Xml", large + tail), 200);
  EXPECT_EQ(replace("Xml", "end"), 200);
  leave.set_value();
  const ChangeBatch told = next.get_future().get();
  EXPECT_NE(told.changes[0].before->data, "a") << "nothing was dropped";
}

}  // namespace
}  // namespace cspkit::testing
