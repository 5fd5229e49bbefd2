// SPDX-License-Identifier: Apache-2.0
// Messages as bad as they come: a documented status, or exit 3 with one line; never a crash.
#include "cli_test.hpp"

namespace cli {
namespace {

using ::testing::HasSubstr;

class Input : public CliTest {
 protected:
  void no_syncml(const std::string& text) const {
    const Outcome outcome = device({"run", "-"}, text);
    EXPECT_EQ(outcome.exit, 3) << text.substr(0, 200);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(is_one_error_line(outcome.err));
  }
  void answered(const std::string& commands, int status, int exit) const {
    const Outcome outcome = device({"--json", "run", "-"}, message(commands));
    EXPECT_EQ(outcome.exit, exit) << commands.substr(0, 200) << outcome.err;
    const auto objects = json_lines(outcome.out);
    ASSERT_EQ(objects.size(), 1u);
    ASSERT_GE(objects[0]["statuses"].size(), 1u) << outcome.out.substr(0, 500);
    EXPECT_EQ(objects[0]["statuses"][0], status) << commands.substr(0, 200);
  }
};

TEST_F(Input, WhatIsNoSyncMlExits3) {
  no_syncml("");
  no_syncml("no XML");
  no_syncml("<html/>");
  no_syncml("<SyncML><SyncBody><Get>");
  no_syncml(message(get_command("1", kRoot)).substr(0, 60));
  no_syncml("<SyncML><SyncBody>\xff\xfe</SyncBody></SyncML>");
  no_syncml(std::string("<SyncML><SyncBody>\0</SyncBody></SyncML>", 40));
}

TEST_F(Input, AHundredMegabytesAreRefusedWhole) {
  Command all = device_command({"run", "-"});
  all.input = "<SyncML><SyncBody><Replace><CmdID>1</CmdID><Item><Target><LocURI>" + kRoot +
              "/Text</LocURI></Target><Data>";
  all.input_repeat = 100u << 20u;
  all.input_end = "</Data></Item></Replace></SyncBody></SyncML>";
  const Outcome outcome = run(all);
  EXPECT_EQ(outcome.exit, 3);
  EXPECT_TRUE(is_one_error_line(outcome.err));
}

TEST_F(Input, AGigabyteIsRefusedWithoutBeingRead) {
  Command all = device_command({"run", "-"});
  all.input = "<SyncML><SyncBody><Replace><CmdID>1</CmdID><Item><Data>";
  all.input_repeat = std::uint64_t{1} << 30u;
  const Outcome outcome = run(all);
  EXPECT_EQ(outcome.exit, 3);
  EXPECT_TRUE(is_one_error_line(outcome.err));
}

TEST_F(Input, AHundredThousandLevelsAreSurvived) {
  std::string open;
  std::string close;
  for (int i = 0; i < 100000; ++i) {
    open += "<Sequence>";
    close += "</Sequence>";
  }
  const Outcome outcome = device({"run", "-"}, message(open + close));
  EXPECT_EQ(outcome.signal, 0);
  EXPECT_THAT(outcome.exit, ::testing::AnyOf(1, 3));
  const Outcome unclosed = device({"run", "-"}, open);
  EXPECT_EQ(unclosed.exit, 3);
}

TEST_F(Input, MalformedCommandsHaveTheirStatus) {
  const std::string target = "<Item><Target><LocURI>" + kRoot + "/Text</LocURI></Target></Item>";
  answered("<Get>" + target + "</Get>", 400, 1);
  answered("<Get><CmdID>1</CmdID></Get>", 400, 1);
  answered("<Get><CmdID>1</CmdID><Item/></Get>", 400, 1);
  answered("<Get><CmdID>0</CmdID>" + target + "</Get>", 200, 0);
  answered("<Get><CmdID>1</CmdID>" + target + "</Get><Get><CmdID>1</CmdID>" + target + "</Get>",
           200, 0);
  answered("<Nonsense><CmdID>1</CmdID></Nonsense>", 400, 1);
}

TEST_F(Input, AnUnknownElementStopsNothing) {
  const auto objects =
      json_lines(device({"--json", "run", "-"}, message("<Nonsense><CmdID>1</CmdID></Nonsense>" +
                                                        get_command("2", kRoot + "/Text")))
                     .out);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(objects[0]["statuses"].back(), 200);
}

TEST_F(Input, BadAddressesHaveTheirStatus) {
  answered(get_command("1", "./Vendor/../Test"), 400, 1);
  answered(get_command("1", "./Vendor/%ZZ"), 400, 1);
  answered(get_command("1", "./Vendor/%00"), 400, 1);
  answered(get_command("1", "./Nowhere"), 404, 1);
  answered(get_command("1", "./Planet/Vendor/Test"), 404, 1);
  answered(get_command("1", "./" + std::string(std::size_t{1} << 20u, 'x')), 414, 1);
}

TEST_F(Input, BadValuesHaveTheirStatus) {
  answered(change_command("Replace", "1", kRoot + "/Number", "99999999999999999999"), 415, 1);
  answered(change_command("Replace", "1", kRoot + "/Number", "ten"), 415, 1);
  answered("<Replace><CmdID>1</CmdID><Item><Target><LocURI>" + kRoot +
               "/Number</LocURI></Target><Meta><Format xmlns=\"syncml:metinf\">bool</Format></Meta>"
               "<Data>true</Data></Item></Replace>",
           415, 1);
  answered(change_command("Replace", "1", kRoot + "/Text", std::string((16u << 20u) + 1, 'v')), 413,
           1);
}

TEST_F(Input, WhatIsNoDdfExits3) {
  const std::string bad = write("bad.xml", "<SyncML/>");
  const Outcome outcome = ctl({"--state", ":memory:", "--no-bundled", "--ddf", bad, "tree"});
  EXPECT_EQ(outcome.exit, 3);
  EXPECT_TRUE(is_one_error_line(outcome.err));
  EXPECT_THAT(outcome.err, HasSubstr(bad));
  const Outcome missing =
      ctl({"--state", ":memory:", "--no-bundled", "--ddf", path("missing.xml"), "tree"});
  EXPECT_EQ(missing.exit, 2);
  EXPECT_TRUE(is_one_error_line(missing.err));
}

}  // namespace
}  // namespace cli
