// SPDX-License-Identifier: Apache-2.0
// The tree's lock: many readers or one publisher. Readers hold the tree for microseconds and count
// themselves; a publisher shuts the entrance, then looks until nobody is left. So either side pays
// two writes of its own, and a publisher that waits goes before readers that come after it (glibc's
// own reader-writer lock lets readers that overlap keep it out for ever).
// Not recursive, for readers either: one that waits for itself behind a publisher never wakes.
#ifndef CSPKIT_CORE_TREE_TREE_MUTEX_HPP_
#define CSPKIT_CORE_TREE_TREE_MUTEX_HPP_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace cspkit::tree {

class TreeMutex {
 public:
  class Seat;

  void lock() {
    house_->entrance.lock();
    // In one order for all: either the publisher sees a reader, or that reader sees it.
    house_->publishing.store(true);
    house_->wait_until_empty();
  }
  void unlock() {
    house_->publishing.store(false, std::memory_order_release);
    house_->entrance.unlock();
  }
  void lock_shared() {
    std::atomic<int>& standing = house_->standing;
    standing.fetch_add(1);
    if (!house_->publishing.load()) return;
    standing.fetch_sub(1, std::memory_order_release);
    const std::lock_guard behind(house_->entrance);  // no publisher is inside while it is held
    standing.fetch_add(1);
  }
  void unlock_shared() { house_->standing.fetch_sub(1, std::memory_order_release); }

 private:
  struct House {
    void wait_until_empty() const {
      wait_until([this] { return standing.load() == 0; });
      for (const std::atomic<bool>* taken : seats) wait_until([taken] { return !taken->load(); });
    }
    template <typename Is>
    static void wait_until(Is is_so) {
      constexpr int kLooks = 1000;
      for (int looks = 0; !is_so(); ++looks) {
        if (looks < kLooks) {
          std::this_thread::yield();
        } else {
          std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
      }
    }
    std::mutex entrance;  // held by a publisher, and whoever changes `seats`
    std::atomic<bool> publishing{false};
    std::vector<const std::atomic<bool>*> seats;
    alignas(64) std::atomic<int> standing{0};  // readers without a seat of their own
  };

  std::shared_ptr<House> house_ = std::make_shared<House>();
};

/// A reader's own place, for one thread at a time: readers that sit do not write to each other's
/// memory, which is what a count shared by all of them costs. Shares the lock as lock_shared()
/// does. May outlive the lock, but not be locked then.
class TreeMutex::Seat {
 public:
  explicit Seat(TreeMutex& mutex) : mutex_(mutex), house_(mutex.house_) {
    const std::lock_guard guard(house_->entrance);
    house_->seats.push_back(&taken_);
  }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat() {
    const std::lock_guard guard(house_->entrance);
    house_->seats.erase(std::find(house_->seats.begin(), house_->seats.end(), &taken_));
  }
  void lock_shared() {
    taken_.store(true);
    if (!house_->publishing.load()) return;
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
  std::shared_ptr<House> house_;
  bool stands_ = false;  // counted at the lock itself, because the tree was being published
  alignas(64) std::atomic<bool> taken_{false};
};

}  // namespace cspkit::tree

#endif  // CSPKIT_CORE_TREE_TREE_MUTEX_HPP_
