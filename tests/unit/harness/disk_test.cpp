// SPDX-License-Identifier: Apache-2.0
// A device on a disk that fails, fills up and loses power: what was answered is what there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cspkit/harness.hpp>
#include <cspkit/harness/disk.hpp>
#include <cspkit/harness/matchers.hpp>
#include <memory>
#include <string>
#include <utility>

namespace cspkit::harness {
namespace {

using ::testing::Not;

constexpr std::string_view kShelf = R"(<?xml version="1.0"?>
<MgmtTree><VerDTD>1.2</VerDTD>
<Node><NodeName>Shelf</NodeName><Path>./Device/Vendor/Test</Path>
  <DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat>
    <Occurrence><One/></Occurrence><DFType><DDFName/></DFType></DFProperties>
  <Node><NodeName/>
    <DFProperties><AccessType><Add/><Delete/><Get/></AccessType><DFFormat><chr/></DFFormat>
      <Occurrence><ZeroOrMore/></Occurrence><Scope><Dynamic/></Scope>
      <DFType><MIME/></DFType></DFProperties></Node>
</Node></MgmtTree>)";
const std::string kRoot = "./Vendor/Test/Shelf";

class DiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    DeviceOptions options;
    options.state = "state.db";
    options.engine.file_layer = disk_.layer();
    auto opened = Device::open(std::move(options));
    ASSERT_THAT(opened, IsOk());
    device_ = *std::move(opened);
    ASSERT_THAT(device_->load_ddf_bytes(kShelf, "Shelf.xml"), IsOk());
  }
  Status put(const std::string& name, const std::string& text = "text") {
    return device_->add(kRoot + "/" + name, Value::chr(text));
  }
  Disk disk_;
  std::unique_ptr<Device> device_;
};

TEST_F(DiskTest, OutlivesTheDevice) {
  ASSERT_THAT(put("book"), IsOk());
  ASSERT_THAT(device_->restart(), IsOk());
  EXPECT_THAT(device_->get(kRoot + "/book"), ValueIs("text"));
  EXPECT_GT(disk_.writes(), 0);
  EXPECT_GT(disk_.syncs(), 0);
}

TEST_F(DiskTest, AFailureIsAnsweredAndLeavesNothing) {
  ASSERT_THAT(put("book"), IsOk());
  const Snapshot before = device_->snapshot();
  disk_.fail(Disk::Fault::kBroken);
  EXPECT_THAT(put("lost"), Not(IsOk()));
  EXPECT_EQ(device_->snapshot(), before);
  disk_.heal();
  ASSERT_THAT(device_->restart(), IsOk());
  EXPECT_EQ(device_->snapshot(), before);
  EXPECT_THAT(put("kept"), IsOk());
}

TEST_F(DiskTest, AFullOneIsToldFromABrokenOne) {
  disk_.fail(Disk::Fault::kFull);
  EXPECT_THAT(put("big", std::string(100'000, 'x')), StatusIs(420));
  disk_.heal();
  EXPECT_THAT(put("big", std::string(100'000, 'x')), IsOk());
}

TEST_F(DiskTest, FailsAtTheCallThatWasChosen) {
  // Whichever it is, the device has all of the change or nothing.
  bool passed = false;
  for (int nth = 1; !passed && nth < 100; ++nth) {
    const std::string name = "book" + std::to_string(nth);
    disk_.fail(Disk::Fault::kBroken, nth);
    passed = put(name).ok();
    EXPECT_EQ(device_->has(kRoot + "/" + name), passed) << nth;
    disk_.heal();
    ASSERT_THAT(device_->restart(), IsOk()) << nth;
    EXPECT_EQ(device_->has(kRoot + "/" + name), passed) << nth;
  }
  EXPECT_TRUE(passed) << "no change was ever without failure";
}

TEST_F(DiskTest, WhatWasAnsweredOutlivesThePower) {
  ASSERT_THAT(put("book"), IsOk());
  disk_.cut_power();
  EXPECT_FALSE(disk_.has_power());
  EXPECT_THAT(put("lost"), Not(IsOk()));
  disk_.power_on();
  ASSERT_THAT(device_->restart(), IsOk());
  EXPECT_THAT(*device_, HasNode(kRoot + "/book"));
  EXPECT_THAT(*device_, Not(HasNode(kRoot + "/lost")));
}

TEST_F(DiskTest, WhatWasNotSyncedIsLostWithIt) {
  ASSERT_THAT(put("book"), IsOk());
  disk_.cut_power_at_sync(1);
  EXPECT_THAT(put("lost"), Not(IsOk()));
  EXPECT_FALSE(disk_.has_power());
  disk_.power_on();
  ASSERT_THAT(device_->restart(), IsOk());
  EXPECT_THAT(*device_, HasNode(kRoot + "/book"));
  EXPECT_THAT(*device_, Not(HasNode(kRoot + "/lost")));
}

}  // namespace
}  // namespace cspkit::harness
