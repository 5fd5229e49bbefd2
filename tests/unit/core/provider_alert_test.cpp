// SPDX-License-Identifier: Apache-2.0
// Alerts that providers queue: part of their transaction, kept until a server has acknowledged
// them.
#define CSPKIT_STATIC_NAME warner
#include <gmock/gmock.h>

#include <cspkit/provider.hpp>
#include <future>

#include "../store/support.hpp"
#include "dm_messages.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// What a test has the handler queue, and what the host answered.
struct Wanted {
  std::vector<Alert> alerts;
  std::vector<Code> answers;
  bool fail = false;
  bool batch = false;
  std::promise<Code> applied;
};
Wanted* wanted = nullptr;

class Warner : public Provider {
 public:
  explicit Warner(Host host_table) : Provider(std::move(host_table)) {
    on("Warn").exec([this](Call& call) {
      if (wanted->batch) {
        Batch batch = host().open_batch(Scope::kDevice, "");
        queue(batch);
        std::move(batch).submit([](Code code) { wanted->applied.set_value(code); });
        return Status();
      }
      queue(call);
      return wanted->fail ? call.fail(Code::kBusy) : Status();
    });
    on("Reading").get([](Call& call) {
      wanted->answers.push_back(call.queue_alert(Alert()));
      call.clear_error();
      return "read";
    });
  }

 private:
  static void queue(Writer& writer) {
    for (const Alert& each : wanted->alerts) wanted->answers.push_back(writer.queue_alert(each));
    writer.clear_error();
  }
};
CSPKIT_PLUGIN(Warner, "Warner.xml")

std::string warner_ddf(const std::string& scope) {
  return document("./" + scope + "/Vendor/Test",
                  node("W", "Get", "node", occurs("One"),
                       node("Warn", "Exec", "null", occurs("One")) +
                           node("Level", "Get", "int", occurs("One")) +
                           node("Reading", "Get", "chr", occurs("One"))));
}

class ProviderAlertTest : public ::testing::Test {
 protected:
  void SetUp() override {
    wanted = &wanted_;
    const std::string device = warner_ddf("Device"), user = warner_ddf("User");
    const std::size_t root = user.find("<Node>");
    std::string both = device;
    both.insert(both.rfind("</MgmtTree>"), user.substr(root, user.rfind("</MgmtTree>") - root));
    store_test::write_file(dir_.file("Warner.xml"), both);
    open();
  }
  void TearDown() override {
    close();
    wanted = nullptr;
  }
  void open() {
    EngineOptions options;
    options.state = dir_.file("device.db");
    options.durability = Durability::kNormal;
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::make_unique<Engine>(*std::move(opened));
    ASSERT_TRUE(
        engine_->load_ddf_bytes(document("./Device/Vendor/Test", test_root()), "t.xml").ok());
    const Status loaded = engine_->add_provider(cspkit_plugin_v1_warner, dir_.path());
    ASSERT_TRUE(loaded.ok()) << loaded.text();
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  }
  void close() {
    session_.reset();
    engine_.reset();
  }
  static Alert low() {
    Alert alert;
    alert.type = "com.example.level.low";
    alert.data = "7";
    alert.path = "Level";
    alert.format = "int";
    alert.mark = "warning";
    return alert;
  }
  int warn() { return syncml_status(session_->exec("./Vendor/Test/W/Warn")); }
  std::string send(const std::string& body, unsigned msg_id = 1) {
    return session_->process(message(body, msg_id)).value();
  }
  static std::string warn_command(const char* id) {
    return exec_command(id, "./Vendor/Test/W/Warn");
  }

  store_test::TempDir dir_;
  Wanted wanted_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

TEST_F(ProviderAlertTest, AClientEventIsKeptUntilAServerHasIt) {
  wanted_.alerts = {low()};
  EXPECT_EQ(warn(), 200);
  EXPECT_THAT(wanted_.answers, ElementsAre(Code::kOk));
  close();
  open();
  const std::string sent =
      "<Data>1224</Data><Item><Source><LocURI>./Vendor/Test/W/Level</LocURI></Source>";
  std::string reply = send(get_command("2", "./DevInfo"));
  EXPECT_THAT(reply, HasSubstr(sent));
  EXPECT_THAT(reply, HasSubstr("com.example.level.low"));
  EXPECT_THAT(reply, HasSubstr("<Data>7</Data></Item></Alert>"));
  // Not acknowledged: the next session has it again.
  session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  reply = send(get_command("2", "./DevInfo"));
  EXPECT_THAT(reply, HasSubstr(sent));
  reply = send(status_of_alert("1", "3", "200"), 2);
  EXPECT_THAT(reply, Not(HasSubstr(sent)));
  EXPECT_THAT(engine_->queued_alerts(), IsEmpty());
}

TEST_F(ProviderAlertTest, ItSharesTheFateOfItsTransaction) {
  wanted_.alerts = {low()};
  wanted_.fail = true;
  EXPECT_EQ(warn(), 403);
  EXPECT_THAT(engine_->queued_alerts(), IsEmpty());
  wanted_.fail = false;
  const std::string missing =
      "<Delete><CmdID>3</CmdID><Item><Target><LocURI>./Vendor/Test/T/Profiles/no</LocURI></Target>"
      "</Item></Delete>";
  send("<Atomic><CmdID>1</CmdID>" + warn_command("2") + missing + "</Atomic>");
  EXPECT_THAT(session_->last_statuses(), ElementsAre(507, 216, 404));
  EXPECT_THAT(engine_->queued_alerts(), IsEmpty());
  const std::string reply =
      send("<Atomic><CmdID>1</CmdID>" + warn_command("2") + warn_command("3") + "</Atomic>", 2);
  EXPECT_THAT(session_->last_statuses(), ElementsAre(200, 200, 200));
  EXPECT_THAT(engine_->queued_alerts(), SizeIs(2));
  EXPECT_THAT(reply, HasSubstr("<Data>1224</Data>")) << "it goes with the same reply";
}

TEST_F(ProviderAlertTest, ABatchQueuesThemToo) {
  Alert generic;
  generic.is_generic = true;
  generic.type = "com.example.done";
  generic.correlator = "c-1";
  wanted_.alerts = {generic};
  wanted_.batch = true;
  EXPECT_EQ(warn(), 200);
  EXPECT_EQ(wanted_.applied.get_future().get(), Code::kOk);
  const auto queued = engine_->queued_alerts();
  ASSERT_THAT(queued, SizeIs(1));
  EXPECT_EQ(queued[0].alert.code, 1226);
  EXPECT_EQ(queued[0].alert.source, "");
  EXPECT_EQ(queued[0].alert.format, "chr");
  EXPECT_EQ(queued[0].alert.correlator, "c-1");
}

TEST_F(ProviderAlertTest, AUsersHandlerSpeaksInTheUsersSessions) {
  wanted_.alerts = {low()};
  Session ada = engine_->open_session(Principal::for_user("ada"));
  EXPECT_TRUE(ada.exec("./User/Vendor/Test/W/Warn").ok());
  EXPECT_THAT(engine_->queued_alerts(), IsEmpty());
  const auto queued = engine_->queued_alerts(Principal::for_user("ada"));
  ASSERT_THAT(queued, SizeIs(1));
  EXPECT_EQ(queued[0].alert.source, "./User/Vendor/Test/W/Level");
}

TEST_F(ProviderAlertTest, WhatCannotBeQueuedIsSaid) {
  Alert untyped, binary = low(), longer = low(), foreign = low(), unknown = low();
  untyped.is_generic = true;
  binary.data = "\xFF";
  longer.data = std::string(std::size_t{16} << 10, 'x');
  foreign.path = "./Vendor/Test/T/Fixed";
  unknown.path = "No/Such";
  wanted_.alerts = {untyped, binary, longer, foreign, unknown};
  EXPECT_EQ(warn(), 200);
  EXPECT_THAT(wanted_.answers, ElementsAre(Code::kBadValue, Code::kBadValue, Code::kBadValue,
                                           Code::kNotAllowed, Code::kNotFound));
  wanted_.answers.clear();
  EXPECT_EQ(text_of(session_->get("./Vendor/Test/W/Reading")), "read");
  EXPECT_THAT(wanted_.answers, ElementsAre(Code::kMisuse)) << "a Get changes nothing";
  EXPECT_THAT(engine_->queued_alerts(), IsEmpty());
}

TEST_F(ProviderAlertTest, AProviderThatWarnsWithoutEndFindsTheQueueFull) {
  wanted_.alerts.assign(10001, low());
  EXPECT_EQ(warn(), 200);
  EXPECT_EQ(wanted_.answers[9999], Code::kOk);
  EXPECT_EQ(wanted_.answers[10000], Code::kFull);
  EXPECT_THAT(engine_->queued_alerts(), SizeIs(10000));
}

}  // namespace
}  // namespace cspkit::testing
