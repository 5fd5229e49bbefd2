// SPDX-License-Identifier: Apache-2.0
// One command on one node: values alone on stdout, failures with their status on stderr.
#include <fstream>

#include "cli_test.hpp"

namespace cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Node : public CliTest {
 protected:
  void refused(std::vector<std::string> words, const std::string& status,
               const std::string& input = {}) const {
    const Outcome outcome = device(words, input);
    EXPECT_EQ(outcome.exit, 1) << ::testing::PrintToString(words);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(is_one_error_line(outcome.err));
    EXPECT_THAT(outcome.err, HasSubstr(": " + status + " ")) << ::testing::PrintToString(words);
  }
  void accepted(std::vector<std::string> words, const std::string& output = {}) const {
    const Outcome outcome = device(words);
    EXPECT_EQ(outcome.exit, 0) << outcome.err;
    EXPECT_EQ(outcome.out, output);
    EXPECT_EQ(outcome.err, "");
  }
};

TEST_F(Node, GetPrintsTheValueAlone) { accepted({"get", kRoot + "/Text"}, "first\n"); }

TEST_F(Node, GetOfAnInteriorNodeListsItsChildren) {
  accepted({"get", kRoot}, "Blob/Items/Mode/Number/Password/Restart/Text\n");
}

TEST_F(Node, AFailureSaysWhatAndWhere) {
  const Outcome outcome = device({"get", kRoot + "/Nothing"});
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_THAT(outcome.err, StartsWith("cspctl: get " + kRoot + "/Nothing: 404 Not found"));
}

TEST_F(Node, ReplaceLasts) {
  accepted({"replace", kRoot + "/Text", "--data", "second"});
  accepted({"get", kRoot + "/Text"}, "second\n");
}

TEST_F(Node, AddMakesWhatGetThenFinds) {
  accepted({"add", kRoot + "/Items/one"});
  accepted({"add", kRoot + "/Items/two/Name", "--data", "Zwei", "--format", "chr"});
  accepted({"get", kRoot + "/Items"}, "one/two\n");
  accepted({"get", kRoot + "/Items/two/Name"}, "Zwei\n");
  refused({"add", kRoot + "/Items/one"}, "418");
  accepted({"add", kRoot + "/Items/three", "--format", "node"});
}

TEST_F(Node, DeleteTakesItAway) {
  accepted({"add", kRoot + "/Items/one"});
  accepted({"delete", kRoot + "/Items/one"});
  refused({"get", kRoot + "/Items/one"}, "404");
  refused({"delete", kRoot + "/Items/one"}, "404");
}

TEST_F(Node, ExecKeepsWhatItWasTold) {
  accepted({"exec", kRoot + "/Restart"});
  accepted({"exec", kRoot + "/Restart", "--data", "now"});
  accepted({"get", kRoot + "/Restart"}, "now\n");
}

TEST_F(Node, DataComesFromStandardInputToo) {
  const Outcome set = device({"replace", kRoot + "/Text", "--data", "-"}, "from stdin\n");
  EXPECT_EQ(set.exit, 0) << set.err;
  accepted({"get", kRoot + "/Text"}, "from stdin\n\n");
}

TEST_F(Node, BinaryDataTravelsAsBase64) {
  accepted({"replace", kRoot + "/Blob", "--data", "aGVs bG8="});
  accepted({"get", kRoot + "/Blob"}, "aGVsbG8=\n");
  accepted({"replace", kRoot + "/Blob", "--data", "AAEC", "--format", "b64"});
  accepted({"get", kRoot + "/Blob"}, "AAEC\n");
  refused({"replace", kRoot + "/Blob", "--data", "!!", "--format", "b64"}, "415");
  refused({"replace", kRoot + "/Blob", "--data", "!!"}, "415");
}

TEST_F(Node, FormatNamesAreThoseOfSyncMl) {
  accepted({"replace", kRoot + "/Number", "--data", "0x10", "--format", "int"});
  accepted({"replace", kRoot + "/Text", "--data", "x", "--format", "string"});
  refused({"replace", kRoot + "/Number", "--data", "1", "--format", "chr"}, "415");
}

TEST_F(Node, EachRefusalHasItsStatus) {
  refused({"replace", kRoot + "/Number", "--data", "seven"}, "415");
  refused({"replace", kRoot + "/Number", "--data", "99999999999999999999"}, "415");
  refused({"replace", kRoot + "/Mode", "--data", "2"}, "500");
  refused({"replace", kRoot + "/Text"}, "400");
  refused({"replace", kRoot, "--data", "x"}, "405");
  refused({"get", kRoot + "/Password"}, "405");
  refused({"get", "./Vendor/../Vendor"}, "400");
  refused({"get", "./Vendor/%ZZ"}, "400");
  refused({"get", "./Vendor/MSFT/Unknown"}, "404");
  refused({"get", "./Planet/Vendor"}, "404");
  refused({"get", ""}, "400");
  refused({"get", "./Vendor/\xff\xfe"}, "400");
  refused({"get", "./User/Vendor/Test/Cli/Color"}, "405");
  refused({"delete", kRoot}, "405");
}

TEST_F(Node, ALongAddressIsRefusedAndNotRepeatedInFull) {
  refused({"get", "./Vendor/" + std::string(100000, 'x')}, "414");
}

TEST_F(Node, AnEndlessValueIsRefusedWithoutReadingItAll) {
  for (const char* leaf : {"/Text", "/Blob"}) {
    Command all = device_command({"replace", kRoot + leaf, "--data", "-"});
    all.input_repeat = std::uint64_t{1} << 30u;
    const Outcome outcome = run(all);
    EXPECT_EQ(outcome.exit, 1) << leaf;
    EXPECT_THAT(outcome.err, HasSubstr(": 413 ")) << leaf;
  }
  accepted({"get", kRoot + "/Text"}, "first\n");
  Command seed = device_command({"seed", kRoot + "/Text", "--data", "-"});
  seed.input_repeat = std::uint64_t{1} << 30u;
  EXPECT_EQ(run(seed).exit, 1);
  accepted({"get", kRoot + "/Text"}, "first\n");
}

TEST_F(Node, UsersHaveNodesOfTheirOwn) {
  const std::string color = "./User/Vendor/Test/Cli/Color";
  accepted({"--user", "ann", "replace", color, "--data", "red"});
  accepted({"--user", "ann", "get", color}, "red\n");
  accepted({"--user", "bob", "get", color}, "grey\n");
}

TEST_F(Node, AUserChangesTheDeviceOnlyWithItsAuthority) {
  accepted({"--user", "ann", "get", kRoot + "/Text"}, "first\n");
  refused({"--user", "ann", "replace", kRoot + "/Text", "--data", "x"}, "425");
  accepted({"--user", "ann", "--device-authority", "replace", kRoot + "/Text", "--data", "x"});
  accepted({"get", kRoot + "/Text"}, "x\n");
}

TEST_F(Node, SeedWritesAsTheOwner) {
  accepted({"seed", kRoot + "/Items/new/Name", "--data", "made with its parents"});
  accepted({"get", kRoot + "/Items/new/Name"}, "made with its parents\n");
  // The value is outside the ENUM: an owner is bound by format and shape alone.
  accepted({"seed", kRoot + "/Mode", "--data", "7"});
  accepted({"get", kRoot + "/Mode"}, "7\n");
  refused({"seed", kRoot + "/Mode", "--data", "seven"}, "415");
  refused({"seed", kRoot + "/Nothing", "--data", "x"}, "404");
  accepted({"--user", "ann", "seed", "./User/Vendor/Test/Cli/Color", "--data", "blue"});
  accepted({"--user", "ann", "get", "./User/Vendor/Test/Cli/Color"}, "blue\n");
}

TEST_F(Node, JsonIsOneObjectPerCommand) {
  const auto got = json_lines(device({"--json", "get", kRoot + "/Text"}).out);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0], (nlohmann::json{{"command", "get"},
                                    {"uri", kRoot + "/Text"},
                                    {"status", 200},
                                    {"format", "chr"},
                                    {"value", "first"}}));
  const auto set = json_lines(device({"replace", kRoot + "/Text", "--data", "a\nb", "--json"}).out);
  ASSERT_EQ(set.size(), 1u);
  EXPECT_EQ(set[0]["status"], 200);
  EXPECT_FALSE(set[0].contains("reason"));
  EXPECT_EQ(json_lines(device({"--json", "get", kRoot + "/Text"}).out)[0]["value"], "a\nb");
}

TEST_F(Node, JsonOfAFailureHasStatusAndReason) {
  const Outcome outcome = device({"--json", "replace", kRoot + "/Mode", "--data", "2"});
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_TRUE(is_one_error_line(outcome.err));
  const auto objects = json_lines(outcome.out);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(objects[0]["command"], "replace");
  EXPECT_EQ(objects[0]["status"], 500);
  EXPECT_EQ(objects[0]["text"], "Command failed");
  EXPECT_EQ(objects[0]["originalerror"], "0x80070057");
  EXPECT_NE(objects[0]["reason"].get<std::string>(), "");
}

}  // namespace
}  // namespace cli
