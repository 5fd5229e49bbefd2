// SPDX-License-Identifier: Apache-2.0
// The whole pipeline: downloaded, verified, run, its code told; and what restarts do to it.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "engine_fixture.hpp"

namespace cspkit::office::process {
namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;

TEST_F(EngineTest, InstallsAndLeavesNothing) {
  serve("echo \"$1\" \"$(basename $2)\"; grep -q O365ProPlusRetail \"$2\"");
  auto engine = this->engine();
  const RunResult result = run(*engine);
  EXPECT_EQ(result.status, 0) << result.text;
  EXPECT_EQ(test::read_text(in_run("output")), "/configure configuration.xml\n");
  ASSERT_NE(result.machine.find("O365ProPlusRetail"), nullptr);
  EXPECT_EQ(result.machine.version, "") << "nobody told which one";
  EXPECT_THAT(witness_->steps(), Contains(HasSubstr("signed by 'Test Publisher'")));
  EXPECT_FALSE(std::filesystem::exists(in_run("configuration.xml"))) << "keys stand in it";
  engine->recorded("run-1", 0);
  engine.reset();
  EXPECT_FALSE(std::filesystem::exists(folder_.file("work/run-1")));
}

TEST_F(EngineTest, AConfigurationTheToolWouldRefuseIsNotTried) {
  serve("exit 0");
  EXPECT_EQ(run(*engine(), request("run-1", "<Configuration/>")).status, kHandlingCommandLine);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(EngineTest, ASignedPeFileRunsUnderALauncher) {
  // What wine is to a Windows program: it finds the script behind the headers.
  test::write_text(folder_.file("launch"), "#!/bin/sh\ntail -c +513 \"$1\" >" +
                                               folder_.file("script") + "\nshift\nexec sh " +
                                               folder_.file("script") + " \"$@\"\n");
  std::filesystem::permissions(folder_.file("launch"), std::filesystem::perms::owner_all);
  test::Reply tool;
  tool.body = test::authenticode(test::pe_file("echo $1; exit 42\n"), *publisher_);
  server_.set("/setup", {tool});
  settings_.detached = false;
  settings_.launcher = folder_.file("launch");
  EXPECT_EQ(run().status, 42);
  EXPECT_EQ(test::read_text(in_run("output")), "/configure\n");
}

TEST_F(EngineTest, ProgressIsTheGrowthOfTheContent) {
  settings_.content_bytes = 1000;
  serve("head -c 500 /dev/zero >half; while [ ! -e " + folder_.file("go") +
        " ]; do sleep 0.01; done");
  auto engine = this->engine();
  engine->run(request(), witness_);
  EXPECT_TRUE(eventually([&] {
    const auto percents = witness_->percents();
    return !percents.empty() && percents.back() == 15 + 42;
  }));
  test::write_text(folder_.file("go"), "");
  EXPECT_EQ(witness_->wait().status, 0);
  const auto percents = witness_->percents();
  EXPECT_TRUE(std::is_sorted(percents.begin(), percents.end()));
}

TEST_F(EngineTest, AnEngineThatGoesLeavesTheToolRunning) {
  serve("while [ ! -e " + folder_.file("go") + " ]; do sleep 0.01; done; exit 9");
  auto engine = this->engine();
  engine->run(request(), witness_);
  EXPECT_TRUE(eventually([&] { return starts() == 1; }));
  engine.reset();
  EXPECT_FALSE(witness_->is_finished());
  engine = this->engine();
  auto second = std::make_shared<Witness>();
  engine->settle("run-1");
  engine->run(request(), second);
  EXPECT_TRUE(second->wait_for("still running"));
  test::write_text(folder_.file("go"), "");
  EXPECT_EQ(second->wait().status, 9);
  EXPECT_EQ(starts(), 1);
}

TEST_F(EngineTest, WhatEndedUnheardIsTold) {
  serve("exit 9");
  auto engine = this->engine();
  EXPECT_EQ(run(*engine).status, 9);
  engine = nullptr;  // and the end was never recorded
  engine = this->engine();
  EXPECT_EQ(run(*engine).status, 9);
  EXPECT_EQ(starts(), 1);
}

TEST_F(EngineTest, AKilledSupervisorEndsTheRunWithACode) {
  serve("(sleep 1000 &); sleep 1000");
  auto engine = this->engine();
  engine->run(request(), witness_);
  ASSERT_TRUE(eventually([&] { return starts() == 1; }));
  ASSERT_EQ(::kill(std::stoi(test::read_text(in_run("started"))), SIGKILL), 0);
  EXPECT_EQ(witness_->wait().status, kCompletingScenario);
  engine.reset();
  engine = this->engine();
  EXPECT_EQ(run(*engine).status, kCompletingScenario);
  EXPECT_EQ(starts(), 1);
}

TEST_F(EngineTest, ACancelledRunEndsTheTool) {
  serve("echo $$ >" + folder_.file("pid") + "; sleep 1000");
  auto engine = this->engine();
  engine->run(request(), witness_);
  ASSERT_TRUE(eventually([&] { return !test::read_text(folder_.file("pid")).empty(); }));
  witness_->cancel();
  // The next run waits until the other is gone.
  serve("! kill -0 $(cat " + folder_.file("pid") + ") 2>/dev/null");
  auto next = std::make_shared<Witness>();
  engine->run(request("run-2"), next);
  EXPECT_EQ(next->wait().status, 0);
  EXPECT_FALSE(witness_->is_finished());
  EXPECT_FALSE(std::filesystem::exists(folder_.file("work/run-1")));
}

TEST_F(EngineTest, SecretsOfAnUrlAreNotLogged) {
  settings_.url = "https://name:word@" + server_.url("/setup").substr(8) + "?token=1#part";
  run();
  const std::vector<std::string> steps = witness_->steps();
  EXPECT_THAT(steps, testing::Contains("downloading " + server_.url("/setup")));
  EXPECT_THAT(steps, testing::Not(testing::Contains(
                         testing::AnyOf(testing::HasSubstr("word"), testing::HasSubstr("token")))));
}

TEST_F(EngineTest, ARunCancelledWhileItDownloadsIsRemoved) {
  test::Reply asleep;
  asleep.body = std::string(1000, 'x');
  asleep.sent = 10;
  asleep.stalls = true;
  server_.set("/setup", {asleep});
  auto engine = this->engine();
  engine->run(request(), witness_);
  ASSERT_TRUE(witness_->wait_for("downloading the Deployment Tool"));
  witness_->cancel();
  EXPECT_TRUE(witness_->wait_for("cancelled"));
  serve("exit 0");
  auto next = std::make_shared<Witness>();
  engine->run(request("run-2"), next);
  EXPECT_EQ(next->wait().status, 0) << "the engine is stuck with the cancelled run";
  EXPECT_FALSE(std::filesystem::exists(folder_.file("work/run-1")));
}

TEST_F(EngineTest, WhatWasCancelledWhileNobodyLookedIsEndedAtTheStart) {
  serve("sleep 1000");
  auto engine = this->engine();
  engine->run(request(), witness_);
  ASSERT_TRUE(eventually([&] { return starts() == 1; }));
  engine.reset();
  engine = this->engine();
  engine->settle("");
  EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(folder_.file("work/run-1")); }));
}

TEST_F(EngineTest, ADeviceThatBeganAnewIsNotToldOfTheOldOnesRuns) {
  serve("exit 9");
  EXPECT_EQ(run().status, 9);
  RunRequest other = request();
  other.due += 1;
  serve("exit 8");
  EXPECT_EQ(run(*engine(), other).status, 8);
  EXPECT_EQ(starts(), 2);
}

TEST_F(EngineTest, FailuresAreKeptToBeLookedAt) {
  serve("echo why; exit 9");
  auto engine = this->engine();
  run(*engine);
  engine->recorded("run-1", 9);
  engine.reset();
  engine = this->engine();
  engine->settle("");
  engine.reset();
  EXPECT_EQ(test::read_text(in_run("output")), "why\n");
  engine = this->engine();
  run(*engine, request("run-2"));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("work/run-1"))) << "until the next run";
}

TEST_F(EngineTest, OneEngineForAWorkFolder) {
  const auto first = engine();
  EXPECT_THROW(engine(), std::runtime_error);
}

TEST_F(EngineTest, SettingsThatCannotBeUsedAreRefused) {
  const ProcessSettings good = settings_;
  for (auto change : std::vector<std::function<void(ProcessSettings&)>>{
           [](ProcessSettings& s) { s.work_folder.clear(); },
           [](ProcessSettings& s) { s.work_folder = "relative"; },
           [](ProcessSettings& s) { s.work_folder = "/proc/nowhere"; },
           [](ProcessSettings& s) { s.trust_roots.clear(); },
           [](ProcessSettings& s) { s.url = "http://example.com/setup.exe"; },
           [](ProcessSettings& s) { s.supervisor = "/absent"; }}) {
    settings_ = good;
    change(settings_);
    EXPECT_THROW(engine(), std::runtime_error);
  }
}

// Who may rename a folder above the work folder may have the agent run what he likes.
TEST_F(EngineTest, AWorkFolderBelowWhatOthersMayChangeIsRefused) {
  namespace fs = std::filesystem;
  const std::string open = folder_.file("open");
  settings_.work_folder = open + "/own/work";
  fs::create_directory(open);
  fs::permissions(open, fs::perms::all);
  EXPECT_THROW(engine(), std::runtime_error);
  fs::permissions(open, fs::perms::all | fs::perms::sticky_bit);
  EXPECT_NO_THROW(engine());
  fs::permissions(open, fs::perms::owner_all | fs::perms::group_write);
  EXPECT_THROW(engine(), std::runtime_error);
}

/// A file nobody can remove, not even root; the file system may not know how.
class Immutable {
 public:
  explicit Immutable(const std::string& path) : path_(path) {
    test::write_text(path, "");
    works_ = set(FS_IMMUTABLE_FL);
  }
  ~Immutable() { set(0); }
  Immutable(const Immutable&) = delete;
  Immutable& operator=(const Immutable&) = delete;
  bool works() const { return works_; }

 private:
  bool set(int flags) const {
    const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    return ::ioctl(file.get(), FS_IOC_SETFLAGS, &flags) == 0;
  }
  std::string path_;
  bool works_ = false;
};

// The outcome of a former run of the same name, of a device that began anew, was told as this
// one's.
TEST_F(EngineTest, FilesOfAFormerRunThatCannotBeRemoved) {
  serve("exit 3");
  EXPECT_EQ(run().status, 3);
  RunRequest next = request();
  ++next.due;
  {
    const Immutable stays(in_run("stays"));
    if (!stays.works()) GTEST_SKIP() << "no file can be made immutable here";
    const RunResult refused = run(*engine(), next);
    EXPECT_EQ(refused.status, kQueueScenario);
    EXPECT_THAT(refused.text, HasSubstr("cannot be removed"));
    EXPECT_EQ(starts(), 1);
  }
  serve("exit 0");
  EXPECT_EQ(run(*engine(), next).status, kSuccess);
  EXPECT_EQ(starts(), 2);
}

}  // namespace
}  // namespace cspkit::office::process
