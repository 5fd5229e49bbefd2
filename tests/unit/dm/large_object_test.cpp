// SPDX-License-Identifier: Apache-2.0
// Large objects from the server: pieces, sizes, what comes in between (OMA-TS-DM_Protocol 1.2,
// section 7).
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "dm/dm_session.hpp"
#include "fake_runner.hpp"

namespace cspkit::dm {
namespace {

std::string piece(const std::string& verb, const std::string& id, const std::string& uri,
                  const std::string& data, const std::string& meta, bool more) {
  return "<" + verb + "><CmdID>" + id + "</CmdID><Item><Target><LocURI>" + uri +
         "</LocURI></Target>" + (meta.empty() ? "" : "<Meta>" + meta + "</Meta>") + "<Data>" +
         data + "</Data>" + (more ? "<MoreData/>" : "") + "</Item></" + verb + ">";
}

std::string size(std::size_t bytes) { return "<Size>" + std::to_string(bytes) + "</Size>"; }

const std::string kNext = "<Alert><CmdID>90</CmdID><Data>1222</Data></Alert>";

class LargeObjectTest : public testing::Test {
 protected:
  LargeObjectTest() { options_.max_value_bytes = 1000; }

  std::string send(const std::string& body, const std::string& session_id = "7") {
    if (!session_) session_ = std::make_unique<DmSession>(options_);
    runner_.log.clear();
    const std::string message = "<SyncML><SyncHdr><SessionID>" + session_id +
                                "</SessionID><MsgID>" + std::to_string(++msg_id_) +
                                "</MsgID></SyncHdr><SyncBody>" + body + "</SyncBody></SyncML>";
    const Result<std::string> reply = session_->process(message, runner_, statuses_);
    if (!reply) return reply.error().text();
    final_ = reply->find("<Final/>") != std::string::npos;
    return summary(*reply);
  }

  std::string log() const {
    std::string all;
    for (const std::string& line : runner_.log) all += (all.empty() ? "" : "; ") + line;
    return all;
  }

  DmOptions options_;
  std::unique_ptr<DmSession> session_;
  FakeRunner runner_;
  std::vector<int> statuses_;
  int msg_id_ = 0;
  bool final_ = false;
};

TEST_F(LargeObjectTest, IsRunOnceWhenItsLastPieceIsThere) {
  EXPECT_EQ(send(piece("Replace", "5", "./A", "one &amp; ",
                       size(14) + "<Format>chr</Format>"
                                  "<Type>text/x</Type>",
                       true)),
            "SyncHdr 0=200 | Replace 5=213 | Alert 1222");
  EXPECT_FALSE(final_);
  EXPECT_EQ(statuses_, std::vector<int>{213});
  EXPECT_EQ(log(), "");
  EXPECT_EQ(send(piece("Replace", "6", "./A", "two, ", "", true)),
            "SyncHdr 0=200 | Replace 6=213 | Alert 1222");
  EXPECT_EQ(log(), "");
  EXPECT_EQ(send(piece("Replace", "7", "./A", "end", "", false)), "SyncHdr 0=200 | Replace 7=200");
  EXPECT_TRUE(final_);
  EXPECT_EQ(log(), "Replace ./A [text/x] chr=one & two, end");
}

TEST_F(LargeObjectTest, AddAndExecToo) {
  for (const char* verb : {"Add", "Exec"}) {
    send(piece(verb, "5", "./A", "abc", size(6), true));
    EXPECT_EQ(send(piece(verb, "6", "./A", "def", "", false)),
              std::string("SyncHdr 0=200 | ") + verb + " 6=200");
    EXPECT_EQ(log(), std::string(verb) + " ./A =abcdef");
  }
}

TEST_F(LargeObjectTest, TheOutcomeOfTheWholeIsTheAnswerToTheLastPiece) {
  runner_.fail("./A", Code::kNotFound, 0x86000002);
  send(piece("Replace", "5", "./A", "abc", size(4), true));
  EXPECT_EQ(send(piece("Replace", "6", "./A", "d", "", false)), "SyncHdr 0=200 | Replace 6=404");
}

TEST_F(LargeObjectTest, ADifferentSizeIs424AndNothingIsDone) {
  send(piece("Replace", "5", "./A", "abc", size(7), true));
  EXPECT_EQ(send(piece("Replace", "6", "./A", "def", "", false)), "SyncHdr 0=200 | Replace 6=424");
  EXPECT_EQ(log(), "");
  // Too much: known before the end, and the end is no value of its own.
  send(piece("Replace", "5", "./A", "abc", size(4), true));
  EXPECT_EQ(send(piece("Replace", "6", "./A", "def", "", true)), "SyncHdr 0=200 | Replace 6=424");
  EXPECT_EQ(send(piece("Replace", "7", "./A", "x", "", false)), "SyncHdr 0=200 | Replace 7=424");
  EXPECT_EQ(log(), "");
  EXPECT_EQ(send(piece("Replace", "8", "./A", "x", "", false)), "SyncHdr 0=200 | Replace 8=200");
}

TEST_F(LargeObjectTest, ItsSizeMayBeRepeated) {
  send(piece("Replace", "5", "./A", "ab", size(6), true));
  EXPECT_EQ(send(piece("Replace", "6", "./A", "cd", size(6), true)),
            "SyncHdr 0=200 | Replace 6=213 | Alert 1222");
  EXPECT_EQ(send(piece("Replace", "7", "./A", "ef", size(6), false)),
            "SyncHdr 0=200 | Replace 7=200");
  EXPECT_EQ(log(), "Replace ./A =abcdef");
  // Another one begins another object.
  send(piece("Replace", "5", "./A", "ab", size(6), true));
  EXPECT_EQ(send(piece("Replace", "6", "./A", "xy", size(4), true)),
            "SyncHdr 0=200 | Alert 1225 ./A | Replace 6=213 | Alert 1222");
  EXPECT_EQ(send(piece("Replace", "7", "./A", "z!", "", false)), "SyncHdr 0=200 | Replace 7=200");
  EXPECT_EQ(log(), "Replace ./A =xyz!");
}

TEST_F(LargeObjectTest, ATailThatRepeatsTheSizeIsNoValueEither) {
  send(piece("Replace", "5", "./A", "abc", size(6), true));
  EXPECT_EQ(send("<Get><CmdID>6</CmdID><Item><Target><LocURI>./B</LocURI></Target></Item></Get>" +
                 piece("Replace", "7", "./A", "def", size(6), false)),
            "SyncHdr 0=200 | Alert 1225 ./A | Get 6=200 | Results 6 ./B= | Replace 7=424");
  EXPECT_EQ(log(), "Get ./B");
  // From its beginning it may come again at once.
  EXPECT_EQ(send(piece("Replace", "8", "./A", "abc", size(6), true)),
            "SyncHdr 0=200 | Replace 8=213 | Alert 1222");
  EXPECT_EQ(send(piece("Replace", "9", "./A", "def", size(6), false)),
            "SyncHdr 0=200 | Replace 9=200");
  EXPECT_EQ(log(), "Replace ./A =abcdef");
}

TEST_F(LargeObjectTest, AWholeValueHasTheSizeItSays) {
  const auto replace = [&](const std::string& data, const std::string& meta) {
    return send(piece("Replace", "5", "./A", data, meta, false));
  };
  const std::string good = "SyncHdr 0=200 | Replace 5=200", bad = "SyncHdr 0=200 | Replace 5=424";
  EXPECT_EQ(replace("zz", size(99)), bad);
  EXPECT_EQ(replace("zz", "<Size>99999999999999999999999</Size>"), bad);
  EXPECT_EQ(replace("QUI=", "<Format>b64</Format>" + size(3)), bad);
  EXPECT_EQ(send("<Atomic><CmdID>4</CmdID>" + piece("Add", "5", "./A", "a", size(2), false) +
                 "</Atomic>"),
            "SyncHdr 0=200 | Atomic 4=507 | Add 5=424");
  EXPECT_EQ(replace("a &amp; b", size(5)), good);
  EXPECT_EQ(log(), "Replace ./A =a & b");
  // Of binary values that of the text, or of the bytes.
  EXPECT_EQ(replace("QUI=", "<Format>b64</Format>" + size(4)), good);
  EXPECT_EQ(replace("QUI=", "<Format>b64</Format>" + size(2)), good);
  EXPECT_EQ(replace("zz", "<Size>two</Size>"), good);
  EXPECT_EQ(send("<Delete><CmdID>5</CmdID><Item><Target><LocURI>./A</LocURI></Target><Meta>" +
                 size(7) + "</Meta></Item></Delete>"),
            "SyncHdr 0=200 | Delete 5=200");
  EXPECT_EQ(send("<Replace><CmdID>5</CmdID><Meta>" + size(7) +
                 "</Meta><Item><Target><LocURI>./A</LocURI></Target><Data>a</Data></Item><Item>"
                 "<Target><LocURI>./B</LocURI></Target><Data>b</Data></Item></Replace>"),
            good)
      << "of several Items it says nothing";
}

TEST_F(LargeObjectTest, SentAgainItStartsAnew) {
  send(piece("Replace", "5", "./A", "abc", size(7), true));
  send(piece("Replace", "6", "./A", "def", "", false));
  send(piece("Replace", "7", "./A", "abc", size(6), true));
  EXPECT_EQ(send(piece("Replace", "8", "./A", "def", "", false)), "SyncHdr 0=200 | Replace 8=200");
  EXPECT_EQ(log(), "Replace ./A =abcdef");
}

TEST_F(LargeObjectTest, TheFirstPieceMustSayTheSize) {
  for (const char* meta : {"", "<Size/>", "<Size>x</Size>", "<Size>-1</Size>", "<Size>4k</Size>"}) {
    EXPECT_EQ(send(piece("Replace", "5", "./A", "abc", meta, true)),
              "SyncHdr 0=200 | Replace 5=411");
    EXPECT_TRUE(final_);
    EXPECT_EQ(send(piece("Replace", "6", "./A", "end", "", false)),
              "SyncHdr 0=200 | Replace 6=411");
    EXPECT_EQ(log(), "") << meta;
  }
}

TEST_F(LargeObjectTest, BeyondTheValueLimitItIsRefusedAtOnce) {
  for (const char* bytes : {"1001", "18446744073709551615", "99999999999999999999999"}) {
    EXPECT_EQ(
        send(piece("Replace", "5", "./A", "abc", "<Size>" + std::string(bytes) + "</Size>", true)),
        "SyncHdr 0=200 | Replace 5=413");
    EXPECT_EQ(send(piece("Replace", "6", "./A", "end", "", false)),
              "SyncHdr 0=200 | Replace 6=413");
    EXPECT_EQ(log(), "");
  }
}

TEST_F(LargeObjectTest, AnotherCommandInBetweenIs1225AndRuns) {
  send(piece("Replace", "5", "./A", "abc", size(6), true));
  EXPECT_EQ(send(piece("Replace", "6", "./B", "x", "", false)),
            "SyncHdr 0=200 | Alert 1225 ./A | Replace 6=200");
  EXPECT_EQ(log(), "Replace ./B =x");
  EXPECT_TRUE(final_);
}

TEST_F(LargeObjectTest, NoLaterPartOfABrokenObjectIsTakenForAValue) {
  send(piece("Replace", "5", "./A", "abc", size(6), true));
  EXPECT_EQ(send("<Get><CmdID>6</CmdID><Item><Target><LocURI>./B</LocURI></Target></Item></Get>" +
                 piece("Replace", "7", "./A", "def", "", false)),
            "SyncHdr 0=200 | Alert 1225 ./A | Get 6=200 | Results 6 ./B= | Replace 7=424");
  EXPECT_EQ(log(), "Get ./B");
  EXPECT_EQ(send(piece("Replace", "8", "./A", "whole", "", false)),
            "SyncHdr 0=200 | Replace 8=200");
}

TEST_F(LargeObjectTest, AContainerOrAnotherPieceBreaksItToo) {
  send(piece("Replace", "5", "./A", "abc", size(6), true));
  EXPECT_EQ(send("<Sequence><CmdID>6</CmdID></Sequence>"),
            "SyncHdr 0=200 | Alert 1225 ./A | Sequence 6=200");
  send(piece("Replace", "5", "./A", "abc", size(6), true));
  EXPECT_EQ(send(piece("Replace", "6", "./B", "abc", size(4), true)),
            "SyncHdr 0=200 | Alert 1225 ./A | Replace 6=213 | Alert 1222");
  EXPECT_EQ(send(piece("Replace", "7", "./B", "d", "", false)), "SyncHdr 0=200 | Replace 7=200");
  EXPECT_EQ(log(), "Replace ./B =abcd");
}

TEST_F(LargeObjectTest, AMissingEndIs1225) {
  send(piece("Replace", "5", "./A", "abc", size(6), true));
  EXPECT_EQ(send("<Final/>"), "SyncHdr 0=200 | Alert 1225 ./A");
  EXPECT_TRUE(final_);
  EXPECT_EQ(send("<Final/>"), "SyncHdr 0=200");
}

TEST_F(LargeObjectTest, TheServerMayAskForMoreOfOursInBetween) {
  send(piece("Replace", "5", "./A", "abc", size(6), true));
  EXPECT_EQ(send(kNext), "SyncHdr 0=200 | Alert 90=200 | Alert 1222");
  EXPECT_EQ(send(piece("Replace", "6", "./A", "def", "", false)), "SyncHdr 0=200 | Replace 6=200");
}

TEST_F(LargeObjectTest, AnAbortForgetsIt) {
  send(piece("Replace", "5", "./A", "abc", size(6), true));
  EXPECT_EQ(send("<Alert><CmdID>6</CmdID><Data>1223</Data></Alert>"),
            "SyncHdr 0=200 | Alert 6=200");
  EXPECT_FALSE(session_->reply_wanted());
  EXPECT_EQ(send(piece("Replace", "7", "./A", "def", "", false)), "SyncHdr 0=200 | Replace 7=200");
  EXPECT_EQ(log(), "Replace ./A =def");
}

TEST_F(LargeObjectTest, AnotherSessionKnowsNothingOfIt) {
  send(piece("Replace", "5", "./A", "abc", size(6), true));
  EXPECT_EQ(send("<Final/>", "8"), "SyncHdr 0=200");
}

TEST_F(LargeObjectTest, AbandonedItIsGivenUp) {
  options_.chunk_timeout = std::chrono::minutes(5);
  send(piece("Replace", "5", "./A", "ab", size(6), true));
  runner_.now = std::chrono::minutes(5);
  EXPECT_EQ(send(piece("Replace", "6", "./A", "cd", "", true)),
            "SyncHdr 0=200 | Replace 6=213 | Alert 1222");
  runner_.now += std::chrono::minutes(6);
  EXPECT_EQ(send(piece("Replace", "7", "./A", "ef", "", false)),
            "SyncHdr 0=200 | Alert 1225 ./A | Replace 7=424");
  EXPECT_EQ(log(), "");
}

TEST_F(LargeObjectTest, TheLastOfSeveralItemsMayBeAPiece) {
  const std::string first =
      "<Replace><CmdID>5</CmdID><Item><Target><LocURI>./A</LocURI></Target><Data>x</Data></Item>"
      "<Item><Target><LocURI>./B</LocURI></Target><Meta><Size>4</Size></Meta><Data>ab</Data>"
      "<MoreData/></Item></Replace>";
  EXPECT_EQ(send(first), "SyncHdr 0=200 | Replace 5=200 (./A) | Replace 5=213 (./B) | Alert 1222");
  EXPECT_EQ(send("<Replace><CmdID>6</CmdID><Item><Target><LocURI>./B</LocURI></Target>"
                 "<Data>cd</Data></Item><Item><Target><LocURI>./C</LocURI></Target><Data>y</Data>"
                 "</Item></Replace>"),
            "SyncHdr 0=200 | Replace 6=200");
  EXPECT_EQ(log(), "Replace ./B =abcd; Replace ./C =y");
}

TEST_F(LargeObjectTest, NothingOfItMayStandInAContainerOrAnotherVerb) {
  EXPECT_EQ(send("<Sequence><CmdID>4</CmdID>" + piece("Replace", "5", "./A", "a", size(2), true) +
                 "</Sequence>"),
            "SyncHdr 0=200 | Sequence 4=200 | Replace 5=406");
  EXPECT_EQ(send("<Atomic><CmdID>4</CmdID>" + piece("Replace", "5", "./A", "a", size(2), true) +
                 "</Atomic>"),
            "SyncHdr 0=200 | Atomic 4=507 | Replace 5=406");
  EXPECT_EQ(send(piece("Delete", "5", "./A", "a", size(2), true)), "SyncHdr 0=200 | Delete 5=406");
  EXPECT_EQ(log(), "");
}

TEST_F(LargeObjectTest, OutsideASessionPiecesAreRefused) {
  options_.one_shot = true;
  EXPECT_EQ(send(piece("Replace", "5", "./A", "abc", size(6), true)),
            "SyncHdr 0=200 | Replace 5=406");
  EXPECT_TRUE(final_);
}

}  // namespace
}  // namespace cspkit::dm
