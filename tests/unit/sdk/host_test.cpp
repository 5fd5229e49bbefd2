// SPDX-License-Identifier: Apache-2.0
// Host, Writer and Batch: what reaches the host's table, and who owns callbacks.
#include <gtest/gtest.h>

#include <cspkit/provider.hpp>
#include <memory>
#include <stdexcept>

#include "fake_host.hpp"

namespace cspkit::test {
namespace {

using Lines = std::vector<std::string>;

class HostTest : public testing::Test {
 protected:
  ~HostTest() override {
    EXPECT_EQ(fake_.breaches, Lines{});
    EXPECT_TRUE(fake_.open_writers.empty());
  }
  FakeHost fake_;
  Host host_{fake_.raw()};
};

TEST_F(HostTest, ClockNameAndLog) {
  EXPECT_EQ(host_.name(), "fake");
  EXPECT_EQ(host_.version(), "0.0.1");
  EXPECT_EQ(host_.now_steady(), std::chrono::seconds(1));
  EXPECT_EQ(host_.now_utc().time_since_epoch().count(), 1'700'000'000'123);
  host_.debug("d");
  host_.info("i");
  host_.warning("w");
  host_.error("e");
  EXPECT_EQ(fake_.log, (Lines{"0: d", "1: i", "2: w", "3: e"}));
  EXPECT_EQ(host_.extension("com.example/1"), nullptr);
}

TEST_F(HostTest, TaskRunsOnceAndIsFreed) {
  auto alive = std::make_shared<int>(0);
  const TimerId timer = host_.run_after(std::chrono::milliseconds(250), [alive] { ++*alive; });
  ASSERT_NE(timer, 0U);
  EXPECT_EQ(fake_.tasks.at(timer).delay, 250);
  EXPECT_EQ(fake_.run_tasks(), 1U);
  EXPECT_EQ(*alive, 1);
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_FALSE(host_.cancel(timer)) << "it has run";
}

TEST_F(HostTest, CancelledTaskIsFreedUnrun) {
  auto alive = std::make_shared<int>(0);
  const TimerId timer = host_.run_after(std::chrono::seconds(1), [alive] { ++*alive; });
  EXPECT_TRUE(host_.cancel(timer));
  EXPECT_FALSE(host_.cancel(timer));
  EXPECT_FALSE(host_.cancel(0));
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(fake_.run_tasks(), 0U);
  EXPECT_EQ(*alive, 0);
}

TEST_F(HostTest, TaskIsFreedWhenTheHostShutsDown) {
  auto alive = std::make_shared<int>(0);
  fake_.shutting_down = true;
  EXPECT_EQ(host_.run_after(std::chrono::seconds(1), [alive] { ++*alive; }), 0U);
  EXPECT_EQ(alive.use_count(), 1);
}

TEST_F(HostTest, ExceptionOfATaskIsLogged) {
  host_.run_after(std::chrono::seconds(0), [] { throw std::runtime_error("task is broken"); });
  host_.run_after(std::chrono::seconds(0), [] { throw 1; });
  EXPECT_EQ(fake_.run_tasks(), 2U);
  ASSERT_EQ(fake_.log.size(), 2U);
  EXPECT_EQ(fake_.log[0], "3: task is broken");
}

TEST_F(HostTest, TaskMayStartTheNext) {
  int runs = 0;
  std::function<void()> again = [&] {
    if (++runs < 3) host_.run_after(std::chrono::seconds(1), again);
  };
  again();
  fake_.run_tasks();
  EXPECT_EQ(runs, 3);
}

TEST_F(HostTest, BatchSendsEveryKindOfChange) {
  Batch batch = host_.open_batch(Scope::kUser, "alice");
  ASSERT_TRUE(batch.is_open());
  const std::string text = "text";
  batch.set("A", text);
  batch.set("B", "literal");
  batch.set("C", -5);
  batch.set("D", true);
  batch.set("E", {Format::kXml, "<e/>"});
  batch.set("F", Bytes{std::byte{'f'}});
  Value secret = Value::chr("s");
  secret.secret = true;
  batch.set("G", secret);
  batch.create(path_join("H", "a/b"));
  batch.remove("");
  batch.state_write("key", "bytes");
  batch.state_remove("key");
  batch.job_start("job", "payload");
  batch.job_end("job");
  EXPECT_EQ(host_.job_progress("job", 50, "half"), Code::kOk);
  EXPECT_TRUE(batch.error().ok()) << batch.error().text();
  EXPECT_EQ(std::move(batch).submit(), Code::kOk);
  EXPECT_EQ(
      fake_.changes,
      (Lines{"set A=:text", "set B=:literal", "set C=int:-5", "set D=bool:true", "set E=xml:<e/>",
             "set F=:f", "set G=chr:s secret", "create H/a%2Fb", "remove ", "state key=bytes",
             "state_remove key", "job_start job=payload", "job_end job", "progress job 50 half"}));
  EXPECT_FALSE(batch.is_open());
}

TEST_F(HostTest, ReadsCollectWhatTheHostPushes) {
  fake_.nodes["A/B"] = Value::integer(5);
  fake_.nodes["A/C"] = Value::chr("");
  fake_.state["k1"] = std::string("\0x", 2);
  fake_.state["k2"] = "";
  fake_.state["z"] = "";
  Batch batch = host_.open_batch();
  EXPECT_EQ(batch.read("A/B").value(), Value::integer(5));
  EXPECT_EQ(batch.read("A/C").value(), Value::chr(""));
  EXPECT_EQ(batch.read("A/D").error().code(), Code::kNotFound);
  EXPECT_EQ(batch.read("A/D").error().text(), "read 'A/D': not found");
  EXPECT_EQ(batch.children("A").value(), (Lines{"B", "C"}));
  EXPECT_EQ(batch.children("Z").error().code(), Code::kNotFound);
  EXPECT_EQ(batch.state_read("k1").value(), std::string("\0x", 2));
  EXPECT_EQ(batch.state_read("k2").value(), "");
  EXPECT_EQ(batch.state_read("none").error().code(), Code::kNotFound);
  EXPECT_EQ(batch.state_list("k").value(), (Lines{"k1", "k2"}));
  EXPECT_EQ(batch.state_list().value().size(), 3U);
  EXPECT_TRUE(batch.error().ok()) << "reading what is not there is no failed change";
}

TEST_F(HostTest, BatchTellsWhatBecameOfItOnce) {
  std::vector<Code> told;
  auto alive = std::make_shared<int>(0);
  Batch batch = host_.open_batch();
  batch.set("A", 1);
  EXPECT_EQ(std::move(batch).submit([&told, alive](Code code) { told.push_back(code); }),
            Code::kOk);
  EXPECT_TRUE(told.empty());
  fake_.finish_batches(CSPKIT_FULL);
  EXPECT_EQ(told, std::vector<Code>{Code::kFull});
  EXPECT_EQ(alive.use_count(), 1);
}

TEST_F(HostTest, BatchWithAFailedChangeIsNotSubmitted) {
  auto alive = std::make_shared<int>(0);
  Batch batch = host_.open_batch();
  fake_.next_set = CSPKIT_BAD_FORMAT;
  EXPECT_EQ(batch.set("A", 1), Code::kBadFormat);
  fake_.next_set = CSPKIT_OK;
  EXPECT_EQ(batch.set("B", 1), Code::kOk);
  EXPECT_EQ(std::move(batch).submit([alive](Code) { ++*alive; }), Code::kBadFormat);
  EXPECT_TRUE(fake_.submitted.empty());
  EXPECT_EQ(fake_.dropped_batches, 1U);
  EXPECT_EQ(fake_.log, Lines{"3: batch not submitted: set 'A': bad format"});
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(*alive, 0);
}

TEST_F(HostTest, RefusedSubmissionFreesTheCallback) {
  auto alive = std::make_shared<int>(0);
  fake_.next_submit = CSPKIT_FULL;
  Batch batch = host_.open_batch();
  EXPECT_EQ(std::move(batch).submit([alive](Code) { ++*alive; }), Code::kFull);
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(*alive, 0);
}

TEST_F(HostTest, UnsubmittedBatchIsDropped) {
  {
    Batch batch = host_.open_batch();
    Batch moved = std::move(batch);
    EXPECT_FALSE(batch.is_open());
    EXPECT_TRUE(moved.is_open());
    moved = host_.open_batch();
    EXPECT_EQ(fake_.dropped_batches, 1U);
  }
  EXPECT_EQ(fake_.dropped_batches, 2U);
}

TEST_F(HostTest, BatchOfAHostThatShutsDownAnswersStale) {
  fake_.shutting_down = true;
  Batch batch = host_.open_batch();
  EXPECT_FALSE(batch.is_open());
  EXPECT_EQ(batch.set("A", 1), Code::kStale);
  EXPECT_EQ(std::move(batch).submit(), Code::kStale);
}

TEST_F(HostTest, EndOfNoJobIsNotRemembered) {
  Batch batch = host_.open_batch();
  EXPECT_EQ(batch.job_end("none"), Code::kNotFound);
  EXPECT_EQ(batch.state_remove("none"), Code::kOk);
  EXPECT_TRUE(batch.error().ok());
}

TEST_F(HostTest, HostWithoutJobsSaysSo) {
  FakeHost old(false);
  const Host host(old.raw());
  EXPECT_FALSE(host.has_jobs());
  EXPECT_TRUE(host_.has_jobs());
  Batch batch = host.open_batch();
  EXPECT_EQ(batch.job_start("a", ""), Code::kNotSupported);
  EXPECT_EQ(batch.job_end("a"), Code::kNotSupported);
  EXPECT_EQ(host.job_progress("a", 1), Code::kNotSupported);
  EXPECT_EQ(std::move(batch).submit(), Code::kNotSupported);
}

TEST(Path, SegmentsAreEncodedAsTheContractSays) {
  EXPECT_EQ(encode_segment("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(encode_segment("{a b/c%}"), "%7Ba%20b%2Fc%25%7D");
  EXPECT_EQ(encode_segment(std::string("\0\xff", 2)), "%00%FF");
  EXPECT_EQ(encode_segment(""), "");
  EXPECT_EQ(path_join("Installation", std::string("{x}"), "Status"), "Installation/%7Bx%7D/Status");
  EXPECT_EQ(path_join("A"), "A");
}

}  // namespace
}  // namespace cspkit::test
