// SPDX-License-Identifier: Apache-2.0
// What was answered with success is there after a restart; two engines do not share a file.
#include <unistd.h>

#include <filesystem>

#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

class PersistenceTest : public TreeTest {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("cspkit-persist-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    open(file());
  }
  void TearDown() override {
    close();
    std::filesystem::remove_all(folder_);
  }
  std::string file() const { return (folder_ / "device.db").string(); }
  void close() {
    session_.reset();
    engine_.reset();
  }
  std::filesystem::path folder_;
};

TEST_F(PersistenceTest, EverythingSetComesBack) {
  EXPECT_EQ(replace("Fixed", "kept"), 200);
  EXPECT_EQ(add("Profiles/Home/Text", "t"), 200);
  EXPECT_EQ(replace("Bin", std::string("\0\1\2", 3)), 200);
  Session ann = engine_->open_session(Principal::for_user("ann"));
  EXPECT_TRUE(ann.replace("./User/Vendor/Test/T/Int", Value::integer(9)).ok());
  close();
  open(file());
  EXPECT_EQ(get("Fixed"), "kept");
  EXPECT_EQ(get("Profiles"), "Home");
  EXPECT_EQ(get("Bin"), std::string("\0\1\2", 3));
  EXPECT_EQ(
      text_of(engine_->open_session(Principal::for_user("ann")).get("./User/Vendor/Test/T/Int")),
      "9");
  EXPECT_EQ(get("Int"), "0");
}

TEST_F(PersistenceTest, TwoEnginesExcludeEachOther) {
  EngineOptions options;
  options.state = file();
  Result<Engine> second = Engine::open(options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), Code::kStateLocked);
  EXPECT_NE(second.error().text().find("device.db"), std::string::npos);
}

TEST_F(PersistenceTest, RowsOfAnUnknownTreeAreKeptAndReported) {
  EXPECT_EQ(replace("Fixed", "kept"), 200);
  close();
  EngineOptions options;
  options.state = file();
  {
    Result<Engine> bare = Engine::open(options);
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->orphans(), std::vector<std::string>{"./Device/Vendor/Test/T/Fixed"});
    EXPECT_EQ(text_of(bare->open_session(Principal::device()).get(uri("Fixed"))), "status 404");
  }
  open(file());
  EXPECT_TRUE(engine_->orphans().empty());
  EXPECT_EQ(get("Fixed"), "kept");
}

}  // namespace
}  // namespace cspkit::testing
