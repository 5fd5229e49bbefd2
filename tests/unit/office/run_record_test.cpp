// SPDX-License-Identifier: Apache-2.0
#include "run_record.hpp"

#include <gtest/gtest.h>

namespace cspkit::office {
namespace {

TEST(RunRecordTest, WhatIsWrittenIsRead) {
  RunOrder order;
  order.kind = RunOrder::Kind::kRefuse;
  order.instance = {false, "S-1-5-21\n%/", "a b/\xC3\xA9"};
  order.accepted = 1'763'722'044'001;
  order.due = order.accepted + 3000;
  order.configuration = "<Configuration>\n\n</Configuration>\n";
  RunOrder back;
  ASSERT_TRUE(read_run_order(write_run_order(order), back));
  EXPECT_EQ(back.kind, order.kind);
  EXPECT_FALSE(back.instance.device_scope);
  EXPECT_EQ(back.instance.user, order.instance.user);
  EXPECT_EQ(back.instance.id, order.instance.id);
  EXPECT_EQ(back.accepted, order.accepted);
  EXPECT_EQ(back.due, order.due);
  EXPECT_EQ(back.configuration, order.configuration);
}

TEST(RunRecordTest, RefusesOrdersOfAnotherKind) {
  RunOrder order;
  order.instance.id = "x";
  const std::string good = write_run_order(order);
  RunOrder out;
  ASSERT_TRUE(read_run_order(good, out));
  EXPECT_FALSE(read_run_order("", out));
  EXPECT_FALSE(read_run_order("cspkit-office-run 2" + good.substr(19), out));
  EXPECT_FALSE(read_run_order(good.substr(0, good.size() - 1), out));
  std::string unknown = good;
  unknown.replace(unknown.find("kind"), 4, "kynd");
  EXPECT_FALSE(read_run_order(unknown, out));
  std::string nameless = good;
  nameless.replace(nameless.find("id: x"), 5, "id: ");
  EXPECT_FALSE(read_run_order(nameless, out));
  std::string late = good;
  late.replace(late.find("due: 0"), 6, "due: -1");
  EXPECT_FALSE(read_run_order(late, out));
}

TEST(RunRecordTest, KeysOfOneNodeAreEqualAndOfTwoAreNot) {
  EXPECT_EQ(live_key({true, "", "ABC"}), live_key({true, "", "abc"}));
  EXPECT_NE(live_key({true, "", "abc"}), live_key({false, "u", "abc"}));
  EXPECT_NE(live_key({false, "a/b", "c"}), live_key({false, "a", "b/c"}));
  Instance instance;
  ASSERT_TRUE(read_live_key(live_key({false, "a/b", "C%d"}), instance));
  EXPECT_FALSE(instance.device_scope);
  EXPECT_EQ(instance.user, "a/b");
  EXPECT_EQ(instance.id, "c%d");
  EXPECT_FALSE(read_live_key("run", instance));
  EXPECT_FALSE(read_live_key("live/device", instance));
}

}  // namespace
}  // namespace cspkit::office
