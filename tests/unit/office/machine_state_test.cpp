// SPDX-License-Identifier: Apache-2.0
#include "machine_state.hpp"

#include <gtest/gtest.h>

namespace cspkit::office {
namespace {

TEST(MachineStateTest, NothingKnownIsNothingSaid) {
  EXPECT_EQ(write_machine_state({}), "");
  MachineState state;
  EXPECT_TRUE(read_machine_state("", state));
  EXPECT_FALSE(state.is_installed());
}

TEST(MachineStateTest, WhatIsWrittenIsRead) {
  MachineState state;
  state.version = "16.0.1.2";
  state.edition = "32";
  state.channel = "Current";
  state.update_channel = "SemiAnnual";
  state.products.push_back({"O365ProPlusRetail", {"en-us", "de-de"}, {"Access", "Teams"}});
  state.products.push_back({"VisioProRetail", {"en-us"}, {}});
  state.last_run =
      RunRecord{true, "a<b>&\"\n", "install", 1603, 1'763'722'044'001, 1'763'722'045'002};
  const std::string text = write_machine_state(state);
  MachineState back;
  ASSERT_TRUE(read_machine_state(text, back)) << text;
  EXPECT_EQ(write_machine_state(back), text);
  EXPECT_EQ(back.products.at(0).excluded_apps, state.products[0].excluded_apps);
  EXPECT_EQ(describe(back),
            "16.0.1.2, 32-bit, Current, updates from SemiAnnual: O365ProPlusRetail (en-us, de-de; "
            "without Access, Teams), VisioProRetail (en-us)");
  EXPECT_EQ(describe({}), "nothing");
  EXPECT_EQ(back.last_run->instance, "a<b>&\"\n");
  EXPECT_EQ(back.last_run->ended, 1'763'722'045'002);
  EXPECT_NE(text.find("FinalStatus=\"60\""), std::string::npos);
}

TEST(MachineStateTest, ARunInProgressHasNoEnd) {
  MachineState state;
  state.last_run = RunRecord{false, "", "install", kInProgress, 1000, 0};
  EXPECT_EQ(write_machine_state(state),
            "<OfficeStatus Schema=\"1\"><LastRun Scope=\"User\" Action=\"install\" Status=\"997\" "
            "Started=\"1970-01-01T00:00:01.000Z\"/></OfficeStatus>");
}

TEST(MachineStateTest, RefusesWhatItDidNotWrite) {
  MachineState state;
  EXPECT_FALSE(read_machine_state("<Office/>", state));
  EXPECT_FALSE(read_machine_state("rubbish", state));
  EXPECT_FALSE(read_machine_state("<OfficeStatus>", state));
}

TEST(MachineStateTest, Times) {
  EXPECT_EQ(format_utc(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_utc(951'782'400'123), "2000-02-29T00:00:00.123Z");
  EXPECT_EQ(parse_utc("2000-02-29T00:00:00.123Z"), 951'782'400'123);
  EXPECT_EQ(parse_utc("2001-02-29T00:00:00.123Z"), 0);
  EXPECT_EQ(parse_utc("yesterday"), 0);
}

TEST(MachineStateTest, FinalStatusFollowsStatus) {
  EXPECT_EQ(final_status(0), 70);
  EXPECT_EQ(final_status(1603), 60);
  EXPECT_EQ(final_status(-2147418113), 60);
}

}  // namespace
}  // namespace cspkit::office
