// SPDX-License-Identifier: Apache-2.0
#include "fault_vfs.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>

namespace cspkit::fault {

/// An unsynced change of a file, in the order they were made.
struct Change {
  bool truncate = false;
  sqlite3_int64 offset = 0;  ///< or the new size
  std::string bytes;
};

/// What SQLite allocates for each open file: ours, and behind it the system's.
struct File {
  sqlite3_file base;
  FaultVfs* owner;
  sqlite3_file* below;
  bool is_log;
  /// What SQLite sees, while unsynced changes are held back; and those changes.
  std::string* image;
  std::vector<Change>* pending;
};

namespace {

constexpr std::size_t kSector = 512;

File* self(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

const char* suffix_of(const char* path) {
  const char* dash = path == nullptr ? nullptr : std::strrchr(path, '-');
  return dash == nullptr ? "" : dash;
}

/// The codes SQLite's own file layer gives for each call.
int error_code(Op op) {
  switch (op) {
    case Op::kOpen:
      return SQLITE_CANTOPEN;
    case Op::kRead:
      return SQLITE_IOERR_READ;
    case Op::kWrite:
      return SQLITE_IOERR_WRITE;
    case Op::kSync:
      return SQLITE_IOERR_FSYNC;
    case Op::kTruncate:
      return SQLITE_IOERR_TRUNCATE;
    case Op::kSize:
      return SQLITE_IOERR_FSTAT;
    case Op::kLock:
      return SQLITE_IOERR_LOCK;
    case Op::kUnlock:
      return SQLITE_IOERR_UNLOCK;
    case Op::kDelete:
      return SQLITE_IOERR_DELETE;
    case Op::kAccess:
      return SQLITE_IOERR_ACCESS;
    case Op::kControl:
      return SQLITE_IOERR;
  }
  return SQLITE_IOERR;
}

int enter(sqlite3_file* file, Op op, bool needs_space = false) {
  return self(file)->owner->enter(op, needs_space, self(file)->is_log);
}

void apply_to(std::string& image, const Change& change) {
  const auto offset = static_cast<std::size_t>(change.offset);
  if (change.truncate) {
    image.resize(offset);
    return;
  }
  if (image.size() < offset + change.bytes.size()) image.resize(offset + change.bytes.size());
  image.replace(offset, change.bytes.size(), change.bytes);
}

int apply_below(File* file, const Change& change) {
  if (change.truncate) return file->below->pMethods->xTruncate(file->below, change.offset);
  return file->below->pMethods->xWrite(file->below, change.bytes.data(),
                                       static_cast<int>(change.bytes.size()), change.offset);
}

/// Begins to hold changes back: from here on the image is the truth.
void begin_holding(File* file) {
  if (file->image != nullptr) return;
  file->image = new std::string();
  file->pending = new std::vector<Change>();
  sqlite3_int64 size = 0;
  if (file->below->pMethods->xFileSize(file->below, &size) != SQLITE_OK || size == 0) return;
  file->image->resize(static_cast<std::size_t>(size));
  static_cast<void>(
      file->below->pMethods->xRead(file->below, file->image->data(), static_cast<int>(size), 0));
}

int change(sqlite3_file* file, Change one) {
  File* f = self(file);
  if (!f->owner->holding()) return apply_below(f, one);
  begin_holding(f);
  apply_to(*f->image, one);
  f->pending->push_back(std::move(one));
  return SQLITE_OK;
}

int flush(File* file) {
  if (file->pending == nullptr) return SQLITE_OK;
  for (const Change& one : *file->pending) {
    if (const int code = apply_below(file, one); code != SQLITE_OK) return code;
  }
  file->pending->clear();
  return SQLITE_OK;
}

/// A small generator of its own: the same on every system.
bool coin(std::uint32_t& seed) {
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 16 & 1u) != 0;
}

/// A disk may write sectors in any order, and each only whole.
void keep_some(File* file, std::uint32_t& seed) {
  if (file->pending == nullptr) return;
  for (const Change& one : *file->pending) {
    if (one.truncate) {
      if (coin(seed)) static_cast<void>(apply_below(file, one));
      continue;
    }
    for (std::size_t at = 0; at < one.bytes.size(); at += kSector) {
      if (!coin(seed)) continue;
      static_cast<void>(apply_below(file, {false, one.offset + static_cast<sqlite3_int64>(at),
                                           one.bytes.substr(at, kSector)}));
    }
  }
  file->pending->clear();
}

int x_close(sqlite3_file* file) {
  File* f = self(file);
  // Closing is no sync, but the system writes it some day: no power went.
  if (!f->owner->crashed()) static_cast<void>(flush(f));
  f->owner->files().erase(f);
  delete f->image;
  delete f->pending;
  const int code = f->below->pMethods == nullptr ? SQLITE_OK : f->below->pMethods->xClose(f->below);
  f->base.pMethods = nullptr;
  return code;
}

int x_read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  if (const int code = enter(file, Op::kRead); code != SQLITE_OK) return code;
  File* f = self(file);
  if (f->image == nullptr) return f->below->pMethods->xRead(f->below, to, size, offset);
  const auto wanted = static_cast<std::size_t>(size);
  const auto at = std::min(static_cast<std::size_t>(offset), f->image->size());
  const std::size_t got = std::min(wanted, f->image->size() - at);
  std::memcpy(to, f->image->data() + at, got);
  if (got == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + got, 0, wanted - got);
  return SQLITE_IOERR_SHORT_READ;
}

int x_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  if (const int code = enter(file, Op::kWrite, true); code != SQLITE_OK) return code;
  File* f = self(file);
  // Nothing is copied that is not held back: benches run over this layer, too.
  if (!f->owner->holding()) return f->below->pMethods->xWrite(f->below, from, size, offset);
  return change(
      file,
      {false, offset, std::string(static_cast<const char*>(from), static_cast<std::size_t>(size))});
}

int x_truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (const int code = enter(file, Op::kTruncate); code != SQLITE_OK) return code;
  return change(file, {true, size, {}});
}

int x_sync(sqlite3_file* file, int flags) {
  // The data has been handed over: what fails is the promise that it is on the disk.
  if (const int code = enter(file, Op::kSync); code != SQLITE_OK) return code;
  const int code = flush(self(file));
  if (code != SQLITE_OK || !self(file)->owner->syncs_really()) return code;
  return self(file)->below->pMethods->xSync(self(file)->below, flags);
}

int x_size(sqlite3_file* file, sqlite3_int64* size) {
  if (const int code = enter(file, Op::kSize); code != SQLITE_OK) return code;
  File* f = self(file);
  if (f->image == nullptr) return f->below->pMethods->xFileSize(f->below, size);
  *size = static_cast<sqlite3_int64>(f->image->size());
  return SQLITE_OK;
}

int x_lock(sqlite3_file* file, int level) {
  if (const int code = enter(file, Op::kLock); code != SQLITE_OK) return code;
  return self(file)->below->pMethods->xLock(self(file)->below, level);
}

int x_unlock(sqlite3_file* file, int level) {
  // Never fails: a lock must go even when the disk does.
  return self(file)->below->pMethods->xUnlock(self(file)->below, level);
}

int x_check_reserved(sqlite3_file* file, int* result) {
  return self(file)->below->pMethods->xCheckReservedLock(self(file)->below, result);
}

int x_control(sqlite3_file* file, int op, void* argument) {
  File* f = self(file);
  // Hints about sizes would reach the file beside the image.
  if (op == SQLITE_FCNTL_SIZE_HINT) return SQLITE_OK;
  return f->below->pMethods->xFileControl(f->below, op, argument);
}

int x_sector(sqlite3_file* file) {
  return self(file)->below->pMethods->xSectorSize(self(file)->below);
}

int x_characteristics(sqlite3_file* file) {
  return self(file)->below->pMethods->xDeviceCharacteristics(self(file)->below);
}

// Version 1, without shared memory: the store must not need it.
const sqlite3_io_methods kMethods = {
    1,        x_close,          x_read,    x_write,  x_truncate,        x_sync,  x_size,  x_lock,
    x_unlock, x_check_reserved, x_control, x_sector, x_characteristics, nullptr, nullptr, nullptr,
    nullptr,  nullptr,          nullptr};

FaultVfs& vfs_of(sqlite3_vfs* vfs) { return *static_cast<FaultVfs*>(vfs->pAppData); }

int v_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  FaultVfs& owner = vfs_of(vfs);
  File* f = self(file);
  std::memset(f, 0, sizeof(File));
  const bool is_log = std::strcmp(suffix_of(path), "-wal") == 0;
  const bool creates = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & SQLITE_OPEN_MAIN_DB) == 0;
  if (const int code = owner.enter(Op::kOpen, creates, is_log); code != SQLITE_OK) return code;
  f->owner = &owner;
  f->is_log = is_log;
  f->below = reinterpret_cast<sqlite3_file*>(f + 1);
  const int code = owner.below()->xOpen(owner.below(), path, f->below, flags, out_flags);
  if (code != SQLITE_OK) {
    if (f->below->pMethods != nullptr) f->below->pMethods->xClose(f->below);
    return code;
  }
  f->base.pMethods = &kMethods;
  owner.files().insert(f);
  return SQLITE_OK;
}

int v_delete(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  FaultVfs& owner = vfs_of(vfs);
  if (const int code = owner.enter(Op::kDelete, false, false); code != SQLITE_OK) return code;
  return owner.below()->xDelete(owner.below(), path, sync_folder);
}

int v_access(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
  FaultVfs& owner = vfs_of(vfs);
  if (const int code = owner.enter(Op::kAccess, false, false); code != SQLITE_OK) return code;
  return owner.below()->xAccess(owner.below(), path, flags, result);
}

int v_full_path(sqlite3_vfs* vfs, const char* path, int size, char* out) {
  return vfs_of(vfs).below()->xFullPathname(vfs_of(vfs).below(), path, size, out);
}
int v_random(sqlite3_vfs* vfs, int size, char* out) {
  return vfs_of(vfs).below()->xRandomness(vfs_of(vfs).below(), size, out);
}
int v_sleep(sqlite3_vfs* vfs, int microseconds) {
  return vfs_of(vfs).below()->xSleep(vfs_of(vfs).below(), microseconds);
}
int v_time(sqlite3_vfs* vfs, double* out) {
  return vfs_of(vfs).below()->xCurrentTime(vfs_of(vfs).below(), out);
}
int v_last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

FaultVfs::FaultVfs() : below_(sqlite3_vfs_find(nullptr)), vfs_(std::make_unique<sqlite3_vfs>()) {
  // The address tells instances apart without a counter that outlives them.
  name_ = "fault-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
  vfs_->iVersion = 1;
  vfs_->szOsFile = static_cast<int>(sizeof(File)) + below_->szOsFile;
  vfs_->mxPathname = below_->mxPathname;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = v_open;
  vfs_->xDelete = v_delete;
  vfs_->xAccess = v_access;
  vfs_->xFullPathname = v_full_path;
  vfs_->xRandomness = v_random;
  vfs_->xSleep = v_sleep;
  vfs_->xCurrentTime = v_time;
  vfs_->xGetLastError = v_last_error;
  if (sqlite3_vfs_register(vfs_.get(), 0) != SQLITE_OK) std::abort();
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(vfs_.get()); }

void FaultVfs::fail(int nth, How how, Error error) {
  heal();
  left_ = nth;
  how_ = how;
  error_ = error;
  any_op_ = true;
}

void FaultVfs::fail_only(Op op, int nth, How how) {
  fail(nth, how);
  any_op_ = false;
  only_ = op;
}

void FaultVfs::heal() {
  left_ = 0;
  failing_ = false;
  failed_ = false;
}

void FaultVfs::crash_at(int nth, std::uint32_t seed) {
  crash_left_ = nth;
  seed_ = seed;
}

void FaultVfs::crash(std::uint32_t seed) {
  crashed_ = true;
  for (File* file : files_) keep_some(file, seed);
}

void FaultVfs::restart() {
  crashed_ = false;
  crash_left_ = 0;
  heal();
}

bool FaultVfs::counts_towards_failure(Op op, bool needs_space) const {
  if (!any_op_) return op == only_;
  return error_ == Error::kIo || needs_space;
}

int FaultVfs::enter(Op op, bool needs_space, bool of_log) {
  ++counts_.calls;
  if (op == Op::kRead) ++counts_.reads;
  if (op == Op::kWrite) ++counts_.writes;
  if (op == Op::kSync) {
    ++counts_.syncs;
    if (of_log) ++counts_.syncs_of_log;
  }
  const bool to_kill = kill_left_ > 0 && (!kill_op_ || *kill_op_ == op);
  if (to_kill && --kill_left_ == 0) static_cast<void>(::raise(SIGKILL));
  if (crash_left_ > 0 && --crash_left_ == 0) crash(seed_);
  if (crashed_) return error_code(op);
  if (!counts_towards_failure(op, needs_space)) return SQLITE_OK;
  if (left_ > 0 && --left_ == 0) {
    failed_ = true;
    failing_ = how_ == How::kFromThen;
  } else if (!failing_) {
    return SQLITE_OK;
  }
  if (error_ == Error::kFull && op == Op::kWrite) return SQLITE_FULL;
  return error_code(op);
}

}  // namespace cspkit::fault
