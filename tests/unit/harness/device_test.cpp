// SPDX-License-Identifier: Apache-2.0
// A device of the harness: the whole engine on the test's own time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cspkit/harness.hpp>
#include <cspkit/harness/matchers.hpp>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

extern "C" {
extern const cspkit_plugin cspkit_plugin_v1_worker;
}

namespace cspkit::harness {
namespace {
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kDone = "./Vendor/Test/Worker/Done";
constexpr const char* kAttempts = "./Vendor/Test/Worker/Attempts";
constexpr const char* kStart = "./Vendor/Test/Worker/Start";

constexpr std::string_view kBoxes = R"(<?xml version="1.0"?>
<MgmtTree><VerDTD>1.2</VerDTD>
<Node><NodeName>Boxes</NodeName><Path>./Device/Vendor/Test</Path>
  <DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat>
    <Occurrence><One/></Occurrence><DFType><DDFName/></DFType></DFProperties>
  <Node><NodeName/>
    <DFProperties><AccessType><Add/><Delete/><Get/></AccessType><DFFormat><node/></DFFormat>
      <Occurrence><ZeroOrMore/></Occurrence><Scope><Dynamic/></Scope>
      <DFType><DDFName/></DFType></DFProperties>
    <Node><NodeName>Label</NodeName>
      <DFProperties><AccessType><Add/><Delete/><Get/><Replace/></AccessType>
        <DFFormat><chr/></DFFormat><Occurrence><ZeroOrOne/></Occurrence>
        <DFType><MIME/></DFType></DFProperties></Node>
    <Node><NodeName>Weight</NodeName>
      <DFProperties><AccessType><Get/><Replace/></AccessType><DFFormat><int/></DFFormat>
        <Occurrence><One/></Occurrence><DFType><MIME/></DFType></DFProperties></Node>
  </Node>
</Node></MgmtTree>)";

class DeviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "cspkit-harness-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    device_.reset();
    std::filesystem::remove_all(folder_);
  }

  void open(DeviceOptions options = {}) {
    auto opened = Device::open(std::move(options));
    ASSERT_THAT(opened, IsOk());
    device_ = *std::move(opened);
    ASSERT_THAT(device_->load_ddf_bytes(kBoxes, "Boxes.xml"), IsOk());
    ASSERT_THAT(device_->add_provider(&cspkit_plugin_v1_worker), IsOk());
  }
  DeviceOptions with_file() const {
    DeviceOptions options;
    options.state = (folder_ / "device.db").string();
    return options;
  }

  std::filesystem::path folder_;
  std::unique_ptr<Device> device_;
};

TEST_F(DeviceTest, VerbsReachTheTreeAndMatchersReadTheAnswers) {
  open();
  EXPECT_THAT(device_, Not(HasNode("./Vendor/Test/Boxes/a")));
  EXPECT_THAT(device_->get("./Vendor/Test/Boxes/a/Label"), StatusIs(404));
  EXPECT_THAT(device_->add("./Vendor/Test/Boxes/a"), IsOk());
  EXPECT_THAT(device_, HasNode("./Vendor/Test/Boxes/a"));
  EXPECT_THAT(*device_, Not(HasNode("./Vendor/Test/Boxes/a/Label")));
  EXPECT_THAT(device_->add("./Vendor/Test/Boxes/a/Label", "tea"), IsOk());
  EXPECT_THAT(device_->get("./Vendor/Test/Boxes/a/Label"), ValueIs("tea"));
  EXPECT_THAT(device_->get("./Vendor/Test/Boxes/a/Label"), ValueIs(Format::kChr, "tea"));
  EXPECT_THAT(device_->get("./Vendor/Test/Boxes/a/Label"), Not(ValueIs(Format::kInt, "tea")));
  EXPECT_THAT(device_->add("./Vendor/Test/Boxes/a"), StatusIs(418));
  EXPECT_THAT(device_->add("./Vendor/Test/Boxes/a"), CodeIs(Code::kAlreadyExists));
  EXPECT_THAT(device_->replace("./Vendor/Test/Boxes/a/Weight", "12"), IsOk());
  EXPECT_THAT(device_->replace("./Vendor/Test/Boxes/a/Weight", "heavy"), StatusIs(415));
  EXPECT_THAT(device_->replace("./Vendor/Test/Boxes/a/Weight", Value::integer(13)), IsOk());
  EXPECT_THAT(device_->get("./Vendor/Test/Boxes/a/Weight"), ValueIs(Format::kInt, "13"));
  EXPECT_THAT(device_->exec("./Vendor/Test/Boxes/a/Weight"), StatusIs(405));
  EXPECT_THAT(device_->remove("./Vendor/Test/Boxes/a"), IsOk());
  EXPECT_THAT(device_->get("./Vendor/Test/Boxes"), ValueIs(""));
  EXPECT_THAT(device_->seed("./Vendor/Test/Boxes/b/Label", "owner's"), IsOk());
  EXPECT_THAT(device_->get("./Vendor/Test/Boxes/b/Label"), ValueIs("owner's"));
}

TEST_F(DeviceTest, RunAnswersSyncmlAndKeepsItsStatuses) {
  open();
  const auto reply = device_->run(
      "<SyncML><SyncBody><Add><CmdID>1</CmdID><Item><Target><LocURI>./Vendor/Test/Boxes/a</LocURI>"
      "</Target></Item></Add><Get><CmdID>2</CmdID><Item><Target><LocURI>./Vendor/Test/Boxes"
      "</LocURI></Target></Item></Get><Get><CmdID>3</CmdID><Item><Target><LocURI>./Nowhere"
      "</LocURI></Target></Item></Get><Final/></SyncBody></SyncML>");
  ASSERT_THAT(reply, IsOk());
  EXPECT_THAT(*reply, ::testing::HasSubstr("<Data>a</Data>"));
  EXPECT_THAT(device_->statuses(), ElementsAre(200, 200, 404));
  EXPECT_THAT(device_->run("not XML"), CodeIs(Code::kNotSyncml));
}

TEST_F(DeviceTest, WorkRunsOnlyAsTimeIsLetPass) {
  open();
  EXPECT_THAT(device_->exec(kStart, "90"), IsOk());
  EXPECT_EQ(device_->engine().jobs().size(), 1u);
  device_->advance(seconds(89));
  EXPECT_THAT(device_->get(kDone), ValueIs("0"));
  device_->advance(seconds(1));
  EXPECT_THAT(device_->get(kDone), ValueIs("90"));
  EXPECT_THAT(device_->engine().jobs(), IsEmpty());
}

TEST_F(DeviceTest, SettleLetsWorkEndAndNoLonger) {
  open();
  const auto start = device_->clock().utc_now();
  EXPECT_THAT(device_->exec(kStart, "3600"), IsOk());
  EXPECT_FALSE(device_->settle(minutes(59)));
  EXPECT_THAT(device_->get(kDone), ValueIs("0"));
  EXPECT_TRUE(device_->settle());
  EXPECT_THAT(device_->get(kDone), ValueIs("3600"));
  EXPECT_GE(device_->clock().utc_now() - start, hours(1));
  EXPECT_LT(device_->clock().utc_now() - start, hours(2));
  EXPECT_TRUE(device_->settle(seconds(0))) << "nothing is left to do";
}

TEST_F(DeviceTest, RestartKeepsTheFileAndLoadsEverythingAgain) {
  open(with_file());
  EXPECT_THAT(device_->add("./Vendor/Test/Boxes/a/Label", "tea"), IsOk());
  EXPECT_THAT(device_->exec(kStart, "60"), IsOk());
  device_->advance(seconds(59));
  const Snapshot before = device_->snapshot();
  const auto now = device_->clock().utc_now();
  ASSERT_THAT(device_->restart(), IsOk());
  EXPECT_EQ(device_->snapshot(), before);
  EXPECT_EQ(device_->clock().utc_now(), now);
  EXPECT_EQ(device_->engine().jobs().size(), 1u) << "the job goes on from its row";
  EXPECT_TRUE(device_->settle());
  EXPECT_THAT(device_->get(kDone), ValueIs("60"));
  EXPECT_THAT(device_->get(kAttempts), ValueIs("2"));
  EXPECT_THAT(diff(before, device_->snapshot()),
              ElementsAre("- ./Vendor/Test/Worker/Attempts = int \"0\"",
                          "+ ./Vendor/Test/Worker/Attempts = int \"2\"",
                          "- ./Vendor/Test/Worker/Done = int \"0\"",
                          "+ ./Vendor/Test/Worker/Done = int \"60\""));
}

TEST_F(DeviceTest, RestartInMemoryStartsAnew) {
  open();
  EXPECT_THAT(device_->add("./Vendor/Test/Boxes/a"), IsOk());
  ASSERT_THAT(device_->restart(), IsOk());
  EXPECT_THAT(device_, Not(HasNode("./Vendor/Test/Boxes/a")));
  EXPECT_THAT(device_, HasNode("./Vendor/Test/Boxes"));
}

TEST_F(DeviceTest, TheSameRunGivesTheSameTree) {
  std::string first;
  for (int round = 0; round < 3; ++round) {
    open();
    EXPECT_THAT(device_->exec(kStart, "5"), IsOk());
    EXPECT_THAT(device_->add("./Vendor/Test/Boxes/a/Label", "x"), IsOk());
    device_->advance(milliseconds(5000));
    EXPECT_THAT(device_->replace("./Vendor/Test/Boxes/a/Label", "y"), IsOk());
    const std::string tree = device_->snapshot("./Vendor/Test").text();
    if (round == 0) first = tree;
    EXPECT_EQ(tree, first);
    EXPECT_NE(tree, "");
  }
}

TEST_F(DeviceTest, AUserDeviceSeesThroughItsPrincipal) {
  DeviceOptions options;
  options.principal = Principal::for_user("ada");
  open(std::move(options));
  EXPECT_THAT(device_->add("./Vendor/Test/Boxes/a"), StatusIs(425));
  EXPECT_THAT(device_->get("./Vendor/Test/Boxes"), ValueIs(""));
  Session device = device_->engine().open_session(Principal::device());
  EXPECT_THAT(device.add("./Vendor/Test/Boxes/a"), IsOk());
  EXPECT_THAT(device_->get("./Vendor/Test/Boxes"), ValueIs("a"));
}

TEST_F(DeviceTest, WhatCannotBeOpenedIsSaid) {
  DeviceOptions missing;
  missing.ddf = {folder_ / "nowhere.xml"};
  EXPECT_THAT(Device::open(missing), Not(IsOk()));
  DeviceOptions no_library;
  no_library.providers = {folder_ / "nowhere.so"};
  EXPECT_THAT(Device::open(no_library), CodeIs(Code::kProviderRefused));
  open(with_file());
  EXPECT_THAT(Device::open(with_file()), CodeIs(Code::kStateLocked));
}

TEST(Matchers, PrintWhatTheyMet) {
  const Status status(Code::kNotFound, "no such node", 0x80070002u);
  EXPECT_EQ(::testing::PrintToString(status),
            "status 404 (code " + std::to_string(static_cast<int>(Code::kNotFound)) +
                ") \"no such node\" originalerror 0x80070002");
  EXPECT_EQ(::testing::PrintToString(Result<Value>(Value::chr("x"))), "ok, chr \"x\"");
  Value secret = Value::chr("x");
  secret.secret = true;
  EXPECT_EQ(::testing::PrintToString(secret), "chr (secret)");
  const ::testing::Matcher<const Status&> matcher = StatusIs(405);
  ::testing::StringMatchResultListener listener;
  EXPECT_FALSE(matcher.MatchAndExplain(status, &listener));
  EXPECT_EQ(listener.str(), "no such node");
}

}  // namespace
}  // namespace cspkit::harness
