// SPDX-License-Identifier: Apache-2.0
// The device's alerts: they go out with a management session's reply, wait on disk until a server
// says it has them, and reach nobody else.
#include <gmock/gmock.h>

#include <csignal>

#include "../store/support.hpp"
#include "dm_messages.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AlertTest : public TreeTest {
 protected:
  void reopen(const std::string& state) {
    session_.reset();
    engine_.reset();
    open(state);
  }
  void queue(const std::string& data, const std::string& user = {}) {
    DeviceAlert alert;
    alert.source = "./Vendor/Test/T";
    alert.type = "com.example.event";
    alert.data = data;
    const auto queued = engine_->queue_alert(alert, user);
    EXPECT_TRUE(queued) << queued.error().text();
  }
  std::size_t waiting() const { return engine_->queued_alerts().size(); }
  std::string send(const std::string& body, unsigned msg_id = 1, const std::string& session = "1",
                   const std::string& meta = {}) {
    const auto reply = session_->process(message(body, msg_id, session, meta));
    EXPECT_TRUE(reply) << reply.error().text();
    return reply.value_or(std::string());
  }
};

TEST_F(AlertTest, GoesOutBehindTheAnswersAndIsGoneWhenAcknowledged) {
  queue("one & only");
  const std::string reply = send(get_command("2", "./Vendor/Test/T/Fixed"));
  EXPECT_THAT(reply, HasSubstr("<Alert><CmdID>4</CmdID><Data>1224</Data><Item><Source><LocURI>"
                               "./Vendor/Test/T</LocURI></Source><Meta><Format xmlns=\"syncml:"
                               "metinf\">chr</Format><Type xmlns=\"syncml:metinf\">com.example."
                               "event</Type></Meta><Data>one &amp; only</Data></Item></Alert>"));
  EXPECT_LT(reply.find("<Results>"), reply.find("<Alert>"));
  EXPECT_EQ(waiting(), 1u) << "gone before the server said so";
  EXPECT_THAT(send(status_of_alert("1", "4", "200"), 2), Not(HasSubstr("<Alert>")));
  EXPECT_EQ(waiting(), 0u);
}

TEST_F(AlertTest, IsSentOnceInASessionAndAgainInTheNext) {
  queue("x");
  EXPECT_THAT(send(get_command("2", "./DevInfo")), HasSubstr("1224"));
  EXPECT_THAT(send(get_command("2", "./DevInfo"), 2), Not(HasSubstr("1224")));
  EXPECT_THAT(send(get_command("2", "./DevInfo"), 1, "2"), HasSubstr("1224"));
  EXPECT_EQ(waiting(), 1u);
}

TEST_F(AlertTest, StaysWhenTheServerRefusesItOrAnswersSomethingElse) {
  queue("x");
  EXPECT_THAT(send(get_command("2", "./DevInfo")), HasSubstr("<CmdID>3</CmdID><Data>1224"));
  send(status_of_alert("1", "3", "406"), 2);
  EXPECT_EQ(waiting(), 1u);
  EXPECT_THAT(send(get_command("2", "./DevInfo"), 1, "2"), HasSubstr("<CmdID>3</CmdID><Data>1224"));
  send(status_of_alert("1", "9", "200"), 2, "2");
  send(status_of_alert("7", "3", "200"), 3, "2");
  EXPECT_EQ(waiting(), 1u);
}

TEST_F(AlertTest, ManyComeInTheirOrderAndWithinTheServersLimit) {
  for (int i = 0; i < 30; ++i) queue("event " + std::to_string(i) + std::string(200, '<'));
  constexpr std::size_t kLimit = 6000;
  const std::string meta = "<MaxMsgSize xmlns=\"syncml:metinf\">6000</MaxMsgSize>";
  std::size_t heard = 0;
  std::string acks;
  for (unsigned msg = 1; msg < 40 && waiting() != 0; ++msg) {
    const std::string body = acks.empty() ? get_command("2", "./DevInfo") : acks;
    const std::string reply = send(body, msg, "1", meta);
    EXPECT_LE(reply.size(), kLimit);
    acks.clear();
    for (std::size_t at = 0; (at = reply.find("<Alert><CmdID>", at)) != std::string::npos; ++at) {
      const std::size_t id = at + 14;
      const std::string cmd_id = reply.substr(id, reply.find('<', id) - id);
      EXPECT_THAT(reply.substr(at), HasSubstr("event " + std::to_string(heard++) + "&lt;"));
      acks += status_of_alert(std::to_string(msg), cmd_id, "200");
    }
    ASSERT_FALSE(acks.empty() && waiting() != 0) << "nothing goes out any more";
  }
  EXPECT_EQ(heard, 30u);
  EXPECT_EQ(waiting(), 0u);
}

TEST_F(AlertTest, OnlyAManagementSessionCarriesThem) {
  queue("x");
  const std::string body =
      "<SyncML><SyncBody>" + get_command("2", "./DevInfo") + "</SyncBody></SyncML>";
  EXPECT_THAT(*session_->process(body), Not(HasSubstr("1224")));
  EXPECT_THAT(*engine_->process(message(get_command("2", "./DevInfo")), Principal::device()),
              Not(HasSubstr("1224")));
}

TEST_F(AlertTest, AUsersAlertsGoWithThatUsersSessions) {
  queue("device's");
  queue("hers", "ann");
  Session ann = engine_->open_session(Principal::for_user("ann"));
  const std::string to_ann = *ann.process(message(get_command("2", "./DevInfo")));
  EXPECT_THAT(to_ann, HasSubstr("hers"));
  EXPECT_THAT(to_ann, Not(HasSubstr("device's")));
  const std::string to_device = send(get_command("2", "./DevInfo"));
  EXPECT_THAT(to_device, HasSubstr("device's"));
  EXPECT_THAT(to_device, Not(HasSubstr("hers")));
  EXPECT_EQ(engine_->queued_alerts(Principal::for_user("ann", true)).size(), 2u);
}

TEST_F(AlertTest, WhatIsNoAlertIsRefused) {
  DeviceAlert alert;
  alert.code = 1201;
  EXPECT_EQ(engine_->queue_alert(alert).error().code(), Code::kBadValue);
  alert.code = 1226;
  alert.data = "\xff";
  EXPECT_EQ(engine_->queue_alert(alert).error().code(), Code::kBadValue);
  alert.data = std::string(20000, 'x');
  EXPECT_EQ(engine_->queue_alert(alert).error().code(), Code::kTooLarge);
  EXPECT_EQ(waiting(), 0u);
}

TEST_F(AlertTest, AnAgentMayCarryThemItself) {
  queue("a");
  queue("b");
  const auto queued = engine_->queued_alerts();
  ASSERT_EQ(queued.size(), 2u);
  EXPECT_EQ(queued[0].alert.data, "a");
  EXPECT_LT(queued[0].id, queued[1].id);
  EXPECT_TRUE(engine_->acknowledge_alerts({queued[0].id, 4711}).ok());
  EXPECT_EQ(engine_->queued_alerts().at(0).alert.data, "b");
}

TEST(AlertKill, SurvivesAKillUntilItIsAcknowledged) {
  const store_test::TempDir dir;
  const std::string state = dir.file("device.db");
  const auto dies = [&](int, int) {
    EngineOptions options;
    options.state = state;
    auto engine = Engine::open(options);
    DeviceAlert alert;
    alert.data = "last words";
    return engine && engine->queue_alert(alert) ? ::raise(SIGKILL) : 1;
  };
  EXPECT_EQ(store_test::Child(dies).wait(), -1);
  for (int round = 0; round < 2; ++round) {
    EngineOptions options;
    options.state = state;
    auto engine = Engine::open(options);
    ASSERT_TRUE(engine);
    const auto queued = engine->queued_alerts();
    ASSERT_EQ(queued.size(), 1u);
    EXPECT_EQ(queued[0].alert.data, "last words");
    if (round == 1) {
      EXPECT_TRUE(engine->acknowledge_alerts({queued[0].id}).ok());
    }
  }
  EngineOptions options;
  options.state = state;
  EXPECT_THAT(Engine::open(options)->queued_alerts(), IsEmpty());
}

}  // namespace
}  // namespace cspkit::testing
