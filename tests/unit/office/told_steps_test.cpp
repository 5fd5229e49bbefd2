// SPDX-License-Identifier: Apache-2.0
// The log of a run tells each step once, whatever dies meanwhile, and what a run that waited is to
// do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "../../lib/temp_folder.hpp"
#include "mini_host.hpp"
#include "office_provider.hpp"

namespace cspkit::office {
namespace {

using test::MiniHost;
using testing::HasSubstr;
using testing::Not;

const std::string kInstall =
    "<Configuration><Add><Product ID=\"O365BusinessRetail\"><Language ID=\"en-us\"/></Product>"
    "</Add></Configuration>";

class ToldStepsTest : public testing::Test {
 protected:
  ~ToldStepsTest() override {
    for (const char* name : {"CSPKIT_OFFICE_LOG_FOLDER", "CSPKIT_OFFICE_SECOND_EXEC"}) {
      ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
    }
  }
  // Before a host is made.
  void log_to(const std::string& folder) {
    logs_ = folder_.file(folder);
    ::setenv("CSPKIT_OFFICE_LOG_FOLDER", logs_.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  std::string log(const std::string& id) const {
    std::ifstream in(logs_ + "/" + id + ".log");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> steps(const std::string& id) const {
    std::vector<std::string> out;
    std::istringstream in(log(id));
    for (std::string line; std::getline(in, line);) {
      const std::size_t at = line.find(" step ");
      if (at != std::string::npos) out.push_back(line.substr(at + 6));
    }
    return out;
  }
  test::TempFolder folder_;
  std::string logs_;
};

TEST_F(ToldStepsTest, ARestartLosesNoneAndRepeatsNone) {
  log_to("whole");
  {
    MiniHost host(&make_provider<OfficeProvider>);
    ASSERT_EQ(host.exec("a", kInstall).code, CSPKIT_OK);
    host.run_until_idle();
  }
  const std::vector<std::string> whole = steps("a");
  ASSERT_GE(whole.size(), 3u);
  for (int taken = 0;; ++taken) {
    ASSERT_LT(taken, 1000);
    log_to(std::to_string(taken));
    MiniHost host(&make_provider<OfficeProvider>);
    ASSERT_EQ(host.exec("a", kInstall).code, CSPKIT_OK);
    bool more = true;
    for (int i = 0; i < taken && more; ++i) more = host.step();
    if (!more) break;
    host.utc += 200;  // before the step in which it died was told, perhaps
    host.restart();
    host.run_until_idle();
    EXPECT_EQ(steps("a"), whole) << "dead after " << taken;
  }
}

TEST_F(ToldStepsTest, OneThatWaitedSaysWhatItIsToDo) {
  log_to("logs");
  ::setenv("CSPKIT_OFFICE_SECOND_EXEC", "queue", 1);  // NOLINT(concurrency-mt-unsafe)
  MiniHost host(&make_provider<OfficeProvider>);
  ASSERT_EQ(host.exec("a", kInstall).code, CSPKIT_OK);
  ASSERT_EQ(host.exec("b", kInstall).code, CSPKIT_OK);
  host.run_until_idle();
  EXPECT_THAT(log("b"), HasSubstr("waits install O365BusinessRetail, after run-1\n"));
  EXPECT_THAT(log("b"), HasSubstr("accepted install O365BusinessRetail\n"));
  EXPECT_THAT(log("b"), HasSubstr("step it waited as run-2\n"));
  EXPECT_THAT(log("a"), Not(HasSubstr("waited")));
}

}  // namespace
}  // namespace cspkit::office
