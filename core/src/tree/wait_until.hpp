// SPDX-License-Identifier: Apache-2.0
// Waiting for what another thread is about to do: for things that are short, where a lock that
// sleeps would cost those who need not wait.
#ifndef CSPKIT_CORE_TREE_WAIT_UNTIL_HPP_
#define CSPKIT_CORE_TREE_WAIT_UNTIL_HPP_

#include <chrono>
#include <thread>

namespace cspkit::tree {

/// Looks again and again, after a while with sleep in between.
template <typename Is>
void wait_until(Is is_so) {
  constexpr int kLooks = 1000;
  for (int looks = 0; !is_so(); ++looks) {
    if (looks < kLooks) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }
}

}  // namespace cspkit::tree

#endif  // CSPKIT_CORE_TREE_WAIT_UNTIL_HPP_
