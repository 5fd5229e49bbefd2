// SPDX-License-Identifier: Apache-2.0
#include "engine/engine_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <shared_mutex>
#include <utility>

namespace cspkit {

namespace {

// The engine's own durable state lies beside the providers' under a name no provider can have.
const tree::StateKey kRebootPending{"", "reboot-pending"};

EngineOptions with_defaults(EngineOptions options) {
  if (!options.clock) options.clock = make_system_clock();
  if (!options.executor) options.executor = make_thread_executor(2, 8);
  // A deadline beyond this is for ever, and keeps nanoseconds from overflowing.
  constexpr std::chrono::milliseconds kForever = std::chrono::hours(24 * 365 * 100);
  options.call_deadline = std::clamp(options.call_deadline, std::chrono::milliseconds(0), kForever);
  return options;
}

}  // namespace

EngineImpl::EngineImpl(EngineOptions options)
    : options_(with_defaults(std::move(options))),
      job_lane_(std::make_shared<provider::JobLane>(options_.max_jobs)),
      turn_(options_.clock, options_.executor) {
  auto world = std::make_shared<gate::World>();
  world->schema = builder_.build();
  world->bindings.resize(1);
  world->claims.resize(1);
  world->traits = gate::find_traits(*world);
  world_ = std::move(world);
  tree_.bind(*world_, options_.uri_limits.max_segments);
  tree_.set_limits({options_.max_state_bytes, options_.max_transaction_bytes});
}

Result<std::unique_ptr<EngineImpl>> EngineImpl::open(EngineOptions options) {
  std::unique_ptr<EngineImpl> engine(new EngineImpl(std::move(options)));
  const EngineOptions& chosen = engine->options_;
  if (!chosen.profile.os_build.empty()) {
    const Result<bool> known = ddf::build_applies({}, chosen.profile.os_build);
    if (!known) return known.error();
  }
  if (!chosen.executor) return Status(Code::kIo, "the system gives no thread to work on");
  if (chosen.state == ":memory:" || chosen.durability == Durability::kMemory) {
    engine->store_ = store::make_memory_store();
  } else {
    store::SqliteOptions files;
    files.durability = chosen.durability;
    files.vfs_name = chosen.file_layer.name;
    files.real_files = !chosen.file_layer.elsewhere;
    files.checkpoint_pages = chosen.file_layer.checkpoint_pages;
    auto opened = store::open_sqlite_store(chosen.state, files);
    if (!opened) return opened.error();
    engine->store_ = *std::move(opened);
  }
  Result<store::Contents> contents = engine->store_->load();
  if (!contents) return contents.error();
  Status known = engine->ledger_.fill(*contents);
  if (!known.ok()) return Status(known.code(), fmt::format("{}: {}", chosen.state, known.text()));
  engine->transactions_ = static_cast<std::uint64_t>(engine->ledger_.next_transaction() - 1);
  engine->tree_.fill(*std::move(contents));
  Status answered = engine->answer_interrupted();
  if (!answered.ok()) return answered;
  return engine;
}

EngineImpl::~EngineImpl() {
  const std::shared_ptr<const gate::World> world = world_snapshot();
  for (const auto& each : world->providers) each->quiesce();
  // What providers have handed over is still applied, so that nothing they were promised is lost.
  turn_.close();
  if (ledger_.has_leftovers()) {
    // Left behind they would do no harm, but cost the next start some calls.
    store::Batch last;
    ledger_.join(last);
    Status written = store_->apply(last);
    if (!written.ok()) log(LogLevel::kWarning, "store", written.text());
  }
  for (auto each = world->providers.rbegin(); each != world->providers.rend(); ++each)
    (*each)->stop();
  subscriptions_.close();
}

void EngineImpl::log(LogLevel level, std::string_view source, std::string_view text) {
  if (options_.log) options_.log(level, source, text);
}

std::shared_ptr<const gate::World> EngineImpl::world_snapshot() const {
  const std::shared_lock lock(tree_.mutex());
  return world_;
}

Status EngineImpl::write(store::Batch& batch) {
  return batch.empty() ? Status() : write_some(batch);
}

Status EngineImpl::write_some(store::Batch& batch) {
  const bool leftovers = ledger_.has_leftovers();
  if (leftovers) ledger_.join(batch);
  Status stored = store_->apply(batch);
  if (stored.ok()) {
    if (leftovers) ledger_.written();
    return stored;
  }
  log(LogLevel::kError, "store", stored.text());
  return stored.code() == Code::kFull ? stored : Status(Code::kFailed, stored.text());
}

namespace {

/// Values that were long go at once, not with the next transaction.
class Cleared {
 public:
  explicit Cleared(EngineImpl::Workspace& workspace) : workspace_(workspace) {}
  Cleared(const Cleared&) = delete;
  Cleared& operator=(const Cleared&) = delete;
  ~Cleared() {
    constexpr std::size_t kMost = 4096;
    workspace_.batch.clear();
    if (workspace_.lives.capacity() > kMost) std::vector<tree::Live*>().swap(workspace_.lives);
  }

 private:
  EngineImpl::Workspace& workspace_;
};

}  // namespace

Status EngineImpl::commit(txn::Transaction& transaction, const Origin& origin, Effects* effects) {
  const std::vector<tree::JobKey> started = transaction.started_jobs();
  store::Batch& batch = workspace_.batch;
  const Cleared cleared(workspace_);
  transaction.take_batch(batch, workspace_.lives);
  if (effects) effects->decide(batch);
  const bool changes = !batch.empty();
  std::optional<ChangeNotes> notes;
  if (!subscriptions_.empty()) notes.emplace(subscriptions_, *world_, tree_, batch);
  Status stored = changes ? write_some(batch) : Status();
  if (!stored.ok()) return stored;
  awaited_values_.note(transaction.erased(), batch);
  if (effects) effects->conclude();
  if (!changes) return {};
  const bool jobs_ended = !batch.remove_jobs.empty();
  JobsToRun to_run;
  {
    const std::unique_lock lock(tree_.mutex());
    tree_.publish(batch, workspace_.lives);
    if (!started.empty()) to_run = hand_over(started);
  }
  if (notes) notes->finish(transaction.id(), origin);
  if (!to_run.empty()) run_jobs(std::move(to_run));
  if (jobs_ended) say_jobs_changed();
  return {};
}

// Under the tree's unique lock.
EngineImpl::JobsToRun EngineImpl::hand_over(const std::vector<tree::JobKey>& started) {
  JobsToRun to_run;
  for (const tree::JobKey& key : started) {
    for (const auto& each : world_->providers) {
      if (each->name() != key.first) continue;
      tree::Job& job = tree_.jobs()[key];
      job.handed_over = true;
      to_run.push_back({each.get(), {key.first, key.second, job.payload, job.attempt}});
    }
  }
  return to_run;
}

void EngineImpl::run_jobs(JobsToRun jobs) {
  for (auto& [provider, job] : jobs) {
    provider->run_job(std::move(job.id), std::move(job.payload), job.attempt);
  }
}

void EngineImpl::say_jobs_changed() {
  const std::lock_guard lock(jobs_mutex_);
  jobs_changed_.notify_all();
}

bool EngineImpl::submit(std::shared_ptr<provider::LoadedProvider> provider,
                        std::vector<provider::WriteOp> ops, std::function<void(Code)> done) {
  // What it does before it has started sets right what the last process left.
  const ChangeCause cause =
      provider->ever_started() ? ChangeCause::kProvider : ChangeCause::kRecovery;
  return turn_.post([this, provider = std::move(provider), ops = std::move(ops),
                     done = std::move(done), cause]() -> txn::Turn::After {
    txn::Transaction transaction = new_transaction();
    Status status;
    if (provider->refused()) status = Status(Code::kCancelled, "the provider was refused");
    if (provider->quarantined()) status = Status(Code::kCancelled, "the provider is in quarantine");
    for (const provider::WriteOp& op : ops) {
      if (!status.ok()) break;
      status = provider::apply_write(*provider, *world_, transaction, op);
    }
    if (status.ok()) status = commit(transaction, {cause, provider->name()});
    if (!status.ok()) {
      log(LogLevel::kInfo, provider->name(),
          fmt::format("a batch was not applied: {}", status.text()));
    }
    if (!done) return {};
    return [done, code = status.code()] { done(code); };
  });
}

bool EngineImpl::job_progress(const std::string& provider, const std::string& id, int percent,
                              std::string text) {
  const std::unique_lock lock(tree_.mutex());
  const auto job = tree_.jobs().find({provider, id});
  if (job == tree_.jobs().end()) return false;
  job->second.percent = percent;
  job->second.text = std::move(text);
  return true;
}

std::vector<std::pair<tree::JobKey, tree::Job>> EngineImpl::live_jobs() const {
  const std::shared_lock lock(tree_.mutex());
  std::vector<std::pair<tree::JobKey, tree::Job>> live;
  for (const auto& entry : tree_.jobs()) {
    const auto runs_it = [&](const auto& each) {
      return each->name() == entry.first.first && each->has_jobs() && !each->quarantined();
    };
    if (std::any_of(world_->providers.begin(), world_->providers.end(), runs_it))
      live.push_back(entry);
  }
  return live;
}

std::vector<JobInfo> EngineImpl::jobs() const {
  std::vector<JobInfo> infos;
  for (const auto& [key, job] : live_jobs()) {
    infos.push_back({key.first, key.second, job.attempt, job.percent, job.text});
  }
  return infos;
}

bool EngineImpl::wait_for_jobs(const std::function<bool()>& stop,
                               std::chrono::milliseconds interval) {
  while (true) {
    std::unique_lock lock(jobs_mutex_);
    if (live_jobs().empty()) return true;
    lock.unlock();
    if (stop && stop()) return false;
    lock.lock();
    if (live_jobs().empty()) return true;
    if (options_.executor->is_deterministic()) {
      lock.unlock();
      options_.executor->drive(options_.clock->steady_now() + interval);
    } else {
      jobs_changed_.wait_for(lock, interval);
    }
  }
}

std::vector<ProviderInfo> EngineImpl::providers() const {
  std::vector<ProviderInfo> infos;
  for (const auto& each : world_snapshot()->providers) {
    ProviderInfo info;
    const cspkit_plugin& plugin = each->plugin();
    info.name = each->name();
    info.plugin_id.assign(plugin.id.data ? plugin.id.data : "", plugin.id.size);
    info.version.assign(plugin.version.data ? plugin.version.data : "", plugin.version.size);
    if (each->library()) info.file = each->library()->path().string();
    for (const auto& root : each->roots) info.roots.push_back(root.uri);
    info.abi_major = plugin.abi_major;
    info.abi_minor = plugin.abi_minor;
    info.quarantined = each->quarantined();
    infos.push_back(std::move(info));
  }
  return infos;
}

std::vector<ddf::Finding> EngineImpl::findings() const {
  const std::lock_guard lock(loading_);
  return builder_.findings();
}

bool EngineImpl::reboot_pending() const {
  const std::shared_lock lock(tree_.mutex());
  return tree_.state().count(kRebootPending) != 0;
}

Status EngineImpl::clear_reboot_pending() {
  const txn::TurnHolder turn(turn_, patience());
  if (!turn.status().ok()) return turn.status();
  txn::Transaction transaction = new_transaction();
  transaction.erase_state(kRebootPending.first, kRebootPending.second);
  return commit(transaction);
}

}  // namespace cspkit
