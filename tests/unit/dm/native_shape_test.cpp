// SPDX-License-Identifier: Apache-2.0
// Replies compared with what native Windows sent: the requests that led to the captured replies are
// rebuilt, answered with the captured values, and the two bodies must have the same elements in the
// same order with the same text and attributes.
#include <gtest/gtest.h>

#include <cspkit/syncml_status.hpp>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "dm/dm_session.hpp"
#include "fake_runner.hpp"

namespace cspkit::dm {
namespace {

std::filesystem::path corpus() {
  if (const char* set = std::getenv("CSPKIT_CORPUS")) return set;
  return "../shared/corpus";
}

Code code_of(const std::string& status) {
  for (const Code code : {Code::kOk, Code::kNotFound, Code::kNotAllowed, Code::kNotSupported}) {
    if (std::to_string(syncml_status(code)) == status) return code;
  }
  return Code::kFailed;
}

// The Gets a captured reply answers, and what they came to.
class Request {
 public:
  explicit Request(pugi::xml_node captured_body) {
    for (const auto node : captured_body.children()) {
      if (node.child_value("CmdRef") == std::string("0")) continue;
      if (node.name() == std::string("Status")) add_status(node);
      if (node.name() == std::string("Results")) add_results(node);
    }
  }

  std::string message(const char* msg_id) const {
    std::string text =
        std::string("<SyncML xmlns='SYNCML:SYNCML1.2'><SyncHdr><VerDTD>1.2</VerDTD>") +
        "<VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>" + msg_id +
        "</MsgID></SyncHdr><SyncBody>";
    for (const std::string& id : order_) {
      text += "<Get><CmdID>" + id + "</CmdID>";
      for (const std::string& uri : items_.at(id)) {
        text += "<Item><Target><LocURI>" + uri + "</LocURI></Target></Item>";
      }
      text += "</Get>";
    }
    return text + "<Final/></SyncBody></SyncML>";
  }

  FakeRunner runner;

 private:
  void add_status(pugi::xml_node node) {
    const std::string id = node.child_value("CmdRef");
    std::string uri = node.child_value("TargetRef");
    // A lone item is named by its Results only; a refused one by nothing.
    if (uri.empty()) uri = results_uri(node, id);
    if (items_.count(id) == 0) order_.push_back(id);
    items_[id].push_back(uri);
    const Code code = code_of(node.child_value("Data"));
    if (code != Code::kOk) runner.fail(uri, code);
  }

  static std::string results_uri(pugi::xml_node status, const std::string& id) {
    const auto next = status.next_sibling("Results");
    if (next.child_value("CmdRef") != id) return "./Refused/" + id;
    return next.child("Item").child("Source").child_value("LocURI");
  }

  void add_results(pugi::xml_node node) {
    for (const auto item : node.children("Item")) {
      const std::string format = item.child("Meta").child_value("Format");
      runner.value(
          item.child("Source").child_value("LocURI"),
          Value(format_from_name(format.empty() ? "chr" : format), item.child_value("Data")));
    }
  }

  std::vector<std::string> order_;
  std::map<std::string, std::vector<std::string>> items_;
};

// One line per node: depth, name, attributes, text.
void flatten(pugi::xml_node node, int depth, std::vector<std::string>& out) {
  for (const auto child : node.children()) {
    std::string line = std::string(static_cast<std::size_t>(depth), ' ') + child.name();
    for (const auto attribute : child.attributes()) {
      line += std::string(" ") + attribute.name() + "=" + attribute.value();
    }
    line += child.value();
    out.push_back(line);
    flatten(child, depth + 1, out);
  }
}

class NativeShape : public testing::TestWithParam<const char*> {};

TEST_P(NativeShape, BodyEqualsTheCapturedOne) {
  const auto file = corpus() / "syncml" / "clients" / GetParam();
  if (!std::filesystem::exists(file)) {
    GTEST_SKIP() << file << " is not here; set CSPKIT_CORPUS to the folder of real messages";
  }
  pugi::xml_document captured;
  ASSERT_TRUE(captured.load_file(file.c_str()));
  const auto captured_body = captured.child("SyncML").child("SyncBody");
  Request request(captured_body);
  DmSession session{DmOptions{}};
  std::vector<int> statuses;
  const Result<std::string> reply =
      session.process(request.message(captured_body.child("Status").child_value("MsgRef")),
                      request.runner, statuses);
  ASSERT_TRUE(reply) << reply.error().text();
  pugi::xml_document ours;
  ASSERT_TRUE(ours.load_string(reply->c_str()));
  std::vector<std::string> expected, actual;
  flatten(captured_body, 0, expected);
  flatten(ours.child("SyncML").child("SyncBody"), 0, actual);
  EXPECT_EQ(expected, actual);
  EXPECT_GT(expected.size(), 10u);

  // The header has the same elements in the same order, but for what belongs to authentication.
  std::vector<std::string> names;
  for (const auto node : captured.child("SyncML").child("SyncHdr").children()) {
    if (node.name() != std::string("Cred")) names.push_back(node.name());
  }
  std::vector<std::string> our_names;
  for (const auto node : ours.child("SyncML").child("SyncHdr").children()) {
    our_names.push_back(node.name());
  }
  EXPECT_EQ(names, our_names);
  EXPECT_STREQ(captured.child("SyncML").attribute("xmlns").value(),
               ours.child("SyncML").attribute("xmlns").value());
}

INSTANTIATE_TEST_SUITE_P(Captures, NativeShape,
                         testing::Values("gomsdm-windows-26200.9278-devdetail-results.xml",
                                         "gomsdm-windows-26200.9278-capability-probes.xml",
                                         "gomsdm-windows-26200.9278-namespace11-results.xml"));

}  // namespace
}  // namespace cspkit::dm
