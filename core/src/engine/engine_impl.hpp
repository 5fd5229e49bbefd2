// SPDX-License-Identifier: Apache-2.0
// What an Engine is made of. Loading of DDFs and providers: loading.cpp; carrying out commands:
// operations.hpp.
#ifndef CSPKIT_CORE_ENGINE_ENGINE_IMPL_HPP_
#define CSPKIT_CORE_ENGINE_ENGINE_IMPL_HPP_

#include <atomic>
#include <condition_variable>
#include <cspkit/engine.hpp>
#include <filesystem>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/change.hpp"
#include "engine/effects.hpp"
#include "engine/ledger.hpp"
#include "engine/subscriptions.hpp"
#include "gate/world.hpp"
#include "provider/loaded_provider.hpp"
#include "provider/services.hpp"
#include "store/store.hpp"
#include "tree/tree.hpp"
#include "txn/transaction.hpp"
#include "txn/turn.hpp"

namespace cspkit {

class EngineImpl : public provider::Services {
 public:
  static Result<std::unique_ptr<EngineImpl>> open(EngineOptions options);
  ~EngineImpl() override;

  // ---- provider::Services ----
  tree::Tree& tree() override { return tree_; }
  const gate::World& world() override { return *world_; }
  Clock& clock() override { return *options_.clock; }
  Executor& executor() override { return *options_.executor; }
  std::shared_ptr<Clock> shared_clock() override { return options_.clock; }
  std::shared_ptr<Executor> shared_executor() override { return options_.executor; }
  std::shared_ptr<provider::JobLane> job_lane() override { return job_lane_; }
  std::chrono::milliseconds call_deadline() override { return options_.call_deadline; }
  void log(LogLevel level, std::string_view source, std::string_view text) override;
  bool submit(std::shared_ptr<provider::LoadedProvider> provider,
              std::vector<provider::WriteOp> ops, std::function<void(Code)> done) override;
  void finish_pending(std::shared_ptr<provider::LoadedProvider> provider,
                      provider::PendingEnd end) override;
  bool job_progress(const std::string& provider, const std::string& id, int percent,
                    std::string text) override;

  // ---- loading ----
  Status load_ddf(const std::filesystem::path& path);
  Status load_ddf_bytes(std::string_view bytes, std::string name);
  Status load_plugin(std::shared_ptr<provider::Library> library, const cspkit_plugin& plugin,
                     const std::filesystem::path& ddf, const ProviderOptions& options);

  // ---- transactions ----
  const EngineOptions& options() const { return options_; }
  txn::Turn& turn() { return turn_; }
  /// How long a command waits for the turn.
  Clock::Duration patience() const { return options_.call_deadline; }
  std::int64_t utc_ms() const { return options_.clock->utc_now().time_since_epoch().count(); }
  /// Needs the turn.
  txn::Transaction new_transaction() {
    return txn::Transaction(tree_, ++transactions_, utc_ms(), &workspace_.overlay);
  }
  /// What one transaction after the other uses, so that none asks for memory that the one before
  /// it had. With the turn.
  struct Workspace {
    txn::Overlay overlay;
    store::Batch batch;
    std::vector<tree::Live*> lives;
    HandlerCall call;
    PlannedCalls planned;
    std::vector<Change> changes;  // of an Atomic
  };
  Workspace& workspace() { return workspace_; }
  /// Of tables whose keys a server chooses.
  std::uint64_t hash_seed() const { return hash_seed_; }
  std::uint64_t next_session() { return ++sessions_; }
  /// The decision: durable, then said to the providers that took part, then visible, then the
  /// started jobs run. Needs the turn. When it fails nothing of it happened; the caller undoes the
  /// effects.
  Status commit(txn::Transaction& transaction, const Origin& origin = {},
                Effects* effects = nullptr);
  /// Makes a batch durable, with what the ledger has for the next one. Needs the turn. kFull,
  /// kFailed.
  Status write(store::Batch& batch);
  /// The same of one that is not empty.
  Status write_some(store::Batch& batch);
  Ledger& ledger() { return ledger_; }
  /// With the turn.
  txn::AwaitedValues& awaited_values() { return awaited_values_; }
  /// Asked before every command, so that those that need no refresh pay one load for it.
  bool any_refresh() const { return any_refresh_.load(std::memory_order_relaxed); }
  /// The world and whoever it keeps alive, for use without the tree's lock.
  std::shared_ptr<const gate::World> world_snapshot() const;
  /// The same for who holds the tree's lock, or the turn, already.
  const std::shared_ptr<const gate::World>& shared_world() const { return world_; }

  // ---- alerts ----
  Result<std::int64_t> queue_alert(DeviceAlert alert, std::string user);
  /// Those with a greater id than `after`, no more than come to about `max_bytes`, but one at
  /// least.
  std::vector<QueuedAlert> queued_alerts(
      const Principal& principal, std::int64_t after = 0,
      std::size_t max_bytes = std::numeric_limits<std::size_t>::max()) const;
  Status acknowledge_alerts(const std::vector<std::int64_t>& ids);
  /// Is there room for one more? With the turn.
  bool takes_alerts() const;
  /// Commands answered 202 by a process that has died since will not end: their alerts say 500.
  Status answer_interrupted();

  // ---- reports ----
  Result<Subscription> subscribe(std::string_view uri, ChangeCallback callback,
                                 const Principal& principal);
  std::vector<ddf::Finding> findings() const;
  std::vector<ProviderInfo> providers() const;
  Status backup(const std::filesystem::path& target);
  Result<StateDump> dump();
  std::vector<JobInfo> jobs() const;
  bool wait_for_jobs(const std::function<bool()>& stop, std::chrono::milliseconds interval);
  bool reboot_pending() const;
  Status clear_reboot_pending();

 private:
  explicit EngineImpl(EngineOptions options);
  struct Source {  // what the builder was fed, to feed a new one when a provider is refused late
    std::filesystem::path path;
    std::string bytes, name;
    enum class Kind { kPath, kBytes, kProvider } kind = Kind::kPath;
  };

  Result<Source> provider_ddf(const cspkit_provider_info& info, const provider::Library* library,
                              const std::filesystem::path& ddf) const;
  Status load_one(const std::shared_ptr<provider::LoadedProvider>& loaded,
                  const provider::Library* library, const std::filesystem::path& ddf);
  Status claim_roots(provider::LoadedProvider& loaded, const Source& source) const;
  Status publish_world(std::vector<std::shared_ptr<provider::LoadedProvider>> providers);
  Status add_source(const Source& source);
  Status take_source(Source source);
  void rebuild_builder();
  Status redeliver_jobs(provider::LoadedProvider& loaded);
  Status recover(provider::LoadedProvider& loaded);
  std::vector<std::pair<tree::JobKey, tree::Job>> live_jobs() const;
  /// Jobs that were started, and whose they are. Apart from commit(), which has none nearly always
  /// and whose own code had better lie together.
  using JobsToRun = std::vector<std::pair<provider::LoadedProvider*, store::JobRow>>;
  [[gnu::cold]] JobsToRun hand_over(const std::vector<tree::JobKey>& started);
  [[gnu::cold]] static void run_jobs(JobsToRun jobs);
  [[gnu::cold]] void say_jobs_changed();

  EngineOptions options_;
  const std::uint64_t hash_seed_ = tree::chance(this);
  const std::shared_ptr<provider::JobLane> job_lane_;
  std::unique_ptr<store::Store> store_;
  tree::Tree tree_;
  SubscriptionHub subscriptions_;
  txn::Turn turn_;
  Workspace workspace_;                       // with the turn
  Ledger ledger_;                             // with the turn
  txn::AwaitedValues awaited_values_;         // with the turn
  std::shared_ptr<const gate::World> world_;  // changed with the turn, under the tree's unique lock
  mutable std::mutex loading_;                // one load at a time; guards the three below
  ddf::SchemaBuilder builder_;
  std::vector<Source> sources_;
  std::vector<const cspkit_plugin*> given_up_;  // one of their providers never left its start
  mutable std::mutex jobs_mutex_;
  std::condition_variable jobs_changed_;
  std::uint64_t transactions_ = 0;  // with the turn
  std::atomic<std::uint64_t> sessions_{0};
  std::atomic<bool> any_refresh_{false};
};

/// Meta/Type of the alert that says how a command answered 202 has ended. Our choice.
inline constexpr const char* kFinalStatusType = "org.cspkit.command.status";

}  // namespace cspkit

#endif  // CSPKIT_CORE_ENGINE_ENGINE_IMPL_HPP_
