// SPDX-License-Identifier: Apache-2.0
#include "run_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace cspkit::office {
namespace {

using testing::HasSubstr;
using testing::Not;

class RunLogTest : public testing::Test {
 protected:
  RunLogTest() {
    std::string pattern = testing::TempDir() + "cspkit-XXXXXX";
    folder_ = std::string(::mkdtemp(pattern.data())) + "/logs";
  }
  ~RunLogTest() override { std::filesystem::remove_all(folder_.parent_path()); }
  std::string text(const std::string& name) const {
    std::ifstream in(folder_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::filesystem::path folder_;
  const Instance instance_{true, "", "A/b"};
};

TEST_F(RunLogTest, ALineForEachEvent) {
  RunLog log(folder_);
  EXPECT_TRUE(log.add(instance_, "run-1", 1'763'722'044'000, "accepted", "install\nit"));
  EXPECT_TRUE(log.add_progress(instance_, "run-1", 1'763'722'044'001, 5, "downloading"));
  EXPECT_TRUE(log.add_progress(instance_, "run-1", 1'763'722'044'002, 5, "downloading"));
  EXPECT_TRUE(log.add_progress(instance_, "run-1", 1'763'722'044'003, 6, "downloading"));
  EXPECT_EQ(text("a%2Fb.log"),
            "2025-11-21T10:47:24.000Z run-1 accepted install it\n"
            "2025-11-21T10:47:24.001Z run-1 progress 5% downloading\n"
            "2025-11-21T10:47:24.003Z run-1 progress 6% downloading\n");
}

TEST_F(RunLogTest, KnowsWhatItHas) {
  RunLog log(folder_);
  EXPECT_FALSE(log.has(instance_, "run-1", "step", "a b"));
  EXPECT_TRUE(log.add(instance_, "run-1", 0, "step", "a b"));
  EXPECT_TRUE(log.has(instance_, "run-1", "step", "a b"));
  EXPECT_FALSE(log.has(instance_, "run-1", "step", "a"));
  EXPECT_FALSE(log.has(instance_, "run-11", "step", "a b"));
  std::filesystem::rename(folder_ / "a%2Fb.log", folder_ / "a%2Fb.log.1");
  EXPECT_TRUE(log.has(instance_, "run-1", "step", "a b")) << "in the one before";
  EXPECT_TRUE(RunLog("").has(instance_, "run-1", "step", "a b")) << "nobody misses it";
}

TEST_F(RunLogTest, UsersHaveTheirOwn) {
  EXPECT_EQ(log_file_name({true, "", "X"}), "x.log");
  EXPECT_EQ(log_file_name({false, "../eve", "X"}), "..%2Feve@x.log");
}

// An {id} may be longer than the name of a file.
TEST_F(RunLogTest, LongNamesHaveALogToo) {
  RunLog log(folder_);
  const std::string many(3000, 'a');
  std::string umlauts;
  for (int i = 0; i < 300; ++i) umlauts += "\u00fc";
  for (const std::string& id : {many, many + "b", umlauts}) {
    for (const bool device : {true, false}) {
      const Instance instance{device, device ? "" : umlauts, id};
      EXPECT_TRUE(log.add(instance, "run-1", 0, "step", "x"));
      EXPECT_LE(log_file_name(instance).size(), 240U);
    }
  }
  EXPECT_NE(log_file_name({true, "", many}), log_file_name({true, "", many + "b"}));
  EXPECT_EQ(log_file_name({true, "", many}), log_file_name({true, "", std::string(3000, 'A')}));
}

TEST_F(RunLogTest, NoKeyIsWritten) {
  RunLog log(folder_);
  EXPECT_TRUE(log.add(instance_, "run-1", 0, "step", "a 7WQ2P-4KJ8M-T3RXC-9BVNH-D6GFY b"));
  EXPECT_THAT(text("a%2Fb.log"), Not(HasSubstr("7WQ2P")));
}

TEST_F(RunLogTest, ItDoesNotGrowForEver) {
  RunLog log(folder_);
  const std::string line(900, 'x');
  for (int i = 0; i < 2600; ++i) ASSERT_TRUE(log.add(instance_, "run-1", 0, "step", line));
  std::uintmax_t size = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder_)) size += file.file_size();
  EXPECT_LT(size, (2U << 20) + 2000U);
}

TEST_F(RunLogTest, WithoutAFolderNothingIsKept) {
  RunLog log("");
  EXPECT_TRUE(log.add(instance_, "run-1", 0, "step", "x"));
  RunLog lost("/proc/nowhere");
  EXPECT_FALSE(lost.add(instance_, "run-1", 0, "step", "x"));
}

}  // namespace
}  // namespace cspkit::office
