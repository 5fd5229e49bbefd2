// SPDX-License-Identifier: Apache-2.0
// A layer between SQLite and its files. SQLite hands a frame of the write-ahead log over in two
// writes, header and page; here they become one, which halves the calls to the system of a commit.
#ifndef CSPKIT_CORE_STORE_FRAME_VFS_HPP_
#define CSPKIT_CORE_STORE_FRAME_VFS_HPP_

#include <sqlite3.h>

#include <string>

namespace cspkit::store {

/// A VFS of one connection (sqlite.org/vfs.html), which it has to outlive. SQLite finds it by its
/// name only while somebody asks it to (Known): a connection that is open does not need that, and
/// nobody else shall come upon it, as might happen when the process's default VFS goes.
///
/// A header that goes on where the last write ended is held back until the page behind it comes, or
/// the file is read, synced, truncated, measured or closed. Nothing is lost by it when the process
/// dies: without its page such a header is no frame. One that is written over an older one is
/// written at once: SQLite does so last of all when a transaction has outgrown its cache.
class FrameVfs {
 public:
  /// Over another one.
  explicit FrameVfs(sqlite3_vfs& below);
  FrameVfs(const FrameVfs&) = delete;
  FrameVfs& operator=(const FrameVfs&) = delete;
  ~FrameVfs() = default;

  /// For as long as it lives SQLite finds the VFS by its name. Of none: does nothing.
  class Known {
   public:
    explicit Known(FrameVfs* files);
    Known(const Known&) = delete;
    Known& operator=(const Known&) = delete;
    ~Known();
    /// False: there was no memory for that, or there is no VFS.
    explicit operator bool() const { return files_ != nullptr; }

   private:
    FrameVfs* files_;
  };
  const std::string& name() const { return name_; }
  sqlite3_vfs& below() const { return below_; }

 private:
  sqlite3_vfs& below_;
  std::string name_;
  sqlite3_vfs vfs_{};
};

}  // namespace cspkit::store

#endif  // CSPKIT_CORE_STORE_FRAME_VFS_HPP_
