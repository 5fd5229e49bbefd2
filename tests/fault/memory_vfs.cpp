// SPDX-License-Identifier: Apache-2.0
#include "memory_vfs.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

namespace cspkit::fault {

namespace {

constexpr std::size_t kLogHeader = 32;  // a log of this size has no frame (SQLite's file format)

struct Handle {
  sqlite3_file base;
  MemoryVfs* owner;
  std::shared_ptr<MemoryVfs::File> file;
  bool of_log;
};

Handle* self(sqlite3_file* file) { return reinterpret_cast<Handle*>(file); }

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

int x_close(sqlite3_file* file) {
  self(file)->file.~shared_ptr();
  file->pMethods = nullptr;
  return SQLITE_OK;
}

int x_read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  if (self(file)->owner->is_cut()) return SQLITE_IOERR_READ;
  const std::string& bytes = self(file)->file->bytes;
  const auto wanted = static_cast<std::size_t>(size);
  const std::size_t at = std::min(static_cast<std::size_t>(offset), bytes.size());
  const std::size_t got = std::min(wanted, bytes.size() - at);
  std::memcpy(to, bytes.data() + at, got);
  if (got == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + got, 0, wanted - got);
  return SQLITE_IOERR_SHORT_READ;
}

int x_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  if (self(file)->owner->is_cut()) return SQLITE_IOERR_WRITE;
  std::string& bytes = self(file)->file->bytes;
  const std::size_t end = static_cast<std::size_t>(offset) + static_cast<std::size_t>(size);
  if (bytes.size() < end) bytes.resize(end);
  std::memcpy(bytes.data() + offset, from, static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int x_truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (self(file)->owner->is_cut()) return SQLITE_IOERR_TRUNCATE;
  self(file)->file->bytes.resize(static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int x_sync(sqlite3_file* file, int) {
  Handle* handle = self(file);
  return handle->owner->sync(*handle->file, handle->of_log) ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

int x_size(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(self(file)->file->bytes.size());
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

const sqlite3_io_methods kMethods = {
    1,       x_close,      x_read,    x_write,  x_truncate,        x_sync,  x_size,  x_lock,
    x_lock,  x_check_lock, x_control, x_sector, x_characteristics, nullptr, nullptr, nullptr,
    nullptr, nullptr,      nullptr};

MemoryVfs& vfs_of(sqlite3_vfs* vfs) { return *static_cast<MemoryVfs*>(vfs->pAppData); }

int v_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  MemoryVfs& owner = vfs_of(vfs);
  file->pMethods = nullptr;
  if (owner.is_cut() || path == nullptr) return SQLITE_CANTOPEN;
  auto found = owner.files().find(path);
  if (found == owner.files().end()) {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    found = owner.files().emplace(path, std::make_shared<MemoryVfs::File>()).first;
  }
  Handle* handle = self(file);
  handle->owner = &owner;
  handle->of_log = ends_with(path, "-wal");
  new (&handle->file) std::shared_ptr<MemoryVfs::File>(found->second);
  handle->base.pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int v_delete(sqlite3_vfs* vfs, const char* path, int) {
  if (vfs_of(vfs).is_cut()) return SQLITE_IOERR_DELETE;
  return vfs_of(vfs).files().erase(path) != 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

int v_access(sqlite3_vfs* vfs, const char* path, int, int* result) {
  *result = vfs_of(vfs).files().count(path) != 0 ? 1 : 0;
  return SQLITE_OK;
}

int v_full_path(sqlite3_vfs*, const char* path, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", path);
  return SQLITE_OK;
}
int v_random(sqlite3_vfs*, int size, char* out) {
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

MemoryVfs::MemoryVfs() : vfs_(std::make_unique<sqlite3_vfs>()) {
  name_ = "memory-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
  vfs_->iVersion = 1;
  vfs_->szOsFile = static_cast<int>(sizeof(Handle));
  vfs_->mxPathname = 512;
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

MemoryVfs::~MemoryVfs() { sqlite3_vfs_unregister(vfs_.get()); }

std::map<std::string, std::string> MemoryVfs::image() const {
  std::map<std::string, std::string> image;
  for (const auto& [path, file] : files_) image[path] = file->synced;
  return image;
}

void MemoryVfs::restore(const std::map<std::string, std::string>& image) {
  files_.clear();
  for (const auto& [path, bytes] : image) {
    files_[path] = std::make_shared<File>(File{bytes, bytes});
  }
}

bool MemoryVfs::sync(File& file, bool of_log) {
  if (is_cut_) return false;
  if (of_log && file.bytes.size() > kLogHeader && ++syncs_ == cut_at_) {
    cut();
    return false;
  }
  file.synced = file.bytes;
  return true;
}

void MemoryVfs::cut() {
  is_cut_ = true;
  cut_at_ = 0;
  for (auto& [path, file] : files_) file->bytes = file->synced;
}

}  // namespace cspkit::fault
