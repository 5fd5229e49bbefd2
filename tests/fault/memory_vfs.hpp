// SPDX-License-Identifier: Apache-2.0
// A file layer for SQLite that is memory: fast, copied in a moment, and it forgets what was not
// synced when the power goes. One instance per test; not thread-safe.
#ifndef CSPKIT_TESTS_FAULT_MEMORY_VFS_HPP_
#define CSPKIT_TESTS_FAULT_MEMORY_VFS_HPP_

#include <sqlite3.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace cspkit::fault {

/// Registered under name() for as long as it lives; no file may be open when it goes.
class MemoryVfs {
 public:
  struct File {
    std::string bytes;
    std::string synced;
  };
  using Files = std::map<std::string, std::shared_ptr<File>>;

  MemoryVfs();
  MemoryVfs(const MemoryVfs&) = delete;
  MemoryVfs& operator=(const MemoryVfs&) = delete;
  ~MemoryVfs();

  const std::string& name() const { return name_; }

  /// What would be there after a power cut; to be put back with restore().
  std::map<std::string, std::string> image() const;
  void restore(const std::map<std::string, std::string>& image);

  /// Syncs of the log from now on, but for those that only make it.
  int syncs() const { return syncs_; }
  /// The power goes at the `nth` such sync from now on, before it has done anything; 0: never.
  void cut_at_sync(int nth) {
    syncs_ = 0;
    cut_at_ = nth;
  }
  /// The power goes: what was not synced is lost, and every call fails until restart().
  void cut();
  bool is_cut() const { return is_cut_; }
  void restart() { is_cut_ = false; }

  // For the file methods.
  Files& files() { return files_; }
  bool sync(File& file, bool of_log);

 private:
  std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  Files files_;
  int syncs_ = 0;
  int cut_at_ = 0;
  bool is_cut_ = false;
};

}  // namespace cspkit::fault

#endif  // CSPKIT_TESTS_FAULT_MEMORY_VFS_HPP_
