// SPDX-License-Identifier: Apache-2.0
// run: replies, sessions, folders, --out, --json, and which exit code wins.
#include <algorithm>

#include "cli_test.hpp"

namespace cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Run : public CliTest {
 protected:
  static std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
};

TEST_F(Run, PrintsOneReplyPerLine) {
  const std::string a = write("a.xml", message(get_command("7", kRoot + "/Text")));
  const std::string b = write("b.xml", message(get_command("8", kRoot + "/Number")));
  const Outcome outcome = device({"run", a, b});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  ASSERT_EQ(lines(outcome.out), 2u) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("<Data>first</Data>"));
}

TEST_F(Run, AMessageWithoutHeaderIsAnsweredWithAnEmptyOne) {
  const std::string file = write("a.xml", message(get_command("7", kRoot + "/Text")));
  const Outcome outcome = device({"run", file});
  EXPECT_THAT(outcome.out, HasSubstr("<SyncHdr/>"));
  EXPECT_THAT(outcome.out, HasSubstr("<MsgRef>1</MsgRef><CmdRef>7</CmdRef>"));
}

TEST_F(Run, LineBreaksInsideAReplyAreReferences) {
  EXPECT_EQ(device({"replace", kRoot + "/Text", "--data", "a\nb"}).exit, 0);
  const std::string file = write("a.xml", message(get_command("1", kRoot + "/Text")));
  const Outcome outcome = device({"run", file});
  EXPECT_EQ(lines(outcome.out), 1u);
  EXPECT_THAT(outcome.out, HasSubstr("<Data>a&#10;b</Data>"));
}

// A message of session 7 that has a header.
std::string in_session(int id, const std::string& meta, const std::string& body, bool final) {
  return "<SyncML><SyncHdr><SessionID>7</SessionID><MsgID>" + std::to_string(id) + "</MsgID>" +
         (meta.empty() ? "" : "<Meta>" + meta + "</Meta>") + "</SyncHdr><SyncBody>" + body +
         (final ? "<Final/>" : "") + "</SyncBody></SyncML>";
}

TEST_F(Run, ALargeObjectComesInSeveralFiles) {
  const auto piece = [](const std::string& meta, const std::string& data, bool more) {
    return "<Replace><CmdID>3</CmdID><Item><Target><LocURI>" + kRoot + "/Text</LocURI></Target>" +
           meta + "<Data>" + data + "</Data>" + (more ? "<MoreData/>" : "") + "</Item></Replace>";
  };
  const std::string a =
      write("a.xml", in_session(1, "", piece("<Meta><Size>9</Size></Meta>", "one ", true), false));
  const std::string b = write("b.xml", in_session(2, "", piece("", "two ", true), false));
  const std::string c = write("c.xml", in_session(3, "", piece("", "3", false), true));
  const Outcome outcome = device({"run", a, b, c});
  EXPECT_EQ(outcome.exit, 0) << outcome.err << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("<Data>213</Data>"));
  EXPECT_THAT(outcome.out, HasSubstr("<Data>1222</Data>"));
  EXPECT_THAT(device({"get", kRoot + "/Text"}).out, HasSubstr("one two 3"));
}

TEST_F(Run, ALongReplyGoesOverSeveralFiles) {
  EXPECT_EQ(device({"replace", kRoot + "/Text", "--data", std::string(1500, 'x')}).exit, 0);
  const std::string get = write("a.xml", in_session(1, "<MaxMsgSize>2000</MaxMsgSize>",
                                                    get_command("2", kRoot + "/Text"), true));
  std::vector<std::string> words = {"run", get};
  for (int i = 2; i < 5; ++i) {
    words.push_back(
        write(std::to_string(i) + ".xml",
              in_session(i, "", "<Alert><CmdID>1</CmdID><Data>1222</Data></Alert>", false)));
  }
  const Outcome outcome = device(words);
  EXPECT_EQ(outcome.exit, 0) << outcome.err << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("<Size xmlns=\"syncml:metinf\">1500</Size>"));
  EXPECT_THAT(outcome.out, HasSubstr("<MoreData/>"));
  std::size_t sent = 0;
  for (std::size_t at = outcome.out.find("<Data>x"); at != std::string::npos;
       at = outcome.out.find("<Data>x", at + 1)) {
    sent += outcome.out.find('<', at + 1) - (at + 6);
  }
  EXPECT_EQ(sent, 1500u);
}

TEST_F(Run, ReadsStandardInput) {
  const Outcome outcome = device({"run", "-"}, message(get_command("1", kRoot + "/Text")));
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("<Data>first</Data>"));
}

TEST_F(Run, AFolderIsItsXmlFilesInOrder) {
  write("box/20.xml", message(get_command("twenty", kRoot + "/Text")));
  write("box/10.xml", message(change_command("Replace", "ten", kRoot + "/Text", "changed")));
  write("box/note.txt", "no message");
  const Outcome outcome = device({"run", path("box")});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  ASSERT_EQ(lines(outcome.out), 2u);
  EXPECT_LT(outcome.out.find("<CmdRef>ten</CmdRef>"), outcome.out.find("<CmdRef>twenty</CmdRef>"));
  EXPECT_THAT(outcome.out, HasSubstr("<Data>changed</Data>"));
}

TEST_F(Run, AnEmptyFolderIsUnusable) {
  std::filesystem::create_directories(folder() / "empty");
  const Outcome outcome = device({"run", path("empty")});
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_TRUE(is_one_error_line(outcome.err));
}

TEST_F(Run, ACommandThatFailsExits1) {
  const std::string file = write(
      "a.xml", message(get_command("1", kRoot + "/Text") + get_command("2", kRoot + "/Nothing")));
  const Outcome outcome = device({"run", file});
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, HasSubstr("<Data>404</Data>"));
}

TEST_F(Run, ABadFileStopsNothingAndTheHighestCodeWins) {
  const std::string good = write("good.xml", message(get_command("1", kRoot + "/Text")));
  const std::string failing = write("failing.xml", message(get_command("1", kRoot + "/Nothing")));
  const std::string bad = write("bad.xml", "no XML at all");
  const Outcome outcome = device({"run", bad, path("missing.xml"), failing, good});
  EXPECT_EQ(outcome.exit, 3);
  EXPECT_EQ(lines(outcome.out), 2u);
  EXPECT_EQ(lines(outcome.err), 2u);
  EXPECT_THAT(outcome.err, HasSubstr("cspctl: " + bad + ": "));
  EXPECT_THAT(outcome.err, HasSubstr("cspctl: " + path("missing.xml") + ": "));
  EXPECT_EQ(device({"run", path("missing.xml"), failing, good}).exit, 2);
  EXPECT_EQ(device({"run", failing, good}).exit, 1);
  EXPECT_EQ(device({"run", good}).exit, 0);
}

TEST_F(Run, OutWritesEachReplyBesideItsName) {
  write("in/000123.xml", message(get_command("1", kRoot + "/Text")));
  write("in/000124.xml", message(get_command("2", kRoot + "/Number")));
  const Outcome outcome = device({"run", path("in"), "--out", path("new/out")});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  const std::string reply = read(folder() / "new/out/000123.reply.xml");
  EXPECT_THAT(reply, StartsWith("<"));
  EXPECT_THAT(reply, HasSubstr("<Data>first</Data>"));
  EXPECT_EQ(lines(reply), 1u);
  EXPECT_THAT(read(folder() / "new/out/000124.reply.xml"), HasSubstr("<CmdRef>2</CmdRef>"));
  // Nothing else lies there.
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& each :
       std::filesystem::directory_iterator(folder() / "new/out"))
    ++files;
  EXPECT_EQ(files, 2u);
}

TEST_F(Run, OutIntoTheFolderOfTheMessagesDoesNotFeedOnItself) {
  write("box/1.xml", message(get_command("1", kRoot + "/Text")));
  EXPECT_EQ(device({"run", path("box"), "--out", path("box")}).exit, 0);
  EXPECT_EQ(device({"run", path("box"), "--out", path("box")}).exit, 0);
  EXPECT_TRUE(std::filesystem::exists(folder() / "box/1.reply.xml"));
  EXPECT_FALSE(std::filesystem::exists(folder() / "box/1.reply.reply.xml"));
}

TEST_F(Run, AnOldReplyDoesNotPassForTheAnswerToABadFile) {
  const std::string file = write("m.xml", message(get_command("1", kRoot + "/Text")));
  EXPECT_EQ(device({"run", file, "--out", path("out")}).exit, 0);
  write("m.xml", "no longer XML");
  EXPECT_EQ(device({"run", file, "--out", path("out")}).exit, 3);
  EXPECT_FALSE(std::filesystem::exists(folder() / "out/m.reply.xml"));
}

TEST_F(Run, TwoRepliesOfOneNameAreRefusedBeforeAnythingRuns) {
  const std::string change = message(change_command("Replace", "1", kRoot + "/Text", "changed"));
  const std::string a = write("a/m.xml", change);
  const std::string b = write("b/m.xml", change);
  const Outcome outcome = device({"run", a, b, "--out", path("out")});
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_TRUE(is_one_error_line(outcome.err));
  EXPECT_EQ(device({"get", kRoot + "/Text"}).out, "first\n");
}

TEST_F(Run, AnOutThatIsNoFolderIsUnusable) {
  const std::string file = write("m.xml", message(get_command("1", kRoot + "/Text")));
  const Outcome outcome = device({"run", file, "--out", file});
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_TRUE(is_one_error_line(outcome.err));
}

TEST_F(Run, JsonIsOneObjectPerMessage) {
  const std::string good = write("good.xml", message(get_command("1", kRoot + "/Text") +
                                                     get_command("2", kRoot + "/Nothing")));
  const std::string bad = write("bad.xml", "<a>");
  const Outcome outcome = device({"--json", "run", good, bad});
  EXPECT_EQ(outcome.exit, 3);
  const auto objects = json_lines(outcome.out);
  ASSERT_EQ(objects.size(), 2u) << outcome.out;
  EXPECT_EQ(objects[0]["file"], good);
  EXPECT_THAT(objects[0]["statuses"].get<std::vector<int>>(), ElementsAre(200, 404));
  EXPECT_THAT(objects[0]["reply"].get<std::string>(), HasSubstr("<Data>first</Data>"));
  EXPECT_EQ(objects[1]["file"], bad);
  EXPECT_NE(objects[1]["error"], "");
  EXPECT_FALSE(objects[1].contains("reply"));
}

TEST_F(Run, JsonWithOutNamesTheReplyFile) {
  const std::string file = write("m.xml", message(get_command("1", kRoot + "/Text")));
  const auto objects = json_lines(device({"--json", "run", file, "--out", path("out")}).out);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(objects[0]["reply_file"], path("out/m.reply.xml"));
  EXPECT_TRUE(std::filesystem::exists(folder() / "out/m.reply.xml"));
}

TEST_F(Run, AUsersMessageReachesTheUsersNodes) {
  const std::string file =
      write("m.xml", message(get_command("1", "./User/Vendor/Test/Cli/Color")));
  EXPECT_EQ(device({"--user", "ann", "run", file}).exit, 0);
  EXPECT_EQ(device({"run", file}).exit, 1);
}

}  // namespace
}  // namespace cli
