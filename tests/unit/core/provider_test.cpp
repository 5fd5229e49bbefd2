// SPDX-License-Identifier: Apache-2.0
// Providers in the engine: handlers, own nodes, writers, batches, state and jobs. The providers
// here are linked in.
#define CSPKIT_STATIC_NAME lab
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cspkit/provider.hpp>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

/// Runs tasks when a test says so, on a clock that only the test moves.
class HandExecutor : public Executor, public Clock {
 public:
  Duration steady_now() const override { return now_; }
  UtcTime utc_now() const override {
    return UtcTime(std::chrono::milliseconds(1'700'000'000'000) +
                   std::chrono::duration_cast<std::chrono::milliseconds>(now_));
  }
  TimerId post(Task task, Duration delay) override {
    tasks_.push_back({++last_, now_ + delay, std::move(task)});
    return last_;
  }
  bool cancel(TimerId id) override {
    return std::erase_if(tasks_, [&](const Entry& each) { return each.id == id; }) != 0;
  }
  bool drive(Duration until) override {
    auto next = std::min_element(tasks_.begin(), tasks_.end(),
                                 [](const Entry& a, const Entry& b) { return a.due < b.due; });
    if (next == tasks_.end() || next->due > until) {
      now_ = std::max(now_, until);
      return false;
    }
    now_ = std::max(now_, next->due);
    Task task = std::move(next->task);
    tasks_.erase(next);
    task();
    return true;
  }
  bool is_deterministic() const override { return true; }
  void advance(std::chrono::milliseconds by) {
    const Duration until = now_ + by;
    while (drive(until)) {
    }
  }

 private:
  struct Entry {
    TimerId id;
    Duration due;
    Task task;
  };
  Duration now_{0};
  TimerId last_ = 0;
  std::deque<Entry> tasks_;
};

/// What a test wants to know of, and do in, the provider.
struct Lab {
  std::vector<std::string> seen;
  std::vector<std::pair<std::string, std::uint32_t>> jobs;
  bool end_jobs = true;
};
Lab* lab = nullptr;

class LabProvider : public Provider {
 public:
  explicit LabProvider(Host host_table) : Provider(std::move(host_table)) {
    on("Reading").get([](Call& call) { return "read by " + std::string(call.path()); });
    on("Item/{Name}")
        .add([](Call& call) { lab->seen.push_back("add " + call["Name"]); })
        .remove([](Call& call) { lab->seen.push_back("remove " + call["Name"]); });
    on("Item/{Name}/Text").replace([](Call& call, const Value& value) {
      lab->seen.push_back("replace " + call["Name"] + "=" + value.data);
    });
    on("Refuse").exec(
        [](Call& call) { return call.fail(Code::kDenied, "secret reason", 0x80070005u); });
    on("Throw").exec([]() -> Status { throw std::runtime_error("boom"); });
    on("Set").exec([](Call& call, const Value& value) {
      call.set("Item/Made/Text", value.data);
      call.set("Own", std::int64_t{7});
      call.state_write("count", "1");
    });
    on("SetAndFail").exec([](Call& call) {
      call.set("Own", std::int64_t{8});
      return call.fail(Code::kBusy, "no");
    });
    on("Own").own();
    on("Later").exec([this](Call&, Completion completion) {
      auto shared = std::make_shared<Completion>(std::move(completion));
      host().run_after(std::chrono::seconds(2), [shared] {
        shared->set("Own", std::int64_t{9});
        shared->complete();
      });
    });
    on("Never").exec([](Call&, Completion completion) {
      kept() = std::make_unique<Completion>(std::move(completion));
    });
    on("Work").exec([](Call& call, const Value& value) {
      call.set("Own", std::int64_t{997});
      call.job_start(value.data, "payload");
    });
  }
  ~LabProvider() override { kept().reset(); }

  void job_run(std::string_view id, std::string_view payload, std::uint32_t attempt) override {
    lab->jobs.emplace_back(std::string(id) + ":" + std::string(payload), attempt);
    if (!lab->end_jobs) return;
    host().run_after(std::chrono::seconds(5), [this, id = std::string(id)] {
      Batch batch = host().open_batch(Scope::kDevice, "");
      batch.set("Own", std::int64_t{0});
      batch.job_end(id);
      std::move(batch).submit();
    });
  }

 private:
  static std::unique_ptr<Completion>& kept() {
    static std::unique_ptr<Completion> completion;
    return completion;
  }
};

CSPKIT_PLUGIN(LabProvider, "Lab.xml")

std::string lab_ddf() {
  const std::string text = node("Text", "Add Delete Get Replace", "chr", occurs("One"));
  return document("./Device/Vendor/Test",
                  node("Lab", "Get", "node", occurs("One"),
                       node("Reading", "Get", "chr", occurs("One")) +
                           node("Refuse", "Exec", "null", occurs("One")) +
                           node("Throw", "Exec", "null", occurs("One")) +
                           node("Set", "Exec", "chr", occurs("One")) +
                           node("SetAndFail", "Exec", "null", occurs("One")) +
                           node("Own", "Get", "int", occurs("One")) +
                           node("Later", "Exec", "null", occurs("One")) +
                           node("Never", "Exec", "null", occurs("One")) +
                           node("Work", "Exec", "chr", occurs("One")) +
                           node("Item", "Get", "node", occurs("One"),
                                node("", "Add Delete Get", "node",
                                     occurs("ZeroOrMore") + "<DFTitle>Name</DFTitle>", text))));
}

class ProviderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    lab = &lab_;
    folder_ = std::filesystem::temp_directory_path() / ("cspkit-lab-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "Lab.xml") << lab_ddf();
    open(":memory:");
  }
  void TearDown() override {
    close();
    std::filesystem::remove_all(folder_);
    lab = nullptr;
  }
  void open(const std::string& state) {
    hand_ = std::make_shared<HandExecutor>();
    EngineOptions options;
    options.state = state;
    options.clock = hand_;
    options.executor = hand_;
    options.log = [this](LogLevel, std::string_view, std::string_view text) {
      log_ += std::string(text) + "\n";
    };
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::make_unique<Engine>(*std::move(opened));
    const Status loaded = engine_->add_provider(cspkit_plugin_v1_lab, folder_);
    ASSERT_TRUE(loaded.ok()) << loaded.text();
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  }
  void close() {
    session_.reset();
    engine_.reset();
  }
  std::string get(const std::string& below) {
    return text_of(session_->get("./Vendor/Test/Lab/" + below));
  }
  Status exec(const std::string& below) { return session_->exec("./Vendor/Test/Lab/" + below); }
  Status exec(const std::string& below, const std::string& data) {
    return session_->exec("./Vendor/Test/Lab/" + below, Value::chr(data));
  }

  Lab lab_;
  std::string log_;
  std::filesystem::path folder_;
  std::shared_ptr<HandExecutor> hand_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

TEST_F(ProviderTest, ComputedNodesAreAsked) {
  EXPECT_EQ(get("Reading"), "read by Vendor/Test/Lab/Reading");
}

TEST_F(ProviderTest, HandlersOfImplicitParentsAndOfRemovedChildrenAreCalled) {
  EXPECT_TRUE(session_->add("./Vendor/Test/Lab/Item/A%2FB/Text", Value::chr("t")).ok());
  EXPECT_EQ(lab_.seen, std::vector<std::string>{"add A/B"});
  EXPECT_TRUE(session_->replace("./Vendor/Test/Lab/Item/a%2fb/Text", Value::chr("u")).ok());
  EXPECT_EQ(lab_.seen.back(), "replace A/B=u");
  EXPECT_EQ(get("Item/A%2FB/Text"), "u");
  EXPECT_TRUE(session_->remove("./Vendor/Test/Lab/Item/A%2FB").ok());
  EXPECT_EQ(lab_.seen.back(), "remove A/B");
  EXPECT_EQ(get("Item"), "");
}

TEST_F(ProviderTest, ErrorsCarryTheirCodeAndHresultAndStayOffTheWire) {
  const Status refused = exec("Refuse");
  EXPECT_EQ(syncml_status(refused), 425);
  EXPECT_EQ(refused.provider_error(), 0x80070005u);
  const std::string reply = *session_->process(
      "<SyncML><SyncBody><Exec><CmdID>1</CmdID><Item><Target><LocURI>./Vendor/Test/Lab/Refuse</"
      "LocURI></Target>"
      "</Item></Exec></SyncBody></SyncML>");
  EXPECT_NE(reply.find("0x80070005"), std::string::npos) << reply;
  EXPECT_EQ(reply.find("secret reason"), std::string::npos);
  EXPECT_NE(log_.find("secret reason"), std::string::npos);
  EXPECT_EQ(syncml_status(exec("Throw")), 500);
  EXPECT_NE(log_.find("boom"), std::string::npos);
}

TEST_F(ProviderTest, ChangesOfACallJoinItsTransaction) {
  EXPECT_EQ(get("Own"), "status 404");
  EXPECT_TRUE(exec("Set", "made").ok());
  EXPECT_EQ(get("Item/Made/Text"), "made");
  EXPECT_EQ(get("Own"), "7");
  // The provider's own writes call no handlers.
  EXPECT_TRUE(lab_.seen.empty());
  EXPECT_EQ(syncml_status(exec("SetAndFail")), 403);
  EXPECT_EQ(get("Own"), "7");
}

TEST_F(ProviderTest, AFailedAtomicTakesTheProvidersChangesBack) {
  const std::string reply = *session_->process(
      "<SyncML><SyncBody><Atomic><CmdID>1</CmdID><Exec><CmdID>2</CmdID><Item><Target><LocURI>./"
      "Vendor/Test/Lab/Set"
      "</LocURI></Target><Data>x</Data></Item></Exec><Exec><CmdID>3</CmdID><Item><Target><LocURI>"
      "./Vendor/Test/Lab/Refuse</LocURI></Target></Item></Exec></Atomic></SyncBody></SyncML>");
  EXPECT_EQ(session_->last_statuses(), (std::vector<int>{507, 216, 425}));
  EXPECT_EQ(get("Own"), "status 404");
  EXPECT_EQ(get("Item"), "");
}

TEST_F(ProviderTest, APendingCallIsWaitedForUntilItsDeadline) {
  EXPECT_TRUE(exec("Later").ok());
  EXPECT_EQ(get("Own"), "9");
  const Clock::Duration before = hand_->steady_now();
  EXPECT_EQ(exec("Never").code(), Code::kTimedOut);
  EXPECT_EQ(hand_->steady_now() - before, std::chrono::seconds(60));
}

TEST_F(ProviderTest, JobsRunAfterTheCommitAndEndWithTheirBatch) {
  EXPECT_TRUE(exec("Work", "one").ok());
  EXPECT_EQ(get("Own"), "997");
  ASSERT_EQ(engine_->jobs().size(), 1u);
  EXPECT_EQ(engine_->jobs()[0].id, "one");
  EXPECT_TRUE(lab_.jobs.empty());
  hand_->advance(std::chrono::seconds(1));
  ASSERT_EQ(lab_.jobs.size(), 1u);
  EXPECT_EQ(lab_.jobs[0], (std::pair<std::string, std::uint32_t>("one:payload", 1)));
  EXPECT_TRUE(engine_->wait_for_jobs());
  EXPECT_EQ(get("Own"), "0");
  EXPECT_TRUE(engine_->jobs().empty());
}

TEST_F(ProviderTest, AJobIsHandedOverAgainAfterARestartUntilItEnds) {
  close();
  const std::string file = (folder_ / "device.db").string();
  open(file);
  lab_.end_jobs = false;
  EXPECT_TRUE(exec("Work", "one").ok());
  hand_->advance(std::chrono::seconds(60));
  close();
  open(file);
  hand_->advance(std::chrono::seconds(60));
  ASSERT_EQ(lab_.jobs.size(), 2u);
  EXPECT_EQ(lab_.jobs[1].second, 2u);
  EXPECT_EQ(get("Own"), "997");
  close();
  lab_.end_jobs = true;
  open(file);
  EXPECT_TRUE(engine_->wait_for_jobs());
  EXPECT_EQ(lab_.jobs.back().second, 3u);
  EXPECT_EQ(get("Own"), "0");
}

TEST_F(ProviderTest, ARolledBackExecStartsNoJob) {
  const std::string reply = *session_->process(
      "<SyncML><SyncBody><Atomic><CmdID>1</CmdID><Exec><CmdID>2</CmdID><Item><Target><LocURI>./"
      "Vendor/Test/Lab/Work"
      "</LocURI></Target><Data>x</Data></Item></Exec><Exec><CmdID>3</CmdID><Item><Target><LocURI>"
      "./Vendor/Test/Lab/Refuse</LocURI></Target></Item></Exec></Atomic></SyncBody></SyncML>");
  hand_->advance(std::chrono::seconds(60));
  EXPECT_TRUE(lab_.jobs.empty());
  EXPECT_TRUE(engine_->jobs().empty());
}

TEST_F(ProviderTest, TheSameProviderTwiceIsRefused) {
  const Status again = engine_->add_provider(cspkit_plugin_v1_lab, folder_);
  EXPECT_EQ(again.code(), Code::kProviderRefused);
  EXPECT_EQ(engine_->providers().size(), 1u);
  EXPECT_EQ(get("Reading"), "read by Vendor/Test/Lab/Reading");
}

TEST_F(ProviderTest, AMissingDdfRefusesAndLeavesNothing) {
  Result<Engine> other = Engine::open();
  ASSERT_TRUE(other);
  const Status refused = other->add_provider(cspkit_plugin_v1_lab, folder_ / "nowhere");
  EXPECT_EQ(refused.code(), Code::kProviderRefused);
  EXPECT_NE(refused.text().find("Lab.xml"), std::string::npos) << refused.text();
  EXPECT_TRUE(other->providers().empty());
  EXPECT_EQ(other->schema()->totals().nodes, 0u);
}

TEST_F(ProviderTest, TwoEnginesKeepTheirProvidersApart) {
  Result<Engine> other = Engine::open();
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->add_provider(cspkit_plugin_v1_lab, folder_).ok());
  EXPECT_TRUE(exec("Set", "here").ok());
  Session there = other->open_session(Principal::device());
  EXPECT_EQ(text_of(there.get("./Vendor/Test/Lab/Own")), "status 404");
}

TEST_F(ProviderTest, ADdfLoadedLaterDoesNotTakeAClaimedRoot) {
  EXPECT_TRUE(engine_
                  ->load_ddf_bytes(document("./Device/Vendor/Test",
                                            node("Lab", "Get", "node", occurs("One"),
                                                 node("Alien", "Get", "chr", occurs("One")))),
                                   "alien.xml")
                  .ok());
  EXPECT_EQ(get("Alien"), "status 404");
  EXPECT_EQ(get("Reading"), "read by Vendor/Test/Lab/Reading");
}

}  // namespace
}  // namespace cspkit::testing
