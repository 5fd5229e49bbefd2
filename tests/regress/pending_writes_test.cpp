// SPDX-License-Identifier: Apache-2.0
// A handler hands its completion to a worker and returns "pending" while the worker is writing: the
// command's thread looked at its transaction again before the writes had been turned away from it.
#define CSPKIT_STATIC_NAME busy_worker
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cspkit/provider.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dm_messages.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;

constexpr int kItems = 60;

class BusyWorker : public Provider {
 public:
  explicit BusyWorker(Host host_table) : Provider(std::move(host_table)) {
    on("Go").exec([this](Call&, const Value& value, Completion completion) {
      begin(value.data, std::move(completion));
    });
    on("Setting").replace([this](Call&, const Value& value, Completion completion) {
      begin(value.data, std::move(completion));
    });
  }
  ~BusyWorker() override {
    for (std::thread& each : workers_) each.join();
  }

 private:
  // Returns as soon as the worker has begun to write.
  void begin(const std::string& name, Completion completion) {
    auto writes = std::make_shared<std::promise<void>>();
    workers_.emplace_back([name, writes, done = std::move(completion)]() mutable {
      for (int i = 0; i < kItems; ++i) {
        done.create("Items/" + name + "-" + std::to_string(i));
        if (i == 0) writes->set_value();
      }
      done.complete();
    });
    writes->get_future().wait();
  }
  std::vector<std::thread> workers_;
};
CSPKIT_PLUGIN(BusyWorker, "BusyWorker.xml")

TEST(PendingWrites, AWorkerMayWriteWhileItsHandlerReturns) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("cspkit-pending." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string reboots =
      occurs("One") + "<MSFT:RebootBehavior>ServerInitiated</MSFT:RebootBehavior>";
  std::ofstream(folder / "BusyWorker.xml") << document(
      "./Device/Vendor/Test", node("Busy", "Get", "node", occurs("One"),
                                   node("Go", "Exec", "chr", occurs("One")) +
                                       node("Setting", "Get Replace", "chr", reboots) +
                                       node("Items", "Get", "node", occurs("One"),
                                            node("", "Get Delete", "node", occurs("ZeroOrMore")))));
  constexpr int kCommands = 60;
  {
    Result<Engine> engine = Engine::open({});
    ASSERT_TRUE(engine) << engine.error().text();
    const Status loaded = engine->add_provider(cspkit_plugin_v1_busy_worker, folder, {});
    ASSERT_TRUE(loaded.ok()) << loaded.text();
    Session session = engine->open_session(Principal::device());
    std::size_t pending = 0;
    for (int i = 0; i < kCommands; ++i) {
      const std::string name = "c" + std::to_string(i);
      const std::string command =
          i % 2 == 0 ? exec_command("1", "./Vendor/Test/Busy/Go", name)
                     : "<Replace><CmdID>1</CmdID><Item><Target><LocURI>./Vendor/Test/Busy/Setting"
                       "</LocURI></Target><Data>" +
                           name + "</Data></Item></Replace>";
      ASSERT_TRUE(session.process(message(command, static_cast<unsigned>(i + 1))));
      const std::vector<int> statuses = session.last_statuses();
      ASSERT_THAT(statuses, ElementsAre(AnyOf(200, 202))) << "200: the worker was the faster one";
      pending += statuses[0] == 202 ? 1u : 0u;
    }
    while (engine->queued_alerts().size() < pending) std::this_thread::yield();
    const Result<Value> items = session.get("./Vendor/Test/Busy/Items");
    ASSERT_TRUE(items) << items.error().text();
    const auto slashes = std::count(items->data.begin(), items->data.end(), '/');
    EXPECT_EQ(slashes + 1, kCommands * kItems) << "what was written before and after the answer";
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace cspkit::testing
