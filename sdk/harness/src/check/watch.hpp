// SPDX-License-Identifier: Apache-2.0
// What a command has changed, and what would have changed without it.
#ifndef CSPKIT_HARNESS_CHECK_WATCH_HPP_
#define CSPKIT_HARNESS_CHECK_WATCH_HPP_

#include <set>
#include <string>
#include <vector>

#include "check/subject.hpp"

namespace cspkit::harness::check {

/// A snapshot of the whole tree, without nodes that change by themselves.
class Watch {
 public:
  /// One that sees nothing.
  Watch() = default;
  explicit Watch(Device& device);
  Snapshot look(Device& device) const;
  bool looks() const { return looks_; }
  /// The lines of nodes that have been found to change by themselves are left out of `changes`.
  std::vector<std::string> without_restless(std::vector<std::string> changes) const;
  /// Lets so much of the device's time pass, and a little of the real one, again and again: what
  /// changes most of the times changes by itself.
  void find_restless(Device& device, Clock::Duration time);
  /// What changed, shortened, for people; empty when nothing did.
  static std::string changes(const Snapshot& before, const Snapshot& after);

 private:
  bool looks_ = false;
  std::set<std::string> restless_;
};

/// Without the lines of nodes that `changed`, what batches have changed, tells of.
std::vector<std::string> without_batches(std::vector<std::string> lines,
                                         const std::vector<std::string>& changed);

/// The tree of a bench, once it has come to rest, unless an earlier child died in looking at it.
Watch watch_tree(Bench& bench, Probe& probe);

/// From here to where it is asked: what a command changed. Nodes that batches of the provider's own
/// have changed meanwhile, and those that change as time passes, are not the command's.
class Window {
 public:
  Window(Bench& bench, Watch& watch);
  /// For people; empty when nothing did. May be asked again, when what was begun has come to its
  /// end.
  std::string changes();

 private:
  Bench& bench_;
  Watch& watch_;
  Snapshot before_;
  Clock::Duration begin_;
  std::vector<std::string> others_;  ///< what batches have changed
};

}  // namespace cspkit::harness::check

#endif  // CSPKIT_HARNESS_CHECK_WATCH_HPP_
