// SPDX-License-Identifier: Apache-2.0
// TNDS documents: the same Replace twice was 200, then 418, because an interior node without
// children and without Replace was added; one that grants neither made the whole document fail.
// Its Titles were dropped without a word, the Status did not say which node was refused, and a lone
// document counted as an Atomic.
#include <string>
#include <vector>

#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

std::string interior(const std::string& name, const std::string& children = {}) {
  return "<Node><NodeName>" + name + "</NodeName>" + children + "</Node>";
}
std::string leaf(const std::string& name, const std::string& value) {
  return "<Node><NodeName>" + name + "</NodeName><Value>" + value + "</Value></Node>";
}

class Documents : public TreeTest {
 protected:
  static std::string item(const std::string& target, const std::string& nodes) {
    return "<CmdID>2</CmdID><Item><Target><LocURI>" + target +
           "</LocURI></Target><Meta><Type>application/vnd.syncml.dmtnds+xml</Type></Meta><Data>"
           "<MgmtTree><VerDTD>1.2</VerDTD>" +
           nodes + "</MgmtTree></Data></Item>";
  }
  std::string reply_to(const std::string& body, Session& session) {
    const Result<std::string> reply =
        session.process("<SyncML><SyncBody>" + body + "<Final/></SyncBody></SyncML>");
    return reply ? *reply : reply.error().text();
  }
  int send(const std::string& verb, const std::string& nodes, const std::string& below = {}) {
    const std::string target = below.empty() ? std::string(kRoot) : uri(below);
    reply_to("<" + verb + ">" + item(target, nodes) + "</" + verb + ">", *session_);
    return session_->last_statuses().at(0);
  }
};

TEST_F(Documents, AReplaceMayBeSentAgain) {
  const std::string two = interior("Two", interior("a") + interior("b"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(send("Replace", two), 200) << "instances with Add and without Replace";
    EXPECT_EQ(get("Two"), "a/b");
    EXPECT_EQ(send("Replace", interior("Folder") + leaf("Fixed", "x")), 200);
    EXPECT_EQ(get("Folder"), "");
    EXPECT_EQ(get("Fixed"), "x");
  }
  EXPECT_EQ(send("Add", two), 418) << "an Add is one";
}

TEST_F(Documents, AReplacePassesOverWhatIsThereWhateverItGrants) {
  ASSERT_EQ(add("Profiles/One"), 200);
  ASSERT_EQ(add("Profiles/One/Number", "7"), 200);
  EXPECT_EQ(send("Replace", interior("Profiles") + interior("Hashes") + leaf("Fixed", "x")), 200);
  EXPECT_EQ(get("Fixed"), "x");
  EXPECT_EQ(get("Profiles/One/Number"), "7");
  EXPECT_EQ(send("Replace", interior("Profiles", interior("One"))), 200);
  EXPECT_EQ(get("Profiles/One/Number"), "7");
}

TEST_F(Documents, AnAddTakesStaticNodesWithoutChildrenAsTheyCome) {
  EXPECT_EQ(send("Add", interior("Two") + interior("Kept") + interior("Folder")), 200);
  EXPECT_EQ(get("Folder"), "");
  EXPECT_EQ(send("Add", interior("Folder")), 418);
}

TEST_F(Documents, AMissingNodeThatCannotBeMadeFailsAll) {
  // No instance of Hashes can be added by itself.
  EXPECT_EQ(send("Replace", leaf("Fixed", "x") + interior("Hashes", interior("00FF"))), 404);
  EXPECT_EQ(get("Fixed"), "factory");
  EXPECT_EQ(get("Hashes"), "");
}

std::string titled(const std::string& name, const std::string& title, const std::string& rest) {
  return "<Node><NodeName>" + name + "</NodeName><RTProperties><Title>" + title +
         "</Title></RTProperties>" + rest + "</Node>";
}

TEST_F(Documents, GiveTitlesWhereTheyMayBeSet) {
  const std::string nodes =
      titled("Profiles", "no",
             titled("One", "A &amp; B", titled("Text", "t", "<Value>x</Value>"))) +
      titled("Fixed", "f", "<Value>x</Value>");
  EXPECT_EQ(send("Add", nodes), 200);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(get("Profiles/One?prop=Title"), "A & B");
    EXPECT_EQ(get("Profiles/One/Text?prop=Title"), "t");
    EXPECT_EQ(get("Fixed?prop=Title"), "f");
    EXPECT_EQ(get("Profiles?prop=Title"), "") << "it grants no Replace";
    EXPECT_EQ(send("Replace", nodes), 200);
  }
  EXPECT_EQ(get("Profiles/One?prop=VerNo"), "1") << "the same Title again is no change";
  const std::string read = get("Profiles/One?list=TNDS-TStamp-VerNo");
  ASSERT_EQ(remove("Profiles/One"), 200);
  reply_to("<Add>" +
               item(".", read.substr(read.find("<Node>"))
                             .substr(0, read.rfind("</MgmtTree>") - read.find("<Node>"))) +
               "</Add>",
           *session_);
  EXPECT_EQ(get("Profiles/One?list=TNDS-TStamp-VerNo"), read);
  EXPECT_EQ(send("Replace", leaf("Int", "1") + titled("Fixed", std::string(256, 't'), "")), 400);
  EXPECT_EQ(send("Replace",
                 leaf("Int", "1") + titled("Fixed", std::string(256, 't'), "<Value>y</Value>")),
            413);
  EXPECT_EQ(get("Fixed"), "x");
}

TEST_F(Documents, NameTheNodeThatWasRefused) {
  const std::string nodes =
      leaf("Fixed", "x") + interior("Profiles", interior("One", leaf("Number", "seven")));
  const std::string named =
      "<Data>415</Data><Item><Target><LocURI>" + uri("Profiles/One/Number") + "</LocURI>";
  EXPECT_NE(reply_to("<Replace>" + item(kRoot, nodes) + "</Replace>", *session_).find(named),
            std::string::npos);
  const std::string reply = reply_to(
      "<Atomic><CmdID>1</CmdID><Replace>" + item(kRoot, nodes) + "</Replace></Atomic>", *session_);
  EXPECT_NE(reply.find(named), std::string::npos) << reply;
}

TEST_F(Documents, OfAUserWithoutAuthorityMakeNothingOnTheDevice) {
  Session user = engine_->open_session(Principal::for_user("S-1-5-21-1"));
  reply_to("<Replace>" + item(kRoot, interior("Two", interior("a"))) + "</Replace>", user);
  EXPECT_EQ(user.last_statuses(), std::vector<int>{425});
  EXPECT_EQ(get("Two"), "");
}

}  // namespace
}  // namespace cspkit::testing
