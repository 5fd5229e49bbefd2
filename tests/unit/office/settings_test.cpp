// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

#include "engines.hpp"

namespace cspkit::office {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string read(const std::map<std::string, std::string>& variables, Settings& settings) {
  return read_settings(
      [&](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
      },
      settings);
}

TEST(SettingsTest, WithoutAnythingItSimulates) {
  Settings settings;
  EXPECT_EQ(read({}, settings), "");
  EXPECT_EQ(settings.engine, EngineKind::kSimulate);
  EXPECT_FALSE(settings.queue);
  EXPECT_FALSE(settings.status_zero);
  EXPECT_EQ(settings.timing.install, milliseconds(3000));
  EXPECT_EQ(settings.process.url, "https://officecdn.microsoft.com/pr/wsus/setup.exe");
}

TEST(SettingsTest, AFileAndVariablesOverIt) {
  const std::string file = testing::TempDir() + "cspkit-office-settings";
  std::ofstream(file) << "# of the depot\r\n\n  engine = process \r\nsecond-exec=queue\n"
                         "run-time-s = 60\nsigner = A = B\nproxy =\n";
  Settings settings;
  EXPECT_EQ(read({{"CSPKIT_OFFICE_SETTINGS", file},
                  {"CSPKIT_OFFICE_RUN_TIME_S", "90"},
                  {"CSPKIT_OFFICE_INSTALL_MS", "5"},
                  {"CSPKIT_OFFICE_FIRST_STATUS", "0"}},
                 settings),
            "");
  std::remove(file.c_str());
  EXPECT_EQ(settings.engine, EngineKind::kProcess);
  EXPECT_TRUE(settings.queue);
  EXPECT_TRUE(settings.status_zero);
  EXPECT_EQ(settings.process.run_time, seconds(90));
  EXPECT_EQ(settings.process.signer, "A = B");
  EXPECT_EQ(settings.timing.install, milliseconds(5));
}

TEST(SettingsTest, WhatIsWrongIsToldWithItsPlace) {
  Settings settings;
  const std::pair<const char*, const char*> lines[] = {
      {"\nengine = virtual", "f:2: engine must be simulate or process, not 'virtual'"},
      {"motor = process", "f:1: there is no setting 'motor'"},
      {"engine", "f:1: a line is \"name = value\""},
      {"install-ms = -1", "milliseconds"},
      {"install-ms = 86400001", "milliseconds"},
      {"install-ms = 5 minutes", "milliseconds"},
      {"run-time-s = 0", "seconds"},
      {"download-tries = 101", "1 to 100"},
      {"download-bytes = 99999999999999999999", "bytes"},
      {"verbose = yes", "on or off"},
      {"signature = none", "authenticode or cms"}};
  for (const auto& [text, message] : lines) {
    EXPECT_THAT(read_settings_text(text, "f", settings), HasSubstr(message)) << text;
  }
  EXPECT_THAT(read({{"CSPKIT_OFFICE_ENGINE", "x"}}, settings),
              StartsWith("CSPKIT_OFFICE_ENGINE: "));
  EXPECT_THAT(read({{"CSPKIT_OFFICE_SETTINGS", "/absent"}}, settings),
              AllOf(HasSubstr("/absent"), HasSubstr("CSPKIT_OFFICE_SETTINGS")));
}

TEST(SettingsTest, EveryOneStandsInTheReadme) {
  std::ifstream in(CSPKIT_OFFICE_README);
  const std::string readme{std::istreambuf_iterator<char>(in), {}};
  ASSERT_FALSE(readme.empty());
  for (const std::string_view name : setting_names()) {
    EXPECT_NE(readme.find("| `" + std::string(name) + "` |"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace cspkit::office
