// SPDX-License-Identifier: Apache-2.0
// The tree's lock: many readers or one publisher. A publisher that waits goes before readers that
// come after it; glibc's own reader-writer lock lets readers that overlap keep it out for ever.
// Not recursive, for readers either: one that waits for itself behind a publisher never wakes.
#ifndef CSPKIT_CORE_TREE_TREE_MUTEX_HPP_
#define CSPKIT_CORE_TREE_TREE_MUTEX_HPP_

#include <atomic>
#include <mutex>
#include <shared_mutex>

namespace cspkit::tree {

class TreeMutex {
 public:
  void lock() {
    waiting_.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard first(entrance_);
    body_.lock();
    waiting_.fetch_sub(1, std::memory_order_relaxed);
  }
  void unlock() { body_.unlock(); }
  void lock_shared() {
    // Nobody waits, nearly always: then a reader pays one load for it. One that misses a publisher
    // delays it by itself only; the locks order everything that matters.
    if (waiting_.load(std::memory_order_relaxed) != 0) {
      const std::lock_guard behind(entrance_);
    }
    body_.lock_shared();
  }
  void unlock_shared() { body_.unlock_shared(); }

 private:
  std::atomic<int> waiting_{0};
  std::mutex entrance_;
  std::shared_mutex body_;
};

}  // namespace cspkit::tree

#endif  // CSPKIT_CORE_TREE_TREE_MUTEX_HPP_
