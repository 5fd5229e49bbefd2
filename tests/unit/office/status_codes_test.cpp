// SPDX-License-Identifier: Apache-2.0
// The whole table of codes on the simulated device. The process engine's side: process/.
#include <gmock/gmock.h>

#include <cspkit/odt/codes.hpp>
#include <cstdlib>
#include <fstream>
#include <set>

#include "device_fixture.hpp"
#include "mini_host.hpp"
#include "office_provider.hpp"
#include "status_table.hpp"

namespace cspkit::office {
namespace {

using test::kStatusRows;
using test::Origin;
using test::StatusRow;
using test::TestDevice;
using testing::HasSubstr;

std::int32_t number(const StatusRow& row) {
  if (row.code == "(any)") return static_cast<std::int32_t>(0x800B010C);
  return static_cast<std::int32_t>(odt::read_code(row.code).value());
}

const std::string& configuration(const StatusRow& row) {
  return row.configuration.empty() ? test::kSuiteXml : row.configuration;
}

TEST(StatusCodesTest, EveryStatusIsProducedByADeviceAndAConfiguration) {
  std::set<std::string> produced;
  int causes = 0;
  for (const StatusRow& row : kStatusRows) {
    if (row.origin != Origin::kDevice) continue;
    TestDevice device(row.device);
    const std::string before = write_machine_state(device.machine);
    EXPECT_EQ(device.run(configuration(row)), number(row)) << row.code << ": " << device.text();
    EXPECT_FALSE(device.text().empty());
    if (row.code != "0") {
      EXPECT_EQ(write_machine_state(device.machine), before) << row.code;
    }
    produced.insert(row.code);
    ++causes;
  }
  std::printf("%zu values of Status from %d devices and configurations\n", produced.size(), causes);
}

TEST(StatusCodesTest, EveryCodeOfTheScreenStandsInTheLog) {
  int screens = 0, injected = 0;
  for (const StatusRow& row : kStatusRows) {
    if (row.origin != Origin::kScreen) continue;
    injected += row.device.find("tool-exit") != std::string::npos ? 1 : 0;
    TestDevice device(row.device);
    EXPECT_NE(device.run(configuration(row)), kSuccess) << row.code;
    EXPECT_THAT(device.text(), HasSubstr("(screen code " + row.code + ")"));
    ++screens;
  }
  EXPECT_EQ(injected, 1) << "all but the one without a known cause come from the device";
  std::printf("%d codes of the screen, %d of them injected\n", screens, injected);
}

TEST(StatusCodesTest, AForeignCodeOfTheToolIsPassedOn) {
  int foreign = 0;
  for (const StatusRow& row : kStatusRows) {
    if (row.origin != Origin::kForeign) continue;
    TestDevice device(test::with_fault("tool-exit", ", \"status\": \"" + row.code + "\""));
    EXPECT_EQ(device.run(test::kSuiteXml), number(row)) << row.code << ", of " << row.why;
    EXPECT_EQ(final_status(number(row)), kFinalFailed);
    EXPECT_FALSE(odt::explain_code(row.code).empty()) << row.code;
    ++foreign;
  }
  std::printf("%d codes of others, passed on\n", foreign);
}

TEST(StatusCodesTest, TheProviderSaysTheRest) {
  std::set<std::string> said;
  test::MiniHost host(&make_provider<OfficeProvider>);
  const auto read = [&](const std::string& id, const char* name) {
    said.insert(host.node("Installation/" + id + "/" + name).value_or("none"));
  };
  ASSERT_EQ(host.exec("good", test::kSuiteXml).code, CSPKIT_OK);
  read("good", "Status");
  host.run_until_idle();
  read("good", "FinalStatus");
  ASSERT_EQ(host.exec("bad", "<Configuration/>").code, CSPKIT_OK);
  host.run_until_idle();
  read("bad", "FinalStatus");
  std::set<std::string> wanted;
  for (const StatusRow& row : kStatusRows) {
    if (row.origin == Origin::kProvider) wanted.insert(row.code);
  }
  EXPECT_EQ(said, wanted);
}

TEST(StatusCodesTest, NoCodeIsWithoutAnAnswer) {
  std::set<std::uint32_t> numbers;
  std::set<std::string> screens;
  for (const StatusRow& row : kStatusRows) {
    if (row.origin == Origin::kScreen) {
      const auto meanings = odt::explain_code(row.code);
      ASSERT_EQ(meanings.size(), 1u) << row.code;
      screens.emplace(meanings.front().screen);
    } else {
      numbers.insert(static_cast<std::uint32_t>(number(row)));
    }
  }
  // Those of apps on phones and of Windows apps are no business of this provider.
  int checked = 0;
  for (const odt::CodeInfo& info : odt::all_codes()) {
    if (info.origin.find(" app") != std::string_view::npos) continue;
    ++checked;
    if (info.screen.empty()) {
      EXPECT_EQ(numbers.count(info.code), 1u) << info.code << " of " << info.origin;
    } else {
      EXPECT_EQ(screens.count(std::string(info.screen)), 1u) << info.screen;
    }
  }
  EXPECT_GT(checked, 70);
  std::printf("%zu numbers and %zu codes of the screen answer %d known meanings\n", numbers.size(),
              screens.size(), checked);
}

// The page that tells the causes, and which of them are documented, leaves none out.
TEST(StatusCodesTest, ThePageNamesThemAll) {
  std::ifstream in(CSPKIT_OFFICE_STATUS_CODES, std::ios::binary);
  const std::string page((std::istreambuf_iterator<char>(in)), {});
  for (const StatusRow& row : kStatusRows) {
    if (row.origin == Origin::kForeign || row.code == "(any)") continue;
    const bool trust = row.code.rfind("0x800B", 0) == 0;
    EXPECT_THAT(page, HasSubstr(trust ? "0x800B...." : row.code)) << row.code;
  }
}

// The table as it was collected, where it lies beside the corpus.
TEST(StatusCodesTest, TheCollectedTableHasNoOther) {
  const char* corpus = std::getenv("CSPKIT_CORPUS");
  const std::string file = std::string(corpus != nullptr ? corpus : CSPKIT_DEFAULT_CORPUS) +
                           "/../facts/office/status-codes.tsv";
  std::ifstream in(file);
  if (!in) GTEST_SKIP() << "there is no " << file;
  std::set<std::string> rows;
  for (const StatusRow& row : kStatusRows) rows.insert(row.code);
  std::string line;
  std::getline(in, line);
  int count = 0, silent = 0;
  while (std::getline(in, line)) {
    const std::string code = line.substr(0, line.find('\t'));
    ++count;
    if (rows.count(code) == 0) ++silent;
    EXPECT_EQ(rows.count(code), 1u) << code << " is in no list";
  }
  EXPECT_GT(count, 70);
  std::printf("%d rows, %d of them in no list\n", count, silent);
}

}  // namespace
}  // namespace cspkit::office
