// SPDX-License-Identifier: Apache-2.0
// Users who may not install applications: what they order in ./User ends with a code, what the
// device is ordered to do is none of their business.
#include <gmock/gmock.h>

#include <cstdlib>

#include "mini_host.hpp"
#include "office_provider.hpp"
#include "simulation_rules.hpp"

namespace cspkit::office {
namespace {

using test::MiniHost;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const std::string kInstall =
    "<Configuration><Add><Product ID=\"O365BusinessRetail\"><Language ID=\"en-us\"/></Product>"
    "</Add></Configuration>";

class UserInstallTest : public testing::Test {
 protected:
  UserInstallTest() { ::setenv("CSPKIT_OFFICE_USER_INSTALLS", "off", 1); }
  ~UserInstallTest() override { ::unsetenv("CSPKIT_OFFICE_USER_INSTALLS"); }
};

TEST_F(UserInstallTest, AUserWhoMayNotInstallGets1603) {
  MiniHost host(&make_provider<OfficeProvider>);
  ASSERT_EQ(host.exec("A", kInstall, "eve").code, CSPKIT_OK);
  EXPECT_EQ(host.node("Installation/A/Status", "eve"), "997");
  host.run_until_idle();
  EXPECT_EQ(host.node("Installation/A/Status", "eve"), std::to_string(kInstallFailure));
  EXPECT_EQ(host.node("Installation/A/FinalStatus", "eve"), "60");
  EXPECT_THAT(host.log, Contains(HasSubstr("may not install applications")));
  EXPECT_THAT(host.state.at("machine"), Not(HasSubstr("<Product")));
  EXPECT_TRUE(host.jobs.empty());
  EXPECT_EQ(host.state.count("run"), 0U) << "the machine is free";
}

TEST_F(UserInstallTest, TheDeviceInstalls) {
  MiniHost host(&make_provider<OfficeProvider>);
  ASSERT_EQ(host.exec("A", kInstall).code, CSPKIT_OK);
  host.run_until_idle();
  EXPECT_EQ(host.node("Installation/A/Status"), "0");
}

TEST_F(UserInstallTest, ARestartDoesNotLetItThrough) {
  MiniHost host(&make_provider<OfficeProvider>);
  ASSERT_EQ(host.exec("A", kInstall, "eve").code, CSPKIT_OK);
  host.restart();
  host.run_until_idle();
  EXPECT_EQ(host.node("Installation/A/Status", "eve"), std::to_string(kInstallFailure));
}

TEST(UserInstallDefaultTest, UsersInstall) {
  MiniHost host(&make_provider<OfficeProvider>);
  ASSERT_EQ(host.exec("A", kInstall, "eve").code, CSPKIT_OK);
  host.run_until_idle();
  EXPECT_EQ(host.node("Installation/A/Status", "eve"), "0");
}

}  // namespace
}  // namespace cspkit::office
