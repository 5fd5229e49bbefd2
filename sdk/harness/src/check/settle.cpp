// SPDX-License-Identifier: Apache-2.0
// Waits for what a provider has begun: in the device's time, which costs nothing, and for threads
// of its own in the real one.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "check/subject.hpp"
#include "process.hpp"

namespace cspkit::harness::check {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kAtOnce = 1'000;           ///< tasks that are due at one time
constexpr std::size_t kMostTasks = 50'000;       ///< in one wait
constexpr std::size_t kMostTimers = 1'000;       ///< where nothing but timers is waited for
constexpr std::chrono::hours kTimersTime(1);     ///< likewise, of the device's time
constexpr std::chrono::milliseconds kShort(50);  ///< of real time, once a wait was in vain

std::string key_of(const JobInfo& job) { return job.provider + '/' + job.id; }

}  // namespace

/// One wait.
class Bench::Settling {
 public:
  Settling(Bench& bench, Probe& probe)
      : bench_(bench),
        probe_(probe),
        executor_(bench.device_->executor()),
        begin_(now()),
        progress_(bench.strict_->activity().progress) {
    executor_.be_patient(std::chrono::milliseconds(0));  // it is shown here
  }
  ~Settling() { bench_.be_patient(); }
  Settling(const Settling&) = delete;
  Settling& operator=(const Settling&) = delete;

  void run() {
    while (true) {
      run_due();
      look_around();
      if (!calls_ && jobs_.empty() && !batches_ && !timers_) return;
      // A job at work in its own thread counts as one of the provider's.
      if (is_over() && wait_for_threads()) continue;
      if (is_over()) break;
      const auto next = executor_.next_due();
      const bool in_time = next && *next <= end_of_time();
      if ((!in_time || (calls_ && *next >= deadline_)) && wait_for_threads()) continue;
      if (!in_time) break;
      run_one(*next);
    }
    give_up();
  }

 private:
  void run_due() {
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      const auto next = executor_.next_due();
      if (!next || *next > now()) return;
      run_one(*next);
    }
  }
  void run_one(Clock::Duration due) {
    executor_.drive(due);
    ran(1);
  }

  Clock::Duration now() const { return bench_.device_->clock().steady_now(); }
  bool only_timers() const { return !calls_ && jobs_.empty() && !batches_; }
  Clock::Duration end_of_time() const {
    const Clock::Duration time = only_timers()
                                     ? std::min<Clock::Duration>(kTimersTime, bench_.device_time_)
                                     : bench_.device_time_;
    return begin_ + time;
  }
  bool is_over() const { return tasks_ >= (only_timers() ? kMostTimers : kMostTasks); }

  void ran(std::size_t tasks) {
    tasks_ += tasks;
    constexpr std::chrono::milliseconds kOften(500);
    if (const auto real = steady_clock::now(); real - told_at_ >= kOften) {
      told_at_ = real;
      probe_.alive();
    }
    const std::uint64_t progress = bench_.strict_->activity().progress;
    if (progress == progress_) return;
    progress_ = progress;
    progress_at_ = now();
    progress_task_ = tasks_;
  }

  /// What is waited for.
  void look_around() {
    calls_ = false;
    for (const StrictHost::PendingCall& call : bench_.strict_->pending_calls()) {
      if (bench_.late_.count({call.provider, call.id, call.deadline}) != 0) continue;
      if (call.deadline <= now()) {
        tell_late(call);
        continue;
      }
      deadline_ = calls_ ? std::min(deadline_, call.deadline) : call.deadline;
      calls_ = true;
    }
    jobs_ = bench_.device_->engine().jobs();
    jobs_.erase(std::remove_if(jobs_.begin(), jobs_.end(),
                               [&](const JobInfo& job) {
                                 return bench_.never_ended_.count(key_of(job)) != 0;
                               }),
                jobs_.end());
    const StrictHost::Activity activity = bench_.strict_->activity();
    batches_ = activity.batches > bench_.batches_;
    timers_ = activity.timers > bench_.timers_;
  }

  /// For what threads of the provider's own may bring. False when they have had their time.
  bool wait_for_threads() {
    const std::chrono::milliseconds patience = bench_.late_.empty() && bench_.never_ended_.empty()
                                                   ? bench_.patience_
                                                   : std::min(bench_.patience_, kShort);
    if (only_timers() || waited_ >= patience || count_threads() <= 1 + executor_.idle_hands())
      return false;
    const auto begin = steady_clock::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    waited_ += steady_clock::now() - begin;
    return true;
  }

  void tell_late(const StrictHost::PendingCall& call) {
    bench_.late_.emplace(call.provider, call.id, call.deadline);
    Finding finding;
    finding.code = "completion.never";
    finding.provider = call.provider;
    finding.handler = call.handler;
    finding.verb = call.verb;
    finding.uri = call.uri;
    finding.text = "it answered CSPKIT_PENDING, and did not complete before the deadline";
    finding.remedy =
        "complete on every path, in C++ let Completion do it; what takes longer is a job's work";
    probe_.report(finding);
  }

  void give_up() {
    if (is_over() && now() == begin_) tell_busy();
    const StrictHost::Activity activity = bench_.strict_->activity();
    bench_.timers_ = std::max(bench_.timers_, activity.timers);
    bench_.batches_ = std::max(bench_.batches_, activity.batches);
    for (const JobInfo& job : jobs_) {
      bench_.never_ended_.insert(key_of(job));
      tell_endless(job);
    }
  }

  void tell_busy() {
    Finding finding;
    finding.severity = Severity::kWarning;
    finding.code = "task.endless";
    finding.text = fmt::format(
        "{} tasks and batches ran one after the other, each begun by another, and no time passed",
        tasks_);
    finding.remedy = "give run_after a delay, and do not begin a batch in done() without end";
    probe_.report(finding);
  }

  void tell_endless(const JobInfo& job) {
    // Of something in the last quarter of the time; of the tasks, where no time passed.
    const bool goes_on = now() == begin_ ? progress_task_ > tasks_ * 3 / 4
                                         : progress_at_ > begin_ + (now() - begin_) * 3 / 4;
    const auto hours = std::chrono::duration<double, std::ratio<3600>>(now() - begin_).count();
    Finding finding;
    finding.provider = job.provider;
    if (goes_on) {
      finding.severity = Severity::kNote;
      finding.code = "job.goes-on";
      finding.text = fmt::format(
          "job \"{}\" was still at work after {:.1f} hours of the device's time and {} tasks",
          job.id, hours, tasks_);
      finding.remedy =
          "right for work without an end; otherwise see that job_end is reached (--device-time "
          "grants more)";
    } else {
      finding.severity = Severity::kWarning;
      finding.code = "job.endless";
      finding.text = fmt::format(
          "job \"{}\" had not ended after {:.1f} hours of the device's time, and {}", job.id, hours,
          tasks_ < kMostTasks && !executor_.next_due() ? "nothing is waited for that could end it"
                                                       : "nothing came of it any more");
      finding.remedy = "end it (job_end) in the batch that sets its last values, on every path";
    }
    probe_.report(finding);
  }

  Bench& bench_;
  Probe& probe_;
  DeterministicExecutor& executor_;
  const Clock::Duration begin_;
  Clock::Duration deadline_{0};
  Clock::Duration progress_at_{-1};
  std::uint64_t progress_;
  std::chrono::nanoseconds waited_{0};
  std::size_t tasks_ = 0, progress_task_ = 0;
  steady_clock::time_point told_at_ = steady_clock::now();
  bool calls_ = false, batches_ = false, timers_ = false;
  std::vector<JobInfo> jobs_;
};

void Bench::settle(Probe& probe) { Settling(*this, probe).run(); }

}  // namespace cspkit::harness::check
