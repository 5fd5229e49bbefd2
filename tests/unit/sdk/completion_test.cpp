// SPDX-License-Identifier: Apache-2.0
// Operations that are not over when their handler returns.
#include <gtest/gtest.h>

#include <cspkit/provider.hpp>
#include <functional>
#include <optional>
#include <stdexcept>
#include <thread>

#include "fake_host.hpp"

namespace cspkit::test {
namespace {

/// Keeps the Completion of its operations, as a provider with a worker would.
class Keeper : public Provider {
 public:
  explicit Keeper(Host host) : Provider(host) {
    on("Keep").exec(
        [this](Call&, const Value&, Completion done) { kept_.emplace(std::move(done)); });
    on("Value").get([this](Call&, Completion done) { kept_.emplace(std::move(done)); });
    on("Drop").exec([](Call&, Completion) {});
    on("Now").get([](Call&, Completion done) { done.complete_with("at once"); });
    on("Twice").exec([](Call&, Completion done) {
      EXPECT_EQ(done.complete(), Code::kOk);
      EXPECT_EQ(done.complete(Code::kBusy), Code::kStale);
    });
    on("Throw").exec([](Call&, Completion) { throw std::runtime_error("no thread"); });
    on("KeepAndThrow").exec([this](Call&, Completion done) {
      kept_.emplace(std::move(done));
      throw Error(Code::kBusy, "changed my mind");
    });
    on("CompleteAndThrow").exec([](Call&, Completion done) {
      done.complete();
      throw std::runtime_error("too late");
    });
    on("Timer").exec([this](Call&, Completion done) {
      this->host().run_after(std::chrono::seconds(1),
                             [done = std::move(done)]() mutable { done.complete(); });
    });
    on("BadChange").exec([this](Call& call, Completion done) {
      kept_.emplace(std::move(done));
      call.set("A", 1);
    });
    last_ = this;
  }
  static Keeper& last() { return *last_; }
  std::optional<Completion> kept_;

 private:
  static thread_local Keeper* last_;
};
thread_local Keeper* Keeper::last_ = nullptr;

class CompletionTest : public testing::Test {
 protected:
  CompletionTest() { EXPECT_EQ(make_provider<Keeper>(host_.raw(), &provider_), CSPKIT_OK); }
  ~CompletionTest() override {
    if (provider_ != nullptr) provider_->destroy(provider_);
    EXPECT_EQ(host_.breaches, std::vector<std::string>{});
    EXPECT_TRUE(host_.open_writers.empty());
  }
  FakeHost::Outcome exec(const std::string& pattern) {
    return host_.operate(provider_, CSPKIT_EXEC, pattern);
  }
  FakeHost::Outcome get(const std::string& pattern) {
    return host_.operate(provider_, CSPKIT_GET, pattern);
  }

  FakeHost host_;
  cspkit_provider* provider_ = nullptr;
};

TEST_F(CompletionTest, CompletesLaterWithChangesOfItsOwn) {
  const auto outcome = exec("Keep");
  ASSERT_EQ(outcome.code, CSPKIT_PENDING);
  EXPECT_FALSE(outcome.completed);
  auto& done = *Keeper::last().kept_;
  EXPECT_FALSE(done.is_cancelled());
  EXPECT_EQ(done.set("A/B", 1), Code::kOk);
  EXPECT_EQ(done.complete(), Code::kOk);
  EXPECT_EQ(host_.outcome(outcome.id).completed, CSPKIT_OK);
  EXPECT_EQ(host_.changes, std::vector<std::string>{"set A/B=int:1"});
  EXPECT_EQ(done.complete(), Code::kStale) << "the second completion never reaches the host";
  EXPECT_TRUE(done.is_cancelled());
}

TEST_F(CompletionTest, CompletesFromAnotherThreadWithAValue) {
  const auto outcome = get("Value");
  ASSERT_EQ(outcome.code, CSPKIT_PENDING);
  Keeper& keeper = Keeper::last();
  std::thread([&] { keeper.kept_->complete_with(Value::xml("<a/>")); }).join();
  EXPECT_EQ(host_.outcome(outcome.id).completed, CSPKIT_OK);
  EXPECT_EQ(host_.outcome(outcome.id).value, Value::xml("<a/>"));
}

TEST_F(CompletionTest, FailsWithTextAndHresult) {
  const auto outcome = exec("Keep");
  Keeper::last().kept_->fail(Code::kTimedOut, "no answer", 7);
  const auto later = host_.outcome(outcome.id);
  EXPECT_EQ(later.completed, CSPKIT_TIMED_OUT);
  EXPECT_EQ(later.text, "no answer");
  EXPECT_EQ(later.hresult, 7U);
}

TEST_F(CompletionTest, RefusedChangeTurnsOkIntoItsCode) {
  const auto outcome = exec("Keep");
  host_.next_set = CSPKIT_NOT_FOUND;
  Keeper::last().kept_->set("A", 1);
  Keeper::last().kept_->complete();
  EXPECT_EQ(host_.outcome(outcome.id).completed, CSPKIT_NOT_FOUND);
}

TEST_F(CompletionTest, RefusedChangeInTheHandlerAnswersAtOnce) {
  host_.next_set = CSPKIT_NOT_FOUND;
  EXPECT_EQ(exec("BadChange").code, CSPKIT_NOT_FOUND);
  EXPECT_EQ(Keeper::last().kept_->complete(), Code::kStale);
}

TEST_F(CompletionTest, DroppedInTheHandlerAnswersCancelled) {
  EXPECT_EQ(exec("Drop").code, CSPKIT_CANCELLED);
}

TEST_F(CompletionTest, DroppedLaterCompletesWithCancelled) {
  const auto outcome = exec("Keep");
  Keeper::last().kept_.reset();
  EXPECT_EQ(host_.outcome(outcome.id).completed, CSPKIT_CANCELLED);
}

TEST_F(CompletionTest, ReplacedCompletionIsDropped) {
  const auto first = exec("Keep");
  const auto second = exec("Keep");
  EXPECT_EQ(host_.outcome(first.id).completed, CSPKIT_CANCELLED);
  EXPECT_FALSE(host_.outcome(second.id).completed);
}

TEST_F(CompletionTest, CompletedInTheHandlerAnswersAtOnce) {
  const auto outcome = get("Now");
  EXPECT_EQ(outcome.code, CSPKIT_OK);
  EXPECT_EQ(outcome.value, Value(Format::kUnset, "at once"));
}

TEST_F(CompletionTest, SecondCompletionIsStale) { EXPECT_EQ(exec("Twice").code, CSPKIT_OK); }

TEST_F(CompletionTest, ExceptionWins) {
  const auto outcome = exec("Throw");
  EXPECT_EQ(outcome.code, CSPKIT_FAILED);
  EXPECT_EQ(outcome.text, "no thread");
  EXPECT_EQ(exec("CompleteAndThrow").code, CSPKIT_FAILED);
}

TEST_F(CompletionTest, ExceptionSilencesACompletionThatWasKept) {
  EXPECT_EQ(exec("KeepAndThrow").code, CSPKIT_BUSY);
  EXPECT_EQ(Keeper::last().kept_->complete(), Code::kStale);
}

TEST_F(CompletionTest, TravelsInATask) {
  const auto outcome = exec("Timer");
  ASSERT_EQ(outcome.code, CSPKIT_PENDING);
  EXPECT_EQ(host_.run_tasks(), 1U);
  EXPECT_EQ(host_.outcome(outcome.id).completed, CSPKIT_OK);
}

TEST_F(CompletionTest, DestructionOfTheProviderDropsWhatWaits) {
  const auto timer = exec("Timer");
  const auto kept = exec("Keep");
  provider_->destroy(provider_);
  provider_ = nullptr;
  EXPECT_EQ(host_.outcome(timer.id).completed, CSPKIT_CANCELLED);
  EXPECT_EQ(host_.outcome(kept.id).completed, CSPKIT_CANCELLED);
}

TEST_F(CompletionTest, RaceBetweenReturnAndCompletionIsSettledOnce) {
  class Racer : public Provider {
   public:
    explicit Racer(Host host) : Provider(host) {
      on("X").exec([this](Call&, Completion done) {
        worker_ = std::thread([done = std::move(done)]() mutable { done.complete(); });
      });
    }
    ~Racer() override { worker_.join(); }

   private:
    std::thread worker_;
  };
  for (int i = 0; i < 200; ++i) {
    cspkit_provider* racer = nullptr;
    ASSERT_EQ(make_provider<Racer>(host_.raw(), &racer), CSPKIT_OK);
    const auto outcome = host_.operate(racer, CSPKIT_EXEC, "X");
    racer->destroy(racer);
    if (outcome.code == CSPKIT_PENDING) {
      ASSERT_EQ(host_.outcome(outcome.id).completed, CSPKIT_OK);
    } else {
      ASSERT_EQ(outcome.code, CSPKIT_OK);
    }
  }
}

}  // namespace
}  // namespace cspkit::test
