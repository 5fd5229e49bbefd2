// SPDX-License-Identifier: Apache-2.0
// Changes that fail at each point, undone once and again; changes that are committed twice; records
// that come back after a crash.
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/harness/node_values.hpp>
#include <map>
#include <optional>

#include "check/watch.hpp"

namespace cspkit::harness::check {
namespace {

using Fault = StrictHost::Fault;
using Records = std::vector<StrictHost::UndoRecord>;

constexpr unsigned kMostHostCalls = 4;

bool same(const Records& a, const Records& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].uri != b[i].uri || a[i].verb != b[i].verb || a[i].bytes != b[i].bytes) return false;
  }
  return true;
}

/// One verb of one node, and how to come to where it can be tried.
class Trial {
 public:
  Trial(Bench& bench, const Target& target, std::uint32_t verb)
      : bench_(bench), device_(bench.device()), target_(target), verb_(verb) {
    if (!target.node.is_leaf()) return;
    for (Value& each : values_for(target.node).fitting) {
      if (!before_ && !each.data.empty() && verb == CSPKIT_REPLACE) {
        before_ = std::move(each);
      } else {
        values_.push_back(std::move(each));
      }
    }
    if (values_.empty()) values_.emplace_back(target.node.format(), fitting_value(target.node));
  }

  const Target& target() const { return target_; }
  const char* name() const {
    switch (verb_) {
      case CSPKIT_ADD:
        return "add";
      case CSPKIT_REPLACE:
        return "replace";
      case CSPKIT_DELETE:
        return "delete";
      default:
        return "exec";
    }
  }

  /// Without faults: the state that the command begins from.
  bool prepare() {
    bench_.strict().inject(Fault::kNone);
    if (verb_ == CSPKIT_ADD) {
      unmake(device_, target_.node, target_.uri);
      return make_way(device_, target_.node, target_.uri) &&
             !exists(device_, target_.node, target_.uri);
    }
    if (!make(device_, target_.node, target_.uri)) return false;
    if (verb_ == CSPKIT_REPLACE && before_)
      static_cast<void>(device_.replace(target_.uri, *before_));
    return true;
  }

  /// Goes on to another value; false when there is none that has not been tried.
  bool other_value() { return ++value_ < values_.size(); }

  Status command() {
    value_ = std::min(value_, values_.empty() ? 0 : values_.size() - 1);
    const bool bare = values_.empty();
    switch (verb_) {
      case CSPKIT_ADD:
        return bare ? device_.add(target_.uri) : device_.add(target_.uri, values_[value_]);
      case CSPKIT_REPLACE:
        return device_.replace(target_.uri, bare ? Value() : values_[value_]);
      case CSPKIT_DELETE:
        return device_.remove(target_.uri);
      default:
        return bare ? device_.exec(target_.uri) : device_.exec(target_.uri, values_[value_]);
    }
  }

 private:
  Bench& bench_;
  Device& device_;
  const Target& target_;
  const std::uint32_t verb_;
  std::vector<Value> values_;
  std::size_t value_ = 0;
  std::optional<Value> before_;
};

class Undo {
 public:
  Undo(Bench& bench, const CheckOptions& options, Probe& probe)
      : bench_(bench),
        device_(bench.device()),
        strict_(bench.strict()),
        options_(options),
        probe_(probe),
        watch_(watch_tree(bench, probe)),
        transactional_(bench.strict().has_transactions()) {}

  void run() {
    const std::vector<Target> targets = targets_of(bench_);
    for (const Target& target : targets) {
      if (target.uri.empty() || is_skipped(options_, target.uri)) continue;
      for (const std::uint32_t verb : {std::uint32_t{CSPKIT_ADD}, std::uint32_t{CSPKIT_REPLACE},
                                       std::uint32_t{CSPKIT_EXEC}, std::uint32_t{CSPKIT_DELETE}}) {
        const bool irreversible =
            verb == CSPKIT_EXEC && (target.flags & CSPKIT_HANDLER_IRREVERSIBLE) != 0;
        if ((target.verbs & verb) == 0 || !target.node.grants(verb) || irreversible) continue;
        try_one(Trial(bench_, target, verb));
        strict_.inject(Fault::kNone);
        strict_.repeat_ends(false);
      }
    }
    if (transactional_ && probe_.step("records after a restart", "a new process undoes again"))
      try_restart();
  }

 private:
  void report(const Trial& trial, const char* code, std::string text, std::string remedy) {
    Finding finding;
    finding.code = code;
    finding.provider = trial.target().provider;
    finding.handler = trial.target().pattern;
    finding.verb = trial.name();
    finding.uri = trial.target().uri;
    finding.text = std::move(text);
    finding.remedy = std::move(remedy);
    probe_.report(finding);
  }

  bool begin(const Trial& trial, const char* what) {
    return probe_.step(trial.target().uri, std::string(trial.name()) + ": " + what);
  }

  /// The command with a fault: what changed, and the records that were given.
  struct Outcome {
    std::string changes;
    Records records;
    bool failed = false;
    bool struck = false;
  };
  Outcome run(Trial& trial, Fault fault, unsigned nth = 1) {
    Outcome outcome;
    static_cast<void>(strict_.take_undo_records());
    bench_.settle(probe_);
    Window window(bench_, watch_);
    strict_.inject(fault, nth);
    outcome.failed = !trial.command().ok();
    outcome.struck = strict_.struck();
    strict_.inject(Fault::kNone);
    outcome.changes = window.changes();
    outcome.records = strict_.take_undo_records();
    bench_.settle(probe_);
    if (outcome.failed && outcome.changes.empty()) outcome.changes = window.changes();
    bench_.tell(probe_);
    return outcome;
  }

  void try_one(Trial trial) {
    strict_.repeat_ends(transactional_);
    const bool each = (trial.target().flags & CSPKIT_HANDLER_UNDO_EACH) != 0;
    bool comparable = false;
    if (begin(trial, "undone though it never happened")) {
      if (!trial.prepare()) {
        probe_.left_out(trial.target().uri + ": " + trial.name() +
                        ": it could not be brought to a beginning (a recipe can)");
        return;
      }
      const Outcome first = run(trial, Fault::kBefore);
      const Outcome second = run(trial, Fault::kBefore);
      if (!first.changes.empty())
        report(trial, "undo.never-happened",
               "undoing what never happened changed the tree: " + first.changes,
               "the record restores the state before; when that is the state now, nothing changes");
      // Records with a time or a number in them cannot be compared.
      comparable = transactional_ && !each && same(first.records, second.records);
      remember(second.records);
    }
    if (begin(trial, "undone when it had happened")) {
      do {
        if (!trial.prepare()) break;
        const Outcome done = run(trial, Fault::kAfter);
        if (!done.failed || !done.struck) continue;  // it failed by itself
        judge_undone(trial, done, comparable);
        break;
      } while (trial.other_value());
    }
    if (begin(trial, "undone half-way")) try_half(trial, comparable);
    if (transactional_ && begin(trial, "committed twice")) try_commit(trial);
  }

  void judge_undone(Trial& trial, const Outcome& done, bool comparable) {
    if (!done.changes.empty()) {
      const char* remedy = transactional_
                               ? "apply_undo must restore all that the handler did"
                               : "what a handler does outside the host needs cspkit.transaction/1";
      report(trial, transactional_ ? "undo.not-restored" : "undo.no-extension",
             "it happened, the command failed, and the tree is not as before: " + done.changes,
             remedy);
    }
    if (!comparable) return;
    const Outcome after = run(trial, Fault::kBefore);
    if (!same(after.records, done.records))
      report(trial, "undo.record-differs",
             "after an undo, undo_for tells of another state than before the change: not all of it "
             "was undone",
             "apply_undo must restore all that undo_for tells of");
  }

  void try_half(Trial& trial, bool comparable) {
    for (unsigned nth = 1; nth <= kMostHostCalls; ++nth) {
      if (!trial.prepare()) return;
      const Outcome half = run(trial, Fault::kHostCall, nth);
      if (!half.struck) return;
      if (!half.failed) continue;  // it can do without
      if (!half.changes.empty())
        report(trial, "undo.half",
               fmt::format("the host failed its call {} in the handler, and the tree is not as "
                           "before: {}",
                           nth, half.changes),
               "what was done before the failure must be undone, too");
      if (!comparable) continue;
      const Outcome after = run(trial, Fault::kBefore);
      if (!same(after.records, half.records))
        report(trial, "undo.half",
               fmt::format("the host failed its call {} in the handler, and undo_for tells of "
                           "another state than before",
                           nth),
               "what was done before the failure must be undone, too");
    }
  }

  /// The tree after the command has been committed; nothing when it failed.
  std::optional<Snapshot> committed(Trial& trial, bool twice) {
    strict_.repeat_ends(twice);
    if (!trial.prepare() || !trial.command().ok()) return std::nullopt;
    bench_.settle(probe_);
    bench_.tell(probe_);
    return watch_.look(device_);
  }

  void try_commit(Trial& trial) {
    static_cast<void>(bench_.take_batch_changes());
    auto once = committed(trial, false);
    auto baseline = committed(trial, false);
    auto twice = committed(trial, true);
    if (!once || !baseline || !twice) return;
    if (once->lines != baseline->lines) {
      // Where work of the provider's own goes on, what it changes is left out.
      const std::vector<std::string> others = bench_.take_batch_changes();
      for (Snapshot* each : {&*once, &*baseline, &*twice})
        each->lines = without_batches(std::move(each->lines), others);
    }
    if (once->lines != baseline->lines) return;
    const std::string changes = Watch::changes(*once, *twice);
    if (!changes.empty())
      report(trial, "commit.harm",
             "committed twice it leaves another tree than committed once: " + changes,
             "after a crash commit comes again: it must do no harm");
  }

  void remember(const Records& records) {
    for (const auto& each : records) last_[each.uri + " " + each.verb] = each;
  }

  /// The tree after a restart in which all records came again.
  std::optional<Snapshot> restarted() {
    Records all;
    for (const auto& [key, record] : last_) all.push_back(record);
    strict_.recover_with(std::move(all));
    if (const Status again = device_.restart(); !again.ok()) {
      report_restart("it did not start after records had been applied: " + again.text());
      return std::nullopt;
    }
    bench_.tell(probe_);
    return watch_.look(device_);
  }

  void try_restart() {
    if (last_.empty()) return;
    const auto first = restarted();
    const auto second = first ? restarted() : std::nullopt;
    if (!first || !second) return;
    const std::string changes = Watch::changes(*first, *second);
    if (!changes.empty())
      report_restart("records that come a second time lead to another tree than the first time: " +
                     changes);
  }

  void report_restart(std::string text) {
    Finding finding;
    finding.code = "undo.after-restart";
    finding.text = std::move(text);
    finding.remedy =
        "apply_undo may come before start(), to an object that knows nothing yet: a record must be "
        "enough by itself, and undoing what is undone must do no harm";
    probe_.report(finding);
  }

  Bench& bench_;
  Device& device_;
  StrictHost& strict_;
  const CheckOptions& options_;
  Probe& probe_;
  Watch watch_;
  const bool transactional_;
  std::map<std::string, StrictHost::UndoRecord> last_;
};

}  // namespace

void undo_phase(const CheckOptions& options, Probe& probe) {
  probe.at("load", "create and start");
  const Library library(options.library);
  if (library.plugin() == nullptr) return;
  const auto bench = Bench::open(options, *library.plugin());
  if (!bench) return;
  if (!(*bench)->strict().has_transactions())
    probe.left_out("undo records and commit: it takes no part in transactions");
  Undo(**bench, options, probe).run();
  probe.at("unload", "destroy");
  (*bench)->close();
  (*bench)->tell(probe);
}

}  // namespace cspkit::harness::check
