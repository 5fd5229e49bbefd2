// SPDX-License-Identifier: Apache-2.0
// A file layer for SQLite whose files are strings: what was written, and what of it was synced.
#include <sqlite3.h>

#include <algorithm>
#include <cspkit/harness/disk.hpp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>

namespace cspkit::harness {

namespace {

struct File {
  std::string bytes;
  std::string synced;
};

}  // namespace

namespace detail {

struct DiskFiles {
  std::string name;
  sqlite3_vfs vfs{};
  std::mutex mutex;  // guards what follows, and the bytes of all files
  std::map<std::string, std::shared_ptr<File>> files;
  Disk::Fault fault = Disk::Fault::kBroken;
  int calls_to_fault = 0;  // 0: none is planned
  bool failing = false;
  int syncs_to_cut = 0;
  bool power = true;
  int writes = 0;
  int syncs = 0;

  /// A write or a sync begins: does it go wrong? `grows`: it needs space.
  bool goes_wrong(bool grows) {
    if (!power) return true;
    if (calls_to_fault != 0 && --calls_to_fault == 0) failing = true;
    return failing && (fault == Disk::Fault::kBroken || grows);
  }
  int failure(int of_kind) const {
    return power && fault == Disk::Fault::kFull ? SQLITE_FULL : of_kind;
  }
  void cut() {
    power = false;
    syncs_to_cut = 0;
    for (auto& [path, file] : files) file->bytes = file->synced;
  }
};

}  // namespace detail

namespace {

using detail::DiskFiles;

// ---- open files ----

struct Handle {
  sqlite3_file base;
  DiskFiles* disk;
  std::shared_ptr<File> file;
};

Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

int x_close(sqlite3_file* file) {
  of(file).file.~shared_ptr();
  file->pMethods = nullptr;
  return SQLITE_OK;
}

int x_read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  Handle& handle = of(file);
  const std::lock_guard lock(handle.disk->mutex);
  if (!handle.disk->power) return SQLITE_IOERR_READ;
  const std::string& bytes = handle.file->bytes;
  const auto wanted = static_cast<std::size_t>(size);
  const std::size_t at = std::min(static_cast<std::size_t>(offset), bytes.size());
  const std::size_t got = std::min(wanted, bytes.size() - at);
  std::memcpy(to, bytes.data() + at, got);
  if (got == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + got, 0, wanted - got);
  return SQLITE_IOERR_SHORT_READ;
}

int x_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  Handle& handle = of(file);
  DiskFiles& disk = *handle.disk;
  const std::lock_guard lock(disk.mutex);
  ++disk.writes;
  std::string& bytes = handle.file->bytes;
  const auto at = static_cast<std::size_t>(offset);
  const std::size_t end = at + static_cast<std::size_t>(size);
  if (disk.goes_wrong(end > bytes.size())) return disk.failure(SQLITE_IOERR_WRITE);
  if (bytes.size() < end) bytes.resize(end);
  std::memcpy(bytes.data() + at, from, static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int x_truncate(sqlite3_file* file, sqlite3_int64 size) {
  Handle& handle = of(file);
  const std::lock_guard lock(handle.disk->mutex);
  if (handle.disk->goes_wrong(false)) return SQLITE_IOERR_TRUNCATE;
  handle.file->bytes.resize(static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int x_sync(sqlite3_file* file, int) {
  Handle& handle = of(file);
  DiskFiles& disk = *handle.disk;
  const std::lock_guard lock(disk.mutex);
  ++disk.syncs;
  if (disk.power && disk.syncs_to_cut != 0 && --disk.syncs_to_cut == 0) disk.cut();
  if (disk.goes_wrong(false)) return SQLITE_IOERR_FSYNC;
  handle.file->synced = handle.file->bytes;
  return SQLITE_OK;
}

int x_size(sqlite3_file* file, sqlite3_int64* size) {
  const std::lock_guard lock(of(file).disk->mutex);
  *size = static_cast<sqlite3_int64>(of(file).file->bytes.size());
  return SQLITE_OK;
}

int x_lock(sqlite3_file*, int) { return SQLITE_OK; }
int x_check_lock(sqlite3_file*, int* result) {
  *result = 0;
  return SQLITE_OK;
}
int x_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int x_sector(sqlite3_file*) { return 512; }
int x_characteristics(sqlite3_file*) { return 0; }

// Of the first version: files that are opened by one process, which needs no shared memory.
constexpr sqlite3_io_methods kMethods = {
    1,       x_close,      x_read,    x_write,  x_truncate,        x_sync,  x_size,  x_lock,
    x_lock,  x_check_lock, x_control, x_sector, x_characteristics, nullptr, nullptr, nullptr,
    nullptr, nullptr,      nullptr};

// ---- the disk ----

DiskFiles& of(sqlite3_vfs* vfs) { return *static_cast<DiskFiles*>(vfs->pAppData); }

int v_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  DiskFiles& disk = of(vfs);
  const std::lock_guard lock(disk.mutex);
  file->pMethods = nullptr;
  if (!disk.power || path == nullptr) return SQLITE_CANTOPEN;
  auto found = disk.files.find(path);
  if (found == disk.files.end()) {
    if ((flags & SQLITE_OPEN_CREATE) == 0 || disk.failing) return SQLITE_CANTOPEN;
    found = disk.files.emplace(path, std::make_shared<File>()).first;
  }
  Handle& handle = of(file);
  handle.disk = &disk;
  new (&handle.file) std::shared_ptr<File>(found->second);
  handle.base.pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int v_delete(sqlite3_vfs* vfs, const char* path, int) {
  DiskFiles& disk = of(vfs);
  const std::lock_guard lock(disk.mutex);
  if (!disk.power) return SQLITE_IOERR_DELETE;
  return disk.files.erase(path) != 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

int v_access(sqlite3_vfs* vfs, const char* path, int, int* result) {
  DiskFiles& disk = of(vfs);
  const std::lock_guard lock(disk.mutex);
  *result = disk.files.count(path) != 0 ? 1 : 0;
  return SQLITE_OK;
}

int v_full_path(sqlite3_vfs*, const char* path, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", path);
  return SQLITE_OK;
}
int v_random(sqlite3_vfs*, int size, char* out) {  // the same in every run
  for (int i = 0; i < size; ++i) out[i] = static_cast<char>(i * 37 + 11);
  return size;
}
int v_sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
int v_time(sqlite3_vfs*, double* out) {
  *out = 2460000.5;
  return SQLITE_OK;
}
int v_last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

Disk::Disk() : files_(std::make_unique<DiskFiles>()) {
  files_->name = "cspkit-disk-" + std::to_string(reinterpret_cast<std::uintptr_t>(files_.get()));
  sqlite3_vfs& vfs = files_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = static_cast<int>(sizeof(Handle));
  vfs.mxPathname = 512;
  vfs.zName = files_->name.c_str();
  vfs.pAppData = files_.get();
  vfs.xOpen = v_open;
  vfs.xDelete = v_delete;
  vfs.xAccess = v_access;
  vfs.xFullPathname = v_full_path;
  vfs.xRandomness = v_random;
  vfs.xSleep = v_sleep;
  vfs.xCurrentTime = v_time;
  vfs.xGetLastError = v_last_error;
  // It fails for want of memory only.
  if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) std::abort();
}

Disk::~Disk() { sqlite3_vfs_unregister(&files_->vfs); }

FileLayer Disk::layer() const {
  FileLayer layer;
  layer.name = files_->name;
  layer.elsewhere = true;
  return layer;
}

void Disk::fail(Fault fault, int nth) {
  const std::lock_guard lock(files_->mutex);
  files_->fault = fault;
  files_->failing = false;
  files_->calls_to_fault = std::max(nth, 1);
}

void Disk::heal() {
  const std::lock_guard lock(files_->mutex);
  files_->failing = false;
  files_->calls_to_fault = 0;
}

void Disk::cut_power() {
  const std::lock_guard lock(files_->mutex);
  files_->cut();
}

void Disk::cut_power_at_sync(int nth) {
  const std::lock_guard lock(files_->mutex);
  files_->syncs_to_cut = std::max(nth, 1);
}

void Disk::power_on() {
  const std::lock_guard lock(files_->mutex);
  files_->power = true;
  files_->syncs_to_cut = 0;
}

bool Disk::has_power() const {
  const std::lock_guard lock(files_->mutex);
  return files_->power;
}

int Disk::writes() const {
  const std::lock_guard lock(files_->mutex);
  return files_->writes;
}

int Disk::syncs() const {
  const std::lock_guard lock(files_->mutex);
  return files_->syncs;
}

}  // namespace cspkit::harness
