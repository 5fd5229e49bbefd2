// SPDX-License-Identifier: Apache-2.0
// Between SyncML and the tree: the DM session turns commands into operations, a CommandRunner (the
// engine's session) carries them out. Neither knows more of the other than stands here.
#ifndef CSPKIT_CORE_DM_COMMAND_RUNNER_HPP_
#define CSPKIT_CORE_DM_COMMAND_RUNNER_HPP_

#include <cspkit/engine.hpp>
#include <cspkit/result.hpp>
#include <cspkit/value.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::dm {

enum class Verb : std::uint8_t { kGet, kAdd, kReplace, kDelete, kExec, kCopy };

/// What an operation is to its Item.
enum class Part : std::uint8_t {
  kWhole,   ///< all of it
  kNode,    ///< a node of its TNDS document: an Add may be a Replace, or the reverse, where the DDF
            ///< grants only that; a Replace leaves an interior node that exists as it is
  kParent,  ///< such a node that has children there: it comes with them where the DDF grants no Add
  kTitle,   ///< the Title such a node has there: nothing where the DDF grants no Replace
};

/// One item of one command, its strings borrowed from the message.
struct Operation {
  Verb verb = Verb::kGet;
  std::string_view uri;     ///< Target LocURI (of Get too)
  std::string_view source;  ///< of Copy
  std::string_view format;  ///< Meta/Format as sent, trimmed; empty: not given
  std::string_view mime;    ///< Meta/Type
  std::string_view data;    ///< wire text
  bool has_data = false;
  /// A list may bring at most so many bytes: beyond, kTooLarge.
  std::size_t max_result_bytes = std::numeric_limits<std::size_t>::max();
  Part part = Part::kWhole;
  bool lone_document = false;   ///< of a TNDS document that stands in no Atomic
  std::string_view correlator;  ///< of an Exec
  /// A handler that goes on is answered 202 at once; else it is waited for.
  bool may_stay_pending = false;
  /// Set when the command is refused before its address is looked at (row 1, Get inside an Atomic):
  /// it is not run and its outcome is this.
  Code refused = Code::kOk;
};

/// One node of an answer that has several.
struct ListedNode {
  std::string uri;
  Value value;
  std::string mime;
  bool has_data = false;
};

struct Outcome {
  Status status;
  Value value;       ///< of a Get that worked
  std::string mime;  ///< of that value, empty: text/plain
  std::string
      failing_uri;  ///< when the failure concerns another node: the parent that could not be made
  std::vector<ListedNode> nodes;  ///< of a Get with ?list=: instead of the value
  /// What a list that was too much has cost all the same, in bytes of an answer.
  std::size_t wasted = 0;
};

class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  /// Carries out one operation as a transaction of its own.
  virtual void run(const Operation& operation, Outcome& outcome) = 0;
  /// Carries out all as one transaction; `outcomes` are new ones, as many. True when committed.
  /// Else the statuses are those of a failed Atomic: the failing ones their own, the others
  /// kNotExecuted, kRolledBack or kRollbackFailed.
  virtual bool run_atomic(const std::vector<Operation>& operations,
                          std::vector<Outcome>& outcomes) = 0;
  virtual void alert(AlertRecord record) = 0;
  /// Of the alerts that wait for the server, oldest first, some of those with a greater id than
  /// `after`: at least one if there is any, and then as many as come to about `max_bytes`.
  virtual std::vector<QueuedAlert> queued_alerts(std::int64_t after, std::size_t max_bytes) {
    (void)after;
    (void)max_bytes;
    return {};
  }
  /// The server has them: they wait no longer.
  virtual void alerts_acknowledged(const std::vector<std::int64_t>& ids) { (void)ids; }
  /// A steady time, for what a session keeps from message to message.
  virtual Clock::Duration steady_now() { return {}; }
};

}  // namespace cspkit::dm

#endif  // CSPKIT_CORE_DM_COMMAND_RUNNER_HPP_
