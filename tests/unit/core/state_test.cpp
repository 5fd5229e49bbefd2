// SPDX-License-Identifier: Apache-2.0
// The state as its owner handles it: files of older versions, copies while the engine works, a look
// at what is stored.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "../store/old_files.hpp"
#include "../store/support.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

class StateTest : public TreeTest {
 protected:
  void SetUp() override {}
  store_test::TempDir dir_;
  std::string path_ = dir_.file("device.db");
};

TEST_F(StateTest, AFileOfVersion1IsThisDeviceStill) {
  store_test::make_version_1(path_);
  open(path_);
  EXPECT_EQ(get("Fixed"), "old");
  EXPECT_EQ(get("Fixed?prop=VerNo"), "7");
  EXPECT_EQ(replace("Fixed", "new"), 200);
  EXPECT_EQ(get("Fixed?prop=VerNo"), "8");
}

TEST_F(StateTest, ACopyMadeWhileOthersWriteHoldsWholeTransactions) {
  open(path_);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    Session session = engine_->open_session(Principal::device());
    for (int n = 0; !stop; ++n) {
      const std::string number = std::to_string(n);
      const std::string message =
          "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncBody><Atomic><CmdID>1</CmdID>"
          "<Replace><CmdID>2</CmdID><Item><Target><LocURI>./Vendor/Test/T/Fixed</LocURI></Target>"
          "<Data>" +
          number +
          "</Data></Item></Replace><Replace><CmdID>3</CmdID><Item><Target>"
          "<LocURI>./Vendor/Test/T/Int</LocURI></Target><Data>" +
          number + "</Data></Item></Replace></Atomic></SyncBody></SyncML>";
      if (!session.process(message) || session.last_statuses().front() != 200) break;
    }
  });
  for (int i = 0; i < 5; ++i) {
    const Status made = engine_->backup(dir_.file("copy" + std::to_string(i)));
    EXPECT_TRUE(made.ok()) << made.text();
  }
  EXPECT_EQ(engine_->backup(dir_.file("copy0")).code(), Code::kIo) << "it overwrote";
  stop = true;
  writer.join();
  for (int i = 0; i < 5; ++i) {
    session_.reset();
    engine_.reset();
    open(dir_.file("copy" + std::to_string(i)));
    const std::string text = get("Fixed");
    EXPECT_TRUE(text == "factory" || text == get("Int")) << text << " and " << get("Int");
  }
}

TEST_F(StateTest, MemoryHasNothingToCopyAndLeavesTheFileAlone) {
  open(":memory:");
  EXPECT_EQ(engine_->backup(path_).code(), Code::kNotSupported);
  EngineOptions options;
  options.state = path_;
  options.durability = Durability::kMemory;
  auto forgetful = Engine::open(options);
  ASSERT_TRUE(forgetful);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace cspkit::testing
