// SPDX-License-Identifier: Apache-2.0
// Addresses with a query, through SyncML and through the calls: properties read and changed, lists
// and TNDS documents.
#include <gtest/gtest.h>

#include <cspkit/provider.hpp>
#include <filesystem>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

class TestClock final : public Clock {
 public:
  Duration steady_now() const override { return Duration(utc.time_since_epoch()); }
  UtcTime utc_now() const override { return utc; }
  UtcTime utc{std::chrono::milliseconds(994'866'637'000)};  // 2001-07-11 15:50:37
};

class QueryTest : public TreeTest {
 protected:
  void SetUp() override { open_at(":memory:"); }

  void open_at(const std::string& state) {
    session_.reset();
    engine_.reset();
    EngineOptions options;
    options.state = state;
    options.clock = clock_;
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::make_unique<Engine>(*std::move(opened));
    ASSERT_TRUE(
        engine_->load_ddf_bytes(document("./Device/Vendor/Test", test_root()), "t.xml").ok());
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  }

  static std::string command(const std::string& verb, const std::string& uri,
                             const std::string& meta = {}, const std::string& data = {}) {
    return "<" + verb + "><CmdID>2</CmdID><Item><Target><LocURI>" + uri + "</LocURI></Target>" +
           (meta.empty() ? "" : "<Meta>" + meta + "</Meta>") +
           (data.empty() ? "" : "<Data>" + data + "</Data>") + "</Item></" + verb + ">";
  }
  std::string reply_to(const std::string& body) {
    const Result<std::string> reply =
        session_->process("<SyncML><SyncBody>" + body + "<Final/></SyncBody></SyncML>");
    return reply ? *reply : reply.error().text();
  }
  int status(const std::string& verb, const std::string& uri, const std::string& meta = {},
             const std::string& data = {}) {
    reply_to(command(verb, uri, meta, data));
    return session_->last_statuses().at(0);
  }
  // "uri format=data" of every Item of the Results; "-" where there is no Data.
  std::vector<std::string> results(const std::string& uri) {
    pugi::xml_document document;
    const std::string reply = reply_to(command("Get", uri));
    EXPECT_TRUE(
        document.load_string(reply.c_str(), pugi::parse_default | pugi::parse_ws_pcdata_single));
    std::vector<std::string> lines;
    const auto body = document.child("SyncML").child("SyncBody");
    for (const auto item : body.child("Results").children("Item")) {
      lines.push_back(std::string(item.child("Source").child_value("LocURI")) + " " +
                      item.child("Meta").child_value("Format") + (item.child("Data") ? "=" : "-") +
                      item.child_value("Data"));
    }
    return lines;
  }
  std::string tnds(const std::string& uri) {
    const Result<Value> value = session_->get(uri);
    return text_of(value);
  }

  using Lines = std::vector<std::string>;
  const std::string kTnds = "<Format>xml</Format><Type>application/vnd.syncml.dmtnds+xml</Type>";
  std::shared_ptr<TestClock> clock_ = std::make_shared<TestClock>();
};

TEST_F(QueryTest, PropertiesInAnyCaseOfLetters) {
  add("Profiles/One");
  add("Profiles/One/Number", "42");
  EXPECT_EQ(get("Profiles/oNE?prop=Name"), "One");
  EXPECT_EQ(get("Profiles/One?PROP=FORMAT"), "node");
  EXPECT_EQ(get("Profiles/One/Number?prop=format"), "int");
  EXPECT_EQ(get("Profiles/One/Number?Prop=Size"), "2");
  EXPECT_EQ(get("Profiles/One/Number?prop=type"), "text/plain");
  EXPECT_EQ(get("Profiles/One?prop=Size"), "status 406");
  EXPECT_EQ(get("Profiles/One?prop=ACL"), "status 406");
  EXPECT_EQ(get("Profiles/One?prop="), "status 406");
  EXPECT_EQ(get("Profiles/One?list=Everything"), "status 406");
  EXPECT_EQ(get("Profiles/Two?prop=Name"), "status 404");
}

TEST_F(QueryTest, VersionAndTimeFollowEveryChange) {
  EXPECT_EQ(get("Fixed?prop=VerNo"), "0");
  EXPECT_EQ(get("Fixed?prop=TStamp"), "");
  EXPECT_EQ(replace("Fixed", "a"), 200);
  EXPECT_EQ(get("Fixed?prop=VerNo"), "1") << "it had a value before";
  EXPECT_EQ(get("Fixed?prop=TStamp"), "20010711T155037Z");
  clock_->utc += std::chrono::hours(1);
  EXPECT_EQ(replace("Fixed", "b"), 200);
  EXPECT_EQ(get("Fixed?prop=VerNo"), "2");
  EXPECT_EQ(get("Fixed?prop=TStamp"), "20010711T165037Z");
  EXPECT_EQ(replace("Fixed?prop=Title", "t"), 200);
  EXPECT_EQ(get("Fixed?prop=VerNo"), "3");
}

TEST_F(QueryTest, VersionsBeginWithTheNode) {
  EXPECT_EQ(replace("Fixed", "factory"), 200);
  EXPECT_EQ(get("Fixed?prop=VerNo"), "0") << "nothing changed";
  EXPECT_EQ(replace("Fixed", "a"), 200);
  EXPECT_EQ(get("Fixed?prop=VerNo"), "1");
  EXPECT_EQ(replace("Policy", "a"), 200);
  EXPECT_EQ(get("Policy?prop=VerNo"), "0") << "it was not there before";
  add("Profiles/One");
  EXPECT_EQ(add("Profiles/One/WithDefault", "other"), 200);
  EXPECT_EQ(get("Profiles/One/WithDefault?prop=VerNo"), "1");
  EXPECT_EQ(replace("Profiles/Two/Fixed", "a"), 200);
  EXPECT_EQ(get("Profiles/Two/Fixed?prop=VerNo"), "0") << "it came with its parent";
  EXPECT_TRUE(engine_->owner().set(uri("ReadOnly"), "5").ok());
  EXPECT_EQ(get("ReadOnly?prop=VerNo"), "1");
  EXPECT_TRUE(engine_->owner().set(uri("Profiles/Three/Text"), "5").ok());
  EXPECT_EQ(get("Profiles/Three/Text?prop=VerNo"), "0");
}

TEST_F(QueryTest, PropertiesSurviveARestart) {
  const std::filesystem::path state = std::filesystem::path(::testing::TempDir()) / "query_test.db";
  std::filesystem::remove(state);
  open_at(state.string());
  EXPECT_EQ(replace("Fixed", "a"), 200);
  EXPECT_EQ(replace("Fixed", "b"), 200);
  EXPECT_EQ(replace("Fixed?prop=Title", "My \xC3\xA4 title"), 200);
  clock_->utc += std::chrono::hours(1);
  open_at(state.string());
  EXPECT_EQ(get("Fixed"), "b");
  EXPECT_EQ(get("Fixed?prop=Title"), "My \xC3\xA4 title");
  EXPECT_EQ(get("Fixed?prop=VerNo"), "3");
  EXPECT_EQ(get("Fixed?prop=TStamp"), "20010711T155037Z");
  session_.reset();
  engine_.reset();
  std::filesystem::remove(state);
}

TEST_F(QueryTest, ATitleSetsNoNode) {
  add("Profiles/One");
  EXPECT_EQ(replace("Profiles/One/WithDefault?prop=Title", "t"), 200);
  EXPECT_EQ(get("Profiles/One/WithDefault"), "preset");
  EXPECT_EQ(add("Profiles/One/WithDefault", "x"), 200);
  EXPECT_EQ(add("Profiles/One/WithDefault", "y"), 418);
  EXPECT_EQ(get("Profiles/One/WithDefault"), "x");
  EXPECT_EQ(get("Profiles/One/WithDefault?prop=Title"), "t");
  EXPECT_EQ(replace("Profiles/One/Inner?prop=Title", "t"), 200);
  EXPECT_EQ(add("Profiles/One/Inner"), 200);
  EXPECT_EQ(add("Profiles/One/Inner"), 418);
  // What the owner makes is set.
  add("Profiles/Two");
  EXPECT_EQ(replace("Profiles/Two/Inner?prop=Title", "t"), 200);
  EXPECT_TRUE(engine_->owner().set(uri("Profiles/Two/Inner"), Value(Format::kNode, {})).ok());
  EXPECT_EQ(add("Profiles/Two/Inner"), 418);
  EXPECT_EQ(remove("Profiles/One/Inner"), 200);
  EXPECT_EQ(get("Profiles/One/Inner?prop=Title"), "");
}

TEST_F(QueryTest, TitleIsReplacedAndCleared) {
  EXPECT_EQ(replace("Fixed?prop=Title", "x"), 200);
  EXPECT_EQ(get("Fixed"), "factory");
  EXPECT_EQ(replace("Fixed?prop=Title", ""), 200);
  EXPECT_EQ(get("Fixed?prop=Title"), "");
  EXPECT_EQ(replace("Fixed?prop=Title", std::string(255, 't')), 200);
  EXPECT_EQ(replace("Fixed?prop=Title", std::string(256, 't')), 413);
  EXPECT_EQ(replace("ReadOnly?prop=Title", "x"), 405);
  EXPECT_EQ(status("Replace", uri("Fixed?prop=Title")), 400);
  EXPECT_EQ(status("Replace", uri("Fixed?prop=Title"), "<Format>int</Format>", "5"), 415);
}

TEST_F(QueryTest, OtherPropertiesAndVerbsAre405) {
  for (const char* property : {"Format", "Type", "Size", "TStamp", "VerNo"}) {
    EXPECT_EQ(replace(std::string("Fixed?prop=") + property, "x"), 405) << property;
  }
  EXPECT_EQ(replace("Fixed?prop=ACL", "x"), 406);
  EXPECT_EQ(replace("Fixed?prop=None", "x"), 406);
  EXPECT_EQ(replace("Fixed?list=Struct", "x"), 405);
  EXPECT_EQ(add("Policy?prop=Title", "x"), 405);
  EXPECT_EQ(get("Policy"), "status 404");
}

TEST_F(QueryTest, RenameMovesTheWholeSubtree) {
  add("Profiles/One");
  add("Profiles/One/Text", "hello");
  add("Profiles/One/Inner/Deep", "down");
  EXPECT_EQ(replace("Profiles/One?prop=Name", "Two & more/x"), 200);
  EXPECT_EQ(get("Profiles"), "Two%20%26%20more%2Fx");
  EXPECT_EQ(get("Profiles/One"), "status 404");
  EXPECT_EQ(get("Profiles/Two%20%26%20more%2Fx/Text"), "hello");
  EXPECT_EQ(get("Profiles/Two%20%26%20more%2Fx/Inner/Deep"), "down");
  EXPECT_EQ(get("Profiles/Two%20%26%20more%2Fx?prop=VerNo"), "1");
  // The old name is free, and nothing of the old node is left under it.
  EXPECT_EQ(add("Profiles/One"), 200);
  EXPECT_EQ(get("Profiles/One/Text"), "status 404");
}

TEST_F(QueryTest, RenameSurvivesARestart) {
  const std::filesystem::path state =
      std::filesystem::path(::testing::TempDir()) / "rename_test.db";
  std::filesystem::remove(state);
  open_at(state.string());
  add("Profiles/One");
  add("Profiles/One/Text", "hello");
  EXPECT_EQ(replace("Profiles/One?prop=Name", "ONE"), 200);
  EXPECT_EQ(replace("Profiles/one?prop=Name", "Other"), 200);
  open_at(state.string());
  EXPECT_EQ(get("Profiles"), "Other");
  EXPECT_EQ(get("Profiles/Other/Text"), "hello");
  EXPECT_TRUE(engine_->orphans().empty());
  session_.reset();
  engine_.reset();
  std::filesystem::remove(state);
}

TEST_F(QueryTest, RenameInAnotherCaseOnlyChangesTheSpelling) {
  add("Profiles/one");
  add("Profiles/one/Text", "hello");
  EXPECT_EQ(replace("Profiles/one?prop=Name", "ONE"), 200);
  EXPECT_EQ(get("Profiles"), "ONE");
  EXPECT_EQ(get("Profiles/one/Text"), "hello");
}

TEST_F(QueryTest, RenameIsRefused) {
  add("Profiles/One");
  add("Profiles/Two");
  EXPECT_EQ(replace("Profiles/One?prop=Name", "two"), 418);
  EXPECT_EQ(replace("Fixed?prop=Name", "Other"), 405);
  EXPECT_EQ(replace("Profiles/None?prop=Name", "Other"), 404);
  for (const char* name : {"", ".", "..", "*", "\xFF"}) {
    EXPECT_EQ(replace("Profiles/One?prop=Name", name), 400) << name;
  }
  EXPECT_EQ(replace("Profiles/One?prop=Name", std::string(5000, 'n')), 414);
  EXPECT_EQ(get("Profiles"), "One/Two");
}

TEST_F(QueryTest, PropertiesChangeInAnAtomicOrNotAtAll) {
  add("Profiles/One");
  reply_to("<Atomic><CmdID>1</CmdID>" +
           command("Replace", uri("Profiles/One?prop=Name"), "", "New") +
           command("Replace", uri("Profiles/New?prop=Title"), "", "T") +
           command("Replace", uri("Profiles/Missing?prop=Name"), "", "x") + "</Atomic>");
  EXPECT_EQ(session_->last_statuses(), (std::vector<int>{507, 216, 216, 404}));
  EXPECT_EQ(get("Profiles"), "One");
  reply_to("<Atomic><CmdID>1</CmdID>" +
           command("Replace", uri("Profiles/One?prop=Name"), "", "New") +
           command("Replace", uri("Profiles/New?prop=Title"), "", "T") + "</Atomic>");
  EXPECT_EQ(get("Profiles/New?prop=Title"), "T");
}

TEST_F(QueryTest, StructHasNoDataAndStructDataNoSecrets) {
  add("Profiles/One");
  add("Profiles/One/Text", "hello");
  const std::string at = uri("Profiles");
  EXPECT_EQ(results(at + "?list=Struct"),
            (Lines{at + " node-", at + "/One node-", at + "/One/Fixed -", at + "/One/Inner node-",
                   at + "/One/Text -", at + "/One/WithDefault -"}));
  EXPECT_EQ(results(at + "?LIST=structDATA"),
            (Lines{at + " node-", at + "/One node-", at + "/One/Fixed =", at + "/One/Inner node-",
                   at + "/One/Text =hello", at + "/One/WithDefault =preset"}));
  bool listed = false;
  for (const std::string& line : results(uri("?list=Struct").replace(uri("").size() - 1, 1, ""))) {
    listed = listed || line == uri("WriteOnly") + " -";
  }
  EXPECT_TRUE(listed);
  for (const std::string& line : results(std::string(kRoot) + "?list=StructData")) {
    EXPECT_EQ(line.find("WriteOnly"), std::string::npos);
  }
  EXPECT_EQ(tnds(std::string(kRoot) + "?list=TNDS").find("WriteOnly"), std::string::npos);
}

TEST_F(QueryTest, ListsKeepTheFormOfTheRequest) {
  EXPECT_EQ(results("./device/Vendor/Test/T/Fixed?list=StructData"),
            Lines{"./device/Vendor/Test/T/Fixed =factory"});
  EXPECT_EQ(results(".?list=Struct").at(1), "./Vendor node-");
  EXPECT_EQ(results("./User?list=Struct"), Lines{});
}

TEST_F(QueryTest, TndsIsTheSubtreeAsADocument) {
  add("Profiles/A<B");
  add("Profiles/A<B/Text", "x & \x01");
  session_->replace(uri("Bin"), Value(Format::kBin, std::string("\0\1", 2))).ok();
  EXPECT_EQ(tnds(uri("Profiles/A%3CB?list=TNDS")),
            "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD><Node><NodeName>A&lt;B"
            "</NodeName><Path>./Vendor/Test/T/Profiles</Path><RTProperties><Format><node/>"
            "</Format><TStamp>20010711T155037Z</TStamp><VerNo>0</VerNo></RTProperties>"
            "<Node><NodeName>Fixed</NodeName><RTProperties><Format><chr/></Format><Type><MIME>"
            "text/plain</MIME></Type><VerNo>0</VerNo></RTProperties><Value></Value></Node>"
            "<Node><NodeName>Inner</NodeName><RTProperties><Format><node/></Format><VerNo>0"
            "</VerNo></RTProperties></Node>"
            "<Node><NodeName>Text</NodeName><RTProperties><Format><chr/></Format><TStamp>"
            "20010711T155037Z</TStamp><Type><MIME>text/plain</MIME></Type><VerNo>0</VerNo>"
            "</RTProperties><Value>x &amp; \xEF\xBF\xBD</Value></Node>"
            "<Node><NodeName>WithDefault</NodeName><RTProperties><Format><chr/></"
            "Format><Type><MIME>text/plain</MIME></Type><VerNo>0</VerNo></"
            "RTProperties><Value>preset</Value></Node></Node></MgmtTree>");
  EXPECT_EQ(tnds(uri("Bin?list=tnds+Value")),
            "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD><Node><NodeName>Bin"
            "</NodeName><Path>./Vendor/Test/T</Path><RTProperties></RTProperties><Value>AAE="
            "</Value></Node></MgmtTree>");
  EXPECT_EQ(tnds(uri("Fixed?list=TNDS-Value-TStamp-VerNo-ACL")),
            "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD><Node><NodeName>Fixed"
            "</NodeName><Path>./Vendor/Test/T</Path><RTProperties><Format><chr/></Format><Type>"
            "<MIME>text/plain</MIME></Type></RTProperties></Node></MgmtTree>");
  EXPECT_EQ(tnds(uri("Fixed?list=TNDS+Nothing")), "status 406");
  const std::string reply = reply_to(command("Get", uri("Fixed?list=TNDS")));
  EXPECT_NE(reply.find(">xml</Format><Type xmlns=\"syncml:metinf\">application/"
                       "vnd.syncml.dmtnds+xml</Type>"),
            std::string::npos);
}

std::string leaf(const std::string& name, const std::string& format, const std::string& value) {
  return "<Node><NodeName>" + name + "</NodeName><RTProperties><Format><" + format +
         "/></Format></RTProperties><Value>" + value + "</Value></Node>";
}
std::string tree(const std::string& nodes) {
  return "<MgmtTree xmlns='syncml:dmddf1.2'><VerDTD>1.2</VerDTD>" + nodes + "</MgmtTree>";
}
std::string interior(const std::string& name, const std::string& children) {
  return "<Node><NodeName>" + name + "</NodeName>" + children + "</Node>";
}

TEST_F(QueryTest, AddOfADocumentMakesTheSubtree) {
  const std::string profile =
      tree(interior("New one", leaf("Text", "chr", "hello") + leaf("Number", "int", "7") +
                                   interior("Inner", leaf("Deep", "chr", "down"))));
  EXPECT_EQ(status("Add", uri("Profiles"), kTnds, profile), 200);
  EXPECT_EQ(get("Profiles/New%20one/Text"), "hello");
  EXPECT_EQ(get("Profiles/New%20one/Number"), "7");
  EXPECT_EQ(get("Profiles/New%20one/Inner/Deep"), "down");
  EXPECT_EQ(status("Add", uri("Profiles"), kTnds, profile), 418);
}

TEST_F(QueryTest, ADocumentIsWholeOrNothing) {
  const std::string profile =
      tree(interior("One", leaf("Text", "chr", "hello") + leaf("Number", "int", "seven")));
  EXPECT_EQ(status("Add", uri("Profiles"), kTnds, profile), 415);
  EXPECT_EQ(get("Profiles"), "");
  add("Profiles/Two");
  const std::string clash =
      tree(interior("One", leaf("Text", "chr", "hello")) + interior("Two", ""));
  const std::string reply = reply_to(command("Add", uri("Profiles"), kTnds, clash));
  EXPECT_EQ(session_->last_statuses(), std::vector<int>{418});
  EXPECT_EQ(get("Profiles"), "Two");
  EXPECT_EQ(
      status("Add", uri("Profiles"), kTnds, tree(interior("One", leaf("Nothing", "chr", "x")))),
      404);
  EXPECT_EQ(get("Profiles"), "Two");
}

TEST_F(QueryTest, TheGateHoldsForEveryNodeOfADocument) {
  EXPECT_EQ(status("Replace", std::string(kRoot), kTnds, tree(leaf("ReadOnly", "int", "1"))), 405);
  EXPECT_EQ(status("Replace", std::string(kRoot), kTnds,
                   tree(leaf("Fixed", "chr", "a") + leaf("Range", "int", "11"))),
            500);
  EXPECT_EQ(get("Fixed"), "factory");
  EXPECT_EQ(status("Replace", std::string(kRoot), kTnds,
                   tree(leaf("Fixed", "chr", "a") + leaf("Range", "int", "10"))),
            200);
  EXPECT_EQ(get("Fixed"), "a");
  EXPECT_EQ(get("Range"), "10");
}

TEST_F(QueryTest, ReplaceOfADocumentLeavesTheRestAlone) {
  add("Profiles/One");
  add("Profiles/One/Text", "old");
  add("Profiles/One/Number", "1");
  EXPECT_EQ(
      status("Replace", uri("Profiles"), kTnds,
             tree(interior("One", leaf("Text", "chr", "new") + leaf("Optional", "chr", "made")))),
      200);
  EXPECT_EQ(get("Profiles/One/Text"), "new");
  EXPECT_EQ(get("Profiles/One/Optional"), "made");
  EXPECT_EQ(get("Profiles/One/Number"), "1");
}

TEST_F(QueryTest, ADocumentThatWasReadCanBeAddedAgain) {
  add("Profiles/One");
  add("Profiles/One/Text", "hello");
  add("Profiles/One/Number", "7");
  add("Profiles/One/Inner/Deep", "down");
  const std::string what = uri("Profiles/One?list=TNDS-TStamp-VerNo");
  const std::string before = tnds(what);
  EXPECT_EQ(remove("Profiles/One"), 200);
  // Its Path leads to where it was, from the root of the tree.
  EXPECT_EQ(status("Add", ".", kTnds, before), 200);
  EXPECT_EQ(tnds(what), before);
  EXPECT_NE(before.find("<Value>down</Value>"), std::string::npos);
}

TEST_F(QueryTest, DocumentsComeEscapedInPiecesAndInAnAtomic) {
  const std::string escaped =
      "&lt;MgmtTree&gt;&lt;Node&gt;&lt;NodeName&gt;Fixed&lt;/NodeName&gt;&lt;Value&gt;a &amp;amp; "
      "b&lt;/Value&gt;&lt;/Node&gt;&lt;/MgmtTree&gt;";
  EXPECT_EQ(status("Replace", std::string(kRoot), kTnds, escaped), 200);
  EXPECT_EQ(get("Fixed"), "a & b");
  reply_to("<Atomic><CmdID>1</CmdID>" +
           command("Replace", std::string(kRoot), kTnds,
                   tree(leaf("Fixed", "chr", "1") + leaf("Int", "int", "2"))) +
           command("Replace", uri("Bool"), "", "true") + "</Atomic>");
  EXPECT_EQ(session_->last_statuses(), (std::vector<int>{200, 200, 200}));
  reply_to("<Atomic><CmdID>1</CmdID>" + command("Replace", uri("Bool"), "", "false") +
           command("Replace", std::string(kRoot), kTnds,
                   tree(leaf("Fixed", "chr", "3") + leaf("Range", "int", "99"))) +
           "</Atomic>");
  EXPECT_EQ(session_->last_statuses(), (std::vector<int>{507, 215, 500}));
  EXPECT_EQ(get("Fixed") + get("Bool"), "1true");
}

TEST_F(QueryTest, WhatIsNoDocumentIs415) {
  for (const char* data :
       {"text", "&lt;MgmtTree", "<Other/>", "<MgmtTree/>", "<MgmtTree><Node/></MgmtTree>",
        "<MgmtTree><Node><NodeName>A</NodeName><Value>x</Value><Node/></Node>"
        "</MgmtTree>"}) {
    EXPECT_EQ(status("Add", uri("Profiles"), kTnds, data), 415) << data;
  }
  EXPECT_EQ(status("Add", uri("Profiles"), kTnds), 400);
  EXPECT_EQ(status("Add", uri("Profiles"),
                   "<Format>b64</Format><Type>application/vnd.syncml.dmtnds+xml</Type>", "AAAA"),
            415);
  EXPECT_EQ(status("Add", uri("Profiles"),
                   "<Format>b64</Format><Type>application/vnd.syncml.dmtnds+wbxml</Type>", "AAAA"),
            415);
  std::string deep;
  for (int i = 0; i < 70; ++i) deep += "<Node><NodeName>A</NodeName>";
  for (int i = 0; i < 70; ++i) deep += "</Node>";
  EXPECT_EQ(status("Add", uri("Profiles"), kTnds, tree(deep)), 413);
}

}  // namespace
}  // namespace cspkit::testing
