// SPDX-License-Identifier: Apache-2.0
// A Get of a stored leaf is answered by its row alone, found by the folded text of its address.
// What must not change by that: whose row it is, whether it exists, and what the schema says.
#include <thread>

#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

class DirectGet : public TreeTest {
 protected:
  std::string text(const std::string& whole) { return text_of(session_->get(whole)); }
};

TEST_F(DirectGet, AnyCaseAndAnyWayToWriteTheScope) {
  ASSERT_EQ(replace("Profiles/Home/Text", "here"), 200);
  for (const char* address :
       {"./Vendor/Test/T/Profiles/Home/Text", "./vendor/TEST/t/profiles/HOME/text",
        "./Device/Vendor/Test/T/Profiles/Home/Text", "./dEVICE/Vendor/Test/T/Profiles/home/Text",
        "Vendor/Test/T/Profiles/Home/Text", "Device/Vendor/Test/T/Profiles/Home/Text",
        " ./Vendor/Test/T/Profiles/Home/Text ", "./Vendor/Test/T/Profiles/%48ome/T%65xt"}) {
    EXPECT_EQ(text(address), "here") << address;
  }
}

TEST_F(DirectGet, NamesThatAreEscaped) {
  ASSERT_EQ(replace("Profiles/B%C3%BCro%20%2F1/Text", "there"), 200);
  EXPECT_EQ(get("Profiles/B%C3%BCro%20%2F1/Text"), "there");
  EXPECT_EQ(get("Profiles/b%c3%bcro%20%2f1/text"), "there");
  EXPECT_EQ(get("Profiles/B\xC3\xBCro %2F1/Text"), "there");
  EXPECT_EQ(get("Profiles/B%C3%BCro%20/1/Text"), "status 404");
}

TEST_F(DirectGet, OneUserDoesNotReadTheOther) {
  Session ann = engine_->open_session(Principal::for_user("ann"));
  Session bob = engine_->open_session(Principal::for_user("bob"));
  const std::string address = "./User/Vendor/Test/T/Fixed";
  ASSERT_TRUE(ann.replace(address, Value::chr("ann's")).ok());
  EXPECT_EQ(text_of(ann.get(address)), "ann's");
  EXPECT_EQ(text_of(bob.get(address)), "factory");
  EXPECT_EQ(text_of(bob.get("./user/vendor/test/t/fixed")), "factory");
  EXPECT_EQ(text(address), "status 405");
  EXPECT_EQ(text_of(ann.get("./Device/Vendor/Test/T/Fixed")), "factory");
}

TEST_F(DirectGet, WhereCaseMattersItMatters) {
  ASSERT_EQ(add("Case/One", "upper"), 200);
  EXPECT_EQ(get("Case/One"), "upper");
  EXPECT_EQ(get("Case/one"), "status 404");
  ASSERT_EQ(add("Case/one", "lower"), 200);
  EXPECT_EQ(get("Case/One"), "upper");
  EXPECT_EQ(get("Case/one"), "lower");
}

TEST_F(DirectGet, WhatIsNotToBeReadIsNot) {
  ASSERT_EQ(replace("WriteOnly", "secret"), 200);
  EXPECT_EQ(get("WriteOnly"), "status 405");
}

TEST_F(DirectGet, WhatIsGoneIsGone) {
  ASSERT_EQ(replace("Profiles/Home/Text", "here"), 200);
  ASSERT_EQ(replace("Profiles/Home/Inner/Deep", "below"), 200);
  ASSERT_EQ(remove("Profiles/Home/Inner"), 200);
  EXPECT_EQ(get("Profiles/Home/Text"), "here");
  EXPECT_EQ(get("Profiles/Home/Inner/Deep"), "status 404");
  ASSERT_EQ(remove("Profiles/Home"), 200);
  EXPECT_EQ(get("Profiles/Home/Text"), "status 404");
  ASSERT_EQ(add("Profiles/Home"), 200);
  EXPECT_EQ(get("Profiles/Home/Text"), "status 404");
  ASSERT_EQ(add("Profiles/Home/Text", "again"), 200);
  EXPECT_EQ(get("Profiles/HOME/Text"), "again");
}

TEST_F(DirectGet, ARenamedNodeIsFoundUnderItsNewName) {
  ASSERT_EQ(replace("Profiles/Old/Text", "kept"), 200);
  ASSERT_EQ(get("Profiles/Old/Text"), "kept");
  ASSERT_EQ(replace("Profiles/Old?prop=Name", "New"), 200);
  EXPECT_EQ(get("Profiles/Old/Text"), "status 404");
  EXPECT_EQ(get("Profiles/new/Text"), "kept");
}

TEST_F(DirectGet, ADdfThatComesLaterIsWhatCounts) {
  ASSERT_EQ(replace("Fixed", "set"), 200);
  ASSERT_EQ(get("Fixed"), "set");
  const std::string closed =
      node("T", "Get", "node", occurs("One"), node("Fixed", "Replace", "chr", occurs("One")));
  ASSERT_TRUE(engine_->load_ddf_bytes(document("./Device/Vendor/Test", closed), "n.xml").ok());
  EXPECT_EQ(get("Fixed"), "status 405");
}

TEST_F(DirectGet, ManyRowsComeAndGoAndEachIsFound) {
  const auto at = [](int i) { return "Profiles/Profile-" + std::to_string(i) + "/Text"; };
  for (int i = 0; i < 300; ++i) ASSERT_EQ(replace(at(i), std::to_string(i)), 200);
  for (int i = 0; i < 300; i += 3) ASSERT_EQ(remove("Profiles/Profile-" + std::to_string(i)), 200);
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(get(at(i)), i % 3 == 0 ? "status 404" : std::to_string(i)) << i;
  }
}

TEST_F(DirectGet, AddressesBeyondTheLimitsAreRefused) {
  ASSERT_EQ(replace("Fixed", "set"), 200);
  EngineOptions options;
  options.uri_limits.max_segments = 3;
  Result<Engine> narrow = Engine::open(std::move(options));
  ASSERT_TRUE(narrow);
  ASSERT_TRUE(narrow->load_ddf_bytes(document("./Device/Vendor/Test", test_root()), "t.xml").ok());
  Session session = narrow->open_session(Principal::device());
  EXPECT_EQ(text_of(session.get(uri("Fixed"))), "status 414");
}

TEST_F(DirectGet, SessionsComeAndGoWhileTheTreeIsPublished) {
  ASSERT_EQ(replace("Fixed", "0"), 200);
  std::thread reader([&] {
    for (int i = 0; i < 200; ++i) {
      Session mine = engine_->open_session(Principal::device());
      for (int k = 0; k < 20; ++k) EXPECT_TRUE(mine.get(uri("Fixed")));
    }
  });
  for (int i = 0; i < 500; ++i) EXPECT_EQ(replace("Fixed", std::to_string(i)), 200);
  reader.join();
  EXPECT_EQ(get("Fixed"), "499");
}

}  // namespace
}  // namespace cspkit::testing
