// SPDX-License-Identifier: Apache-2.0
// What the network, the publisher and the tool can do wrong, and the Status each comes to.
#include "engine_fixture.hpp"
#include "run_files.hpp"

namespace cspkit::office::process {
namespace {

using test::Reply;
using testing::Contains;
using testing::HasSubstr;

class EngineFaultTest : public EngineTest {
 protected:
  // Nothing ran, and no tool lies there to be run by someone else.
  void expect_nothing_ran() {
    EXPECT_EQ(starts(), 0);
    EXPECT_FALSE(std::filesystem::exists(in_run("setup.exe")));
    EXPECT_FALSE(std::filesystem::exists(in_run("started")));
  }
};

TEST_F(EngineFaultTest, ANetworkThatDoesNotDeliver) {
  serve("exit 0");
  Reply missing, broken, silent, empty, shorter, half;
  missing.status = 404;
  broken.status = 500;
  silent.silent = true;
  shorter.body = "#!/bin/sh\n";
  shorter.said_length = 100;
  half.body = std::string(1000, 'x');
  half.sent = 500;
  for (const Reply& fault : {missing, broken, silent, empty, shorter, half}) {
    server_.set("/setup", {fault});
    EXPECT_EQ(run().status, kDownloadFailed);
    expect_nothing_ran();
  }
  EXPECT_THAT(witness_->steps(), Contains(HasSubstr("try 2 of 2")));
}

// Processes that were started for a run below the folder: the tool, its children, the supervisor.
int at_work_in(const std::string& folder) {
  int count = 0;
  const std::string mark = std::string(kRunVariable) + "=" + folder;
  each_process([&](pid_t pid) {
    std::string environment;
    if (read_file("/proc/" + std::to_string(pid) + "/environ", 1 << 20, environment) == 0 &&
        environment.find(mark) != std::string::npos) {
      ++count;
    }
  });
  return count;
}

// Each ends with its Status and says why; then neither a file nor a process is left, and the next
// run is as good as the first.
TEST_F(EngineFaultTest, NothingIsLeftOfAnyOfThem) {
  settings_.keep_failed = false;
  settings_.output_bytes = 1000;
  struct Fault {
    std::int32_t status;
    std::string script;  // empty: the server's fault
    Reply reply{};
  };
  Reply missing, broken, silent, empty, half, longer, other;
  missing.status = 404;
  broken.status = 500;
  silent.silent = true;
  other.body = "#!/bin/sh\n# not what was signed\n";
  half.body = std::string(1000, 'x');
  half.sent = 500;
  longer.body = "#!/bin/sh\n";
  longer.said_length = 1 << 20;
  const Fault faults[] = {
      {kDownloadFailed, "", missing},
      {kDownloadFailed, "", broken},
      {kDownloadFailed, "", silent},
      {kDownloadFailed, "", empty},
      {kInvalidSignature, "", other},
      {kDownloadFailed, "", half},
      {kDownloadFailed, "", longer},
      {kCompletingScenario, "sleep 1000"},                               // hangs
      {kCompletingScenario, "trap '' TERM; while :; do sleep 1; done"},  // and does not listen
      {kCompletingScenario, "kill -KILL $$"},                            // is killed
      {3, "for i in 1 2 3 4 5 6 7 8; do (sleep 1000 &); done; exit 3"},  // forks
      {4, "setsid sh -c 'sleep 1000 & sleep 1000' & exit 4"},            // away from its session
      {5, "head -c 50000000 /dev/zero; head -c 50000000 /dev/zero >&2; exit 5"},  // prints
      {6, "cd ..; rm -rf content output; mkdir content/x/y -p; chmod 0 content; exit 6"},
      {0, "exit 0"}};
  int number = 0;
  for (const Fault& fault : faults) {
    const bool ends_itself = fault.script.find("exit") != std::string::npos;
    settings_.run_time = ends_itself ? std::chrono::minutes(2) : std::chrono::seconds(1);
    auto engine = this->engine();
    serve(fault.script);
    if (fault.script.empty()) server_.set("/setup", {fault.reply});
    const std::string name = "run-" + std::to_string(++number);
    const RunResult result = run(*engine, request(name));
    EXPECT_EQ(result.status, fault.status) << name << ": " << result.text;
    EXPECT_FALSE(result.text.empty());
    EXPECT_FALSE(witness_->steps().empty()) << "the log of the run tells it";
    engine->recorded(name, result.status);
    EXPECT_TRUE(eventually([&] { return at_work_in(folder_.path()) == 0; })) << name;
    EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(in_run("", name)); })) << name;
  }
}

TEST_F(EngineFaultTest, AServerNobodyVouchesFor) {
  test::TlsServer impostor(test::make_certificate({}));
  Reply tool;
  tool.body = "#!/bin/sh\n";
  impostor.set("/setup", {tool});
  settings_.url = impostor.url("/setup");
  EXPECT_EQ(run().status, kCertUntrustedRoot);
  expect_nothing_ran();
}

TEST_F(EngineFaultTest, AToolThatWasTamperedWith) {
  serve("exit 0");
  Reply other;
  other.body = "#!/bin/sh\necho started >>" + folder_.file("starts") + "\n";
  server_.set("/setup", {other});
  EXPECT_EQ(run().status, kInvalidSignature);
  expect_nothing_ran();
}

TEST_F(EngineFaultTest, AHalfToolOfTheRightLength) {
  settings_.detached = false;
  Reply tool;
  tool.body = test::authenticode(test::pe_file("exit 0\n"), *publisher_);
  tool.body.resize(tool.body.size() / 2);
  server_.set("/setup", {tool});
  EXPECT_EQ(run().status, kInvalidSignature);
  expect_nothing_ran();
}

TEST_F(EngineFaultTest, AToolOfSomebodyElse) {
  serve("exit 0");
  settings_.signer = "Another Publisher";
  EXPECT_EQ(run().status, kCertNameMismatch);
  expect_nothing_ran();
  test::write_text(folder_.file("other.pem"), test::make_authority("Other").pem());
  settings_.trust_roots = folder_.file("other.pem");
  EXPECT_EQ(run().status, kCertChaining);
  expect_nothing_ran();
}

TEST_F(EngineFaultTest, ASignatureThatIsNotThere) {
  serve("exit 0");
  server_.set("/setup.p7s", {});
  EXPECT_EQ(run().status, kDownloadFailed);
  EXPECT_EQ(starts(), 0);
}

TEST_F(EngineFaultTest, AToolThatHangs) {
  settings_.run_time = std::chrono::seconds(1);
  serve("(sleep 1000 &); sleep 1000");
  const RunResult result = run();
  EXPECT_EQ(result.status, kCompletingScenario);
  EXPECT_THAT(result.text, HasSubstr("after 1 s"));
}

TEST_F(EngineFaultTest, AToolThatPrintsWithoutEnd) {
  settings_.output_bytes = 1000;
  settings_.run_time = std::chrono::minutes(5);  // a slow machine may take its time
  serve("head -c 1000000000 /dev/zero; exit 3");
  EXPECT_EQ(run().status, 3);
  EXPECT_EQ(std::filesystem::file_size(in_run("output")), 1000U);
}

TEST_F(EngineFaultTest, AToolThatIsNoProgram) {
  Reply tool, signature;
  tool.body =
      "\x7f"
      "ELF and nothing behind it";
  signature.body = test::cms_signature(tool.body, *publisher_);
  server_.set("/setup", {tool});
  server_.set("/setup.p7s", {signature});
  EXPECT_EQ(run().status, kPoolInitialization);
}

TEST_F(EngineFaultTest, AWorkFolderThatCannotBeWritten) {
  serve("exit 0");
  auto engine = this->engine();
  test::write_text(folder_.file("work/run-1"), "in the way");
  // What is in the way is ours to remove: it is our folder.
  EXPECT_EQ(run(*engine).status, 0);
}

// Neither by us nor by a tool that prints what it was given, whole or cut in the midst of a key.
TEST_F(EngineFaultTest, NoKeyIsEverTold) {
  const auto tell = [this](const std::string& name, std::size_t limit, char between) {
    const std::string key = "7WQ2P-4KJ8M-T3RXC-9BVNH-D6GFY";
    std::string told = key;
    std::replace(told.begin(), told.end(), '-', between);
    const std::string text = "<Configuration><Add><Product ID=\"ProPlus2021Volume\" PIDKEY=\"" +
                             key + "\"><Language ID=\"en-us\"/></Product></Add></Configuration>";
    settings_.output_bytes = limit;
    serve(std::string(R"(sed 's/-\([0-9A-Z]\{5\}\)/)") + between + R"(\1/g' "$2"; exit 9)");
    auto engine = this->engine();
    const RunResult result = run(*engine, request(name, text));
    EXPECT_EQ(result.status, 9) << result.text;
    std::string all = result.text;
    for (const std::string& step : witness_->steps()) all += step;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder_.path())) {
      if (file.is_regular_file()) all += test::read_text(file.path().string());
    }
    EXPECT_EQ(all.find(key.substr(0, 11)), std::string::npos);
    EXPECT_EQ(all.find(told.substr(0, 11)), std::string::npos);
    const std::string output = test::read_text(in_run("output", name));
    EXPECT_EQ(output.find("PIDKEY=\"(product key)\"") != std::string::npos, limit == 1000U);
    EXPECT_EQ(output.find("<Configuration><Add>") != std::string::npos, limit != 0);
  };
  tell("run-whole", 1000, '-');
  tell("run-cut", 80, '-');
  tell("run-none", 0, '-');
  // As a tool may write them; cut within the last group.
  for (const char between : {' ', '_', '.'}) tell("run-" + std::to_string(between), 86, between);
}

}  // namespace
}  // namespace cspkit::office::process
