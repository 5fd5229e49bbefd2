// SPDX-License-Identifier: Apache-2.0
// The mixed load on a disk that loses what was not synced, and on one whose calls fail in turn,
// until all pass: what was answered with success is there, nothing is there by half, and the tree
// agrees with what the providers keep outside.
#include <gtest/gtest.h>

#include <cstdio>

#include "fault_vfs.hpp"
#include "load.hpp"
#include "support.hpp"

namespace cspkit::fault {
namespace {

constexpr int kMost = 5000;  // calls after which a test would be going round in circles
constexpr int kSteps = 16;

/// Things that last at once, until the power goes.
class PoweredOutside : public MemoryOutside {
 public:
  explicit PoweredOutside(const FaultVfs& vfs) : vfs_(vfs) {}
  void put(const std::string& name, const std::string& text) override {
    if (!vfs_.crashed()) MemoryOutside::put(name, text);
  }
  void erase(const std::string& name) override {
    if (!vfs_.crashed()) MemoryOutside::erase(name);
  }
  bool step(const std::string&) override { return !vfs_.crashed(); }

 private:
  const FaultVfs& vfs_;
};

class Disk : public ::testing::Test {
 protected:
  FileLayer layer(int checkpoint_pages = 20) const {
    FileLayer files;
    files.name = vfs_.name();
    files.checkpoint_pages = checkpoint_pages;
    return files;
  }
  void forget() {
    outside_.things.clear();
    for (const char* suffix : {"", "-wal", "-journal", ".lock"}) {
      std::error_code ignored;
      std::filesystem::remove(state_ + suffix, ignored);
    }
  }
  /// What a healthy start finds.
  Facts found_after_restart() {
    vfs_.heal();
    vfs_.restart();
    auto engine = open_device(state_, layer());
    if (!engine) {
      ADD_FAILURE() << engine.error().text();
      return {};
    }
    return facts_of(**engine, outside_);
  }

  store_test::TempDir dir_;
  std::string state_ = dir_.file("device.db");
  FaultVfs vfs_;
  PoweredOutside outside_{vfs_};
};

class PowerCut : public Disk {
 protected:
  /// From opening to the last step, or to the cut. True when the power went.
  bool live(std::uint32_t seed) {
    facts_ = one_more_ = {};
    auto engine = open_device(state_, layer());
    if (!engine) return vfs_.crashed();
    Session session = (*engine)->open_session(Principal::device());
    for (int n = 1; n <= kSteps; ++n) {
      const Step step = step_of(seed, n);
      one_more_ = facts_;
      const bool expected = expect(step, one_more_);
      const bool done = perform(session, step);
      // An answer after the cut is nobody's.
      if (vfs_.crashed()) return true;
      EXPECT_EQ(done, expected) << "step " << n;
      facts_ = one_more_;
    }
    engine->reset();
    return vfs_.crashed();
  }

  Facts facts_, one_more_;
};

TEST_F(PowerCut, AtEveryCall) {
  int cuts = 0;
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    for (int n = 1; n < kMost; ++n) {
      SCOPED_TRACE(::testing::Message() << "call " << n << ", seed " << seed);
      forget();
      work_on(&outside_);
      vfs_.hold_unsynced(true);
      vfs_.crash_at(n, seed * 7919u + static_cast<std::uint32_t>(n));
      const bool cut = live(seed);
      const Facts found = found_after_restart();
      EXPECT_TRUE(found == facts_ || found == one_more_)
          << "found " << to_text(found) << "\nof    " << to_text(facts_) << "\nor    "
          << to_text(one_more_);
      if (HasFailure()) return;
      if (!cut) break;
      ++cuts;
    }
  }
  EXPECT_GT(cuts, 400) << "the cuts did not reach the steps";
  std::printf("%d power cuts\n", cuts);
}

class FailingCalls : public Disk {
 protected:
  /// Opens, does the steps whatever happens, closes. Every answer is the truth.
  void live(std::uint32_t seed) {
    facts_ = {};
    refused_ = 0;
    auto engine = open_device(state_, layer());
    if (!engine) {
      EXPECT_FALSE(engine.error().text().empty());
      return;
    }
    Session session = (*engine)->open_session(Principal::device());
    for (int n = 1; n <= kSteps; ++n) {
      const Step step = step_of(seed, n);
      Facts after = facts_;
      const bool expected = expect(step, after);
      const bool done = perform(session, step);
      EXPECT_TRUE(expected || !done) << "step " << n << " should have been refused";
      if (done) facts_ = after;
      refused_ += expected && !done ? 1 : 0;
      const Facts now = facts_of(**engine, outside_);
      EXPECT_TRUE(now == facts_) << "after step " << n << "\nfound " << to_text(now) << "\nof    "
                                 << to_text(facts_);
    }
  }
  /// Fails the first call, the second, and so on until all pass; how many failures there were.
  int in_turn(FaultVfs::How how, FaultVfs::Error error, std::uint32_t seed) {
    for (int n = 1; n < kMost; ++n) {
      SCOPED_TRACE(::testing::Message() << "call " << n << ", seed " << seed);
      forget();
      work_on(&outside_);
      vfs_.fail(n, how, error);
      live(seed);
      const bool failed = vfs_.failed();
      // One failure that has passed is the fault of one step at most.
      if (how == FaultVfs::How::kOnce) {
        EXPECT_LE(refused_, 1);
      }
      const Facts found = found_after_restart();
      EXPECT_TRUE(found == facts_) << "found " << to_text(found) << "\nof    " << to_text(facts_);
      if (!failed || HasFailure()) return n - 1;
    }
    ADD_FAILURE() << "no end";
    return kMost;
  }

  Facts facts_;
  int refused_ = 0;  // steps that failed and should not have
};

TEST_F(FailingCalls, OneInTurn) {
  const int failures = in_turn(FaultVfs::How::kOnce, FaultVfs::Error::kIo, 21);
  EXPECT_GT(failures, 100);
  std::printf("%d failures\n", failures);
}

TEST_F(FailingCalls, OneInTurnOfThoseThatNeedSpace) {
  EXPECT_GT(in_turn(FaultVfs::How::kOnce, FaultVfs::Error::kFull, 22), 60);
}

TEST_F(FailingCalls, AllFromOneOn) {
  EXPECT_GT(in_turn(FaultVfs::How::kFromThen, FaultVfs::Error::kFull, 23), 60);
}

}  // namespace
}  // namespace cspkit::fault
