// SPDX-License-Identifier: Apache-2.0
// What the README shows is what is compiled, and the quickstart is what it says.
#include "cli_test.hpp"

namespace cli {
namespace {

using ::testing::HasSubstr;

class Readme : public CliTest {};

TEST_F(Readme, ShowsTheEmbeddingSampleWordForWord) {
  const std::string sample = read(CSPKIT_SOURCE "/samples/embed/main.cpp");
  ASSERT_NE(sample, "");
  EXPECT_THAT(read(CSPKIT_SOURCE "/README.md"), HasSubstr("```cpp\n" + sample + "```\n"));
}

TEST_F(Readme, TheEmbeddingSampleWorks) {
  Command embed;
  embed.words = {CSPKIT_EMBED, path("device.db"), CSPKIT_CATALOG, CSPKIT_OFFICE};
  embed.environment["CSPKIT_OFFICE_INSTALL_MS"] = "100";
  embed.input = install_message("A");
  const Outcome outcome = run(embed);
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("<Data>200</Data>"));
  EXPECT_EQ(office({"get", kOffice + "/A/FinalStatus"}).out, "70\n");
}

TEST_F(Readme, TheQuickstartShowsWhatIsDocumented) {
  Command quickstart;
  quickstart.words = {CSPKIT_SOURCE "/samples/quickstart.sh"};
  quickstart.environment["CSPKIT_QUICKSTART_CSPCTL"] = CSPKIT_CSPCTL;
  quickstart.environment["CSPKIT_OFFICE_INSTALL_MS"] = "300";
  quickstart.environment["CSPKIT_OFFICE_UNINSTALL_MS"] = "300";
  quickstart.environment["TMPDIR"] = folder().string();
  const Outcome outcome = run(quickstart);
  EXPECT_EQ(outcome.exit, 0) << outcome.out << outcome.err;
  for (const char* line : {"Status       997", "Status       0", "FinalStatus  70", "CurrentStatus",
                           "Status       -2147418113", "FinalStatus  60"}) {
    EXPECT_THAT(outcome.out, HasSubstr(line));
  }
  EXPECT_EQ(outcome.err, "");
}

TEST_F(Readme, TheQuickstartFailsWhenAValueIsNotAsDocumented) {
  Command quickstart;
  quickstart.words = {CSPKIT_SOURCE "/samples/quickstart.sh"};
  quickstart.environment["CSPKIT_QUICKSTART_CSPCTL"] = write("cspctl", "#!/bin/sh\necho 12\n");
  std::filesystem::permissions(path("cspctl"), std::filesystem::perms::owner_all);
  quickstart.environment["TMPDIR"] = folder().string();
  EXPECT_EQ(run(quickstart).exit, 1);
}

}  // namespace
}  // namespace cli
