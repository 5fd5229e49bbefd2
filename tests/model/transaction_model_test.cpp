// SPDX-License-Identifier: Apache-2.0
// Every sequence of up to four requests, of an alphabet of twenty with Atomics, failures, restarts
// and power cuts in it, over two providers that keep things outside: the engine, on a file layer in
// memory, does what the model says. The sequences are split into parts, one test each.
#include "transaction_model.hpp"

#include <gtest/gtest.h>

#include <cspkit/engine.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "keeper.hpp"
#include "load.hpp"
#include "memory_vfs.hpp"

namespace cspkit::model {
namespace {

using fault::MemoryVfs;
using Verb = Command::Verb;

struct Letter {
  const char* name;
  enum class Kind { kLone, kAtomic, kRestart, kPowerCut, kToggleUndo, kArm } kind;
  std::vector<Command> commands;
  CutAt cut = CutAt::kNever;  // of kArm: where the next request is cut off
};

const std::vector<Letter>& alphabet() {
  using Kind = Letter::Kind;
  static const std::vector<Letter> letters = {
      {"Add slot", Kind::kLone, {{Verb::kAdd, "one/Slot/A", ""}}},
      {"Delete slot", Kind::kLone, {{Verb::kDelete, "one/Slot/A", ""}}},
      {"Replace slot text", Kind::kLone, {{Verb::kReplace, "one/Slot/A/Text", "s"}}},
      {"Replace text", Kind::kLone, {{Verb::kReplace, "one/Text", "x"}}},
      {"Replace refused", Kind::kLone, {{Verb::kReplace, "one/Text", "refuse"}}},
      {"Replace each", Kind::kLone, {{Verb::kReplace, "two/Each", "e"}}},
      {"Replace plain", Kind::kLone, {{Verb::kReplace, "one/Plain", "p"}}},
      {"Fire", Kind::kLone, {{Verb::kExec, "one/Fire", ""}}},
      {"Atomic over both",
       Kind::kAtomic,
       {{Verb::kReplace, "one/Text", "z"},
        {Verb::kReplace, "two/Text", "z"},
        {Verb::kReplace, "one/Plain", "z"}}},
      {"Atomic refused by two",
       Kind::kAtomic,
       {{Verb::kReplace, "one/Text", "w"},
        {Verb::kReplace, "one/Plain", "w"},
        {Verb::kReplace, "two/Text", "refuse"},
        {Verb::kReplace, "one/Each", "w"}}},
      {"Atomic refused by one",
       Kind::kAtomic,
       {{Verb::kReplace, "two/Text", "v"},
        {Verb::kReplace, "one/Slot/A/Text", "v"},
        {Verb::kReplace, "one/Each", "v"},
        {Verb::kReplace, "one/Text", "refuse"}}},
      {"Atomic move",
       Kind::kAtomic,
       {{Verb::kDelete, "one/Slot/A", ""},
        {Verb::kAdd, "two/Slot/A", ""},
        {Verb::kReplace, "two/Slot/A/Text", "m"}}},
      {"Atomic copy",
       Kind::kAtomic,
       {{Verb::kCopy, "two/Text", "one/Text"},
        {Verb::kReplace, "two/Each", "c"},
        {Verb::kCopy, "one/Plain", "two/Each"}}},
      {"Atomic fire",
       Kind::kAtomic,
       {{Verb::kExec, "one/Fire", ""}, {Verb::kReplace, "two/Text", "f"}}},
      {"Atomic two fires",
       Kind::kAtomic,
       {{Verb::kExec, "one/Fire", ""}, {Verb::kExec, "two/Fire", ""}}},
      {"restart", Kind::kRestart, {}},
      {"one cannot undo, or can again", Kind::kToggleUndo, {}},
      {"power cut at the next request's first sync", Kind::kArm, {}, CutAt::kFirstSync},
      {"power cut at the next request's second sync", Kind::kArm, {}, CutAt::kSecondSync},
      {"power cut at the next request's commit", Kind::kArm, {}, CutAt::kCommit},
  };
  return letters;
}

std::string xml_of(const Command& command) {
  static const std::map<Verb, std::string> kNames = {{Verb::kAdd, "Add"},
                                                     {Verb::kReplace, "Replace"},
                                                     {Verb::kDelete, "Delete"},
                                                     {Verb::kExec, "Exec"},
                                                     {Verb::kCopy, "Copy"}};
  const std::string& name = kNames.at(command.verb);
  std::string xml = "<" + name + "><CmdID>2</CmdID><Item><Target><LocURI>./Vendor/Test/" +
                    command.node + "</LocURI></Target>";
  if (command.verb == Verb::kCopy)
    xml += "<Source><LocURI>./Vendor/Test/" + command.data + "</LocURI></Source>";
  if (command.verb == Verb::kReplace) xml += "<Data>" + command.data + "</Data>";
  return xml + "</Item></" + name + ">";
}

/// The message of each letter that is one.
const std::vector<std::string>& messages() {
  static const std::vector<std::string> made = [] {
    std::vector<std::string> all;
    for (const Letter& letter : alphabet()) {
      std::string body;
      for (const Command& command : letter.commands) body += xml_of(command);
      if (letter.kind == Letter::Kind::kAtomic)
        body = "<Atomic><CmdID>1</CmdID>" + body + "</Atomic>";
      all.push_back("<SyncML><SyncBody>" + body + "<Final/></SyncBody></SyncML>");
    }
    return all;
  }();
  return made;
}

/// Things that last at once, until the power goes; which it may do at a commit.
class Things : public fault::MemoryOutside {
 public:
  explicit Things(MemoryVfs& vfs) : vfs_(vfs) {}
  void put(const std::string& name, const std::string& text) override {
    if (!vfs_.is_cut()) MemoryOutside::put(name, text);
  }
  void erase(const std::string& name) override {
    if (!vfs_.is_cut()) MemoryOutside::erase(name);
  }
  bool step(const std::string& what) override {
    if (cut_at_commit && what.find(" commit") != std::string::npos) vfs_.cut();
    return !vfs_.is_cut() && to_fail.count(what) == 0;
  }
  bool cut_at_commit = false;

 private:
  MemoryVfs& vfs_;
};

/// The engine's side of a sequence.
class RealDevice {
 public:
  RealDevice() {
    fault::work_on(&things_);
    open();
    close();
    new_ = vfs_.image();
  }
  ~RealDevice() { close(); }
  RealDevice(const RealDevice&) = delete;
  RealDevice& operator=(const RealDevice&) = delete;

  void begin_anew() {
    vfs_.cut();  // nobody wants what the last sequence left: closing need not tidy it
    close();
    vfs_.restart();
    vfs_.restore(new_);
    things_.things.clear();
    things_.to_fail.clear();
    open();
  }
  void restart() {
    close();
    vfs_.restart();
    open();
  }
  void set_stuck(bool stuck) {
    things_.to_fail.clear();
    if (stuck) things_.to_fail.insert("one apply_undo");
  }
  /// As TransactionModel::run.
  std::vector<int> run(const std::string& message, CutAt cut) {
    vfs_.cut_at_sync(cut == CutAt::kFirstSync ? 1 : cut == CutAt::kSecondSync ? 2 : 0);
    things_.cut_at_commit = cut == CutAt::kCommit;
    const Result<std::string> reply = session_->process(message);
    vfs_.cut_at_sync(0);
    things_.cut_at_commit = false;
    if (!vfs_.is_cut()) return reply ? session_->last_statuses() : std::vector<int>{-1};
    restart();
    return {};
  }
  fault::Facts facts() { return fault::facts_of(*engine_, things_); }

 private:
  void open() {
    FileLayer files;
    files.name = vfs_.name();
    files.elsewhere = true;
    auto opened = fault::open_device("device.db", files);
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = *std::move(opened);
    session_.emplace(engine_->open_session(Principal::device()));
  }
  void close() {
    session_.reset();
    engine_.reset();
  }

  MemoryVfs vfs_;
  Things things_{vfs_};
  std::map<std::string, std::string> new_;
  std::unique_ptr<Engine> engine_;
  std::optional<Session> session_;
};

class Sequences : public ::testing::TestWithParam<int> {
 protected:
  /// One letter, on both sides.
  void step(std::size_t index) {
    const Letter& letter = alphabet()[index];
    switch (letter.kind) {
      case Letter::Kind::kLone:
      case Letter::Kind::kAtomic: {
        const CutAt cut = std::exchange(armed_, CutAt::kNever);
        const std::vector<int> wanted =
            model_.run(letter.commands, letter.kind == Letter::Kind::kAtomic, cut);
        const std::vector<int> got = real_.run(messages()[index], cut);
        ASSERT_EQ(got, wanted);
        return;
      }
      case Letter::Kind::kArm:
        armed_ = letter.cut;
        return;
      case Letter::Kind::kToggleUndo:
        model_.toggle_undo();
        real_.set_stuck(model_.is_stuck());
        return;
      default:
        model_.start_again();
        real_.restart();
    }
  }
  void compare() {
    const fault::Facts found = real_.facts();
    fault::Facts wanted;
    for (const auto& [name, value] : model_.tree) {
      if (!value.empty()) wanted.tree[name] = value;
    }
    wanted.outside = model_.outside;
    ASSERT_TRUE(found == wanted) << "found " << to_text(found) << "\nof    " << to_text(wanted);
  }
  static std::string spell(const std::vector<std::size_t>& word) {
    std::string text;
    for (const std::size_t letter : word) text += std::string(alphabet()[letter].name) + "; ";
    return text;
  }
  /// Runs a word; what its beginning does is compared only when no word before began so.
  void run(const std::vector<std::size_t>& word) {
    real_.begin_anew();
    model_ = {};
    armed_ = CutAt::kNever;
    for (std::size_t i = 0; i < word.size(); ++i) {
      step(word[i]);
      if (::testing::Test::HasFatalFailure()) return;
      bool is_first = true;
      for (std::size_t rest = i + 1; rest < word.size(); ++rest)
        is_first = is_first && word[rest] == 0;
      if (!is_first) continue;
      ++compared_;
      compare();
      if (::testing::Test::HasFatalFailure()) return;
    }
  }

  RealDevice real_;
  TransactionModel model_;
  CutAt armed_ = CutAt::kNever;
  int compared_ = 0;
};

// Words of four letters that begin with one letter; their beginnings are the shorter words.
TEST_P(Sequences, OfUpToFour) {
  ASSERT_EQ(alphabet().size(), 20u);
  const std::size_t size = alphabet().size();
  std::vector<std::size_t> word(4, 0);
  word[0] = static_cast<std::size_t>(GetParam());
  for (std::size_t rest = 0; rest < size * size * size; ++rest) {
    word[1] = rest / (size * size);
    word[2] = rest / size % size;
    word[3] = rest % size;
    run(word);
    if (HasFailure()) {
      ADD_FAILURE() << spell(word);
      return;
    }
  }
  EXPECT_EQ(compared_, 1 + 20 + 400 + 8000);
  RecordProperty("sequences", compared_);
  std::printf("%d sequences\n", compared_);
}

INSTANTIATE_TEST_SUITE_P(BeginningWith, Sequences, ::testing::Range(0, 20));

}  // namespace
}  // namespace cspkit::model
