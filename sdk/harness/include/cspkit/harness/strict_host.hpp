// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_STRICT_HOST_HPP_
#define CSPKIT_HARNESS_STRICT_HOST_HPP_

#include <cspkit/abi.h>

#include <chrono>
#include <cspkit/engine.hpp>
#include <cspkit/executor.hpp>
#include <cspkit/export.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::harness {

enum class Severity : std::uint8_t { kNote, kWarning, kError };

/// A rule of abi.h that a provider broke.
struct Breach {
  Severity severity = Severity::kError;  ///< how bad it is
  std::string code;                      ///< which rule, for machines: "complete.twice"
  std::string provider;                  ///< its name
  std::string handler;                   ///< pattern, where it happened in one
  std::string verb;    ///< "get", ..., "undo_for", "start": the function it happened in
  std::string uri;     ///< of the node
  std::string text;    ///< what happened
  std::string remedy;  ///< what to do
  unsigned count = 1;  ///< how often
};

/// How long the functions of a provider took.
struct CallTime {
  std::string provider;                 ///< its name
  std::string handler;                  ///< pattern; "" for a function of the whole provider
  std::string verb;                     ///< "get", ..., "start"
  unsigned count = 0;                   ///< calls
  std::chrono::nanoseconds total{0};    ///< of all calls, real
  std::chrono::nanoseconds longest{0};  ///< of one
};

/// Stands between an engine and a plugin, and writes down every breach of the contract that it
/// sees: the engine answers breaches by a status, a strict host names them. Give plugin() to an
/// engine instead of the plugin itself:
///
///     StrictHost strict(cspkit_plugin_v1_hello);
///     DeviceOptions options;
///     options.engine.log = strict.log_sink();
///     options.plugins = {{&strict.plugin(), "folder/of/its/ddf"}};
///     ...
///     EXPECT_THAT(strict.breaches(), testing::IsEmpty());
///
/// It can also let changes fail at chosen points, so that a test sees what a provider undoes. Must
/// outlive the engine. Any thread may call any function. Sixteen may live at a time in a process; a
/// further one is refused by the engine.
class CSPKIT_API StrictHost {
 public:
  /// Of a plugin that outlives it.
  explicit StrictHost(const cspkit_plugin& plugin);
  ~StrictHost();
  StrictHost(const StrictHost&) = delete;
  StrictHost& operator=(const StrictHost&) = delete;

  /// What the engine is given instead.
  const cspkit_plugin& plugin() const;
  /// For EngineOptions::log: the engine says there, and only there, that a value did not fit.
  LogSink log_sink(LogSink next = {});

  /// In the order in which they were seen first; one that is repeated is counted.
  std::vector<Breach> breaches() const;
  /// Of every function that was called.
  std::vector<CallTime> times() const;

  /// A handler that a provider declared.
  struct Handler {
    std::string provider;     ///< its name
    std::string pattern;      ///< as declared
    std::uint32_t verbs = 0;  ///< CSPKIT_GET and others
    std::uint32_t flags = 0;  ///< CSPKIT_HANDLER_OWN and others
  };
  /// Of all providers, as their create() gave them.
  std::vector<Handler> handlers() const;
  /// True when one of them takes part in transactions (cspkit.transaction/1).
  bool has_transactions() const;
  /// Paths that providers have set or created so far, as they gave them.
  std::vector<std::string> written_paths() const;

  /// How a change can be made to fail.
  enum class Fault : std::uint8_t {
    kNone,      ///< not at all
    kBefore,    ///< a handler for a change is not called; it fails
    kAfter,     ///< it is called, and fails when it had succeeded
    kHostCall,  ///< in it, the nth change, read or list asked of the host answers CSPKIT_FULL
  };
  /// For every handler of Add, Replace, Delete and Exec from now on. In `kHostCall`, `nth` counts
  /// from 1.
  void inject(Fault fault, unsigned nth = 1);
  /// True when the last fault has struck since it was injected.
  bool struck() const;
  /// From now on apply_undo and commit are called twice each, as after a crash between them and the
  /// host's note of it.
  void repeat_ends(bool repeat);

  /// What an undo_for gave.
  struct UndoRecord {
    std::string handler;            ///< pattern of the handler it undoes
    std::string verb;               ///< of that handler
    std::string uri;                ///< of the node
    std::string bytes;              ///< the record
    std::uint64_t transaction = 0;  ///< in which it was given
  };
  /// The records given since the last call.
  std::vector<UndoRecord> take_undo_records();
  /// The next object that is created has these applied, and its transactions ended, before its
  /// start(): as after a crash.
  void recover_with(std::vector<UndoRecord> records);

  /// Operations that this says true to, by the node's LocURI ("./Device/...") and the verb, never
  /// reach the provider: they answer CSPKIT_BUSY.
  void leave_out(std::function<bool(const std::string& uri, std::uint32_t verb)> which);
  /// Is called before a provider starts a job, each time, on the same thread. Set it before there
  /// are objects.
  void before_jobs(std::function<void()> tell);
  /// Operations that were answered CSPKIT_PENDING, and have not been completed.
  std::size_t open_calls() const;

  /// One of them.
  struct PendingCall {
    std::uint64_t id = 0;      ///< of the call; of one kind within its provider
    std::string provider;      ///< its name
    std::string handler;       ///< pattern
    std::string verb;          ///< "get", ...
    std::string uri;           ///< of the node
    Clock::Duration deadline;  ///< when the engine gives it up, on the engine's steady clock
  };
  /// Of all providers that have not been destroyed.
  std::vector<PendingCall> pending_calls() const;

  /// What providers have going on beside operations and jobs.
  struct Activity {
    std::size_t timers = 0;      ///< asked for by run_after, neither run nor cancelled
    std::size_t batches = 0;     ///< submitted, and not applied yet
    std::uint64_t progress = 0;  ///< grows with each change, alert or word on a job that they give
  };
  /// Of all providers that have not been destroyed.
  Activity activity() const;

  /// A node that a batch of a provider's own has changed.
  struct BatchChange {
    std::string provider;     ///< its name
    std::string path;         ///< as it gave it: relative to its root, or absolute with "./"
    bool user_scope = false;  ///< below ./User
  };
  /// Those of the batches that have been applied since the last call.
  std::vector<BatchChange> take_batch_changes();

  class State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_STRICT_HOST_HPP_
