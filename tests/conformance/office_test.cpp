// SPDX-License-Identifier: Apache-2.0
// What the Office CSP page promises, asked of the library as it is shipped.
#include <fstream>
#include <iterator>

#include "office_fixture.hpp"

namespace cspkit::conformance {
namespace {

using harness::HasNode;
using harness::IsOk;
using harness::StatusIs;
using harness::ValueIs;
using testing::HasSubstr;
using testing::Not;

std::string escaped(const std::string& xml) {
  std::string out;
  for (const char c : xml) {
    out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
  }
  return out;
}

// A message of the shape the CSP page shows: no header, no ./Device, install in lower case.
std::string message(const std::string& verb, const std::string& uri, const std::string& data = {}) {
  std::string item = "<Target><LocURI>" + uri + "</LocURI></Target>";
  if (!data.empty()) {
    item += "<Meta><Format xmlns=\"syncml:metinf\">chr</Format></Meta><Data>" + escaped(data) +
            "</Data>";
  }
  return "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncBody><" + verb + "><CmdID>7</CmdID><Item>" +
         item + "</Item></" + verb + "><Final/></SyncBody></SyncML>";
}

constexpr const char* kFirst = "0AA79349-F334-4859-96E8-B4AB43E9FEA0";
constexpr const char* kSecond = "E24B23D8-94A8-4997-9E6E-8FF25025845B";

TEST_F(OfficeTest, ThePublishedMessagesGiveThePublishedOutcome) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  const std::string install =
      message("Exec", kInstallation + "/" + kFirst + "/install", kInstallXml);
  const std::string uninstall =
      message("Exec", kInstallation + "/" + kSecond + "/install", kUninstallXml);
  const std::string ask = message("Get", kInstallation + "/CurrentStatus");

  ASSERT_THAT(device->run(install), IsOk());
  EXPECT_EQ(device->statuses(), std::vector<int>{200});
  EXPECT_THAT(device->get(node(kFirst, "Status")), ValueIs(Format::kInt, "997"));
  EXPECT_THAT(device->get(node(kFirst, "FinalStatus")), StatusIs(404));
  ASSERT_TRUE(device->settle());
  EXPECT_THAT(device->get(node(kFirst, "Status")), ValueIs(Format::kInt, "0"));
  EXPECT_THAT(device->get(node(kFirst, "FinalStatus")), ValueIs(Format::kInt, "70"));

  const auto reply = device->run(ask);
  ASSERT_THAT(reply, IsOk());
  EXPECT_THAT(*reply, HasSubstr("O365BusinessRetail"));

  ASSERT_THAT(device->run(uninstall), IsOk());
  ASSERT_TRUE(device->settle());
  EXPECT_THAT(device->get(node(kSecond, "Status")), ValueIs("0"));
  EXPECT_THAT(device->get(node(kSecond, "FinalStatus")), ValueIs("70"));

  ASSERT_THAT(device->run(uninstall), IsOk());
  EXPECT_THAT(device->get(node(kSecond, "FinalStatus")), StatusIs(404));
  ASSERT_TRUE(device->settle());
  EXPECT_THAT(device->get(node(kSecond, "Status")), ValueIs("-2147418113"));
  EXPECT_THAT(device->get(node(kSecond, "FinalStatus")), ValueIs("60"));
}

TEST_F(OfficeTest, TheFilesOfTheCorpusGiveIt) {
  const char* corpus = std::getenv("CSPKIT_CORPUS");
  const std::filesystem::path folder =
      std::filesystem::path(corpus != nullptr ? corpus : "../shared/corpus") / "syncml/docs";
  const auto device = open();
  ASSERT_NE(device, nullptr);
  const std::pair<const char*, const char*> kFiles[] = {{"office-csp-1.xml", kFirst},
                                                        {"office-csp-2.xml", kSecond}};
  for (const auto& [name, id] : kFiles) {
    std::ifstream in(folder / name, std::ios::binary);
    if (!in) GTEST_SKIP() << "no " << (folder / name) << ": set CSPKIT_CORPUS";
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    ASSERT_THAT(device->run(text), IsOk());
    EXPECT_EQ(device->statuses(), std::vector<int>{200});
    ASSERT_TRUE(device->settle());
    EXPECT_THAT(device->get(node(id, "Status")), ValueIs("0"));
    EXPECT_THAT(device->get(node(id, "FinalStatus")), ValueIs("70"));
  }
}

TEST_F(OfficeTest, AnInstallTakesItsTimeAndTellsItsProgress) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  ASSERT_THAT(device->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  int last = -1;
  bool named = false;
  for (int i = 0; i < 29; ++i) {
    device->advance(100ms);
    EXPECT_THAT(device->get(node("A", "Status")), ValueIs("997")) << i;
    const auto jobs = device->engine().jobs();
    ASSERT_EQ(jobs.size(), 1u);
    EXPECT_GE(jobs[0].percent, last);
    last = jobs[0].percent;
    named = named || jobs[0].text.find("O365BusinessRetail") != std::string::npos;
  }
  EXPECT_GT(last, 80);
  EXPECT_TRUE(named);
  device->advance(200ms);
  EXPECT_THAT(device->get(node("A", "Status")), ValueIs("0"));
  EXPECT_TRUE(device->engine().jobs().empty());
}

TEST_F(OfficeTest, InstallReturnsTheConfigurationByteForByte) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  const std::string xml = "<!-- \xE2\x82\xAC -->\n" + kInstallXml + "\n";
  ASSERT_THAT(device->exec(node("A", "Install"), xml), StatusIs(200));
  EXPECT_THAT(device->get(node("A", "Install")), ValueIs(Format::kChr, xml));
  ASSERT_TRUE(device->settle());
  EXPECT_THAT(device->get(node("A", "Install")), ValueIs(xml));
}

TEST_F(OfficeTest, NothingIsSaidBeforeThereIsSomethingToSay) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  EXPECT_THAT(device->get(kInstallation + "/CurrentStatus"), ValueIs(""));
  EXPECT_THAT(device->get(kInstallation), ValueIs(Format::kNode, "CurrentStatus"));
  ASSERT_THAT(device->add(kInstallation + "/A"), StatusIs(200));
  EXPECT_THAT(device->add(kInstallation + "/a"), StatusIs(418));
  EXPECT_THAT(device->get(node("A", "Status")), StatusIs(404));
  EXPECT_THAT(device->get(node("A", "FinalStatus")), StatusIs(404));
  EXPECT_THAT(device->get(node("A", "Install")), ValueIs(""));
  EXPECT_THAT(device->get(kInstallation + "/A"), ValueIs("Install"));
  EXPECT_EQ(run(*device, "A", kInstallXml), "0");
}

TEST_F(OfficeTest, AccessIsAsTheDdfGrantsIt) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  EXPECT_EQ(run(*device, "A", kInstallXml), "0");
  for (const char* name : {"Status", "FinalStatus"}) {
    EXPECT_THAT(device->replace(node("A", name), "0"), StatusIs(405)) << name;
    EXPECT_THAT(device->add(node("A", name), "0"), StatusIs(405)) << name;
    EXPECT_THAT(device->remove(node("A", name)), StatusIs(405)) << name;
    EXPECT_THAT(device->exec(node("A", name)), StatusIs(405)) << name;
  }
  EXPECT_THAT(device->replace(node("A", "Install"), "x"), StatusIs(405));
  EXPECT_THAT(device->remove(node("A", "Install")), StatusIs(405));
  EXPECT_THAT(device->exec(kInstallation + "/CurrentStatus"), StatusIs(405));
  EXPECT_THAT(device->remove(kInstallation + "/CurrentStatus"), StatusIs(405));
  EXPECT_THAT(device->remove(kInstallation), StatusIs(405));
  EXPECT_THAT(device->exec(kInstallation + "/A"), StatusIs(405));
  EXPECT_THAT(device->get(node("A", "Nothing")), StatusIs(404));
  EXPECT_THAT(device->get(node("A", "Status")), ValueIs("0"));
}

// Nodes came with builds of Windows, and not to every edition; a run ends all the same.
TEST_F(OfficeTest, NodesThatTheDeviceDoesNotHaveAnswer406) {
  struct Case {
    const char* build;
    std::uint32_t edition;
    int current, final_status;
  };
  constexpr std::uint32_t kPro = 0x30, kHome = 0x65;
  for (const Case& c : {Case{"10.0.15063", kPro, 406, 406}, Case{"10.0.16299", kPro, 200, 406},
                        Case{"10.0.17763", kPro, 200, 200}}) {
    harness::DeviceOptions options;
    options.providers = {{CSPKIT_OFFICE_LIBRARY}};
    options.engine.profile.os_build = c.build;
    options.engine.profile.edition = c.edition;
    auto device = harness::Device::open(std::move(options));
    ASSERT_THAT(device, harness::IsOk());
    EXPECT_EQ(run(**device, "A", kInstallXml), "0") << c.build;
    EXPECT_THAT((*device)->get(kInstallation + "/CurrentStatus"), StatusIs(c.current)) << c.build;
    EXPECT_THAT((*device)->get(node("A", "FinalStatus")), StatusIs(c.final_status)) << c.build;
    EXPECT_EQ(run(**device, "A", kUninstallXml), "0") << c.build << ": and again";
  }
  for (const auto& [build, edition] :
       {std::pair("10.0.14393", kPro), std::pair("10.0.22621", kHome)}) {
    harness::DeviceOptions options;
    options.providers = {{CSPKIT_OFFICE_LIBRARY}};
    options.engine.profile.os_build = build;
    options.engine.profile.edition = edition;
    auto device = harness::Device::open(std::move(options));
    ASSERT_THAT(device, harness::IsOk());
    EXPECT_THAT((*device)->exec(node("A", "Install"), kInstallXml), StatusIs(406)) << build;
    EXPECT_THAT((*device)->get(kInstallation), StatusIs(406)) << build;
  }
}

TEST_F(OfficeTest, WhatIsNoXmlIsRefusedAndNothingStays) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  const auto before = device->snapshot();
  for (const char* bad : {"<Configuration>", "rubbish", "<a/><b/>", "<a b=c/>"}) {
    const Status status = device->exec(node("A", "Install"), bad);
    EXPECT_THAT(status, StatusIs(500)) << bad;
    EXPECT_EQ(status.provider_error(), 0x8007000Du);
    EXPECT_THAT(status.text(), HasSubstr("line 1")) << bad;
  }
  EXPECT_THAT(device->exec(node("A", "Install")), StatusIs(500));
  EXPECT_THAT(harness::diff(before, device->snapshot()), testing::IsEmpty());
  EXPECT_TRUE(device->engine().jobs().empty());

  EXPECT_EQ(run(*device, "A", kInstallXml), "0");
  EXPECT_THAT(device->exec(node("A", "Install"), "<"), StatusIs(500));
  EXPECT_THAT(device->get(node("A", "Status")), ValueIs("0"));
  EXPECT_THAT(device->get(node("A", "FinalStatus")), ValueIs("70"));
  EXPECT_THAT(device->get(node("A", "Install")), ValueIs(kInstallXml));
}

TEST_F(OfficeTest, WhatTheToolRefusesEndsWithACode) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  const auto with = [](const std::string& product, const std::string& language) {
    return "<Configuration><Add><Product ID=\"" + product + "\"><Language ID=\"" + language +
           "\"/></Product></Add></Configuration>";
  };
  EXPECT_EQ(run(*device, "A", "<Configuration/>"), "17100");
  EXPECT_EQ(run(*device, "A", with("Office365", "en-us")), "17004");
  EXPECT_EQ(run(*device, "A", with("O365ProPlusRetail", "xx-yy")), "17002");
  EXPECT_EQ(run(*device, "A", with("O365ProPlusRetail", "zh-sg")), "17004");
  EXPECT_EQ(run(*device, "A", with("ProPlusVolume", "en-us")), "-2147467259");
  EXPECT_THAT(device->get(node("A", "FinalStatus")), ValueIs("60"));
  EXPECT_EQ(run(*device, "A", kInstallXml), "0");
  EXPECT_EQ(run(*device, "A",
                "<Configuration><Add OfficeClientEdition=\"64\"><Product ID=\"VisioProRetail\">"
                "<Language ID=\"en-us\"/></Product></Add></Configuration>"),
            "1603");
}

TEST_F(OfficeTest, ASecondExecWhileOneRuns) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  ASSERT_THAT(device->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  const auto before = device->snapshot();
  EXPECT_THAT(device->exec(node("A", "Install"), kUninstallXml), StatusIs(403));
  EXPECT_THAT(device->exec(node("a", "install"), kUninstallXml), StatusIs(403));
  EXPECT_THAT(harness::diff(before, device->snapshot()), testing::IsEmpty());
  EXPECT_THAT(device->exec(node("B", "Install"), kUninstallXml), StatusIs(200));
  EXPECT_THAT(device->get(node("B", "Status")), ValueIs("997"));
  device->advance(100ms);
  EXPECT_THAT(device->get(node("B", "Status")), ValueIs("17003"));
  EXPECT_THAT(device->get(node("B", "FinalStatus")), ValueIs("60"));
  EXPECT_THAT(device->get(node("A", "Status")), ValueIs("997"));
  ASSERT_TRUE(device->settle());
  EXPECT_THAT(device->get(node("A", "Status")), ValueIs("0"));
  EXPECT_EQ(run(*device, "B", kUninstallXml), "0");
}

TEST_F(OfficeTest, DeleteWhileRunningCancels) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  ASSERT_THAT(device->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  device->advance(1s);
  ASSERT_THAT(device->remove(kInstallation + "/A"), StatusIs(200));
  EXPECT_TRUE(device->engine().jobs().empty());
  EXPECT_THAT(device->get(node("A", "Status")), StatusIs(404));
  device->advance(1h);
  EXPECT_THAT(device, Not(HasNode(kInstallation + "/A")));
  EXPECT_THAT(current(*device), HasSubstr("Status=\"17005\""));
  EXPECT_THAT(current(*device), Not(HasSubstr("<Product")));
}

TEST_F(OfficeTest, AfterACancelTheSameNodeRunsAnewAndInFull) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  ASSERT_THAT(device->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  device->advance(2900ms);
  ASSERT_THAT(device->remove(kInstallation + "/A"), StatusIs(200));
  ASSERT_THAT(device->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  device->advance(2900ms);
  EXPECT_THAT(device->get(node("A", "Status")), ValueIs("997")) << "the old timer ends nothing";
  device->advance(200ms);
  EXPECT_THAT(device->get(node("A", "Status")), ValueIs("0"));
}

TEST_F(OfficeTest, DeleteForgetsTheRecordAndKeepsTheProduct) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  EXPECT_EQ(run(*device, "A", kInstallXml), "0");
  const std::string before = current(*device);
  ASSERT_THAT(device->remove(kInstallation + "/A"), StatusIs(200));
  EXPECT_THAT(device->get(node("A", "Install")), StatusIs(404));
  EXPECT_EQ(current(*device), before);
  EXPECT_EQ(run(*device, "B", kUninstallXml), "0");
}

// Steps through the executor's tasks one by one and deletes after each: whoever comes first wins.
TEST_F(OfficeTest, ADeleteAtAnyMomentLeavesNoHalfRecord) {
  int cancelled = 0;
  for (std::size_t steps = 0; steps < 200; ++steps) {
    const auto device = open();
    ASSERT_NE(device, nullptr);
    ASSERT_THAT(device->exec(node("A", "Install"), kInstallXml), StatusIs(200));
    const auto end = device->clock().steady_now() + 10s;
    std::size_t ran = 0;
    while (ran < steps && device->executor().pending() > 0 && device->executor().drive(end)) ++ran;
    const bool over = device->get(node("A", "Status")).value_or(Value::chr("")).data == "0";
    ASSERT_THAT(device->remove(kInstallation + "/A"), StatusIs(200));
    device->advance(1h);
    EXPECT_THAT(device, Not(HasNode(kInstallation + "/A"))) << steps;
    EXPECT_TRUE(device->engine().jobs().empty()) << steps;
    // An end that was handed over before the Delete came is recorded first, also when nobody had
    // seen it yet; any other is not recorded at all.
    const std::string machine = current(*device);
    const bool ended = machine.find("Status=\"0\"") != std::string::npos;
    EXPECT_EQ(ended, machine.find("<Product") != std::string::npos) << steps;
    EXPECT_EQ(ended, machine.find("Status=\"17005\"") == std::string::npos) << steps;
    EXPECT_TRUE(ended || !over) << steps;
    cancelled += ended ? 0 : 1;
    if (ran < steps) {
      EXPECT_GT(cancelled, 10);
      return;
    }
  }
  FAIL() << "an install of more than 200 tasks";
}

TEST_F(OfficeTest, BothScopesHaveTheirOwnNodesAndOneMachine) {
  const auto device = open(Principal::for_user("anna", true));
  ASSERT_NE(device, nullptr);
  ASSERT_THAT(device->exec(user_node("A", "Install"), kInstallXml), StatusIs(200));
  EXPECT_THAT(device->get(node("A", "Status")), StatusIs(404));
  ASSERT_THAT(device->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  ASSERT_TRUE(device->settle());
  EXPECT_THAT(device->get(user_node("A", "Status")), ValueIs("0"));
  EXPECT_THAT(device->get(node("A", "Status")), ValueIs("17003"));
  const auto machine = device->get(kInstallation + "/CurrentStatus");
  ASSERT_THAT(machine, IsOk());
  EXPECT_THAT(machine->data, HasSubstr("O365BusinessRetail"));
  EXPECT_THAT(device->get(kUserInstallation + "/CurrentStatus"), ValueIs(machine->data));
  EXPECT_EQ(run(*device, "A", kUninstallXml), "0") << "what a user installed, the device removes";
}

TEST_F(OfficeTest, TwoUsersDoNotSeeEachOther) {
  const auto device = open(Principal::for_user("anna"));
  ASSERT_NE(device, nullptr);
  Session berta = device->engine().open_session(Principal::for_user("berta"));
  ASSERT_THAT(device->exec(user_node("A", "Install"), kInstallXml), StatusIs(200));
  EXPECT_THAT(berta.get(user_node("A", "Status")), StatusIs(404));
  ASSERT_THAT(berta.exec(user_node("A", "Install"), Value::chr(kUninstallXml)), StatusIs(200));
  ASSERT_TRUE(device->settle());
  EXPECT_THAT(device->get(user_node("A", "Status")), ValueIs("0"));
  EXPECT_THAT(berta.get(user_node("A", "Status")), ValueIs("17003"));
  EXPECT_THAT(berta.get(user_node("A", "Install")), ValueIs(kUninstallXml));
  EXPECT_THAT(berta.exec(node("A", "Install"), Value::chr(kInstallXml)), Not(IsOk()));
  EXPECT_THAT(berta.remove(kUserInstallation + "/A"), StatusIs(200));
  EXPECT_THAT(device->get(user_node("A", "Status")), ValueIs("0"));
  const auto told = berta.get(kUserInstallation + "/CurrentStatus");
  ASSERT_THAT(told, IsOk());
  EXPECT_THAT(told->data, HasSubstr("O365BusinessRetail"));
  EXPECT_THAT(told->data, Not(HasSubstr("anna")));
}

TEST_F(OfficeTest, NamesMayNeedPercentCodes) {
  const auto device = open(Principal::for_user("an/na %41", true));
  ASSERT_NE(device, nullptr);
  const std::string id = "%7Bb%2Fc%20d%25%7D-%C3%A9";
  ASSERT_THAT(device->exec(user_node(id, "install"), kInstallXml), StatusIs(200));
  ASSERT_TRUE(device->settle());
  EXPECT_THAT(device->get(user_node(id, "Status")), ValueIs("0"));
  EXPECT_THAT(device->get(user_node(id, "FinalStatus")), ValueIs("70"));
  EXPECT_THAT(device->get(user_node("%7bB%2fC%20D%25%7d-%c3%a9", "Status")), ValueIs("0"))
      << "names are compared without regard to ASCII case";
}

TEST_F(OfficeTest, TwoEnginesInOneProcessAreTwoMachines) {
  const auto one = open();
  const auto two = open();
  ASSERT_NE(one, nullptr);
  ASSERT_NE(two, nullptr);
  ASSERT_THAT(one->exec(node("A", "Install"), kInstallXml), StatusIs(200));
  ASSERT_THAT(two->exec(node("A", "Install"), kUninstallXml), StatusIs(200));
  ASSERT_TRUE(one->settle());
  ASSERT_TRUE(two->settle());
  EXPECT_THAT(one->get(node("A", "Status")), ValueIs("0"));
  EXPECT_THAT(two->get(node("A", "Status")), ValueIs("-2147418113"));
}

TEST_F(OfficeTest, AnOwnerMaySetWhatAServerMayNot) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  ASSERT_THAT(device->seed(node("A", "Status"), "0"), IsOk());
  ASSERT_THAT(device->seed(node("A", "FinalStatus"), "70"), IsOk());
  EXPECT_THAT(device->get(node("A", "FinalStatus")), ValueIs("70"));
  EXPECT_EQ(run(*device, "A", kUninstallXml), "-2147418113");
  EXPECT_THAT(device->get(node("A", "FinalStatus")), ValueIs("60"));
}

TEST_F(OfficeTest, CurrentStatusTellsTheMachine) {
  const auto device = open();
  ASSERT_NE(device, nullptr);
  EXPECT_EQ(run(*device, "A",
                "<Configuration><Add OfficeClientEdition=\"64\" Channel=\"Broad\" "
                "Version=\"16.0.17328.20648\"><Product ID=\"O365ProPlusRetail\"><Language "
                "ID=\"en-us\"/><Language ID=\"de-DE\"/><ExcludeApp ID=\"Access\"/></Product></Add>"
                "<Updates Channel=\"Current\"/></Configuration>"),
            "0");
  EXPECT_EQ(current(*device),
            "<OfficeStatus Schema=\"1\"><ClickToRun Version=\"16.0.17328.20648\" "
            "OfficeClientEdition=\"64\" Channel=\"SemiAnnual\" UpdateChannel=\"Current\"><Product "
            "ID=\"O365ProPlusRetail\"><Language ID=\"en-us\"/><Language ID=\"de-de\"/><ExcludeApp "
            "ID=\"Access\"/></Product></ClickToRun><LastRun Scope=\"Device\" ID=\"A\" "
            "Action=\"install O365ProPlusRetail\" Status=\"0\" FinalStatus=\"70\" "
            "Started=\"2026-01-01T00:00:00.000Z\" Ended=\"2026-01-01T00:00:03.000Z\"/>"
            "</OfficeStatus>");
}

}  // namespace
}  // namespace cspkit::conformance
