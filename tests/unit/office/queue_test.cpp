// SPDX-License-Identifier: Apache-2.0
// Settings that change what an Exec does: waiting instead of 17003, Status 0 before the first one.
#include <gtest/gtest.h>

#include <cstdlib>

#include "mini_host.hpp"
#include "office_provider.hpp"

namespace cspkit::office {
namespace {

using test::MiniHost;

const std::string kInstall =
    "<Configuration><Add><Product ID=\"O365BusinessRetail\"><Language ID=\"en-us\"/></Product>"
    "</Add></Configuration>";
const std::string kUninstall = "<Configuration><Remove All=\"TRUE\"/></Configuration>";

/// An environment variable for the life of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

class OfficeQueueTest : public testing::Test {
 protected:
  std::string status(const std::string& id, const std::string& user = {}) const {
    return host_.node("Installation/" + id + "/Status", user).value_or("none");
  }
  std::string current() {
    return host_.operate(CSPKIT_GET, "Installation/CurrentStatus", {}, {}).value;
  }
  void expect_clean() const {
    EXPECT_TRUE(host_.jobs.empty());
    for (const auto& [key, value] : host_.state) {
      EXPECT_TRUE(key == "next" || key == "machine") << key;
    }
  }
  const Variable second_{"CSPKIT_OFFICE_SECOND_EXEC", "queue"};
  MiniHost host_{&make_provider<OfficeProvider>};
};

TEST_F(OfficeQueueTest, OrdersRunOneAfterTheOther) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.exec("B", kUninstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.exec("C", kInstall, "eve").code, CSPKIT_OK);
  EXPECT_EQ(host_.node("Installation/B/Install"), kUninstall);
  const std::int64_t start = host_.utc;
  while (status("A") == "997") ASSERT_TRUE(host_.step());
  EXPECT_EQ(status("B"), "997");
  EXPECT_NE(current().find("<Product"), std::string::npos);
  while (status("B") == "997") ASSERT_TRUE(host_.step());
  EXPECT_EQ(current().find("<Product"), std::string::npos);
  EXPECT_EQ(status("C", "eve"), "997");
  host_.run_until_idle();
  EXPECT_EQ(status("A"), "0");
  EXPECT_EQ(status("B"), "0");
  EXPECT_EQ(status("C", "eve"), "0");
  EXPECT_EQ(host_.utc - start, 3000 + 1500 + 3000) << "each takes its time";
  EXPECT_NE(current().find("<Product"), std::string::npos);
  expect_clean();
}

TEST_F(OfficeQueueTest, OneThatWaitsIsAtWork) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.exec("B", kUninstall).code, CSPKIT_OK);
  EXPECT_EQ(host_.exec("B", kInstall).code, CSPKIT_BUSY);
}

TEST_F(OfficeQueueTest, DeleteTakesItOutOfTheQueue) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.exec("B", kUninstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.remove("B").code, CSPKIT_OK);
  host_.run_until_idle();
  EXPECT_EQ(status("B"), "none");
  EXPECT_NE(current().find("<Product"), std::string::npos) << "the uninstall never ran";
  expect_clean();
}

TEST_F(OfficeQueueTest, DeleteOfTheRunningOneLetsTheNextBegin) {
  ASSERT_EQ(host_.exec("A", kUninstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.exec("B", kInstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.remove("A").code, CSPKIT_OK);
  EXPECT_NE(current().find("ID=\"B\""), std::string::npos) << current();
  host_.run_until_idle();
  EXPECT_EQ(status("B"), "0");
  expect_clean();
}

TEST_F(OfficeQueueTest, ARolledBackExecDoesNotWait) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  host_.operate(CSPKIT_EXEC, "Installation/{id}/Install", {}, {"B"}, kUninstall, false);
  host_.run_until_idle();
  EXPECT_EQ(status("B"), "none");
  EXPECT_NE(current().find("<Product"), std::string::npos);
  expect_clean();
}

TEST_F(OfficeQueueTest, WaitingOutlivesTheProcess) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.exec("B", kUninstall).code, CSPKIT_OK);
  for (int restarts = 0; restarts < 200 && !host_.jobs.empty(); ++restarts) {
    host_.step();
    host_.restart();
    host_.step();
  }
  host_.run_until_idle();
  EXPECT_EQ(status("A"), "0");
  EXPECT_EQ(status("B"), "0");
  expect_clean();
}

TEST_F(OfficeQueueTest, ABrokenQueueEndsWithACode) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.exec("B", kUninstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.exec("C", kUninstall).code, CSPKIT_OK);
  host_.state["queue/00000000000000000002"] = "rubbish";
  host_.run_until_idle();
  EXPECT_EQ(status("A"), "0");
  EXPECT_EQ(status("B"), "17001");
  EXPECT_EQ(status("C"), "0") << "the next one is not held up";
  expect_clean();
}

TEST_F(OfficeQueueTest, NobodyWaitsForNobody) {
  ASSERT_EQ(host_.exec("A", kInstall).code, CSPKIT_OK);
  ASSERT_EQ(host_.exec("B", kUninstall).code, CSPKIT_OK);
  host_.jobs.erase("run-1");
  host_.state.erase("run");
  host_.state.erase("live/device//a");
  host_.restart();
  host_.run_until_idle();
  EXPECT_EQ(status("B"), "-2147418113") << "it ran, and found nothing to remove";
}

TEST(OfficeFirstStatusTest, IsZeroWhereItWasAskedFor) {
  const Variable first("CSPKIT_OFFICE_FIRST_STATUS", "0");
  MiniHost host(&make_provider<OfficeProvider>);
  ASSERT_EQ(host.operate(CSPKIT_ADD, "Installation/{id}", {}, {"A"}).code, CSPKIT_OK);
  EXPECT_EQ(host.node("Installation/A/Status"), "0");
  ASSERT_EQ(host.exec("A", kInstall).code, CSPKIT_OK);
  EXPECT_EQ(host.node("Installation/A/Status"), "997");
}

}  // namespace
}  // namespace cspkit::office
