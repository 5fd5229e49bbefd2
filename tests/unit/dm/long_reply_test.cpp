// SPDX-License-Identifier: Apache-2.0
// Replies that do not fit into one message of the server's MaxMsgSize: put together again, the
// messages must hold what one would have held.
#include <gtest/gtest.h>

#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "dm/dm_session.hpp"
#include "fake_runner.hpp"
#include "syncml/reply_queue.hpp"

namespace cspkit::dm {
namespace {

std::string get(const std::string& id, const std::vector<std::string>& uris) {
  std::string text = "<Get><CmdID>" + id + "</CmdID>";
  for (const std::string& uri : uris) {
    text += "<Item><Target><LocURI>" + uri + "</LocURI></Target></Item>";
  }
  return text + "</Get>";
}

const std::string kNext = "<Alert><CmdID>90</CmdID><Data>1222</Data></Alert>";

class LongReplyTest : public testing::Test {
 protected:
  // One message; its reply as it is.
  std::string send(const std::string& body, const std::string& header_meta = {}) {
    if (!session_) session_ = std::make_unique<DmSession>(options_);
    const std::string message = "<SyncML><SyncHdr><SessionID>7</SessionID><MsgID>" +
                                std::to_string(++msg_id_) +
                                "</MsgID><Source><LocURI>https://s</LocURI></Source>" +
                                (header_meta.empty() ? "" : "<Meta>" + header_meta + "</Meta>") +
                                "</SyncHdr><SyncBody>" + body + "</SyncBody></SyncML>";
    const Result<std::string> reply = session_->process(message, runner_, statuses_);
    return reply ? *reply : reply.error().text();
  }

  static std::string limit(std::size_t bytes) {
    return "<MaxMsgSize>" + std::to_string(bytes) + "</MaxMsgSize>";
  }
  static bool is_final(const std::string& reply) {
    return reply.find("<Final/>") != std::string::npos;
  }

  // All messages of the reply to `body`; each but the last is no longer than `bytes` and has no
  // Final.
  std::vector<std::string> collect(const std::string& body, std::size_t bytes,
                                   const std::string& more_meta = {}) {
    std::vector<std::string> replies{send(body, limit(bytes) + more_meta)};
    while (!is_final(replies.back()) && replies.size() < 3000) replies.push_back(send(kNext));
    for (const std::string& reply : replies) EXPECT_LE(reply.size(), bytes);
    return replies;
  }

  // Status and Results of all messages, pieces joined; headers' and 1222's Statuses left out.
  static std::vector<std::string> joined(const std::vector<std::string>& replies) {
    std::vector<std::string> all;
    std::string open, declared;
    for (const std::string& reply : replies) {
      pugi::xml_document document;
      EXPECT_TRUE(
          document.load_string(reply.c_str(), pugi::parse_default | pugi::parse_ws_pcdata_single));
      int next_id = 1;
      for (const auto node : document.child("SyncML").child("SyncBody").children()) {
        const std::string name = node.name();
        if (name == "Final") continue;
        EXPECT_EQ(node.child_value("CmdID"), std::to_string(next_id++));
        const std::string cmd = node.child_value("Cmd");
        if (cmd == "SyncHdr" || cmd == "Alert") continue;
        std::string line = name + " " + node.child_value("MsgRef") + "/" +
                           node.child_value("CmdRef") + " " + cmd + node.child_value("Data");
        if (name == "Status") {
          all.push_back(line);
          continue;
        }
        EXPECT_TRUE(node.child("Item"));
        for (const auto item : node.children("Item")) {
          const auto meta = item.child("Meta");
          if (meta.child("Size")) declared = meta.child_value("Size");
          open += item.child_value("Data");
          if (item.child("MoreData")) {
            EXPECT_TRUE(item.next_sibling().empty());
            EXPECT_TRUE(node.next_sibling().empty()) << "a piece is the last of its message";
            continue;
          }
          if (!declared.empty()) {
            EXPECT_EQ(declared, std::to_string(open.size()));
          }
          all.push_back(line + item.child("Source").child_value("LocURI") + " " +
                        meta.child_value("Format") + "=" + open);
          open.clear();
          declared.clear();
        }
      }
    }
    EXPECT_TRUE(open.empty()) << "an object without its last piece";
    return all;
  }

  // What an unlimited session answers.
  std::vector<std::string> whole(const std::string& body) {
    DmSession session(options_);
    const Result<std::string> reply = session.process(
        "<SyncML><SyncHdr><SessionID>7</SessionID><MsgID>1</MsgID></SyncHdr>"
        "<SyncBody>" +
            body + "</SyncBody></SyncML>",
        runner_, statuses_);
    return joined({*reply});
  }

  DmOptions options_;
  std::unique_ptr<DmSession> session_;
  FakeRunner runner_;
  std::vector<int> statuses_;
  int msg_id_ = 0;
};

TEST_F(LongReplyTest, ElementsGoInLaterMessages) {
  std::string body;
  for (int i = 0; i < 40; ++i) {
    const std::string uri = "./N" + std::to_string(i);
    runner_.value(uri, Value(Format::kInt, std::to_string(i)));
    body += get("c" + std::to_string(i), {uri, "./M"});
  }
  runner_.fail("./M", Code::kNotFound);
  for (const std::size_t bytes : {900u, 1500u, 4000u}) {
    session_.reset();
    msg_id_ = 0;
    const auto replies = collect(body, bytes);
    EXPECT_GT(replies.size(), 3u);
    EXPECT_EQ(joined(replies), whole(body)) << bytes;
  }
}

TEST_F(LongReplyTest, ResultsArePartedBetweenItems) {
  std::vector<std::string> uris;
  for (int i = 0; i < 30; ++i) {
    uris.push_back("./N" + std::to_string(i));
    runner_.value(uris.back(), Value::chr(std::string(50, static_cast<char>('a' + i % 26))));
  }
  const std::string body = get("1", uris);
  const auto replies = collect(body, 1200);
  EXPECT_GT(replies.size(), 3u);
  EXPECT_EQ(joined(replies), whole(body));
}

TEST_F(LongReplyTest, AnItemThatNoMessageHoldsGoesInPieces) {
  std::string value;
  for (int i = 0; i < 500; ++i) value += "<&> \xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 plain\n";
  runner_.value("./Big", Value(Format::kXml, value));
  runner_.value("./Small", Value::chr("s"));
  const std::string body =
      get("1", {"./Small"}) + get("2", {"./Big", "./Small"}) + get("3", {"./Small"});
  for (const std::size_t bytes : {1000u, 1001u, 1002u, 1003u, 1024u, 5000u}) {
    session_.reset();
    msg_id_ = 0;
    const auto replies = collect(body, bytes);
    EXPECT_GT(replies.size(), 3u);
    EXPECT_EQ(joined(replies), whole(body)) << bytes;
  }
}

TEST_F(LongReplyTest, WhatFitsIntoAMessageIsNotParted) {
  runner_.value("./A", Value::chr(std::string(500, 'a')));
  const std::string body = get("1", {"./A"}) + get("2", {"./A"}) + get("3", {"./A"});
  const auto replies = collect(body, 1200);
  EXPECT_GE(replies.size(), 3u);
  for (const std::string& reply : replies) EXPECT_EQ(reply.find("MoreData"), std::string::npos);
  EXPECT_EQ(joined(replies), whole(body));
}

TEST_F(LongReplyTest, ALimitBelowAnyMessageStillMovesOn) {
  runner_.value("./A", Value::chr("0123456789"));
  const std::string body = get("1", {"./A"}) + get("2", {"./A"});
  std::vector<std::string> replies{send(body, limit(1))};
  while (!is_final(replies.back()) && replies.size() < 100) replies.push_back(send(kNext));
  EXPECT_LT(replies.size(), 20u);
  EXPECT_EQ(joined(replies), whole(body));
}

TEST_F(LongReplyTest, AReplyThatFitsIsNotTouched) {
  runner_.value("./A", Value::chr("x"));
  EXPECT_EQ(summary(send(get("1", {"./A"}), limit(5000))),
            "SyncHdr 0=200 | Get 1=200 | Results 1 ./A=x");
}

TEST_F(LongReplyTest, LimitsThatAreNoneAreIgnored) {
  runner_.value("./A", Value::chr(std::string(5000, 'a')));
  for (const char* text : {"0", "", "many", "-5", "1e3"}) {
    session_.reset();
    EXPECT_TRUE(
        is_final(send(get("1", {"./A"}), "<MaxMsgSize>" + std::string(text) + "</MaxMsgSize>")));
  }
}

TEST_F(LongReplyTest, TheLimitHoldsForTheSessionUntilAnotherIsStated) {
  runner_.value("./A", Value::chr(std::string(5000, 'a')));
  EXPECT_TRUE(is_final(send("<Final/>", limit(1500))));
  EXPECT_FALSE(is_final(send(get("1", {"./A"}))));
  while (!is_final(send(kNext))) {
  }
  EXPECT_TRUE(is_final(send(get("2", {"./A"}), limit(50000))));
}

TEST_F(LongReplyTest, ObjectsBeyondMaxObjSizeAre413) {
  runner_.value("./A", Value::chr(std::string(100, 'a')));
  runner_.value("./B", Value(Format::kBin, std::string(99, 'b')));  // 132 bytes as base64
  runner_.value("./C", Value::chr(std::string(101, 'c')));
  send("<Final/>", "<MaxObjSize>100</MaxObjSize>");
  EXPECT_EQ(summary(send(get("1", {"./B"}) + get("2", {"./C"}))),
            "SyncHdr 0=200 | Get 1=413 | Get 2=413");
  EXPECT_NE(send(get("3", {"./A"})).find("aaaa"), std::string::npos);
}

TEST_F(LongReplyTest, NewCommandsAreAnsweredBehindWhatWaits) {
  runner_.value("./A", Value::chr(std::string(2000, 'a')));
  runner_.value("./B", Value::chr("b"));
  std::vector<std::string> replies{send(get("1", {"./A"}), limit(1000))};
  EXPECT_FALSE(is_final(replies.back()));
  replies.push_back(send(get("2", {"./B"})));
  while (!is_final(replies.back())) replies.push_back(send(kNext));
  const auto all = joined(replies);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0], "Status 1/1 Get200");
  EXPECT_EQ(all[2], "Status 2/2 Get200");
  EXPECT_EQ(all[3], "Results 2/2 ./B =b");
}

TEST_F(LongReplyTest, TheServerMayRefuseTheRestOfAnObject) {
  runner_.value("./A", Value::chr(std::string(5000, 'a')));
  runner_.value("./B", Value::chr("b"));
  for (const char* refusal :
       {"<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>3</CmdRef><Cmd>Results</Cmd>"
        "<Data>413</Data></Status>",
        "<Alert><CmdID>1</CmdID><Data>1225</Data></Alert>"}) {
    session_.reset();
    send(get("1", {"./A"}) + get("2", {"./B"}), limit(1000));
    const std::string rest = send(refusal);
    EXPECT_EQ(rest.find("aaaa"), std::string::npos);
    EXPECT_NE(rest.find("<Data>b</Data>"), std::string::npos);
    EXPECT_TRUE(is_final(rest));
  }
}

TEST_F(LongReplyTest, ARefusalOfSomethingElseDropsNothing) {
  runner_.value("./A", Value::chr("small"));
  runner_.value("./B", Value::chr(std::string(3000, 'b')));
  const auto refusal = [](const std::string& references) {
    return "<Status><CmdID>1</CmdID>" + references + "<Cmd>Results</Cmd><Data>413</Data></Status>";
  };
  // Message 1: the Results of ./A are command 3, the first piece of ./B is in command 5.
  for (const char* other : {"<MsgRef>1</MsgRef><CmdRef>3</CmdRef>",
                            "<MsgRef>7</MsgRef><CmdRef>5</CmdRef>", "<MsgRef>1</MsgRef>", ""}) {
    session_.reset();
    const std::string first = send(get("1", {"./A"}) + get("2", {"./B"}), limit(1500));
    ASSERT_NE(first.find("<CmdID>5</CmdID><MsgRef>"), std::string::npos) << first;
    const std::string rest = send(refusal(other));
    EXPECT_NE(rest.find("bbbb"), std::string::npos) << other;
  }
  session_.reset();
  send(get("1", {"./A"}) + get("2", {"./B"}), limit(1500));
  EXPECT_EQ(send(refusal("<CmdRef>5</CmdRef>")).find("bbbb"), std::string::npos)
      << "without MsgRef it is about the last message";
}

TEST_F(LongReplyTest, AnAbortDropsTheRest) {
  runner_.value("./A", Value::chr(std::string(5000, 'a')));
  send(get("1", {"./A"}), limit(1000));
  EXPECT_EQ(summary(send("<Alert><CmdID>1</CmdID><Data>1223</Data></Alert>")),
            "SyncHdr 0=200 | Alert 1=200");
  EXPECT_FALSE(session_->reply_wanted());
}

TEST_F(LongReplyTest, WindowsAbortsInstead) {
  options_.long_replies = LongReplies::kAbort;
  runner_.value("./A", Value::chr(std::string(5000, 'a')));
  const std::string reply = send(
      "<Replace><CmdID>1</CmdID><Item><Target><LocURI>./B</LocURI>"
      "</Target><Data>x</Data></Item></Replace>" +
          get("2", {"./A"}),
      limit(2048));
  EXPECT_EQ(summary(reply), "SyncHdr 0=200 | Alert 1223");
  EXPECT_TRUE(is_final(reply));
  EXPECT_EQ(runner_.log.size(), 2u) << "what was commanded is done";
  EXPECT_EQ(summary(send("<Final/>")), "SyncHdr 0=200");
  EXPECT_NE(send(get("2", {"./A"}), limit(20480)).find("aaaa"), std::string::npos);
}

TEST_F(LongReplyTest, OutsideASessionItIsWhole) {
  options_.one_shot = true;
  runner_.value("./A", Value::chr(std::string(5000, 'a')));
  EXPECT_TRUE(is_final(send(get("1", {"./A"}), limit(1000))));
}

TEST_F(LongReplyTest, OriginalErrorsAreDeclaredInTheMessageThatHoldsThem) {
  std::string body;
  for (int i = 0; i < 20; ++i) body += get(std::to_string(i), {i == 12 ? "./Bad" : "./A"});
  runner_.fail("./Bad", Code::kNotFound, 0x86000002);
  runner_.fail("./A", Code::kNotFound);
  const auto replies = collect(body, 1000);
  for (const std::string& reply : replies) {
    const bool uses = reply.find("msft:originalerror") != std::string::npos;
    EXPECT_EQ(uses, reply.find("xmlns:msft") != std::string::npos) << reply;
  }
  EXPECT_EQ(joined(replies), whole(body));
}

TEST_F(LongReplyTest, ANeedlessReplyIsMarked) {
  send(
      "<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd>"
      "<Data>200</Data></Status><Final/>");
  EXPECT_FALSE(session_->reply_wanted());
  send(get("1", {"./A"}));
  EXPECT_TRUE(session_->reply_wanted());
}

TEST(ReplyPieces, EndBetweenCharactersAndReferences) {
  using syncml::piece_of;
  EXPECT_EQ(piece_of("abc", 10), 3u);
  EXPECT_EQ(piece_of("abcdefghij", 6), 6u);
  EXPECT_EQ(piece_of("abcd&amp;ef", 7), 4u);
  EXPECT_EQ(piece_of("abcd&amp;ef", 8), 4u);
  EXPECT_EQ(piece_of("abcd&amp;ef", 9), 9u);
  EXPECT_EQ(piece_of("&amp;&amp;&amp;", 1), 5u);
  EXPECT_EQ(piece_of("&lt;&amp;&amp;", 7), 4u);
  EXPECT_EQ(piece_of("abcd\xE2\x82\xAC"
                     "xyz",
                     5),
            4u);
  EXPECT_EQ(piece_of("abcd\xE2\x82\xAC"
                     "xyz",
                     6),
            4u);
  EXPECT_EQ(piece_of("abcd\xE2\x82\xAC"
                     "xyz",
                     7),
            7u);
  EXPECT_EQ(syncml::unescaped_size("a&amp;&#10;\xE2\x82\xAC"), 6u);
}

}  // namespace
}  // namespace cspkit::dm
