// SPDX-License-Identifier: Apache-2.0
// The whole table of codes on the process engine, with nothing mocked: what comes of the network,
// the publisher and the configuration, it says itself; what a signed tool says is passed on; the
// rest stands in a list, with the reason.
#include <cspkit/odt/codes.hpp>
#include <functional>
#include <map>
#include <set>

#include "../status_table.hpp"
#include "engine_fixture.hpp"
#include "pipeline.hpp"
#include "simulation_rules.hpp"

namespace cspkit::office::process {
namespace {

using test::kStatusRows;
using test::Origin;
using test::Reply;

// Why this engine comes to no such Status, whatever the device and the tool do; null: it does.
const char* why_not(const test::StatusRow& row) {
  if (row.origin == Origin::kScreen) {
    return "the tool shows it on a screen of its own; what it prints is kept, and no part of "
           "Status";
  }
  if (row.origin == Origin::kProvider) {
    return "the provider writes it before a run and after it, whatever the engine";
  }
  return nullptr;
}

std::int32_t number(const test::StatusRow& row) {
  if (row.code == "(any)") return kCertRevoked;
  return static_cast<std::int32_t>(odt::read_code(row.code).value());
}

class ProcessStatusCodesTest : public EngineTest {
 protected:
  void sign_by(const test::Identity& signer) {
    Reply tool, signature;
    tool.body = "#!/bin/sh\nexit 0\n";
    signature.body = test::cms_signature(tool.body, signer);
    server_.set("/setup", {tool});
    server_.set("/setup.p7s", {signature});
  }
  static test::CertificateOptions publisher(const std::string& name = "Test Publisher") {
    test::CertificateOptions options;
    options.name = name;
    options.purpose = test::Purpose::kCode;
    return options;
  }
  static test::CertificateOptions expired() {
    test::CertificateOptions options = publisher();
    options.from = -20 * 86'400LL;
    options.to = -86'400;
    return options;
  }
  std::int32_t run_next(ProcessEngine& engine, const std::string& xml = kInstallSuite) {
    const std::string name = "run-" + std::to_string(++runs_);
    const RunResult result = run(engine, request(name, xml));
    EXPECT_FALSE(result.text.empty());
    engine.recorded(name, result.status);
    return result.status;
  }
  int runs_ = 0;
};

TEST_F(ProcessStatusCodesTest, EveryNumberIsPassedOnByARealRun) {
  auto engine = this->engine();
  std::set<std::int32_t> passed;
  std::map<std::string, int> left_out;
  for (const test::StatusRow& row : kStatusRows) {
    if (const char* why = why_not(row)) {
      ++left_out[why];
      continue;
    }
    const std::int32_t status = number(row);
    if (!passed.insert(status).second) continue;
    // All that POSIX leaves of an exit code is eight bits: the rest stands in the file.
    const bool as_signed = passed.size() % 2 == 0;
    const std::string written =
        as_signed ? std::to_string(status) : std::to_string(static_cast<std::uint32_t>(status));
    serve(status >= 0 && status < 256 ? "exit " + written
                                      : "echo " + written + " >$CSPKIT_OFFICE_STATUS_FILE; exit 1");
    EXPECT_EQ(run_next(*engine), status) << row.code;
  }
  EXPECT_EQ(starts(), static_cast<int>(passed.size())) << "each by a tool that ran once";
  EXPECT_GT(passed.size(), 60U);
  std::printf("%zu numbers passed on by real runs\n", passed.size());
  for (const auto& [why, count] : left_out) std::printf("%d left out: %s\n", count, why.c_str());
}

TEST_F(ProcessStatusCodesTest, WhatTheEngineSaysItself) {
  struct Cause {
    std::int32_t status;
    std::function<void()> arrange;
    std::string xml = kInstallSuite;
  };
  const auto edition = [](const std::string& attributes, const std::string& product) {
    return "<Configuration><Add " + attributes + "><Product ID=\"" + product +
           "\"><Language ID=\"en-gb\"/></Product></Add></Configuration>";
  };
  const Cause causes[] = {
      {kSuccess, [&] { serve("exit 0"); }},
      {kDownloadFailed,
       [&] {
         Reply missing;
         missing.status = 404;
         server_.set("/setup", {missing});
       }},
      {kInvalidSignature,
       [&] {
         serve("exit 0");
         Reply other;
         other.body = "#!/bin/sh\n";
         server_.set("/setup", {other});
       }},
      {kCertExpired, [&] { sign_by(test::make_certificate(expired(), *root_)); }},
      {kCertUntrustedRoot, [&] { sign_by(test::make_certificate(publisher())); }},
      {kCertChaining,
       [&] { sign_by(test::make_certificate(publisher(), test::make_authority("Other"))); }},
      {kCertNameMismatch, [&] { sign_by(test::make_certificate(publisher("Somebody"), *root_)); }},
      {kCertWrongUsage, [&] { sign_by(*host_); }},
      {kPoolInitialization,
       [&] {
         Reply tool, signature;
         tool.body =
             "\x7f"
             "ELF";
         signature.body = test::cms_signature(tool.body, *publisher_);
         server_.set("/setup", {tool});
         server_.set("/setup.p7s", {signature});
       }},
      {kCompletingScenario, [&] { serve("kill -KILL $$"); }},
      {kCompletingScenario, [&] { serve("echo 997 >$CSPKIT_OFFICE_STATUS_FILE"); }},
      {kCancelledAsPlanned,
       [&] { serve("kill -TERM $(head -n 1 ../started | cut -d ' ' -f 1); sleep 1000"); }},
      {kHandlingCommandLine, [] {}, "<Configuration/>"},
      {kNeedCleanUp, [] {}, edition("Channel=\"Never\"", "O365ProPlusRetail")},
      {kNeedCleanUp, [] {}, edition("", "VisioProRetail")}};
  auto engine = this->engine();
  std::set<std::int32_t> said;
  for (const Cause& cause : causes) {
    cause.arrange();
    EXPECT_EQ(run_next(*engine, cause.xml), cause.status) << "run " << runs_;
    said.insert(cause.status);
  }
  std::printf("%zu numbers said by the engine itself\n", said.size());
}

TEST(ProcessStatusTest, EveryNumberIsPassedOnHoweverItIsWritten) {
  for (const test::StatusRow& row : kStatusRows) {
    if (why_not(row) != nullptr) continue;
    const std::int32_t status = number(row);
    const auto code = static_cast<std::uint32_t>(status);
    Outcome outcome;
    outcome.how = Outcome::How::kExit;
    outcome.code = static_cast<int>(code & 0xFFU);
    EXPECT_EQ(status_of(outcome, std::to_string(code)), status) << row.code;
    EXPECT_EQ(status_of(outcome, std::to_string(status) + "\n"), status) << row.code;
    if (code < 256) {
      EXPECT_EQ(status_of(outcome, ""), status) << row.code;
    }
  }
}

TEST(ProcessStatusTest, WhatIsNoEndIsNone) {
  Outcome outcome;
  outcome.how = Outcome::How::kExit;
  EXPECT_EQ(status_of(outcome, "997"), kCompletingScenario) << "in progress";
  for (const test::StatusRow& row : kStatusRows) {
    if (row.origin != Origin::kScreen) continue;
    outcome.code = 7;
    const std::int32_t status = status_of(outcome, row.code);
    // "(12)" and "30088-1008" are no numbers: the exit code counts.
    EXPECT_EQ(status, 7) << row.code;
  }
}

}  // namespace
}  // namespace cspkit::office::process
