// SPDX-License-Identifier: Apache-2.0
// Profiles of simulated devices: what is taken, and what is told of those that lie.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "../../lib/temp_folder.hpp"
#include "engines.hpp"
#include "simulated_device.hpp"

namespace cspkit::office {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string read(const std::string& text) {
  SimulatedDevice device;
  return read_profile_text(text, "f", device);
}

// The example of README.md, word for word.
std::string example() {
  std::ifstream in(CSPKIT_OFFICE_README);
  const std::string readme{std::istreambuf_iterator<char>(in), {}};
  const std::size_t start = readme.find("```json\n");
  const std::size_t end = readme.find("```", start + 8);
  EXPECT_NE(start, std::string::npos);
  EXPECT_NE(end, std::string::npos);
  return readme.substr(start + 8, end - start - 8);
}

TEST(DeviceProfileTest, TheExampleOfTheReadmeIsTaken) {
  SimulatedDevice device;
  ASSERT_EQ(read_profile_text(example(), "f", device), "");
  EXPECT_EQ(device.architecture, Architecture::kX64);
  EXPECT_EQ(device.os_build, "10.0.22631.4460");
  EXPECT_EQ(device.os_language, "nl-nl");
  EXPECT_THAT(device.display_languages, ElementsAre("de-de"));
  EXPECT_EQ(device.memory_mb, 16384);
  EXPECT_EQ(device.state.free_mb, 60000);
  EXPECT_EQ(device.utc_ms, parse_utc("2026-11-21T10:00:00.000Z"));
  EXPECT_EQ(device.speed, 60);
  EXPECT_EQ(device.machine.version, "16.0.17928.20156");
  EXPECT_EQ(device.machine.edition, "64");
  EXPECT_EQ(device.machine.update_channel, "MonthlyEnterprise");
  ASSERT_NE(device.machine.find("O365ProPlusRetail"), nullptr);
  EXPECT_THAT(device.machine.find("O365ProPlusRetail")->excluded_apps, ElementsAre("Access"));
  ASSERT_EQ(device.state.msi.size(), 1u);
  EXPECT_EQ(device.state.msi[0].release, 2010);
  EXPECT_THAT(device.state.running_apps, ElementsAre("Word", "Outlook"));
  EXPECT_EQ(device.temp_drive, "C:");
  EXPECT_TRUE(device.temp_usable);
  EXPECT_THAT(device.hidden_apps, ElementsAre("Excel"));
  EXPECT_FALSE(device.com_plus_blocked);
  EXPECT_EQ(device.tool_version, "16.0.18129.20030");
  EXPECT_EQ(device.kbit_s, 50000);
  ASSERT_TRUE(device.cdn.channels);
  EXPECT_THAT(device.cdn.channels->at(0).versions,
              ElementsAre("16.0.18129.20158", "16.0.17928.20156"))
      << "the newest first";
  ASSERT_EQ(device.sources.size(), 1u);
  ASSERT_EQ(device.faults.size(), 2u);
  EXPECT_EQ(device.faults[0].kind, FaultKind::kPowerLoss);
  EXPECT_TRUE(device.faults[0].ends);
  EXPECT_EQ(device.faults[1].status, static_cast<std::int32_t>(0x800B0109));
}

TEST(DeviceProfileTest, NothingButTheSchemaIsNeeded) {
  SimulatedDevice device;
  EXPECT_EQ(read_profile_text("\xEF\xBB\xBF{\"schema\": 1}", "f", device), "");
  EXPECT_FALSE(device.state.free_mb);
  EXPECT_FALSE(device.machine.is_installed());
}

// A member in place of X.
std::string with(const std::string& member) { return "{\"schema\": 1, " + member + "}"; }

TEST(DeviceProfileTest, ALieIsToldWithItsPlace) {
  const std::string c2r =
      "\"version\": \"16.0.1.2\", \"edition\": \"64\", \"channel\": \"Current\"";
  const auto installed = [&](const std::string& products) {
    return with("\"installed\": {\"click-to-run\": {" + c2r + ", \"products\": [" + products +
                "]}}");
  };
  const std::string suite = R"({"id": "O365ProPlusRetail", "languages": ["en-us"]})";
  const std::pair<std::string, const char*> lies[] = {
      {"", "f: line 1: not JSON"},
      {"{\n\"schema\": 1,\n oops}", "f: line 3: not JSON"},
      {"{\"schema\": 1", "not JSON"},
      {std::string("{\"schema\": 1, \"a\0\": 1}", 22), "not JSON"},
      {"{\"schema\": 1, \"user\": \"\xFF\"}", "not JSON"},
      {"[]", "f: /: must be an object"},
      {"{}", "f: /: lacks 'schema'"},
      {"{\"schema\": 2}", "f: /schema: must be a whole number, 1 to 1"},
      {"{\"schema\": \"1\"}", "f: /schema: must be a whole number"},
      {with("\"schema\": 1"), "'schema' stands twice in one object"},
      {with("\"printer\": 1"), "f: /: there is no 'printer' here: schema, os"},
      {with("\"a\": " + std::string(100, '[') + std::string(100, ']')), "more than 16 levels"},
      {with("\"memory-mb\": -1"), "f: /memory-mb: must be a whole number, 1 to"},
      {with("\"memory-mb\": 1.5"), "f: /memory-mb: must be a whole number"},
      {with("\"memory-mb\": 99999999999999999999"), "f: /memory-mb: must be a whole number"},
      {with("\"memory-mb\": 18446744073709551615"), "f: /memory-mb: must be a whole number"},
      {with("\"memory-mb\": 1e999"), "a number is too large"},
      {with("\"disk-free-mb\": -5"), "f: /disk-free-mb: "},
      {with("\"os\": []"), "f: /os: must be an object"},
      {with("\"os\": {\"build\": \"6.1.7601\"}"), "f: /os/build: the Office CSP is there from"},
      {with("\"os\": {\"build\": \"10.0.10240\"}"), "f: /os/build: the Office CSP is there from"},
      {with("\"os\": {\"build\": \"10.0.x\"}"), "f: /os/build: must be a build such as"},
      {with("\"os\": {\"build\": \"10.0.99999999999\"}"), "f: /os/build: must be a build"},
      {with("\"os\": {\"architecture\": \"mips\"}"), "must be one of x86, x64, arm64, not 'mips'"},
      {with("\"os\": {\"language\": \"xx-yy\"}"), "f: /os/language: 'xx-yy' is no language"},
      {with("\"os\": {\"display-languages\": [\"de-de\", \"DE-DE\"]}"),
       "f: /os/display-languages/1: 'de-de' stands twice"},
      {with("\"clock\": {\"utc\": \"yesterday\"}"), "f: /clock/utc: must be a time such as"},
      {with("\"clock\": {\"speed\": 0}"), "f: /clock/speed: must be a number"},
      {installed(""), "f: /installed/click-to-run/products: must name one at least"},
      {installed(suite + "," + suite),
       "f: /installed/click-to-run/products/1: O365ProPlusRetail stands twice"},
      {installed(R"({"id": "O365Pro", "languages": ["en-us"]})"),
       "f: /installed/click-to-run/products/0/id: there is no product 'O365Pro'"},
      {installed(R"({"id": "ProPlusVolume", "languages": ["en-us"]})"), "no product of Click"},
      {installed(R"({"id": "LanguagePack", "languages": ["en-us"]})"), "a language pack is"},
      {installed(R"({"id": "ProPlus2021Volume", "languages": ["en-us"]})"),
       "/products/0/id: cannot be had on channel Current"},
      {installed(R"({"id": "O365ProPlusRetail", "languages": []})"), "/languages: must name one"},
      {installed(R"({"id": "O365ProPlusRetail", "languages": ["zh-sg"]})"), "has no pack"},
      {installed(R"({"id": "VisioProRetail", "languages": ["en-gb"]})"), "there is no pack"},
      {installed(R"({"id": "O365ProPlusRetail"})"), "lacks 'languages'"},
      {installed(R"({"id": "O365ProPlusRetail", "languages": ["en-us"],
                 "excluded-apps": ["Paint"]})"),
       "/excluded-apps/0: 'Paint' is no program that can be left out"},
      {with("\"os\": {\"architecture\": \"x86\"}, \"installed\": {\"click-to-run\": {" + c2r +
            ", \"products\": [" + suite + "]}}"),
       "f: /installed/click-to-run/edition: a 32-bit Windows cannot have 64-bit Office"},
      {with(R"("installed": {"msi": [{"id": "ProPlus", "release": 2011}]})"),
       "f: /installed/msi/0/release: must be one of 2003, 2007, 2010, 2013, 2016"},
      {with(R"("installed": {"msi": [{"id": "Pro Plus", "release": 2010}]})"),
       "f: /installed/msi/0/id: must be a Setup ID"},
      {with(R"("installed": {"msi": [{"id": "ProPlus", "release": 2010},
                                     {"id": "proplus", "release": 2010}]})"),
       "f: /installed/msi/1: proplus 2010 stands twice"},
      {with("\"running-apps\": [\"Solitaire\"]"), "f: /running-apps/0: 'Solitaire' is no program"},
      {with("\"running-apps\": \"Word\""), "f: /running-apps: must be a list"},
      {with("\"user\": \"sleeps\""), "f: /user: must be one of closes, cancels"},
      {with("\"network\": {\"present\": \"no\"}"), "f: /network/present: must be true or false"},
      {with("\"network\": {\"kbit-s\": 0}"), "f: /network/kbit-s: "},
      {with(R"("cdn": {"channels": [{"channel": "Weekly", "versions": ["16.0.1.2"]}]})"),
       "f: /cdn/channels/0/channel: there is no channel 'Weekly'"},
      {with(R"("cdn": {"channels": [{"channel": "Current", "versions": []}]})"),
       "f: /cdn/channels/0/versions: must name one"},
      {with(R"("cdn": {"channels": [{"channel": "Current", "versions": ["newest"]}]})"),
       "f: /cdn/channels/0/versions/0: 'newest' is no version"},
      {with(R"("cdn": {"channels": [{"channel": "Current", "versions": ["16.0.1.2"]},
                                    {"channel": "Monthly", "versions": ["16.0.1.2"]}]})"),
       "f: /cdn/channels/1: Current stands twice"},
      {with(R"("cdn": {"tool-valid-from": "2026-01-01T00:00:00Z",
                       "tool-valid-to": "2025-01-01T00:00:00Z"})"),
       "f: /cdn/tool-valid-to: must be later"},
      {with(R"("sources": [{"path": "x", "channels": []}, {"path": "X", "channels": []}])"),
       "f: /sources/1: the path stands twice"},
      {with("\"faults\": [{\"kind\": \"meteor\"}]"),
       "f: /faults/0/kind: there is no fault 'meteor'"},
      {with(R"("faults": [{"kind": "queue"}, {"kind": "queue"}])"),
       "f: /faults/1: queue stands twice"},
      {with(R"("faults": [{"kind": "queue", "percent": 100}])"), "f: /faults/0/percent: "},
      {with(R"("faults": [{"kind": "queue", "times": 0}])"), "f: /faults/0/times: "},
      {with(R"("faults": [{"kind": "tool-certificate"}])"), "f: /faults/0: 'status' belongs"},
      {with(R"("faults": [{"kind": "tool-certificate", "status": "997"}])"),
       "f: /faults/0/status: must be a code such as"},
      {with(R"("faults": [{"kind": "tool-exit", "status": "1603", "screen": "1-1"}])"),
       "f: /faults/0/screen: must be a code of the screen"},
      {with(R"("faults": [{"kind": "queue", "screen": "30088-1008"}])"), "'screen' belongs to"},
      {with(R"("faults": [{"kind": "disk-full", "kills": true}])"), "belong to the fault power"},
      {with(R"("temp": {"drive": "D"})"), "f: /temp/drive: must be such as D:"},
      {with(R"("temp": {"drive": "1:"})"), "f: /temp/drive: must be such as D:"},
      {with(R"("temp": {"usable": 1})"), "f: /temp/usable: must be"},
      {with(R"("hidden-apps": ["Notepad"])"), "f: /hidden-apps/0: 'Notepad' is no program"},
      {with(R"("com-plus": "odd")"), "f: /com-plus: must be one of works, blocked"},
      {with(R"("cdn": {"tool-version": "1"})"), "f: /cdn/tool-version: '1' is no version"},
      {with(R"("faults": [{"kind": "power-loss", "then": "explode"}])"),
       "f: /faults/0/then: must be one of resume, end"}};
  for (const auto& [text, message] : lies) {
    EXPECT_THAT(read(text), HasSubstr(message)) << text;
    EXPECT_THAT(read(text), StartsWith("f: ")) << text;
  }
}

TEST(DeviceProfileTest, EveryPieceOfAGoodProfileIsReadOrRefused) {
  const std::string good = example();
  int taken = 0;
  for (std::size_t size = 0; size < good.size(); size += 7) {
    if (read(good.substr(0, size)).empty()) ++taken;
    std::string without = good;
    without.erase(size, 1);
    EXPECT_LT(read(without).size(), 1000u);
    std::string other = good;
    other[size] = static_cast<char>(other[size] ^ 1);
    EXPECT_LT(read(other).size(), 1000u);
  }
  EXPECT_LE(taken, 1) << "but for the line break at its end";
}

TEST(DeviceProfileTest, AFileThatIsNoneOrTooLargeIsRefusedUnread) {
  test::TempFolder folder;
  SimulatedDevice device;
  const std::string huge = folder.file("huge.json");
  std::ofstream(huge) << "{";
  std::filesystem::resize_file(huge, 100U << 20U);
  EXPECT_EQ(read_profile(huge, device), huge + ": more than a megabyte");
  EXPECT_THAT(read_profile(folder.file("none.json"), device), HasSubstr("No such file"));
  EXPECT_THAT(read_profile(folder.path(), device), HasSubstr("is no file"));
  EXPECT_THAT(read_profile("/dev/zero", device), HasSubstr("is no file"));
  EXPECT_THAT(read(std::string((1U << 20U) + 1, ' ')), HasSubstr("more than a megabyte"));
}

class NoScheduler final : public Scheduler {
 public:
  std::chrono::milliseconds now_utc() const override { return {}; }
  std::chrono::milliseconds now_steady() const override { return {}; }
  void run_after(std::chrono::milliseconds, std::function<void()>) override {}
};

TEST(DeviceProfileTest, AProfileThatLiesRefusesTheProvider) {
  test::TempFolder folder;
  Settings settings;
  settings.device_profile = folder.file("device.json");
  std::ofstream(settings.device_profile) << "{\"schema\": 1, \"memory-mb\": 0}";
  NoScheduler scheduler;
  try {
    static_cast<void>(make_engine(settings, scheduler));
    ADD_FAILURE() << "taken";
  } catch (const std::runtime_error& e) {
    EXPECT_EQ(std::string(e.what()).find("device-profile: " + settings.device_profile), 0u);
    EXPECT_THAT(e.what(), HasSubstr("/memory-mb: must be a whole number"));
  }
}

TEST(DeviceProfileTest, WhatRunsChangeIsWrittenAndReadAgain) {
  SimulatedDevice device;
  ASSERT_EQ(read_profile_text(example(), "f", device), "");
  device.state.damaged = true;
  device.state.met["power-loss"] = 3;
  const std::string text = write_device_state(device.state);
  DeviceState again;
  ASSERT_TRUE(read_device_state(text, again));
  EXPECT_EQ(write_device_state(again), text);
  EXPECT_TRUE(again.damaged);
  EXPECT_EQ(again.met["power-loss"], 3);
  EXPECT_EQ(again.msi.size(), 1u);
  for (const char* bad : {"", "{}", "[]", "{\"schema\":1}", "x"}) {
    EXPECT_FALSE(read_device_state(bad, again)) << bad;
  }
}

}  // namespace
}  // namespace cspkit::office
