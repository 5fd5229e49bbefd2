// SPDX-License-Identifier: Apache-2.0
// The tree's lock: many readers or one publisher. Readers hold the tree for microseconds and count
// themselves; a publisher shuts the entrance, then looks until nobody is left. So a reader pays two
// writes of its own, a publisher one exchange, and a publisher that waits goes before readers that
// come after it (glibc's own reader-writer lock lets readers that overlap keep it out for ever).
// Who finds the entrance taken looks again and again: nobody has it for long.
// Not recursive, for readers either: one that waits for itself behind a publisher never wakes.
#ifndef CSPKIT_CORE_TREE_TREE_MUTEX_HPP_
#define CSPKIT_CORE_TREE_TREE_MUTEX_HPP_

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "tree/wait_until.hpp"

namespace cspkit::tree {

class TreeMutex {
 public:
  class Seat;

  void lock() {
    house_->take(Entrance::kPublishing);
    house_->wait_until_empty();
  }
  void unlock() { house_->leave(); }
  void lock_shared() {
    std::atomic<int>& standing = house_->standing;
    standing.fetch_add(1);
    if (!house_->is_published()) return;
    standing.fetch_sub(1, std::memory_order_release);
    const Held held(*house_);  // no publisher is inside now
    standing.fetch_add(1);
  }
  void unlock_shared() { house_->standing.fetch_sub(1, std::memory_order_release); }

 private:
  enum class Entrance : unsigned char {
    kFree,
    kHeld,        // by a reader that found it shut, or who changes `seats`: readers may come in
    kPublishing,  // shut
  };
  struct House {
    // In one order for all with what readers do: either the publisher sees a reader, or that
    // reader sees it.
    void take(Entrance by) {
      for (Entrance free = Entrance::kFree; !entrance.compare_exchange_strong(free, by);
           free = Entrance::kFree) {
        wait_until([this] { return entrance.load() == Entrance::kFree; });
      }
    }
    void leave() { entrance.store(Entrance::kFree, std::memory_order_release); }
    bool is_published() const { return entrance.load() == Entrance::kPublishing; }
    void wait_until_empty() const {
      wait_until([this] { return standing.load() == 0; });
      for (const std::atomic<bool>* taken : seats) wait_until([taken] { return !taken->load(); });
    }
    std::atomic<Entrance> entrance{Entrance::kFree};
    std::vector<const std::atomic<bool>*> seats;
    alignas(64) std::atomic<int> standing{0};  // readers without a seat of their own
  };

  /// Keeps publishers out for a block, and nobody else.
  class Held {
   public:
    explicit Held(House& house) : house_(house) { house_.take(Entrance::kHeld); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { house_.leave(); }

   private:
    House& house_;
  };

  std::shared_ptr<House> house_ = std::make_shared<House>();
};

/// A reader's own place, for one thread at a time: readers that sit do not write to each other's
/// memory, which is what a count shared by all of them costs. Shares the lock as lock_shared()
/// does. May outlive the lock, but not be locked then.
class TreeMutex::Seat {
 public:
  explicit Seat(TreeMutex& mutex) : mutex_(mutex), house_(mutex.house_) {
    const Held held(*house_);
    house_->seats.push_back(&taken_);
  }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat() {
    const Held held(*house_);
    house_->seats.erase(std::find(house_->seats.begin(), house_->seats.end(), &taken_));
  }
  void lock_shared() {
    taken_.store(true);
    if (!house_->is_published()) return;
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
