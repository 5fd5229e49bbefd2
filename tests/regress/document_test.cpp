// SPDX-License-Identifier: Apache-2.0
// TNDS documents: the same Replace twice was 200, then 418, because an interior node without
// children and without Replace was added; one that grants neither made the whole document fail.
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

TEST_F(Documents, OfAUserWithoutAuthorityMakeNothingOnTheDevice) {
  Session user = engine_->open_session(Principal::for_user("S-1-5-21-1"));
  reply_to("<Replace>" + item(kRoot, interior("Two", interior("a"))) + "</Replace>", user);
  EXPECT_EQ(user.last_statuses(), std::vector<int>{425});
  EXPECT_EQ(get("Two"), "");
}

}  // namespace
}  // namespace cspkit::testing
