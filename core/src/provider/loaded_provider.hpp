// SPDX-License-Identifier: Apache-2.0
// A provider in an engine: its table of functions, its host table, its handles, tasks and lock.
#ifndef CSPKIT_CORE_PROVIDER_LOADED_PROVIDER_HPP_
#define CSPKIT_CORE_PROVIDER_LOADED_PROVIDER_HPP_

#include <cspkit/abi.h>

#include <atomic>
#include <condition_variable>
#include <cspkit/ddf/schema.hpp>
#include <cspkit/engine.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "provider/job_lane.hpp"
#include "provider/loader.hpp"
#include "provider/offload.hpp"
#include "provider/services.hpp"
#include "provider/task_guard.hpp"
#include "provider/writer.hpp"

namespace cspkit::provider {

/// One operation to ask of a provider.
struct CallSpec {
  std::uint32_t verb = 0;
  std::uint16_t handler = 0;
  std::uint32_t flags = 0;  ///< CSPKIT_HANDLER_*
  Scope scope = Scope::kDevice;
  std::string user;
  std::string path;                   ///< canonical, names as created
  std::string_view root;              ///< canonical path of the root above it; the provider's
  std::vector<std::string> captures;  ///< decoded
  const Value* value = nullptr;
  std::string_view mime;
  std::uint64_t session = 0;
  txn::Transaction* transaction = nullptr;
  bool may_stay_pending = false;  ///< then a pending answer comes back as kPending, at once
};

/// A call whose command is answered before it has ended.
struct PendingCall {
  std::uint64_t handle = 0;
  std::shared_ptr<Writer> writer;
  Clock::Duration deadline{0};                             ///< steady
  std::optional<WriteOp> when_ok;                          ///< applied when it ends well
  std::shared_ptr<const txn::AwaitedValue> instance = {};  ///< see PendingEnd
};

struct CallResult {
  Status status;
  Value value;
  bool has_value = false;
  std::optional<PendingCall> pending;  ///< with kPending
};

class LoadedProvider : public std::enable_shared_from_this<LoadedProvider> {
 public:
  /// `library` is null for a statically linked plugin.
  LoadedProvider(Services& services, std::shared_ptr<Library> library, const cspkit_plugin& plugin,
                 std::size_t index, const ProviderOptions& options);
  ~LoadedProvider();
  LoadedProvider(const LoadedProvider&) = delete;
  LoadedProvider& operator=(const LoadedProvider&) = delete;

  /// Calls the plugin's create and checks what it gave, also that it is none of the others'
  /// objects. kProviderRefused.
  Status create(const std::vector<std::shared_ptr<LoadedProvider>>& others);
  /// kProviderRefused.
  Status start();
  /// From now on its batches are cancelled instead of applied; ends as quiesce().
  void refuse();
  bool refused() const { return refused_; }
  /// Cancels calls and timers, waits for running tasks, destroys the provider. Safe to repeat.
  void stop();

  /// Runs one operation to its end, waiting for a pending one until its deadline.
  CallResult call(const CallSpec& spec);
  // A call that came back as kPending (pending.cpp). First detach(), so that the provider no longer
  // writes to the command's transaction, and before that is looked at again; then, when it is
  // committed, arm(), else abandon().
  void detach(const PendingCall& call);
  void arm(const PendingCall& call, std::int64_t alert);
  void abandon(const PendingCall& call);
  /// Ends a call that goes on, if it has completed or was cancelled. Any number of times.
  void finish(std::uint64_t handle, const std::shared_ptr<Writer>& writer);

  // Of an offloaded provider (quarantine.cpp). One that did not return is never called again, and
  // stays in memory for ever, because it may come back at any time.
  bool quarantined() const { return quarantined_; }
  /// kBusy, and what to do.
  Status quarantine_status() const;
  /// Tells the end of a batch, unless it is quarantined.
  void tell(cspkit_done done, void* context, Code code);

  bool started() const { return started_; }
  /// True from its start on, also when it is being stopped.
  bool ever_started() const { return ever_started_; }
  /// True from the moment it is being stopped.
  bool closing() const { return closing_; }
  bool has_jobs() const { return jobs_ != nullptr; }
  /// Hands a job to the provider, on the executor.
  void run_job(std::string id, std::string payload, std::uint32_t attempt);

  // cspkit.transaction/1; each waits for the provider's lock.
  bool has_transactions() const { return transactions_ != nullptr; }
  Status begin(std::uint64_t transaction);
  /// The record that undoes the operation; false when there will be nothing to undo. The memory of
  /// what `record` held may serve the next.
  Result<bool> undo_for(const CallSpec& spec, std::string& record);
  Status apply_undo(std::uint64_t transaction, std::string_view record);
  Status commit(std::uint64_t transaction);
  void end(std::uint64_t transaction);

  const std::string& name() const { return name_; }
  const cspkit_plugin& plugin() const { return plugin_; }
  const cspkit_provider_info& info() const { return info_; }
  const cspkit_provider* table() const { return provider_; }
  std::string where() const;  ///< file, or "plugin ID" when linked statically
  const std::shared_ptr<Library>& library() const { return library_; }

  /// A root this provider claims.
  struct Root {
    std::string uri;  ///< "./Device/Vendor/MSFT/Office"
    Scope scope = Scope::kDevice;
    std::string path;  ///< canonical
    std::string key;   ///< folded
  };
  /// Set once, before the provider is published.
  std::vector<Root> roots;

  // For the host table (host.cpp).
  Services& services() { return services_; }
  /// Goes on when the engine is gone.
  Clock& clock() { return *clock_; }
  /// Every host function of an offloaded provider stands between these two (guarded_host.cpp).
  /// False: it is quarantined, and there may be no engine any more.
  bool enter_host();
  void leave_host();
  const cspkit_host& plain_host() const { return plain_host_; }
  WriterTable& writers() { return writers_; }
  const WriterTable& writers() const { return writers_; }
  TaskGuard& tasks() { return *tasks_; }
  /// Cancels calls and timers and waits for running tasks; stop() does the rest.
  void quiesce();
  void misbehaved(std::string_view text) const;
  /// Logs for the provider. What it calls an error before it has started is kept for its refusal.
  void log(LogLevel level, std::string_view text);

 private:
  cspkit_code enter(const CallSpec& spec, cspkit_call call, const cspkit_request& request);
  cspkit_code dispatch(const CallSpec& spec, cspkit_call call,
                       const cspkit_request& request) noexcept;
  void cancel_calls();
  std::chrono::milliseconds choose_deadline() const;
  std::chrono::milliseconds call_deadline() const { return call_deadline_; }
  /// Calls function(spec, request), on a thread of the provider's own if it has any.
  template <typename Do>
  cspkit_code ask(const CallSpec& spec, Clock::Duration deadline, Do function);
  /// Runs it on a thread of the provider's own, which has one. CSPKIT_TIMED_OUT: it did not return,
  /// and the provider is quarantined. CSPKIT_BUSY: it is quarantined already.
  cspkit_code elsewhere(Offload::Lane lane, Offload::Unbegun unbegun, Offload::Function function);
  void quarantine(std::string_view why);
  void destroy();
  /// Waits until no host function is at work in the engine for it.
  void disconnect();
  Code wait_until_complete(cspkit_call call, Clock::Duration deadline);
  cspkit_call open_call(const CallSpec& spec, bool read_only = false);
  /// Closes the call; what it came to.
  CallResult end_call(cspkit_call call, cspkit_code code);
  /// The same of one that failed: why.
  Status end_failed(cspkit_call call, cspkit_code code);
  /// `function` owns what it uses.
  template <typename Do>
  cspkit_code serially(Do function);
  template <typename Do>
  cspkit_code locked(Do function);
  Status take_extensions();
  Status outcome_of(std::string_view what, std::uint64_t transaction, cspkit_code code) const;
  std::string trouble();

  Services& services_;
  std::shared_ptr<Library> library_;  // first in, last out: the code must outlive everything below
  const cspkit_plugin& plugin_;
  const cspkit_provider_info& info_;
  std::size_t index_;
  std::string name_;
  ProviderOptions options_;
  std::shared_ptr<Clock> clock_;
  std::unique_ptr<Offload> offload_;  // null: functions run on their callers' threads
  const std::chrono::milliseconds call_deadline_;
  cspkit_host plain_host_;
  cspkit_host host_;  // what the provider is given
  WriterTable writers_;
  std::shared_ptr<TaskGuard> tasks_;
  std::shared_ptr<JobLane> lane_;
  // Who is inside the provider holds one of them, who destroys it both, this one first.
  std::shared_mutex alive_;  // shared, for what is concurrent
  std::mutex serial_;
  std::atomic<bool> started_{false};
  std::atomic<bool> ever_started_{false};
  std::atomic<bool> closing_{false};
  std::atomic<bool> refused_{false};
  std::atomic<bool> quarantined_{false};
  std::mutex host_mutex_;
  std::condition_variable host_left_;
  unsigned in_host_ = 0;
  std::mutex trouble_mutex_;
  std::string trouble_;
  cspkit_provider* provider_ = nullptr;
  const cspkit_provider_jobs* jobs_ = nullptr;
  const cspkit_provider_transaction* transactions_ = nullptr;
};

/// The host's functions over one provider (host.cpp).
cspkit_host make_host_table(LoadedProvider& provider);
/// The same for a provider that may outlive its engine (guarded_host.cpp).
cspkit_host make_guarded_host_table(LoadedProvider& provider);

/// The node at a canonical path.
Status resolve(const gate::World& world, Scope scope, const std::string& user,
               std::string_view path, gate::Target& target);

/// A leaf of the provider that is there, as most that providers set are: nothing but a value's
/// format is judged then (txn::owner_reset). False where the long way must be gone.
bool find_own_leaf(const LoadedProvider& provider, const gate::World& world,
                   const txn::Transaction& transaction, std::string_view user,
                   std::string_view path, txn::Transaction::Direct& found, ddf::Node& node);

/// Carries out one change a provider asked for, in a transaction. kNotFound, kNotAllowed,
/// kBadFormat.
Status apply_write(const LoadedProvider& provider, const gate::World& world,
                   txn::Transaction& transaction, WriteOp op);

}  // namespace cspkit::provider

#endif  // CSPKIT_CORE_PROVIDER_LOADED_PROVIDER_HPP_
