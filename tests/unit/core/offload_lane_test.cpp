// SPDX-License-Identifier: Apache-2.0
// The lanes in which functions of an offloaded provider run one after the other: who waits for
// others is not judged for their time, and what must happen is not dropped for it.
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <thread>

#include "provider/offload.hpp"

namespace cspkit::provider {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr seconds kBudget{5};

/// Time stands still, and it is known who looks at it.
class WatchedClock : public Clock {
 public:
  Duration steady_now() const override {
    const std::lock_guard lock(mutex_);
    ++looks_[std::this_thread::get_id()];
    looked_.notify_all();
    return now_;
  }
  UtcTime utc_now() const override { return UtcTime(); }
  void advance(Duration by) {
    const std::lock_guard lock(mutex_);
    now_ += by;
    looks_.clear();
  }
  /// Waits until that thread has looked `times` times since time moved last.
  void wait_for_looks(std::thread::id who, int times) const {
    std::unique_lock lock(mutex_);
    looked_.wait(lock, [&] { return looks_[who] >= times; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable looked_;
  mutable std::map<std::thread::id, int> looks_;
  Duration now_{0};
};

/// A function that returns when it is let go, and a thread that waits for it.
class Caller {
 public:
  Caller(Offload& offload, Offload::Unbegun unbegun)
      : thread_([this, &offload, unbegun] {
          // It may go on when this has gone.
          const auto function = [begun = begun_, go = go_.get_future().share()]() -> cspkit_code {
            begun->set_value();
            go.wait();
            return CSPKIT_OK;
          };
          cspkit_code code = CSPKIT_FAILED;
          ran_.set_value(offload.run(Offload::Lane::kSerial, unbegun, function, kBudget, code));
        }) {}
  ~Caller() { thread_.join(); }
  std::thread::id id() const { return thread_.get_id(); }
  void wait_begun() { begun_->get_future().wait(); }
  void let_go() { go_.set_value(); }
  Offload::Ran ran() { return ran_.get_future().get(); }

 private:
  std::shared_ptr<std::promise<void>> begun_ = std::make_shared<std::promise<void>>();
  std::promise<void> go_;
  std::promise<Offload::Ran> ran_;
  std::thread thread_;
};

class OffloadLane : public ::testing::Test {
 protected:
  std::shared_ptr<WatchedClock> clock_ = std::make_shared<WatchedClock>();
  std::unique_ptr<Offload> offload_ = Offload::make(clock_);
};

TEST_F(OffloadLane, TheTimeOfOthersIsNotItsOwn) {
  Caller first(*offload_, Offload::Unbegun::kDrop);
  first.wait_begun();
  clock_->wait_for_looks(first.id(), 2);
  Caller second(*offload_, Offload::Unbegun::kDrop);
  clock_->wait_for_looks(second.id(), 2);  // it waits
  clock_->advance(kBudget - milliseconds(1));
  first.let_go();
  EXPECT_EQ(first.ran(), Offload::Ran::kDone);
  second.wait_begun();
  clock_->advance(milliseconds(2));
  clock_->wait_for_looks(second.id(), 3);  // past the time it had when it came
  second.let_go();
  EXPECT_EQ(second.ran(), Offload::Ran::kDone);
}

TEST_F(OffloadLane, WhoRunsForItsWholeTimeHangs) {
  Caller only(*offload_, Offload::Unbegun::kWait);
  only.wait_begun();
  clock_->wait_for_looks(only.id(), 2);
  clock_->advance(kBudget);
  EXPECT_EQ(only.ran(), Offload::Ran::kHangs);
  only.let_go();
}

TEST_F(OffloadLane, WhatMustHappenWaitsForItsTurn) {
  Caller first(*offload_, Offload::Unbegun::kDrop);
  first.wait_begun();
  clock_->wait_for_looks(first.id(), 2);
  Caller second(*offload_, Offload::Unbegun::kWait);
  clock_->wait_for_looks(second.id(), 2);
  Caller third(*offload_, Offload::Unbegun::kDrop);
  clock_->wait_for_looks(third.id(), 2);
  clock_->advance(kBudget);
  EXPECT_EQ(third.ran(), Offload::Ran::kNotBegun);
  EXPECT_EQ(first.ran(), Offload::Ran::kHangs);
  first.let_go();
  second.wait_begun();
  second.let_go();
  EXPECT_EQ(second.ran(), Offload::Ran::kDone);
}

}  // namespace
}  // namespace cspkit::provider
