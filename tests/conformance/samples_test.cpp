// SPDX-License-Identifier: Apache-2.0
// samples/async and samples/transaction: what their READMEs say of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cspkit/harness.hpp>
#include <cspkit/harness/matchers.hpp>
#include <cstdlib>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "temp_folder.hpp"

namespace {

using cspkit::harness::HasNode;
using cspkit::harness::IsOk;
using cspkit::harness::StatusIs;
using cspkit::harness::ValueIs;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string kStation = "./Vendor/Example/Station";

std::unique_ptr<cspkit::harness::Device> station(const std::string& state = ":memory:") {
  cspkit::harness::DeviceOptions options;
  options.state = state;
  options.providers = {{CSPKIT_STATION_LIBRARY}};
  auto device = cspkit::harness::Device::open(std::move(options));
  EXPECT_THAT(device, IsOk());
  return device ? std::move(*device) : nullptr;
}

// Its thread knows nothing of a test's clock: this device has threads of its own.
TEST(Station, AThreadAnswersEveryGet) {
  auto engine = cspkit::Engine::open();
  ASSERT_THAT(engine, IsOk());
  ASSERT_THAT(engine->load_provider(CSPKIT_STATION_LIBRARY), IsOk());
  std::vector<std::future<std::string>> readers;
  readers.reserve(8);
  for (int i = 0; i < 8; ++i) {
    readers.push_back(std::async(std::launch::async, [&] {
      auto session = engine->open_session(cspkit::Principal::device());
      const auto value = session.get(kStation + "/Temperature");
      return value ? value->data : value.error().text();
    }));
  }
  for (auto& reader : readers) EXPECT_EQ(reader.get(), "215");
}

TEST(Station, ATimerEndsTheExec) {
  const auto device = station();
  ASSERT_TRUE(device);
  const auto before = device->clock().steady_now();
  ASSERT_THAT(device->exec(kStation + "/Calibrate"), StatusIs(200));
  EXPECT_EQ(device->clock().steady_now() - before, seconds(1)) << "answered when it is done";
  ASSERT_THAT(device->exec(kStation + "/Calibrate"), StatusIs(200));
  EXPECT_THAT(device->get(kStation + "/Calibrations"), ValueIs("2"));
}

TEST(Station, ASurveyGoesOnAfterARestart) {
  const cspkit::test::TempFolder folder;
  const auto device = station(folder.file("device.db"));
  ASSERT_TRUE(device);
  ASSERT_THAT(device->exec(kStation + "/Survey", "5"), StatusIs(200));
  device->advance(minutes(2));
  EXPECT_THAT(device->get(kStation + "/Survey"), ValueIs("2"));
  EXPECT_THAT(device->exec(kStation + "/Survey", "5"), StatusIs(403)) << "one is going on";

  ASSERT_THAT(device->restart(), IsOk());
  ASSERT_TRUE(device->settle());
  EXPECT_THAT(device->get(kStation + "/Survey"), ValueIs("0"));
  EXPECT_THAT(device->get(kStation + "/Readings"), ValueIs("1/2/3/4/5"));
  ASSERT_THAT(device->exec(kStation + "/Survey", "1"), StatusIs(200)) << "the next may begin";
  ASSERT_TRUE(device->settle());
  EXPECT_THAT(device->get(kStation + "/Readings"), ValueIs("1"));
}

TEST(Station, ASurveyOfNothingIsRefused) {
  const auto device = station();
  ASSERT_TRUE(device);
  for (const char* count : {"0", "-1", "1001", "many"}) {
    EXPECT_THAT(device->exec(kStation + "/Survey", count), testing::Not(IsOk())) << count;
  }
  EXPECT_THAT(device->exec(kStation + "/Survey"), testing::Not(IsOk()));
  EXPECT_TRUE(device->engine().jobs().empty());
}

TEST(Files, AnAtomicThatFailsLeavesTheFilesAsTheyWere) {
  const cspkit::test::TempFolder folder;
  ASSERT_EQ(::setenv("EXAMPLE_FILES", folder.path().c_str(), 1), 0);
  cspkit::harness::DeviceOptions options;
  options.providers = {{CSPKIT_FILES_LIBRARY}};
  auto opened = cspkit::harness::Device::open(std::move(options));
  ASSERT_THAT(opened, IsOk());
  auto& device = **opened;
  const std::string files = "./Vendor/Example/Files/File";
  ASSERT_THAT(device.add(files + "/motd", "Hello"), StatusIs(200));
  EXPECT_EQ(cspkit::test::read_text(folder.file("motd")), "Hello");

  const auto command = [&](const char* verb, int id, const std::string& name, const char* data) {
    return "<" + std::string(verb) + "><CmdID>" + std::to_string(id) +
           "</CmdID><Item><Target><LocURI>" + files + "/" + name + "</LocURI></Target><Data>" +
           data + "</Data></Item></" + verb + ">";
  };
  ASSERT_THAT(
      device.run("<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncBody><Atomic><CmdID>1</CmdID>" +
                 command("Replace", 2, "motd", "Goodbye") + command("Add", 3, "issue", "x") +
                 command("Add", 4, "motd", "there already") +
                 "</Atomic><Final/></SyncBody></SyncML>"),
      IsOk());
  EXPECT_EQ(device.statuses().front(), 507);
  EXPECT_EQ(cspkit::test::read_text(folder.file("motd")), "Hello");
  EXPECT_FALSE(std::filesystem::exists(folder.file("issue")));
  EXPECT_THAT(device, testing::Not(HasNode(files + "/issue")));
  ASSERT_THAT(device.remove(files + "/motd"), StatusIs(200));
  EXPECT_FALSE(std::filesystem::exists(folder.file("motd")));
}

}  // namespace
