// SPDX-License-Identifier: Apache-2.0
// What the phases share: the library in this process, devices that it serves, its nodes.
#ifndef CSPKIT_HARNESS_CHECK_SUBJECT_HPP_
#define CSPKIT_HARNESS_CHECK_SUBJECT_HPP_

#include <cspkit/harness/check.hpp>
#include <cspkit/harness/device.hpp>
#include <memory>
#include <set>
#include <string>
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
  /// Lets all that was begun come to its end. What does not is reported, once.
  void settle(Probe& probe);
  /// Ends the device; the strict host goes on.
  void close() { device_.reset(); }

 private:
  std::unique_ptr<StrictHost> strict_;
  std::unique_ptr<Device> device_;
  std::vector<unsigned> told_;
  std::size_t stuck_ = 0;
  bool endless_ = false;
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

/// The tree of a bench, unless an earlier child died in looking at it.
class Watch;
Watch watch_tree(Device& device, Probe& probe);
/// Is the node there? Values of nodes below it are not asked for.
bool exists(Device& device, const ddf::Node& node, const std::string& uri);
/// Sees to it that the parents of a node are there; false when that is not possible.
bool make_way(Device& device, const ddf::Node& node, const std::string& uri);
/// Sees to it that the node itself is there, too.
bool make(Device& device, const ddf::Node& node, const std::string& uri);
/// Sees to it that it is not there; its parents may be.
void unmake(Device& device, const ddf::Node& node, const std::string& uri);

/// A snapshot of the whole tree, without nodes that change by themselves.
class Watch {
 public:
  /// One that sees nothing.
  Watch() = default;
  explicit Watch(Device& device);
  Snapshot look(Device& device) const;
  /// What changed, shortened, for people; empty when nothing did.
  static std::string changes(const Snapshot& before, const Snapshot& after);

 private:
  bool looks_ = false;
  std::set<std::string> restless_;
};

// The phases.
void load_phase(const CheckOptions& options, Probe& probe);
void verbs_phase(const CheckOptions& options, Probe& probe);
void undo_phase(const CheckOptions& options, Probe& probe);
void threads_phase(const CheckOptions& options, Probe& probe);
void unload_phase(const CheckOptions& options, Probe& probe);
void recipe_phase(const CheckOptions& options, Probe& probe);

}  // namespace cspkit::harness::check

#endif  // CSPKIT_HARNESS_CHECK_SUBJECT_HPP_
