// SPDX-License-Identifier: Apache-2.0
// The whole table of codes on the process engine: what the tool says, the node Status says.
#include <gtest/gtest.h>

#include <cspkit/odt/codes.hpp>
#include <set>

#include "../status_table.hpp"
#include "certificate_codes.hpp"
#include "pipeline.hpp"
#include "simulation_rules.hpp"

namespace cspkit::office::process {
namespace {

using test::kStatusRows;
using test::Origin;

// Which the pipeline says itself, before the tool runs: engine_faults_test.cpp makes each of them.
bool is_before_the_tool(std::int32_t status) {
  const std::set<std::int32_t> early = {kInvalidSignature, kDownloadFailed};
  constexpr std::uint32_t kTrust = 0x800B0000;
  return early.count(status) != 0 || (static_cast<std::uint32_t>(status) & 0xFFFF0000U) == kTrust;
}

TEST(ProcessStatusCodesTest, EveryNumberIsPassedOnHoweverItIsWritten) {
  std::set<std::int32_t> passed;
  int early = 0;
  for (const test::StatusRow& row : kStatusRows) {
    if (row.origin == Origin::kScreen || row.origin == Origin::kProvider) continue;
    const std::uint32_t code = row.code == "(any)" ? 0x800B010CU : *odt::read_code(row.code);
    const auto status = static_cast<std::int32_t>(code);
    Outcome outcome;
    outcome.how = Outcome::How::kExit;
    outcome.code = static_cast<int>(code & 0xFFU);  // all that POSIX leaves of it
    EXPECT_EQ(status_of(outcome, std::to_string(code)), status) << row.code;
    EXPECT_EQ(status_of(outcome, std::to_string(status) + "\n"), status) << row.code;
    if (code < 256) {
      EXPECT_EQ(status_of(outcome, ""), status) << row.code;
    }
    if (!passed.insert(status).second) continue;
    early += is_before_the_tool(status) ? 1 : 0;
  }
  EXPECT_GT(passed.size(), 60u);
  std::printf("%zu numbers passed on; %d of them the pipeline says itself, too\n", passed.size(),
              early);
}

TEST(ProcessStatusCodesTest, WhatIsNoEndIsNone) {
  Outcome outcome;
  outcome.how = Outcome::How::kExit;
  EXPECT_EQ(status_of(outcome, "997"), kCompletingScenario) << "in progress";
  for (const test::StatusRow& row : kStatusRows) {
    if (row.origin != Origin::kScreen) continue;
    outcome.code = 7;
    const std::int32_t status = status_of(outcome, row.code);
    // "(12)" and "30088-1008" are no numbers: the exit code counts.
    EXPECT_EQ(status, 7) << row.code;
  }
}

}  // namespace
}  // namespace cspkit::office::process
