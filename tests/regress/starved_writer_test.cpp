// SPDX-License-Identifier: Apache-2.0
// Readers that overlapped kept a change from ever being published.
#include <atomic>
#include <thread>
#include <vector>

#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

using StarvedWriter = TreeTest;

TEST_F(StarvedWriter, ChangesGoOnHoweverManyReadersThereAre) {
  constexpr int kReaders = 8, kChanges = 100;
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0}, began{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      Session mine = engine_->open_session(Principal::device());
      ++began;
      while (!stop) {
        if (!mine.get(uri("Fixed"))) ++wrong;
      }
    });
  }
  while (began != kReaders) std::this_thread::yield();
  for (int i = 0; i < kChanges; ++i) EXPECT_EQ(replace("Fixed", std::to_string(i)), 200);
  stop = true;
  for (std::thread& each : readers) each.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(get("Fixed"), std::to_string(kChanges - 1));
}

}  // namespace
}  // namespace cspkit::testing
