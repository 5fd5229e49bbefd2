// SPDX-License-Identifier: Apache-2.0
// The Office provider with its process engine, as it is shipped, in a whole device: a signed tool
// from an HTTPS server is run. Then kill -9, again and again: never stuck, never run twice; the
// tool itself counts. CSPKIT_PROCESS_KILLS says how often (25).
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cspkit/engine.hpp>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "office_fixture.hpp"
#include "signed_files.hpp"
#include "tls_server.hpp"

namespace cspkit::conformance {
namespace {

using harness::IsOk;
using harness::StatusIs;
using harness::ValueIs;

class OfficeProcessTest : public testing::Test {
 protected:
  OfficeProcessTest() {
    write("root.pem", root_.pem());
    write("settings", "engine = process\nwork-folder = " + folder_.file("work") + "\nurl = " +
                          server_.url("/setup") + "\nca-file = " + folder_.file("root.pem") +
                          "\ntrust-roots = " + folder_.file("root.pem") +
                          "\nsigner = Test Publisher\nsignature = cms\nretry-delay-ms = "
                          "1\nsecond-exec = queue\n" +
                          "log-folder = " + folder_.file("log") + "\n");
    ::setenv("CSPKIT_OFFICE_SETTINGS", folder_.file("settings").c_str(), 1);
    std::filesystem::create_directory(folder_.file("counts"));
  }
  ~OfficeProcessTest() override { ::unsetenv("CSPKIT_OFFICE_SETTINGS"); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.file(name), std::ios::binary) << text;
  }
  // The tool says in its file of counts which configuration it was started with: its comment.
  void serve(const std::string& script) {
    test::CertificateOptions options;
    options.name = "Test Publisher";
    options.purpose = test::Purpose::kCode;
    test::Reply tool, signature;
    tool.body = "#!/bin/sh\necho \"$(sed -n 's/.*<!--\\(.*\\)-->.*/\\1/p' \"$2\")\" >>" +
                folder_.file("starts") + "\n" + script + "\n";
    signature.body = test::cms_signature(tool.body, test::make_certificate(options, root_));
    server_.set("/setup", {tool});
    server_.set("/setup.p7s", {signature});
  }
  std::map<std::string, int> starts() const {
    std::map<std::string, int> counts;
    std::ifstream in(folder_.file("starts"));
    for (std::string id; std::getline(in, id);) ++counts[id];
    return counts;
  }
  Engine open() {
    EngineOptions options;
    options.state = folder_.file("device.db");
    // A process killed while it begins another leaves its locks to that one until it has begun.
    const auto end = std::chrono::steady_clock::now() + 30s;
    auto engine = Engine::open(options);
    while (!engine && std::chrono::steady_clock::now() < end) {
      ::poll(nullptr, 0, 2);
      engine = Engine::open(options);
    }
    EXPECT_THAT(engine, IsOk());
    EXPECT_THAT(engine->load_provider(CSPKIT_OFFICE_LIBRARY), IsOk());
    return std::move(*engine);
  }
  // False when a run is stuck.
  static bool finish(Engine& engine) {
    const auto end = std::chrono::steady_clock::now() + 60s;
    return engine.wait_for_jobs([&] { return std::chrono::steady_clock::now() > end; }, 2ms);
  }
  static std::string node(const std::string& id, const std::string& name) {
    return kInstallation + "/" + id + "/" + name;
  }
  static Value configuration(const std::string& id) {
    return Value::chr("<Configuration><!--" + id +
                      "--><Add><Product ID=\"O365ProPlusRetail\"><Language ID=\"en-us\"/>"
                      "</Product></Add></Configuration>");
  }

  TempFolder folder_;
  const test::Identity root_ = test::make_authority("Test root");
  test::TlsServer server_{test::make_certificate({}, root_)};
};

TEST_F(OfficeProcessTest, AnInstallByTheRealPipeline) {
  serve("exit 0");
  Engine engine = open();
  auto device = engine.open_session(Principal::device());
  EXPECT_THAT(device.exec(node("A", "Install"), configuration("A")), StatusIs(200));
  EXPECT_THAT(device.get(node("A", "Status")), ValueIs("997"));
  ASSERT_TRUE(finish(engine));
  EXPECT_THAT(device.get(node("A", "Status")), ValueIs("0"));
  EXPECT_THAT(device.get(node("A", "FinalStatus")), ValueIs("70"));
  EXPECT_THAT(device.get(kInstallation + "/CurrentStatus")->data,
              testing::HasSubstr("<Product ID=\"O365ProPlusRetail\">"));
  EXPECT_EQ(starts(), (std::map<std::string, int>{{"A", 1}}));
}

TEST_F(OfficeProcessTest, NoNetworkIs1460) {
  server_.set("/setup", {});
  Engine engine = open();
  auto device = engine.open_session(Principal::device());
  EXPECT_THAT(device.exec(node("A", "Install"), configuration("A")), StatusIs(200));
  ASSERT_TRUE(finish(engine));
  EXPECT_THAT(device.get(node("A", "Status")), ValueIs("1460"));
  EXPECT_THAT(device.get(node("A", "FinalStatus")), ValueIs("60"));
}

TEST_F(OfficeProcessTest, DeleteEndsTheTool) {
  serve("echo $$ >" + folder_.file("pid") + "; sleep 1000");
  Engine engine = open();
  auto device = engine.open_session(Principal::device());
  EXPECT_THAT(device.exec(node("A", "Install"), configuration("A")), StatusIs(200));
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (starts().empty() && std::chrono::steady_clock::now() < end) ::poll(nullptr, 0, 2);
  EXPECT_THAT(device.remove(kInstallation + "/A"), StatusIs(200));
  serve("! kill -0 $(cat " + folder_.file("pid") + ")");
  EXPECT_THAT(device.exec(node("B", "Install"), configuration("B")), StatusIs(200));
  ASSERT_TRUE(finish(engine));
  EXPECT_THAT(device.get(node("B", "Status")), ValueIs("0"))
      << "it waited for the end of the other";
}

TEST_F(OfficeProcessTest, BadSettingsAreToldWhereTheProviderIsLoaded) {
  write("settings", "engine = process\n");
  auto engine = Engine::open({});
  ASSERT_THAT(engine, IsOk());
  EXPECT_FALSE(engine->load_provider(CSPKIT_OFFICE_LIBRARY).ok());
}

TEST_F(OfficeProcessTest, KilledAtAnyMomentItNeitherSticksNorRunsTwice) {
  const char* wanted = std::getenv("CSPKIT_PROCESS_KILLS");
  const int kills = wanted != nullptr ? std::max(1, std::atoi(wanted)) : 25;
  serve("for i in 1 2 3; do :; done; sleep 0.02; exit 0");
  std::mt19937 random(20261121);  // NOLINT(cert-msc51-cpp): the same moments in every run
  int in_the_midst = 0;
  const auto wait = [](int fd) {  // until the child has said that its first Exec was accepted
    pollfd ready{fd, POLLIN, 0};
    char byte = 0;
    return ::poll(&ready, 1, 60'000) == 1 && ::read(fd, &byte, 1) == 1;
  };
  for (int kill = 0; kill < kills && !HasFailure(); ++kill) {
    int told[2];
    ASSERT_EQ(::pipe2(told, O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
      ::dup2(null, STDOUT_FILENO);
      ::execl(CSPKIT_PROCESS_CHILD, CSPKIT_PROCESS_CHILD, folder_.file("device.db").c_str(),
              CSPKIT_OFFICE_LIBRARY, ("k" + std::to_string(kill)).c_str(),
              std::to_string(::fcntl(told[1], F_DUPFD, 0)).c_str(), nullptr);
      ::_exit(127);
    }
    ::close(told[1]);
    const bool accepted = wait(told[0]);
    ::close(told[0]);
    const timespec time{0, static_cast<long>(random() % 150'000'000)};  // NOLINT
    ::nanosleep(&time, nullptr);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(accepted) << "the child's first Exec was not accepted";
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    Engine engine = open();
    in_the_midst += engine.jobs().empty() ? 0 : 1;
    ASSERT_TRUE(finish(engine)) << "a run is stuck";
    auto device = engine.open_session(Principal::device());
    std::map<std::string, int> expected;
    const auto names = device.get(kInstallation);
    ASSERT_THAT(names, IsOk()) << "an accepted Exec is forgotten";
    std::istringstream list(names->data);
    for (std::string id; std::getline(list, id, '/');) {
      if (id == "CurrentStatus") continue;
      expected[id] = 1;
      EXPECT_THAT(device.get(node(id, "Status")), ValueIs("0")) << id;
      EXPECT_THAT(device.get(node(id, "FinalStatus")), ValueIs("70")) << id;
    }
    EXPECT_EQ(starts(), expected) << "after kill " << kill;
  }
  std::printf("%d kills, %d in the midst of a run, %zu runs\n", kills, in_the_midst,
              starts().size());
  if (kills >= 20) {
    EXPECT_GE(in_the_midst, 1) << "the kills miss what they are for";
  }
}

}  // namespace
}  // namespace cspkit::conformance
