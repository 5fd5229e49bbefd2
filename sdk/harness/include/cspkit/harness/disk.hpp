// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_DISK_HPP_
#define CSPKIT_HARNESS_DISK_HPP_

#include <cspkit/engine.hpp>
#include <cspkit/export.hpp>
#include <memory>

namespace cspkit::harness {

namespace detail {
struct DiskFiles;
}

/// A disk in memory that a device's state file lies on. It outlives Device::restart(), goes wrong
/// when the test says so, and forgets what was not synced when the power goes.
///
///   cspkit::harness::Disk disk;
///   options.state = "state.db";
///   options.engine.file_layer = disk.layer();
///
/// Must outlive every device on it. Any thread may call any function.
class CSPKIT_API Disk {
 public:
  /// What fail() does to it.
  enum class Fault {
    kBroken,  ///< nothing can be written or synced
    kFull,    ///< no file can grow; what overwrites still can
  };

  Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  ~Disk();

  /// For EngineOptions::file_layer. Several devices may have files of different names on one disk.
  FileLayer layer() const;

  /// The `nth` write or sync from now on fails, and all after it until heal(). 1 is the next.
  void fail(Fault fault, int nth = 1);
  /// Everything works again from now on.
  void heal();

  /// The power goes now, or at the `nth` sync from now on before it has done anything: what was not
  /// synced is lost, and every call fails. The device is then closed, or restarted after
  /// power_on().
  void cut_power();
  /// The same at a sync.
  void cut_power_at_sync(int nth);
  /// What was synced is there again.
  void power_on();
  /// False between the two.
  bool has_power() const;

  /// Since the disk was made.
  int writes() const;
  /// The same of syncs.
  int syncs() const;

 private:
  std::unique_ptr<detail::DiskFiles> files_;
};

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_DISK_HPP_
