// SPDX-License-Identifier: Apache-2.0
#include "office_provider.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cspkit/odt/check.hpp>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "engines.hpp"
#include "simulated_click_to_run.hpp"

namespace cspkit::office {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kRunKey = "run";
constexpr std::string_view kNextKey = "next";
constexpr std::string_view kQueuePrefix = "queue/";
constexpr std::string_view kMachineKey = "machine";
constexpr std::string_view kDeviceKey = "device";
constexpr milliseconds kLongestPause(30'000);
constexpr std::uint32_t kInvalidData = 0x8007000D;  // HRESULT of ERROR_INVALID_DATA

Settings load_settings() {
  Settings settings;
  const auto variable = [](const char* name) {
    return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read once, at creation
  };
  if (const std::string why = read_settings(variable, settings); !why.empty()) {
    throw std::runtime_error(why);
  }
  return settings;
}

Instance instance_of(const Call& call) {
  return {call.scope() == Scope::kDevice, std::string(call.user()), call["id"]};
}

std::string node(const Instance& instance, std::string_view name) {
  return path_join("Installation", instance.id, name);
}

// The value of a state key; empty when there is none. Another failure is the host's and ends the
// operation.
std::string state_or_empty(const Writer& writer, std::string_view key) {
  Result<std::string> found = writer.state_read(key);
  if (found) return std::move(*found);
  if (found.error().code() != Code::kNotFound) {
    throw Error(found.error().code(), found.error().text());
  }
  return {};
}

std::string next_job(Writer& writer) {
  std::uint64_t number = 1;
  const std::string text = state_or_empty(writer, kNextKey);
  std::from_chars(text.data(), text.data() + text.size(), number);
  writer.state_write(kNextKey, std::to_string(number + 1));
  return fmt::format("run-{}", number);
}

// Where the order of a waiting job is kept: sorted as the jobs came.
std::string queue_key(std::string_view job) {
  constexpr std::string_view kJobPrefix = "run-";
  return fmt::format("{}{:0>20}", kQueuePrefix,
                     job.substr(std::min(kJobPrefix.size(), job.size())));
}

// The first error of a configuration, with its place.
std::string first(const odt::Report& report) {
  const odt::Finding* error = report.first_error();
  return error == nullptr ? std::string()
                          : fmt::format("line {}, column {}: {}", error->position.line,
                                        error->position.column, error->message);
}

// For log lines: whose {id}.
std::string shown(const Instance& instance) {
  return instance.device_scope ? fmt::format("./Device {}", instance.id)
                               : fmt::format("./User {}", instance.id);
}

}  // namespace

class OfficeProvider::HostScheduler final : public Scheduler {
 public:
  explicit HostScheduler(Host host) : host_(std::move(host)) {}
  milliseconds now_utc() const override { return host_.now_utc().time_since_epoch(); }
  milliseconds now_steady() const override { return host_.now_steady(); }
  void run_after(milliseconds delay, std::function<void()> task) override {
    host_.run_after(delay, std::move(task));
  }

 private:
  Host host_;
};

class OfficeProvider::Watcher final : public RunObserver {
 public:
  Watcher(OfficeProvider& provider, std::string job, Instance instance)
      : provider_(provider), job_(std::move(job)), instance_(std::move(instance)) {}
  bool progress(int percent, std::string_view text) override {
    static_cast<void>(provider_.log_.add_progress(
        instance_, job_, provider_.scheduler_->now_utc().count(), percent, text));
    return provider_.host().job_progress(job_, percent, text) != Code::kNotFound;
  }
  void step(std::string_view text) override { provider_.note(instance_, job_, "step", text); }
  void step_again(std::string_view text) override {
    if (!provider_.log_.has(instance_, job_, "step", text)) step(text);
  }
  void finished(RunResult result) override {
    provider_.finish({job_, instance_, std::move(result)});
  }

 private:
  OfficeProvider& provider_;
  const std::string job_;
  const Instance instance_;
};

OfficeProvider::OfficeProvider(Host host)
    : Provider(host),
      settings_(load_settings()),
      log_(settings_.log_folder),
      scheduler_(std::make_unique<HostScheduler>(host)),
      engine_(make_engine(settings_, *scheduler_)) {
  on("Installation/{id}").remove([this](Call& call) { return forget(call); });
  if (settings_.status_zero) {
    on("Installation/{id}").add([](Call& call) {
      call.set(node(instance_of(call), "Status"), kSuccess);
    });
  }
  on("Installation/{id}/Install").exec([this](Call& call) { return install(call); });
  on("Installation/{id}/Status").own();
  on("Installation/{id}/FinalStatus").own();
  on("Installation/CurrentStatus")
      .get([this](Call& call) { return current_status(call); })
      .concurrent();
}

OfficeProvider::~OfficeProvider() = default;

Status OfficeProvider::start() {
  engine_->settle(state_or_empty(host().open_batch(), kRunKey));
  return {};
}

void OfficeProvider::note(const Instance& instance, std::string_view job, std::string_view event,
                          std::string_view text) {
  if (settings_.verbose) {
    host().info(fmt::format("{}: {}: {}: {}", job, shown(instance), event, text));
  }
  if (!log_.add(instance, job, scheduler_->now_utc().count(), event, text)) {
    host().warning(
        fmt::format("{}: nothing can be written below log-folder {}", job, settings_.log_folder));
  }
}

Status OfficeProvider::install(Call& call) {
  if (call.data().empty()) {
    return call.fail(Code::kFailed, "Exec on Install needs the configuration as Data",
                     kInvalidData);
  }
  const odt::Report report = odt::check_characters(call.data());
  if (!report.well_formed) {
    return call.fail(Code::kFailed, "the configuration is not well-formed XML: " + first(report),
                     kInvalidData);
  }
  const std::string summary = report.configuration.summary();
  const Instance instance = instance_of(call);
  const std::string key = live_key(instance);
  if (const std::string live = state_or_empty(call, key); !live.empty()) {
    return call.fail(Code::kBusy, fmt::format("{} is at work here: wait until Status is no longer "
                                              "997, or delete the node to cancel it",
                                              live));
  }
  const std::string holder = state_or_empty(call, kRunKey);
  const std::string job = next_job(call);

  RunOrder order;
  order.instance = instance;
  order.accepted = scheduler_->now_utc().count();
  order.due = order.accepted;
  order.configuration = call.data();
  call.remove(node(instance, "FinalStatus"));
  call.set(node(instance, "Install"), ValueRef(order.configuration));
  call.set(node(instance, "Status"), kInProgress);
  if (holder.empty()) {
    MachineState state = machine(call);
    occupy(call, job, order, report, state);
    call.state_write(kMachineKey, write_machine_state(state));
    note(instance, job, "accepted", summary);
  } else if (settings_.queue) {
    order.kind = RunOrder::Kind::kWait;
    call.state_write(key, job);
    call.state_write(queue_key(job), write_run_order(order));
    order.configuration.clear();  // it is in the queue
    call.job_start(job, write_run_order(order));
    note(instance, job, "waits", fmt::format("{}, after {}", summary, holder));
  } else {
    order.kind = RunOrder::Kind::kRefuse;
    call.state_write(key, job);
    call.job_start(job, write_run_order(order));
    note(instance, job, "refused", fmt::format("{}, while {} is running", summary, holder));
  }
  host().info(holder.empty()
                  ? fmt::format("{}: {}: {}", job, shown(instance), summary)
                  : fmt::format("{}: {}: {} is running, this one {}", job, shown(instance), holder,
                                settings_.queue ? "waits" : "will end with 17003"));
  return {};
}

void OfficeProvider::occupy(Writer& writer, const std::string& job, RunOrder& order,
                            const odt::Report& report, MachineState& state) {
  order.kind = RunOrder::Kind::kRun;
  order.due =
      order.accepted + engine_->expected(report, state, state_or_empty(writer, kDeviceKey)).count();
  const Instance& instance = order.instance;
  state.last_run = RunRecord{instance.device_scope,
                             instance.device_scope ? instance.id : std::string(),
                             report.configuration.summary(),
                             kInProgress,
                             order.accepted,
                             0};
  writer.state_write(kRunKey, job);
  writer.state_write(live_key(instance), job);
  writer.job_start(job, write_run_order(order));
}

// The machine is free: the order that has waited longest begins, as a job of its own, because a job
// is handed over once in a process.
void OfficeProvider::promote(Writer& writer, MachineState& state) {
  const Result<std::vector<std::string>> keys = writer.state_list(kQueuePrefix);
  if (!keys) throw Error(keys.error().code(), keys.error().text());
  for (const std::string& key : *keys) {
    RunOrder order;
    const bool good = read_run_order(state_or_empty(writer, key), order);
    writer.state_remove(key);
    if (!good) {
      const std::size_t digits =
          std::min(key.find_first_not_of('0', kQueuePrefix.size()), key.size());
      host().run_after(milliseconds(0),
                       [this, lost = "run-" + key.substr(digits)] { abandon(lost); });
      continue;
    }
    const std::string waiting = state_or_empty(writer, live_key(order.instance));
    const std::string job = next_job(writer);
    writer.job_end(waiting);
    order.accepted = scheduler_->now_utc().count();
    const odt::Report report = odt::check_characters(order.configuration);
    occupy(writer, job, order, report, state);
    note(order.instance, job, "accepted", report.configuration.summary());
    note(order.instance, job, "step", fmt::format("it waited as {}", waiting));
    return;
  }
}

Status OfficeProvider::forget(Call& call) {
  const Instance instance = instance_of(call);
  const std::string key = live_key(instance);
  const std::string job = state_or_empty(call, key);
  if (job.empty()) return {};
  call.job_end(job);
  call.state_remove(key);
  call.state_remove(queue_key(job));
  note(instance, job, "cancelled", "its node is deleted");
  if (state_or_empty(call, kRunKey) == job) {
    MachineState state = machine(call);
    if (state.last_run) {
      state.last_run->status = kCancelledAsPlanned;
      state.last_run->ended = scheduler_->now_utc().count();
    }
    call.state_remove(kRunKey);
    promote(call, state);
    call.state_write(kMachineKey, write_machine_state(state));
  }
  host().info(fmt::format("{}: {}: cancelled, its node is deleted", job, shown(instance)));
  return {};
}

Result<Value> OfficeProvider::current_status(Call& call) const {
  std::string text = state_or_empty(call, kMachineKey);
  if (text.empty()) text = write_machine_state(engine_->initial());
  return Value(Format::kUnset, std::move(text));
}

MachineState OfficeProvider::machine(const Writer& writer) const {
  const std::string text = state_or_empty(writer, kMachineKey);
  if (text.empty()) return engine_->initial();
  MachineState state;
  if (!read_machine_state(text, state)) {
    host().error("the record of what is installed cannot be read: taken as nothing installed");
    state = {};
  }
  return state;
}

void OfficeProvider::job_run(std::string_view id, std::string_view payload, std::uint32_t attempt) {
  std::string job(id);
  try {
    begin(job, payload, attempt);
  } catch (const std::exception& e) {
    // The row is not handed over again before the next start: the run would stay at 997 till then.
    host().warning(fmt::format("{}: could not begin, will try again: {}", job, e.what()));
    host().run_after(kLongestPause, [this, job, kept = std::string(payload), attempt] {
      job_run(job, kept, attempt);
    });
  }
}

void OfficeProvider::begin(const std::string& job, std::string_view payload,
                           std::uint32_t attempt) {
  RunOrder order;
  if (!read_run_order(payload, order)) {
    abandon(job);
    return;
  }
  if (order.kind == RunOrder::Kind::kWait) {
    wake();
    return;
  }
  if (order.kind == RunOrder::Kind::kRefuse) {
    finish(
        {job, order.instance, {kAnotherRunningScenario, {}, "another installation was running"}});
    return;
  }
  if (!order.instance.device_scope && !settings_.user_installs) {
    finish({job,
            order.instance,
            {kInstallFailure, machine(host().open_batch()),
             "the user may not install applications (setting user-installs)"}});
    return;
  }
  if (attempt > 1) {
    host().info(
        fmt::format("{}: {}: taken up again, attempt {}", job, shown(order.instance), attempt));
  }
  RunRequest request;
  request.run = job;
  {
    const Batch batch = host().open_batch();  // dropped unsubmitted: only looked through
    request.machine = machine(batch);
    request.device = state_or_empty(batch, kDeviceKey);
  }
  request.due = order.due;
  request.expected = order.due - order.accepted;
  request.attempt = attempt;
  request.configuration = std::move(order.configuration);
  engine_->run(std::move(request),
               std::make_shared<Watcher>(*this, job, std::move(order.instance)));
}

// An order that waits is promoted by whoever frees the machine. Should nobody hold it, it need not
// wait.
void OfficeProvider::wake() {
  Batch batch = host().open_batch();
  if (!state_or_empty(batch, kRunKey).empty()) return;
  MachineState state = machine(batch);
  promote(batch, state);
  batch.state_write(kMachineKey, write_machine_state(state));
  const Code submitted = std::move(batch).submit([this](Code code) {
    if (code != Code::kOk) wake_later();
  });
  if (submitted != Code::kOk) wake_later();
}

// A disk may be full: an order that waits while the machine is free would wait till the next start.
void OfficeProvider::wake_later() {
  host().warning("an installation that waits could not begin, will try again");
  host().run_after(kLongestPause, [this] {
    try {
      wake();
    } catch (const std::exception&) {  // memory
      wake_later();
    }
  });
}

void OfficeProvider::abandon(const std::string& job) {
  host().error(fmt::format("{}: its job row cannot be read, it ends with {}", job, kQueueScenario));
  Batch batch = host().open_batch();
  const Result<std::vector<std::string>> keys = batch.state_list(kLivePrefix);
  if (!keys) throw Error(keys.error().code(), keys.error().text());
  for (const std::string& key : *keys) {
    Instance instance;
    if (state_or_empty(batch, key) != job || !read_live_key(key, instance)) continue;
    finish({job, instance, {kQueueScenario, machine(batch), "the job row cannot be read"}});
    return;
  }
  batch.job_end(job);
  static_cast<void>(std::move(batch).submit());
}

// Everything a run leaves behind, in one transaction with the end of its job. False when the job
// has ended meanwhile: a Delete cancelled it, and nothing is left to say.
bool OfficeProvider::record(Batch& batch, const Ending& ending) {
  const std::string key = live_key(ending.instance);
  if (state_or_empty(batch, key) != ending.job) return false;
  // The device's owner may have removed the node without asking us: then it stays away.
  if (batch.read(node(ending.instance, "Status"))) {
    batch.set(node(ending.instance, "Status"), ending.result.status);
    batch.set(node(ending.instance, "FinalStatus"), final_status(ending.result.status));
  }
  batch.state_remove(key);
  if (state_or_empty(batch, kRunKey) == ending.job) {
    MachineState state = ending.result.machine;
    if (!state.last_run) state.last_run.emplace();
    state.last_run->status = ending.result.status;
    state.last_run->ended = scheduler_->now_utc().count();
    batch.state_remove(kRunKey);
    if (ending.result.device) batch.state_write(kDeviceKey, *ending.result.device);
    promote(batch, state);
    batch.state_write(kMachineKey, write_machine_state(state));
  }
  return batch.job_end(ending.job) != Code::kNotFound;
}

void OfficeProvider::finish(Ending ending) {
  auto shared = std::make_shared<Ending>(std::move(ending));
  try {
    Batch batch = host().open_batch(shared->instance.device_scope ? Scope::kDevice : Scope::kUser,
                                    shared->instance.user);
    if (!record(batch, *shared)) return;
    const Code submitted = std::move(batch).submit([this, shared](Code code) {
      if (code != Code::kOk)
        return retry(std::move(*shared), fmt::format("code {}", static_cast<int>(code)));
      engine_->recorded(shared->job, shared->result.status);
      if (shared->result.status == kSuccess) {
        note(shared->instance, shared->job, "installed", describe(shared->result.machine));
      }
      note(shared->instance, shared->job, "ended",
           fmt::format("{} {} {}", shared->result.status, final_status(shared->result.status),
                       shared->result.text));
      host().info(fmt::format("{}: {}: Status {}, FinalStatus {}: {}", shared->job,
                              shown(shared->instance), shared->result.status,
                              final_status(shared->result.status), shared->result.text));
    });
    if (submitted != Code::kOk) retry(std::move(*shared), "the batch was refused");
  } catch (const std::exception& e) {
    retry(std::move(*shared), e.what());
  }
}

// A disk may be full or a host about to end: the run stays at work, and its end is written when it
// can be, here or in the next process.
void OfficeProvider::retry(Ending ending, std::string_view why) {
  host().warning(
      fmt::format("{}: its end could not be recorded, will try again: {}", ending.job, why));
  const milliseconds pause = ending.pause;
  ending.pause = std::min(pause * 2, kLongestPause);
  host().run_after(pause, [this, kept = std::move(ending)]() mutable { finish(std::move(kept)); });
}

}  // namespace cspkit::office
