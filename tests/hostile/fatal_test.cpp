// SPDX-License-Identifier: Apache-2.0
// What no host can catch, so that the README says how it ends and not more. Each runs in a process
// of its own.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "zoo.hpp"

namespace cspkit::test {
namespace {

class Fatal : public ZooTest {
 protected:
  Fatal() { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

TEST_F(Fatal, StaticStorageThatThrowsEndsTheProcess) {
  EXPECT_EXIT(static_cast<void>(load("static_throws")), testing::KilledBySignal(SIGABRT),
              "static storage on fire");
}

#if !defined(__clang__)  // whose programs let it pass on to whoever called the engine
TEST_F(Fatal, AnExceptionOutOfACFunctionEndsTheProcess) {
  EXPECT_EXIT(
      {
        static_cast<void>(load("escapes"));
        static_cast<void>(device().get("./Device/Vendor/Zoo/Text"));
      },
      testing::KilledBySignal(SIGABRT), "out of the C boundary");
}
#endif

TEST_F(Fatal, AThreadThatOutlivesItsLibraryEndsTheProcess) {
  EXPECT_EXIT(
      {
        static_cast<void>(load("thread_left"));
        close();
        for (;;) ::pause();
      },
      testing::KilledBySignal(SIGSEGV), "");
}

}  // namespace
}  // namespace cspkit::test
