// SPDX-License-Identifier: Apache-2.0
// The strict host in a test of one's own: silent over a provider that keeps the contract; faults at
// chosen points; late calls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cspkit/harness.hpp>
#include <cspkit/harness/matchers.hpp>
#include <cspkit/provider.hpp>
#include <memory>
#include <thread>
#include <utility>

// Of worker_provider.cpp.
extern "C" const cspkit_plugin cspkit_plugin_v1_worker;

namespace {

using cspkit::harness::Breach;
using cspkit::harness::Device;
using cspkit::harness::DeviceOptions;
using cspkit::harness::IsOk;
using cspkit::harness::StatusIs;
using cspkit::harness::StrictHost;
using cspkit::harness::ValueIs;
using testing::Contains;
using testing::Field;
using testing::IsEmpty;

std::unique_ptr<Device> open(StrictHost& strict) {
  DeviceOptions options;
  options.engine.log = strict.log_sink();
  options.plugins = {{&strict.plugin()}};
  auto device = Device::open(std::move(options));
  EXPECT_THAT(device, IsOk());
  return device ? std::move(*device) : nullptr;
}

TEST(StrictHostTest, IsSilentOverAProviderThatKeepsTheContract) {
  StrictHost strict(cspkit_plugin_v1_worker);
  auto device = open(strict);
  ASSERT_NE(device, nullptr);
  EXPECT_THAT(device->exec("./Vendor/Test/Worker/Start", "5"), StatusIs(200));
  EXPECT_TRUE(device->settle());
  EXPECT_THAT(device->get("./Vendor/Test/Worker/Done"), ValueIs("5"));
  device.reset();
  EXPECT_THAT(strict.breaches(), IsEmpty());
  EXPECT_THAT(strict.written_paths(), testing::ElementsAre("Attempts", "Done"));
  ASSERT_EQ(strict.handlers().size(), 1U);
  EXPECT_EQ(strict.handlers()[0].pattern, "Start");
  EXPECT_THAT(strict.times(), Contains(Field(&cspkit::harness::CallTime::verb, "job_run")));
}

TEST(StrictHostTest, TellsWhatAProviderHasGoingOn) {
  StrictHost strict(cspkit_plugin_v1_worker);
  const auto device = open(strict);
  ASSERT_NE(device, nullptr);
  EXPECT_EQ(strict.activity().timers, 0U);
  EXPECT_THAT(device->exec("./Vendor/Test/Worker/Start", "5"), StatusIs(200));
  device->run_until_idle();
  EXPECT_EQ(strict.activity().timers, 1U) << "of the job";
  EXPECT_TRUE(strict.pending_calls().empty());
  EXPECT_TRUE(strict.take_batch_changes().empty());
  const std::uint64_t progress = strict.activity().progress;
  device->advance(std::chrono::seconds(5));
  EXPECT_EQ(strict.activity().timers, 0U);
  EXPECT_EQ(strict.activity().batches, 0U);
  EXPECT_GT(strict.activity().progress, progress);
  const auto changes = strict.take_batch_changes();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].provider, "worker");
  EXPECT_EQ(changes[0].path, "Attempts");
  EXPECT_FALSE(changes[0].user_scope);
  EXPECT_EQ(changes[1].path, "Done");
  EXPECT_TRUE(strict.take_batch_changes().empty()) << "they were taken";
}

TEST(StrictHostTest, FaultsStrikeBeforeInAndAfterAHandler) {
  StrictHost strict(cspkit_plugin_v1_worker);
  const auto device = open(strict);
  ASSERT_NE(device, nullptr);
  const char* const start = "./Vendor/Test/Worker/Start";
  strict.inject(StrictHost::Fault::kBefore);
  EXPECT_THAT(device->exec(start, "5"), StatusIs(500));
  EXPECT_TRUE(strict.struck());
  strict.inject(StrictHost::Fault::kAfter);
  EXPECT_FALSE(strict.struck());
  EXPECT_THAT(device->exec(start, "5"), StatusIs(500));
  EXPECT_TRUE(strict.struck());
  strict.inject(StrictHost::Fault::kHostCall, 1);
  EXPECT_THAT(device->exec(start, "5"), StatusIs(420)) << "its job_start was answered FULL";
  EXPECT_TRUE(strict.struck());
  strict.inject(StrictHost::Fault::kHostCall, 2);
  EXPECT_THAT(device->exec(start, "5"), StatusIs(200));
  EXPECT_FALSE(strict.struck()) << "there is no second call";
  strict.inject(StrictHost::Fault::kNone);
  EXPECT_TRUE(device->settle());
  EXPECT_THAT(device->get("./Vendor/Test/Worker/Attempts"), ValueIs("1"));
  EXPECT_THAT(strict.breaches(), IsEmpty());
}

TEST(StrictHostTest, WhatIsLeftOutNeverReachesTheProvider) {
  StrictHost strict(cspkit_plugin_v1_worker);
  strict.leave_out([](const std::string& uri, std::uint32_t verb) {
    return uri == "./Device/Vendor/Test/Worker/Start" && verb == CSPKIT_EXEC;
  });
  const auto device = open(strict);
  ASSERT_NE(device, nullptr);
  EXPECT_THAT(device->exec("./Vendor/Test/Worker/Start", "5"), StatusIs(403));
  EXPECT_TRUE(device->engine().jobs().empty());
}

/// A provider whose host is remembered by the test, which then plays a thread that came late.
const cspkit_host* remembered = nullptr;
cspkit_code remember(const cspkit_host* host, std::size_t index, cspkit_provider** out) noexcept {
  remembered = host;
  return cspkit_plugin_v1_worker.create(host, index, out);
}

TEST(StrictHostTest, CallsAfterDestroyAreBreaches) {
  cspkit_plugin plugin = cspkit_plugin_v1_worker;
  plugin.create = remember;
  StrictHost strict(plugin);
  auto device = open(strict);
  ASSERT_NE(device, nullptr);
  device.reset();
  EXPECT_THAT(strict.breaches(), IsEmpty());
  EXPECT_EQ(remembered->complete(remembered, {1}, CSPKIT_OK), CSPKIT_STALE);
  remembered->log(remembered, CSPKIT_LOG_INFO, CSPKIT_STR("late"));
  EXPECT_EQ(remembered->run_after(
                remembered, 0, [](void*) noexcept {}, nullptr),
            0U);
  EXPECT_THAT(strict.breaches(), testing::SizeIs(3));
  EXPECT_THAT(strict.breaches(), testing::Each(Field("code", &Breach::code, "use.after-destroy")));
}

TEST(StrictHostTest, ThePlacesOfThoseThatAreGoneAreFreeAgain) {
  for (int i = 0; i < 40; ++i) {
    StrictHost strict(cspkit_plugin_v1_worker);
    EXPECT_NE(open(strict), nullptr) << i;
  }
}

// A call that a thread of the provider's own completes: the clock must not run away meanwhile.
TEST(PatienceTest, AWaitGivesThreadsRealTime) {
  const auto clock = std::make_shared<cspkit::harness::ManualClock>();
  cspkit::harness::DeterministicExecutor executor(clock);
  executor.be_patient(std::chrono::minutes(1));
  std::atomic<bool> go{false};
  std::thread worker([&] {
    while (!go) std::this_thread::yield();
  });
  const auto before = clock->steady_now();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(executor.drive(before + std::chrono::hours(1)));
  EXPECT_EQ(clock->steady_now(), before) << "it waits in real time";
  go = true;
  worker.join();
  executor.be_patient(std::chrono::milliseconds(0));
  EXPECT_FALSE(executor.drive(before + std::chrono::hours(1)));
  EXPECT_EQ(clock->steady_now(), before + std::chrono::hours(1));
}

}  // namespace
