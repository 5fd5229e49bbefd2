// SPDX-License-Identifier: Apache-2.0
// A program that ends in the midst of an installation, and comes back.
#include "office_fixture.hpp"

namespace cspkit::conformance {
namespace {

using harness::HasNode;
using harness::IsOk;
using harness::StatusIs;
using harness::ValueIs;
using testing::HasSubstr;
using testing::Not;

class OfficeRestartTest : public OfficeTest {
 protected:
  void SetUp() override {
    device_ = open(Principal::for_user("anna", true), folder_.file("device.db"));
    ASSERT_NE(device_, nullptr);
  }
  TempFolder folder_;
  std::unique_ptr<harness::Device> device_;
};

TEST_F(OfficeRestartTest, ARunGoesOnWithTheTimeItHad) {
  ASSERT_THAT(device_->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  device_->advance(1s);
  ASSERT_THAT(device_->restart(), IsOk());
  EXPECT_THAT(device_->get(node("A", "Status")), ValueIs("997"));
  const auto jobs = device_->engine().jobs();
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].attempt, 2u);
  device_->advance(1900ms);
  EXPECT_THAT(device_->get(node("A", "Status")), ValueIs("997"));
  device_->advance(200ms);
  EXPECT_THAT(device_->get(node("A", "Status")), ValueIs("0"));
  EXPECT_THAT(device_->get(node("A", "FinalStatus")), ValueIs("70"));
}

TEST_F(OfficeRestartTest, ARunThatIsOverdueEndsAtOnce) {
  ASSERT_THAT(device_->exec(user_node("A", "Install"), kInstallXml), StatusIs(200));
  device_->clock().set_utc(device_->clock().utc_now() + 24h);
  ASSERT_THAT(device_->restart(), IsOk());
  device_->run_until_idle();
  EXPECT_THAT(device_->get(user_node("A", "Status")), ValueIs("0"));
}

TEST_F(OfficeRestartTest, AClockThatWasSetBackHoldsNothingUp) {
  ASSERT_THAT(device_->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  device_->clock().set_utc(device_->clock().utc_now() - std::chrono::hours(24 * 365));
  ASSERT_THAT(device_->restart(), IsOk());
  device_->advance(3100ms);
  EXPECT_THAT(device_->get(node("A", "Status")), ValueIs("0"));
}

TEST_F(OfficeRestartTest, ARefusalSurvivesToo) {
  ASSERT_THAT(device_->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  ASSERT_THAT(device_->exec(user_node("B", "Install"), kInstallXml), StatusIs(200));
  ASSERT_THAT(device_->restart(), IsOk());
  EXPECT_THAT(device_->exec(user_node("B", "Install"), kInstallXml), StatusIs(403));
  device_->advance(100ms);
  EXPECT_THAT(device_->get(user_node("B", "Status")), ValueIs("17003"));
  EXPECT_THAT(device_->get(node("A", "Status")), ValueIs("997"));
  ASSERT_TRUE(device_->settle());
  EXPECT_THAT(device_->get(node("A", "Status")), ValueIs("0"));
}

TEST_F(OfficeRestartTest, WhatIsOverStaysOver) {
  EXPECT_EQ(run(*device_, "A", kInstallXml), "0");
  const auto before = device_->snapshot();
  const std::string machine = current(*device_);
  ASSERT_THAT(device_->restart(), IsOk());
  EXPECT_THAT(harness::diff(before, device_->snapshot()), testing::IsEmpty());
  device_->advance(1h);
  EXPECT_EQ(current(*device_), machine);
  EXPECT_THAT(machine, HasSubstr("O365BusinessRetail"));
  EXPECT_EQ(run(*device_, "B", kUninstallXml), "0");
  ASSERT_THAT(device_->restart(), IsOk());
  EXPECT_EQ(run(*device_, "C", kUninstallXml), "-2147418113");
}

TEST_F(OfficeRestartTest, ACancelledRunStaysCancelled) {
  ASSERT_THAT(device_->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  device_->advance(1s);
  ASSERT_THAT(device_->remove(kInstallation + "/A"), StatusIs(200));
  ASSERT_THAT(device_->restart(), IsOk());
  device_->advance(1h);
  EXPECT_THAT(device_, Not(HasNode(kInstallation + "/A")));
  EXPECT_TRUE(device_->engine().jobs().empty());
}

// After each of the tasks of an install.
TEST_F(OfficeRestartTest, AtAnyTaskTheRunEndsOnceAndInTime) {
  for (std::size_t steps = 0; steps < 200; ++steps) {
    const std::string id = "run" + std::to_string(steps);
    const bool install = steps % 2 == 0;
    const auto start = device_->clock().utc_now();
    ASSERT_THAT(device_->exec(node(id, "Install"), install ? kInstallXml : kUninstallXml),
                StatusIs(200));
    const auto end = device_->clock().steady_now() + 10s;
    std::size_t ran = 0;
    while (ran < steps && device_->executor().pending() > 0 && device_->executor().drive(end)) {
      ++ran;
    }
    ASSERT_THAT(device_->restart(), IsOk());
    ASSERT_TRUE(device_->settle());
    // A doubled run would find nothing to remove.
    EXPECT_THAT(device_->get(node(id, "Status")), ValueIs("0")) << steps;
    EXPECT_THAT(device_->get(node(id, "FinalStatus")), ValueIs("70")) << steps;
    EXPECT_LE(device_->clock().utc_now() - start, 3s) << steps;
    if (ran < steps && install) return;
  }
  FAIL() << "an install of more than 200 tasks";
}

TEST_F(OfficeRestartTest, WithoutTheProviderTheRunWaits) {
  ASSERT_THAT(device_->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  device_.reset();
  {
    harness::DeviceOptions bare;
    bare.state = folder_.file("device.db");
    auto other = harness::Device::open(std::move(bare));
    ASSERT_THAT(other, IsOk());
    (*other)->advance(1h);
  }
  device_ = open(Principal::device(), folder_.file("device.db"));
  ASSERT_NE(device_, nullptr);
  ASSERT_TRUE(device_->settle());
  EXPECT_THAT(device_->get(node("A", "Status")), ValueIs("0"));
}

}  // namespace
}  // namespace cspkit::conformance
