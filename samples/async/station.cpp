// SPDX-License-Identifier: Apache-2.0
// Answers that take their time: a Get that a thread answers, an Exec that a timer ends, and a job
// that outlives the process. Nothing here waits inside a handler.
#include <chrono>
#include <condition_variable>
#include <cspkit/provider.hpp>
#include <mutex>
#include <queue>
#include <string>
#include <thread>

namespace {

using cspkit::Code;
using cspkit::Completion;

/// A thread that asks the sensor for whoever waits for it, one after the other.
class Sensor {
 public:
  Sensor() : thread_([this] { work(); }) {}
  /// Those still waiting are answered "cancelled": that is what a Completion says that is dropped.
  ~Sensor() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  void ask(Completion who) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push(std::move(who));
    }
    wake_.notify_one();
  }
  /// Tenths of a degree. A real one would take its time here.
  static int measure() { return 215; }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
      if (stop_) return;
      Completion who = std::move(waiting_.front());
      waiting_.pop();
      lock.unlock();  // never call the host under a lock that a handler takes
      if (!who.is_cancelled()) who.complete_with(measure());
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::queue<Completion> waiting_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses the others
};

class Station : public cspkit::Provider {
 public:
  explicit Station(cspkit::Host host) : Provider(host) {
    on("Temperature").get([this](cspkit::Call&, Completion done) { sensor_.ask(std::move(done)); });
    on("Calibrate").exec([this](cspkit::Call&, const cspkit::Value&, Completion done) {
      this->host().run_after(std::chrono::seconds(1), [done = std::move(done)]() mutable {
        const auto before = done.read("Calibrations");  // joins the transaction of the Exec
        const auto count = before ? before->as_int() : before.error();
        if (count) done.set("Calibrations", *count + 1);
        done.complete(count.error());
      });
    });
    on("Survey").exec([](cspkit::Call& call, const cspkit::Value& value) -> cspkit::Status {
      const auto left = call.read("Survey");
      if (!left || left->data != "0") return call.fail(Code::kBusy, "a survey is going on");
      if (value.as_int().value_or(0) < 1) return call.fail(Code::kBadValue, "how many readings?");
      call.remove("Readings");
      call.set("Survey", value.data);
      call.job_start("survey", value.data);  // begins when the Exec is committed
      return {};
    });
  }

  /// At the first start, and again after every restart until the job has ended: how far it is, the
  /// tree says.
  void job_run(std::string_view id, std::string_view payload, std::uint32_t) override {
    if (id == "survey") take_reading(std::stoi(std::string(payload)));
  }

 private:
  void take_reading(int total) {
    auto batch = host().open_batch();
    const auto left = batch.read("Survey");
    const auto remaining = left ? left->as_int() : left.error();
    if (!remaining) return host().error(remaining.error().text());  // tried again at the next start
    // The reading, how many are left and the end of the job: all of it is there after a power cut,
    // or nothing.
    const bool last = *remaining <= 1;
    batch.set(cspkit::path_join("Readings", std::to_string(total - *remaining + 1)),
              Sensor::measure());
    batch.set("Survey", *remaining - 1);
    if (last) batch.job_end("survey");
    std::move(batch).submit([this, total, last](Code code) {
      if (code != Code::kOk) return host().error("a reading was not stored");
      if (!last) host().run_after(std::chrono::minutes(1), [this, total] { take_reading(total); });
    });
  }

  Sensor sensor_;
};

}  // namespace

CSPKIT_PLUGIN(Station, "Station.xml")
