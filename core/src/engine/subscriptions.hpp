// SPDX-License-Identifier: Apache-2.0
// From a decided transaction to those who watch: what changed is worked out by the holder of the
// turn, around the moment it becomes visible; each subscriber takes it from a queue of its own.
#ifndef CSPKIT_CORE_ENGINE_SUBSCRIPTIONS_HPP_
#define CSPKIT_CORE_ENGINE_SUBSCRIPTIONS_HPP_

#include <atomic>
#include <condition_variable>
#include <cspkit/engine.hpp>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gate/world.hpp"
#include "store/store.hpp"
#include "tree/tree.hpp"

namespace cspkit {

/// What a subscription watches and what waits for it.
class Subscription::Subscriber : public std::enable_shared_from_this<Subscriber> {
 public:
  Subscriber(const std::shared_ptr<Executor>& executor, std::string user, std::string key,
             ChangeCallback callback)
      : executor_(executor),
        user_(std::move(user)),
        key_(std::move(key)),
        callback_(std::move(callback)) {}

  bool watches(const std::string& user, const std::string& key) const;
  /// Queues a batch and sees that somebody delivers it. Never blocks on a callback.
  void offer(ChangeBatch batch, std::size_t bytes);
  void cancel();
  bool active() const;

 private:
  struct Waiting {
    ChangeBatch batch;
    std::size_t bytes = 0;
  };
  void schedule();
  void deliver();

  const std::weak_ptr<Executor> executor_;  // the engine keeps it; a subscription must not
  const std::string user_, key_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  ChangeCallback callback_;
  std::deque<Waiting> queue_;
  std::size_t queued_bytes_ = 0;
  bool missed_ = false;     // batches were dropped since the last delivery
  bool scheduled_ = false;  // a task will come, or is here
  bool cancelled_ = false;
  std::thread::id running_on_;  // whose callback it is now; none: no callback runs
};

/// All subscriptions of an engine.
class SubscriptionHub {
 public:
  using Subscriber = Subscription::Subscriber;

  void add(std::shared_ptr<Subscriber> subscriber);
  /// Asked before every commit, so that an engine nobody watches pays one load for it.
  bool empty() const { return count_.load(std::memory_order_relaxed) == 0; }
  std::vector<std::shared_ptr<Subscriber>> subscribers() const;
  /// Forgets those that were cancelled.
  void prune();
  /// Ends them all; no callback runs afterwards.
  void close();

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Subscriber>> subscribers_;
  std::atomic<std::size_t> count_{0};
};

/// Who made a transaction.
struct Origin {
  ChangeCause cause = ChangeCause::kCommand;
  std::string provider;  ///< of kProvider and kRecovery
};

/// The changes of one transaction, made before it is published, finished after. Used by the holder
/// of the turn.
class ChangeNotes {
 public:
  /// Remembers what the rows of a batch are before it is published.
  ChangeNotes(SubscriptionHub& hub, const gate::World& world, const tree::Tree& tree,
              const store::Batch& batch);
  /// Compares with what they have become, and hands every subscriber its part.
  void finish(std::uint64_t transaction, const Origin& origin);

 private:
  struct Note {
    std::string user, key, path;
    bool existed = false;
    std::optional<store::NodeRow> row;
  };
  void note(const std::string& user, const std::string& key, const std::string& path);
  /// Empty when there is nothing to tell.
  std::optional<NodeChange> compare(const Note& note) const;

  const gate::World& world_;
  const tree::Tree& tree_;
  std::vector<std::shared_ptr<SubscriptionHub::Subscriber>> subscribers_;
  std::vector<Note> notes_;
};

}  // namespace cspkit

#endif  // CSPKIT_CORE_ENGINE_SUBSCRIPTIONS_HPP_
