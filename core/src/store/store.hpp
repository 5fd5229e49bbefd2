// SPDX-License-Identifier: Apache-2.0
// What lasts. A Store is read once, when it is opened, and written by one operation: apply(batch),
// all or nothing. The tree keeps everything in memory, so nothing here is on the way of a Get.
#ifndef CSPKIT_CORE_STORE_STORE_HPP_
#define CSPKIT_CORE_STORE_STORE_HPP_

#include <cspkit/engine.hpp>
#include <cspkit/result.hpp>
#include <cspkit/value.hpp>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cspkit::store {

/// A node that was set. Rows are keyed by (user, key): user "" is the device's scope.
/// Flag of a row that holds properties only: its node exists by rule and was never set.
inline constexpr std::uint32_t kRowNotSet = 1u << 31;

struct NodeRow {
  std::string path;  ///< canonical path as it was created
  std::string user;
  std::string key;                 ///< folded canonical path, "vendor/msft/office/installation/..."
  Format format = Format::kUnset;  ///< kNode for interior nodes
  std::string mime;
  std::string value;
  std::uint32_t flags = 0;  ///< CSPKIT_VALUE_*, kRowNotSet
  std::string title;        ///< the Title property
  std::int64_t tstamp = 0;  ///< last change, ms since 1970 UTC
  std::uint16_t verno = 0;  ///< changes of the value, wraps (OMA-TS-DM_TND 7.7.8)
};

struct NodeKey {
  std::string user, key;
};

/// Rows in order. Cleared, it keeps the memory of its rows for those that come next, within reason:
/// a change of a few nodes that are there asks for none.
class NodeRows {
 public:
  NodeRows() = default;
  NodeRows(std::initializer_list<NodeRow> rows) : rows_(rows), size_(rows.size()) {}
  NodeRows(const NodeRows&) = default;
  NodeRows& operator=(const NodeRows&) = default;
  NodeRows(NodeRows&& other) noexcept
      : rows_(std::move(other.rows_)), size_(std::exchange(other.size_, 0)) {}
  NodeRows& operator=(NodeRows&& other) noexcept {
    rows_ = std::move(other.rows_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~NodeRows() = default;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  NodeRow* begin() { return rows_.data(); }
  NodeRow* end() { return rows_.data() + size_; }
  const NodeRow* begin() const { return rows_.data(); }
  const NodeRow* end() const { return rows_.data() + size_; }
  NodeRow& operator[](std::size_t i) { return rows_[i]; }
  const NodeRow& operator[](std::size_t i) const { return rows_[i]; }
  NodeRow& back() { return rows_[size_ - 1]; }
  const NodeRow& back() const { return rows_[size_ - 1]; }

  void push_back(NodeRow row) { add() = std::move(row); }
  /// A row more, that holds what some row held before.
  NodeRow& add() {
    if (size_ == rows_.size()) rows_.emplace_back();
    return rows_[size_++];
  }
  void pop_back() { --size_; }
  void swap(NodeRows& other) noexcept {
    rows_.swap(other.rows_);
    std::swap(size_, other.size_);
  }
  void clear() {
    if (size_ != 0) clear_rows();
  }

 private:
  void clear_rows();
  std::vector<NodeRow> rows_;  // those behind size_ are memory
  std::size_t size_ = 0;
};

/// A provider's own bytes.
struct StateRow {
  std::string provider, key, bytes;
};

/// Work that must end. `user` and `scope` are the provider's business: they stand in the payload.
struct JobRow {
  std::string provider, id, payload;
  std::uint32_t attempt = 0;  ///< times it was handed to the provider
};

/// An alert waiting for the server's acknowledgement, or for the command it will report on.
struct AlertRow {
  std::int64_t id = 0;     ///< given by the caller, grows
  std::string user;        ///< whose session may deliver it; "" the device's
  std::string data;        ///< Item/Data
  int code = 0;            ///< 1224 or 1226
  bool ready = true;       ///< false: its command has been answered 202 and has not ended
  std::string provider;    ///< whose command it is; "" when it reports on none
  std::string source;      ///< Item/Source/LocURI
  std::string type;        ///< Item/Meta/Type
  std::string format;      ///< Item/Meta/Format
  std::string mark;        ///< Item/Meta/Mark
  std::string correlator;  ///< as the command carried it
};

/// What undoes changes outside the store. Written before the effect; dead once its transaction is
/// decided.
struct UndoRow {
  std::int64_t transaction = 0;
  std::uint32_t sequence = 0;
  std::string provider;
  std::string record;  ///< opaque here
};

/// A transaction as far as one provider is concerned: what is kept of it goes, or the provider has
/// yet to hear that it was decided.
struct TransactionKey {
  std::int64_t transaction = 0;
  std::string provider;
};

/// Everything there is.
struct Contents {
  std::vector<NodeRow> nodes;  ///< ordered by user, then key
  std::vector<StateRow> state;
  std::vector<JobRow> jobs;
  std::vector<AlertRow> alerts;
  std::vector<UndoRow> undo;  ///< of transactions that were not decided
  /// Transactions that were decided, with the providers that may not have heard of it; ordered.
  std::vector<TransactionKey> committed;
};

/// One transaction. Removals are done before puts of the same kind.
struct Batch {
  std::vector<NodeKey> remove_nodes;
  NodeRows put_nodes;
  std::vector<std::pair<std::string, std::string>> remove_state;  ///< provider, key
  std::vector<StateRow> put_state;
  std::vector<std::pair<std::string, std::string>> remove_jobs;  ///< provider, id
  std::vector<JobRow> put_jobs;
  std::vector<std::int64_t> remove_alerts;
  std::vector<AlertRow> put_alerts;
  /// Their undo records, and the marks that they were decided: always both, as records without
  /// their mark would be applied.
  std::vector<TransactionKey> remove_transactions;
  std::vector<UndoRow> put_undo;
  std::vector<TransactionKey> put_committed;
  bool empty() const;
  /// Nothing but nodes are in it, if anything is.
  bool is_nodes_only() const;
  /// Empty, with the memory of `put_nodes`.
  void clear();
};

class Store {
 public:
  virtual ~Store() = default;
  /// Reads everything, before the first apply or with the turn. kStateUnusable when the file is
  /// damaged.
  virtual Result<Contents> load() = 0;
  /// Makes the batch durable, whole or not at all; an empty batch does nothing and touches no disk.
  /// kFull when the disk or the file is full, kIo otherwise; then nothing of it happened. One
  /// thread at a time (the engine's turn).
  virtual Status apply(const Batch& batch) = 0;
  /// Writes a copy of everything to a file that does not exist yet; consistent, on disk and whole
  /// or not there at all. kNotSupported when nothing is kept in a file, kIo, kFull. One thread at a
  /// time, as apply().
  virtual Status backup(const std::string& target) = 0;
  /// False when it takes everything and load() gives nothing back: the tree is all there is.
  virtual bool keeps() const { return true; }
};

/// Keeps nothing at all.
std::unique_ptr<Store> make_memory_store();

/// A SQLite file. Takes an exclusive open-file-description lock on "<path>.lock" for its lifetime.
/// Makes the file (mode 0600) and missing directories above it. Failures, each with the path and
/// what to do: kStateLocked (another process or another engine), kStateUnusable (no database,
/// damaged, newer schema version, not ours), kIo (read-only, no such folder, no permission), kFull.
Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path, Durability durability);

/// What else may be chosen when a file is opened; the defaults are right for every device.
struct SqliteOptions {
  Durability durability = Durability::kFull;
  /// Name of a registered SQLite VFS; empty: the system's files.
  std::string vfs_name;
  /// False when the VFS keeps its files somewhere else than in the file system: then `path` is
  /// taken as it is, and nothing is looked at, made or locked beside what the VFS does.
  bool real_files = true;
  /// Pages in the WAL after which they are moved into the file itself. More of them: fewer syncs,
  /// a longer recovery after a crash.
  int checkpoint_pages = 1000;
  /// Files up to this size are checked page by page when they are opened; larger ones only as far
  /// as load() reads them.
  std::int64_t check_limit_bytes = std::int64_t{64} << 20;
  /// False: a file of an older schema version stays one. Its rows cannot be loaded then.
  bool migrate = true;
};
Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path,
                                                 const SqliteOptions& options);

/// The file's schema version that this build writes.
inline constexpr int kSchemaVersion = 6;

}  // namespace cspkit::store

#endif  // CSPKIT_CORE_STORE_STORE_HPP_
