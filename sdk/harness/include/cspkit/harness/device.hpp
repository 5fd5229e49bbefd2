// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_DEVICE_HPP_
#define CSPKIT_HARNESS_DEVICE_HPP_

#include <chrono>
#include <cspkit/engine.hpp>
#include <cspkit/export.hpp>
#include <cspkit/harness/deterministic_executor.hpp>
#include <cspkit/harness/manual_clock.hpp>
#include <cspkit/harness/snapshot.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cspkit::harness {

/// A provider to load: a library, and its DDF where the engine would not find it by itself.
struct ProviderFile {
  std::filesystem::path library;  ///< the .so
  std::filesystem::path ddf;      ///< empty: the engine finds it
  /// Made of a library alone where its DDF lies beside it.
  ProviderFile(std::filesystem::path file,  // NOLINT(google-explicit-constructor)
               std::filesystem::path ddf_file = {})
      : library(std::move(file)), ddf(std::move(ddf_file)) {}
};

/// A provider linked into the test, which must stay for as long as the Device.
struct LinkedProvider {
  const cspkit_plugin* plugin;  ///< borrowed
  std::filesystem::path ddf;    ///< empty: it is embedded
  /// Made of a plugin alone where its DDF is embedded.
  LinkedProvider(const cspkit_plugin* linked,  // NOLINT(google-explicit-constructor)
                 std::filesystem::path ddf_file = {})
      : plugin(linked), ddf(std::move(ddf_file)) {}
};

/// What Device::open() makes, and loads.
struct DeviceOptions {
  std::string state = ":memory:";                       ///< a file, for tests of restarts
  std::vector<std::filesystem::path> ddf = {};          ///< files and folders, loaded first
  std::vector<ProviderFile> providers = {};             ///< loaded next, in their order
  std::vector<LinkedProvider> plugins = {};             ///< added last
  Principal principal = {};                             ///< of session() and of the short forms
  Clock::UtcTime start = ManualClock::default_start();  ///< what the calendar says at first
  /// How long a command may wait in real time before the clock moves, for providers that work in
  /// threads of their own: DeterministicExecutor::be_patient().
  std::chrono::milliseconds patience{0};
  /// Everything else; its state, clock and executor are replaced.
  EngineOptions engine = {};
};

/// A device in the process: an engine with the test's own clock and executor, and a session. One
/// thread at a time, but for clock() and executor().
class CSPKIT_API Device {
 public:
  /// Opens the engine and loads what the options name. The first failure is the answer.
  static Result<std::unique_ptr<Device>> open(DeviceOptions options = {});
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device();

  Engine& engine() { return *engine_; }  ///< another one after restart()
  /// Likewise; of the options' principal. Whoever asks for it begins another wait, if any.
  Session& session() {
    executor_->begin_wait();
    return *session_;
  }
  ManualClock& clock() { return *clock_; }  ///< the device's time
  DeterministicExecutor& executor() {
    return *executor_;
  }  ///< the device's threads: there are none

  /// Loads more; restart() loads it again.
  /// @{
  Status load_ddf(const std::filesystem::path& path);
  Status load_ddf_bytes(std::string_view bytes, std::string name);
  Status load_provider(const ProviderFile& provider);
  Status add_provider(const LinkedProvider& provider);
  /// @}

  /// Closes the engine as a program does that ends, and opens it again on the same state with all
  /// that was loaded; a state in memory is lost. Sessions of the test's own must be gone. After a
  /// failure only destruction and a further restart() are allowed.
  Status restart();

  /// One SyncML message through session(): its reply. Work that it started has begun only when
  /// advance(), run_until_idle() or settle() lets it.
  Result<std::string> run(std::string_view message) { return session().process(message); }
  /// SyncML statuses of the commands of the last run().
  const std::vector<int>& statuses() const { return session_->last_statuses(); }

  /// session()'s, in short. Text is wire text in the schema's own format.
  /// @{
  Result<Value> get(std::string_view uri) { return session().get(uri); }
  Status add(std::string_view uri) { return session().add(uri); }
  Status add(std::string_view uri, const Value& value) { return session().add(uri, value); }
  Status add(std::string_view uri, std::string_view text);
  Status replace(std::string_view uri, const Value& value) { return session().replace(uri, value); }
  Status replace(std::string_view uri, std::string_view text);
  Status remove(std::string_view uri) { return session().remove(uri); }
  Status exec(std::string_view uri) { return session().exec(uri); }
  Status exec(std::string_view uri, const Value& data) { return session().exec(uri, data); }
  Status exec(std::string_view uri, std::string_view text);
  /// @}
  /// Sets a node as its owner would: format and shape only. `user` owns it where the address says
  /// ./User.
  Status seed(std::string_view uri, std::string_view wire_text, const std::string& user = {});

  /// True when the node exists for the device's principal. A leaf that grants no Get is never seen.
  bool has(std::string_view uri) const;
  /// The tree at and below an address; empty when there is no such node.
  Snapshot snapshot(std::string_view uri = ".") const;

  /// Lets time pass, and runs what becomes due in it. Returns how many tasks ran.
  std::size_t advance(Clock::Duration duration) { return executor_->advance(duration); }
  /// Runs what is due now.
  std::size_t run_until_idle() { return executor_->run_until_idle(); }
  /// Lets time pass until no job is left; false when that takes longer than `limit`.
  bool settle(Clock::Duration limit = std::chrono::hours(24));

 private:
  explicit Device(DeviceOptions options);
  Status start();

  struct DdfBytes {
    std::string bytes, name;
  };

  DeviceOptions options_;
  std::vector<DdfBytes> ddf_bytes_;
  std::shared_ptr<ManualClock> clock_;
  std::shared_ptr<DeterministicExecutor> executor_;
  std::unique_ptr<Engine> engine_;
  std::optional<Session> session_;
};

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_DEVICE_HPP_
