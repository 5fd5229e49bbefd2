// SPDX-License-Identifier: Apache-2.0
// What crosses the C boundary: arguments that are none, calls from where nobody expects them, ends
// that come twice, late or from many threads, and providers that do not come back.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cfenv>
#include <clocale>
#include <csignal>
#include <cspkit/harness.hpp>
#include <cstdlib>
#include <functional>
#include <future>
#include <string>
#include <thread>

#include "zoo.hpp"

namespace cspkit::test {
namespace {

const std::string kRoot = "./Device/Vendor/Zoo";

class Boundary : public ZooTest {
 protected:
  void admit(const std::string& name) {
    const Status loaded = load(name);
    ASSERT_TRUE(loaded.ok()) << loaded.text();
  }
  void hold_the_clock() {
    clock_ = std::make_shared<harness::ManualClock>();
    executor_ = std::make_shared<harness::DeterministicExecutor>(clock_);
    options_.clock = clock_;
    options_.executor = executor_;
  }
  std::string text_of(const std::string& node) {
    const auto value = device().get(kRoot + "/" + node);
    return value ? value->data : "failed: " + value.error().text();
  }
  std::shared_ptr<harness::ManualClock> clock_;
  std::shared_ptr<harness::DeterministicExecutor> executor_;
};

TEST_F(Boundary, ArgumentsThatAreNoneAreMisuse) {
  admit("null_arguments");
  const Status done = device().exec(kRoot + "/Run");
  EXPECT_TRUE(done.ok()) << log_.all();
  EXPECT_NE(log_.count(LogLevel::kProviderMisbehaving), 0U);
  EXPECT_EQ(text_of("Item"), "");
  EXPECT_TRUE(engine().jobs().empty());
}

TEST_F(Boundary, TheHostMayBeUsedFromItsOwnCallbacks) {
  hold_the_clock();
  admit("recursive");
  const Status done = device().exec(kRoot + "/Run");
  ASSERT_TRUE(done.ok()) << done.text();
  executor_->run_until_idle(1000);
  EXPECT_EQ(log_.count("zoo: applied"), 3U) << log_.all();
  EXPECT_EQ(log_.count("zoo: task"), 3U) << log_.all();
  EXPECT_EQ(text_of("Item"), "first/from-a-batch/from-a-sink");
}

TEST_F(Boundary, WhatDestroyAsksForIsAnsweredAndComesToNothing) {
  admit("busy_destroy");
  EXPECT_TRUE(device().exec(kRoot + "/Run").ok());
  close();
  EXPECT_TRUE(log_.has("zoo: all told")) << log_.all();
  EXPECT_FALSE(log_.has("zoo: too late")) << log_.all();
}

TEST_F(Boundary, OfManyThreadsThatCompleteOneIsHeard) {
  admit("completes_from_threads");
  const Status done = device().exec(kRoot + "/Run");
  EXPECT_TRUE(done.ok()) << done.text();
  EXPECT_EQ(log_.count("zoo: one heard"), 1U) << log_.all();
  EXPECT_EQ(log_.count("zoo: stale"), 7U) << log_.all();
  EXPECT_EQ(text_of("Number"), "13") << "once more, when it was over";
}

TEST_F(Boundary, ACompletionAfterTheDeadlineIsStale) {
  hold_the_clock();
  admit("completes_late");
  EXPECT_EQ(device().get(kRoot + "/Text").error().code(), Code::kTimedOut);
  EXPECT_EQ(text_of("Number"), "13");
}

TEST_F(Boundary, TextThatIsNoneLeavesTheReplyWhole) {
  admit("invalid_text");
  const auto bytes = device().get(kRoot + "/Text");
  ASSERT_TRUE(bytes) << bytes.error().text();
  EXPECT_EQ(bytes->data.substr(0, 3), "a\xff\xfe") << "in the process they are what they are";
  const Status failed = device().get(kRoot + "/Number").error();
  EXPECT_EQ(failed.code(), Code::kFailed);
  EXPECT_EQ(failed.provider_error(), 0x80004005U);
  EXPECT_TRUE(device().exec(kRoot + "/Run").ok());
  auto session = device();
  const auto reply = session.process(
      "<SyncML><SyncBody><Get><CmdID>1</CmdID><Item><Target><LocURI>" + kRoot +
      "/Number</LocURI></Target></Item></Get><Get><CmdID>3</CmdID><Item><Target><LocURI>" + kRoot +
      "/Text</LocURI></Target></Item></Get><Get><CmdID>2</CmdID><Item><Target><LocURI>" + kRoot +
      "/Item</LocURI></Target></Item></Get><Final/></SyncBody></SyncML>");
  ASSERT_TRUE(reply) << reply.error().text();
  // On the wire each byte that is no UTF-8, and each character that XML has not, is U+FFFD.
  EXPECT_THAT(*reply, testing::HasSubstr("<Data>a\xEF\xBF\xBD\xEF\xBF\xBD"));
  EXPECT_THAT(*reply, testing::HasSubstr("]]&gt;&amp;&lt;b</Data>"));
  EXPECT_EQ(reply->find_first_of(std::string("\xff\xfe\xc0\xed\x01\x1b\r\0", 8)), std::string::npos)
      << *reply;
  EXPECT_FALSE(log_.has("zoo: named"));
}

TEST_F(Boundary, BatchesThatAreNeverSubmittedHaveAnEnd) {
  admit("hoards_batches");
  EXPECT_EQ(device().exec(kRoot + "/Run").code(), Code::kFull);
  EXPECT_TRUE(device().add(kRoot + "/Item/alive").ok());
}

TEST_F(Boundary, WorkThatBegetsItselfEndsWithTheEngine) {
  admit("reposts");
  EXPECT_TRUE(device().exec(kRoot + "/Run").ok());
  EXPECT_TRUE(device().add(kRoot + "/Item/alive").ok());
  close();
  EXPECT_EQ(log_.count("zoo: gone"), 1U);
}

/// What belongs to the process, kept and given back.
class ProcessState {
 public:
  ProcessState()
      : folder_(std::filesystem::current_path()),
        mask_(::umask(022)),
        locale_(std::setlocale(LC_ALL, nullptr)),
        rounding_(std::fegetround()),
        term_(std::signal(SIGTERM, SIG_DFL)) {
    ::umask(mask_);
  }
  ~ProcessState() {
    std::filesystem::current_path(folder_);
    ::umask(mask_);
    std::setlocale(LC_ALL, locale_.c_str());
    std::fesetround(rounding_);
    static_cast<void>(std::signal(SIGTERM, term_));
  }
  ProcessState(const ProcessState&) = delete;
  ProcessState& operator=(const ProcessState&) = delete;

 private:
  std::filesystem::path folder_;
  mode_t mask_;
  std::string locale_;
  int rounding_;
  void (*term_)(int);
};

TEST_F(Boundary, TheProcessMayBeChangedUnderTheEngine) {
  const ProcessState before;
  // One that writes 0,5 for a half, where it is installed.
  const bool comma = std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr;
  std::setlocale(LC_ALL, "C");
  ::setenv("CSPKIT_ZOO_LOCALE", comma ? "de_DE.UTF-8" : "C.UTF-8", 1);
  const auto library = bring("changes_process");
  std::filesystem::current_path(folder());
  options_.state = "state.db";
  ASSERT_TRUE(engine().load_provider(library).ok());
  ASSERT_EQ(std::filesystem::current_path(), "/") << "the animal did not run";
  EXPECT_TRUE(device().add(kRoot + "/Item/kept").ok());
  close();
  for (const auto& file : std::filesystem::directory_iterator(folder())) {
    EXPECT_EQ(file.status().permissions() & std::filesystem::perms::others_write,
              std::filesystem::perms::none)
        << file.path();
  }
  EXPECT_FALSE(std::filesystem::exists("/state.db"));
  options_.state = (folder() / "state.db").string();
  ASSERT_TRUE(engine().load_provider(library).ok());
  EXPECT_EQ(text_of("Item"), "kept");
}

/// One that stays where it must not, on a thread of its own, is given up at the deadline.
class Hung : public Boundary {
 protected:
  Hung() {
    clock_ = std::make_shared<harness::ManualClock>();
    options_.clock = clock_;
    how_.offload = true;
    left_behind_ = 1;
  }
  /// Runs `act`, which calls into an animal that stays, until the deadline is over.
  template <typename Act>
  auto give_up(Act act) {
    auto answer = std::async(std::launch::async, act);
    while (!log_.has("zoo: stays")) std::this_thread::yield();
    while (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      clock_->advance(options_.call_deadline);
      std::this_thread::yield();
    }
    return answer.get();
  }
  ProviderOptions how_;
};

TEST_F(Hung, InItsStartItIsRefusedAndStays) {
  const auto library = bring("hangs_in_start");
  const Status refused = give_up([&] { return engine().load_provider(library, {}, how_); });
  EXPECT_TRUE(is_refusal(refused, "hangs_in_start.so", "did not return")) << log_.all();
  EXPECT_TRUE(engine().providers().empty());
  EXPECT_TRUE(is_mapped(library)) << "its thread may still be in it";
  EXPECT_TRUE(is_refusal(engine().load_provider(library, {}, how_), "hangs_in_start.so",
                         "start the program anew"));
  left_behind_ = 2;  // the same name is free for another
  EXPECT_TRUE(load("good").ok());
  left_behind_ = 1;
}

TEST_F(Hung, InItsDestroyTheEngineEndsWithoutIt) {
  const auto library = bring("hangs_in_destroy");
  ASSERT_TRUE(engine().load_provider(library, {}, how_).ok());
  EXPECT_EQ(text_of("Number"), "5");
  EXPECT_TRUE(give_up([&] {
    close();
    return true;
  }));
  EXPECT_TRUE(is_mapped(library)) << "its thread may still be in it";
}

}  // namespace
}  // namespace cspkit::test
