// SPDX-License-Identifier: Apache-2.0
// Effects that cannot be undone ran in an Atomic that then failed: a handler for Add or Delete that
// was marked so was also called on the way of other commands, where it was not kept for the end,
// and twice in one Atomic. Now only an Exec can be irreversible.
#define CSPKIT_STATIC_NAME spark
#include <gmock/gmock.h>
#include <unistd.h>

#include <cspkit/provider.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "dm_messages.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SparkProvider;

/// What the provider declares, and what it was asked to do.
struct Spark {
  std::function<void(SparkProvider&)> declare;
  std::vector<std::string> seen;
};
Spark* spark = nullptr;

class SparkProvider : public Provider, public Transactional {
 public:
  explicit SparkProvider(Host host_table) : Provider(std::move(host_table)) {
    spark->declare(*this);
  }
  using Provider::on;
  Result<std::string> undo_for(Call& call) override {
    spark->seen.push_back("undo_for " + std::string(call.path()));
    return "record of " + std::string(call.path());
  }
  Status apply_undo(std::string_view record) override {
    spark->seen.push_back("undo " + std::string(record));
    return {};
  }
};
CSPKIT_PLUGIN(SparkProvider, "Spark.xml")

auto note(const char* what) {
  return [what](Call&) { spark->seen.emplace_back(what); };
}

class Irreversible : public ::testing::Test {
 protected:
  void SetUp() override {
    spark = &spark_;
    std::filesystem::create_directories(folder_);
    const std::string go = node("Go", "Add Exec Get Replace", "chr", occurs("ZeroOrOne"));
    std::ofstream(folder_ / "Spark.xml") << document(
        "./Device/Vendor/Test",
        node("Spark", "Get", "node", occurs("One"),
             node("Text", "Get Replace", "chr", occurs("One")) +
                 node("", "Add Delete Get", "node", occurs("ZeroOrMore") + "<DFTitle>N</DFTitle>",
                      go + node("Leaf", "Add Delete Get Replace", "chr", occurs("ZeroOrOne")))));
  }
  void TearDown() override {
    session_.reset();
    engine_.reset();
    std::filesystem::remove_all(folder_);
    spark = nullptr;
  }
  Status load(std::function<void(SparkProvider&)> declare) {
    spark_.declare = std::move(declare);
    session_.reset();
    engine_ = std::make_unique<Engine>(Engine::open({}).value());
    Status loaded = engine_->add_provider(cspkit_plugin_v1_spark, folder_);
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
    return loaded;
  }
  static std::string uri(const std::string& below) { return "./Vendor/Test/Spark/" + below; }
  static std::string change(const char* verb, const std::string& below, const std::string& data) {
    return std::string("<") + verb + "><CmdID>3</CmdID><Item><Target><LocURI>" + uri(below) +
           "</LocURI></Target><Data>" + data + "</Data></Item></" + verb + ">";
  }
  std::vector<int> run_atomic(const std::string& commands) {
    EXPECT_TRUE(
        session_->process(message("<Atomic><CmdID>1</CmdID>" + commands + "</Atomic>", ++id_)));
    return session_->last_statuses();
  }

  Spark spark_;
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("cspkit-spark-" + std::to_string(::getpid()));
  unsigned id_ = 0;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

TEST_F(Irreversible, OnlyAnExecCanBe) {
  const auto refused = [&](std::function<void(SparkProvider&)> declare) {
    const Status status = load(std::move(declare));
    EXPECT_EQ(status.code(), Code::kProviderRefused);
    EXPECT_THAT(status.text(), HasSubstr("only an exec handler can be irreversible"));
    return status.text();
  };
  EXPECT_THAT(refused([](auto& p) { p.on("{N}").irreversible().add(note("add")); }),
              HasSubstr("handler \"{N}\""));
  refused([](auto& p) { p.on("{N}/Leaf").irreversible().remove(note("remove")); });
  refused([](auto& p) { p.on("Text").irreversible().replace(note("replace")); });
  refused([](auto& p) { p.on("Text").irreversible().get([] { return "x"; }); });
  refused([](auto& p) { p.on("{N}/Go").irreversible().exec(note("go")).add(note("add")); });
  const Status fine = load([](auto& p) {
    p.on("{N}/Go").irreversible().exec(note("go")).get([](Call&) { return "x"; });
  });
  EXPECT_TRUE(fine.ok()) << fine.text();
}

TEST_F(Irreversible, WhatAnExecMakesOnItsWayIsUndoneWhenAnotherCommandFails) {
  // Two patterns of one node: its Add can be undone, its Exec cannot.
  const Status loaded = load([](auto& p) {
    p.on("{N}").add(note("add"));
    p.on("{N}/Go").add(note("add Go"));
    p.on("{M}/Go").irreversible().exec(note("go"));
    p.on("Text").replace([](Call& call, const Value& value) {
      spark->seen.push_back("text " + value.data);
      return value.data == "refuse" ? call.fail(Code::kBusy, "refused") : Status();
    });
  });
  ASSERT_TRUE(loaded.ok()) << loaded.text();
  EXPECT_THAT(run_atomic(exec_command("2", uri("new/Go")) + change("Replace", "Text", "refuse")),
              ElementsAre(507, 215, ::testing::Ge(400)));
  EXPECT_THAT(spark_.seen, ::testing::Not(::testing::Contains("go")));
  EXPECT_THAT(spark_.seen, ::testing::Not(::testing::Contains("add")));
  EXPECT_EQ(text_of(session_->get(uri("new"))), "status 404");

  spark_.seen.clear();
  EXPECT_THAT(run_atomic(exec_command("2", uri("new/Go")) + change("Replace", "Text", "well")),
              ElementsAre(200, 200, 200));
  const std::string root = "Vendor/Test/Spark/";
  EXPECT_THAT(spark_.seen,
              ElementsAre("undo_for " + root + "Text", "undo_for " + root + "new",
                          "undo_for " + root + "new/Go", "text well", "add", "add Go", "go"));

  // The parent is made on the way of an ordinary command, which the failing one undoes.
  spark_.seen.clear();
  EXPECT_THAT(
      run_atomic(change("Replace", "other/Leaf", "x") + change("Replace", "Text", "refuse")),
      ElementsAre(507, 216, ::testing::Ge(400)));
  EXPECT_THAT(spark_.seen, ElementsAre("undo_for " + root + "other", "undo_for " + root + "Text",
                                       "add", "text refuse", "undo record of " + root + "Text",
                                       "undo record of " + root + "other"));
}

TEST_F(Irreversible, TwoExecsInOneAtomicAreRefused) {
  ASSERT_TRUE(load([](auto& p) { p.on("{N}/Go").irreversible().exec(note("go")); }).ok());
  EXPECT_THAT(run_atomic(exec_command("2", uri("a/Go")) + exec_command("3", uri("b/Go"))),
              ElementsAre(507, 215, 500));
  EXPECT_TRUE(spark_.seen.empty());
}

}  // namespace
}  // namespace cspkit::testing
