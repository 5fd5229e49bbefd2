// SPDX-License-Identifier: Apache-2.0
// cspctl office: configurations of the Office Deployment Tool.
#include "cli_test.hpp"

namespace cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const char* const kGood =
    "<Configuration><Add Channel=\"Current\"><Product ID=\"O365ProPlusRetail\"><Language "
    "ID=\"en-us\"/></Product></Add></Configuration>";
const char* const kOdd =
    "<Configuration>\n  <Add Channel=\"Monthly\"><Product ID=\"O365ProPlusRetial\"><Language "
    "ID=\"en-us\"/></Product></Add>\n</Configuration>";

class OfficeTool : public CliTest {};

TEST_F(OfficeTool, ChecksAndSaysWhere) {
  const std::string good = write("good.xml", kGood);
  const std::string odd = write("odd.xml", kOdd);
  const std::string bad = write("bad.xml", "<Configuration>");
  EXPECT_EQ(ctl({"office", "check", good}).out, good + ": accept\n");
  const Outcome both = ctl({"office", "check", good, odd});
  EXPECT_EQ(both.exit, 0);
  EXPECT_THAT(both.out, HasSubstr(odd + ":2:8: info: channel 'Monthly' is written 'Current' today "
                                        "[C002]\n"));
  EXPECT_THAT(both.out, HasSubstr("did you mean 'O365ProPlusRetail'? [D001]\n"));
  EXPECT_THAT(both.out, HasSubstr(odd + ": accept-warn\n"));
  EXPECT_EQ(ctl({"office", "check", "--profile", "strict", odd}).exit, 1);
  const Outcome all = ctl({"office", "check", bad, good});
  EXPECT_EQ(all.exit, 1);
  EXPECT_THAT(all.out, HasSubstr(bad + ": reject\n"));
  EXPECT_THAT(all.out, HasSubstr(good + ": accept\n"));
}

TEST_F(OfficeTool, ChecksAsJson) {
  const std::string odd = write("odd.xml", kOdd);
  const Outcome outcome = ctl({"office", "check", "--json", odd, "-", path("none.xml")},
                              "<!DOCTYPE a><Configuration/>");
  EXPECT_EQ(outcome.exit, 2);
  const std::vector<nlohmann::json> lines = json_lines(outcome.out);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0]["file"], odd);
  EXPECT_EQ(lines[0]["verdict"], "accept-warn");
  EXPECT_EQ(lines[0]["findings"][0]["code"], "C002");
  EXPECT_EQ(lines[0]["findings"][0]["severity"], "info");
  EXPECT_EQ(lines[0]["findings"][0]["line"], 2);
  EXPECT_EQ(lines[0]["findings"][0]["column"], 8);
  EXPECT_EQ(lines[0]["findings"][1]["status"], 17004);
  EXPECT_EQ(lines[1]["file"], "-");
  EXPECT_EQ(lines[1]["verdict"], "reject");
  EXPECT_EQ(lines[1]["findings"][0]["code"], "X002");
  EXPECT_TRUE(lines[2].contains("error"));
}

TEST_F(OfficeTool, FormatsInPlace) {
  const std::string file = write("a.xml", kGood);
  EXPECT_EQ(ctl({"office", "fmt", "--check", file}).exit, 1);
  EXPECT_EQ(read(file), kGood);
  EXPECT_EQ(ctl({"office", "fmt", "-i", file}).exit, 0);
  EXPECT_THAT(read(file), HasSubstr("\n    <Product ID=\"O365ProPlusRetail\">\n"));
  EXPECT_EQ(ctl({"office", "fmt", "--check", file}).exit, 0);
  EXPECT_THAT(ctl({"office", "fmt", "--crlf", file}).out, HasSubstr("<Configuration>\r\n"));
  const std::string bad = write("bad.xml", "<Other/>");
  const Outcome outcome = ctl({"office", "fmt", "-i", bad});
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_THAT(outcome.err, HasSubstr(bad + ":1:1: error: "));
  EXPECT_EQ(read(bad), "<Other/>");
}

TEST_F(OfficeTool, BuildsFromOptionsAndFromGraph) {
  const Outcome options = ctl({"office", "build", "--product", "suite", "--exclude", "word",
                               "--channel", "Halfjaarlijks", "--required"});
  EXPECT_EQ(options.exit, 0) << options.err;
  EXPECT_THAT(options.out, HasSubstr("<ExcludeApp ID=\"Word\" />"));
  EXPECT_THAT(options.out, HasSubstr("Channel=\"SemiAnnual\""));
  const std::string json =
      write("suite.json",
            R"({"productIds": ["o365ProPlusRetail"], "officePlatformArchitecture": "x86"})");
  const std::string out = path("out.xml");
  EXPECT_EQ(ctl({"office", "build", json, "-o", out}).exit, 0);
  EXPECT_THAT(read(out), HasSubstr("OfficeClientEdition=\"32\""));
  EXPECT_EQ(ctl({"office", "check", out}).exit, 0);
  const Outcome business = ctl({"office", "build", "--product", "business"});
  EXPECT_EQ(business.exit, 1);
  EXPECT_THAT(business.err, HasSubstr("only available as configuration XML"));
  EXPECT_EQ(business.out, "");
  EXPECT_EQ(ctl({"office", "build", write("no.json", "[")}).exit, 2);
}

TEST_F(OfficeTool, MergesAssignments) {
  const std::string earlier = write("earlier.xml", kGood);
  const std::string later =
      write("later.xml",
            "<Configuration><Add Channel=\"Current\"><Product ID=\"O365ProPlusRetail\"><Language "
            "ID=\"de-de\"/><ExcludeApp ID=\"Word\"/></Product></Add></Configuration>");
  const Outcome merged = ctl({"office", "merge", earlier, later});
  EXPECT_EQ(merged.exit, 0) << merged.err;
  EXPECT_THAT(merged.out, HasSubstr("<Language ID=\"en-us\" />"));
  EXPECT_THAT(merged.out, HasSubstr("<ExcludeApp ID=\"Word\" />"));
  const Outcome uninstall =
      ctl({"office", "merge", "user:available:" + earlier, "user:uninstall:" + earlier});
  EXPECT_EQ(uninstall.exit, 0) << uninstall.err;
  EXPECT_THAT(uninstall.err, HasSubstr(": Uninstall\n"));
  EXPECT_THAT(uninstall.out, HasSubstr("<Remove>"));
  EXPECT_EQ(ctl({"office", "merge", "user:available:" + earlier}).exit, 1);
}

// An option that may be repeated took the files behind it for further values.
TEST_F(OfficeTool, OptionsTakeNoFiles) {
  const std::string earlier = write("earlier.xml", kGood);
  const Outcome merged = ctl({"office", "merge", "--installed-language", "fr-fr",
                              "--installed-language", "nl-nl", earlier, earlier});
  EXPECT_EQ(merged.exit, 0) << merged.err;
  EXPECT_THAT(merged.out, HasSubstr("<Language ID=\"fr-fr\" />"));
  EXPECT_THAT(merged.out, HasSubstr("<Language ID=\"nl-nl\" />"));
  const Outcome unknown = ctl({"office", "merge", "--installed-language", "xx-yy", earlier});
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_THAT(unknown.err, HasSubstr("xx-yy: there is no such language"));
  const std::string json = write("suite.json", R"({"productIds": ["o365ProPlusRetail"]})");
  for (const std::string option : {"--exclude", "--language", "--product"}) {
    const std::string value = option == "--exclude"   ? "word"
                              : option == "--product" ? "visio"
                                                      : "de-de";
    EXPECT_EQ(ctl({"office", "build", option, value, json}).exit, 0) << option;
  }
}

TEST_F(OfficeTool, ARequiredAssignmentIsSilent) {
  const std::string file = write("a.xml", kGood);
  EXPECT_THAT(ctl({"office", "merge", "device:required:" + file}).out,
              HasSubstr("<Display Level=\"None\" />"));
  EXPECT_THAT(ctl({"office", "merge", file}).out, Not(HasSubstr("<Display")));
}

TEST_F(OfficeTool, ChecksForAMachine) {
  const std::string file =
      write("64.xml",
            "<Configuration><Add OfficeClientEdition=\"64\" Channel=\"Current\"><Product "
            "ID=\"VisioProRetail\"/></Add></Configuration>");
  const auto check = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"office", "check"});
    words.push_back(file);
    return ctl(words);
  };
  EXPECT_EQ(check({"--machine", "x64"}).exit, 0);
  EXPECT_THAT(check({"--machine", "x86"}).out, HasSubstr("[A005]"));
  EXPECT_EQ(check({"--machine", "arm64"}).exit, 0);
  EXPECT_THAT(check({"--installed-edition", "32"}).out, HasSubstr("[A006]"));
  EXPECT_EQ(check({"--installed-product", "VisioProRetail"}).exit, 0);
  EXPECT_EQ(check({"--installed-product", "none"}).exit, 1);
  EXPECT_THAT(check({"--installed-product", "O365ProPlusRetail"}).out, HasSubstr("error: "));
}

TEST_F(OfficeTool, SaysWhatToDoInstead) {
  write("a.xml", kGood);
  const Outcome nothing = ctl({"office", "build"});
  EXPECT_EQ(nothing.exit, 1);
  EXPECT_THAT(nothing.err, HasSubstr("--product suite, visio or project"));
  EXPECT_THAT(ctl({"office", "build", "--product", "suite", "--channel", "Slow"}).err,
              HasSubstr("there are BetaChannel, Current,"));
  const Outcome intent = ctl({"office", "merge", "user:requird:" + path("a.xml")});
  EXPECT_EQ(intent.exit, 2);
  EXPECT_THAT(intent.err, HasSubstr("no intent 'requird': required, available"));
}

TEST_F(OfficeTool, TellsNoProductKey) {
  const std::string key = "7WQ2P-4KJ8M-T3RXC-9BVNH-D6GFY";
  const std::string file =
      write("key.xml", "<Configuration><Add><Product ID=\"" + key + "\" PIDKEY=\"" + key +
                           "x\" Key=\"" + key + "\"/></Add><" + key + "/></Configuration>");
  for (const std::vector<std::string>& words : {std::vector<std::string>{"office", "check", file},
                                                {"office", "check", "--json", file},
                                                {"office", "merge", file}}) {
    const Outcome outcome = ctl(words);
    EXPECT_EQ(outcome.exit, 1);
    EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr(key)));
  }
}

TEST_F(OfficeTool, ExplainsCodes) {
  const Outcome outcome = ctl({"office", "explain-code", "-2147418113", "0x80070642"});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("0x8000FFFF (-2147418113) E_UNEXPECTED\n"));
  EXPECT_THAT(outcome.out, HasSubstr("Win32 error 1602 as an HRESULT\n"));
  const auto lines = json_lines(ctl({"office", "explain-code", "--json", "17004"}).out);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["meanings"][0]["code"], 17004);
  EXPECT_THAT(ctl({"office", "explain-code", "12345"}).err, HasSubstr("codes are such as 17002"));
  EXPECT_EQ(ctl({"office", "explain-code", "12345"}).exit, 1);
  EXPECT_THAT(ctl({"office", "explain-code", "30094-1011 (12)"}).out, HasSubstr("COM+"));
  EXPECT_THAT(ctl({"office", "explain-code", "17021"}).out, HasSubstr("cause    none is doc"));
  EXPECT_EQ(ctl({"office", "explain-code"}).exit, 2);
  // The same, without saying whose it is: people have the number only.
  const std::string full = ctl({"office", "explain-code", "-2147418113", "17002"}).out;
  EXPECT_EQ(ctl({"explain-code", "-2147418113", "17002"}).out, full);
  const Outcome apart = ctl({"explain-code", "--", "-2147418113", "17002"});
  EXPECT_EQ(apart.exit, 0) << apart.err;
  EXPECT_EQ(apart.out, full);
  EXPECT_EQ(ctl({"explain-code", "12345"}).exit, 1);
}

TEST_F(OfficeTool, SaysHowItIsUsed) {
  EXPECT_THAT(ctl({"office", "--help"}).out, HasSubstr("check"));
  EXPECT_EQ(ctl({"office"}).exit, 2);
  EXPECT_THAT(ctl({"office"}).err, HasSubstr("which command? check, fmt, build, merge"));
  const Outcome unknown = ctl({"office", "chek", "x"});
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_THAT(unknown.err, HasSubstr("no command 'chek': check, fmt"));
  EXPECT_EQ(ctl({"office", "check", "--profile", "lax", "x"}).exit, 2);
  EXPECT_EQ(ctl({"office", "check", path("")}).exit, 2);
}

}  // namespace
}  // namespace cli
