// SPDX-License-Identifier: Apache-2.0
#include "provider/offload.hpp"

#include <utility>

#include "txn/turn.hpp"

namespace cspkit::provider {

std::unique_ptr<Offload> Offload::make(std::shared_ptr<Clock> clock) {
  std::shared_ptr<Executor> serial = make_thread_executor(1);
  if (!serial) return nullptr;
  return std::unique_ptr<Offload>(new Offload(std::move(clock), std::move(serial)));
}

std::shared_ptr<Executor> Offload::concurrent() {
  constexpr unsigned kMost = 8;
  const std::lock_guard lock(mutex_);
  if (!concurrent_) concurrent_ = make_thread_executor(1, kMost);
  return concurrent_ ? concurrent_ : serial_;  // no thread to be had: then one after the other
}

Offload::Ran Offload::run(Lane lane, Unbegun unbegun, Function function, Clock::Duration budget,
                          cspkit_code& code) {
  Clock::Duration deadline = clock_->steady_now() + budget;  // before it can have begun
  const auto mine = std::make_shared<Work>();
  mine->function = std::move(function);
  const std::shared_ptr<Executor> threads = lane == Lane::kSerial ? serial_ : concurrent();
  threads->post([this, mine] { work(*mine); });
  std::unique_lock lock(mutex_);
  const auto over = [&] { return mine->phase == Phase::kDone || given_up_; };
  for (;;) {
    txn::wait_for(lock, changed_, *clock_, *threads, deadline, over);
    if (mine->phase == Phase::kDone) {
      code = mine->code;
      return Ran::kDone;
    }
    if (given_up_) return Ran::kGivenUp;
    if (mine->phase == Phase::kRuns) {
      // The time that others took before it is not its own.
      if (deadline >= mine->begun + budget) return Ran::kHangs;
      deadline = mine->begun + budget;
    } else if (unbegun == Unbegun::kWait) {
      deadline = clock_->steady_now() + budget;
    } else {
      mine->dropped = true;
      return Ran::kNotBegun;
    }
  }
}

void Offload::work(Work& work) {
  Function function;
  {
    const std::lock_guard lock(mutex_);
    function = std::exchange(work.function, nullptr);
    if (given_up_ || work.dropped) return;
    work.phase = Phase::kRuns;
    work.begun = clock_->steady_now();
  }
  const cspkit_code code = function();
  function = nullptr;
  const std::lock_guard lock(mutex_);
  work.code = code;
  work.phase = Phase::kDone;
  changed_.notify_all();
}

void Offload::give_up() {
  const std::lock_guard lock(mutex_);
  given_up_ = true;
  changed_.notify_all();
}

}  // namespace cspkit::provider
