// SPDX-License-Identifier: Apache-2.0
#include "hands.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace cspkit::harness {
namespace {

using std::chrono::steady_clock;

/// What the kernel says of a thread. One that waits for the processor does not sleep, so the load
/// of the machine makes no difference.
struct Rest {
  bool sleeps = false;
  std::uint64_t times = 0;  ///< that it went to sleep
  /// Has it slept from `before` on?
  bool since(const Rest& before) const { return sleeps && before.sleeps && times == before.times; }
};

Rest look_at(long thread) {
  constexpr const char* kState = "State:\t";
  constexpr const char* kTimes = "voluntary_ctxt_switches:\t";
  Rest rest;
  std::ifstream status("/proc/self/task/" + std::to_string(thread) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(kState, 0) == 0) rest.sleeps = line[std::string(kState).size()] == 'S';
    if (line.rfind(kTimes, 0) == 0)
      rest.times = std::strtoull(line.c_str() + std::string(kTimes).size(), nullptr, 10);
  }
  return rest;
}

}  // namespace

struct Hands::Hand {
  std::thread thread;
  long id = 0;  ///< the kernel's; 0 until it has begun
  Executor::Task task;
  bool works = false;
  std::optional<Rest> rest;  ///< it was left to itself in
  bool polls = false;        ///< it was, and wakes up again and again
};

struct Hands::Shared {
  explicit Shared(std::size_t limit) : most(limit) {}

  void work(Hand& hand) {
    std::unique_lock lock(mutex);
    hand.id = ::syscall(SYS_gettid);
    while (true) {
      changed.wait(lock, [&] { return ends || hand.task; });
      if (!hand.task) return;
      Executor::Task task = std::exchange(hand.task, nullptr);
      lock.unlock();
      task();
      task = nullptr;  // what it holds goes before the hand is free
      lock.lock();
      hand.works = false;
      changed.notify_all();
    }
  }

  bool is_here() const {
    return std::any_of(hands.begin(), hands.end(), [](const auto& each) {
      return each->thread.get_id() == std::this_thread::get_id();
    });
  }

  /// A free one; null when there is none.
  Hand* find(const std::shared_ptr<Shared>& self) {
    for (const auto& each : hands) {
      if (!each->works) return each.get();
    }
    if (hands.size() >= most) return nullptr;
    auto made = std::make_unique<Hand>();
    Hand& hand = *made;
    try {
      hand.thread = std::thread([self, &hand] { self->work(hand); });
    } catch (const std::system_error&) {
      return nullptr;
    }
    hands.push_back(std::move(made));
    return &hand;
  }

  /// Until its task has ended, or sleeps.
  void wait_for(std::unique_lock<std::mutex>& lock, Hand& hand) {
    constexpr std::chrono::milliseconds kOften(1);
    constexpr std::chrono::milliseconds kLong(100);
    // Once tasks are known to wait, the next need not prove it for so long.
    constexpr std::chrono::milliseconds kShort(3);
    constexpr unsigned kProofs = 5;
    constexpr std::chrono::seconds kPolls(1);
    const auto enough = waits < kProofs ? kLong : kShort;
    const auto begin = steady_clock::now();
    auto since = begin;
    Rest first;
    while (!changed.wait_for(lock, kOften, [&] { return !hand.works; })) {
      const Rest rest = hand.id != 0 ? look_at(hand.id) : Rest{};
      const auto now = steady_clock::now();
      if (!rest.since(first)) {
        first = rest;
        since = now;
        hand.polls = rest.sleeps && now - begin >= kPolls;
        if (!hand.polls) continue;
      } else if (now - since < enough) {
        continue;
      }
      hand.rest = rest;
      ++waits;
      return;
    }
  }

  const std::size_t most;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::unique_ptr<Hand>> hands;
  unsigned waits = 0;
  bool ends = false;
};

Hands::Hands(std::size_t most) : shared_(std::make_shared<Shared>(most)) {}

Hands::~Hands() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->ends = true;
  }
  shared_->changed.notify_all();
  for (const auto& each : shared_->hands) {
    // A task may hold the last reference to the executor.
    if (each->thread.get_id() == std::this_thread::get_id()) {
      each->thread.detach();
    } else {
      each->thread.join();
    }
  }
}

void Hands::run(Executor::Task task) {
  std::unique_lock lock(shared_->mutex);
  Hand* const hand = shared_->is_here() ? nullptr : shared_->find(shared_);
  if (hand == nullptr) {
    lock.unlock();
    task();
  } else {
    hand->works = true;
    hand->rest.reset();
    hand->polls = false;
    hand->task = std::move(task);
    shared_->changed.notify_all();
    shared_->wait_for(lock, *hand);
    lock.unlock();
  }
  wait_for_quiet();
}

void Hands::wait_for_quiet() {
  std::unique_lock lock(shared_->mutex);
  if (shared_->is_here()) return;
  for (std::size_t i = 0; i < shared_->hands.size(); ++i) {
    Hand& hand = *shared_->hands[i];
    const bool sleeps_on =
        hand.works && hand.rest && (hand.polls || look_at(hand.id).since(*hand.rest));
    if (hand.works && !sleeps_on) shared_->wait_for(lock, hand);
  }
}

std::size_t Hands::idle() const {
  const std::lock_guard lock(shared_->mutex);
  return static_cast<std::size_t>(std::count_if(shared_->hands.begin(), shared_->hands.end(),
                                                [](const auto& each) { return !each->works; }));
}

}  // namespace cspkit::harness
