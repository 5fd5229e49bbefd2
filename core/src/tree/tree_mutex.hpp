// SPDX-License-Identifier: Apache-2.0
// The tree's lock: many readers or one publisher. A publisher that waits goes before readers that
// come after it; glibc's own reader-writer lock lets readers that overlap keep it out for ever.
// Not recursive, for readers either: one that waits for itself behind a publisher never wakes.
#ifndef CSPKIT_CORE_TREE_TREE_MUTEX_HPP_
#define CSPKIT_CORE_TREE_TREE_MUTEX_HPP_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

namespace cspkit::tree {

class TreeMutex {
 public:
  class Seat;

  void lock() {
    waiting_.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard first(entrance_);
    body_.lock();
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    seats_->publishing.store(true);
    seats_->wait_until_empty();
  }
  void unlock() {
    seats_->publishing.store(false, std::memory_order_release);
    body_.unlock();
  }
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
  struct Seats {
    // Readers hold the tree for microseconds; whoever publishes has just waited for a disk.
    void wait_until_empty() {
      const std::lock_guard guard(mutex);
      for (const std::atomic<bool>* taken : all) {
        for (int looks = 0; taken->load(); ++looks) {
          if (looks < kLooks) {
            std::this_thread::yield();
          } else {
            std::this_thread::sleep_for(std::chrono::microseconds(50));
          }
        }
      }
    }
    static constexpr int kLooks = 1000;
    std::atomic<bool> publishing{false};
    std::mutex mutex;
    std::vector<const std::atomic<bool>*> all;
  };

  std::atomic<int> waiting_{0};
  std::mutex entrance_;
  std::shared_mutex body_;
  std::shared_ptr<Seats> seats_ = std::make_shared<Seats>();
};

/// A reader's own place, for one thread at a time: readers that sit do not write to each other's
/// memory, which is what a lock shared by all of them costs. Shares the lock as lock_shared() does.
/// May outlive the lock, but not be locked then.
class TreeMutex::Seat {
 public:
  explicit Seat(TreeMutex& mutex) : mutex_(mutex), seats_(mutex.seats_) {
    const std::lock_guard guard(seats_->mutex);
    seats_->all.push_back(&taken_);
  }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat() {
    const std::lock_guard guard(seats_->mutex);
    seats_->all.erase(std::find(seats_->all.begin(), seats_->all.end(), &taken_));
  }
  void lock_shared() {
    // In one order for all: either the publisher sees the seat taken, or its reader sees it.
    taken_.store(true);
    if (!seats_->publishing.load()) return;
    taken_.store(false, std::memory_order_release);
    mutex_.lock_shared();
    stands_ = true;
  }
  void unlock_shared() {
    if (stands_) {
      stands_ = false;
      mutex_.unlock_shared();
    } else {
      taken_.store(false, std::memory_order_release);
    }
  }

 private:
  TreeMutex& mutex_;
  std::shared_ptr<Seats> seats_;
  bool stands_ = false;  // shares the lock itself, because the tree was being published
  alignas(64) std::atomic<bool> taken_{false};
};

}  // namespace cspkit::tree

#endif  // CSPKIT_CORE_TREE_TREE_MUTEX_HPP_
