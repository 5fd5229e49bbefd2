// SPDX-License-Identifier: Apache-2.0
// What the phases share: the library in this process, devices that it serves, its nodes.
#ifndef CSPKIT_HARNESS_CHECK_SUBJECT_HPP_
#define CSPKIT_HARNESS_CHECK_SUBJECT_HPP_

#include <cspkit/harness/check.hpp>
#include <cspkit/harness/device.hpp>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "check/probe.hpp"

namespace cspkit::harness::check {

inline constexpr const char* kUser = "user";

/// A library that stays in this process until close().
class Library {
 public:
  explicit Library(const std::filesystem::path& file);
  ~Library() { close(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  bool loaded() const { return handle_ != nullptr; }
  /// Null when it shows none.
  const cspkit_plugin* plugin() const { return plugin_; }
  const std::string& trouble() const { return trouble_; }
  void close();

 private:
  void* handle_ = nullptr;
  const cspkit_plugin* plugin_ = nullptr;
  std::string trouble_;
};

/// Where the engine finds the DDFs of a plugin that it did not load itself.
std::filesystem::path ddf_place(const CheckOptions& options, const cspkit_plugin& plugin);
/// One spelling for "./Vendor/A", "Vendor/A" and "./Device/vendor/a/".
std::string normal(std::string_view uri);
/// True for a node that --skip names, or that lies below one.
bool is_skipped(const CheckOptions& options, const std::string& uri);
/// For EngineOptions::log.
LogSink log_of(const CheckOptions& options);

/// A device in memory that the plugin serves, behind a strict host.
class Bench {
 public:
  static Result<std::unique_ptr<Bench>> open(const CheckOptions& options,
                                             const cspkit_plugin& plugin);
  StrictHost& strict() { return *strict_; }
  Device& device() { return *device_; }
  /// Reports the breaches since the last time.
  void tell(Probe& probe);
  void tell_times(Probe& probe);
  /// Lets all that was begun come to its end: calls until their deadline, jobs for as long as the
  /// options say, timers for an hour, all of it in the device's time. What does not is reported,
  /// once, and not waited for again.
  void settle(Probe& probe);
  /// What batches of providers' own have changed since the last time, in normal().
  std::vector<std::string> take_batch_changes();
  /// Real time for the provider's threads in each command, from now on.
  void be_patient(std::chrono::milliseconds patience) {
    patience_ = patience;
    be_patient();
  }
  /// Ends the device; the strict host goes on.
  void close() { device_.reset(); }

 private:
  class Settling;
  /// As much as it was, and little once it was in vain.
  void be_patient();
  std::unique_ptr<StrictHost> strict_;
  std::unique_ptr<Device> device_;
  std::vector<unsigned> told_;
  std::chrono::nanoseconds device_time_{0};
  std::chrono::milliseconds patience_{0};
  /// Calls that were not completed by their deadline. An id is of one kind within an object only.
  using LateCall = std::tuple<std::string, std::uint64_t, Clock::Duration>;
  std::set<LateCall> late_;
  std::set<std::string> never_ended_;  ///< jobs
  /// What goes on for ever.
  std::size_t timers_ = 0, batches_ = 0;
};

/// A node below a root of the provider's.
struct Target {
  ddf::Node node;
  std::string uri;      ///< with names for its instances; empty when none is known that fits
  std::string pattern;  ///< of its handler
  std::string provider;
  std::uint32_t verbs = 0;  ///< that are handled
  std::uint32_t flags = 0;
};

/// The node that a handler's pattern means below a root; invalid when there is none.
ddf::Node follow(const ddf::Node& root, std::string_view pattern);
/// All nodes below the roots of the bench's providers, parents first.
std::vector<Target> targets_of(Bench& bench);
/// The address with the first name that fits for each instance; empty when none does.
std::string address_of(const ddf::Node& node);

/// Is the node there? Values of nodes below it are not asked for.
bool exists(Device& device, const ddf::Node& node, const std::string& uri);
/// Sees to it that the parents of a node are there; false when that is not possible.
bool make_way(Device& device, const ddf::Node& node, const std::string& uri);
/// Sees to it that the node itself is there, too.
bool make(Device& device, const ddf::Node& node, const std::string& uri);
/// Sees to it that it is not there; its parents may be.
void unmake(Device& device, const ddf::Node& node, const std::string& uri);

// The phases.
void load_phase(const CheckOptions& options, Probe& probe);
void verbs_phase(const CheckOptions& options, Probe& probe);
void undo_phase(const CheckOptions& options, Probe& probe);
void threads_phase(const CheckOptions& options, Probe& probe);
void unload_phase(const CheckOptions& options, Probe& probe);
void recipe_phase(const CheckOptions& options, Probe& probe);

}  // namespace cspkit::harness::check

#endif  // CSPKIT_HARNESS_CHECK_SUBJECT_HPP_
