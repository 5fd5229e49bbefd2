// SPDX-License-Identifier: Apache-2.0
// A process engine with all it needs: a server, a publisher, a program to run.
#ifndef CSPKIT_TESTS_UNIT_OFFICE_PROCESS_ENGINE_FIXTURE_HPP_
#define CSPKIT_TESTS_UNIT_OFFICE_PROCESS_ENGINE_FIXTURE_HPP_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "../../../lib/temp_folder.hpp"
#include "certificate_codes.hpp"
#include "process_engine.hpp"
#include "signed_files.hpp"
#include "simulated_click_to_run.hpp"
#include "tls_server.hpp"

namespace cspkit::office::process {

inline const std::string kInstallSuite =
    "<Configuration><Add><Product ID=\"O365ProPlusRetail\"><Language ID=\"en-us\"/></Product></Add>"
    "</Configuration>";

class RealClock final : public Scheduler {
 public:
  std::chrono::milliseconds now_utc() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
  }
  std::chrono::milliseconds now_steady() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
  void run_after(std::chrono::milliseconds, std::function<void()>) override {
    ADD_FAILURE() << "the engine has a thread of its own";
  }
};

/// Keeps what an engine says; may be asked to wait.
class Witness final : public RunObserver {
 public:
  bool progress(int percent, std::string_view text) override {
    const std::lock_guard<std::mutex> guard(mutex_);
    percents_.push_back(percent);
    texts_.emplace_back(text);
    changed_.notify_all();
    return !cancelled_;
  }
  void step(std::string_view text) override {
    const std::lock_guard<std::mutex> guard(mutex_);
    steps_.emplace_back(text);
    changed_.notify_all();
  }
  void finished(RunResult result) override {
    const std::lock_guard<std::mutex> guard(mutex_);
    EXPECT_FALSE(result_.has_value()) << "finished twice";
    result_ = std::move(result);
    changed_.notify_all();
  }

  void cancel() {
    const std::lock_guard<std::mutex> guard(mutex_);
    cancelled_ = true;
  }
  RunResult wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), [&] {
      return result_.has_value();
    })) << "the run is stuck";
    return result_.value_or(RunResult{-1, {}, "stuck"});
  }
  /// A step, or a text of progress, that contains it.
  bool wait_for(const std::string& what) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto said = [&](const std::string& text) { return text.find(what) != std::string::npos; };
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] {
      return std::any_of(steps_.begin(), steps_.end(), said) ||
             std::any_of(texts_.begin(), texts_.end(), said);
    });
  }
  bool is_finished() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return result_.has_value();
  }
  std::vector<std::string> steps() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return steps_;
  }
  std::vector<int> percents() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return percents_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> percents_;
  std::vector<std::string> texts_, steps_;
  std::optional<RunResult> result_;
  bool cancelled_ = false;
};

class EngineTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = new test::Identity(test::make_authority("Test root"));
    host_ = new test::Identity(test::make_certificate({}, *root_));
    test::CertificateOptions publisher;
    publisher.name = "Test Publisher";
    publisher.purpose = test::Purpose::kCode;
    publisher_ = new test::Identity(test::make_certificate(publisher, *root_));
  }
  static void TearDownTestSuite() {
    delete root_;
    delete host_;
    delete publisher_;
  }
  EngineTest() {
    test::write_text(folder_.file("root.pem"), root_->pem());
    settings_.work_folder = folder_.file("work");
    settings_.url = server_.url("/setup");
    settings_.ca_file = folder_.file("root.pem");
    settings_.trust_roots = folder_.file("root.pem");
    settings_.signer = "Test Publisher";
    settings_.supervisor = CSPKIT_SUPERVISOR;
    settings_.detached = true;
    settings_.tries = 2;
    settings_.retry_delay = std::chrono::milliseconds(1);
    settings_.run_time = std::chrono::seconds(30);
  }

  /// The tool is a shell script; every start of it is counted first.
  void serve(const std::string& script) {
    test::Reply tool, signature;
    tool.body = "#!/bin/sh\necho started >>" + folder_.file("starts") + "\n" + script + "\n";
    signature.body = test::cms_signature(tool.body, *publisher_);
    server_.set("/setup", {tool});
    server_.set("/setup.p7s", {signature});
  }
  int starts() const {
    const std::string text = test::read_text(folder_.file("starts"));
    return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }
  std::unique_ptr<ProcessEngine> engine() {
    return std::make_unique<ProcessEngine>(clock_, settings_);
  }
  static RunRequest request(const std::string& run = "run-1",
                            const std::string& configuration = kInstallSuite) {
    RunRequest r;
    r.run = run;
    r.configuration = configuration;
    r.due = 1'763'722'047'000;
    return r;
  }
  RunResult run(ProcessEngine& engine, const RunRequest& order = request()) {
    witness_ = std::make_shared<Witness>();
    engine.run(order, witness_);
    return witness_->wait();
  }
  RunResult run() { return run(*engine()); }
  std::string in_run(const std::string& name, const std::string& run = "run-1") const {
    return folder_.file("work/" + run + "/" + name);
  }
  template <typename F>
  static bool eventually(F good) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!good()) {
      if (std::chrono::steady_clock::now() > end) return false;
      ::poll(nullptr, 0, 2);
    }
    return true;
  }

  static inline test::Identity* root_ = nullptr;
  static inline test::Identity* host_ = nullptr;
  static inline test::Identity* publisher_ = nullptr;
  test::TempFolder folder_;
  test::TlsServer server_{*host_};
  RealClock clock_;
  ProcessSettings settings_;
  std::shared_ptr<Witness> witness_ = std::make_shared<Witness>();
};

}  // namespace cspkit::office::process

#endif  // CSPKIT_TESTS_UNIT_OFFICE_PROCESS_ENGINE_FIXTURE_HPP_
