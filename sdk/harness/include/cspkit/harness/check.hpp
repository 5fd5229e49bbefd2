// SPDX-License-Identifier: Apache-2.0
// The conformance suite that fits every provider: what abi.h demands, held against a library.
#ifndef CSPKIT_HARNESS_CHECK_HPP_
#define CSPKIT_HARNESS_CHECK_HPP_

#include <chrono>
#include <cspkit/export.hpp>
#include <cspkit/harness/strict_host.hpp>
#include <cspkit/result.hpp>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::harness {

/// What is checked, and how far.
struct CheckOptions {
  /// The provider's shared library.
  std::filesystem::path library;
  /// Its DDF, where the engine would not find it by itself: a file, or a folder to look in.
  std::filesystem::path ddf = {};
  /// Further DDF files that the device knows.
  std::vector<std::filesystem::path> more_ddf = {};
  /// What is special about this provider (recipe.hpp); each begins with a device in its first
  /// state.
  std::vector<std::filesystem::path> recipes = {};
  /// Nodes to leave alone: LocURIs as "./Device/Vendor/Example/Greeter/Reset", in any case, with *
  /// for anything. Nothing of the provider is called for them, or for what lies below.
  std::vector<std::string> skip = {};
  /// Also execute nodes whose handler is marked irreversible.
  bool irreversible = false;
  /// One step that takes longer is ended, and a finding. In real time. An eighth of it is what
  /// threads of the provider's own are given for an answer before the device's clock moves on.
  std::chrono::milliseconds deadline = std::chrono::seconds(20);
  /// How much of the device's own time jobs are given to come to an end; it costs next to nothing.
  std::chrono::nanoseconds device_time = std::chrono::hours(7 * 24);
  /// A function that takes longer is a warning.
  std::chrono::nanoseconds slow = std::chrono::seconds(1);
  /// Log of engine and provider on stderr.
  bool verbose = false;
};

/// Something to mend, or to know.
struct Finding {
  Severity severity = Severity::kError;  ///< how bad it is
  std::string code;      ///< for machines: "complete.twice"; sdk/README.md lists them
  std::string phase;     ///< which part of the suite: "verbs"
  std::string provider;  ///< "" for the library as a whole
  std::string handler;   ///< pattern
  std::string verb;      ///< "get", ..., "undo_for", "start"; "" outside a function
  std::string uri;       ///< LocURI, or another place: "line 3"
  std::string text;      ///< what is wrong
  std::string remedy;    ///< what to do
  unsigned count = 1;    ///< how often
};

/// A part of the suite, or of one a node: what JUnit calls a test case.
struct CheckCase {
  std::string phase;                  ///< "load", "verbs", "undo", "threads", "unload", "recipe"
  std::string name;                   ///< LocURI, or what was done
  std::chrono::nanoseconds time{0};   ///< real
  std::vector<std::size_t> findings;  ///< indices in CheckReport::findings
};

/// A provider of the library.
struct CheckedProvider {
  std::string name;                ///< its name
  std::vector<std::string> roots;  ///< LocURIs of what it claims
};

/// What was tried, and what came of it.
struct CheckReport {
  std::string library;                     ///< its path
  std::string plugin_id;                   ///< as the plugin says, like its version
  std::string version;                     ///< of the plugin
  std::string abi;                         ///< "1.0"
  std::vector<CheckedProvider> providers;  ///< in the plugin's order
  std::vector<CheckCase> cases;            ///< in the order in which they were tried
  std::vector<Finding> findings;           ///< in the order in which they were found first
  std::vector<CallTime> times;             ///< of every function that was called
  std::vector<std::string> left_out;       ///< what was not tried, and why
  bool leaks_checked = false;              ///< by LeakSanitizer, not only by counting
  std::chrono::nanoseconds time{0};        ///< of all of it, real

  /// How many findings are as bad as that.
  std::size_t count(Severity severity) const;
};

/// Runs the suite on devices in memory, each phase in a child of this process, so that a crash, an
/// abort or a hang of the provider is a finding. The children run in a folder of their own, which
/// goes with them. Call it from a process that has one thread: the child is a copy of the caller.
///
/// kIo when the library cannot be read, kBadValue when a recipe cannot; every other trouble is in
/// the report.
CSPKIT_API Result<CheckReport> check_provider(const CheckOptions& options);

/// "error", "warning", "note".
CSPKIT_API std::string_view severity_name(Severity severity);
/// For people, many lines.
CSPKIT_API std::string to_text(const CheckReport& report);
/// As JUnit XML: a test suite for each phase; errors are failures.
CSPKIT_API std::string to_junit(const CheckReport& report);

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_CHECK_HPP_
