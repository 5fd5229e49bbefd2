// SPDX-License-Identifier: Apache-2.0
// Handlers that go on after they have returned: the SyncML command is answered 202 at once and its
// end told by an alert 1226; everybody else waits. Whatever a handler does on the way, nothing
// hangs.
#define CSPKIT_STATIC_NAME slow
#include <gmock/gmock.h>

#include <csignal>
#include <cspkit/provider.hpp>
#include <future>
#include <map>
#include <thread>

#include "../store/support.hpp"
#include "dm_messages.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// What a test does in the provider, and with what it kept.
struct Slow {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, Completion> kept;
  bool batch_done = false;
  int spinning = 0;

  Completion take(const std::string& name) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return kept.count(name) != 0; });
    Completion completion = std::move(kept.at(name));
    kept.erase(name);
    return completion;
  }
  void keep(const std::string& name, Completion completion) {
    const std::lock_guard lock(mutex);
    kept.emplace(name, std::move(completion));
    changed.notify_all();
  }
};
Slow* slow = nullptr;

/// A completion as the C interface has it.
struct Raw : Completion {
  static const cspkit_host* host_of(const Completion& completion) {
    return (completion.*(&Raw::host))();
  }
  static std::uint64_t id_of(const Completion& completion) { return (completion.*(&Raw::id))(); }
};

class SlowProvider : public Provider {
 public:
  explicit SlowProvider(Host host_table) : Provider(std::move(host_table)) {
    on("Keep").exec([](Call& call, const Value& value, Completion completion) {
      call.set("Progress", "begun");
      slow->keep(value.data, std::move(completion));
    });
    on("Setting").replace([](Call&, const Value& value, Completion completion) {
      slow->keep("setting " + value.data, std::move(completion));
    });
    on("D/{Name}/V").replace([](Call&, const Value& value, Completion completion) {
      slow->keep("v " + value.data, std::move(completion));
    });
    on("D/{Name}/Run").exec([](Call&, const Value& value, Completion completion) {
      slow->keep("run " + value.data, std::move(completion));
    });
    on("Chain").exec([this](Call&) { chain(); });
    on("Quick").exec([](Call&, const Value&, Completion completion) {
      // Another thread ends it before this handler has returned.
      std::thread([&] {
        completion.set("Progress", "quick");
        completion.complete();
      }).join();
    });
    on("OwnNode").exec([](Call& call, const Value& value) {
      // A node it handles itself: its own writes call no handler.
      return Status(call.set("Setting", value.data));
    });
    on("ReadOther").exec([](Call& call) {
      const Result<Value> other = call.read("./Vendor/Test/T/Fixed");
      call.set("Progress", other ? other->data : "nothing");
    });
    on("Spin").exec([](Call& call, const Value& value) { call.job_start(value.data, ""); });
    on("AskWorker").exec([this](Call& call) {
      // Its worker needs the provider's state and submits a batch meanwhile.
      std::thread([this] {
        Batch batch = host().open_batch(Scope::kDevice, "");
        batch.set("Progress", "from the worker");
        std::move(batch).submit([](Code) {
          const std::lock_guard lock(slow->mutex);
          slow->batch_done = true;
          slow->changed.notify_all();
        });
      }).join();
      call.state_write("asked", "yes");
    });
  }
  // Each batch brings the next.
  void chain() {
    Batch batch = host().open_batch(Scope::kDevice, "");
    batch.set("Progress", "on and on");
    std::move(batch).submit([this](Code code) {
      if (code == Code::kOk) chain();
    });
  }
  // Works in the executor's thread until the engine goes; a second time it ends.
  void job_run(std::string_view id, std::string_view, std::uint32_t attempt) override {
    {
      const std::lock_guard lock(slow->mutex);
      ++slow->spinning;
      slow->changed.notify_all();
    }
    while (attempt == 1 && !host().is_closing()) std::this_thread::yield();
    if (attempt == 1) return;
    Batch batch = host().open_batch(Scope::kDevice, "");
    batch.job_end(std::string(id));
    std::move(batch).submit();
  }
  // Completions must not outlive their provider.
  ~SlowProvider() override {
    const std::lock_guard lock(slow->mutex);
    slow->kept.clear();
  }
};
CSPKIT_PLUGIN(SlowProvider, "Slow.xml")

std::string slow_ddf() {
  const auto exec = [](const char* name) { return node(name, "Exec", "chr", occurs("One")); };
  return document(
      "./Device/Vendor/Test",
      node("Slow", "Get", "node", occurs("One"),
           exec("Keep") + exec("Quick") + exec("OwnNode") + exec("ReadOther") + exec("AskWorker") +
               exec("Spin") + exec("Chain") +
               node("D", "Get", "node", occurs("One"),
                    node("", "Add Delete Get", "node", occurs("ZeroOrMore"),
                         node("V", "Get Replace", "chr", occurs("One")) + exec("Run"))) +
               node("Setting", "Get Replace", "chr", occurs("One")) +
               node("Progress", "Get", "chr", occurs("One"))));
}

/// With handlers on their callers' threads, and on their own.
class PendingTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    slow = &slow_;
    store_test::write_file(dir_.file("Slow.xml"), slow_ddf());
    open();
  }
  void TearDown() override {
    close();
    slow = nullptr;
  }
  void open(std::chrono::milliseconds deadline = std::chrono::seconds(60)) {
    EngineOptions options;
    options.state = dir_.file("device.db");
    options.durability = Durability::kNormal;
    options.call_deadline = deadline;
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::make_unique<Engine>(*std::move(opened));
    ASSERT_TRUE(
        engine_->load_ddf_bytes(document("./Device/Vendor/Test", test_root()), "t.xml").ok());
    ProviderOptions how;
    how.offload = GetParam();
    const Status loaded = engine_->add_provider(cspkit_plugin_v1_slow, dir_.path(), how);
    ASSERT_TRUE(loaded.ok()) << loaded.text();
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  }
  void close() {
    session_.reset();
    engine_.reset();
  }
  static std::string uri(const std::string& below) { return "./Vendor/Test/Slow/" + below; }
  std::string get(const std::string& below) { return text_of(session_->get(uri(below))); }
  std::vector<int> send(const std::string& body) {
    const auto reply = session_->process(message(body));
    EXPECT_TRUE(reply);
    return session_->last_statuses();
  }
  static std::string keep(const std::string& name, const std::string& extra = {}) {
    return exec_command("7", uri("Keep"), name, extra);
  }
  /// The alerts once there are as many, as "source data".
  std::vector<std::string> alerts(std::size_t count) {
    std::vector<QueuedAlert> queued;
    while ((queued = engine_->queued_alerts()).size() < count) std::this_thread::yield();
    std::vector<std::string> lines;
    for (const QueuedAlert& each : queued)
      lines.push_back(each.alert.source + " " + each.alert.data);
    return lines;
  }

  store_test::TempDir dir_;
  Slow slow_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

TEST_P(PendingTest, AnExecIsAnswered202AndItsEndComesAsAnAlert) {
  EXPECT_THAT(send(keep("a", "<Correlator>c-1</Correlator>")), ElementsAre(202));
  EXPECT_EQ(get("Progress"), "begun") << "what it recorded is committed";
  EXPECT_TRUE(engine_->queued_alerts().empty());
  Completion completion = slow_.take("a");
  EXPECT_FALSE(completion.is_cancelled());
  EXPECT_EQ(completion.set("Progress", "half-way"), Code::kOk);
  EXPECT_EQ(get("Progress"), "begun") << "seen before it was applied";
  EXPECT_EQ(completion.complete(), Code::kOk);
  EXPECT_THAT(alerts(1), ElementsAre(uri("Keep") + " 200"));
  EXPECT_EQ(get("Progress"), "half-way");
  const DeviceAlert alert = engine_->queued_alerts()[0].alert;
  EXPECT_EQ(alert.code, 1226);
  EXPECT_EQ(alert.correlator, "c-1");
  EXPECT_EQ(alert.format, "int");
  EXPECT_EQ(alert.mark, "informational");
  // The server hears of it with the next reply, and has it when it says so.
  const std::string reply = *session_->process(message(get_command("2", "./DevInfo"), 2));
  EXPECT_THAT(reply,
              HasSubstr("<Data>1226</Data><Correlator>c-1</Correlator><Item><Source><LocURI>" +
                        uri("Keep") + "</LocURI></Source>"));
  EXPECT_THAT(reply, HasSubstr("<Data>200</Data></Item></Alert>"));
  session_->process(message(status_of_alert("2", "3", "200"), 3)).value();
  EXPECT_TRUE(engine_->queued_alerts().empty());
}

TEST_P(PendingTest, AFailureTakesBackWhatWasDoneSinceThe202) {
  EXPECT_THAT(send(keep("a")), ElementsAre(202));
  Completion completion = slow_.take("a");
  completion.set("Progress", "never seen");
  EXPECT_EQ(completion.fail(Code::kBusy, "no"), Code::kOk);
  EXPECT_THAT(alerts(1), ElementsAre(uri("Keep") + " 403"));
  EXPECT_EQ(engine_->queued_alerts()[0].alert.mark, "warning");
  EXPECT_EQ(get("Progress"), "begun");
}

TEST_P(PendingTest, AReplaceKeepsItsValueOnlyWhenItEndsWell) {
  const auto replace = [&](const std::string& value) {
    return "<Replace><CmdID>7</CmdID><Item><Target><LocURI>" + uri("Setting") +
           "</LocURI></Target><Data>" + value + "</Data></Item></Replace>";
  };
  EXPECT_THAT(send(replace("good")), ElementsAre(202));
  EXPECT_EQ(get("Setting"), "");
  EXPECT_EQ(slow_.take("setting good").complete(), Code::kOk);
  alerts(1);
  EXPECT_EQ(get("Setting"), "good");
  EXPECT_THAT(send(replace("bad")), ElementsAre(202));
  EXPECT_EQ(slow_.take("setting bad").complete(Code::kBadValue), Code::kOk);
  EXPECT_THAT(alerts(2), ElementsAre(uri("Setting") + " 200", uri("Setting") + " 500"));
  EXPECT_EQ(get("Setting"), "good");
}

TEST_P(PendingTest, WhatWasAnsweredAfterTheReplaceStandsWhenItEnds) {
  const auto replace = [&](const std::string& name, const std::string& value) {
    return "<Replace><CmdID>7</CmdID><Item><Target><LocURI>" + uri(name) +
           "</LocURI></Target><Meta><Type xmlns=\"syncml:metinf\">text/html</Type></Meta><Data>" +
           value + "</Data></Item></Replace>";
  };
  ASSERT_TRUE(engine_->owner().set(uri("Setting"), Value::chr("old")).ok());
  EXPECT_THAT(send(replace("Setting", "slow")), ElementsAre(202));
  // The same value as before: nothing changes, and still it is the later word.
  ASSERT_TRUE(engine_->owner().set(uri("Setting"), Value::chr("old")).ok());
  EXPECT_EQ(slow_.take("setting slow").complete(), Code::kOk);
  EXPECT_THAT(alerts(1), ElementsAre(uri("Setting") + " 200"));
  EXPECT_EQ(get("Setting"), "old");

  ASSERT_TRUE(session_->add(uri("D/a"), Value()).ok());
  EXPECT_THAT(send(replace("D/a/V", "slow")), ElementsAre(202));
  ASSERT_TRUE(session_->remove(uri("D/a")).ok());
  EXPECT_EQ(slow_.take("v slow").complete(), Code::kOk);
  alerts(2);
  EXPECT_EQ(get("D"), "") << "a node that was deleted has come back";

  EXPECT_THAT(send(replace("Setting", "typed")), ElementsAre(202));
  EXPECT_EQ(slow_.take("setting typed").complete(), Code::kOk);
  alerts(3);
  EXPECT_EQ(get("Setting"), "typed");
  EXPECT_EQ(get("Setting?prop=Type"), "text/html");
}

TEST_P(PendingTest, WhatItDoesInAnInstanceThatWasDeletedMeanwhileComesToNothing) {
  const auto finish = [&](const std::string& name) {
    Completion completion = slow_.take("run " + name);
    completion.set("./Vendor/Test/Slow/D/a/V", "result");
    completion.create("./Vendor/Test/Slow/D/b");
    completion.set("Progress", name);
    EXPECT_EQ(completion.complete(), Code::kOk);
  };
  ASSERT_TRUE(session_->add(uri("D/a"), Value()).ok());
  EXPECT_THAT(send(exec_command("7", uri("D/a/Run"), "kept")), ElementsAre(202));
  ASSERT_TRUE(engine_->owner().set(uri("D/a/V"), Value::chr("meanwhile")).ok());
  finish("kept");
  alerts(1);
  EXPECT_EQ(get("D/a/V"), "result");

  EXPECT_THAT(send(exec_command("7", uri("D/a/Run"), "deleted")), ElementsAre(202));
  ASSERT_TRUE(session_->remove(uri("D/a")).ok());
  ASSERT_TRUE(session_->remove(uri("D/b")).ok());
  finish("deleted");
  alerts(2);
  EXPECT_EQ(get("D"), "b") << "only what is elsewhere";
  EXPECT_EQ(get("Progress"), "deleted");

  ASSERT_TRUE(session_->add(uri("D/a"), Value()).ok());
  EXPECT_THAT(send(exec_command("7", uri("D/a/Run"), "another")), ElementsAre(202));
  ASSERT_TRUE(session_->remove(uri("D/a")).ok());
  ASSERT_TRUE(session_->add(uri("D/a"), Value()).ok());
  finish("another");
  alerts(3);
  EXPECT_EQ(get("D/a/V"), "") << "the new instance is another one";
}

TEST_P(PendingTest, AnEngineGoesAlthoughAProviderSubmitsForEver) {
  EXPECT_THAT(send(exec_command("7", uri("Chain"), "")), ElementsAre(200));
  close();
  open();
  EXPECT_EQ(get("Progress"), "on and on");
}

TEST_P(PendingTest, OthersRunWhileOneGoesOn) {
  EXPECT_THAT(send(keep("a") + keep("b")), ElementsAre(202, 202));
  EXPECT_TRUE(session_->replace("./Vendor/Test/T/Fixed", Value::chr("x")).ok());
  EXPECT_EQ(slow_.take("b").complete(), Code::kOk);
  EXPECT_EQ(slow_.take("a").complete(Code::kFailed), Code::kOk);
  EXPECT_THAT(alerts(2), ElementsAre(uri("Keep") + " 500", uri("Keep") + " 200"));
}

TEST_P(PendingTest, OneThatEndsBeforeItsHandlerReturnsIsAnsweredAtOnce) {
  EXPECT_THAT(send(exec_command("1", uri("Quick"), "x")), ElementsAre(200));
  EXPECT_EQ(get("Progress"), "quick");
  EXPECT_TRUE(engine_->queued_alerts().empty());
}

TEST_P(PendingTest, ItIsCompletedOnceFromAnyThread) {
  EXPECT_THAT(send(keep("a")), ElementsAre(202));
  const Completion completion = slow_.take("a");
  const cspkit_host* host = Raw::host_of(completion);
  const cspkit_call handle{Raw::id_of(completion)};
  std::atomic<int> taken{0}, stale{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const cspkit_code code = host->complete(host, handle, CSPKIT_OK);
      ++(code == CSPKIT_OK ? taken : stale);
      EXPECT_TRUE(code == CSPKIT_OK || code == CSPKIT_STALE) << code;
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(stale, 3);
  alerts(1);
  const cspkit_value value = {CSPKIT_FORMAT_CHR, 0, "late", 4};
  EXPECT_EQ(host->set(host, cspkit_writer{handle.id}, CSPKIT_STR("Progress"), &value),
            CSPKIT_STALE);
  EXPECT_EQ(engine_->queued_alerts().size(), 1u);
}

TEST_P(PendingTest, ADeadlineEndsItAndALateAnswerIsStale) {
  close();
  open(std::chrono::milliseconds(30));
  EXPECT_THAT(send(keep("a")), ElementsAre(202));
  Completion completion = slow_.take("a");
  EXPECT_THAT(alerts(1), ElementsAre(uri("Keep") + " 500"));
  EXPECT_TRUE(completion.is_cancelled());
  EXPECT_EQ(completion.set("Progress", "late"), Code::kStale);
  EXPECT_EQ(completion.complete(), Code::kStale);
  EXPECT_EQ(get("Progress"), "begun");
}

TEST_P(PendingTest, DirectCallsAndAtomicsWait) {
  std::thread worker([&] {
    slow_.take("direct").complete();
    slow_.take("atomic").complete(Code::kBusy);
  });
  EXPECT_TRUE(session_->exec(uri("Keep"), Value::chr("direct")).ok());
  EXPECT_THAT(send("<Atomic><CmdID>1</CmdID>" + keep("atomic") + "</Atomic>"),
              ElementsAre(507, 403));
  worker.join();
  EXPECT_TRUE(engine_->queued_alerts().empty());
}

TEST_P(PendingTest, AnEngineThatGoesSaysThatItWasCancelled) {
  EXPECT_THAT(send(keep("a")), ElementsAre(202));
  close();
  open();
  EXPECT_THAT(alerts(1), ElementsAre(uri("Keep") + " 214"));
}

TEST_P(PendingTest, HandlersMayWaitReadOthersAndSetTheirOwnNodes) {
  EXPECT_TRUE(session_->exec(uri("AskWorker")).ok());
  {
    std::unique_lock lock(slow_.mutex);
    slow_.changed.wait(lock, [&] { return slow_.batch_done; });
  }
  EXPECT_EQ(get("Progress"), "from the worker");
  EXPECT_TRUE(session_->exec(uri("OwnNode"), Value::chr("by itself")).ok());
  EXPECT_EQ(get("Setting"), "by itself");
  EXPECT_TRUE(session_->exec(uri("ReadOther")).ok());
  EXPECT_EQ(get("Progress"), "factory");
}

// As many as the executor had threads: then nothing else ran any more, and the engine never went.
TEST_P(PendingTest, JobsThatWorkInTheirThreadKeepNobodyWaitingAndHearThatTheEngineGoes) {
  for (const char* id : {"1", "2", "3"}) {
    EXPECT_TRUE(session_->exec(uri("Spin"), Value::chr(id)).ok());
  }
  {
    std::unique_lock lock(slow_.mutex);
    slow_.changed.wait(lock, [&] { return slow_.spinning == 3; });
  }
  std::promise<void> told;
  auto watching =
      engine_->subscribe(uri("Progress"), [&](const ChangeBatch&) { told.set_value(); });
  ASSERT_TRUE(watching);
  EXPECT_TRUE(session_->exec(uri("AskWorker")).ok());
  told.get_future().wait();
  EXPECT_EQ(engine_->jobs().size(), 3u);
  close();
  open();
  EXPECT_TRUE(engine_->wait_for_jobs());
}

INSTANTIATE_TEST_SUITE_P(Handlers, PendingTest, ::testing::Bool(), [](const auto& chosen) {
  return chosen.param ? "OnTheirOwnThreads" : "OnTheirCallers";
});

TEST(PendingKill, AProcessThatDiesLeavesAnAlertThatSaysSo) {
  const store_test::TempDir dir;
  store_test::write_file(dir.file("Slow.xml"), slow_ddf());
  const auto dies = [&](int, int) {
    Slow kept;
    slow = &kept;
    EngineOptions options;
    options.state = dir.file("device.db");
    auto engine = Engine::open(options);
    if (!engine || !engine->add_provider(cspkit_plugin_v1_slow, dir.path()).ok()) return 1;
    Session session = engine->open_session(Principal::device());
    static_cast<void>(session.process(
        message(exec_command("7", "./Vendor/Test/Slow/Keep", "a", "<Correlator>k</Correlator>"))));
    return session.last_statuses() == std::vector<int>{202} ? ::raise(SIGKILL) : 2;
  };
  EXPECT_EQ(store_test::Child(dies).wait(), -1);
  EngineOptions options;
  options.state = dir.file("device.db");
  auto engine = Engine::open(options);
  ASSERT_TRUE(engine) << engine.error().text();
  const auto queued = engine->queued_alerts();
  ASSERT_EQ(queued.size(), 1u);
  EXPECT_EQ(queued[0].alert.data, "500");
  EXPECT_EQ(queued[0].alert.correlator, "k");
}

}  // namespace
}  // namespace cspkit::testing
