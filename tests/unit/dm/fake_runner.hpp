// SPDX-License-Identifier: Apache-2.0
// A runner that keeps a log of what it was asked, answers from a table, and keeps an Atomic's
// contract; and a reply boiled down to one line.
#ifndef CSPKIT_TESTS_UNIT_DM_FAKE_RUNNER_HPP_
#define CSPKIT_TESTS_UNIT_DM_FAKE_RUNNER_HPP_

#include <map>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dm/command_runner.hpp"

namespace cspkit::dm {

class FakeRunner : public CommandRunner {
 public:
  std::vector<std::string> log;            // "Replace ./A int=5"
  std::map<std::string, Outcome> answers;  // by target address; others: ok
  bool rollback_fails = false;
  Clock::Duration now{};
  std::vector<AlertRecord> alerts;
  std::vector<Operation> last_atomic;

  void fail(const std::string& uri, Code code, std::uint32_t provider_error = 0,
            std::string failing_uri = {}) {
    answers[uri] = {
        Status(code, "for people only", provider_error), {}, {}, std::move(failing_uri), {}};
  }
  void value(const std::string& uri, Value value, std::string mime = {}) {
    answers[uri] = {Status(), std::move(value), std::move(mime), {}, {}};
  }

  void run(const Operation& operation, Outcome& outcome) override {
    log.push_back(describe(operation));
    const auto found = answers.find(std::string(operation.uri));
    if (found != answers.end()) outcome = found->second;
  }

  bool run_atomic(const std::vector<Operation>& operations,
                  std::vector<Outcome>& outcomes) override {
    log.push_back("begin");
    last_atomic = operations;
    const bool committed = !refuse(operations, outcomes) && run_in_order(operations, outcomes);
    log.push_back(committed ? "commit" : "undo");
    return committed;
  }

  Clock::Duration steady_now() override { return now; }

  void alert(AlertRecord record) override {
    log.push_back("alert " + record.code);
    alerts.push_back(std::move(record));
  }

 private:
  static std::string describe(const Operation& operation) {
    static constexpr const char* kVerbs[] = {"Get", "Add", "Replace", "Delete", "Exec", "Copy"};
    std::string line = kVerbs[static_cast<std::size_t>(operation.verb)];
    line.append(" ").append(operation.uri);
    if (!operation.source.empty()) line.append(" < ").append(operation.source);
    if (!operation.mime.empty()) line.append(" [").append(operation.mime).append("]");
    if (operation.has_data) line.append(" ").append(operation.format).append("=");
    return line.append(operation.data);
  }

  static bool refuse(const std::vector<Operation>& operations, std::vector<Outcome>& outcomes) {
    bool any = false;
    for (const Operation& operation : operations) any = any || operation.refused != Code::kOk;
    if (!any) return false;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      const Code code = operations[i].refused;
      outcomes[i].status = Status(code != Code::kOk ? code : Code::kNotExecuted);
    }
    return true;
  }

  bool run_in_order(const std::vector<Operation>& operations, std::vector<Outcome>& outcomes) {
    for (std::size_t i = 0; i < operations.size(); ++i) {
      run(operations[i], outcomes[i]);
      if (outcomes[i].status.ok()) continue;
      const Code undone = rollback_fails ? Code::kRollbackFailed : Code::kRolledBack;
      for (std::size_t k = 0; k < i; ++k) outcomes[k].status = Status(undone);
      for (std::size_t k = i + 1; k < operations.size(); ++k) {
        outcomes[k].status = Status(Code::kNotExecuted);
      }
      return false;
    }
    return true;
  }
};

/// "SyncHdr 0=200 | Get 7=404 (./A) | Results 7 ./B=x": the body of a well-formed reply; CmdIDs are
/// checked to count up from 1.
inline std::string summary(const std::string& reply) {
  pugi::xml_document document;
  const auto flags = pugi::parse_default | pugi::parse_ws_pcdata_single;
  if (!document.load_string(reply.c_str(), flags)) return "not well-formed: " + reply;
  std::string out;
  int next = 1;
  for (const auto node : document.child("SyncML").child("SyncBody").children()) {
    const std::string name = node.name();
    if (name == "Final") continue;
    if (node.child_value("CmdID") != std::to_string(next++)) return "wrong CmdID: " + reply;
    out += out.empty() ? "" : " | ";
    if (name == "Status") {
      out += std::string(node.child_value("Cmd")) + " " + node.child_value("CmdRef") + "=" +
             node.child_value("Data");
      if (const auto ref = node.child("TargetRef"))
        out += std::string(" (") + ref.child_value() + ")";
      if (const auto item = node.child("Item")) {
        out += std::string(" at ") + item.child("Target").child_value("LocURI");
      }
    } else if (name == "Alert") {
      out += name + " " + node.child_value("Data");
      const auto item = node.child("Item");
      if (item) out += std::string(" ") + item.child("Target").child_value("LocURI");
    } else {
      out += name + " " + node.child_value("CmdRef");
      for (const auto item : node.children("Item")) {
        out += std::string(" ") + item.child("Source").child_value("LocURI") + "=" +
               item.child_value("Data");
        if (const auto size = item.child("Meta").child("Size")) {
          out += std::string(" of ") + size.child_value();
        }
        if (item.child("MoreData")) out += " ...";
      }
    }
  }
  return out;
}

}  // namespace cspkit::dm

#endif  // CSPKIT_TESTS_UNIT_DM_FAKE_RUNNER_HPP_
