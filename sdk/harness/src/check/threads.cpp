// SPDX-License-Identifier: Apache-2.0
// Several sessions at once, on threads; several devices in one process.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/harness/node_values.hpp>
#include <thread>

#include "check/watch.hpp"

namespace cspkit::harness::check {
namespace {

using std::chrono::steady_clock;

constexpr unsigned kThreads = 4;
constexpr unsigned kRounds = 25;
// As the engine's own executor: jobs may wait in their threads, and leave some to others.
constexpr unsigned kWorkers = 2;
constexpr unsigned kMostWorkers = 8;
constexpr std::chrono::milliseconds kLongest(200);
constexpr int kShareOfDeadline = 8;  ///< what a call may take, of a step's deadline
constexpr int kFaster = 100;  ///< than real time, for what provider and engine wait by the clock

class FastClock final : public Clock {
 public:
  Duration steady_now() const override { return (clock_->steady_now() - begin_) * kFaster; }
  UtcTime utc_now() const override { return clock_->utc_now(); }

 private:
  std::shared_ptr<Clock> clock_ = make_system_clock();
  const Duration begin_ = clock_->steady_now();  // so much faster than since boot is out of range
};

class FastExecutor final : public Executor {
 public:
  TimerId post(Task task, Clock::Duration delay) override {
    return executor_->post(std::move(task), delay / kFaster);
  }
  bool cancel(TimerId timer) override { return executor_->cancel(timer); }
  bool drive(Clock::Duration until) override { return executor_->drive(until / kFaster); }
  bool works() const { return executor_ != nullptr; }

 private:
  std::shared_ptr<Executor> executor_ = make_thread_executor(kWorkers, kMostWorkers);
};

/// What one thread does: all commands of all handled nodes, on instances of its own where names
/// allow.
class Worker {
 public:
  Worker(Engine& engine, const std::vector<Target>& targets, const CheckOptions& options,
         std::vector<std::atomic<bool>>& stuck, unsigned number)
      : session_(engine.open_session(Principal::for_user(kUser, true))),
        targets_(targets),
        options_(options),
        stuck_(stuck),
        number_(number) {}

  void run(steady_clock::time_point end) {
    for (unsigned round = 0; round < kRounds && steady_clock::now() < end; ++round) {
      for (std::size_t i = 0; i < targets_.size(); ++i) {
        const Target& target = targets_[i];
        if (target.uri.empty() || is_skipped(options_, target.uri)) continue;
        // Once is enough: each such call takes its whole time.
        if (!stuck_[i] && !try_one(target, round)) stuck_[i] = true;
      }
    }
  }

 private:
  std::string address(const ddf::Node& node) const {
    if (!node.parent().valid()) return node.scope() == Scope::kUser ? "./User" : "./Device";
    const std::string above = address(node.parent());
    if (!node.is_dynamic()) return above + "/" + ddf::encode_segment(node.name());
    const std::vector<std::string> names = instance_names(node);
    return above + "/" + ddf::encode_segment(names[number_ % names.size()]);
  }

  /// False when a call was given up.
  bool try_one(const Target& target, unsigned round) {
    bool in_time = true;
    const auto note = [&in_time](const Status& status) {
      in_time = in_time && status.code() != Code::kTimedOut;
    };
    const ddf::Node& node = target.node;
    const std::string uri = address(node);
    const Value value(node.format(), node.is_leaf() ? fitting_value(node) : std::string());
    if (node.grants(CSPKIT_ADD))
      note(node.is_leaf() ? session_.add(uri, value) : session_.add(uri));
    if (target.verbs == 0) return in_time;
    if (node.grants(CSPKIT_REPLACE)) note(session_.replace(uri, value));
    if (node.grants(CSPKIT_GET)) note(session_.get(uri).error());
    const bool executes =
        node.grants(CSPKIT_EXEC) && round == 0 && (target.flags & CSPKIT_HANDLER_IRREVERSIBLE) == 0;
    if (executes) note(session_.exec(uri, value));
    if (node.grants(CSPKIT_DELETE) && round % 4 == number_ % 4) note(session_.remove(uri));
    return in_time;
  }

  Session session_;
  const std::vector<Target>& targets_;
  const CheckOptions& options_;
  std::vector<std::atomic<bool>>& stuck_;  ///< by the target's place
  const unsigned number_;
};

void try_threads(const CheckOptions& options, const cspkit_plugin& plugin, Probe& probe) {
  StrictHost strict(plugin);
  strict.leave_out([options](const std::string& uri, std::uint32_t) {
    return !options.skip.empty() && is_skipped(options, uri);
  });
  std::vector<StrictHost::PendingCall> late;
  const std::chrono::milliseconds call_deadline = options.deadline / kShareOfDeadline;
  {
    // The addresses come from a device that stands still.
    const auto still = Bench::open(options, plugin);
    if (!still) return;
    const std::vector<Target> targets = targets_of(**still);
    EngineOptions engine_options;
    engine_options.call_deadline = call_deadline * kFaster;
    engine_options.clock = std::make_shared<FastClock>();
    const auto executor = std::make_shared<FastExecutor>();
    engine_options.executor = executor;
    if (!executor->works()) return;
    engine_options.log = strict.log_sink(log_of(options));
    auto engine = Engine::open(std::move(engine_options));
    if (!engine) return;
    for (const auto& ddf : options.more_ddf) static_cast<void>(engine->load_ddf(ddf));
    if (!engine->add_provider(strict.plugin(), ddf_place(options, plugin)).ok()) return;
    const auto end = steady_clock::now() + kLongest;
    std::vector<std::atomic<bool>> stuck(targets.size());
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<std::thread> threads;
    workers.reserve(kThreads);
    threads.reserve(kThreads);
    for (unsigned i = 0; i < kThreads; ++i)
      workers.push_back(std::make_unique<Worker>(*engine, targets, options, stuck, i));
    for (const auto& worker : workers) threads.emplace_back([&worker, end] { worker->run(end); });
    for (std::thread& thread : threads) thread.join();
    for (const StrictHost::PendingCall& call : strict.pending_calls()) {
      if (call.deadline <= engine->clock().steady_now()) late.push_back(call);
    }
  }
  for (const Breach& breach : strict.breaches()) probe.report(breach);
  for (const CallTime& time : strict.times()) probe.time(time);
  for (const StrictHost::PendingCall& call : late) {
    Finding finding;
    finding.code = "completion.never";
    finding.provider = call.provider;
    finding.handler = call.handler;
    finding.verb = call.verb;
    finding.text = fmt::format("with {} sessions at once a call was not completed in {:.1f} s",
                               kThreads, static_cast<double>(call_deadline.count()) / 1000);
    finding.remedy = "complete each call on every path, whatever else is going on";
    probe.report(finding);
  }
}

/// A change on one device must not be seen on another.
void try_two_devices(const CheckOptions& options, const cspkit_plugin& plugin, Probe& probe) {
  const auto first = Bench::open(options, plugin);
  const auto second = Bench::open(options, plugin);
  if (!first || !second) {
    Finding finding;
    finding.code = "instance.second-refused";
    finding.text = "a second device in the process was refused: " +
                   (first ? second.error() : first.error()).text();
    finding.remedy = "keep no global state: everything hangs on the object that create() makes";
    probe.report(finding);
    return;
  }
  (*first)->settle(probe);
  (*second)->settle(probe);
  Device& device = (*first)->device();
  const Watch watch((*second)->device());
  const Snapshot before = watch.look((*second)->device());
  for (const Target& target : targets_of(**first)) {
    if (target.uri.empty() || is_skipped(options, target.uri)) continue;
    if (!make_way(device, target.node, target.uri)) continue;
    const ddf::Node& node = target.node;
    if (node.grants(CSPKIT_ADD) && !node.is_leaf()) static_cast<void>(device.add(target.uri));
    if (!node.is_leaf()) continue;
    for (const Value& value : values_for(node).fitting) {
      if (node.grants(CSPKIT_ADD)) static_cast<void>(device.add(target.uri, value));
      if (node.grants(CSPKIT_REPLACE)) static_cast<void>(device.replace(target.uri, value));
    }
  }
  const std::string changes = Watch::changes(before, watch.look((*second)->device()));
  (*first)->tell(probe);
  (*second)->tell(probe);
  if (changes.empty()) return;
  Finding finding;
  finding.severity = Severity::kWarning;
  finding.code = "instance.shared-state";
  finding.text = "a change on one device is seen on another in the same process: " + changes;
  finding.remedy =
      "keep no global state: everything hangs on the object that create() makes (what stands for "
      "one thing outside, a lamp or a file, is seen by both, and that is right)";
  probe.report(finding);
}

}  // namespace

void threads_phase(const CheckOptions& options, Probe& probe) {
  probe.at("load", "dlopen");
  const Library library(options.library);
  if (library.plugin() == nullptr) return;
  if (probe.step("sessions on threads", fmt::format("{} sessions at once", kThreads)))
    try_threads(options, *library.plugin(), probe);
  if (probe.step("two devices", "changes on one of two devices"))
    try_two_devices(options, *library.plugin(), probe);
}

}  // namespace cspkit::harness::check
