// SPDX-License-Identifier: Apache-2.0
// A file layer for SQLite that lies over the system's: it counts calls, lets chosen ones fail, and
// can lose what was not synced. One instance per test; not thread-safe.
#ifndef CSPKIT_TESTS_FAULT_FAULT_VFS_HPP_
#define CSPKIT_TESTS_FAULT_FAULT_VFS_HPP_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cspkit::fault {

enum class Op {
  kOpen,
  kRead,
  kWrite,
  kSync,
  kTruncate,
  kSize,
  kLock,
  kUnlock,
  kDelete,
  kAccess,
  kControl
};

struct Counts {
  int calls = 0;  ///< all of them
  int reads = 0;
  int writes = 0;
  int syncs = 0;
  int syncs_of_log = 0;  ///< those of "-wal" files
};

struct File;

/// Registered under name() for as long as it lives; no file may be open when it goes.
class FaultVfs {
 public:
  FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;
  ~FaultVfs();

  const std::string& name() const { return name_; }
  const Counts& counts() const { return counts_; }
  void reset_counts() { counts_ = {}; }

  enum class How {
    kOnce,      ///< that one call
    kFromThen,  ///< that one and all after it
  };
  enum class Error {
    kIo,    ///< EIO
    kFull,  ///< a full disk: fails only what needs space (writes, opens that create)
  };
  /// The `nth` call from now on fails (1 is the next). For kFull only calls that need space count.
  void fail(int nth, How how, Error error = Error::kIo);
  /// As fail(), but counting and failing only calls of this kind.
  void fail_only(Op op, int nth, How how);
  void heal();
  /// True when the call that was chosen has come.
  bool failed() const { return failed_; }

  /// From now on writes reach the files only by a sync, as after a power cut they would have.
  void hold_unsynced(bool on) { hold_ = on; }
  /// True: a sync reaches the disk. By default it does not: tests ask what would be lost, and a
  /// disk has nothing to say about that.
  void sync_really(bool on) { really_ = on; }
  bool syncs_really() const { return really_; }
  /// The power goes at the `nth` call from now on: of every file each unsynced write of 512 bytes
  /// is kept or lost as `seed` decides, and every call from then on fails.
  void crash_at(int nth, std::uint32_t seed);
  /// The power goes now.
  void crash(std::uint32_t seed);
  bool crashed() const { return crashed_; }
  /// The power is back; all files were closed.
  void restart();

  /// The process is killed at the `nth` call of this kind, or of any, from now on.
  void kill_at(std::optional<Op> op, int nth) {
    kill_op_ = op;
    kill_left_ = nth;
  }

  // For the file methods.
  int enter(Op op, bool needs_space, bool of_log);
  sqlite3_vfs* below() const { return below_; }
  bool holding() const { return hold_; }
  std::set<File*>& files() { return files_; }

 private:
  bool counts_towards_failure(Op op, bool needs_space) const;

  std::string name_;
  sqlite3_vfs* below_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  Counts counts_;
  std::set<File*> files_;

  int left_ = 0;  ///< calls until the failure; 0: none planned
  How how_ = How::kOnce;
  Error error_ = Error::kIo;
  bool any_op_ = true;
  Op only_ = Op::kOpen;
  bool failing_ = false;
  bool failed_ = false;

  bool hold_ = false;
  bool really_ = false;
  int crash_left_ = 0;
  std::optional<Op> kill_op_;
  int kill_left_ = 0;
  std::uint32_t seed_ = 0;
  bool crashed_ = false;
};

}  // namespace cspkit::fault

#endif  // CSPKIT_TESTS_FAULT_FAULT_VFS_HPP_
