// SPDX-License-Identifier: Apache-2.0
// What a provider submits in start(): a job was run twice, as begun and as left over; a provider
// that was then refused had its batch applied and was told so after it had been destroyed.
#include <deque>
#include <utility>

#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

/// Runs its tasks, in order, when somebody waits or the test says so; its clock stands still.
class OrderedExecutor : public Executor, public Clock {
 public:
  Duration steady_now() const override { return now_; }
  UtcTime utc_now() const override { return {}; }
  TimerId post(Task task, Duration) override {
    tasks_.push_back(std::move(task));
    return ++last_;
  }
  bool cancel(TimerId) override { return false; }
  bool drive(Duration until) override {
    if (tasks_.empty()) {
      now_ = until;
      return false;
    }
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    task();
    return true;
  }
  bool is_deterministic() const override { return true; }
  void run_all() {
    while (!tasks_.empty()) drive(now_);
  }

 private:
  std::deque<Task> tasks_;
  TimerId last_ = 0;
  Duration now_{0};
};

/// What the provider does in start(), and what became of it.
struct Script {
  bool starts_job = false;
  bool fails = false;
  const cspkit_host* host = nullptr;
  bool destroyed = false;
  std::vector<std::pair<cspkit_code, bool>> told;  // code, after destroy
  std::vector<std::uint32_t> attempts;
  cspkit_code state_found = CSPKIT_PENDING;
};
Script* script = nullptr;

cspkit_code start(cspkit_provider*) noexcept {
  const cspkit_host* host = script->host;
  cspkit_writer batch{};
  if (host->batch_open(host, CSPKIT_SCOPE_DEVICE, CSPKIT_STR(""), &batch) != CSPKIT_OK)
    return CSPKIT_FAILED;
  if (script->starts_job) {
    const auto* jobs =
        static_cast<const cspkit_host_jobs*>(host->get_extension(host, CSPKIT_EXT_JOBS));
    jobs->job_start(host, batch, CSPKIT_STR("work"), CSPKIT_STR("payload"));
  }
  host->state_write(host, batch, CSPKIT_STR("seen"), CSPKIT_STR("yes"));
  host->batch_submit(
      host, batch,
      [](void*, cspkit_code code) noexcept { script->told.emplace_back(code, script->destroyed); },
      nullptr);
  return script->fails ? CSPKIT_FAILED : CSPKIT_OK;
}

const void* extension(cspkit_provider*, const char* id) noexcept {
  static const cspkit_provider_jobs jobs = {
      sizeof(cspkit_provider_jobs), 0,
      [](cspkit_provider*, cspkit_str, cspkit_str, std::uint32_t attempt) noexcept {
        script->attempts.push_back(attempt);
      }};
  return std::string_view(id) == CSPKIT_EXT_JOBS ? &jobs : nullptr;
}

cspkit_code create(const cspkit_host* host, std::size_t, cspkit_provider** out) noexcept {
  static cspkit_provider table{};
  table = {};
  table.size = sizeof(table);
  table.start = start;
  table.destroy = [](cspkit_provider*) noexcept { script->destroyed = true; };
  table.get_extension = extension;
  script->host = host;
  cspkit_writer look{};
  if (host->batch_open(host, CSPKIT_SCOPE_DEVICE, CSPKIT_STR(""), &look) == CSPKIT_OK) {
    script->state_found = host->state_read(host, look, CSPKIT_STR("seen"), nullptr, nullptr);
    host->batch_drop(host, look);
  }
  *out = &table;
  return CSPKIT_OK;
}

class ProviderStart : public ::testing::Test {
 protected:
  void SetUp() override {
    script = &script_;
    EngineOptions options;
    options.clock = executor_;
    options.executor = executor_;
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened);
    engine_ = std::make_unique<Engine>(*std::move(opened));
  }
  void TearDown() override {
    engine_.reset();
    script = nullptr;
  }
  Status load() { return engine_->add_provider(plugin_); }

  Script script_;
  const std::string ddf_ =
      document("./Device/Vendor/Test", node("S", "Get", "node", occurs("One")));
  const cspkit_provider_info info_ = {
      CSPKIT_STR("starter"), CSPKIT_STR(""), {ddf_.data(), ddf_.size()}, 0};
  const cspkit_plugin plugin_ = {sizeof(cspkit_plugin),
                                 CSPKIT_ABI_MAJOR,
                                 CSPKIT_ABI_MINOR,
                                 CSPKIT_STR("org.example.starter"),
                                 CSPKIT_STR("1.0.0"),
                                 &info_,
                                 1,
                                 create};
  std::shared_ptr<OrderedExecutor> executor_ = std::make_shared<OrderedExecutor>();
  std::unique_ptr<Engine> engine_;
};

TEST_F(ProviderStart, AJobBegunInStartRunsOnce) {
  script_.starts_job = true;
  const Status loaded = load();
  ASSERT_TRUE(loaded.ok()) << loaded.text();
  executor_->run_all();
  EXPECT_EQ(script_.attempts, std::vector<std::uint32_t>{1});
  ASSERT_EQ(script_.told.size(), 1u);
  EXPECT_EQ(script_.told[0], std::make_pair(cspkit_code{CSPKIT_OK}, false));
}

TEST_F(ProviderStart, ARefusedProviderIsToldBeforeItsEndAndLeavesNothing) {
  script_.fails = true;
  EXPECT_EQ(load().code(), Code::kProviderRefused);
  EXPECT_TRUE(script_.destroyed);
  executor_->run_all();
  ASSERT_EQ(script_.told.size(), 1u);
  EXPECT_EQ(script_.told[0], std::make_pair(cspkit_code{CSPKIT_CANCELLED}, false));
  // It may come back, and finds no state of the time before.
  script_.fails = false;
  const Status loaded = load();
  ASSERT_TRUE(loaded.ok()) << loaded.text();
  EXPECT_EQ(script_.state_found, CSPKIT_NOT_FOUND);
}

}  // namespace
}  // namespace cspkit::testing
