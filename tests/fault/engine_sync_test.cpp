// SPDX-License-Identifier: Apache-2.0
// What commands cost an engine in syncs of its disk: counted, so no disk's mood matters. What undo
// records add stands in transaction_test.cpp.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "../unit/core/test_tree.hpp"
#include "fault_vfs.hpp"
#include "support.hpp"

namespace cspkit::testing {
namespace {

class EngineSync : public ::testing::Test {
 protected:
  void SetUp() override {
    EngineOptions options;
    options.state = dir_.file("device.db");
    options.file_layer.name = vfs_.name();
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::make_unique<Engine>(*std::move(opened));
    ASSERT_TRUE(
        engine_->load_ddf_bytes(document("./Device/Vendor/Test", test_root()), "t.xml").ok());
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
    // The first change makes the log, which costs more.
    ASSERT_TRUE(session_->replace(uri("Fixed"), Value::chr("first")).ok());
  }

  static std::string uri(const std::string& below) { return "./Vendor/Test/T/" + below; }
  static std::string command(const char* verb, const std::string& below, const std::string& data) {
    std::string text = std::string("<") + verb + "><CmdID>2</CmdID><Item><Target><LocURI>" +
                       uri(below) + "</LocURI></Target>";
    if (!data.empty()) text += "<Data>" + data + "</Data>";
    return text + "</Item></" + verb + ">";
  }
  void run(const std::string& body, std::size_t commands) {
    const Result<std::string> reply =
        session_->process("<SyncML><SyncBody>" + body + "<Final/></SyncBody></SyncML>");
    ASSERT_TRUE(reply) << reply.error().text();
    EXPECT_EQ(session_->last_statuses(), std::vector<int>(commands, 200));
  }
  fault::Counts cost_of(const std::function<void()>& work) {
    vfs_.reset_counts();
    work();
    return vfs_.counts();
  }

  store_test::TempDir dir_;
  fault::FaultVfs vfs_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

TEST_F(EngineSync, ALoneReplaceCostsOne) {
  for (int i = 0; i < 20; ++i) {
    const Value value = Value::chr(std::to_string(i));
    const fault::Counts cost =
        cost_of([&] { EXPECT_TRUE(session_->replace(uri("Fixed"), value).ok()); });
    EXPECT_EQ(cost.syncs, 1) << i;
    EXPECT_EQ(cost.syncs_of_log, 1) << i;
  }
}

TEST_F(EngineSync, AnAtomicOfAHundredReplacesCostsOne) {
  std::string replaces;
  for (int i = 0; i < 100; ++i) {
    const std::string profile = "Profiles/P" + std::to_string(i);
    ASSERT_TRUE(session_->add(uri(profile)).ok());
    replaces += command("Replace", profile + "/Fixed", "value");
  }
  const fault::Counts cost =
      cost_of([&] { run("<Atomic><CmdID>1</CmdID>" + replaces + "</Atomic>", 101); });
  EXPECT_EQ(cost.syncs, 1);
}

TEST_F(EngineSync, ADynamicNodeWithThreeLeavesComesAndGoesForTwo) {
  const std::string adds = "<Atomic><CmdID>1</CmdID>" + command("Add", "Profiles/New", "") +
                           command("Add", "Profiles/New/Text", "a") +
                           command("Add", "Profiles/New/Number", "1") +
                           command("Add", "Profiles/New/Optional", "b") + "</Atomic>";
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(cost_of([&] { run(adds, 5); }).syncs, 1) << i;
    const auto remove = [&] { EXPECT_TRUE(session_->remove(uri("Profiles/New")).ok()); };
    EXPECT_EQ(cost_of(remove).syncs, 1) << i;
  }
}

TEST_F(EngineSync, ReadingDoesNotTouchTheDisk) {
  std::string gets;
  for (int i = 0; i < 100; ++i) gets += command("Get", "Fixed", "");
  EXPECT_EQ(cost_of([&] { run(gets, 100); }).calls, 0);
  EXPECT_EQ(cost_of([&] { EXPECT_TRUE(session_->get(uri("Profiles"))); }).calls, 0);
}

TEST_F(EngineSync, WhatIsRefusedDoesNotTouchTheDisk) {
  const auto refused = [&] {
    EXPECT_EQ(syncml_status(session_->replace(uri("ReadOnly"), Value::integer(1))), 405);
    EXPECT_EQ(syncml_status(session_->remove(uri("Profiles/None"))), 404);
  };
  EXPECT_EQ(cost_of(refused).calls, 0);
}

}  // namespace
}  // namespace cspkit::testing
