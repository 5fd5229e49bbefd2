// SPDX-License-Identifier: Apache-2.0
// Eight threads at once on one engine: sessions with pending commands, completions from the
// provider's own threads, submitted batches, subscriptions that come and go, alerts, backups; and
// the engine goes while its provider's threads still work. Meant for the thread sanitizer.
#define CSPKIT_STATIC_NAME busy
#include <gmock/gmock.h>

#include <atomic>
#include <cspkit/provider.hpp>
#include <deque>
#include <thread>

#include "../store/support.hpp"
#include "dm_messages.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

/// Completes what is left pending, and submits batches, on two threads of its own until it goes.
class BusyProvider : public Provider {
 public:
  explicit BusyProvider(Host host_table) : Provider(std::move(host_table)) {
    on("Run").exec([this](Call&, Completion completion) {
      const std::lock_guard lock(mutex_);
      left_.push_back(std::move(completion));
      changed_.notify_all();
    });
    on("Count").get([this](Call&) { return Value::integer(completed_); });
    completer_ = std::thread([this] { complete(); });
    batcher_ = std::thread([this] { submit(); });
  }
  ~BusyProvider() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    completer_.join();
    batcher_.join();
  }

 private:
  void complete() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stop_ || !left_.empty(); });
      if (left_.empty()) return;
      Completion completion = std::move(left_.front());
      left_.pop_front();
      lock.unlock();
      completion.set("Last", std::to_string(completed_));
      completion.complete(completed_ % 3 == 2 ? Code::kBusy : Code::kOk);
      ++completed_;
      lock.lock();
    }
  }
  // One batch at a time: the next is submitted when the last was applied, or refused.
  void submit() {
    for (int n = 0;; ++n) {
      auto applied = std::make_shared<std::atomic<bool>>(false);
      Batch batch = host().open_batch(Scope::kDevice, "");
      batch.set("Batches", std::to_string(n));
      batch.state_write("n", std::to_string(n));
      const bool queued =
          std::move(batch).submit([applied](Code) { *applied = true; }) == Code::kOk;
      std::unique_lock lock(mutex_);
      while (!stop_ && queued && !*applied) changed_.wait_for(lock, std::chrono::milliseconds(1));
      if (stop_ || !queued) return;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Completion> left_;
  bool stop_ = false;
  std::atomic<std::int64_t> completed_{0};
  std::thread completer_, batcher_;
};
CSPKIT_PLUGIN(BusyProvider, "Busy.xml")

class ThreadsTest : public TreeTest {
 protected:
  void SetUp() override {
    store_test::write_file(
        dir_.file("Busy.xml"),
        document("./Device/Vendor/Test", node("Busy", "Get", "node", occurs("One"),
                                              node("Run", "Exec", "null", occurs("One")) +
                                                  node("Count", "Get", "int", occurs("One")) +
                                                  node("Last", "Get", "chr", occurs("One")) +
                                                  node("Batches", "Get", "chr", occurs("One")))));
  }
  void run_round(int round);

  store_test::TempDir dir_;
};

constexpr int kEach = 25;
const char* const kBusy = "./Vendor/Test/Busy";

/// A server's session: pending commands, and what it acknowledges of their alerts.
void manage(Engine& engine, int number) {
  Session session = engine.open_session(Principal::device());
  const std::string id = std::to_string(number);
  std::string acks;
  for (unsigned msg = 1; msg <= kEach; ++msg) {
    const std::string run = exec_command("5", std::string(kBusy) + "/Run");
    const auto reply = session.process(message(acks + run, msg, id));
    ASSERT_TRUE(reply) << reply.error().text();
    const int status = session.last_statuses().at(0);
    EXPECT_TRUE(status == 202 || status == 200 || status == 403) << status;
    acks.clear();
    for (std::size_t at = 0; (at = reply->find("<Alert><CmdID>", at)) != std::string::npos; ++at) {
      const std::string cmd_id = reply->substr(at + 14, reply->find('<', at + 14) - at - 14);
      acks += status_of_alert(std::to_string(msg), cmd_id, "200");
    }
  }
}

void ThreadsTest::run_round(int round) {
  open(dir_.file(std::to_string(round) + ".db"));
  const Status loaded = engine_->add_provider(cspkit_plugin_v1_busy, dir_.path());
  ASSERT_TRUE(loaded.ok()) << loaded.text();
  session_.reset();
  Engine& engine = *engine_;
  std::atomic<int> told{0};
  const auto count = [&told](const ChangeBatch& batch) { told += batch.changes.empty() ? 0 : 1; };
  Subscription lasting = *engine.subscribe(".", count);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back([&, i] { manage(engine, i + 1); });
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      Session session = engine.open_session(Principal::device());
      const std::string name = uri("Profiles/p" + std::to_string(i));
      for (int n = 0; n < kEach; ++n) {
        EXPECT_TRUE(session.add(name).ok());
        EXPECT_TRUE(session.replace(name + "/Text", Value::chr(std::to_string(n))).ok());
        EXPECT_TRUE(session.remove(name).ok());
      }
    });
  }
  threads.emplace_back([&] {
    Session session = engine.open_session(Principal::device());
    for (int n = 0; n < kEach * 4; ++n) {
      EXPECT_TRUE(session.get(std::string(kBusy) + "/Count"));
      EXPECT_TRUE(session.get(uri("Fixed")));
      EXPECT_TRUE(engine.list("./Vendor"));
    }
  });
  threads.emplace_back([&] {
    for (int n = 0; n < kEach; ++n) {
      Subscription passing = *engine.subscribe(n % 2 == 0 ? uri("Int") : kBusy, count);
      EXPECT_TRUE(engine.owner().set(uri("Int"), std::to_string(n)).ok());
    }
  });
  threads.emplace_back([&] {
    for (int n = 0; n < kEach; ++n) {
      DeviceAlert alert;
      alert.data = std::to_string(n);
      const auto id = engine.queue_alert(alert);
      ASSERT_TRUE(id) << id.error().text();
      if (n % 2 == 0) {
        EXPECT_TRUE(engine.acknowledge_alerts({*id}).ok());
      }
    }
  });
  threads.emplace_back([&] {
    Session user = engine.open_session(Principal::for_user("ann", true));
    for (int n = 0; n < kEach; ++n) {
      EXPECT_TRUE(user.replace("./User/Vendor/Test/T/Int", Value::integer(n)).ok());
      EXPECT_TRUE(user.process(message(get_command("1", uri("Fixed")))));
      if (n % 10 == 0) {
        EXPECT_TRUE(engine.backup(dir_.file(std::to_string(round) + "-" + std::to_string(n))).ok());
      }
    }
  });
  for (std::thread& each : threads) each.join();
  // The provider's threads still submit and complete; a subscription ends while the engine goes.
  std::thread leaver([&] { lasting.cancel(); });
  engine_.reset();
  leaver.join();
  EXPECT_GT(told, 0);
}

TEST_F(ThreadsTest, EverythingAtOnceAndTheEngineGoesInTheMiddle) {
  for (int round = 0; round < 3; ++round) {
    run_round(round);
    // Whatever was cut short has its word for the server.
    open(dir_.file(std::to_string(round) + ".db"));
    for (const QueuedAlert& each : engine_->queued_alerts()) {
      if (each.alert.code == 1226) {
        EXPECT_FALSE(each.alert.data.empty());
      }
    }
    session_.reset();
    engine_.reset();
  }
}

}  // namespace
}  // namespace cspkit::testing
