// SPDX-License-Identifier: Apache-2.0
// Small holes: a principal without a user and without authority changed the device; a Copy onto a
// leaf that comes with its parents was an Add that the leaf does not grant; a row whose name a
// newer DDF reads with other eyes was listed, but could not be addressed; a lone Copy from or to an
// address with a query took the query for none and overwrote values; a kept Alert had no limit.
#include <unistd.h>

#include <filesystem>

#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

using SessionEdges = TreeTest;

TEST_F(SessionEdges, WithoutAuthorityTheDeviceIsReadOnlyForANamelessPrincipalToo) {
  Session nobody = engine_->open_session(Principal::for_user(""));
  EXPECT_EQ(syncml_status(nobody.replace(uri("Fixed"), Value::chr("x"))), 425);
  EXPECT_EQ(text_of(nobody.get(uri("Fixed"))), "factory");
}

TEST_F(SessionEdges, CopyReachesALeafThatComesWithItsParents) {
  const Result<std::string> reply = session_->process(
      "<SyncML><SyncBody><Copy><CmdID>1</CmdID><Item><Source><LocURI>" + uri("Fixed") +
      "</LocURI></Source><Target><LocURI>" + uri("Profiles/New/Fixed") +
      "</LocURI></Target></Item></Copy><Final/></SyncBody></SyncML>");
  ASSERT_TRUE(reply);
  EXPECT_EQ(session_->last_statuses(), std::vector<int>{200});
  EXPECT_EQ(get("Profiles/New/Fixed"), "factory");
}

TEST_F(SessionEdges, CopyTakesNoQueryOnEitherSide) {
  ASSERT_EQ(replace("Fixed", "mine"), 200);
  const auto copy = [&](const std::string& source, const std::string& target) {
    EXPECT_TRUE(session_->process("<SyncML><SyncBody><Copy><CmdID>1</CmdID><Item><Source><LocURI>" +
                                  uri(source) + "</LocURI></Source><Target><LocURI>" + uri(target) +
                                  "</LocURI></Target></Item></Copy><Final/></SyncBody></SyncML>"));
    return session_->last_statuses();
  };
  ASSERT_EQ(replace("Int", "5"), 200);
  EXPECT_EQ(copy("Int?prop=Format", "Fixed"), std::vector<int>{405});
  EXPECT_EQ(copy("Int?list=StructData", "Fixed"), std::vector<int>{405});
  EXPECT_EQ(copy("Int", "Fixed?prop=Title"), std::vector<int>{406});
  EXPECT_EQ(get("Fixed"), "mine");
  EXPECT_EQ(copy("Int", "Fixed"), std::vector<int>{200});
  EXPECT_EQ(get("Fixed"), "5");
}

TEST_F(SessionEdges, AKeptAlertIsCutBetweenCharacters) {
  std::string data(65535, 'a');
  for (int i = 0; i < 1000; ++i) data += "\xC3\xA9";
  ASSERT_TRUE(
      session_->process("<SyncML><SyncBody><Alert><CmdID>1</CmdID><Data>1226</Data><Item><Meta>"
                        "<Type>x</Type></Meta><Data>" +
                        data + "</Data></Item></Alert><Final/></SyncBody></SyncML>"));
  EXPECT_EQ(session_->last_statuses(), std::vector<int>{200});
  ASSERT_EQ(session_->alerts().size(), 1u);
  EXPECT_EQ(session_->alerts()[0].type, "x");
  EXPECT_EQ(session_->alerts()[0].data, data.substr(0, 65535));
}

TEST(StoredRows, ANameThatANewerDdfReadsByCaseIsKeptAsAnOrphan) {
  const std::filesystem::path file = std::filesystem::temp_directory_path() /
                                     ("cspkit-case-" + std::to_string(::getpid()) + ".db");
  const auto ddf = [](std::string_view case_sense) {
    return document("./Device/Vendor/Test",
                    node("N", "Get", "node", occurs("One"),
                         node("", "Add Delete Get Replace", "chr",
                              occurs("ZeroOrMore") + "<DFTitle>Name</DFTitle><CaseSense><" +
                                  std::string(case_sense) + "/></CaseSense>")));
  };
  const auto open = [&](std::string_view case_sense) {
    EngineOptions options;
    options.state = file.string();
    Result<Engine> engine = Engine::open(std::move(options));
    EXPECT_TRUE(engine && engine->load_ddf_bytes(ddf(case_sense), "n.xml").ok());
    return engine;
  };
  {
    Result<Engine> before = open("CIS");
    ASSERT_TRUE(before);
    Session session = before->open_session(Principal::device());
    ASSERT_TRUE(session.add("./Vendor/Test/N/Home", Value::chr("1")).ok());
  }
  {
    Result<Engine> after = open("CS");
    ASSERT_TRUE(after);
    Session session = after->open_session(Principal::device());
    EXPECT_EQ(text_of(session.get("./Vendor/Test/N/Home")), "status 404");
    EXPECT_EQ(text_of(session.get("./Vendor/Test/N")), "");
    EXPECT_EQ(after->orphans(), std::vector<std::string>{"./Device/Vendor/Test/N/Home"});
  }
  {
    Result<Engine> again = open("CIS");
    ASSERT_TRUE(again);
    Session session = again->open_session(Principal::device());
    EXPECT_EQ(text_of(session.get("./Vendor/Test/N/Home")), "1");
  }
  for (const char* tail : {"", "-wal", "-shm", ".lock"}) {
    std::filesystem::remove(file.string() + tail);
  }
}

}  // namespace
}  // namespace cspkit::testing
