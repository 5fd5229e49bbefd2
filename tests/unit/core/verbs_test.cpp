// SPDX-License-Identifier: Apache-2.0
// The verbs on store-backed nodes: existence, implicit parents, and the status of every refusal.
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

using VerbsTest = TreeTest;

TEST_F(VerbsTest, ALeafThatWasNeverSetHoldsItsDefault) {
  EXPECT_EQ(get("Fixed"), "factory");
  EXPECT_EQ(get("ReadOnly"), "0");
  EXPECT_EQ(get("Bool"), "false");
  EXPECT_EQ(get("Any"), "");
}

TEST_F(VerbsTest, ReplaceIsReadBackAndDeleteOfAParentGivesTheFirstValueAgain) {
  EXPECT_EQ(replace("Fixed", "mine"), 200);
  EXPECT_EQ(get("Fixed"), "mine");
  EXPECT_EQ(remove("Fixed"), 405);
  EXPECT_EQ(add("Profiles/Home"), 200);
  EXPECT_EQ(replace("Profiles/Home/WithDefault", "x"), 200);
  EXPECT_EQ(remove("Profiles/Home/WithDefault"), 200);
  EXPECT_EQ(get("Profiles/Home/WithDefault"), "preset");
  // Restoring a first value is no error even when nothing was set.
  EXPECT_EQ(remove("Profiles/Home/WithDefault"), 200);
}

TEST_F(VerbsTest, AccessTypeDecidesBeforeExistence) {
  EXPECT_EQ(get("WriteOnly"), "status 405");
  EXPECT_EQ(replace("ReadOnly", "1"), 405);
  EXPECT_EQ(add("Fixed", "x"), 405);
  EXPECT_EQ(exec("Fixed"), 405);
  EXPECT_EQ(get("Run"), "status 405");
  EXPECT_EQ(remove("Profiles"), 405);
  EXPECT_EQ(add("Profiles/Nobody/Fixed", "x"), 405);
}

TEST_F(VerbsTest, UnknownAddressesAreNotFound) {
  EXPECT_EQ(get("Nothing"), "status 404");
  EXPECT_EQ(replace("Nothing", "x"), 404);
  EXPECT_EQ(get("Profiles/Nobody"), "status 404");
  EXPECT_EQ(get("Profiles/Nobody/Text"), "status 404");
  EXPECT_EQ(remove("Profiles/Nobody"), 404);
  EXPECT_EQ(text_of(session_->get("./Vendor/Nobody")), "status 404");
}

TEST_F(VerbsTest, AddSetsOnceAndAnswers418Then) {
  EXPECT_EQ(add("Policy", "on"), 200);
  EXPECT_EQ(add("Policy", "off"), 418);
  EXPECT_EQ(get("Policy"), "on");
  // A leaf that exists by rule was never set: Add sets it.
  EXPECT_EQ(add("Profiles/Home"), 200);
  EXPECT_EQ(get("Profiles/Home/WithDefault"), "preset");
  EXPECT_EQ(add("Profiles/Home/WithDefault", "own"), 200);
  EXPECT_EQ(add("Profiles/Home/WithDefault", "own"), 418);
}

TEST_F(VerbsTest, ALeafWithAddExistsOnceSet) {
  EXPECT_EQ(get("Policy"), "status 404");
  EXPECT_EQ(add("Profiles/Home"), 200);
  EXPECT_EQ(get("Profiles/Home/Text"), "status 404");
  EXPECT_EQ(get("Profiles/Home/Fixed"), "");
  EXPECT_EQ(get("Sensor"), "status 404");
  EXPECT_EQ(get("Folder"), "status 404");
  EXPECT_EQ(get("Kept"), "");
}

TEST_F(VerbsTest, ReplaceAddsWhereTheNodeGrantsAdd) {
  EXPECT_EQ(replace("Policy", "on"), 200);
  EXPECT_EQ(get("Policy"), "on");
  EXPECT_EQ(replace("Profiles/Work/Text", "t"), 200);
  EXPECT_EQ(get("Profiles/Work/Text"), "t");
  // A leaf without Add that will exist by rule once its parents are made.
  EXPECT_EQ(replace("Profiles/Third/Fixed", "f"), 200);
  EXPECT_EQ(get("Profiles/Third/Fixed"), "f");
}

TEST_F(VerbsTest, ReplaceOfAnInteriorNodeChangesNothing) {
  EXPECT_EQ(syncml_status(session_->replace(uri("Kept"), Value(Format::kNode, ""))), 200);
  EXPECT_EQ(add("Profiles/Home/Text", "t"), 200);
  EXPECT_EQ(syncml_status(session_->replace(uri("Profiles/Home"), Value(Format::kNode, ""))), 200);
  EXPECT_EQ(get("Profiles/Home/Text"), "t");
}

TEST_F(VerbsTest, MissingParentsAreMadeOrNamed) {
  EXPECT_EQ(add("Profiles/Home/Inner/Deep", "d"), 200);
  EXPECT_EQ(add("Profiles/Home"), 418);
  EXPECT_EQ(add("Profiles/Home/Inner"), 418);
  // A dynamic parent without Add is made when the next node of the address has it.
  EXPECT_EQ(add("Hashes/abc/Blob", "AAEC"), 200);
  EXPECT_EQ(get("Hashes"), "abc");
  const std::string reply = *session_->process(
      "<SyncML><SyncBody><Add><CmdID>1</CmdID><Item><Target><LocURI>./Vendor/Test/T/Folder/In</"
      "LocURI></Target>"
      "<Data>x</Data></Item></Add></SyncBody></SyncML>");
  EXPECT_EQ(session_->last_statuses(), std::vector<int>{200});
  EXPECT_EQ(get("Folder"), "In");
}

TEST_F(VerbsTest, ARefusedCommandLeavesNoParentsBehind) {
  EXPECT_EQ(
      syncml_status(session_->add(uri("Profiles/New/Number"), Value(Format::kUnset, "no number"))),
      415);
  EXPECT_EQ(get("Profiles"), "");
}

TEST_F(VerbsTest, ChildrenStayWhenTheOtherGoesAndAllGoWithTheParent) {
  EXPECT_EQ(add("Profiles/Home/Text", "t"), 200);
  EXPECT_EQ(remove("Profiles/Home/Text"), 200);
  EXPECT_EQ(get("Profiles"), "Home");
  EXPECT_EQ(remove("Profiles/Home"), 200);
  EXPECT_EQ(get("Profiles"), "");
  EXPECT_EQ(get("Profiles/Home/WithDefault"), "status 404");
}

TEST_F(VerbsTest, InteriorNodesListWhatExistsByName) {
  EXPECT_EQ(add("Profiles/b"), 200);
  EXPECT_EQ(add("Profiles/a%2Fc"), 200);
  EXPECT_EQ(add("Profiles/a%20b"), 200);
  EXPECT_EQ(get("Profiles"), "a%20b/a%2Fc/b");
  EXPECT_EQ(get("Profiles/b"), "Fixed/Inner/WithDefault");
  // Children without Get are listed too.
  EXPECT_NE(get("").find("status"), std::string::npos);
  EXPECT_NE(text_of(session_->get(kRoot)).find("WriteOnly"), std::string::npos);
  EXPECT_EQ(text_of(session_->get("./Vendor")), "Test");
  EXPECT_EQ(text_of(session_->get(".")), "Vendor");
}

TEST_F(VerbsTest, NamesKeepTheirCaseAndAreComparedWithout) {
  EXPECT_EQ(add("Profiles/HoMe/Text", "t"), 200);
  EXPECT_EQ(add("profiles/home"), 418);
  EXPECT_EQ(text_of(session_->get("./DEVICE/vendor/TEST/t/PROFILES")), "HoMe");
  EXPECT_EQ(replace("Profiles/HOME/tExt", "u"), 200);
  EXPECT_EQ(get("Profiles/home/text"), "u");
  EXPECT_EQ(get("Profiles"), "HoMe");
  // CaseSense CS
  EXPECT_EQ(add("Case/a", "1"), 200);
  EXPECT_EQ(add("Case/A", "2"), 200);
  EXPECT_EQ(get("Case/a") + get("Case/A"), "12");
}

TEST_F(VerbsTest, NoMoreInstancesThanTheOccurrenceAllows) {
  EXPECT_EQ(add("Two/1"), 200);
  EXPECT_EQ(add("Two/2"), 200);
  EXPECT_EQ(add("Two/3"), 403);
  EXPECT_EQ(add("Two/2"), 418);
  EXPECT_EQ(remove("Two/1"), 200);
  EXPECT_EQ(add("Two/3"), 200);
}

TEST_F(VerbsTest, ExecWithoutAHandlerKeepsItsData) {
  EXPECT_EQ(exec("Run"), 200);
  EXPECT_EQ(syncml_status(session_->exec(uri("Echo"), Value::chr("hello"))), 200);
  EXPECT_EQ(get("Echo"), "hello");
  EXPECT_EQ(exec("Echo"), 200);
  EXPECT_EQ(get("Echo"), "hello");
}

struct FormatCase {
  const char* node;
  Format given;
  const char* text;
  int status;
};

class FormatTest : public TreeTest, public ::testing::WithParamInterface<FormatCase> {};

TEST_P(FormatTest, Row9And10) {
  const FormatCase& each = GetParam();
  std::string message = "<SyncML><SyncBody><Replace><CmdID>1</CmdID><Item><Target><LocURI>" +
                        uri(each.node) +
                        "</LocURI></Target><Meta><Format xmlns=\"syncml:metinf\">" +
                        std::string(format_name(each.given)) + "</Format></Meta><Data>" +
                        each.text + "</Data></Item></Replace></SyncBody></SyncML>";
  ASSERT_TRUE(session_->process(message));
  EXPECT_EQ(session_->last_statuses(), std::vector<int>{each.status}) << message;
}

INSTANTIATE_TEST_SUITE_P(
    Values, FormatTest,
    ::testing::Values(
        FormatCase{"Int", Format::kInt, "5", 200}, FormatCase{"Int", Format::kUnset, "0x10", 200},
        FormatCase{"Int", Format::kChr, "5", 415}, FormatCase{"Int", Format::kInt, "five", 415},
        FormatCase{"Int", Format::kInt, "99999999999999999999", 415},
        FormatCase{"Int", Format::kInt, "-9223372036854775808", 200},
        FormatCase{"Bool", Format::kBool, "TRUE", 200},
        FormatCase{"Bool", Format::kBool, "yes", 415}, FormatCase{"Bin", Format::kB64, "AAEC", 200},
        FormatCase{"Bin", Format::kBin, "!", 415}, FormatCase{"Xml", Format::kChr, "no xml", 200},
        FormatCase{"Any", Format::kInt, "1", 200}, FormatCase{"Any", Format::kChr, "x", 200},
        FormatCase{"Enum", Format::kInt, "2", 200}, FormatCase{"Enum", Format::kInt, "0x2", 200},
        FormatCase{"Enum", Format::kInt, "3", 500}, FormatCase{"Range", Format::kInt, "10", 200},
        FormatCase{"Range", Format::kInt, "11", 500}));

TEST_F(VerbsTest, AValueOutsideTheAllowedOnesCarriesEInvalidArg) {
  const Status refused = session_->replace(uri("Enum"), Value::integer(7));
  EXPECT_EQ(refused.code(), Code::kBadValue);
  EXPECT_EQ(refused.provider_error(), 0x80070057u);
}

TEST_F(VerbsTest, ValuesAreBounded) {
  EXPECT_EQ(replace("Fixed", std::string((16u << 20) + 1, 'x')), 413);
  EXPECT_EQ(replace("Fixed", std::string(1u << 20, 'x')), 200);
}

TEST_F(VerbsTest, MalformedAddressesAre400AndLongOnes414) {
  for (const char* bad : {"", "/", "./Vendor/", "./Vendor//T", "./Vendor/../T", "./Vendor/%ZZ",
                          "./Vendor/*", "../X", "./Vendor/%00", "./Vendor/./T", "./Vendor/\xFF"}) {
    EXPECT_EQ(text_of(session_->get(bad)), "status 400") << bad;
  }
  EXPECT_EQ(text_of(session_->get("./" + std::string(1u << 20, 'a'))), "status 414");
  std::string deep = ".";
  for (int i = 0; i < 65; ++i) deep += "/a";
  EXPECT_EQ(text_of(session_->get(deep)), "status 414");
}

TEST_F(VerbsTest, OwnerIsBoundByFormatAndShapeOnly) {
  EXPECT_TRUE(engine_->owner().set(uri("ReadOnly"), "7").ok());
  EXPECT_EQ(get("ReadOnly"), "7");
  EXPECT_EQ(syncml_status(engine_->owner().set(uri("ReadOnly"), "seven")), 415);
  EXPECT_EQ(syncml_status(engine_->owner().set(uri("Nothing"), "7")), 404);
  EXPECT_TRUE(engine_->owner().set(uri("Hashes/ff/ReadOnly"), "x").ok());
  EXPECT_EQ(get("Hashes"), "ff");
  EXPECT_TRUE(engine_->owner().remove(uri("Hashes/ff")).ok());
  EXPECT_EQ(get("Hashes"), "");
}

}  // namespace
}  // namespace cspkit::testing
