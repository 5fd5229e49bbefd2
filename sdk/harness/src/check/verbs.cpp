// SPDX-License-Identifier: Apache-2.0
// Each verb of each node, with values that fit and values that do not; what fails must leave the
// tree as it was.
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/ddf/rules.hpp>
#include <cspkit/harness/node_values.hpp>
#include <cspkit/syncml_status.hpp>

#include "check/watch.hpp"
#include "check/xml_text.hpp"

namespace cspkit::harness::check {
namespace {

using ddf::Node;

constexpr std::size_t kMostStored = 300;  ///< nodes that the store keeps by itself

std::string shown(const Value& value) {
  constexpr std::size_t kMost = 40;
  std::string text = ddf::to_wire(value);
  if (text.size() > kMost)
    text = text.substr(0, kMost) + fmt::format("... ({} bytes)", text.size());
  return fmt::format("{} \"{}\"", format_name(value.format), text);
}

class Verbs {
 public:
  Verbs(Bench& bench, const CheckOptions& options, Probe& probe)
      : bench_(bench),
        device_(bench.device()),
        options_(options),
        probe_(probe),
        watch_(watch_tree(bench, probe)) {}

  void run() {
    std::size_t stored = 0;
    const std::vector<Target> targets = targets_of(bench_);
    for (const Target& target : targets) {
      if (target.uri.empty()) {
        probe_.left_out(target.node.uri() + ": no name is known that its RegEx allows");
      } else if (is_skipped(options_, target.uri)) {
        probe_.left_out(target.uri + ": --skip");
      } else if (target.verbs != 0) {
        try_handled(target);
      } else if (++stored <= kMostStored) {
        try_stored(target);
      }
    }
    if (stored > kMostStored)
      probe_.left_out(fmt::format("{} nodes that the store keeps by itself", stored - kMostStored));
    if (probe_.step("computed values", "who sets what no server can set")) judge_computed(targets);
  }

 private:
  enum class Wanted : std::uint8_t { kAnything, kFailure };
  /// A command and what its failure may mean.
  struct Attempt {
    const Target& target;
    std::string what;
    Wanted wanted = Wanted::kAnything;
    const char* verb = "";
    bool ordinary = false;
  };

  void report(const Attempt& attempt, Severity severity, const char* code, std::string text,
              std::string remedy) {
    Finding finding;
    finding.severity = severity;
    finding.code = code;
    finding.provider = attempt.target.provider;
    finding.handler = attempt.target.pattern;
    finding.verb = attempt.verb;
    finding.uri = attempt.target.uri;
    finding.text = std::move(text);
    finding.remedy = std::move(remedy);
    probe_.report(finding);
  }

  void judge(const Attempt& attempt, const Status& status, const std::string& changes) {
    if (attempt.wanted == Wanted::kFailure && status.ok())
      report(attempt, Severity::kError, "command.accepted",
             attempt.what + ": succeeded, and should have been refused",
             "this is a fault of the engine's: tell its authors");
    if (status.code() == Code::kFailed && attempt.ordinary)
      report(attempt, Severity::kWarning, "call.failed", attempt.what + ": 500 " + status.text(),
             "a value that exists can be read: answer it, or the code that says why not; an "
             "exception counts as 500");
    if (!changes.empty())
      report(attempt, Severity::kError, "tree.changed-by-failure",
             fmt::format("{}: it failed ({}), and the tree changed: {}", attempt.what,
                         syncml_status(status), changes),
             "make changes with the call, which the host undoes; effects outside need "
             "cspkit.transaction/1");
  }

  template <typename Do>
  void attempt(Attempt attempt, Do command) {
    bench_.settle(probe_);
    Window window(bench_, watch_);
    const std::size_t breaches = count_breaches();
    const Status status = command();
    // Of a breach the status tells nothing new.
    attempt.ordinary = attempt.ordinary && count_breaches() == breaches;
    const bool failed = !status.ok() && status.code() != Code::kPending;
    std::string changes = failed ? window.changes() : std::string();
    bench_.settle(probe_);
    // A command that failed has not left work behind it either.
    if (failed && changes.empty()) changes = window.changes();
    judge(attempt, status, changes);
    bench_.tell(probe_);
  }

  std::size_t count_breaches() const {
    std::size_t count = 0;
    for (const Breach& each : bench_.strict().breaches()) count += each.count;
    return count;
  }

  bool begin(const Target& target, const std::string& what) {
    return probe_.step(target.uri, what);
  }

  // ---- nodes with handlers ----

  void try_handled(const Target& target) {
    const NodeValues values = target.node.is_leaf() ? values_for(target.node) : NodeValues{};
    try_get(target);
    try_add(target, values);
    try_replace(target, values);
    try_exec(target, values);
    try_ungranted(target);
    try_remove(target);
  }

  /// True when the node is there, or will be by the time the provider has made it.
  bool prepare(const Target& target) {
    const bool own = (target.flags & CSPKIT_HANDLER_OWN) != 0;
    return own ? make_way(device_, target.node, target.uri)
               : make(device_, target.node, target.uri);
  }

  void try_get(const Target& target) {
    if (!target.node.grants(CSPKIT_GET)) return;
    for (const char* what : {"get", "get again"}) {
      if (!begin(target, what)) continue;
      if (!prepare(target)) return unreachable(target);
      const bool first = std::string_view(what) == "get";
      const bool there = first && (target.verbs & CSPKIT_GET) != 0;
      attempt({target, what, Wanted::kAnything, "get", there},
              [&] { return device_.get(target.uri).error(); });
    }
  }

  void unreachable(const Target& target) {
    probe_.left_out(target.uri + ": it could not be made (a recipe can reach it)");
  }

  void try_add(const Target& target, const NodeValues& values) {
    if (!target.node.grants(CSPKIT_ADD)) return;
    if (target.node.is_dynamic()) try_names(target);
    for (const Value& value : values.fitting) {
      const std::string what = "add " + shown(value);
      if (!begin(target, what)) continue;
      unmake(device_, target.node, target.uri);
      if (!make_way(device_, target.node, target.uri)) return unreachable(target);
      attempt({target, what, Wanted::kAnything, "add"},
              [&] { return device_.add(target.uri, value); });
    }
    for (const Value& value : values.unfitting) {
      const std::string what = "add " + shown(value) + ", which does not fit";
      if (!begin(target, what)) continue;
      unmake(device_, target.node, target.uri);
      attempt({target, what, Wanted::kFailure, "add"},
              [&] { return device_.add(target.uri, value); });
    }
    if (!begin(target, "add without a value")) return;
    unmake(device_, target.node, target.uri);
    static_cast<void>(make_way(device_, target.node, target.uri));
    attempt({target, "add without a value", Wanted::kAnything, "add"},
            [&] { return device_.add(target.uri); });
  }

  void try_names(const Target& target) {
    const std::string parent = target.uri.substr(0, target.uri.rfind('/'));
    for (const std::string& name : instance_names(target.node)) {
      const std::string uri = parent + "/" + ddf::encode_segment(name);
      if (uri == target.uri || is_skipped(options_, uri)) continue;
      Target other = target;
      other.uri = uri;
      if (!begin(target, "add the instance " + uri)) continue;
      static_cast<void>(make_way(device_, target.node, uri));
      const auto value = target.node.is_leaf() ? fitting_value(target.node) : std::string();
      attempt({other, "add", Wanted::kAnything, "add"}, [&] {
        return target.node.is_leaf() ? device_.add(uri, Value(target.node.format(), value))
                                     : device_.add(uri);
      });
      attempt({other, "get", Wanted::kAnything, "get"}, [&] { return device_.get(uri).error(); });
      unmake(device_, target.node, uri);
    }
  }

  void try_replace(const Target& target, const NodeValues& values) {
    if (!target.node.grants(CSPKIT_REPLACE)) return;
    for (const Value& value : values.fitting) {
      const std::string what = "replace by " + shown(value);
      if (!begin(target, what)) continue;
      if (!prepare(target)) return unreachable(target);
      attempt({target, what, Wanted::kAnything, "replace"},
              [&] { return device_.replace(target.uri, value); });
    }
    for (const Value& value : values.unfitting) {
      const std::string what = "replace by " + shown(value) + ", which does not fit";
      if (!begin(target, what)) continue;
      static_cast<void>(prepare(target));
      attempt({target, what, Wanted::kFailure, "replace"},
              [&] { return device_.replace(target.uri, value); });
    }
    try_without_data(target, "Replace");
  }

  void try_exec(const Target& target, const NodeValues& values) {
    if (!target.node.grants(CSPKIT_EXEC)) return;
    if ((target.flags & CSPKIT_HANDLER_IRREVERSIBLE) != 0 && !options_.irreversible) {
      probe_.left_out(target.uri + ": irreversible (--irreversible executes it)");
      return;
    }
    for (const Value& value : values.fitting) {
      const std::string what = "exec with " + shown(value);
      if (!begin(target, what)) continue;
      if (!prepare(target)) return unreachable(target);
      attempt({target, what, Wanted::kAnything, "exec"},
              [&] { return device_.exec(target.uri, value); });
    }
    for (const Value& value : values.unfitting) {
      const std::string what = "exec with " + shown(value) + ", which does not fit";
      if (!begin(target, what)) continue;
      static_cast<void>(prepare(target));
      attempt({target, what, Wanted::kFailure, "exec"},
              [&] { return device_.exec(target.uri, value); });
    }
    if (!begin(target, "exec without data")) return;
    if (!prepare(target)) return unreachable(target);
    attempt({target, "exec without data", Wanted::kAnything, "exec"},
            [&] { return device_.exec(target.uri); });
    try_without_data(target, "Exec");
  }

  /// A command as a server may send it, in which Data is missing: the handler gets no value. A
  /// pending one is answered 202, and goes on.
  void try_without_data(const Target& target, const std::string& verb) {
    if (!begin(target, verb + " without Data")) return;
    static_cast<void>(prepare(target));
    const std::string message = fmt::format(
        "<SyncML><SyncBody><{0}><CmdID>1</CmdID><Item><Target><LocURI>{1}</LocURI></Target></Item>"
        "</{0}><Final/></SyncBody></SyncML>",
        verb, xml_text(target.uri));
    const char* const name = verb == "Exec" ? "exec" : "replace";
    attempt({target, verb + " without Data", Wanted::kAnything, name}, [&] {
      const auto reply = device_.run(message);
      const std::vector<int>& statuses = device_.statuses();
      const bool good = reply && !statuses.empty() && statuses[0] / 100 == 2;
      return good ? Status() : Status(Code::kBadRequest);
    });
  }

  void try_ungranted(const Target& target) {
    struct Pair {
      std::uint32_t verb;
      const char* name;
    };
    for (const Pair each :
         {Pair{CSPKIT_GET, "get"}, Pair{CSPKIT_ADD, "add"}, Pair{CSPKIT_REPLACE, "replace"},
          Pair{CSPKIT_DELETE, "delete"}, Pair{CSPKIT_EXEC, "exec"}}) {
      if (target.node.grants(each.verb)) continue;
      const std::string what = std::string(each.name) + ", which the DDF does not grant";
      if (!begin(target, what)) continue;
      static_cast<void>(prepare(target));
      const Value value(target.node.format(),
                        target.node.is_leaf() ? fitting_value(target.node) : std::string());
      attempt({target, what, Wanted::kFailure, each.name}, [&]() -> Status {
        switch (each.verb) {
          case CSPKIT_GET:
            return device_.get(target.uri).error();
          case CSPKIT_ADD:
            return device_.add(target.uri, value);
          case CSPKIT_REPLACE:
            return device_.replace(target.uri, value);
          case CSPKIT_DELETE:
            return device_.remove(target.uri);
          default:
            return device_.exec(target.uri);
        }
      });
    }
  }

  void try_remove(const Target& target) {
    if (!target.node.grants(CSPKIT_DELETE)) return;
    for (const char* what : {"delete", "delete again"}) {
      if (!begin(target, what)) continue;
      if (std::string_view(what) == "delete" && !prepare(target)) return unreachable(target);
      attempt({target, what, Wanted::kAnything, "delete"},
              [&] { return device_.remove(target.uri); });
    }
  }

  // ---- nodes that the store keeps ----

  void try_stored(const Target& target) {
    const Node& node = target.node;
    if (!begin(target, "the store's own node")) return;
    if (!make_way(device_, node, target.uri)) return unreachable(target);
    Session& session = device_.session();
    const Value value(node.format(), node.is_leaf() ? fitting_value(node) : std::string());
    if (node.grants(CSPKIT_ADD))
      static_cast<void>(node.is_leaf() ? session.add(target.uri, value) : session.add(target.uri));
    if (node.grants(CSPKIT_REPLACE)) static_cast<void>(session.replace(target.uri, value));
    if (node.grants(CSPKIT_GET)) static_cast<void>(session.get(target.uri));
    if (node.grants(CSPKIT_DELETE)) static_cast<void>(session.remove(target.uri));
    bench_.settle(probe_);
    bench_.tell(probe_);
  }

  // ---- computed values ----

  static bool is_written(const Node& node, const std::vector<std::string>& paths) {
    return std::any_of(paths.begin(), paths.end(), [&](std::string_view path) {
      const bool absolute = path.substr(0, 2) == "./";
      if (absolute) path.remove_prefix(2);
      Node at = node;
      while (!path.empty() && at.valid()) {
        const std::size_t slash = path.rfind('/');
        const std::string_view last = slash == path.npos ? path : path.substr(slash + 1);
        if (!at.is_dynamic() && ddf::fold(ddf::encode_segment(at.name())) != ddf::fold(last))
          return false;
        path = slash == path.npos ? std::string_view{} : path.substr(0, slash);
        at = at.parent();
      }
      return path.empty() && at.valid() && (absolute || at == node.root());
    });
  }

  void judge_computed(const std::vector<Target>& targets) {
    const std::vector<std::string> written = bench_.strict().written_paths();
    for (const Target& target : targets) {
      const bool own = (target.flags & CSPKIT_HANDLER_OWN) != 0;
      // A node that is executed holds nothing that anybody would read.
      if (!wants_get(target.node) || target.node.grants(CSPKIT_EXEC) ||
          (target.verbs & CSPKIT_GET) != 0 || own || is_skipped(options_, target.uri) ||
          is_written(target.node, written))
        continue;
      Finding finding;
      finding.severity = Severity::kWarning;
      finding.code = "handler.missing-get";
      finding.provider = target.provider;
      finding.uri = target.node.uri();
      finding.text =
          "no server can set this value, no handler computes it, and the provider has not set it: "
          "it stays empty";
      finding.remedy =
          "add on(\"...\").get(...), set it, or give it a DefaultValue; .own() when it is set "
          "later";
      probe_.report(finding);
    }
  }

  Bench& bench_;
  Device& device_;
  const CheckOptions& options_;
  Probe& probe_;
  Watch watch_;
};

}  // namespace

void verbs_phase(const CheckOptions& options, Probe& probe) {
  probe.at("load", "create and start");
  const Library library(options.library);
  if (library.plugin() == nullptr) return;
  const auto bench = Bench::open(options, *library.plugin());
  if (!bench) return;
  Verbs(**bench, options, probe).run();
  probe.at("unload", "destroy");
  (*bench)->close();
  (*bench)->tell(probe);
  (*bench)->tell_times(probe);
}

}  // namespace cspkit::harness::check
