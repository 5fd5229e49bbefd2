// SPDX-License-Identifier: Apache-2.0
// Many threads on one engine: changes take turns, readers go on, nothing is lost.
#include <atomic>
#include <thread>
#include <vector>

#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

using TurnTest = TreeTest;

TEST_F(TurnTest, ChangesFromManyThreadsAreAllThere) {
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Session mine = engine_->open_session(Principal::device());
      for (int i = 0; i < kEach; ++i) {
        const std::string name = uri("Profiles/p" + std::to_string(t) + "-" + std::to_string(i));
        if (!mine.add(name).ok()) ++failures;
        if (text_of(mine.get(name + "/Fixed")) != "") ++failures;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(failures, 0);
  const std::string all = get("Profiles");
  EXPECT_EQ(std::count(all.begin(), all.end(), '/') + 1, kThreads * kEach);
}

TEST_F(TurnTest, ReadersSeeWholeTransactionsOnly) {
  ASSERT_EQ(add("Profiles/P/Inner/Deep", "0"), 200);
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};
  std::thread reader([&] {
    Session mine = engine_->open_session(Principal::device());
    while (!stop) {
      // The profile and its text come and go together: a listing never shows one without the other.
      const std::string names = text_of(mine.get(uri("Profiles")));
      if (names != "P" && names != "P/Q") ++torn;
    }
  });
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(add("Profiles/Q/Inner/Deep", "x"), 200);
    EXPECT_EQ(remove("Profiles/Q"), 200);
  }
  stop = true;
  reader.join();
  EXPECT_EQ(torn, 0);
}

}  // namespace
}  // namespace cspkit::testing
