// SPDX-License-Identifier: Apache-2.0
// Animals that get in and misbehave afterwards: a documented status, nothing of it kept, the device
// and its other nodes go on.
#include <gtest/gtest.h>

#include <cspkit/harness.hpp>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "zoo.hpp"

namespace cspkit::test {
namespace {

const std::string kRoot = "./Device/Vendor/Zoo";

std::string message(const std::string& commands) {
  return "<SyncML><SyncBody>" + commands + "<Final/></SyncBody></SyncML>";
}
std::string command(const std::string& verb, const std::string& id, const std::string& node,
                    const std::string& data = {}) {
  return "<" + verb + "><CmdID>" + id + "</CmdID><Item><Target><LocURI>" + kRoot + "/" + node +
         "</LocURI></Target>" + (data.empty() ? "" : "<Data>" + data + "</Data>") + "</Item></" +
         verb + ">";
}

class Behaviour : public ZooTest {
 protected:
  void admit(const std::string& name) {
    const Status loaded = load(name);
    ASSERT_TRUE(loaded.ok()) << loaded.text();
  }
  Status get(const std::string& node) { return device().get(kRoot + "/" + node).error(); }
  std::string text_of(const std::string& node) {
    const auto value = device().get(kRoot + "/" + node);
    return value ? value->data : "failed: " + value.error().text();
  }
  Status exec() { return device().exec(kRoot + "/Run"); }
  /// Statuses of a message's commands.
  std::vector<int> process(const std::string& text, std::string* reply = nullptr) {
    auto session = device();
    const auto answer = session.process(text);
    EXPECT_TRUE(answer) << answer.error().text();
    if (answer && reply != nullptr) *reply = *answer;
    return session.last_statuses();
  }
  void expect_breach(const std::string& fragment) {
    EXPECT_NE(log_.count(LogLevel::kProviderMisbehaving), 0U) << log_.all();
    EXPECT_TRUE(log_.has(fragment)) << log_.all();
  }
  /// What a misbehaving provider must not be able to stop.
  void expect_alive() {
    EXPECT_TRUE(device().add(kRoot + "/Item/alive").ok());
    EXPECT_TRUE(device().get(kRoot + "/Item/alive"));
    EXPECT_TRUE(device().remove(kRoot + "/Item/alive").ok());
  }
};

TEST_F(Behaviour, ExceptionsBecomeStatuses) {
  admit("throws");
  const Status text = get("Text");
  EXPECT_EQ(text.code(), Code::kFailed);
  EXPECT_EQ(text.text(), "disk on fire");
  EXPECT_EQ(get("Number").code(), Code::kFailed);
  const Status busy = device().replace(kRoot + "/Text", Value::chr("x"));
  EXPECT_EQ(busy.code(), Code::kBusy);
  EXPECT_EQ(busy.provider_error(), 0x80070020U);
  EXPECT_EQ(exec().code(), Code::kFailed);
  EXPECT_EQ(text_of("Item"), "") << "what a failed operation did is undone";
  expect_alive();
}

TEST_F(Behaviour, ExceptionTextsStayOffTheWire) {
  admit("throws");
  std::string reply;
  const auto statuses =
      process(message(command("Get", "1", "Text") + command("Replace", "2", "Text", "x") +
                      command("Exec", "3", "Run")),
              &reply);
  EXPECT_EQ(statuses, (std::vector<int>{500, 403, 500}));
  EXPECT_EQ(reply.find("disk on fire"), std::string::npos) << reply;
  EXPECT_EQ(reply.find("an install is running"), std::string::npos) << reply;
  EXPECT_NE(reply.find("originalerror"), std::string::npos) << reply;
  EXPECT_TRUE(log_.has("disk on fire")) << log_.all();
}

TEST_F(Behaviour, RubbishCodesAreFailures) {
  admit("rubbish_codes");
  EXPECT_EQ(get("Text").code(), Code::kFailed);
  expect_breach("12345");
  EXPECT_EQ(get("Number").code(), Code::kFailed);
  EXPECT_EQ(exec().code(), Code::kFailed);
  EXPECT_EQ(log_.count(LogLevel::kProviderMisbehaving), 3U) << log_.all();
  expect_alive();
}

TEST_F(Behaviour, PendingForEverEndsAtTheDeadline) {
  auto clock = std::make_shared<harness::ManualClock>();
  options_.clock = clock;
  options_.executor = std::make_shared<harness::DeterministicExecutor>(clock);
  options_.call_deadline = std::chrono::seconds(30);
  admit("never_completes");
  const auto before = clock->steady_now();
  EXPECT_EQ(get("Text").code(), Code::kTimedOut);
  EXPECT_EQ(clock->steady_now() - before, std::chrono::seconds(30));
  const auto statuses =
      process(message("<Atomic><CmdID>1</CmdID>" + command("Add", "2", "Item/undone") +
                      command("Exec", "3", "Run") + "</Atomic>"));
  EXPECT_EQ(statuses, (std::vector<int>{507, 216, 500}));
  EXPECT_EQ(text_of("Item"), "");
  expect_alive();
}

TEST_F(Behaviour, SecondCompletionIsStale) {
  admit("completes_twice");
  EXPECT_EQ(text_of("Text"), "first");
  EXPECT_EQ(log_.count("zoo: stale"), 1U) << log_.all();
  EXPECT_EQ(text_of("Number"), "7");
  EXPECT_EQ(exec().code(), Code::kFailed) << "pending is no end";
  expect_breach("complete");
  expect_alive();
}

TEST_F(Behaviour, ValuesThatAreNoneAreRefused) {
  admit("bad_values");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(get("Text").code(), Code::kFailed) << i;
  EXPECT_EQ(log_.count("zoo: misuse"), 4U) << "three by the host, one by the animal itself";
  expect_breach("set_value");
  expect_breach("no value");
  EXPECT_EQ(get("Number").code(), Code::kFailed);
  expect_breach("does not fit");
  expect_alive();
}

TEST_F(Behaviour, ChangesOutsideItsRightsAreRefused) {
  admit("bad_changes");
  const Status done = exec();
  EXPECT_TRUE(done.ok()) << done.text();
  const auto answered = [&](const char* what, int code) {
    return log_.has(std::string(what) + "-" + std::to_string(-code));
  };
  EXPECT_TRUE(answered("outside", CSPKIT_NOT_FOUND)) << log_.all();
  EXPECT_TRUE(answered("unknown", CSPKIT_NOT_FOUND)) << log_.all();
  EXPECT_TRUE(answered("climbing", CSPKIT_NOT_FOUND)) << log_.all();
  EXPECT_TRUE(answered("format", CSPKIT_BAD_FORMAT)) << log_.all();
  EXPECT_TRUE(answered("null", CSPKIT_MISUSE)) << log_.all();
  EXPECT_TRUE(answered("nobody", CSPKIT_STALE)) << log_.all();
  EXPECT_TRUE(answered("submit", CSPKIT_MISUSE)) << log_.all();
  EXPECT_TRUE(answered("scope", CSPKIT_MISUSE)) << log_.all();
  EXPECT_TRUE(answered("out", CSPKIT_MISUSE)) << log_.all();
  EXPECT_EQ(text_of("Item"), "new") << "the good change is kept";
  EXPECT_TRUE(device().remove(kRoot + "/Item/new").ok());
  EXPECT_EQ(text_of("Text"), "1");
  EXPECT_TRUE(answered("get", CSPKIT_MISUSE)) << log_.all();
  EXPECT_EQ(text_of("Item"), "");
}

TEST_F(Behaviour, ChangeInTheTreeOfAnotherIsNotAllowed) {
  const Status other = engine().load_ddf_bytes(
      "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>Other</NodeName><Path>./Device/Vendor</Path>"
      "<DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat></DFProperties>"
      "<Node><NodeName>Node</NodeName><DFProperties><AccessType><Get/></AccessType><DFFormat><chr/>"
      "</DFFormat></DFProperties></Node></Node></MgmtTree>",
      "Other.xml");
  ASSERT_TRUE(other.ok()) << other.text();
  admit("bad_changes");
  EXPECT_TRUE(exec().ok());
  EXPECT_TRUE(log_.has("outside-" + std::to_string(-CSPKIT_NOT_ALLOWED))) << log_.all();
  const auto node = device().get("./Device/Vendor/Other/Node");
  ASSERT_TRUE(node) << node.error().text();
  EXPECT_EQ(node->data, "");
}

TEST_F(Behaviour, HandlesOfEndedCallsAreStale) {
  admit("keeps_handles");
  EXPECT_TRUE(exec().ok());
  EXPECT_EQ(text_of("Text"), "all stale");
  EXPECT_EQ(text_of("Item"), "");
  expect_alive();
}

TEST_F(Behaviour, WhatIsLeftBehindNeitherRunsNorHolds) {
  admit("leaves_things");
  EXPECT_TRUE(exec().ok());
  EXPECT_EQ(text_of("Item"), "");
  expect_alive();
  close();
  EXPECT_EQ(log_.count("zoo: gone"), 1U);
}

TEST_F(Behaviour, JobThatNobodyCouldEndIsRefused) {
  admit("jobs_without_table");
  EXPECT_EQ(exec().code(), Code::kDenied) << "the animal saw MISUSE";
  EXPECT_TRUE(engine().jobs().empty());
  expect_breach("job_start");
}

// A provider in C, straight over cspkit.transaction/1.
TEST_F(Behaviour, WhatFailsHalfWayIsUndone) {
  admit("transactional");
  EXPECT_TRUE(device().replace(kRoot + "/Text", Value::chr("a")).ok());
  EXPECT_EQ(text_of("Text"), "a");
  EXPECT_EQ(device().replace(kRoot + "/Text", Value::chr("half")).code(), Code::kBusy);
  EXPECT_EQ(text_of("Text"), "a");
  EXPECT_EQ(process(message("<Atomic><CmdID>1</CmdID>" + command("Replace", "2", "Text", "b") +
                            command("Exec", "3", "Run") + "</Atomic>")),
            (std::vector<int>{507, 216, 403}));
  EXPECT_EQ(text_of("Text"), "a");
  expect_alive();
}

TEST_F(Behaviour, UndoRecordsAreGivenAtOnceAndChangeNothing) {
  admit("transactional");
  EXPECT_EQ(device().replace(kRoot + "/Text", Value::chr("pending undo")).code(), Code::kFailed);
  expect_breach("no final code");
  EXPECT_EQ(device().replace(kRoot + "/Text", Value::chr("writing undo")).code(), Code::kDenied);
  expect_breach("undo_for cannot change anything");
  EXPECT_EQ(text_of("Text"), "");
  EXPECT_EQ(text_of("Item"), "");
  expect_alive();
}

TEST_F(Behaviour, ValueBeyondTheLimitIsRefused) {
  admit("huge_value");
  EXPECT_EQ(get("Text").code(), Code::kFailed);
  expect_breach("does not fit");
  EXPECT_EQ(get("Number").code(), Code::kFailed);
  expect_alive();
}

TEST_F(Behaviour, OneThatNeverReturnsIsGivenUpAndItsLibraryStays) {
  const auto clock = std::make_shared<harness::ManualClock>();
  options_.clock = clock;
  ProviderOptions how;
  how.offload = true;
  const auto library = bring("never_returns");
  ASSERT_TRUE(engine().load_provider(library, {}, how).ok());
  left_behind_ = 1;
  auto answer = std::async(std::launch::async, [this] { return get("Number"); });
  while (!log_.has("zoo: stays")) std::this_thread::yield();
  clock->advance(options_.call_deadline);
  EXPECT_EQ(answer.get().code(), Code::kTimedOut);
  expect_breach("in quarantine");
  EXPECT_EQ(get("Text").code(), Code::kBusy);
  EXPECT_EQ(device().replace(kRoot + "/Text", Value::chr("x")).code(), Code::kBusy);
  EXPECT_EQ(text_of("Item"), "");
  close();
  EXPECT_TRUE(is_mapped(library)) << "its thread is still in it";
}

TEST_F(Behaviour, OneThatReturnsIsUnloadedWithItsEngine) {
  ProviderOptions how;
  how.offload = true;
  const auto library = bring("good");
  ASSERT_TRUE(engine().load_provider(library, {}, how).ok());
  EXPECT_EQ(text_of("Number"), "5");
  close();
  EXPECT_FALSE(is_mapped(library));
}

}  // namespace
}  // namespace cspkit::test
