// SPDX-License-Identifier: Apache-2.0
#include "simulated_click_to_run.hpp"

#include <gtest/gtest.h>

#include "device_fixture.hpp"

namespace cspkit::office {
namespace {

using std::chrono::milliseconds;

const char* const kInstall =
    "<Configuration><Add><Product ID=\"O365ProPlusRetail\"><Language ID=\"en-us\"/></Product></Add>"
    "</Configuration>";
const char* const kUninstall = "<Configuration><Remove All=\"TRUE\"/></Configuration>";

using Recorder = test::RunNotes;

class SimulatedClickToRunTest : public testing::Test {
 protected:
  RunRequest request(const std::string& configuration, milliseconds due, milliseconds expected) {
    RunRequest r;
    r.run = "run-1";
    r.configuration = configuration;
    r.due = due.count();
    r.expected = expected.count();
    return r;
  }
  test::ManualScheduler scheduler_;
  SimulatedClickToRun engine_{scheduler_, {milliseconds(3000), milliseconds(1500)}};
  std::shared_ptr<Recorder> recorder_ = std::make_shared<Recorder>();
};

TEST_F(SimulatedClickToRunTest, TakesItsTimeAndReportsPercent) {
  const milliseconds start = scheduler_.utc;
  engine_.run(request(kInstall, start + milliseconds(3000), milliseconds(3000)), recorder_);
  EXPECT_TRUE(recorder_->percents.empty()) << "nothing happens inside run()";
  while (scheduler_.step()) {
  }
  ASSERT_TRUE(recorder_->result);
  EXPECT_EQ(recorder_->result->status, kSuccess);
  EXPECT_EQ(scheduler_.utc - start, milliseconds(3000));
  ASSERT_GE(recorder_->percents.size(), 10u);
  EXPECT_EQ(recorder_->percents.front(), 0);
  EXPECT_TRUE(std::is_sorted(recorder_->percents.begin(), recorder_->percents.end()));
  EXPECT_LT(recorder_->percents.back(), 100);
}

TEST_F(SimulatedClickToRunTest, ARunThatIsOverdueEndsAtOnce) {
  engine_.run(request(kInstall, scheduler_.utc - milliseconds(1), milliseconds(3000)), recorder_);
  EXPECT_TRUE(scheduler_.step());
  EXPECT_TRUE(recorder_->result);
  EXPECT_TRUE(recorder_->percents.empty());
}

TEST_F(SimulatedClickToRunTest, AWallClockSetBackDoesNotMakeARunLonger) {
  const milliseconds start = scheduler_.steady;
  engine_.run(request(kInstall, scheduler_.utc + milliseconds(86'400'000), milliseconds(3000)),
              recorder_);
  while (scheduler_.step()) {
  }
  EXPECT_TRUE(recorder_->result);
  EXPECT_EQ(scheduler_.steady - start, milliseconds(3000));
}

TEST_F(SimulatedClickToRunTest, StopsWhenNobodyWantsItAnyMore) {
  recorder_->stop_after = 3;
  engine_.run(request(kInstall, scheduler_.utc + milliseconds(3000), milliseconds(3000)),
              recorder_);
  while (scheduler_.step()) {
  }
  EXPECT_EQ(recorder_->percents.size(), 3u);
  EXPECT_FALSE(recorder_->result);
}

TEST_F(SimulatedClickToRunTest, ExpectsLongerForAnInstallThanForAnUninstall) {
  const auto expected = [&](const char* text) {
    return engine_.expected(odt::check(text), {}, {});
  };
  EXPECT_EQ(expected(kInstall), milliseconds(3000));
  EXPECT_EQ(expected(kUninstall), milliseconds(1500));
  EXPECT_EQ(expected("<Configuration/>"), milliseconds(0));
}

}  // namespace
}  // namespace cspkit::office
