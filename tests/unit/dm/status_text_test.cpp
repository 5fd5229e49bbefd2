// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cspkit/syncml_status.hpp>
#include <string>

namespace cspkit {
namespace {

TEST(SyncmlStatusText, EveryStatusOfTheTableHasOneAndBeginsWithIt) {
  for (int code = -300; code < 10; ++code) {
    const int status = syncml_status(static_cast<Code>(code));
    EXPECT_EQ(std::string(syncml_status_text(status)).rfind(std::to_string(status) + " ", 0), 0u)
        << status;
  }
  EXPECT_STREQ(syncml_status_text(404), "404 Not found");
  EXPECT_STREQ(syncml_status_text(-1), "unknown status");
}

}  // namespace
}  // namespace cspkit
