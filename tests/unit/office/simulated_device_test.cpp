// SPDX-License-Identifier: Apache-2.0
// What a described device makes of configurations: the decisions of the Deployment Tool, faults,
// power losses, and what stays of a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "device_fixture.hpp"

namespace cspkit::office {
namespace {

using std::chrono::milliseconds;
using test::TestDevice;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kEnglish = "<Language ID=\"en-us\"/>";
const std::string kSilent = "<Display Level=\"None\"/>";
const std::string kForce = "<Property Name=\"FORCEAPPSHUTDOWN\" Value=\"TRUE\"/>";
const std::string kRemoveAll = "<Configuration><Remove All=\"TRUE\"/></Configuration>";

std::string add(const std::string& attributes = "", const std::string& more = "",
                const std::string& product = "O365ProPlusRetail",
                const std::string& inside = kEnglish) {
  return "<Configuration><Add " + attributes + "><Product ID=\"" + product + "\">" + inside +
         "</Product></Add>" + more + "</Configuration>";
}

std::string c2r(const std::string& edition = "64", const std::string& version = "16.0.17928.20156",
                const std::string& more = "", const std::string& product = "O365ProPlusRetail",
                const std::string& channel = "Current") {
  return R"("click-to-run": {"version": ")" + version + R"(", "edition": ")" + edition +
         R"(", "channel": ")" + channel + "\"" + more + R"(, "products": [{"id": ")" + product +
         R"(", "languages": ["en-us"]}]})";
}

std::string installed(const std::string& what) { return "\"installed\": {" + what + "}"; }

std::string fault(const std::string& kind, const std::string& more = "") {
  return R"("faults": [{"kind": ")" + kind + "\"" + more + "}]";
}

std::string edition_on(const std::string& profile) {
  TestDevice device(profile);
  EXPECT_EQ(device.run(add()), kSuccess) << device.text();
  return device.machine.edition;
}

TEST(SimulatedDeviceTest, TheEditionIsWhatFitsTheMachine) {
  EXPECT_EQ(edition_on(""), "64");
  EXPECT_EQ(edition_on(R"("os": {"architecture": "x86"})"), "32");
  EXPECT_EQ(edition_on(R"("memory-mb": 4095)"), "32");
  EXPECT_EQ(edition_on(R"("memory-mb": 4096)"), "64");
  EXPECT_EQ(edition_on(R"("os": {"architecture": "arm64"}, "memory-mb": 2048)"), "64");
  EXPECT_EQ(edition_on(installed(c2r("32"))), "32") << "the installed one stays";
  TestDevice small(R"("os": {"architecture": "x86"})");
  EXPECT_EQ(small.run(add("OfficeClientEdition=\"64\"")), kInstallFailure);
  EXPECT_EQ(small.run(add("OfficeClientEdition=\"32\"")), kSuccess);
  TestDevice arm(R"("os": {"architecture": "arm64"})");
  EXPECT_EQ(arm.run(add("OfficeClientEdition=\"32\"")), kInstallFailure);
  EXPECT_EQ(arm.run(add("OfficeClientEdition=\"64\"")), kSuccess);
}

TEST(SimulatedDeviceTest, AnotherEditionNeedsAMigration) {
  for (const auto& [from, to] : {std::pair("32", "64"), std::pair("64", "32")}) {
    const std::string edition = std::string("OfficeClientEdition=\"") + to + "\"";
    TestDevice device(installed(c2r(from)));
    EXPECT_EQ(device.run(add(edition)), kInstallFailure) << device.text();
    EXPECT_EQ(device.machine.edition, from);
    EXPECT_EQ(device.run("<Configuration><Add " + edition +
                         " MigrateArch=\"TRUE\"/>"
                         "</Configuration>"),
              kSuccess);
    EXPECT_EQ(device.machine.edition, to);
    EXPECT_EQ(device.machine.products.size(), 1u);
  }
  TestDevice old(installed(c2r("32", "15.0.5603.1000")));
  EXPECT_EQ(old.run(add("OfficeClientEdition=\"64\" MigrateArch=\"TRUE\"")), kInstallFailure);
  EXPECT_EQ(old.run(add()), kSuccess) << "without a migration 15.0 is followed by 16.0";
  EXPECT_EQ(old.run(add("Channel=\"Current\" Version=\"15.0.5603.1000\"")), kInstallFailure)
      << "the version does not match: " << old.text();
}

TEST(SimulatedDeviceTest, OneChannelForEverythingOnADevice) {
  TestDevice device(installed(c2r()));
  EXPECT_EQ(device.run(add("", "", "VisioPro2021Volume")), kSuccess);
  EXPECT_EQ(device.machine.channel, "Current") << "the channel in use";
  EXPECT_EQ(device.run(add("Channel=\"PerpetualVL2021\"", "", "ProjectPro2021Volume")),
            kInstallFailure);
  EXPECT_THAT(device.text(), HasSubstr("a device has one channel"));
  EXPECT_EQ(device.run(add("Channel=\"SemiAnnual\"")), kSuccess);
  EXPECT_EQ(device.machine.channel, "SemiAnnual");
  EXPECT_EQ(device.run(add("", "", "ProPlus2024Volume")), kNeedCleanUp);
}

TEST(SimulatedDeviceTest, MsiOfficeOfTheSameVersionStandsInTheWay) {
  const std::string msi = installed(
      R"("msi": [{"id": "ProPlus", "release": 2016, "edition": "64", "languages": ["nl-nl", "fr-fr"]},
                 {"id": "VisPro", "release": 2010, "edition": "64"},
                 {"id": "Lync", "release": 2010, "edition": "64"}])");
  TestDevice device(msi + R"(, "disk-free-mb": 1000)");
  EXPECT_EQ(device.run(add()), kInstallFailure);
  EXPECT_THAT(device.text(), HasSubstr("RemoveMSI"));
  EXPECT_EQ(device.run(add("", "<RemoveMSI><IgnoreProduct ID=\"ProPlus\"/></RemoveMSI>")),
            kInstallFailure);
  EXPECT_EQ(device.state().msi.size(), 3u) << "a run that fails changes nothing";
  EXPECT_EQ(device.run(add("", "<RemoveMSI/>", "O365ProPlusRetail",
                           kEnglish + "<Language ID=\"MatchPreviousMSI\"/>")),
            kSuccess)
      << device.text();
  ASSERT_EQ(device.state().msi.size(), 1u);
  EXPECT_EQ(device.state().msi[0].id, "Lync");
  EXPECT_THAT(device.machine.products.at(0).languages, ElementsAre("en-us", "nl-nl", "fr-fr"));
  EXPECT_EQ(device.state().free_mb, 1000 + 2 * 1500 - 2200 - 2 * 250);
}

TEST(SimulatedDeviceTest, OlderMsiOfficeMayStayInTheSameEdition) {
  const std::string profile =
      installed(R"("msi": [{"id": "ProPlus", "release": 2010, "edition": "32"}])");
  TestDevice device(profile);
  EXPECT_EQ(device.run(add("OfficeClientEdition=\"64\"")), kInstallFailure);
  EXPECT_EQ(device.run(add("OfficeClientEdition=\"32\"")), kSuccess);
  EXPECT_EQ(device.state().msi.size(), 1u);
  EXPECT_EQ(device.run("<Configuration><RemoveMSI/></Configuration>"), kSuccess);
  EXPECT_THAT(device.state().msi, IsEmpty());
}

TEST(SimulatedDeviceTest, AnMsiConditionChoosesProducts) {
  const std::string both =
      "<Configuration><Add><Product ID=\"O365ProPlusRetail\">" + kEnglish +
      "</Product><Product ID=\"VisioProRetail\" MSICondition=\"VisStd, VisPro\">" + kEnglish +
      "</Product></Add><RemoveMSI/></Configuration>";
  TestDevice without("");
  EXPECT_EQ(without.run(both), kSuccess);
  EXPECT_EQ(without.machine.find("VisioProRetail"), nullptr);
  EXPECT_THAT(without.notes->steps, Contains(HasSubstr("VisioProRetail is left out")));
  TestDevice with(installed(R"("msi": [{"id": "VisPro", "release": 2016}])"));
  EXPECT_EQ(with.run(both), kSuccess);
  EXPECT_NE(with.machine.find("VisioProRetail"), nullptr);
}

TEST(SimulatedDeviceTest, MatchOsTakesWhatWindowsAndItsUsersSpeak) {
  TestDevice device(R"("os": {"language": "nl-nl", "display-languages": ["de-de", "zh-sg"]})");
  EXPECT_EQ(device.run(add("", "", "O365ProPlusRetail", "<Language ID=\"MatchOS\"/>")), kSuccess);
  EXPECT_THAT(device.machine.products.at(0).languages, ElementsAre("nl-nl", "de-de"));
  TestDevice singapore(R"("os": {"language": "zh-sg"})");
  EXPECT_EQ(singapore.run(add("", "", "O365ProPlusRetail", "<Language ID=\"MatchOS\"/>")),
            kNeedCleanUp);
  EXPECT_EQ(singapore.run(
                add("", "", "O365ProPlusRetail", "<Language ID=\"MatchOS\" Fallback=\"zh-cn\"/>")),
            kSuccess);
  EXPECT_THAT(singapore.machine.products.at(0).languages, ElementsAre("zh-cn"));
}

TEST(SimulatedDeviceTest, OpenProgramsHoldASilentRunUp) {
  const std::string open = R"(, "running-apps": ["Word"])";
  TestDevice update(installed(c2r()) + open);
  EXPECT_EQ(update.run(add("", kSilent)), kScenarioCancelled);
  EXPECT_THAT(update.text(), HasSubstr("Word"));
  EXPECT_EQ(update.run("<Configuration><Remove All=\"TRUE\"/>" + kSilent + "</Configuration>"),
            kCompletingScenario);
  EXPECT_EQ(update.run(add("", kSilent + kForce)), kSuccess);
  EXPECT_THAT(update.notes->steps, Contains(HasSubstr("closed by force")));
  EXPECT_THAT(update.state().running_apps, IsEmpty());
  EXPECT_EQ(update.run(add("", kSilent)), kSuccess) << "they stay closed";

  TestDevice fresh(R"("running-apps": ["Word"])");
  EXPECT_EQ(fresh.run(add("", kSilent)), kCompletingScenario);
  EXPECT_EQ(fresh.run("<Configuration>" + kForce + "</Configuration>"), kSuccess)
      << "what touches no program";
  EXPECT_EQ(fresh.run(add()), kSuccess) << "the user is asked, and closes it";

  TestDevice unwilling(installed(c2r()) + open + R"(, "user": "cancels")");
  EXPECT_EQ(unwilling.run(add()), kUserExit);
}

TEST(SimulatedDeviceTest, TheDiskFillsAndEmpties) {
  TestDevice device(R"("disk-free-mb": 2449)");
  const std::string two = kEnglish + "<Language ID=\"de-de\"/>";
  EXPECT_EQ(device.run(add("", "", "O365ProPlusRetail", two)), kCompletingScenario);
  EXPECT_THAT(device.text(), HasSubstr("2450 MB are needed, 2449 MB are free"));
  EXPECT_EQ(device.run(add()), kSuccess);
  EXPECT_EQ(device.state().free_mb, 249);
  EXPECT_EQ(device.run(add("", "", "LanguagePack", "<Language ID=\"de-de\"/>")),
            kCompletingScenario);
  EXPECT_EQ(device.run(kRemoveAll), kSuccess);
  EXPECT_EQ(device.state().free_mb, 2449);
}

TEST(SimulatedDeviceTest, TheNetworkIsNeededFirst) {
  const std::pair<const char*, std::int32_t> networks[] = {
      {R"("network": {"present": false})", 1460},
      {R"("network": {"proxy": "blocks"})", 1460},
      {R"("cdn": {"reachable": false})", 1460},
      {R"("network": {"proxy": "intercepts"})", static_cast<std::int32_t>(0x800B0109)},
      {R"("network": {"proxy": "passes"})", kSuccess},
      {R"("clock": {"utc": "2031-01-01T00:00:00Z"}, "cdn": {"tool-valid-to": "2030-01-01T00:00:00Z"})",
       static_cast<std::int32_t>(0x800B0101)},
      {R"("clock": {"utc": "2001-01-01T00:00:00Z"}, "cdn": {"tool-valid-from": "2020-01-01T00:00:00Z"})",
       static_cast<std::int32_t>(0x800B0101)},
      {R"("cdn": {"tool-valid-from": "2020-01-01T00:00:00Z"})", kSuccess}};
  for (const auto& [profile, status] : networks) {
    TestDevice device(profile);
    EXPECT_EQ(device.run(add("", "", "NoSuchProduct")), status == kSuccess ? kNeedCleanUp : status)
        << profile;
    EXPECT_EQ(device.run(add()), status) << profile;
    EXPECT_EQ(device.machine.is_installed(), status == kSuccess);
  }
}

TEST(SimulatedDeviceTest, OnlyWhatTheNetworkHasCanBeInstalled) {
  const std::string cdn =
      R"("cdn": {"channels": [{"channel": "Current",
          "versions": ["16.0.9.10", "16.0.9.9", "16.0.10.1"],
          "products": ["O365ProPlusRetail"], "languages": ["en-us", "nl-nl"]}]})";
  TestDevice device(cdn);
  EXPECT_EQ(device.run(add()), kSuccess);
  EXPECT_EQ(device.machine.version, "16.0.10.1") << "the newest, as numbers go";
  EXPECT_EQ(device.run(add("Channel=\"Current\" Version=\"16.0.9.10\"")), kSuccess);
  EXPECT_EQ(device.machine.version, "16.0.9.10");
  EXPECT_EQ(device.run(add("Channel=\"Current\" Version=\"16.0.9.11\"")), kNeedCleanUp);
  EXPECT_EQ(device.run(add("Channel=\"SemiAnnual\"")), kNeedCleanUp);
  EXPECT_EQ(device.run(add("", "", "VisioProRetail")), kNeedCleanUp);
  EXPECT_EQ(device.run(add("", "", "LanguagePack", "<Language ID=\"de-de\"/>")), kNeedCleanUp);
  EXPECT_THAT(device.text(), HasSubstr("language de-de on channel Current"));
  EXPECT_EQ(device.run(add("", "", "LanguagePack", "<Language ID=\"nl-nl\"/>")), kSuccess);
}

TEST(SimulatedDeviceTest, ASourcePathHasContentOfItsOwn) {
  const std::string profile =
      R"("cdn": {"channels": [{"channel": "Current", "versions": ["16.0.10.1"]}]},
         "sources": [{"path": "\\\\depot\\office", "channels": [{"channel": "Current",
            "versions": ["16.0.5.5"], "languages": ["en-us"]}]},
           {"path": "\\\\down\\office", "reachable": false, "channels": []}])";
  TestDevice device(profile);
  const std::string depot = "SourcePath=\"\\\\DEPOT\\office\\\"";
  EXPECT_EQ(device.run(add(depot)), kSuccess);
  EXPECT_EQ(device.machine.version, "16.0.5.5");
  const std::string german = "<Language ID=\"de-de\"/>";
  EXPECT_EQ(device.run(add(depot, "", "LanguagePack", german)), kNeedCleanUp);
  EXPECT_EQ(device.run(add(depot + " AllowCdnFallback=\"TRUE\"", "", "LanguagePack", german)),
            kSuccess);
  EXPECT_EQ(device.run(add("SourcePath=\"\\\\down\\office\"")), kNeedCleanUp);
  EXPECT_THAT(device.text(), HasSubstr("0-2015 (2250)"));
  EXPECT_EQ(device.run(add("SourcePath=\"D:\\office\"")), kNeedCleanUp);
  EXPECT_THAT(device.text(), HasSubstr("30029-1011"));
}

TEST(SimulatedDeviceTest, WhatIsHalfThereIsInstalledOverBeforeItIsRemoved) {
  TestDevice device(installed(c2r("64", "16.0.17928.20156", R"(, "damaged": true)")));
  EXPECT_EQ(device.run(kRemoveAll), kRemoveNeeded);
  EXPECT_EQ(device.run(add()), kSuccess);
  EXPECT_FALSE(device.state().damaged);
  EXPECT_EQ(device.run(kRemoveAll), kSuccess);
}

TEST(SimulatedDeviceTest, StoreOfficeGetsALineInTheLog) {
  TestDevice device(installed(R"("store": true)"));
  EXPECT_EQ(device.run(add()), kSuccess);
  EXPECT_THAT(device.notes->steps, Contains(HasSubstr("Office of the Store is there")));
}

TEST(SimulatedDeviceTest, TimeIsThatOfTheBandwidthAndTheSpeed) {
  TestDevice device(R"("network": {"kbit-s": 100000}, "clock": {"speed": 10})");
  const milliseconds start = device.scheduler.utc;
  EXPECT_EQ(device.run(add()), kSuccess);
  // 2200 MB at 100 Mbit/s are 176 s, and 3 s for the work; ten of them in one.
  EXPECT_EQ(device.scheduler.utc - start, milliseconds(17'900));
  EXPECT_TRUE(std::is_sorted(device.notes->percents.begin(), device.notes->percents.end()));
  EXPECT_THAT(device.notes->steps, testing::IsSupersetOf({"downloading 2200 MB", "installing",
                                                          "verifying the Deployment Tool"}));
  const milliseconds again = device.scheduler.utc;
  EXPECT_EQ(device.run(add()), kSuccess);
  EXPECT_EQ(device.scheduler.utc - again, milliseconds(300)) << "nothing to download";
}

TEST(SimulatedDeviceTest, AFaultStrikesAtItsPercentAsOftenAsSaid) {
  TestDevice device(installed(c2r()) + ", " + fault("disk-full", R"(, "percent": 60, "times": 2)"));
  const MachineState before = device.machine;
  for (int run = 0; run < 2; ++run) {
    const milliseconds start = device.scheduler.utc;
    EXPECT_EQ(device.run(add("Channel=\"SemiAnnual\"")), kCompletingScenario);
    EXPECT_EQ(device.scheduler.utc - start, milliseconds(1800));
    EXPECT_LE(device.notes->percents.back(), 60);
    EXPECT_EQ(write_machine_state(device.machine), write_machine_state(before));
  }
  EXPECT_EQ(device.state().met.at("disk-full"), 2);
  EXPECT_EQ(device.run(add("Channel=\"SemiAnnual\"")), kSuccess);
}

TEST(SimulatedDeviceTest, TheEarliestOfSeveralFaultsCounts) {
  TestDevice device(
      R"("faults": [{"kind": "disk-full"}, {"kind": "client-start", "times": 1},
                    {"kind": "user-cancels", "percent": 7, "times": 1}])");
  EXPECT_EQ(device.run(add("", "", "ProPlusVolume")), kUserExit);
  EXPECT_EQ(device.run(add("", "", "ProPlusVolume")), kFail) << "before Click-to-Run begins";
  EXPECT_EQ(device.run(add()), kPoolInitialization);
  EXPECT_EQ(device.run(add()), kCompletingScenario);
}

TEST(SimulatedDeviceTest, APowerLossIsSurvivedInTheSameProcess) {
  TestDevice device(fault("power-loss", R"(, "percent": 40, "times": 1, "off-ms": 7000)"));
  const milliseconds start = device.scheduler.utc;
  EXPECT_EQ(device.run(add()), kSuccess);
  EXPECT_EQ(device.scheduler.utc - start, milliseconds(10'000)) << "it was away that long";
  EXPECT_THAT(device.notes->steps, Contains("the power fails at 40 %"));
  EXPECT_THAT(device.notes->steps, Contains("the power is back"));
  EXPECT_EQ(device.run(add()), kSuccess);
  EXPECT_THAT(device.notes->steps, Not(Contains(HasSubstr("power"))));
}

TEST(SimulatedDeviceTest, APowerLossIsSurvivedByARestart) {
  for (const bool ends : {false, true}) {
    TestDevice device(installed(c2r()) + ", " +
                      fault("power-loss", std::string(R"(, "percent": 40, "then": ")") +
                                              (ends ? "end" : "resume") + "\""));
    device.begin(add("Channel=\"SemiAnnual\""));
    const auto said = [&](const char* text) {
      const auto& steps = device.notes->steps;
      return std::find(steps.begin(), steps.end(), text) != steps.end();
    };
    while (!said("the power fails at 40 %")) ASSERT_TRUE(device.scheduler.step());
    device.restart(milliseconds(100));
    while (!device.notes->result && device.scheduler.step()) {
    }
    EXPECT_TRUE(said("the power is back"));
    EXPECT_FALSE(said("the power fails at 40 %")) << "once in a run";
    EXPECT_FALSE(said("verifying the Deployment Tool")) << "that is done";
    EXPECT_EQ(device.end(), ends ? kCompletingScenario : kSuccess);
    EXPECT_EQ(device.machine.channel, ends ? "Current" : "SemiAnnual");
    EXPECT_EQ(device.state().damaged, ends);
    EXPECT_EQ(device.state().met.at("power-loss"), 1);
  }
}

TEST(SimulatedDeviceTest, ARestartAtAnyMomentGivesTheSameEnd) {
  const std::string profile =
      installed(c2r()) + R"(, "disk-free-mb": 9000, "faults": [{"kind": "power-loss"}])";
  TestDevice whole(profile);
  ASSERT_EQ(whole.run(add("", "", "VisioProRetail")), kSuccess);
  for (int steps = 0;; ++steps) {
    TestDevice device(profile);
    device.begin(add("", "", "VisioProRetail"));
    for (int i = 0; i < steps && !device.notes->result; ++i) ASSERT_TRUE(device.scheduler.step());
    if (device.notes->result) break;
    device.restart(milliseconds(steps * 7));
    while (!device.notes->result && device.scheduler.step()) {
    }
    ASSERT_EQ(device.end(), kSuccess) << steps;
    EXPECT_EQ(device.record, whole.record) << steps;
    EXPECT_EQ(write_machine_state(device.machine), write_machine_state(whole.machine));
    ASSERT_LT(steps, 1000);
  }
}

TEST(SimulatedDeviceTest, ARecordThatCannotBeReadIsTheDeviceOfOld) {
  TestDevice device(R"("disk-free-mb": 5000)");
  device.record = "damaged";
  EXPECT_EQ(device.run(add()), kSuccess);
  EXPECT_EQ(device.state().free_mb, 2800);
}

}  // namespace
}  // namespace cspkit::office
