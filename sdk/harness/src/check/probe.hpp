// SPDX-License-Identifier: Apache-2.0
// A phase of the suite runs in a child process, and tells what it does and finds through a pipe.
#ifndef CSPKIT_HARNESS_CHECK_PROBE_HPP_
#define CSPKIT_HARNESS_CHECK_PROBE_HPP_

#include <cspkit/harness/check.hpp>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cspkit::harness::check {

/// The place of the steps' common preparation.
inline constexpr const char* kTree = "tree";

/// The child's end.
class Probe {
 public:
  /// `skipped` steps are done, or died in; steps on a bad place are left out.
  Probe(int fd, std::size_t skipped, std::set<std::string> bad_places)
      : fd_(fd), skipped_(skipped), bad_places_(std::move(bad_places)) {}

  /// Begins a step on `place`, a LocURI or what is done. False: an earlier child died in it, or has
  /// been past it.
  bool step(const std::string& place, const std::string& what);
  /// The same for what the further steps need: false only when an earlier child died in it.
  bool prepare_tree();
  /// The same for what every child of a phase has to do.
  void at(const std::string& place, const std::string& what);
  void report(const Finding& finding);
  void report(const Breach& breach);
  void left_out(const std::string& text);
  void about(const std::string& plugin_id, const std::string& version, const std::string& abi);
  void provider(const CheckedProvider& provider);
  void time(const CallTime& time);
  void leaks_checked();
  /// A step that takes long has not come to a stop.
  void alive();
  void finished();

 private:
  void send(char kind, const std::vector<std::string>& fields);

  int fd_;
  std::size_t skipped_;
  std::set<std::string> bad_places_;
  std::size_t steps_ = 0;
  std::string place_;
};

using Phase = std::function<void(Probe& probe)>;

/// Runs a phase, again behind each step that a child died in. False: the first child did not get
/// past its beginning, or too many died.
bool run_phase(CheckReport& report, const CheckOptions& options, const std::string& name,
               const Phase& phase);

}  // namespace cspkit::harness::check

#endif  // CSPKIT_HARNESS_CHECK_PROBE_HPP_
