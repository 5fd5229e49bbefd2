// SPDX-License-Identifier: Apache-2.0
// The provider on a device of a profile: what is there before the first run, and what stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "../../lib/temp_folder.hpp"
#include "mini_host.hpp"
#include "office_provider.hpp"

namespace cspkit::office {
namespace {

using test::MiniHost;
using testing::HasSubstr;
using testing::Not;

const std::string kInstalled =
    R"("installed": {"click-to-run": {"version": "16.0.17928.20156", "edition": "64",
       "channel": "Current", "products": [{"id": "O365ProPlusRetail", "languages": ["en-us"],
       "excluded-apps": ["Access"]}]}, "msi": [{"id": "VisPro", "release": 2016, "edition": "64"}]})";
const std::string kVisio =
    "<Configuration><Add><Product ID=\"VisioProRetail\"><Language ID=\"en-us\"/></Product></Add>"
    "<RemoveMSI/></Configuration>";
const std::string kRemove = "<Configuration><Remove All=\"TRUE\"/></Configuration>";

class ProviderDeviceTest : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("CSPKIT_OFFICE_DEVICE_PROFILE", file_.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  void TearDown() override {
    ::unsetenv("CSPKIT_OFFICE_DEVICE_PROFILE");  // NOLINT(concurrency-mt-unsafe)
  }
  MiniHost& host(const std::string& members) {
    std::ofstream(file_) << "{\"schema\": 1, " << members << "}";
    host_ = std::make_unique<MiniHost>(&make_provider<OfficeProvider>);
    return *host_;
  }
  std::string current() {
    return host_->operate(CSPKIT_GET, "Installation/CurrentStatus", {}, {}).value;
  }
  std::string run(const std::string& id, const std::string& configuration) {
    EXPECT_EQ(host_->exec(id, configuration).code, CSPKIT_OK);
    host_->run_until_idle();
    return host_->node("Installation/" + id + "/Status").value_or("none");
  }
  test::TempFolder folder_;
  std::string file_ = folder_.file("device.json");
  std::unique_ptr<MiniHost> host_;
};

TEST_F(ProviderDeviceTest, CurrentStatusTellsWhatIsThereBeforeTheFirstRun) {
  host(kInstalled);
  EXPECT_EQ(current(),
            "<OfficeStatus Schema=\"1\"><ClickToRun Version=\"16.0.17928.20156\" "
            "OfficeClientEdition=\"64\" Channel=\"Current\" UpdateChannel=\"Current\"><Product "
            "ID=\"O365ProPlusRetail\"><Language ID=\"en-us\"/><ExcludeApp ID=\"Access\"/>"
            "</Product></ClickToRun></OfficeStatus>");
  EXPECT_TRUE(host_->state.empty()) << "looking changes nothing";
}

TEST_F(ProviderDeviceTest, WhatARunChangedStaysAcrossRestarts) {
  host(kInstalled + R"(, "disk-free-mb": 5000)");
  EXPECT_EQ(run("A", kVisio), "0");
  EXPECT_THAT(current(), HasSubstr("VisioProRetail"));
  EXPECT_THAT(current(), HasSubstr("<LastRun Scope=\"Device\" ID=\"A\""));
  const std::string device = host_->state.at("device");
  EXPECT_THAT(device, HasSubstr("\"msi\":[]"));
  EXPECT_THAT(device, HasSubstr("\"disk-free-mb\":5900"));
  host_->restart();
  EXPECT_EQ(host_->state.at("device"), device);
  EXPECT_EQ(run("B", kRemove), "0");
  EXPECT_EQ(run("C", kRemove), "-2147418113") << "the profile does not bring it back";
  EXPECT_THAT(current(), Not(HasSubstr("<ClickToRun")));
  EXPECT_THAT(host_->state.at("device"), HasSubstr("\"disk-free-mb\":8700"));
}

TEST_F(ProviderDeviceTest, AFailedOrCancelledRunLeavesTheDeviceAsItWas) {
  host(kInstalled + R"(, "faults": [{"kind": "content-signature", "times": 1}])");
  const std::string before = current();
  EXPECT_EQ(run("A", kVisio), "17004");
  EXPECT_THAT(current(), HasSubstr("<ClickToRun Version=\"16.0.17928.20156\""));
  EXPECT_THAT(current(), Not(HasSubstr("<Product ID=\"VisioProRetail\"")));
  ASSERT_EQ(host_->exec("B", kVisio).code, CSPKIT_OK);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(host_->step());
  const std::string device = host_->state.at("device");
  ASSERT_EQ(host_->remove("B").code, CSPKIT_OK);
  host_->run_until_idle();
  EXPECT_EQ(host_->state.at("device"), device);
  EXPECT_THAT(device, HasSubstr("VisPro"));
  EXPECT_EQ(run("C", kVisio), "0") << "the fault was met once";
}

TEST_F(ProviderDeviceTest, ARestartDuringAPowerLossResumesOrEndsTheRun) {
  for (const char* then : {"resume", "end"}) {
    host(kInstalled + R"(, "faults": [{"kind": "power-loss", "times": 1, "then": ")" + then +
         "\"}]");
    ASSERT_EQ(host_->exec("A", kVisio).code, CSPKIT_OK);
    const std::int64_t start = host_->utc;
    while (host_->utc < start + 1500) ASSERT_TRUE(host_->step());
    host_->utc += 60'000;
    host_->restart();
    host_->run_until_idle();
    const bool resumed = std::string(then) == "resume";
    EXPECT_EQ(host_->node("Installation/A/Status"), resumed ? "0" : "17002");
    EXPECT_EQ(host_->node("Installation/A/FinalStatus"), resumed ? "70" : "60");
    EXPECT_TRUE(host_->jobs.empty());
    EXPECT_EQ(run("B", kRemove), resumed ? "0" : "17007") << "half there";
    EXPECT_EQ(run("C", kVisio), "0");
    EXPECT_EQ(run("D", kRemove), "0");
  }
}

}  // namespace
}  // namespace cspkit::office
