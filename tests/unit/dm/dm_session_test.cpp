// SPDX-License-Identifier: Apache-2.0
// What commands come to: order, refusals before the address is looked at, containers, alerts.
#include "dm/dm_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fake_runner.hpp"

namespace cspkit::dm {
namespace {

std::string target(std::string_view uri) {
  return "<Target><LocURI>" + std::string(uri) + "</LocURI></Target>";
}
std::string item(std::string_view uri, std::string_view rest = {}) {
  return "<Item>" + target(uri) + std::string(rest) + "</Item>";
}
std::string command(std::string_view name, std::string_view id, std::string_view rest) {
  const std::string n(name);
  return "<" + n + "><CmdID>" + std::string(id) + "</CmdID>" + std::string(rest) + "</" + n + ">";
}
std::string get(std::string_view id, std::string_view uri) { return command("Get", id, item(uri)); }
std::string replace(std::string_view id, std::string_view uri) {
  return command("Replace", id, item(uri, "<Data>v</Data>"));
}

class DmSessionTest : public testing::Test {
 protected:
  // The reply's body in one line.
  std::string answer(const std::string& commands) {
    return summary(reply("<SyncML><SyncBody>" + commands + "<Final/></SyncBody></SyncML>"));
  }
  std::string reply(const std::string& message) {
    const Result<std::string> result = session_.process(message, runner_, statuses_);
    return result ? *result : "refused: " + result.error().text();
  }
  using Log = std::vector<std::string>;

  FakeRunner runner_;
  DmSession session_{DmOptions{}};
  std::vector<int> statuses_;
};

TEST_F(DmSessionTest, RunsCommandsInDocumentOrderAndAnswersEach) {
  runner_.value("./A", Value::integer(5));
  runner_.fail("./C", Code::kNotFound);
  EXPECT_EQ(
      answer(get("1", "./A") + command("Add", "2", item("./B")) +
             command("Delete", "x", item("./C")) +
             command("Exec", "{4}", item("./D", "<Data>go</Data>")) +
             command("Copy", "5",
                     "<Item>" + target("./E") + "<Source><LocURI>./F</LocURI></Source></Item>")),
      "SyncHdr 0=200 | Get 1=200 | Results 1 ./A=5 | Add 2=200 | Delete x=404 | "
      "Exec {4}=200 | Copy 5=200");
  EXPECT_EQ(runner_.log,
            (Log{"Get ./A", "Add ./B", "Delete ./C", "Exec ./D =go", "Copy ./E < ./F"}));
  EXPECT_EQ(statuses_, (std::vector<int>{200, 200, 404, 200, 200}));
}

TEST_F(DmSessionTest, PassesFormatTypeAndData) {
  answer(command("Replace", "1",
                 item("./A", "<Meta><Format>int</Format><Type>a/b</Type></Meta><Data>7</Data>")) +
         command("Replace", "2", item("./B", "<Data/>")) + command("Exec", "3", item("./C")));
  EXPECT_EQ(runner_.log, (Log{"Replace ./A [a/b] int=7", "Replace ./B =", "Exec ./C"}));
}

TEST_F(DmSessionTest, CountsItsMessagesAndEchoesTheRequests) {
  const std::string message =
      "<SyncML><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>D</SessionID>"
      "<MsgID>40</MsgID><Target><LocURI>dev</LocURI></Target><Source><LocURI>srv</LocURI></Source>"
      "</SyncHdr><SyncBody><Final/></SyncBody></SyncML>";
  const auto expected = [](const char* msg_id) {
    return std::string(
               "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2"
               "</VerProto><SessionID>D</SessionID><MsgID>") +
           msg_id +
           "</MsgID><Target><LocURI>srv</LocURI></Target><Source><LocURI>dev</LocURI></Source>"
           "</SyncHdr><SyncBody><Status><CmdID>1</CmdID><MsgRef>40</MsgRef><CmdRef>0</CmdRef>"
           "<Cmd>SyncHdr</Cmd><Data>200</Data></Status><Final/></SyncBody></SyncML>";
  };
  EXPECT_EQ(reply(message), expected("1"));
  EXPECT_EQ(reply(message), expected("2"));
  EXPECT_EQ(reply("junk").rfind("refused: 1:1:", 0), 0u);
  EXPECT_EQ(reply(message), expected("3"));
}

class MessageIds : public DmSessionTest {
 protected:
  std::string id_of_reply(const std::string& session, const std::string& body) {
    const std::string text =
        reply("<SyncML><SyncHdr><SessionID>" + session +
              "</SessionID><MsgID>1</MsgID></SyncHdr><SyncBody>" + body + "</SyncBody></SyncML>");
    const std::size_t begin = text.find("<MsgID>") + 7;
    return text.substr(begin, text.find("</MsgID>") - begin);
  }
  static std::string status_of(const std::string& msg_ref) {
    return "<Status><CmdID>1</CmdID><MsgRef>" + msg_ref +
           "</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>200</Data></Status>";
  }
};

TEST_F(MessageIds, GoOnBehindWhatTheServerAnswersAndBeginAgainWithItsSession) {
  EXPECT_EQ(id_of_reply("1", get("2", "./A")), "1");
  EXPECT_EQ(id_of_reply("1", status_of("1") + get("2", "./A")), "2");
  EXPECT_EQ(id_of_reply("1", status_of(" 1 ")), "3") << "an old answer takes nothing back";
  EXPECT_EQ(id_of_reply("2", get("2", "./A")), "1");
  // The agent wrote package 1 itself, in two messages.
  EXPECT_EQ(id_of_reply("3", status_of("1") + status_of("2") + get("2", "./A")), "3");
  EXPECT_EQ(id_of_reply("3", ""), "4");
}

TEST_F(MessageIds, AreNotLedAstrayByWhatIsNone) {
  for (const char* ref : {"", "x", "7x", "-7", "4294967295", "99999999999999999999"}) {
    EXPECT_EQ(id_of_reply(std::string("s") + ref, status_of(ref)), "1") << ref;
  }
}

TEST_F(DmSessionTest, BehindAnAbortNothingRuns) {
  const std::string abort = "<Alert><CmdID>1</CmdID><Data> 1223 </Data></Alert>";
  EXPECT_EQ(answer(replace("2", "./A") + abort + replace("3", "./B") +
                   command("Atomic", "4", replace("5", "./C")) + get("6", "./D")),
            "SyncHdr 0=200 | Replace 2=200 | Alert 1=200 | Replace 3=215 | Atomic 4=215 | "
            "Replace 5=215 | Get 6=215");
  EXPECT_EQ(runner_.log, (Log{"Replace ./A =v", "alert 1223"}));
  EXPECT_FALSE(session_.reply_wanted());
  EXPECT_EQ(statuses_, (std::vector<int>{200, 200, 215, 215, 215, 215}));
  runner_.log.clear();
  EXPECT_EQ(answer(command("Sequence", "2", abort + replace("3", "./B")) + replace("4", "./C")),
            "SyncHdr 0=200 | Sequence 2=200 | Alert 1=200 | Replace 3=215 | Replace 4=215");
  EXPECT_EQ(answer(command("Atomic", "2", replace("3", "./B") + abort) + replace("4", "./C")),
            "SyncHdr 0=200 | Atomic 2=200 | Replace 3=200 | Alert 1=200 | Replace 4=215");
  EXPECT_FALSE(session_.reply_wanted());
  EXPECT_EQ(answer(replace("2", "./A")), "SyncHdr 0=200 | Replace 2=200") << "it may begin again";
}

TEST_F(DmSessionTest, RowOneRefusesTheCommandAndGoesOn) {
  EXPECT_EQ(
      answer("<Get>" + item("./A") + "</Get><Get><CmdID/>" + item("./A") + "</Get>" +
             command("Get", "1", "") + command("Get", "2", "<Item/>") +
             command("Get", "3", "<Item><Target>./A</Target></Item>") +
             command("Copy", "4", item("./A")) + command("Replace", "5", "<Data>x</Data>") +
             get("6", "./Z")),
      "SyncHdr 0=200 | Get =400 | Get =400 | Get 1=400 | Get 2=400 | Get 3=400 | Copy 4=400 | "
      "Replace 5=400 | Get 6=200 | Results 6 ./Z=");
  EXPECT_EQ(runner_.log, (Log{"Get ./Z"}));
}

TEST_F(DmSessionTest, UnknownElementsGet400) {
  EXPECT_EQ(
      answer(command("Put", "1", item("./A")) + "<Frobnicate/>" + command("add", "2", item("./A")) +
             command("Sequence", "3", command("Sync", "4", "") + get("5", "./A"))),
      "SyncHdr 0=200 | Put 1=400 | Frobnicate =400 | add 2=400 | Sequence 3=200 | "
      "Sync 4=400 | Get 5=200 | Results 5 ./A=");
}

TEST_F(DmSessionTest, RepeatedAndZeroCmdIdsRun) {
  EXPECT_EQ(answer(replace("0", "./A") + replace("1", "./B") + replace("1", "./C")),
            "SyncHdr 0=200 | Replace 0=200 | Replace 1=200 | Replace 1=200");
  EXPECT_EQ(runner_.log.size(), 3u);
}

TEST_F(DmSessionTest, NoRespIsAnsweredAnyway) {
  EXPECT_EQ(answer("<Exec><CmdID>1</CmdID><NoResp/>" + item("./A") + "</Exec>"),
            "SyncHdr 0=200 | Exec 1=200");
}

TEST_F(DmSessionTest, StatusAndResultsAreConsumed) {
  EXPECT_EQ(
      answer("<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef>"
             "<Cmd>SyncHdr</Cmd><Data>200</Data></Status>"
             "<Results><CmdID>2</CmdID><CmdRef>1</CmdRef></Results>" +
             command("Atomic", "3", "<Status><Data>200</Data></Status>" + replace("4", "./A"))),
      "SyncHdr 0=200 | Atomic 3=200 | Replace 4=200");
  EXPECT_EQ(statuses_.size(), 2u);
}

TEST_F(DmSessionTest, ItemsThatAgreeShareOneStatus) {
  runner_.value("./A", Value::chr("1"));
  runner_.value("./B", Value::chr("2"));
  EXPECT_EQ(answer(command("Get", "1", item("./A") + item("./B"))),
            "SyncHdr 0=200 | Get 1=200 | Results 1 ./A=1 ./B=2");
  runner_.fail("./A", Code::kNotFound);
  runner_.fail("./B", Code::kNotFound);
  EXPECT_EQ(answer(command("Get", "1", item("./A") + item("./B"))), "SyncHdr 0=200 | Get 1=404");
}

TEST_F(DmSessionTest, ItemsThatDifferGetAStatusEachAndOneResults) {
  runner_.value("./A", Value::chr("1"));
  runner_.fail("./B", Code::kNotFound);
  runner_.value("./C", Value::chr("3"));
  EXPECT_EQ(answer(command("Get", "1", item("./A") + item("./B") + item("./C") + "<Item/>")),
            "SyncHdr 0=200 | Get 1=200 (./A) | Get 1=404 (./B) | Get 1=200 (./C) | Get 1=400 | "
            "Results 1 ./A=1 ./C=3");
  EXPECT_EQ(statuses_, (std::vector<int>{200, 404, 200, 400}));
}

TEST_F(DmSessionTest, ItemsWithDifferentOriginalErrorsDiffer) {
  runner_.fail("./A", Code::kFailed, 0x80004005u);
  runner_.fail("./B", Code::kFailed);
  EXPECT_EQ(answer(command("Delete", "1", item("./A") + item("./B"))),
            "SyncHdr 0=200 | Delete 1=500 (./A) | Delete 1=500 (./B)");
}

TEST_F(DmSessionTest, NamesTheParentThatCouldNotBeMade) {
  runner_.fail("./A/B/C", Code::kNotFound, 0, "./A/B");
  EXPECT_EQ(answer(command("Add", "1", item("./A/B/C"))), "SyncHdr 0=200 | Add 1=404 at ./A/B");
}

TEST_F(DmSessionTest, OriginalErrorIsWrittenWhereAProviderGaveOne) {
  runner_.fail("./A", Code::kBadValue, 0x80070057u);
  runner_.fail("./B", Code::kBadValue);
  const std::string with = reply("<SyncBody>" + replace("1", "./A") + "</SyncBody>");
  EXPECT_NE(with.find(R"(<Data msft:originalerror="0x80070057">500</Data>)"), std::string::npos);
  EXPECT_NE(with.find("<SyncBody xmlns:msft="), std::string::npos);
  EXPECT_EQ(with.find("for people only"), std::string::npos);
  const std::string without = reply("<SyncBody>" + replace("1", "./B") + "</SyncBody>");
  EXPECT_EQ(without.find("msft"), std::string::npos);
}

TEST_F(DmSessionTest, PendingIs202) {
  runner_.fail("./A", Code::kPending);
  EXPECT_EQ(answer(command("Exec", "1", item("./A"))), "SyncHdr 0=200 | Exec 1=202");
}

TEST_F(DmSessionTest, GetsBeyondTheReplyLimitAre413) {
  DmOptions options;
  options.max_reply_bytes = 5000;
  session_ = DmSession(options);
  runner_.value("./A", Value::chr(std::string(4000, 'x')));
  answer(get("1", "./A") + get("2", "./A") + get("3", "./A") + replace("4", "./B"));
  EXPECT_EQ(statuses_, (std::vector<int>{200, 200, 413, 200}));
  answer(command("Get", "1", item("./A") + item("./A") + item("./A")));
  EXPECT_EQ(statuses_, (std::vector<int>{200, 200, 413}));
}

TEST_F(DmSessionTest, ListsThatWereTooMuchLeaveLessForTheNext) {
  // One of them cost as much as an answer of 3000 bytes, and brought none.
  class Runner : public FakeRunner {
   public:
    void run(const Operation& operation, Outcome& outcome) override {
      FakeRunner::run(operation, outcome);
      limits.push_back(operation.max_result_bytes);
    }
    std::vector<std::size_t> limits;
  };
  DmOptions options;
  options.max_reply_bytes = 5000;
  DmSession session(options);
  Runner runner;
  runner.fail("./A?list=TNDS", Code::kTooLarge);
  runner.answers["./A?list=TNDS"].wasted = 3000;
  runner.value("./B", Value::chr("v"));
  const auto ask = [&] {
    const std::string list = get("1", "./A?list=TNDS");
    runner.limits.clear();
    EXPECT_TRUE(session.process("<SyncML><SyncBody>" + list + list + list + get("2", "./B") +
                                    "<Final/></SyncBody></SyncML>",
                                runner, statuses_));
    EXPECT_EQ(statuses_, (std::vector<int>{413, 413, 413, 200})) << "other Gets are answered";
  };
  for (int message = 0; message < 2; ++message) {  // each begins anew
    ask();
    ASSERT_EQ(runner.limits.size(), 4u);
    EXPECT_GT(runner.limits[0], 4000u);
    EXPECT_LT(runner.limits[1], 2000u);
    EXPECT_GT(runner.limits[1], 1000u);
    EXPECT_EQ(runner.limits[2], 0u);
  }
}

TEST_F(DmSessionTest, AnswersBeyondMaxObjSizeCountAsIfTheyHadBeenGiven) {
  DmOptions options;
  options.max_reply_bytes = 10000;
  session_ = DmSession(options);
  runner_.value("./A", Value::chr(std::string(4000, 'x')));
  runner_.value("./B", Value::chr("v"));
  const std::string header =
      "<SyncML><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>"
      "<MsgID>1</MsgID><Target><LocURI>d</LocURI></Target><Source><LocURI>s</LocURI></Source>"
      "<Meta><MaxObjSize>100</MaxObjSize></Meta></SyncHdr><SyncBody>";
  std::string gets;
  for (int i = 0; i < 5; ++i) gets += get("1", "./A");
  reply(header + get("1", "./B") + gets + get("2", "./B") + "<Final/></SyncBody></SyncML>");
  EXPECT_EQ(statuses_, (std::vector<int>{200, 413, 413, 413, 413, 413, 413}));
  const auto asked = std::count(runner_.log.begin(), runner_.log.end(), "Get ./A");
  EXPECT_GE(asked, 2);
  EXPECT_LE(asked, 3) << "the others are answered unseen";
}

// ---- Sequence

TEST_F(DmSessionTest, SequenceAnswersFirstAndGoesOnAfterAFailure) {
  runner_.fail("./A", Code::kNotAllowed);
  EXPECT_EQ(answer("<Sequence>" + replace("1", "./A") + get("2", "./B") +
                   command("Sequence", "3", replace("4", "./C")) + "</Sequence>"),
            "SyncHdr 0=200 | Sequence =200 | Replace 1=405 | Get 2=200 | Results 2 ./B= | "
            "Sequence 3=200 | Replace 4=200");
}

TEST_F(DmSessionTest, AtomicInSequenceRuns) {
  EXPECT_EQ(answer(command("Sequence", "1",
                           command("Atomic", "2", replace("3", "./A")) + replace("4", "./B"))),
            "SyncHdr 0=200 | Sequence 1=200 | Atomic 2=200 | Replace 3=200 | Replace 4=200");
  EXPECT_EQ(runner_.log, (Log{"begin", "Replace ./A =v", "commit", "Replace ./B =v"}));
}

TEST_F(DmSessionTest, ContainersBeyondTheNestingLimitAre400AndTheirChildrenUnanswered) {
  DmOptions options;
  options.max_nesting = 2;
  session_ = DmSession(options);
  EXPECT_EQ(answer(command(
                "Sequence", "1",
                command("Sequence", "2",
                        command("Sequence", "3", replace("4", "./A")) +
                            command("Atomic", "5", replace("6", "./A")) + replace("7", "./B")))),
            "SyncHdr 0=200 | Sequence 1=200 | Sequence 2=200 | Sequence 3=400 | Atomic 5=400 | "
            "Replace 7=200");
  EXPECT_EQ(
      answer(command("Atomic", "1",
                     command("Sequence", "2",
                             command("Sequence", "3", replace("4", "./A")) + replace("5", "./B")))),
      "SyncHdr 0=200 | Atomic 1=507 | Sequence 2=215 | Sequence 3=400 | Replace 5=215");
}

// ---- Atomic

TEST_F(DmSessionTest, AtomicCommitsAllInOneGo) {
  EXPECT_EQ(
      answer("<Atomic>" + replace("1", "./A") +
             command("Sequence", "2", replace("3", "./B") + command("Exec", "4", item("./C"))) +
             command("Copy", "5",
                     "<Item>" + target("./E") + "<Source><LocURI>./F</LocURI></Source></Item>") +
             "</Atomic>"),
      "SyncHdr 0=200 | Atomic =200 | Replace 1=200 | Sequence 2=200 | Replace 3=200 | "
      "Exec 4=200 | Copy 5=200");
  EXPECT_EQ(runner_.log, (Log{"begin", "Replace ./A =v", "Replace ./B =v", "Exec ./C",
                              "Copy ./E < ./F", "commit"}));
}

TEST_F(DmSessionTest, FailedAtomicKeepsDocumentOrder) {
  runner_.fail("./B", Code::kAlreadyExists);
  const std::string children = command("Sequence", "1", replace("2", "./A")) +
                               command("Add", "3", item("./B")) +
                               command("Sequence", "4", replace("5", "./C")) + replace("6", "./D");
  EXPECT_EQ(answer(command("Atomic", "0", children)),
            "SyncHdr 0=200 | Atomic 0=507 | Sequence 1=216 | Replace 2=216 | Add 3=418 | "
            "Sequence 4=215 | Replace 5=215 | Replace 6=215");
  EXPECT_EQ(statuses_, (std::vector<int>{507, 216, 216, 418, 215, 215, 215}));
  runner_.rollback_fails = true;
  EXPECT_EQ(answer(command("Atomic", "0", children)),
            "SyncHdr 0=200 | Atomic 0=507 | Sequence 1=516 | Replace 2=516 | Add 3=418 | "
            "Sequence 4=215 | Replace 5=215 | Replace 6=215");
}

TEST_F(DmSessionTest, GetInsideAnAtomicIs500AndNothingRuns) {
  EXPECT_EQ(answer(command("Atomic", "1",
                           replace("2", "./A") + get("3", "./B") + "<Get/>" +
                               command("Sequence", "4", get("5", "./C")))),
            "SyncHdr 0=200 | Atomic 1=507 | Replace 2=215 | Get 3=500 | Get =500 | "
            "Sequence 4=215 | Get 5=500");
  EXPECT_EQ(runner_.log, (Log{"begin", "undo"}));
}

TEST_F(DmSessionTest, NestedAtomicIs500AndNothingRuns) {
  EXPECT_EQ(
      answer(command(
          "Atomic", "1",
          replace("2", "./A") + command("Atomic", "3", replace("4", "./B") + get("5", "./C")) +
              command("Sequence", "6", command("Atomic", "7", "")) + replace("8", "./D"))),
      "SyncHdr 0=200 | Atomic 1=507 | Replace 2=215 | Atomic 3=500 | Replace 4=215 | "
      "Get 5=500 | Sequence 6=215 | Atomic 7=500 | Replace 8=215");
  EXPECT_EQ(runner_.log, (Log{"begin", "undo"}));
}

TEST_F(DmSessionTest, RowOneInsideAnAtomicFailsIt) {
  EXPECT_EQ(answer(command("Atomic", "1",
                           "<Replace>" + item("./A") + item("./B") + "</Replace>" +
                               command("Add", "2", "<Item/>") + command("Bogus", "3", "") +
                               replace("4", "./C"))),
            "SyncHdr 0=200 | Atomic 1=507 | Replace =400 | Add 2=400 | Bogus 3=400 | "
            "Replace 4=215");
  ASSERT_EQ(runner_.last_atomic.size(), 4u);
  EXPECT_EQ(runner_.last_atomic[3].refused, Code::kOk);  // judged by the runner all the same
}

TEST_F(DmSessionTest, ItemsInAnAtomicAreOperationsOfTheirOwn) {
  EXPECT_EQ(answer(command("Atomic", "1", command("Add", "2", item("./A") + item("./B")))),
            "SyncHdr 0=200 | Atomic 1=200 | Add 2=200");
  runner_.fail("./B", Code::kFull);
  EXPECT_EQ(answer(command("Atomic", "1",
                           command("Add", "2", item("./A") + item("./B")) + replace("3", "./C"))),
            "SyncHdr 0=200 | Atomic 1=507 | Add 2=216 (./A) | Add 2=420 (./B) | Replace 3=215");
}

TEST_F(DmSessionTest, EmptyAtomicWorks) {
  EXPECT_EQ(
      answer(command("Atomic", "1", "") + command("Atomic", "2", command("Sequence", "3", ""))),
      "SyncHdr 0=200 | Atomic 1=200 | Atomic 2=200 | Sequence 3=200");
}

// ---- Alerts

TEST_F(DmSessionTest, AlertsAreRecorded) {
  EXPECT_EQ(answer("<Alert><CmdID>1</CmdID><Data> 1224 </Data><Item><Source><LocURI>./A</LocURI>"
                   "</Source><Meta><Type>t/x</Type></Meta><Data>user</Data></Item></Alert>" +
                   command("Alert", "2", "<Data>1222</Data>") +
                   command("Alert", "3", "<Data>1226</Data>" + item("./B"))),
            "SyncHdr 0=200 | Alert 1=200 | Alert 2=200 | Alert 3=200");
  ASSERT_EQ(runner_.alerts.size(), 3u);
  EXPECT_EQ(runner_.alerts[0].code, "1224");
  EXPECT_EQ(runner_.alerts[0].type, "t/x");
  EXPECT_EQ(runner_.alerts[0].source, "./A");
  EXPECT_EQ(runner_.alerts[0].data, "user");
  EXPECT_EQ(runner_.alerts[1].source, "");
  EXPECT_EQ(runner_.alerts[2].source, "./B");
}

TEST_F(DmSessionTest, AlertsForAPersonAre406AndEmptyOnes400) {
  for (const char* code : {"1100", "1101", "1102", "1103", "1104"}) {
    EXPECT_EQ(answer(command("Alert", "1", "<Data>" + std::string(code) + "</Data>")),
              "SyncHdr 0=200 | Alert 1=406");
  }
  EXPECT_EQ(answer(command("Alert", "1", "<Data/>") + "<Alert><Data>1201</Data></Alert>" +
                   command("Alert", "2",
                           "<Data>1226</Data><Item><Source><LocURI>\xFF</LocURI></Source></Item>")),
            "SyncHdr 0=200 | Alert 1=400 | Alert =400 | Alert 2=400");
  EXPECT_TRUE(runner_.alerts.empty());
}

TEST_F(DmSessionTest, AlertInAnAtomicCountsOnlyWhenItCommits) {
  const std::string alert = command("Alert", "2", "<Data>1226</Data>");
  EXPECT_EQ(answer(command("Atomic", "1", alert + replace("3", "./A"))),
            "SyncHdr 0=200 | Atomic 1=200 | Alert 2=200 | Replace 3=200");
  EXPECT_EQ(runner_.log, (Log{"begin", "Replace ./A =v", "commit", "alert 1226"}));
  runner_.log.clear();
  runner_.fail("./A", Code::kNotFound);
  EXPECT_EQ(answer(command("Atomic", "1", alert + replace("3", "./A"))),
            "SyncHdr 0=200 | Atomic 1=507 | Alert 2=215 | Replace 3=404");
  EXPECT_EQ(runner_.alerts.size(), 1u);
  EXPECT_EQ(answer(command("Atomic", "1",
                           command("Alert", "2", "<Data>1101</Data>") + replace("3", "./B"))),
            "SyncHdr 0=200 | Atomic 1=507 | Alert 2=406 | Replace 3=215");
}

// ---- Header

TEST_F(DmSessionTest, AnUnknownVersionRefusesEveryCommandAndRunsNone) {
  const auto with = [](const char* dtd, const char* protocol) {
    return std::string("<SyncML><SyncHdr><VerDTD>") + dtd + "</VerDTD><VerProto>" + protocol +
           "</VerProto></SyncHdr><SyncBody>" +
           command("Sequence", "1", replace("2", "./A") + command("Atomic", "3", get("4", "./B"))) +
           "<Status/><Final/></SyncBody></SyncML>";
  };
  EXPECT_EQ(summary(reply(with("2.0", "DM/1.2"))),
            "SyncHdr 0=505 | Sequence 1=505 | Replace 2=505 | Atomic 3=505 | Get 4=505");
  EXPECT_EQ(summary(reply(with("1.2", "DM/2.0"))),
            "SyncHdr 0=513 | Sequence 1=513 | Replace 2=513 | Atomic 3=513 | Get 4=513");
  EXPECT_TRUE(runner_.log.empty());
  EXPECT_EQ(statuses_.size(), 4u);
  reply(with("1.1", "DM/1.1"));
  EXPECT_EQ(runner_.log.at(0), "Replace ./A =v");
}

TEST_F(DmSessionTest, MissingVersionsAreAccepted) {
  EXPECT_EQ(summary(reply("<SyncML><SyncHdr><MsgID>1</MsgID></SyncHdr><SyncBody>" +
                          replace("1", "./A") + "</SyncBody></SyncML>")),
            "SyncHdr 0=200 | Replace 1=200");
}

// ---- Whatever is sent, the reply is well-formed

TEST_F(DmSessionTest, RepliesAreWellFormedWhateverWasSent) {
  runner_.value("./A", Value::chr(std::string("\0\x01]]>&<\xFF\r\n", 10)));
  runner_.fail("./B\xFF", Code::kBadRequest, 1, "<&\xFE>");
  const std::string text = reply(
      "<SyncML><SyncHdr><SessionID>&lt;&#10;</SessionID><MsgID>&amp;</MsgID><Source><LocURI>\xFF<"
      "/LocURI></Source></SyncHdr><SyncBody>" +
      command("Get", "&lt;/CmdRef&gt;&amp;&#13;", item("./A") + item("./B\xFF") + item("")) +
      "</SyncBody></SyncML>");
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(text.c_str())) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto sync_body = document.child("SyncML").child("SyncBody");
  EXPECT_STREQ(sync_body.last_child().previous_sibling().child_value("CmdRef"), "</CmdRef>&\r");
  EXPECT_STREQ(sync_body.child("Status").child_value("MsgRef"), "&");
}

TEST_F(DmSessionTest, LimitsOfTheMessageHold) {
  DmOptions options;
  options.max_message_bytes = 100;
  session_ = DmSession(options);
  const Result<std::string> result =
      session_.process("<SyncBody>" + std::string(200, ' ') + "</SyncBody>", runner_, statuses_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Code::kTooLarge);
}

}  // namespace
}  // namespace cspkit::dm
