// SPDX-License-Identifier: Apache-2.0
// Providers on threads of their own: one that does not return is answered for and given up, and
// everything else goes on, the engine's end included. Time stands still until a test lets it pass.
#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <future>
#include <set>
#include <thread>

#include "../store/support.hpp"
#include "dm_messages.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::chrono::seconds kDeadline{5};

class StoppedClock : public Clock {
 public:
  Duration steady_now() const override { return Duration(now_.load()); }
  UtcTime utc_now() const override { return UtcTime(std::chrono::hours(24 * 365 * 50)); }
  void advance(Duration by) { now_ += by.count(); }

 private:
  std::atomic<Duration::rep> now_{0};
};

/// Where the provider stops, and what it is answered when it goes on. What runs in the provider
/// keeps it, because that may go on after its engine.
class Stage {
 public:
  /// The provider is here: it goes on when the test lets it, then does `afterwards`.
  void pass(const std::string& where, const std::function<void()>& afterwards = {}) {
    std::unique_lock lock(mutex_);
    if (holds_.count(where) == 0) return;
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return released_; });
    lock.unlock();
    if (afterwards) afterwards();
    lock.lock();
    --inside_;
    changed_.notify_all();
  }
  void hold(const std::string& where) {
    const std::lock_guard lock(mutex_);
    holds_.insert(where);
  }
  void wait_inside() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ != 0; });
  }
  bool is_inside() {
    const std::lock_guard lock(mutex_);
    return inside_ != 0;
  }
  /// Lets all go on, and waits until they have.
  void go_on() {
    std::unique_lock lock(mutex_);
    holds_.clear();
    released_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return inside_ == 0; });
  }

  std::vector<cspkit_code> late;
  std::atomic<int> told{0}, destroyed{0};

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> holds_;
  bool released_ = false;
  int inside_ = 0;
};
std::shared_ptr<Stage> stage;

/// A provider by hand, so that it can do what it must not.
struct Slow {
  cspkit_provider table{};
  const cspkit_host* host = nullptr;
  std::shared_ptr<Stage> its = stage;

  static Slow& of(cspkit_provider* provider) { return *static_cast<Slow*>(provider->impl); }
  static cspkit_str text(const char* literal) { return {literal, std::strlen(literal)}; }
  const cspkit_host_jobs& jobs() const {
    return *static_cast<const cspkit_host_jobs*>(host->get_extension(host, CSPKIT_EXT_JOBS));
  }

  /// Everything the host offers, with a handle that has gone.
  void try_all(cspkit_call call) const {
    const cspkit_writer writer{call.id};
    const cspkit_value value = {CSPKIT_FORMAT_UNSET, 0, "late", 4};
    cspkit_writer batch{};
    its->late = {
        host->set_value(host, call, &value),
        host->set_error(host, call, 0, text("late")),
        host->complete(host, call, CSPKIT_OK),
        host->read(host, writer, text("Setting"), nullptr, nullptr),
        host->children(host, writer, text(""), nullptr, nullptr),
        host->set(host, writer, text("Setting"), &value),
        host->create(host, writer, text("Work")),
        host->remove(host, writer, text("Setting")),
        host->state_read(host, writer, text("k"), nullptr, nullptr),
        host->state_list(host, writer, text(""), nullptr, nullptr),
        host->state_write(host, writer, text("k"), text("v")),
        host->state_remove(host, writer, text("k")),
        host->batch_open(host, CSPKIT_SCOPE_DEVICE, text(""), &batch),
        host->batch_submit(host, writer, nullptr, nullptr),
        host->batch_drop(host, writer),
        jobs().job_start(host, writer, text("j"), text("")),
        jobs().job_end(host, writer, text("j")),
        jobs().job_progress(host, text("j"), 1, text("")),
    };
    EXPECT_EQ(host->is_cancelled(host, call), 1);
    EXPECT_EQ(host->run_after(
                  host, 0, [](void*) noexcept {}, nullptr),
              0u);
    EXPECT_EQ(host->cancel_task(host, 1), 0);
    EXPECT_EQ(jobs().is_closing(host), 1);
    EXPECT_GE(host->now_steady(host), std::chrono::milliseconds(kDeadline).count());
    EXPECT_GT(host->now_utc(host), 0);
    host->log(host, CSPKIT_LOG_ERROR, text("late"));
  }

  cspkit_code run(cspkit_call call, const cspkit_request* request) const {
    const std::string path(request->path.data, request->path.size);
    const std::string name = path.substr(path.rfind('/') + 1);
    const cspkit_writer writer{call.id};
    its->pass(name, [&] { try_all(call); });
    if (request->verb == CSPKIT_GET) {
      const cspkit_value value = {CSPKIT_FORMAT_UNSET, 0, "computed", 8};
      return host->set_value(host, call, &value);
    }
    if (name == "Later") return CSPKIT_PENDING;
    if (name == "Work") return jobs().job_start(host, writer, text("job"), text(""));
    if (name != "Tell") return CSPKIT_OK;
    cspkit_writer batch{};
    host->batch_open(host, CSPKIT_SCOPE_DEVICE, text(""), &batch);
    const cspkit_value value = {CSPKIT_FORMAT_UNSET, 0, "by a batch", 10};
    host->set(host, batch, text("Stored"), &value);
    const cspkit_done done = [](void* context, cspkit_code) noexcept {
      const std::shared_ptr<Stage> kept = static_cast<Slow*>(context)->its;
      kept->pass("done");
      ++kept->told;
    };
    return host->batch_submit(host, batch, done, const_cast<Slow*>(this));
  }

  static cspkit_code operate(cspkit_provider* provider, cspkit_call call,
                             const cspkit_request* request) noexcept {
    return of(provider).run(call, request);
  }
  static cspkit_code create(const cspkit_host* host, std::size_t, cspkit_provider** out) noexcept {
    static const cspkit_handler handlers[] = {
        {CSPKIT_STR("Hang"), CSPKIT_EXEC, 0, 0},
        {CSPKIT_STR("Later"), CSPKIT_EXEC, 0, 0},
        {CSPKIT_STR("Work"), CSPKIT_EXEC, 0, 0},
        {CSPKIT_STR("Tell"), CSPKIT_EXEC, 0, 0},
        {CSPKIT_STR("Setting"), CSPKIT_REPLACE, 0, 0},
        {CSPKIT_STR("Reading"), CSPKIT_GET, 0, 0},
        {CSPKIT_STR("Beside"), CSPKIT_GET, CSPKIT_HANDLER_CONCURRENT, 0}};
    static const cspkit_provider_jobs its_jobs = {
        sizeof(cspkit_provider_jobs), 0,
        [](cspkit_provider* provider, cspkit_str, cspkit_str, std::uint32_t) noexcept {
          of(provider).its->pass("job");
        }};
    auto* made = new Slow;
    made->host = host;
    cspkit_provider& table = made->table;
    table.size = sizeof(table);
    table.impl = made;
    table.handlers = handlers;
    table.handler_count = std::size(handlers);
    table.start = [](cspkit_provider* provider) noexcept -> cspkit_code {
      of(provider).its->pass("start");
      return CSPKIT_OK;
    };
    table.destroy = [](cspkit_provider* provider) noexcept {
      const std::shared_ptr<Stage> kept = of(provider).its;
      kept->pass("destroy");
      ++kept->destroyed;
      delete &of(provider);
    };
    table.get = table.replace = table.exec = operate;
    table.get_extension = [](cspkit_provider*, const char* id) noexcept -> const void* {
      return std::string_view(id) == CSPKIT_EXT_JOBS ? &its_jobs : nullptr;
    };
    *out = &table;
    return CSPKIT_OK;
  }
  static const cspkit_plugin& plugin() {
    const auto leaf = [](const char* name, const char* access) {
      return node(name, access, "chr", occurs("One"));
    };
    static const std::string ddf = document(
        "./Device/Vendor/Test",
        node("S", "Get", "node", occurs("One"),
             leaf("Hang", "Exec") + leaf("Work", "Exec") + leaf("Later", "Exec") +
                 leaf("Tell", "Exec") + leaf("Setting", "Get Replace") +
                 leaf("Stored", "Get Replace") + leaf("Reading", "Get") + leaf("Beside", "Get")));
    static const cspkit_provider_info info = {
        CSPKIT_STR("slow"), CSPKIT_STR(""), {ddf.data(), ddf.size()}, 0};
    static const cspkit_plugin it = {sizeof(cspkit_plugin),
                                     CSPKIT_ABI_MAJOR,
                                     CSPKIT_ABI_MINOR,
                                     CSPKIT_STR("org.example.slow"),
                                     CSPKIT_STR("1.0.0"),
                                     &info,
                                     1,
                                     create};
    return it;
  }
};

class OffloadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    stage = std::make_shared<Stage>();
    open();
  }
  void TearDown() override {
    close();
    stage->go_on();
    stage.reset();
  }
  void open_engine() {
    EngineOptions options;
    options.state = dir_.file("device.db");
    options.durability = Durability::kNormal;
    options.clock = clock_ = std::make_shared<StoppedClock>();
    options.log = [this](LogLevel, std::string_view, std::string_view line) {
      const std::lock_guard lock(log_mutex_);
      log_ += std::string(line) + "\n";
    };
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::make_unique<Engine>(*std::move(opened));
    ASSERT_TRUE(
        engine_->load_ddf_bytes(document("./Device/Vendor/Test", test_root()), "t.xml").ok());
  }
  static ProviderOptions offloaded() {
    ProviderOptions options;
    options.offload = true;
    options.call_deadline = kDeadline;
    return options;
  }
  void open() {
    open_engine();
    const Status loaded = engine_->add_provider(Slow::plugin(), {}, offloaded());
    ASSERT_TRUE(loaded.ok()) << loaded.text();
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  }
  void close() {
    session_.reset();
    engine_.reset();
  }
  static std::string uri(const std::string& below) { return "./Vendor/Test/S/" + below; }
  std::string get(const std::string& below) { return text_of(session_->get(uri(below))); }
  Status replace(const std::string& below, const std::string& value) {
    return session_->replace(uri(below), Value::chr(value));
  }
  bool quarantined() { return engine_->providers().at(0).quarantined; }
  /// What the work answers, though the provider stops in it: time passes once it has.
  template <typename Work>
  auto hanging(Work work) {
    auto answer = std::async(std::launch::async, work);
    stage->wait_inside();
    clock_->advance(kDeadline);
    return answer.get();
  }
  Status hang_exec() {
    stage->hold("Hang");
    return hanging([this] { return session_->exec(uri("Hang")); });
  }
  void expect_others_go_on() {
    Session other = engine_->open_session(Principal::device());
    EXPECT_TRUE(other.replace("./Vendor/Test/T/Fixed", Value::chr("goes on")).ok());
    EXPECT_EQ(text_of(other.get("./Vendor/Test/T/Fixed")), "goes on");
  }

  store_test::TempDir dir_;
  std::shared_ptr<StoppedClock> clock_;
  std::mutex log_mutex_;
  std::string log_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

TEST_F(OffloadTest, WhatReturnsIsAnsweredAsEver) {
  EXPECT_EQ(get("Reading"), "computed");
  EXPECT_EQ(get("Beside"), "computed");
  EXPECT_TRUE(replace("Setting", "a").ok());
  EXPECT_EQ(get("Setting"), "a");
  EXPECT_TRUE(session_->exec(uri("Tell")).ok());
  EXPECT_TRUE(session_->exec(uri("Work")).ok());
  EXPECT_EQ(engine_->jobs().size(), 1u);
  EXPECT_FALSE(quarantined());
  close();
  EXPECT_EQ(stage->told, 1);
  EXPECT_EQ(stage->destroyed, 1);
}

TEST_F(OffloadTest, OneThatNeverReturnsIsAnsweredForAndGivenUp) {
  ASSERT_TRUE(replace("Setting", "before").ok());
  const Status hung = hang_exec();
  EXPECT_EQ(syncml_status(hung), 500);
  EXPECT_EQ(hung.code(), Code::kTimedOut);
  EXPECT_THAT(hung.text(), HasSubstr("slow did not return"));
  EXPECT_THAT(log_, HasSubstr("did not return within 5000 ms"));
  EXPECT_TRUE(quarantined());
  EXPECT_EQ(get("Setting"), "before") << "stored values can be read";
  EXPECT_EQ(get("Reading"), "status 403");
  EXPECT_EQ(get("Beside"), "status 403");
  const Status refused = replace("Stored", "x");
  EXPECT_EQ(syncml_status(refused), 403) << "no handler there, but below its root";
  EXPECT_THAT(refused.text(), HasSubstr("until the program starts anew"));
  expect_others_go_on();
  close();
  EXPECT_TRUE(stage->is_inside()) << "the engine has closed without it";
  EXPECT_EQ(stage->destroyed, 0);
  stage->go_on();  // and it finds no engine
  EXPECT_THAT(stage->late, SizeIs(18));
  EXPECT_THAT(stage->late, Each(CSPKIT_STALE));
}

TEST_F(OffloadTest, OneThatReturnsLateChangesNothing) {
  stage->hold("Setting");
  EXPECT_EQ(syncml_status(hanging([this] { return replace("Setting", "late"); })), 500);
  stage->go_on();
  EXPECT_THAT(stage->late, SizeIs(18));
  EXPECT_THAT(stage->late, Each(CSPKIT_STALE)) << "there is an engine, and the handle is stale";
  EXPECT_TRUE(quarantined()) << "once given up, it stays so";
  EXPECT_EQ(get("Setting"), "");
  EXPECT_THAT(log_, ::testing::Not(HasSubstr("late")));
  close();
  open();
  EXPECT_TRUE(replace("Setting", "anew").ok());
  EXPECT_EQ(get("Setting"), "anew");
}

TEST_F(OffloadTest, AReaderHangsAndWritersGoOn) {
  stage->hold("Reading");
  auto first = std::async(std::launch::async, [this] { return get("Reading"); });
  stage->wait_inside();
  expect_others_go_on();
  EXPECT_TRUE(engine_->owner().set(uri("Stored"), "by the owner").ok());
  Session writer = engine_->open_session(Principal::device());
  EXPECT_TRUE(writer.replace(uri("Stored"), Value::chr("no handler")).ok());
  EXPECT_EQ(text_of(writer.get(uri("Beside"))), "computed") << "concurrent ones go on, too";
  EXPECT_FALSE(quarantined()) << "its time is not up";
  // One that waits for its turn in the provider is not left behind.
  auto second = std::async(std::launch::async, [&] { return text_of(writer.get(uri("Reading"))); });
  clock_->advance(kDeadline);
  EXPECT_EQ(first.get(), "status 500");
  const std::string answer = second.get();
  EXPECT_EQ(answer, "status 403");
  EXPECT_TRUE(quarantined());
}

TEST_F(OffloadTest, AConcurrentGetHangsAndTheProviderGoesOnUntilItsTimeIsUp) {
  stage->hold("Beside");
  auto reader = std::async(std::launch::async, [this] { return get("Beside"); });
  stage->wait_inside();
  Session other = engine_->open_session(Principal::device());
  EXPECT_EQ(text_of(other.get(uri("Reading"))), "computed");
  EXPECT_TRUE(other.replace(uri("Setting"), Value::chr("x")).ok());
  clock_->advance(kDeadline);
  EXPECT_EQ(reader.get(), "status 500");
  EXPECT_EQ(text_of(other.get(uri("Reading"))), "status 403");
}

TEST_F(OffloadTest, InAMessageAndInAnAtomicItIsOneFailureAmongOthers) {
  stage->hold("Hang");
  const auto replace_command = [](const char* id, const std::string& at) {
    return std::string("<Replace><CmdID>") + id + "</CmdID><Item><Target><LocURI>" + at +
           "</LocURI></Target><Data>x</Data></Item></Replace>";
  };
  const std::string fixed = "./Vendor/Test/T/Fixed";
  static_cast<void>(hanging([&] {
    return session_->process(message("<Atomic><CmdID>1</CmdID>" + replace_command("2", fixed) +
                                     exec_command("3", uri("Hang")) + replace_command("4", fixed) +
                                     "</Atomic>" + exec_command("5", uri("Hang")) +
                                     replace_command("6", fixed)));
  }));
  EXPECT_THAT(session_->last_statuses(), ElementsAre(507, 216, 500, 215, 403, 200));
}

TEST_F(OffloadTest, AnEngineClosesAlthoughAJobHangs) {
  stage->hold("job");
  ASSERT_TRUE(session_->exec(uri("Work")).ok());
  stage->wait_inside();
  session_.reset();
  auto closing = std::async(std::launch::async, [this] { engine_.reset(); });
  // It is given its time, from when the engine began to close.
  while (closing.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    clock_->advance(kDeadline);
    std::this_thread::yield();
  }
  EXPECT_TRUE(stage->is_inside());
  EXPECT_EQ(stage->destroyed, 0);
  EXPECT_THAT(log_, HasSubstr("when the engine was closing"));
  stage->go_on();
  open();  // the job is handed over again
  EXPECT_EQ(engine_->jobs().at(0).attempt, 2u);
}

TEST_F(OffloadTest, AnEngineClosesAlthoughDestroyHangs) {
  stage->hold("destroy");
  session_.reset();
  auto closing = std::async(std::launch::async, [this] { engine_.reset(); });
  stage->wait_inside();
  clock_->advance(kDeadline);
  closing.get();
  EXPECT_TRUE(stage->is_inside());
}

TEST_F(OffloadTest, ACallbackThatHangsHoldsUpNoBatchOfOthers) {
  stage->hold("done");
  ASSERT_TRUE(session_->exec(uri("Tell")).ok());
  stage->wait_inside();
  EXPECT_EQ(get("Stored"), "by a batch");
  expect_others_go_on();
  clock_->advance(kDeadline);
  close();
  EXPECT_TRUE(stage->is_inside());
  EXPECT_EQ(stage->told, 0);
}

TEST_F(OffloadTest, OneThatHangsInStartIsRefused) {
  close();
  open_engine();
  stage->hold("start");
  const Status refused =
      hanging([this] { return engine_->add_provider(Slow::plugin(), {}, offloaded()); });
  EXPECT_EQ(refused.code(), Code::kProviderRefused);
  EXPECT_THAT(refused.text(), HasSubstr("did not return"));
  EXPECT_TRUE(engine_->providers().empty());
  const Status again = engine_->add_provider(Slow::plugin(), {}, offloaded());
  EXPECT_EQ(again.code(), Code::kProviderRefused) << "its thread is still inside";
  EXPECT_THAT(again.text(), HasSubstr("may still be in it"));
  session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  EXPECT_EQ(get("Stored"), "status 404");
  expect_others_go_on();
}

TEST_F(OffloadTest, ItsJobsAreNotWaitedFor) {
  ASSERT_TRUE(session_->exec(uri("Work")).ok());
  EXPECT_EQ(engine_->jobs().size(), 1u);
  EXPECT_EQ(syncml_status(hang_exec()), 500);
  EXPECT_TRUE(engine_->wait_for_jobs()) << "they go on at the next start";
}

TEST_F(OffloadTest, ItsPendingCallsAreCancelled) {
  ASSERT_TRUE(session_->process(message(exec_command("1", uri("Later"), "x"))));
  EXPECT_THAT(session_->last_statuses(), ElementsAre(202));
  EXPECT_THAT(engine_->queued_alerts(), SizeIs(0));
  EXPECT_EQ(syncml_status(hang_exec()), 500);
  while (engine_->queued_alerts().empty()) std::this_thread::yield();
  EXPECT_EQ(engine_->queued_alerts().at(0).alert.source, uri("Later"));
  EXPECT_EQ(engine_->queued_alerts().at(0).alert.data, "214");
}

}  // namespace
}  // namespace cspkit::testing
