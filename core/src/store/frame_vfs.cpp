// SPDX-License-Identifier: Apache-2.0
#include "store/frame_vfs.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace cspkit::store {

namespace {

constexpr int kHeader = 24;  // of a frame (sqlite.org/fileformat2.html, "WAL Frame Header Format")
constexpr int kPage = 4096;  // larger ones are written as they come

/// What SQLite allocates for each open file: ours, and behind it the one below.
struct File {
  sqlite3_file base;
  sqlite3_file* below;
  bool is_log;
  bool holds;            // a header
  sqlite3_int64 offset;  // of it
  sqlite3_int64 end;     // of the last write, what is held included
  char frame[kHeader + kPage];
};

File& self(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

/// The file below, with nothing held back; what that came to.
int release(File& file) {
  if (!file.holds) return SQLITE_OK;
  file.holds = false;
  return file.below->pMethods->xWrite(file.below, file.frame, kHeader, file.offset);
}

int x_close(sqlite3_file* file) {
  File& f = self(file);
  const int released = release(f);
  const int code = f.below->pMethods->xClose(f.below);
  f.base.pMethods = nullptr;
  return released != SQLITE_OK ? released : code;
}

int x_read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  File& f = self(file);
  if (const int code = release(f); code != SQLITE_OK) return code;
  return f.below->pMethods->xRead(f.below, to, size, offset);
}

int x_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  File& f = self(file);
  const bool goes_on = offset == f.end;
  f.end = offset + size;
  if (f.holds && goes_on && size <= kPage) {
    f.holds = false;
    std::memcpy(f.frame + kHeader, from, static_cast<std::size_t>(size));
    return f.below->pMethods->xWrite(f.below, f.frame, kHeader + size, f.offset);
  }
  if (const int code = release(f); code != SQLITE_OK) return code;
  // A header that is written over, without its page, is the last word on a transaction that was
  // larger than the cache; such a one comes after something else than the bytes before it.
  if (!f.is_log || size != kHeader || !goes_on) {
    return f.below->pMethods->xWrite(f.below, from, size, offset);
  }
  std::memcpy(f.frame, from, kHeader);
  f.holds = true;
  f.offset = offset;
  return SQLITE_OK;
}

int x_truncate(sqlite3_file* file, sqlite3_int64 size) {
  File& f = self(file);
  if (const int code = release(f); code != SQLITE_OK) return code;
  return f.below->pMethods->xTruncate(f.below, size);
}

int x_sync(sqlite3_file* file, int flags) {
  File& f = self(file);
  if (const int code = release(f); code != SQLITE_OK) return code;
  return f.below->pMethods->xSync(f.below, flags);
}

int x_size(sqlite3_file* file, sqlite3_int64* size) {
  File& f = self(file);
  if (const int code = release(f); code != SQLITE_OK) return code;
  return f.below->pMethods->xFileSize(f.below, size);
}

/// What a layer below leaves out, as those in memory do, is taken as SQLite itself takes it.
template <typename... Arguments>
int ask(sqlite3_file* file, int (*sqlite3_io_methods::*what)(sqlite3_file*, Arguments...),
        int without, Arguments... arguments) {
  sqlite3_file* const below = self(file).below;
  const auto function = below->pMethods->*what;
  return function != nullptr ? function(below, arguments...) : without;
}

int x_lock(sqlite3_file* file, int level) {
  return ask(file, &sqlite3_io_methods::xLock, SQLITE_OK, level);
}
int x_unlock(sqlite3_file* file, int level) {
  return ask(file, &sqlite3_io_methods::xUnlock, SQLITE_OK, level);
}
int x_check_reserved(sqlite3_file* file, int* result) {
  *result = 0;
  return ask(file, &sqlite3_io_methods::xCheckReservedLock, SQLITE_OK, result);
}
int x_control(sqlite3_file* file, int op, void* argument) {
  return ask(file, &sqlite3_io_methods::xFileControl, SQLITE_NOTFOUND, op, argument);
}
int x_sector(sqlite3_file* file) { return ask(file, &sqlite3_io_methods::xSectorSize, kPage); }
int x_characteristics(sqlite3_file* file) {
  return ask(file, &sqlite3_io_methods::xDeviceCharacteristics, 0);
}

// Version 1, without shared memory and mapped files: a store needs neither.
constexpr sqlite3_io_methods kMethods = {
    1,        x_close,          x_read,    x_write,  x_truncate,        x_sync,  x_size,  x_lock,
    x_unlock, x_check_reserved, x_control, x_sector, x_characteristics, nullptr, nullptr, nullptr,
    nullptr,  nullptr,          nullptr};

sqlite3_vfs* below(sqlite3_vfs* vfs) { return &static_cast<FrameVfs*>(vfs->pAppData)->below(); }

int v_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  File& f = self(file);
  std::memset(&f, 0, offsetof(File, frame));
  f.is_log = (flags & SQLITE_OPEN_WAL) != 0;
  f.below = reinterpret_cast<sqlite3_file*>(&f + 1);
  f.below->pMethods = nullptr;
  const int code = below(vfs)->xOpen(below(vfs), path, f.below, flags, out_flags);
  // One that could not be opened may want to be closed all the same.
  if (f.below->pMethods != nullptr) f.base.pMethods = &kMethods;
  return code;
}

int v_delete(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  return below(vfs)->xDelete != nullptr ? below(vfs)->xDelete(below(vfs), path, sync_folder)
                                        : SQLITE_OK;
}
int v_access(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
  return below(vfs)->xAccess(below(vfs), path, flags, result);
}
int v_full_path(sqlite3_vfs* vfs, const char* path, int size, char* out) {
  return below(vfs)->xFullPathname(below(vfs), path, size, out);
}
int v_random(sqlite3_vfs* vfs, int size, char* out) {
  return below(vfs)->xRandomness(below(vfs), size, out);
}
int v_sleep(sqlite3_vfs* vfs, int microseconds) {
  return below(vfs)->xSleep(below(vfs), microseconds);
}
int v_time(sqlite3_vfs* vfs, double* out) {
  if (below(vfs)->xCurrentTime != nullptr) return below(vfs)->xCurrentTime(below(vfs), out);
  *out = 0;
  return SQLITE_ERROR;  // no statement of ours asks
}
int v_last_error(sqlite3_vfs* vfs, int size, char* text) {
  return below(vfs)->xGetLastError != nullptr ? below(vfs)->xGetLastError(below(vfs), size, text)
                                              : 0;
}

}  // namespace

FrameVfs::FrameVfs(sqlite3_vfs& below)
    : below_(below),
      // The address tells instances apart without a counter that outlives them.
      name_("cspkit-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))) {
  vfs_.iVersion = 1;
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + below.szOsFile;
  vfs_.mxPathname = below.mxPathname;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = v_open;
  vfs_.xDelete = v_delete;
  vfs_.xAccess = v_access;
  vfs_.xFullPathname = v_full_path;
  vfs_.xRandomness = v_random;
  vfs_.xSleep = v_sleep;
  vfs_.xCurrentTime = v_time;
  vfs_.xGetLastError = v_last_error;
}

FrameVfs::Known::Known(FrameVfs* files) : files_(files) {
  if (files_ != nullptr && sqlite3_vfs_register(&files_->vfs_, 0) != SQLITE_OK) files_ = nullptr;
}

FrameVfs::Known::~Known() {
  if (files_ != nullptr) sqlite3_vfs_unregister(&files_->vfs_);
}

}  // namespace cspkit::store
