// SPDX-License-Identifier: Apache-2.0
// A provider that stops for ever in the middle of a transaction, at each of its steps: everybody
// else is undone or goes on, and what it has to undo, or to hear, waits for the next start.
#include <gmock/gmock.h>

#include <condition_variable>
#include <cspkit/harness/manual_clock.hpp>
#include <future>
#include <mutex>
#include <thread>

#include "../unit/core/test_tree.hpp"
#include "keeper.hpp"
#include "support.hpp"

namespace cspkit::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

constexpr std::chrono::seconds kDeadline{5};

/// A world outside where one step stops until it is let go; safe for the thread that comes late.
class HangingOutside : public fault::MemoryOutside {
 public:
  std::optional<std::string> get(const std::string& name) const override {
    const std::lock_guard lock(mutex_);
    return MemoryOutside::get(name);
  }
  void put(const std::string& name, const std::string& text) override {
    const std::lock_guard lock(mutex_);
    MemoryOutside::put(name, text);
    if (std::this_thread::get_id() != hung_) return;
    late_ = true;
    changed_.notify_all();
  }
  void erase(const std::string& name) override {
    const std::lock_guard lock(mutex_);
    MemoryOutside::erase(name);
  }
  bool step(const std::string& what) override {
    std::unique_lock lock(mutex_);
    const bool good = MemoryOutside::step(what);
    if (what != to_hang_) return good;
    to_hang_.clear();
    hung_ = std::this_thread::get_id();
    changed_.notify_all();
    changed_.wait(lock, [this] { return released_; });
    return good;
  }
  void hang_at(const std::string& what) {
    const std::lock_guard lock(mutex_);
    to_hang_ = what;
  }
  void wait_hung() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return hung_ != std::thread::id(); });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }
  void wait_late_effect() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return late_; });
  }
  std::vector<std::string> take_steps() {
    const std::lock_guard lock(mutex_);
    return std::exchange(steps, {});
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string to_hang_;
  std::thread::id hung_;
  bool released_ = false;
  bool late_ = false;
};

class HungTest : public ::testing::TestWithParam<const char*> {
 protected:
  // A thread that comes late may still be in it when everything else is over.
  HungTest() : outside_(*new HangingOutside) {
    static std::vector<HangingOutside*> kept;
    kept.push_back(&outside_);
  }
  void SetUp() override {
    fault::work_on(&outside_);
    open();
  }
  void TearDown() override {
    close();
    outside_.let_go();
  }
  void open() {
    EngineOptions options;
    options.state = dir_.file("device.db");
    options.durability = Durability::kNormal;
    options.clock = clock_;
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::make_unique<Engine>(*std::move(opened));
    ProviderOptions how;
    how.offload = true;
    how.call_deadline = kDeadline;
    ASSERT_TRUE(engine_->add_provider(fault::keeper_plugin("one"), {}, how).ok());
    ASSERT_TRUE(engine_->add_provider(fault::keeper_plugin("two")).ok());
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  }
  void close() {
    session_.reset();
    engine_.reset();
  }
  static std::string uri(std::string_view below) { return "./Vendor/Test/" + std::string(below); }
  Status replace(std::string_view below, const std::string& text) {
    return session_->replace(uri(below), Value(Format::kUnset, text));
  }
  std::string get(std::string_view below) { return text_of(session_->get(uri(below))); }
  std::string outside(const std::string& name) { return outside_.get(name).value_or("(none)"); }
  /// Statuses of an Atomic of Replaces, while "one" stops at a step.
  std::vector<int> hanging_atomic(const std::string& step,
                                  const std::vector<std::pair<std::string, std::string>>& values) {
    std::string body = "<SyncML><SyncBody><Atomic><CmdID>1</CmdID>";
    for (const auto& [below, value] : values) {
      body += "<Replace><CmdID>2</CmdID><Item><Target><LocURI>" + uri(below) +
              "</LocURI></Target><Data>" + value + "</Data></Item></Replace>";
    }
    body += "</Atomic><Final/></SyncBody></SyncML>";
    outside_.hang_at(step);
    auto reply = std::async(std::launch::async, [&] { return session_->process(body); });
    outside_.wait_hung();
    clock_->advance(kDeadline);
    EXPECT_TRUE(reply.get());
    return session_->last_statuses();
  }

  store_test::TempDir dir_;
  HangingOutside& outside_;
  std::shared_ptr<harness::ManualClock> clock_ = std::make_shared<harness::ManualClock>();
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

TEST_F(HungTest, InAnAtomicTheOtherIsUndoneAndItsOwnUndoWaitsForTheNextStart) {
  ASSERT_TRUE(replace("one/Text", "old").ok());
  ASSERT_TRUE(replace("two/Text", "old").ok());
  static_cast<void>(outside_.take_steps());
  EXPECT_THAT(hanging_atomic("one effect Text",
                             {{"two/Text", "new"}, {"one/Text", "new"}, {"two/Plain", "new"}}),
              ElementsAre(507, 216, 500, 215));
  EXPECT_EQ(outside("two/Text"), "old");
  const auto steps = outside_.take_steps();
  EXPECT_THAT(steps, Contains("two end"));
  EXPECT_THAT(steps, Not(Contains("one end")));
  EXPECT_THAT(steps, Not(Contains("one apply_undo")));
  EXPECT_EQ(syncml_status(replace("one/Plain", "x")), 403);
  EXPECT_TRUE(replace("two/Text", "other").ok());
  EXPECT_EQ(get("one/Text"), "old");
  close();
  // It comes late, and does after all what was answered with a failure.
  outside_.let_go();
  outside_.wait_late_effect();
  EXPECT_EQ(outside("one/Text"), "new");
  open();
  EXPECT_THAT(outside_.take_steps(), Contains("one apply_undo"));
  EXPECT_EQ(outside("one/Text"), "old");
  EXPECT_EQ(get("one/Text"), "old");
  EXPECT_TRUE(replace("one/Text", "new").ok());
  EXPECT_EQ(outside("two/Text"), "other");
}

TEST_F(HungTest, WhatItDidBeforeItStoppedCouldNotBeUndone) {
  EXPECT_THAT(hanging_atomic("one effect Each", {{"one/Text", "new"}, {"one/Each", "new"}}),
              ElementsAre(507, 516, 500));
  EXPECT_EQ(outside("one/Text"), "new");
  close();
  open();
  EXPECT_EQ(outside("one/Text"), "(none)");
}

TEST_P(HungTest, WhereverItStopsTheNextStartAgreesWithWhatWasAnswered) {
  const std::string step = GetParam();
  ASSERT_TRUE(replace("one/Text", "old").ok());
  ASSERT_TRUE(replace("two/Text", "old").ok());
  // An undo takes place only when the other one fails.
  const bool undone = step == "one apply_undo";
  const std::string two = undone ? "refuse" : "new";
  const std::vector<int> statuses = hanging_atomic(step, {{"one/Text", "new"}, {"two/Text", two}});
  const bool decided = step == "one commit" || step == "one end";
  EXPECT_EQ(statuses.front(), decided ? 200 : 507);
  const std::string answered = decided ? "new" : "old";
  EXPECT_EQ(get("one/Text"), answered);
  EXPECT_EQ(get("two/Text"), answered);
  EXPECT_EQ(outside("two/Text"), answered);
  EXPECT_EQ(syncml_status(replace("one/Text", "x")), 403);
  EXPECT_TRUE(replace("two/Plain", "x").ok());
  close();
  open();
  EXPECT_EQ(get("one/Text"), answered);
  EXPECT_EQ(outside("one/Text"), answered);
  EXPECT_TRUE(replace("one/Text", "x").ok());
  EXPECT_EQ(outside("one/Text"), "x");
}

INSTANTIATE_TEST_SUITE_P(Steps, HungTest,
                         ::testing::Values("one begin", "one undo_for Text", "one effect Text",
                                           "one apply_undo", "one commit", "one end"),
                         [](const auto& step) {
                           std::string name = step.param;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace cspkit::testing
