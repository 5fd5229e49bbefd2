// SPDX-License-Identifier: Apache-2.0
// The executor of threads. Nothing here waits for time to pass but on a condition that another
// thread fulfils; timers are tested by their order.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <cspkit/executor.hpp>
#include <mutex>
#include <thread>
#include <vector>

namespace cspkit {
namespace {
using std::chrono::hours;
using std::chrono::milliseconds;

/// Counts, and wakes who waits for a number.
class Counter {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  void await(int number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count_ >= number; });
  }
  int count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

TEST(SystemClock, SteadyTimeNeverGoesBackAndUtcIsOfThisEra) {
  const auto clock = make_system_clock();
  auto last = clock->steady_now();
  for (int i = 0; i < 1000; ++i) {
    const auto now = clock->steady_now();
    EXPECT_GE(now, last);
    last = now;
  }
  const auto system = std::chrono::system_clock::now();
  EXPECT_LE(clock->utc_now() - system, hours(1));
  EXPECT_GE(clock->utc_now() - system, -hours(1));
}

TEST(ThreadExecutor, RunsEveryTaskOnAnotherThread) {
  const auto executor = make_thread_executor(3);
  ASSERT_NE(executor, nullptr);
  EXPECT_FALSE(executor->is_deterministic());
  EXPECT_FALSE(executor->drive(Clock::Duration::max())) << "its own threads do the work";
  Counter ran;
  std::atomic<int> here{0};
  const auto caller = std::this_thread::get_id();
  for (int i = 0; i < 1000; ++i) {
    EXPECT_NE(executor->post([&] {
      if (std::this_thread::get_id() == caller) ++here;
      ran.add();
    }),
              0u);
  }
  ran.await(1000);
  EXPECT_EQ(here, 0);
}

TEST(ThreadExecutor, LongTasksDoNotKeepOthersWaitingWhereMoreThreadsMayBeMade) {
  const auto executor = make_thread_executor(1, 4);
  Counter begun, ran, released;
  for (int i = 0; i < 3; ++i) {
    executor->post([&] {
      begun.add();
      released.await(1);
    });
  }
  begun.await(3);
  executor->post([&] { ran.add(); });
  executor->post([&] { ran.add(); }, milliseconds(1));
  ran.await(2);
  released.add();
}

TEST(ThreadExecutor, NoMoreThreadsAreMadeThanAllowed) {
  const auto executor = make_thread_executor(1, 2);
  std::atomic<int> at_once{0}, most{0};
  Counter ran;
  for (int i = 0; i < 300; ++i) {
    executor->post([&] {
      const int now = ++at_once;
      if (now > most) most = now;
      --at_once;
      ran.add();
    });
  }
  ran.await(300);
  EXPECT_LE(most, 2);
}

TEST(ThreadExecutor, AHelperMayDropTheLastReference) {
  Counter begun, gone;
  auto executor = make_thread_executor(1, 2);
  Counter released;
  executor->post([&] {
    begun.add();
    released.await(1);
  });
  begun.await(1);
  Executor* const raw = executor.get();
  auto last = std::make_shared<std::shared_ptr<Executor>>(std::move(executor));
  raw->post([&, last] {
    released.add();
    last->reset();
    gone.add();
  });
  last.reset();
  gone.await(1);
}

TEST(ThreadExecutor, AtLeastOneThreadAndNoEmptyTask) {
  const auto executor = make_thread_executor(0);
  ASSERT_NE(executor, nullptr);
  EXPECT_EQ(executor->post({}), 0u);
  Counter ran;
  executor->post([&] { ran.add(); });
  ran.await(1);
}

TEST(ThreadExecutor, OneThreadKeepsTheOrderOfPosting) {
  const auto executor = make_thread_executor(1);
  std::vector<int> order;
  Counter ran;
  for (int i = 0; i < 100; ++i) {
    executor->post([&, i] {
      order.push_back(i);
      ran.add();
    });
  }
  ran.await(100);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(ThreadExecutor, TimersRunByDueTimeNotByPosting) {
  const auto executor = make_thread_executor(1);
  std::vector<int> order;
  Counter ran;
  // Posted by one task: none of them can run before all are there.
  executor->post([&] {
    for (const int delay : {40, 20, 0, 30, 10}) {
      executor->post(
          [&, delay] {
            order.push_back(delay);
            ran.add();
          },
          milliseconds(delay));
    }
  });
  ran.await(5);
  EXPECT_EQ(order, (std::vector<int>{0, 10, 20, 30, 40}));
}

TEST(ThreadExecutor, ATimerDoesNotRunBeforeItsTime) {
  const auto executor = make_thread_executor(2);
  const auto clock = make_system_clock();
  Counter ran;
  const auto start = clock->steady_now();
  Clock::Duration end{};
  executor->post(
      [&] {
        end = clock->steady_now();
        ran.add();
      },
      milliseconds(25));
  ran.await(1);
  EXPECT_GE(end - start, milliseconds(25));
}

TEST(ThreadExecutor, NegativeAndEndlessDelays) {
  const auto executor = make_thread_executor(1);
  Counter ran;
  const auto never = executor->post([&] { ran.add(); }, Clock::Duration::max());
  EXPECT_NE(never, 0u);
  executor->post([&] { ran.add(); }, -hours(1));
  executor->post([&] { ran.add(); }, Clock::Duration::min());
  ran.await(2);
  EXPECT_TRUE(executor->cancel(never));
  EXPECT_EQ(ran.count(), 2);
}

TEST(ThreadExecutor, CancelTellsWhetherTheTaskWillRun) {
  const auto executor = make_thread_executor(1);
  Counter ran;
  const auto waiting = executor->post([] { FAIL() << "was cancelled"; }, hours(1));
  EXPECT_TRUE(executor->cancel(waiting));
  EXPECT_FALSE(executor->cancel(waiting)) << "a second time there is nothing to cancel";
  EXPECT_FALSE(executor->cancel(0));
  EXPECT_FALSE(executor->cancel(12345));
  Executor::TimerId running = 0;
  Counter posted;
  bool cancelled = true;
  running = executor->post([&] {
    posted.await(1);
    cancelled = executor->cancel(running);
    ran.add();
  });
  posted.add();
  ran.await(1);
  EXPECT_FALSE(cancelled) << "it was running";
  EXPECT_FALSE(executor->cancel(running)) << "it had run";
}

TEST(ThreadExecutor, ACancelledTaskLetsGoWhatItHeld) {
  const auto executor = make_thread_executor(1);
  auto held = std::make_shared<int>(1);
  const auto timer = executor->post([held] {}, hours(1));
  EXPECT_EQ(held.use_count(), 2);
  EXPECT_TRUE(executor->cancel(timer));
  EXPECT_EQ(held.use_count(), 1);
}

TEST(ThreadExecutor, ATaskMayPostAndCancel) {
  const auto executor = make_thread_executor(2);
  Counter ran;
  std::function<void(int)> chain = [&](int left) {
    const auto timer = executor->post([] { FAIL() << "was cancelled"; }, hours(1));
    EXPECT_TRUE(executor->cancel(timer));
    if (left > 0) {
      executor->post([&, left] { chain(left - 1); });
    } else {
      ran.add();
    }
  };
  executor->post([&] { chain(100); });
  ran.await(1);
}

TEST(ThreadExecutor, LongTasksDoNotHoldUpTheOthersThreads) {
  const auto executor = make_thread_executor(2);
  Counter started, release, ran;
  executor->post([&] {
    started.add();
    release.await(1);
    ran.add();
  });
  started.await(1);
  for (int i = 0; i < 10; ++i) executor->post([&] { ran.add(); }, milliseconds(i));
  ran.await(10);
  release.add();
  ran.await(11);
}

TEST(ThreadExecutor, DestructionDropsWhatHasNotBegunAndWaitsForWhatHas) {
  Counter started;
  std::atomic<bool> finished{false};
  std::atomic<int> late{0};
  auto held = std::make_shared<int>(1);
  Counter release;
  auto executor = make_thread_executor(1);
  executor->post([&] {
    started.add();
    release.await(1);
    finished = true;
  });
  started.await(1);
  for (int i = 0; i < 10; ++i) executor->post([&late, held] { ++late; }, hours(1));
  std::thread releaser([&] { release.add(); });
  executor.reset();
  EXPECT_TRUE(finished);
  EXPECT_EQ(late, 0);
  EXPECT_EQ(held.use_count(), 1);
  releaser.join();
}

TEST(ThreadExecutor, PostFromATaskDuringDestructionIsRefused) {
  Counter started;
  std::atomic<bool> refused{false};
  auto executor = make_thread_executor(1);
  Executor* raw = executor.get();
  executor->post([&, raw] {
    started.add();
    // Until the destructor on the other thread has begun, tasks are taken.
    while (raw->post([] {}, hours(1)) != 0) std::this_thread::yield();
    refused = true;
  });
  started.await(1);
  executor.reset();
  EXPECT_TRUE(refused);
}

TEST(ThreadExecutor, ADroppedTaskMayPostWhenItGoes) {
  struct Poster {
    Executor* executor;
    Executor::TimerId* answer;
    ~Poster() {
      *answer = executor->post([] {});
    }
  };
  Executor::TimerId answer = 1;
  auto executor = make_thread_executor(1);
  auto poster = std::shared_ptr<Poster>(new Poster{executor.get(), &answer});
  executor->post([poster] {}, hours(1));
  poster.reset();
  executor.reset();
  EXPECT_EQ(answer, 0u);
}

TEST(ThreadExecutor, TheLastReferenceMayGoInATask) {
  Counter ran;
  for (int i = 0; i < 50; ++i) {
    auto executor = make_thread_executor(2);
    Executor* raw = executor.get();
    auto holder = std::make_shared<std::shared_ptr<Executor>>(std::move(executor));
    raw->post([holder, &ran] {
      holder->reset();
      ran.add();
    });
    holder.reset();
  }
  ran.await(50);
}

TEST(ThreadExecutor, ManyThreadsPostAndCancelAtOnce) {
  const auto executor = make_thread_executor(4);
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  std::atomic<int> ran{0};
  std::atomic<int> cancelled{0};
  std::vector<std::thread> posters;
  for (int t = 0; t < kThreads; ++t) {
    posters.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        const auto timer = executor->post([&] { ++ran; }, std::chrono::microseconds(i % 7 * 50));
        if (i % 3 == 0 && executor->cancel(timer)) ++cancelled;
      }
    });
  }
  for (std::thread& poster : posters) poster.join();
  Counter last;
  executor->post([&] { last.add(); }, milliseconds(5));
  last.await(1);
  // The others were due before; threads that took them may still be about to count.
  while (ran + cancelled < kThreads * kEach) std::this_thread::yield();
  EXPECT_EQ(ran + cancelled, kThreads * kEach);
}

TEST(ThreadExecutorDeathTest, ATaskThatThrowsEndsTheProcess) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        const auto executor = make_thread_executor(1);
        Counter never;
        executor->post([] { throw 1; });
        never.await(1);
      },
      "");
}

}  // namespace
}  // namespace cspkit
