// SPDX-License-Identifier: Apache-2.0
#include "provider/job_lane.hpp"

namespace cspkit::provider {

class JobLane::Place {
 public:
  explicit Place(std::shared_ptr<JobLane> lane) : lane_(std::move(lane)) {}
  ~Place() { lane_->ended(); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::shared_ptr<JobLane> lane_;
};

void JobLane::add(std::shared_ptr<TaskGuard> tasks, std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(std::move(tasks), std::move(job));
  }
  begin();
}

void JobLane::begin() {
  std::unique_lock lock(mutex_);
  // A job that is dropped on the spot frees its place in here: the loop below sees it.
  if (beginning_) return;
  beginning_ = true;
  while (!waiting_.empty() && (taken_ == 0 || taken_ < most_)) {
    Job next = std::move(waiting_.front());
    waiting_.pop_front();
    ++taken_;
    lock.unlock();
    {
      auto place = std::make_shared<Place>(shared_from_this());
      next.first->post([place = std::move(place), job = std::move(next.second)] { job(); },
                       Clock::Duration::zero());
    }
    next = {};
    lock.lock();
  }
  beginning_ = false;
}

void JobLane::ended() {
  {
    const std::lock_guard lock(mutex_);
    --taken_;
  }
  begin();
}

}  // namespace cspkit::provider
