// SPDX-License-Identifier: Apache-2.0
// What is too long: addresses of a TNDS document, alerts beyond the server's MaxMsgSize.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dm/dm_session.hpp"
#include "fake_runner.hpp"

namespace cspkit::dm {
namespace {

std::string message(const std::string& body, unsigned msg_id, const std::string& meta = {}) {
  return "<SyncML><SyncHdr><SessionID>7</SessionID><MsgID>" + std::to_string(msg_id) +
         "</MsgID><Meta>" + meta + "</Meta></SyncHdr><SyncBody>" + body + "</SyncBody></SyncML>";
}

std::string tnds(const std::string& nodes) {
  return "<Add><CmdID>5</CmdID><Item><Target><LocURI>./A</LocURI></Target><Meta><Format>xml"
         "</Format><Type>application/vnd.syncml.dmtnds+xml</Type></Meta><Data><![CDATA[<MgmtTree>"
         "<VerDTD>1.2</VerDTD>" +
         nodes + "</MgmtTree>]]></Data></Item></Add>";
}

std::string tnds_node(const std::string& name, const std::string& inner) {
  return "<Node><NodeName>" + name + "</NodeName>" + inner + "</Node>";
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

struct Bounds : testing::Test {
  std::string answer(const std::string& body) {
    const Result<std::string> reply = session.process(message(body, 1), runner, statuses);
    return reply ? summary(*reply) : reply.error().text();
  }

  DmSession session{DmOptions()};
  FakeRunner runner;
  std::vector<int> statuses;
};

TEST_F(Bounds, ATndsAddressBeyondTheLimitIs414AndNothingRuns) {
  const std::string fits(4096 - 4, 'n'), beyond(4096 - 3, 'n');  // behind "./A/"
  EXPECT_EQ(answer(tnds(tnds_node(fits, ""))), "SyncHdr 0=200 | Add 5=200");
  runner.log.clear();
  EXPECT_EQ(answer(tnds(tnds_node(beyond, ""))), "SyncHdr 0=200 | Add 5=414");
  const std::string children = repeated(tnds_node("c", ""), 3000);
  EXPECT_EQ(answer(tnds(tnds_node(std::string(1 << 20, 'n'), children))),
            "SyncHdr 0=200 | Add 5=414");
  EXPECT_TRUE(runner.log.empty());
}

TEST_F(Bounds, TndsAddressesThatTogetherTakeTooMuchAre413) {
  const std::string children = repeated(tnds_node("c", ""), 20'000);
  EXPECT_EQ(answer(tnds(tnds_node(std::string(4000, 'n'), children))), "SyncHdr 0=200 | Add 5=413");
  EXPECT_TRUE(runner.log.empty());
}

struct AlertingRunner : FakeRunner {
  // One at a time, as if each were as long as may be.
  std::vector<QueuedAlert> queued_alerts(std::int64_t after, std::size_t) override {
    for (const QueuedAlert& each : queued) {
      if (each.id > after) return {each};
    }
    return {};
  }
  void alerts_acknowledged(const std::vector<std::int64_t>& ids) override {
    acknowledged.insert(acknowledged.end(), ids.begin(), ids.end());
  }
  void queue(std::int64_t id, const std::string& correlator) {
    QueuedAlert alert;
    alert.id = id;
    alert.alert.code = 1226;
    alert.alert.source = "./A";
    alert.alert.type = "t";
    alert.alert.correlator = correlator;
    queued.push_back(alert);
  }
  std::vector<QueuedAlert> queued;
  std::vector<std::int64_t> acknowledged;
};

std::string status_of_alert(const std::string& msg_ref, const std::string& cmd_ref) {
  return "<Status><CmdID>1</CmdID><MsgRef>" + msg_ref + "</MsgRef><CmdRef>" + cmd_ref +
         "</CmdRef><Cmd>Alert</Cmd><Data>200</Data></Status>";
}

TEST(LongAlert, HoldsUpNoOtherAndGoesAlone) {
  const std::string meta = "<MaxMsgSize>4000</MaxMsgSize>", long_text(5000, 'L');
  AlertingRunner runner;
  runner.queue(1, long_text);
  runner.queue(2, "short");
  DmSession session{DmOptions()};
  std::vector<int> statuses;
  const std::string command =
      "<Exec><CmdID>5</CmdID><Item><Target><LocURI>./A</LocURI></Target></Item></Exec>";
  const Result<std::string> first = session.process(message(command, 1, meta), runner, statuses);
  ASSERT_TRUE(first);
  EXPECT_LE(first->size(), 4000u);
  EXPECT_NE(first->find("<Alert><CmdID>3</CmdID><Data>1226</Data><Correlator>short<"),
            std::string::npos)
      << *first;
  EXPECT_EQ(first->find(long_text), std::string::npos);
  const Result<std::string> second =
      session.process(message(status_of_alert("1", "3"), 2, meta), runner, statuses);
  ASSERT_TRUE(second);
  EXPECT_TRUE(session.reply_wanted());
  EXPECT_EQ(runner.acknowledged, std::vector<std::int64_t>{2});
  EXPECT_NE(second->find("<Alert><CmdID>2</CmdID><Data>1226</Data><Correlator>" + long_text + "<"),
            std::string::npos)
      << *second;
  EXPECT_NE(second->find("<Final/>"), std::string::npos);
  const Result<std::string> third =
      session.process(message(status_of_alert("2", "2"), 3, meta), runner, statuses);
  ASSERT_TRUE(third);
  EXPECT_FALSE(session.reply_wanted());
  EXPECT_EQ(runner.acknowledged, (std::vector<std::int64_t>{2, 1}));
}

TEST(WaitingAnswers, AServerThatDoesNotFetchThemIsTurnedAway) {
  DmOptions options;
  options.max_waiting_bytes = 20'000;
  DmSession session(options);
  FakeRunner runner;
  std::vector<int> statuses;
  const std::string meta = "<MaxMsgSize>1</MaxMsgSize>";
  const std::string commands = repeated(
      "<Exec><CmdID>5</CmdID><Item><Target><LocURI>./A</LocURI></Target></Item></Exec>", 100);
  const std::string next = "<Alert><CmdID>5</CmdID><Data>1222</Data></Alert>";
  unsigned msg_id = 0;
  const auto send = [&](const std::string& body) {
    return summary(session.process(message(body, ++msg_id, meta), runner, statuses).value());
  };
  std::size_t messages = 0;
  while (send(commands) != "Alert 1223") ASSERT_LT(++messages, 10u);
  EXPECT_GT(messages, 1u);
  EXPECT_EQ(runner.log.size(), messages * 100) << "what is not answered is not run";
  // Nothing is left of it, and the session goes on.
  EXPECT_EQ(send(next), "SyncHdr 0=200 | Alert 5=200");
}

TEST(WaitingAnswers, OneThatFetchesThemIsNot) {
  DmOptions options;
  options.max_waiting_bytes = 2000;
  DmSession session(options);
  FakeRunner runner;
  std::vector<int> statuses;
  const std::string meta = "<MaxMsgSize>2000</MaxMsgSize>";
  const std::string commands = repeated(
      "<Exec><CmdID>5</CmdID><Item><Target><LocURI>./A</LocURI></Target></Item></Exec>", 100);
  std::size_t answers = 0;
  std::string body = commands;
  for (unsigned msg_id = 1; msg_id < 100; ++msg_id) {
    const std::string reply =
        session.process(message(body, msg_id, meta), runner, statuses).value();
    for (std::size_t at = reply.find("<Cmd>Exec<"); at != std::string::npos;
         at = reply.find("<Cmd>Exec<", at + 1)) {
      ++answers;
    }
    if (reply.find("<Final/>") != std::string::npos) break;
    body = "<Alert><CmdID>5</CmdID><Data>1222</Data></Alert>";
  }
  EXPECT_EQ(answers, 100u);
}

}  // namespace
}  // namespace cspkit::dm
