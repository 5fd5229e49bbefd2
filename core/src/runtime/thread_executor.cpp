// SPDX-License-Identifier: Apache-2.0
// Worker threads over one queue ordered by due time, then by the order of posting.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cspkit/executor.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace cspkit {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// What the threads share. It outlives the executor when that is destroyed by one of its own
/// tasks: that thread cannot be joined and comes back to find the queue stopped.
class Queue : public std::enable_shared_from_this<Queue> {
 public:
  explicit Queue(unsigned most_helpers) : most_helpers_(most_helpers) {}

  Executor::TimerId push(Executor::Task task, Clock::Duration delay) {
    const SteadyTime now = std::chrono::steady_clock::now();
    const Clock::Duration wait = std::max(delay, Clock::Duration::zero());
    // A delay of "for ever" must not wrap round into the past.
    const SteadyTime due = wait > SteadyTime::max() - now ? SteadyTime::max() : now + wait;
    Executor::TimerId id = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) return 0;
      id = ++last_id_;
      tasks_.emplace(Place{due, id}, std::move(task));
      dues_.emplace(id, due);
      call_helper();
    }
    changed_.notify_one();
    return id;
  }

  bool remove(Executor::TimerId id) {
    Executor::Task dropped;  // destroyed without the lock: what it holds may call back
    const std::lock_guard lock(mutex_);
    const auto due = dues_.find(id);
    if (due == dues_.end()) return false;
    const auto task = tasks_.find(Place{due->second, id});
    dropped = std::move(task->second);
    tasks_.erase(task);
    dues_.erase(due);
    return true;
  }

  void stop() {
    std::map<Place, Executor::Task> dropped;
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      dropped.swap(tasks_);
      dues_.clear();
    }
    changed_.notify_all();
  }

  /// A thread's life. A task that throws ends the process here: there is nobody to tell, and going
  /// on would leave a job that never ends.
  void work() noexcept {
    while (Executor::Task task = next(false)) task();
  }

  /// Waits until the helpers are gone, but for the one that calls.
  void join_helpers() {
    std::unique_lock lock(mutex_);
    const std::size_t own = helpers_.count(std::this_thread::get_id());
    changed_.wait(lock, [&] { return helpers_.size() <= own && starting_ == 0; });
  }

 private:
  using Place = std::pair<SteadyTime, Executor::TimerId>;

  /// Nobody is free for what waits: somebody is made, who goes when there is nothing to do.
  void call_helper() {
    if (idle_ != 0 || helpers_.size() + starting_ >= most_helpers_) return;
    ++starting_;
    try {
      std::thread([self = shared_from_this()] { self->help(); }).detach();
    } catch (const std::system_error&) {
      --starting_;  // those there are do it
    }
  }

  void help() noexcept {
    {
      const std::lock_guard lock(mutex_);
      --starting_;
      helpers_.insert(std::this_thread::get_id());
    }
    while (Executor::Task task = next(true)) task();
    const std::lock_guard lock(mutex_);
    helpers_.erase(std::this_thread::get_id());
    changed_.notify_all();
  }

  /// Waits for something to happen; false when a helper has waited long enough.
  bool wait(std::unique_lock<std::mutex>& lock, SteadyTime until, bool helper) {
    const SteadyTime patience = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    ++idle_;
    const bool timed_out = changed_.wait_until(lock, helper ? std::min(until, patience) : until) ==
                           std::cv_status::timeout;
    --idle_;
    return !(helper && timed_out && until > patience);
  }

  /// The next due task; empty when stopped, or when a helper is not needed any more.
  Executor::Task next(bool helper) {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
      // In steps: the farthest time points overflow in the library's own arithmetic.
      const SteadyTime step = std::chrono::steady_clock::now() + std::chrono::hours(1);
      if (tasks_.empty()) {
        if (!wait(lock, step, helper) && tasks_.empty()) return {};
        continue;
      }
      const auto first = tasks_.begin();
      const SteadyTime due = first->first.first;
      const SteadyTime now = std::chrono::steady_clock::now();
      if (due > now) {
        // The only one who is free for a timer stays.
        if (!wait(lock, std::min(due, step), helper) && idle_ != 0) return {};
        continue;
      }
      Executor::Task task = std::move(first->second);
      dues_.erase(first->first.second);
      tasks_.erase(first);
      // The others may sleep towards a later task than the one that is first now.
      if (!tasks_.empty()) {
        changed_.notify_one();
        call_helper();
      }
      return task;
    }
    return {};
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Place, Executor::Task> tasks_;
  std::unordered_map<Executor::TimerId, SteadyTime> dues_;
  Executor::TimerId last_id_ = 0;
  bool stopped_ = false;
  const unsigned most_helpers_;
  std::size_t idle_ = 0;
  std::size_t starting_ = 0;
  std::set<std::thread::id> helpers_;
};

class ThreadExecutor final : public Executor {
 public:
  explicit ThreadExecutor(unsigned most_helpers) : queue_(std::make_shared<Queue>(most_helpers)) {}
  ~ThreadExecutor() override {
    queue_->stop();
    for (std::thread& thread : threads_) {
      if (thread.get_id() == std::this_thread::get_id()) {
        thread.detach();
      } else {
        thread.join();
      }
    }
    queue_->join_helpers();
  }

  /// False when the system gives no thread at all; fewer than asked for are enough.
  bool start(unsigned threads) {
    for (unsigned i = 0; i < std::max(threads, 1U); ++i) {
      try {
        threads_.emplace_back([queue = queue_] { queue->work(); });
      } catch (const std::system_error&) {
        break;
      }
    }
    return !threads_.empty();
  }

  TimerId post(Task task, Clock::Duration delay) override {
    if (!task) return 0;
    // The task may drop the last reference to this executor before push has returned.
    const std::shared_ptr<Queue> queue = queue_;
    return queue->push(std::move(task), delay);
  }
  bool cancel(TimerId timer) override { return queue_->remove(timer); }
  bool drive(Clock::Duration) override { return false; }

 private:
  std::shared_ptr<Queue> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace

std::shared_ptr<Executor> make_thread_executor(unsigned threads, unsigned most) {
  const unsigned always = std::max(threads, 1U);
  auto executor = std::make_shared<ThreadExecutor>(most > always ? most - always : 0);
  if (!executor->start(threads)) return nullptr;
  return executor;
}

}  // namespace cspkit
