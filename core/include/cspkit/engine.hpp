// SPDX-License-Identifier: Apache-2.0
// cspkit/engine.hpp: start here. An Engine is one device: a tree of nodes described by DDF files,
// kept in a state file, served by providers, reached by SyncML or by the calls below.
//
//   auto engine = cspkit::Engine::open({.state = "device.db"});
//   engine->load_ddf("ddf/catalog");
//   engine->load_provider("libcspkit_office.so");
//   auto device = engine->open_session(cspkit::Principal::device());
//   auto reply = device.process(syncml_bytes);
//
// Threads: an Engine may be used from any thread; a Session by one thread at a time. Nothing here
// throws for operational reasons. Two engines in one process do not know of each other.
#ifndef CSPKIT_ENGINE_HPP_
#define CSPKIT_ENGINE_HPP_

#include <cspkit/abi.h>

#include <chrono>
#include <cspkit/ddf/dependencies.hpp>
#include <cspkit/ddf/loader.hpp>
#include <cspkit/ddf/profile.hpp>
#include <cspkit/ddf/schema.hpp>
#include <cspkit/executor.hpp>
#include <cspkit/export.hpp>
#include <cspkit/result.hpp>
#include <cspkit/state.hpp>
#include <cspkit/subscription.hpp>
#include <cspkit/syncml_status.hpp>
#include <cspkit/value.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit {

/// Severity of a log line; the numbers of abi.h.
enum class LogLevel : std::int32_t {
  kDebug = CSPKIT_LOG_DEBUG,
  kInfo = CSPKIT_LOG_INFO,
  kWarning = CSPKIT_LOG_WARNING,
  kError = CSPKIT_LOG_ERROR,
  kProviderMisbehaving = CSPKIT_LOG_PROVIDER_MISBEHAVING,
  kHostMisbehaving = CSPKIT_LOG_HOST_MISBEHAVING
};

/// Takes log lines; called from any thread, must not call back into the engine. Never given a
/// secret value.
using LogSink = std::function<void(LogLevel level, std::string_view source, std::string_view text)>;

/// Who asks. Plain data.
struct Principal {
  std::string user;                         ///< id of the user; empty: the device itself
  bool device_authority = true;             ///< may change ./Device
  static Principal device() { return {}; }  ///< the device itself, with its authority
  /// A user may read ./Device and reach only their own ./User; with device authority also change
  /// ./Device.
  static Principal for_user(std::string id, bool with_device_authority = false) {
    return {std::move(id), with_device_authority};
  }
};

/// How safe an acknowledged change is in the state file.
enum class Durability : std::uint8_t {
  kFull,    ///< on disk before it is acknowledged (SQLite WAL, synchronous=FULL)
  kNormal,  ///< survives a crash of the process; the last transactions may be lost with the power
  kMemory,  ///< nothing lasts: `state` is neither read nor made, all is gone with the engine
};

/// Where the state file lies, for tests of what a disk may do to it; a device takes the defaults.
struct FileLayer {
  /// Name of a SQLite VFS that the program has registered; empty: the system's files.
  std::string name;
  /// True when that VFS keeps its files somewhere else than in the file system: then `state` is
  /// taken as it is, and nothing is looked at, made or locked beside what the VFS does.
  bool elsewhere = false;
  /// Pages in the log after which they are moved into the file itself.
  int checkpoint_pages = 1000;
};

/// What becomes of a reply that is longer than the server's MaxMsgSize.
enum class LongReplies : std::uint8_t {
  kSplit,  ///< goes in several messages, each when the server asks for it (OMA-TS-DM_Protocol 1.2,
           ///< sections 6 and 7)
  kAbort,  ///< Alert 1223 instead, as Windows does: what was commanded is done, and not answered
};

/// How an Engine is opened: where it keeps what, what time and threads are, how much is too much.
struct EngineOptions {
  /// The state file, made when missing; ":memory:" keeps nothing.
  std::string state = ":memory:";
  Durability durability = Durability::kFull;  ///< what a power cut may take
  std::shared_ptr<Clock> clock;               ///< default: the system's
  std::shared_ptr<Executor> executor;         ///< default: two threads of its own, up to eight
  /// So many jobs of providers run at once, the others wait; at least one does. Fewer than the
  /// executor has threads: a job may wait in its own for a batch or a timer, which need another.
  std::size_t max_jobs = 6;
  LogSink log;                                            ///< default: none
  ddf::UriLimits uri_limits;                              ///< longer or deeper: 414
  std::size_t max_value_bytes = std::size_t{16} << 20;    ///< larger: 413
  std::size_t max_message_bytes = std::size_t{64} << 20;  ///< larger: refused whole
  /// Bytes of all values that one transaction writes, an Atomic's or a lone command's, Copy and a
  /// new Name of a node included; the command that exceeds it answers 413. No less than
  /// max_value_bytes, or that many cannot be written.
  std::size_t max_transaction_bytes = std::size_t{64} << 20;
  /// Bytes that all nodes that are set may take: values, names and about 256 for each node. What
  /// would exceed it answers 420 (kFull); what takes nothing more is done all the same. The bytes
  /// that providers keep for themselves are not counted.
  std::size_t max_state_bytes = std::size_t{1} << 30;
  LongReplies long_replies = LongReplies::kSplit;  ///< beyond a server's MaxMsgSize
  unsigned max_nesting = 16;                       ///< containers within containers; deeper: 400
  /// What kind of device this is. A node whose Applicability excludes it answers 406 and is listed
  /// nowhere. Left empty it excludes nothing.
  ddf::DeviceProfile profile;
  /// True: a change of an AtomicRequired node outside an Atomic is refused (405). By default it is
  /// only readable.
  bool enforce_atomic_required = false;
  /// True: Add, Replace and Exec of a node whose DependencyBehavior is not satisfied are refused
  /// (412). By default it is only readable.
  bool enforce_dependencies = false;
  /// How long a provider may take to complete a pending call (an offloaded one: to return), and a
  /// command may wait for its turn.
  std::chrono::milliseconds call_deadline = std::chrono::seconds(60);
  FileLayer file_layer;  ///< for tests
};

/// How a provider is run; chosen by the embedder when it is loaded.
struct ProviderOptions {
  /// False: its functions run on their callers' threads, and one that never returns keeps its
  /// caller, and with it every change of the device, for ever.
  ///
  /// True: they run on threads of its own. One that has not returned by the deadline is answered
  /// for (a Get or a command: 500; in an Atomic everything is undone, and what the provider itself
  /// should have undone waits in the state file), and the provider is in quarantine until the
  /// program starts anew: nothing of it is called again, what it still calls answers CSPKIT_STALE,
  /// its computed values and changes below its roots answer 403, stored values can be read. Its
  /// library, its object and its threads stay in memory on purpose; the engine closes without
  /// waiting for them. A call costs two changes of thread (some 10 microseconds). Has no effect
  /// with an executor that is_deterministic().
  bool offload = false;
  /// Instead of EngineOptions::call_deadline for this provider; 0: that one. For `offload` it
  /// should be the shorter one: a command that hangs holds the turn meanwhile, and others wait for
  /// it no longer than EngineOptions::call_deadline.
  std::chrono::milliseconds call_deadline{0};
};

/// An Alert a server sent.
struct AlertRecord {
  std::string code;    ///< "1201"
  std::string type;    ///< Meta/Type of its first item
  std::string source;  ///< Source or Target LocURI of its first item
  std::string data;    ///< Data of its first item
};

/// Something the device tells the server of its own accord: a client event (1224) or a generic
/// alert (1226), OMA-TS-DM_Protocol 1.2 section 8.7.
struct DeviceAlert {
  int code = 1224;             ///< or 1226
  std::string source;          ///< LocURI of the node it is about; may be empty
  std::string type;            ///< Meta/Type, what kind of event: "com.example.battery.low"
  std::string format = "chr";  ///< Meta/Format of data
  std::string
      mark;  ///< Meta/Mark: fatal, critical, minor, warning, informational, ...; may be empty
  std::string data;        ///< what the server is told, in `format`
  std::string correlator;  ///< as the command carried it
};

/// An alert that the server has not acknowledged.
struct QueuedAlert {
  std::int64_t id = 0;  ///< grows in the order of queueing
  std::string user;     ///< whose management sessions carry it; "" the device's
  DeviceAlert alert;    ///< what goes out
};

/// A job that has not ended.
struct JobInfo {
  std::string provider;       ///< ProviderInfo::name
  std::string id;             ///< the provider's own, one of a kind in it
  std::uint32_t attempt = 0;  ///< 1 at first, one more with every restart
  int percent = -1;           ///< -1: unknown
  std::string text;           ///< what it is doing, for people
};

/// A provider that is loaded.
struct ProviderInfo {
  std::string name;                ///< "office"; keys what it keeps in the state file
  std::string plugin_id;           ///< of its library: "org.cspkit.office"
  std::string version;             ///< of its library
  std::string file;                ///< absolute path; empty when linked statically
  std::vector<std::string> roots;  ///< "./Device/Vendor/MSFT/Office"
  std::uint16_t abi_major = 0;     ///< of abi.h, as it was built
  std::uint16_t abi_minor = 0;     ///< likewise; may be newer than the engine's
  bool quarantined = false;        ///< it hung: ProviderOptions::offload
};

/// One node of a listing.
struct TreeEntry {
  std::string uri;                 ///< "./Vendor/MSFT/Office/Installation", or "./User/..."
  Format format = Format::kUnset;  ///< of the value it holds; node for an interior one
  bool leaf = false;               ///< false: it has children, or may have
  Value value;                     ///< leaves only
};

/// What the DDF asks of a node beside its own value, held against the live tree.
struct NodeDemands {
  bool atomic_required = false;         ///< AtomicRequired, of the node or an ancestor
  bool reboots = false;                 ///< RebootBehavior Automatic or ServerInitiated
  bool deprecated = false;              ///< Deprecated
  ddf::DependencyVerdict dependencies;  ///< DependencyBehavior, and what of it is not met
};

class EngineImpl;
class SessionImpl;

/// A caller's seat at the tree: its principal and, for SyncML, what lasts from message to message.
/// One thread at a time. A Session must not outlive its Engine.
class CSPKIT_API Session {
 public:
  /// Moves the seat; what is assigned to is closed first. One that was moved from is for the
  /// destructor alone.
  /// @{
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  /// @}
  ~Session();

  /// Value of a leaf; of an interior node its children's names, percent-encoded, joined by "/",
  /// format node.
  Result<Value> get(std::string_view uri);
  /// Adds a node. Without a format in `value` (kUnset) the schema's is taken.
  Status add(std::string_view uri, const Value& value);
  /// Adds an interior node, or a leaf with its default value.
  Status add(std::string_view uri);
  /// Sets a node that exists; kUnset as for add.
  Status replace(std::string_view uri, const Value& value);
  /// Delete: the node and all below it.
  Status remove(std::string_view uri);
  /// Runs the command that the node stands for, and waits for a provider that answers later. Work
  /// that it begins (a job) goes on afterwards.
  /// @{
  Status exec(std::string_view uri);
  Status exec(std::string_view uri, const Value& data);
  /// @}

  /// Answers one SyncML message: UTF-8 or UTF-16 XML, or WBXML; what it is, its bytes decide. The
  /// reply is WBXML to WBXML, else XML in UTF-8. kNotSyncml when it is none; anything that is
  /// one gets a reply.
  ///
  /// A session remembers what OMA DM spreads over messages: a large object that the server sends in
  /// pieces (run when the last is there, and only if they make up its Size), the server's
  /// MaxMsgSize and MaxObjSize, and the part of a reply that was too long for one message, which
  /// goes out with the replies to the messages that follow; only the last one has Final. A message
  /// with another SessionID begins anew.
  Result<std::string> process(std::string_view message);
  /// False when the last reply need not be sent: it says only that the server's header was fine, or
  /// the server aborted the session (OMA-TS-DM_Protocol 1.2, section 8).
  bool reply_wanted() const;

  /// Alerts received in this session, in order; the last 1000.
  const std::vector<AlertRecord>& alerts() const;
  /// SyncML statuses of the commands of the last processed message, in document order, header
  /// excluded.
  const std::vector<int>& last_statuses() const;
  const Principal& principal() const;  ///< who sits here

 private:
  friend class Engine;
  explicit Session(std::unique_ptr<SessionImpl> impl);
  std::unique_ptr<SessionImpl> impl_;
};

/// Writes as a provider may: bound by format and by the tree's shape, not by AccessType; never
/// calls handlers.
class CSPKIT_API Owner {
 public:
  /// Sets a leaf, or makes an interior node (value of format node or kUnset with empty data). Makes
  /// missing ancestors. kNotFound, kBadFormat, kFull.
  Status set(std::string_view uri, const Value& value);
  /// The same from text as SyncML carries it (base64 for b64 and bin), in the schema's format.
  Status set(std::string_view uri, std::string_view wire_text);
  /// Takes a node and all below it back to the initial state; ok when there was nothing. kNotFound:
  /// the DDF has no such node.
  Status remove(std::string_view uri);

 private:
  friend class Engine;
  Owner(EngineImpl* engine, std::string user) : engine_(engine), user_(std::move(user)) {}
  EngineImpl* engine_;
  std::string user_;
};

/// One device: a tree, the state file that keeps it, and the providers that serve it. Any thread
/// may call any function. Engines share nothing.
class CSPKIT_API Engine {
 public:
  /// Opens or makes the state file. kStateLocked, kStateUnusable, kIo: the text says which file and
  /// what to do. kBadValue: the profile's os_build is no version.
  static Result<Engine> open(EngineOptions options = {});
  /// Moves the device; what is assigned to is closed first. One that was moved from is for the
  /// destructor alone.
  /// @{
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  /// @}
  /// Stops providers, drops timers, closes the state. Sessions must be gone.
  ~Engine();

  /// Adds a DDF file or a directory of them. Failures as ddf::SchemaBuilder::add; what could be
  /// read is in effect.
  Status load_ddf(const std::filesystem::path& path);
  /// Adds a DDF document from memory; `name` stands for its file in findings. kNotDdf.
  Status load_ddf_bytes(std::string_view bytes, std::string name);
  /// Loads a provider library: trust check, ABI check, DDF check, create, recovery, start. Its DDF
  /// is the one embedded in it, else the file of that name beside it, else `ddf` (a file, or a
  /// directory to look in), else a file of that name among what load_ddf was given.
  /// kProviderRefused, with the reason and the remedy in the text; then nothing changed.
  Status load_provider(const std::filesystem::path& library, const std::filesystem::path& ddf = {},
                       const ProviderOptions& options = {});
  /// The same for a provider that is linked into the program.
  Status add_provider(const cspkit_plugin& plugin, const std::filesystem::path& ddf = {},
                      const ProviderOptions& options = {});

  /// A seat at the tree for whoever asks. It must go before the engine.
  Session open_session(Principal principal);
  /// One message that is a session by itself: the reply is whole, whatever MaxMsgSize the message
  /// states, and a piece of a large object is refused (406), because its rest will never come.
  Result<std::string> process(std::string_view message, const Principal& principal);
  /// The device's owner; with a user id, of that user's nodes too.
  Owner owner(std::string user = {});

  /// The live tree at and below an address, depth first, as the principal would see it. Leaves that
  /// grant no Get are left out.
  Result<std::vector<TreeEntry>> list(std::string_view uri, const Principal& principal = {});
  /// AtomicRequired, RebootBehavior, Deprecated and the state of the dependencies of a node, as the
  /// principal sees it. The address need not exist. Views in it live as long as the schema.
  /// Failures as an address is judged.
  Result<NodeDemands> demands(std::string_view uri, const Principal& principal = {});
  /// Tells of every committed change at or below an address, which must be in the schema, though
  /// it need not exist. What is watched is the principal's: the device's nodes, or with
  /// "./User/..." those of the user. Failures as an address is judged; kNotSupported for one with a
  /// query.
  Result<Subscription> subscribe(std::string_view uri, ChangeCallback callback,
                                 const Principal& principal = {});
  /// What the loaded DDFs say; stays as it is when more is loaded, and lives on after the engine.
  std::shared_ptr<const ddf::Schema> schema() const;
  /// What a reader of the loaded DDFs should know, in order of files and lines.
  std::vector<ddf::Finding> findings() const;
  /// The providers that are loaded, in the order in which they were.
  std::vector<ProviderInfo> providers() const;
  /// Stored rows that no loaded DDF describes: kept, invisible.
  std::vector<std::string> orphans() const;
  /// Copies the state to `target`, which must not exist: what is committed at that moment, whole.
  /// Changes wait meanwhile, reads do not. kNotSupported when the state is kept in memory, kBusy,
  /// kIo, kFull.
  Status backup(const std::filesystem::path& target);
  /// Everything that is stored, without values that nobody may get. What is unknown to the loaded
  /// DDFs comes without values too. kBusy, kStateUnusable, kIo.
  Result<StateDump> dump() const;

  /// Queues an alert, durably. It goes out with the next reply of a management session (one with a
  /// SyncHdr) whose principal may speak for `user`, again in every later session until a server
  /// acknowledges it by a Status 2xx, and is then gone. kTooLarge beyond 16 KiB, kBadValue for
  /// another code than 1224 and 1226 or for what is no UTF-8, kFull when 10,000 wait.
  Result<std::int64_t> queue_alert(DeviceAlert alert, std::string user = {});
  /// What waits for the principal's sessions, oldest first; for agents that write the first message
  /// of a session themselves.
  std::vector<QueuedAlert> queued_alerts(const Principal& principal = {}) const;
  /// The server has them. Unknown ids are left out.
  Status acknowledge_alerts(const std::vector<std::int64_t>& ids);

  /// Jobs of loaded providers that have not ended.
  std::vector<JobInfo> jobs() const;
  /// Waits until no job of a loaded provider is left, or `stop` (asked about every `interval`, on
  /// the caller's thread) returns true. True when no job is left.
  bool wait_for_jobs(const std::function<bool()>& stop = {},
                     std::chrono::milliseconds interval = std::chrono::milliseconds(200));
  Clock& clock() const;  ///< EngineOptions::clock, or the system's; lives as long as the engine

  /// Set by a change to a node with RebootBehavior Automatic or ServerInitiated; cleared by the
  /// embedder.
  bool reboot_pending() const;
  void clear_reboot_pending();  ///< the device was started anew, or somebody said no

 private:
  explicit Engine(std::unique_ptr<EngineImpl> impl);
  std::unique_ptr<EngineImpl> impl_;
};

}  // namespace cspkit

#endif  // CSPKIT_ENGINE_HPP_
