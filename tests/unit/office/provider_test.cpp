// SPDX-License-Identifier: Apache-2.0
// The state machine of an installation, over a host that fails and dies when told.
#include <gtest/gtest.h>

#include "mini_host.hpp"
#include "office_provider.hpp"

namespace cspkit::office {
namespace {

using test::MiniHost;

const std::string kInstall =
    "<Configuration><Add OfficeClientEdition=\"32\" Channel=\"Current\"><Product "
    "ID=\"O365BusinessRetail\"><Language ID=\"en-us\"/></Product></Add></Configuration>";
const std::string kUninstall = "<Configuration><Remove All=\"TRUE\"/></Configuration>";

class OfficeProviderTest : public testing::Test {
 protected:
  std::string status(const std::string& id, const std::string& user = {}) const {
    return host_.node("Installation/" + id + "/Status", user).value_or("none");
  }
  std::string final_status(const std::string& id, const std::string& user = {}) const {
    return host_.node("Installation/" + id + "/FinalStatus", user).value_or("none");
  }
  std::string current() {
    return host_.operate(CSPKIT_GET, "Installation/CurrentStatus", {}, {}).value;
  }
  void install(const std::string& id) {
    ASSERT_EQ(host_.exec(id, kInstall).code, CSPKIT_OK);
    host_.run_until_idle();
    ASSERT_EQ(status(id), "0");
  }
  MiniHost host_{&make_provider<OfficeProvider>};
};

TEST_F(OfficeProviderTest, AnInstallGoesFrom997ToItsEnd) {
  EXPECT_EQ(current(), "");
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  EXPECT_EQ(status("A"), "997");
  EXPECT_EQ(final_status("A"), "none");
  EXPECT_EQ(host_.node("Installation/A/Install"), kInstall);
  EXPECT_EQ(host_.jobs.size(), 1u);
  EXPECT_NE(current().find("Status=\"997\""), std::string::npos) << current();
  const std::int64_t start = host_.utc;
  host_.run_until_idle();
  EXPECT_EQ(host_.utc - start, 3000);
  EXPECT_EQ(status("A"), "0");
  EXPECT_EQ(final_status("A"), "70");
  EXPECT_TRUE(host_.jobs.empty());
  EXPECT_EQ(host_.state.count("run"), 0u);
  EXPECT_NE(current().find("<Product ID=\"O365BusinessRetail\">"), std::string::npos);
  EXPECT_GE(host_.progress.size(), 10u);
}

// Neither what is well-formed nor what is not gives a product key away.
TEST_F(OfficeProviderTest, ProductKeysReachNoLogNoErrorAndNoStatus) {
  const std::string key = "7WQ2P-4KJ8M-T3RXC-9BVNH-D6GFY";
  const std::string good = "<Configuration><Add><Product ID=\"ProPlus2021Volume\" PIDKEY=\"" + key +
                           "\"><Language ID=\"en-us\"/></Product></Add></Configuration>";
  const std::string kTexts[] = {
      good, "<Configuration><Add><Product ID=\"" + key + "\"/></Add></Configuration>",
      "<Configuration><Add PIDKEY=\"" + key + "\" PIDKEY=\"" + key + "\"/></Configuration>",
      "<Configuration></" + key + ">",
      "<Configuration><Add Version=\"" + key + "\"/></Configuration>"};
  for (const std::string& text : kTexts) {
    const MiniHost::Outcome outcome = host_.exec("A", text);
    EXPECT_EQ(outcome.text.find(key), std::string::npos) << outcome.text;
    host_.run_until_idle();
    EXPECT_EQ(current().find(key), std::string::npos) << current();
  }
  EXPECT_NE(current(), "");
  ASSERT_FALSE(host_.log.empty());
  for (const std::string& line : host_.log) EXPECT_EQ(line.find(key), std::string::npos) << line;
}

TEST_F(OfficeProviderTest, WhatTheToolRefusesAtOnceEndsAtOnce) {
  const std::int64_t start = host_.utc;
  ASSERT_EQ(host_
                .exec("A",
                      "<Configuration><Property Name=\"AUTOACTIVATE\" Value=\"x\"/>"
                      "</Configuration>")
                .code,
            CSPKIT_OK);
  EXPECT_EQ(status("A"), "997");
  host_.run_until_idle();
  EXPECT_EQ(status("A"), "17100");
  EXPECT_EQ(host_.utc, start);
  // What fails on the way takes its time.
  ASSERT_EQ(host_
                .exec("A",
                      "<Configuration><Add Channel=\"Weekly\"><Product "
                      "ID=\"O365ProPlusRetail\"/></Add></Configuration>")
                .code,
            CSPKIT_OK);
  host_.run_until_idle();
  EXPECT_EQ(status("A"), "17004");
  EXPECT_GT(host_.utc, start);
}

TEST_F(OfficeProviderTest, TheSecondUninstallFindsNothing) {
  install("A");
  ASSERT_EQ(host_.exec("B", kUninstall).code, CSPKIT_OK);
  host_.run_until_idle();
  EXPECT_EQ(status("B"), "0");
  EXPECT_EQ(current().find("<Product"), std::string::npos);
  ASSERT_EQ(host_.exec("B", kUninstall).code, CSPKIT_OK);
  EXPECT_EQ(final_status("B"), "none") << "FinalStatus goes when a run begins";
  host_.run_until_idle();
  EXPECT_EQ(status("B"), "-2147418113");
  EXPECT_EQ(final_status("B"), "60");
}

TEST_F(OfficeProviderTest, WhatIsNoXmlIsRefusedAndChangesNothing) {
  install("A");
  const auto nodes = host_.nodes;
  const auto state = host_.state;
  for (const char* bad : {"", "<Configuration>", "rubbish", "<a/><b/>"}) {
    const MiniHost::Outcome outcome = host_.exec("A", bad);
    EXPECT_EQ(outcome.code, CSPKIT_FAILED) << bad;
    EXPECT_EQ(outcome.hresult, 0x8007000Du);
    EXPECT_FALSE(outcome.text.empty());
  }
  EXPECT_EQ(host_.operate(CSPKIT_EXEC, "Installation/{id}/Install", {}, {"A"}).code, CSPKIT_FAILED);
  EXPECT_EQ(host_.nodes, nodes);
  EXPECT_EQ(host_.state, state);
}

TEST_F(OfficeProviderTest, WhatTheToolRefusesEndsWithACode) {
  ASSERT_EQ(host_.exec("A", "<Configuration/>").code, CSPKIT_OK);
  EXPECT_EQ(status("A"), "997");
  host_.run_until_idle();
  EXPECT_EQ(status("A"), "17100");
  EXPECT_EQ(final_status("A"), "60");
}

TEST_F(OfficeProviderTest, ASecondExecOnTheSameNodeIsBusy) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  const auto nodes = host_.nodes;
  EXPECT_EQ(host_.exec("A", kUninstall).code, CSPKIT_BUSY);
  EXPECT_EQ(host_.exec("a", kUninstall).code, CSPKIT_BUSY);
  EXPECT_EQ(host_.nodes, nodes);
  host_.run_until_idle();
  EXPECT_EQ(status("A"), "0");
}

TEST_F(OfficeProviderTest, ASecondExecElsewhereEndsWith17003) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.exec("B", kInstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.exec("A", kInstall, "anna").code, CSPKIT_OK);
  EXPECT_EQ(status("B"), "997");
  EXPECT_EQ(host_.exec("B", kInstall).code, CSPKIT_BUSY);
  while (status("B") == "997" || status("A", "anna") == "997") ASSERT_TRUE(host_.step());
  EXPECT_EQ(status("B"), "17003");
  EXPECT_EQ(final_status("B"), "60");
  EXPECT_EQ(status("A", "anna"), "17003");
  EXPECT_EQ(status("A"), "997") << "the one that runs goes on";
  host_.run_until_idle();
  EXPECT_EQ(status("A"), "0");
  EXPECT_TRUE(host_.jobs.empty());
}

TEST_F(OfficeProviderTest, AnExecThatIsUndoneNeverRan) {
  EXPECT_EQ(
      host_.operate(CSPKIT_EXEC, "Installation/{id}/Install", {}, {"A"}, kInstall, false).code,
      CSPKIT_OK);
  EXPECT_TRUE(host_.jobs.empty());
  EXPECT_TRUE(host_.state.empty());
  EXPECT_FALSE(host_.step());
  install("B");
}

TEST_F(OfficeProviderTest, DeleteCancelsARunAndFreesTheMachine) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(host_.step());
  ASSERT_EQ(host_.remove("A").code, CSPKIT_OK);
  EXPECT_TRUE(host_.jobs.empty());
  EXPECT_NE(current().find("Status=\"17005\""), std::string::npos) << current();
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK) << "at once, while the old timer waits";
  const std::int64_t again = host_.utc;
  host_.run_until_idle();
  EXPECT_EQ(host_.utc - again, 3000);
  EXPECT_EQ(status("A"), "0");
  ASSERT_EQ(host_.remove("A").code, CSPKIT_OK);
  EXPECT_NE(current().find("O365BusinessRetail"), std::string::npos) << "the product stays";
}

TEST_F(OfficeProviderTest, ADeleteThatIsUndoneCancelsNothing) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  EXPECT_EQ(host_.operate(CSPKIT_DELETE, "Installation/{id}", {}, {"A"}, {}, false).code,
            CSPKIT_OK);
  host_.run_until_idle();
  EXPECT_EQ(status("A"), "0");
}

TEST_F(OfficeProviderTest, ADeleteBetweenTheEndAndItsRecordWins) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  while (host_.waiting_batches == 0) ASSERT_TRUE(host_.step());
  ASSERT_EQ(host_.remove("A").code, CSPKIT_OK);
  host_.run_until_idle();
  EXPECT_EQ(status("A"), "none");
  EXPECT_EQ(final_status("A"), "none");
  EXPECT_TRUE(host_.jobs.empty());
  EXPECT_EQ(current().find("<Product"), std::string::npos) << "a cancelled run installs nothing";
  install("A");
}

TEST_F(OfficeProviderTest, AnOwnerWhoRemovesTheNodeIsNotContradicted) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  host_.nodes.clear();
  host_.run_until_idle();
  EXPECT_TRUE(host_.nodes.empty());
  EXPECT_TRUE(host_.jobs.empty());
  EXPECT_NE(current().find("O365BusinessRetail"), std::string::npos);
}

TEST_F(OfficeProviderTest, AnEndThatCannotBeRecordedIsTriedAgain) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  host_.failing_applies = 5;
  host_.run_until_idle();
  EXPECT_EQ(host_.failing_applies, 0);
  EXPECT_EQ(status("A"), "0");
  EXPECT_EQ(final_status("A"), "70");
}

TEST_F(OfficeProviderTest, AHostThatCannotReadIsAskedAgain) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  host_.failing_reads = 3;
  host_.run_until_idle();
  EXPECT_EQ(host_.failing_reads, 0);
  EXPECT_EQ(status("A"), "0");
  host_.failing_reads = 1;
  EXPECT_EQ(host_.exec("A", kInstall).code, CSPKIT_FAILED);
}

TEST_F(OfficeProviderTest, ARestartAtAnyStepEndsTheRunOnceAndInTime) {
  for (int steps = 0;; ++steps) {
    MiniHost host(&make_provider<OfficeProvider>);
    ASSERT_EQ(host.exec("A", kInstall, "anna").code, CSPKIT_OK);
    const std::int64_t start = host.utc;
    bool done = false;
    for (int i = 0; i < steps && !done; ++i) done = !host.step();
    host.restart();
    host.run_until_idle();
    EXPECT_EQ(host.node("Installation/A/Status", "anna"), "0");
    EXPECT_EQ(host.node("Installation/A/FinalStatus", "anna"), "70");
    EXPECT_EQ(host.utc - start, 3000) << steps;
    EXPECT_TRUE(host.jobs.empty());
    EXPECT_EQ(host.state.count("run"), 0u);
    if (done) break;
    ASSERT_LT(steps, 1000);
  }
}

TEST_F(OfficeProviderTest, ARunThatIsOverdueAfterARestartEndsAtOnce) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  ASSERT_TRUE(host_.step());
  host_.utc += 86'400'000;
  host_.restart();
  const std::int64_t start = host_.steady;
  host_.run_until_idle();
  EXPECT_EQ(host_.steady, start);
  EXPECT_EQ(status("A"), "0");
}

TEST_F(OfficeProviderTest, AJobRowOfAnotherVersionEndsWithACode) {
  ASSERT_EQ(host_.exec("A", kInstall, "anna").code, CSPKIT_OK);
  host_.jobs.begin()->second = "cspkit-office-run 9\n";
  host_.jobs["run-99"] = "rubbish";
  host_.restart();
  host_.run_until_idle();
  EXPECT_EQ(status("A", "anna"), "17001");
  EXPECT_EQ(final_status("A", "anna"), "60");
  EXPECT_TRUE(host_.jobs.empty());
  install("A");
}

TEST_F(OfficeProviderTest, ADamagedRecordOfTheMachineDoesNotStopIt) {
  host_.state["machine"] = "damaged";
  install("A");
  EXPECT_NE(current().find("O365BusinessRetail"), std::string::npos);
}

TEST_F(OfficeProviderTest, NamesMayHoldAnyCharacter) {
  const std::string id = "a/b %41{}\xC3\xA9";
  ASSERT_EQ(host_.exec(id, kInstall).code, CSPKIT_OK);
  host_.run_until_idle();
  EXPECT_EQ(host_.node("Installation/a%2Fb%20%2541%7B%7D%C3%A9/Status"), "0");
}

TEST_F(OfficeProviderTest, OneUsersNamesAreNotShownToOthers) {
  ASSERT_EQ(host_.exec("secret-id", kInstall, "anna").code, CSPKIT_OK);
  EXPECT_EQ(current().find("secret-id"), std::string::npos);
  EXPECT_EQ(current().find("anna"), std::string::npos);
  host_.run_until_idle();
  EXPECT_EQ(current().find("secret-id"), std::string::npos);
}

TEST_F(OfficeProviderTest, ProductKeysReachNoLogAndNoStatus) {
  const std::string key = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE";
  ASSERT_EQ(host_
                .exec("A", "<Configuration><Add><Product ID=\"VisioPro2021Volume\" PIDKEY=\"" +
                               key + "\"><Language ID=\"en-us\"/></Product></Add></Configuration>")
                .code,
            CSPKIT_OK);
  host_.run_until_idle();
  EXPECT_EQ(status("A"), "0");
  EXPECT_EQ(current().find(key), std::string::npos);
  for (const std::string& line : host_.log) EXPECT_EQ(line.find(key), std::string::npos) << line;
  for (const std::string& line : host_.progress) {
    EXPECT_EQ(line.find(key), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace cspkit::office
