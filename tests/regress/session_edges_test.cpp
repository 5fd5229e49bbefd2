// SPDX-License-Identifier: Apache-2.0
// Small holes: a principal without a user and without authority changed the device; a Copy onto a
// leaf that comes with its parents was an Add that the leaf does not grant; a row whose name a
// newer DDF reads with other eyes was listed, but could not be addressed.
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
