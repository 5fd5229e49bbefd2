// SPDX-License-Identifier: Apache-2.0
// Who may wait for whom: handlers for their workers, jobs for their batches, providers for each
// other's nodes. Nothing here may hang; what cannot come is given up at the deadline.
#define CSPKIT_STATIC_NAME waiting
#include <gmock/gmock.h>

#include <atomic>
#include <cspkit/provider.hpp>
#include <future>
#include <thread>

#include "../store/support.hpp"
#include "dm_messages.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

using ::testing::ElementsAre;

/// Two of a kind, "First" and "Second".
class Twin : public Provider {
 public:
  explicit Twin(Host host_table) : Provider(std::move(host_table)) {
    on("Computed").get([] {
      if (on_read) on_read();
      return "computed";
    });
    on("Later").get([this](Call&, Completion completion) {
      const std::lock_guard lock(mutex_);
      later_.push_back(std::move(completion));
      ++waiting;
    });
    on("Answer").exec([this] {
      const std::lock_guard lock(mutex_);
      for (Completion& each : later_) {
        each.set_value("later");
        each.complete();
      }
      later_.clear();
    });
    // Reads what its value names, of whomever.
    on("Read").exec([](Call& call, const Value& value) {
      const Result<Value> other = call.read(value.data);
      call.set("Seen",
               other ? other->data : std::to_string(static_cast<int>(other.error().code())));
    });
    // Sets nodes that it handles itself, and one of its own.
    on("Handled").replace([](Call& call, const Value& value) {
      call.set("Handled", "its own " + value.data);
      call.set("Seen", value.data);
    });
    // Its worker works with the call's handle while the handler waits.
    on("Delegate").exec([](Call& call, const Value& value) {
      std::thread([&] {
        call.set("Value", value.data);
        const Result<Value> back = call.read("Value");
        call.set("Seen", back ? back->data : "nothing");
      }).join();
    });
    // The worker waits for a batch that cannot be applied before the call has ended.
    on("Stuck").exec([this](Call&, Completion completion) {
      worker_ = std::thread([this, mine = std::move(completion)]() mutable {
        wait_for_batch("Value", "by the batch");
        stuck = mine.complete();
      });
    });
    on("Work").exec([](Call& call, const Value& value) { call.job_start(value.data, ""); });
  }
  ~Twin() override {
    if (worker_.joinable()) worker_.join();
  }
  void job_run(std::string_view id, std::string_view, std::uint32_t) override {
    may_work.wait();
    wait_for_batch("Seen", std::string(id));
    Batch batch = host().open_batch(Scope::kDevice, "");
    batch.job_end(std::string(id));
    std::move(batch).submit();
  }

  static std::atomic<int> waiting;
  static std::atomic<Code> stuck;
  static std::shared_future<void> may_work;  // jobs
  static std::function<void()> on_read;

 private:
  void wait_for_batch(const char* path, const std::string& value) {
    std::promise<Code> applied;
    Batch batch = host().open_batch(Scope::kDevice, "");
    batch.set(path, value);
    std::move(batch).submit([&applied](Code code) { applied.set_value(code); });
    EXPECT_EQ(applied.get_future().get(), Code::kOk);
  }
  std::mutex mutex_;
  std::vector<Completion> later_;
  std::thread worker_;
};
std::atomic<int> Twin::waiting{0};
std::atomic<Code> Twin::stuck{Code::kOk};
std::shared_future<void> Twin::may_work;
std::function<void()> Twin::on_read;

class First : public Twin {
 public:
  using Twin::Twin;
};
class Second : public Twin {
 public:
  using Twin::Twin;
};
CSPKIT_PLUGINS("org.example.waiting", "1.0.0", CSPKIT_PROVIDER(First, "First.xml"),
               CSPKIT_PROVIDER(Second, "Second.xml"))

std::string twin_ddf(const char* name) {
  const auto leaf = [](const char* leaf_name, const char* access) {
    return node(leaf_name, access, "chr", occurs("One"));
  };
  return document("./Device/Vendor/Test",
                  node(name, "Get", "node", occurs("One"),
                       leaf("Computed", "Get") + leaf("Later", "Get") + leaf("Answer", "Exec") +
                           leaf("Read", "Exec") + leaf("Delegate", "Exec") + leaf("Stuck", "Exec") +
                           leaf("Work", "Exec") + leaf("Handled", "Get Replace") +
                           leaf("Seen", "Get") + leaf("Value", "Get Replace")));
}

/// With handlers on their callers' threads, and on their own.
class WaitingTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    Twin::waiting = 0;
    Twin::stuck = Code::kOk;
    Twin::on_read = nullptr;
    store_test::write_file(dir_.file("First.xml"), twin_ddf("First"));
    store_test::write_file(dir_.file("Second.xml"), twin_ddf("Second"));
    open(std::chrono::seconds(60));
  }
  void open(std::chrono::milliseconds deadline) {
    engine_.reset();
    EngineOptions options;
    options.call_deadline = deadline;
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::make_unique<Engine>(*std::move(opened));
    ProviderOptions how;
    how.offload = GetParam();
    const Status loaded = engine_->add_provider(cspkit_plugin_v1_waiting, dir_.path(), how);
    ASSERT_TRUE(loaded.ok()) << loaded.text();
  }
  Session session() { return engine_->open_session(Principal::device()); }
  static std::string uri(const std::string& below) { return "./Vendor/Test/" + below; }
  std::string get(const std::string& below) { return text_of(session().get(uri(below))); }
  int exec(const std::string& below, const std::string& value) {
    return syncml_status(session().exec(uri(below), Value::chr(value)));
  }

  store_test::TempDir dir_;
  std::unique_ptr<Engine> engine_;
};

TEST_P(WaitingTest, AWorkerUsesTheCallsHandleWhileItsHandlerWaits) {
  EXPECT_EQ(exec("First/Delegate", "x"), 200);
  EXPECT_EQ(get("First/Value"), "x");
  EXPECT_EQ(get("First/Seen"), "x");
}

TEST_P(WaitingTest, AHandlerSetsTheNodeItHandles) {
  Session mine = session();
  EXPECT_TRUE(mine.replace(uri("First/Handled"), Value::chr("v")).ok());
  EXPECT_EQ(get("First/Handled"), "its own v");
  EXPECT_EQ(get("First/Seen"), "v");
}

TEST_P(WaitingTest, ProvidersReadEachOthersNodesAtTheSameTime) {
  constexpr int kRounds = 50;
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  const auto reading = [&](const std::string& mine, const std::string& other) {
    Session its = session();
    for (int i = 0; i < kRounds; ++i) {
      const std::string value = std::to_string(i);
      if (!its.replace(uri(mine + "/Value"), Value::chr(value)).ok()) ++wrong;
      if (!its.exec(uri(mine + "/Read"), Value::chr(uri(other + "/Value"))).ok()) ++wrong;
      if (text_of(its.get(uri(other + "/Computed"))) != "computed") ++wrong;
    }
  };
  std::thread reader([&] {
    Session its = session();
    while (!stop) {
      if (text_of(its.get(uri("First/Computed"))) != "computed") ++wrong;
      if (text_of(its.get(uri("Second/Computed"))) != "computed") ++wrong;
    }
  });
  std::thread first([&] { reading("First", "Second"); });
  std::thread second([&] { reading("Second", "First"); });
  first.join();
  second.join();
  stop = true;
  reader.join();
  EXPECT_EQ(wrong, 0);
  // The one that came last has seen the other's last value.
  const std::string last = std::to_string(kRounds - 1);
  EXPECT_TRUE(get("First/Seen") == last || get("Second/Seen") == last);
}

TEST_P(WaitingTest, AComputedNodeIsNotReadFromAHandler) {
  const std::string refused = std::to_string(static_cast<int>(Code::kNotSupported));
  EXPECT_EQ(exec("First/Read", uri("Second/Computed")), 200);
  EXPECT_EQ(get("First/Seen"), refused);
  EXPECT_EQ(exec("First/Read", uri("First/Computed")), 200);
  EXPECT_EQ(get("First/Seen"), refused);
}

TEST_P(WaitingTest, AGetThatIsAnsweredLaterKeepsNobodyWaiting) {
  auto first = std::async(std::launch::async, [this] { return get("First/Later"); });
  auto second = std::async(std::launch::async, [this] { return get("First/Later"); });
  while (Twin::waiting != 2) std::this_thread::yield();
  EXPECT_EQ(get("First/Computed"), "computed");
  EXPECT_EQ(exec("First/Delegate", "meanwhile"), 200);
  EXPECT_EQ(exec("First/Answer", ""), 200) << "the command itself ends them";
  EXPECT_EQ(first.get(), "later");
  EXPECT_EQ(second.get(), "later");
}

/// Of these the engine's own deadline is short.
class ShortDeadlineTest : public WaitingTest {};

TEST_P(ShortDeadlineTest, ACommandThatWaitsForItsOwnBatchIsGivenUp) {
  open(std::chrono::milliseconds(100));
  EXPECT_EQ(exec("First/Stuck", ""), 500);
  while (get("First/Value") != "by the batch") std::this_thread::yield();
  EXPECT_EQ(exec("First/Delegate", "goes on"), 200);
  engine_.reset();
  EXPECT_EQ(Twin::stuck.load(), Code::kStale);
}

// A change between its reading and its writing would be acknowledged, and lost under what it read.
TEST_P(ShortDeadlineTest, NothingChangesBetweenTheReadingAndTheWritingOfACopy) {
  open(std::chrono::milliseconds(200));
  Session other = session();
  Status between;
  Twin::on_read = [&] { between = other.replace(uri("Second/Value"), Value::chr("between")); };
  Session mine = session();
  ASSERT_TRUE(mine.process(message("<Copy><CmdID>1</CmdID><Item><Target><LocURI>" +
                                   uri("Second/Value") + "</LocURI></Target><Source><LocURI>" +
                                   uri("First/Computed") + "</LocURI></Source></Item></Copy>")));
  EXPECT_THAT(mine.last_statuses(), ElementsAre(200));
  EXPECT_EQ(between.code(), Code::kBusy) << between.text();
  EXPECT_EQ(get("Second/Value"), "computed");
}

TEST_P(WaitingTest, ACommandAnswered202MayWaitForItsOwnBatch) {
  Session mine = session();
  ASSERT_TRUE(mine.process(message(exec_command("1", uri("First/Stuck"), "x"))));
  EXPECT_THAT(mine.last_statuses(), ElementsAre(202));
  while (engine_->queued_alerts().empty()) std::this_thread::yield();
  EXPECT_EQ(engine_->queued_alerts()[0].alert.data, "200");
  EXPECT_EQ(get("First/Value"), "by the batch");
}

TEST_P(WaitingTest, JobsMayWaitForTheirBatches) {
  // More than the executor ever has threads, and all are on their way before the first batch is.
  std::promise<void> all_ordered;
  Twin::may_work = all_ordered.get_future().share();
  constexpr int kJobs = 24;
  for (int i = 0; i < kJobs; ++i) {
    EXPECT_EQ(exec(i % 2 == 0 ? "First/Work" : "Second/Work", std::to_string(i)), 200);
  }
  all_ordered.set_value();
  EXPECT_TRUE(engine_->wait_for_jobs());
}

TEST_P(WaitingTest, ASubscriberMayChangeTheTree) {
  std::promise<int> changed;
  auto watching = engine_->subscribe(uri("First/Value"), [&](const ChangeBatch&) {
    changed.set_value(exec("Second/Delegate", "by the subscriber"));
  });
  ASSERT_TRUE(watching);
  EXPECT_EQ(exec("First/Delegate", "x"), 200);
  EXPECT_EQ(changed.get_future().get(), 200);
  EXPECT_EQ(get("Second/Value"), "by the subscriber");
}

INSTANTIATE_TEST_SUITE_P(OnTheirCallers, ShortDeadlineTest, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Handlers, WaitingTest, ::testing::Bool(), [](const auto& chosen) {
  return chosen.param ? "OnTheirOwnThreads" : "OnTheirCallers";
});

}  // namespace
}  // namespace cspkit::testing
