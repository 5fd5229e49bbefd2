// SPDX-License-Identifier: Apache-2.0
// The shape of replies, learnt from what native Windows 11 clients sent: every element of every
// reply to a collected message must have the children, in the order, and the attributes that the
// same element has somewhere in the captures; what differs is listed below by name, with its
// reason. Where a server's message and the native answer to it were both captured, the two answers
// are compared whole.
#include <gtest/gtest.h>

#include <cspkit/engine.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <vector>

namespace cspkit {
namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  const char* set = std::getenv("CSPKIT_CORPUS");
  return (set != nullptr ? fs::path(set) : fs::path("../shared/corpus")) / "syncml";
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Belongs to authentication, which is the transport's here.
bool is_left_out(const std::string& name) { return name == "Cred" || name == "LocName"; }

// "Status: CmdID MsgRef CmdRef Cmd Data", attributes first; what repeats stands once.
std::string shape_of(pugi::xml_node node) {
  std::string shape = node.name();
  for (const auto attribute : node.attributes()) {
    shape += std::string(" ") + attribute.name();
    if (std::string(attribute.name()).rfind("xmlns", 0) == 0) {
      shape += std::string("=") + attribute.value();
    }
  }
  shape += ":";
  std::string last;
  for (const auto child : node.children()) {
    const std::string name = child.type() == pugi::node_element ? child.name() : "text";
    if (name != last && !is_left_out(name)) shape += " " + name;
    last = name;
  }
  return shape;
}

// The bodies' own sequences are judged apart.
void collect(pugi::xml_node node, std::set<std::string>& shapes) {
  if (is_left_out(node.name())) return;
  const std::string name = node.name();
  if (name != "SyncBody") shapes.insert(shape_of(node));
  for (const auto child : node.children()) {
    if (child.type() == pugi::node_element) collect(child, shapes);
  }
}

// Each with why no capture has it.
const std::map<std::string, std::string>& deviations() {
  static const std::map<std::string, std::string> kAll = {
      {"SyncHdr:", "the request had no header; Windows' local management answers so too"},
      {"Data:", "an empty value; every captured one has text"},
      {"LocURI:", "the request's header leaves Source or Target out; it is echoed as it came"},
      {"CmdRef:", "a command without CmdID (Windows: 400 with an empty CmdRef, in its documents)"},
      {"SessionID:", "the request's SessionID is empty"},
      {"Status: CmdID MsgRef CmdRef Cmd Data Item",
       "the parent that could not be made is named (OMA-TS-DM_RepPro 1.2, section 6.6.1)"},
      {"Item: Target", "of such a Status"},
      {"Target: LocURI", "of such a Status"},
      {"Status: CmdID MsgRef CmdRef Cmd TargetRef Data Item", "the same, one of several Items"},
      {"Data msft:originalerror: text",
       "a provider's error; [MS-MDM] 2.2.4.3, from SyncApplicationVersion 3.0"},
      {"Meta: Format Type", "a Type that is not text/plain (OMA-TS-DM_TND 1.2.1, section 8.4)"},
      {"Meta: Type", "the same of a value of format chr"},
      {"Type xmlns=syncml:metinf: text", "the same"},
      {"Item: Source", "a node of ?list=Struct (OMA-TS-DM_TND 1.2.1, section 8.4)"},
      {"Item: Source Meta", "the same"},
  };
  return kAll;
}

class ReplyShape : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(corpus() / "index.tsv")) {
      GTEST_SKIP() << "no " << corpus() / "index.tsv"
                   << "; set CSPKIT_CORPUS to the folder of real files";
    }
    for (const auto& file : fs::directory_iterator(corpus() / "clients")) {
      if (file.path().filename().string().rfind("gomsdm-windows-", 0) != 0) continue;
      pugi::xml_document captured;
      ASSERT_TRUE(captured.load_file(file.path().c_str()));
      collect(captured.document_element(), native_);
    }
    ASSERT_GT(native_.size(), 15u);
    EngineOptions options;
    Result<Engine> engine = Engine::open(std::move(options));
    ASSERT_TRUE(engine) << engine.error().text();
    engine_ = std::make_unique<Engine>(*std::move(engine));
    const Status loaded = engine_->load_ddf(corpus().parent_path() / "ddf");
    ASSERT_TRUE(loaded.ok()) << loaded.text();
  }

  // Rules of a body: the header's Status first; Results behind the Statuses of their own command;
  // a TargetRef only where a command has several Statuses; Final last.
  static void judge_body(pugi::xml_node body) {
    std::map<std::string, int> statuses;
    std::string last_ref;
    int place = 0;
    for (const auto node : body.children()) {
      const std::string name = node.name(), ref = node.child_value("CmdRef");
      if (place++ == 0) {
        EXPECT_EQ(name + ref + node.child_value("Cmd"), "Status0SyncHdr");
      }
      if (name == "Results") {
        EXPECT_EQ(ref, last_ref);
      }
      if (name == "Final") {
        EXPECT_TRUE(node.next_sibling().empty());
      }
      if (name != "Status") continue;
      last_ref = ref;
      const auto next = node.next_sibling(), before = node.previous_sibling();
      const auto same = [&](pugi::xml_node other) {
        return other.child("TargetRef") && other.child_value("CmdRef") == ref;
      };
      if (node.child("TargetRef")) {
        EXPECT_TRUE(same(next) || same(before));
      }
    }
  }

  // Meta says the format unless it is chr, and nothing else says it.
  static void judge_items(pugi::xml_node body) {
    for (const auto results : body.children("Results")) {
      for (const auto item : results.children("Item")) {
        EXPECT_STRNE(item.child("Meta").child_value("Format"), "chr");
        EXPECT_STRNE(item.child("Meta").child_value("Type"), "text/plain");
      }
    }
  }

  std::set<std::string> native_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(ReplyShape, EveryElementIsShapedAsNativeOnesOrListed) {
  std::map<std::string, std::size_t> used;
  std::size_t replies = 0;
  for (const char* folder : {"clients", "servers", "docs"}) {
    for (const auto& file : fs::directory_iterator(corpus() / folder)) {
      SCOPED_TRACE(file.path().string());
      Session session = engine_->open_session(Principal::device());
      const Result<std::string> reply = session.process(read_file(file.path()));
      if (!reply) continue;
      ++replies;
      pugi::xml_document document;
      ASSERT_TRUE(
          document.load_string(reply->c_str(), pugi::parse_default | pugi::parse_ws_pcdata_single));
      judge_body(document.child("SyncML").child("SyncBody"));
      judge_items(document.child("SyncML").child("SyncBody"));
      std::set<std::string> shapes;
      collect(document.document_element(), shapes);
      for (const std::string& shape : shapes) {
        if (native_.count(shape) != 0) continue;
        EXPECT_EQ(deviations().count(shape), 1u) << shape;
        ++used[shape];
      }
    }
  }
  EXPECT_GT(replies, 90u);
  std::printf("%zu replies; shapes that no capture has:\n", replies);
  for (const auto& [shape, count] : used) {
    const auto found = deviations().find(shape);
    std::printf("%5zu  %s  (%s)\n", count, shape.c_str(),
                found == deviations().end() ? "?" : found->second.c_str());
  }
}

// One line per node: depth, name, attributes, text.
void flatten(pugi::xml_node node, int depth, std::vector<std::string>& out) {
  for (const auto child : node.children()) {
    if (is_left_out(child.name())) continue;
    std::string line = std::string(static_cast<std::size_t>(depth), ' ') + child.name();
    for (const auto attribute : child.attributes()) {
      line += std::string(" ") + attribute.name() + "=" + attribute.value();
    }
    out.push_back(line + child.value());
    flatten(child, depth + 1, out);
  }
}

TEST_F(ReplyShape, TheCapturedMessageGetsTheCapturedAnswer) {
  // It answers the client's second message (package 1 was sent twice): this is the third.
  ASSERT_TRUE(engine_
                  ->load_ddf_bytes(
                      "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>DevInfo</NodeName>"
                      "<Path>.</Path><DFProperties><AccessType><Get/></AccessType><DFFormat>"
                      "<node/></DFFormat></DFProperties><Node><NodeName>Man</NodeName>"
                      "<DFProperties><AccessType><Get/></AccessType><DFFormat><chr/></DFFormat>"
                      "</DFProperties></Node></Node></MgmtTree>",
                      "devinfo.xml")
                  .ok());
  ASSERT_TRUE(engine_->owner().set("./DevInfo/Man", "Example Manufacturer").ok());
  const std::string request =
      read_file(corpus() / "servers/gomsdm-windows-26200.9278-namespace11-response.xml");
  pugi::xml_document captured;
  ASSERT_TRUE(captured.load_file(
      (corpus() / "clients/gomsdm-windows-26200.9278-namespace11-results.xml").c_str()));
  Session session = engine_->open_session(Principal::device());
  const Result<std::string> reply = session.process(request);
  ASSERT_TRUE(reply);
  pugi::xml_document ours;
  ASSERT_TRUE(ours.load_string(reply->c_str()));
  std::vector<std::string> expected, actual;
  flatten(captured, 0, expected);
  flatten(ours, 0, actual);
  EXPECT_EQ(actual, expected);
}

TEST_F(ReplyShape, AResultBeyondMaxMsgSizeAbortsAsCapturedWhenAskedTo) {
  EngineOptions options;
  options.long_replies = LongReplies::kAbort;
  Result<Engine> engine = Engine::open(std::move(options));
  ASSERT_TRUE(engine);
  ASSERT_TRUE(engine
                  ->load_ddf_bytes(
                      "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>X</NodeName>"
                      "<Path>./Device/Vendor</Path><DFProperties><AccessType><Get/><Replace/>"
                      "</AccessType><DFFormat><chr/></DFFormat></DFProperties></Node></MgmtTree>",
                      "x.xml")
                  .ok());
  ASSERT_TRUE(engine->owner().set("./Vendor/X", std::string(4000, 'x')).ok());
  Session session = engine->open_session(Principal::device());
  pugi::xml_document captured;
  ASSERT_TRUE(captured.load_file(
      (corpus() / "clients/gomsdm-windows-26200.9278-large-result-abort-2048.xml").c_str()));
  const auto body = captured.child("SyncML").child("SyncBody");
  const std::string msg_id = body.child("Status").child_value("MsgRef");
  const Result<std::string> reply = session.process(
      "<SyncML><SyncHdr><SessionID>4</SessionID><MsgID>" + msg_id +
      "</MsgID><Meta><MaxMsgSize>2048</MaxMsgSize></Meta></SyncHdr><SyncBody><Get><CmdID>5"
      "</CmdID><Item><Target><LocURI>./Vendor/X</LocURI></Target></Item></Get><Final/>"
      "</SyncBody></SyncML>");
  ASSERT_TRUE(reply);
  pugi::xml_document ours;
  ASSERT_TRUE(ours.load_string(reply->c_str()));
  std::vector<std::string> expected, actual;
  flatten(body, 0, expected);
  flatten(ours.child("SyncML").child("SyncBody"), 0, actual);
  EXPECT_EQ(actual, expected);
}

}  // namespace
}  // namespace cspkit
