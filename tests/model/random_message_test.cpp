// SPDX-License-Identifier: Apache-2.0
// Messages put together at random, of everything at once: containers in containers, TNDS documents,
// queries, large objects in pieces, Copy, addresses that are none. Whatever comes in, the answers
// keep the rules of containers, a failed Atomic leaves nothing behind, and the state file holds
// what the tree showed.
#include <gmock/gmock.h>

#include <cspkit/harness.hpp>
#include <filesystem>
#include <pugixml.hpp>
#include <random>

#include "../unit/core/test_tree.hpp"
#include "../unit/store/support.hpp"

namespace cspkit::testing {
namespace {

class Author {
 public:
  /// `lone_items`: no command has several, so that each gets one Status.
  Author(unsigned seed, bool lone_items) : random_(seed), lone_items_(lone_items) {}

  /// The commands of one message.
  std::string body() {
    std::string text;
    const int count = below(5);
    for (int i = 0; i <= count; ++i) text += command(0);
    return text;
  }
  /// Every second one could succeed.
  std::string atomic() {
    modest_ = chance(2);
    return container("Atomic", 1);
  }
  bool chance(int one_in) { return below(one_in) == 0; }
  int below(int most) { return static_cast<int>(random_() % static_cast<unsigned>(most)); }

 private:
  template <typename T, std::size_t kSize>
  const T& one_of(const T (&choices)[kSize]) {
    return choices[below(static_cast<int>(kSize))];
  }
  std::string id() {
    return chance(40) ? std::string() : "<CmdID>" + std::to_string(++last_id_) + "</CmdID>";
  }
  std::string command(int depth) {
    if (depth < 4 && !modest_ && chance(5))
      return container(chance(2) ? "Atomic" : "Sequence", depth + 1);
    if (chance(12))
      return "<Alert>" + id() + "<Data>" + (chance(2) ? "1222" : "1201") + "</Data></Alert>";
    static const char* const verbs[] = {"Get",    "Add",    "Add",  "Replace", "Replace",
                                        "Delete", "Delete", "Exec", "Copy"};
    static const char* const changes[] = {"Add", "Replace", "Replace", "Delete"};
    const std::string verb = modest_ ? one_of(changes) : one_of(verbs);
    std::string text = "<" + verb + ">" + id();
    const int items = !lone_items_ && chance(4) ? 2 : 1;
    for (int i = 0; i < items; ++i) text += item(verb);
    return text + "</" + verb + ">";
  }
  std::string container(const std::string& name, int depth) {
    std::string text = "<" + name + ">" + id();
    const int count = 1 + below(4);
    for (int i = 0; i < count; ++i) text += command(depth);
    return text + "</" + name + ">";
  }
  std::string uri(bool may_ask) {
    static const char* const nodes[] = {"Fixed",
                                        "Fixed",
                                        "ReadOnly",
                                        "Int",
                                        "Enum",
                                        "Bin",
                                        "AddOnly",
                                        "Policy",
                                        "Folder",
                                        "Folder/In",
                                        "Profiles",
                                        "Profiles/a",
                                        "Profiles/a/Text",
                                        "Profiles/b",
                                        "Profiles/b/Text",
                                        "Profiles/a/Inner/Deep",
                                        "Profiles/B",
                                        "Hashes/x/Blob",
                                        "Hashes/x",
                                        "Two/1",
                                        "Two/2",
                                        "Two/3",
                                        "Case/k",
                                        "Case/K",
                                        "Run",
                                        "Echo",
                                        "NoSuch",
                                        "",
                                        "Profiles/%zz",
                                        "Profiles/a//Text"};
    static const char* const queries[] = {
        "?prop=Name",   "?prop=Title",      "?prop=TStamp",   "?prop=VerNo",       "?prop=Size",
        "?list=Struct", "?list=StructData", "?list=TNDS",     "?prop=ACL",         "?nonsense",
        "?prop=",       "?list=TNDS+Value", "?LIST=tnds-ACL", "?prop=Name&prop=x", "?"};
    std::string text = "./Vendor/Test/T";
    const std::string node = one_of(nodes);
    if (!node.empty()) text += "/" + node;
    if (may_ask && !modest_ && chance(4)) text += one_of(queries);
    return escaped(text);
  }
  static std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '&' ? std::string("&amp;") : std::string(1, c);
    return out;
  }
  std::string item(const std::string& verb) {
    std::string text = "<Item><Target><LocURI>" + uri(true) + "</LocURI></Target>";
    if (verb == "Copy") text += "<Source><LocURI>" + uri(chance(8)) + "</LocURI></Source>";
    if (verb == "Get" || verb == "Delete" || verb == "Copy") return text + "</Item>";
    if (chance(6)) {
      return text +
             "<Meta><Format>xml</Format><Type>application/vnd.syncml.dmtnds+xml</Type></Meta>" +
             "<Data>" + tnds() + "</Data></Item>";
    }
    static const char* const values[] = {"x", "1", "2", "text", "dGV4dA==", "", "c", "true", "7"};
    static const char* const formats[] = {"chr", "int", "b64", "bin", "node", "bool", "xml"};
    std::string meta;
    if (!modest_ && chance(3)) meta += std::string("<Format>") + one_of(formats) + "</Format>";
    const bool piece = !modest_ && chance(10);
    if (piece && chance(2)) meta += "<Size>" + std::to_string(below(12)) + "</Size>";
    if (!meta.empty()) text += "<Meta>" + meta + "</Meta>";
    if (!chance(8)) text += std::string("<Data>") + one_of(values) + "</Data>";
    return text + (piece ? "<MoreData/>" : "") + "</Item>";
  }
  std::string tnds_node(int depth) {
    static const char* const names[] = {"a", "b", "Text", "Number", "Inner", "Deep", "Fixed", "zz"};
    std::string text = std::string("<Node><NodeName>") + one_of(names) + "</NodeName>";
    if (chance(4)) text += "<Path>Vendor/Test/T/Profiles</Path>";
    if (chance(2)) text += "<RTProperties><Format><chr/></Format></RTProperties>";
    if (depth < 3 && !chance(3)) {
      for (int i = below(3); i >= 0; --i) text += tnds_node(depth + 1);
    } else {
      text += "<Value>v" + std::to_string(below(3)) + "</Value>";
    }
    return text + "</Node>";
  }
  std::string tnds() {
    return "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD>" + tnds_node(0) +
           "</MgmtTree>";
  }

  std::mt19937 random_;
  bool lone_items_;
  bool modest_ = false;
  int last_id_ = 0;
};

/// Statuses in the order of the commands, as the container rules want them.
class Judge {
 public:
  explicit Judge(const std::vector<int>& statuses) : statuses_(statuses) {}
  void message(const pugi::xml_node& body) {
    for (const pugi::xml_node command : body.children()) one(command);
  }
  const std::string& wrong() const { return wrong_; }
  bool spent() const { return at_ == statuses_.size(); }

 private:
  static bool is(const pugi::xml_node& command, const char* name) {
    return std::string_view(command.name()) == name;
  }
  static bool is_command(const pugi::xml_node& node) {
    for (const char* name :
         {"Get", "Add", "Replace", "Delete", "Exec", "Copy", "Alert", "Atomic", "Sequence"}) {
      if (is(node, name)) return true;
    }
    return false;
  }
  int next() {
    if (at_ == statuses_.size()) {
      wrong_ += "an answer is missing; ";
      return 0;
    }
    return statuses_[at_++];
  }
  void one(const pugi::xml_node& command) {
    if (!is_command(command)) return;
    const int status = next();
    if (status == 400) return;  // a container too deep, or no good command
    if (is(command, "Atomic")) return atomic(command, status);
    if (is(command, "Sequence")) {
      if (status != 200) wrong_ += "a Sequence that is not 200; ";
      message(command);
    }
  }
  void atomic(const pugi::xml_node& command, int status) {
    std::vector<int> inside;
    collect(command, inside);
    const auto good = [](int each) { return each >= 200 && each < 300; };
    const auto passive = [](int each) { return each == 215 || each == 216 || each == 516; };
    if (status == 200) {
      for (const int each : inside) {
        if (!good(each) || passive(each)) wrong_ += "an Atomic of 200 with a failure in it; ";
      }
      return;
    }
    if (status != 507) wrong_ += "an Atomic of " + std::to_string(status) + "; ";
    bool own = false;
    for (const int each : inside) {
      own = own || !passive(each);
      if (each == 200) wrong_ += "a success in a failed Atomic; ";
    }
    if (!own) wrong_ += "a failed Atomic in which nothing failed; ";
  }
  void collect(const pugi::xml_node& container, std::vector<int>& inside) {
    for (const pugi::xml_node command : container.children()) {
      if (!is_command(command)) continue;
      inside.push_back(next());
      if (inside.back() == 400) continue;
      if (is(command, "Atomic") || is(command, "Sequence")) collect(command, inside);
    }
  }

  const std::vector<int>& statuses_;
  std::size_t at_ = 0;
  std::string wrong_;
};

class RandomMessages : public ::testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override { open(); }
  void open() {
    session_.reset();
    engine_.reset();
    EngineOptions options;
    options.state = dir_.file("device.db");
    options.durability = Durability::kNormal;
    options.max_nesting = 3;
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::make_unique<Engine>(*std::move(opened));
    ASSERT_TRUE(
        engine_->load_ddf_bytes(document("./Device/Vendor/Test", test_root()), "t.xml").ok());
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  }
  /// All that is stored, as text.
  std::string stored() {
    std::string text;
    const Result<StateDump> dump = engine_->dump();
    if (!dump) return dump.error().text();
    for (const StoredNode& each : dump->nodes) {
      text += each.uri + " " + std::to_string(static_cast<int>(each.format)) + " " + each.title +
              " " + std::to_string(each.verno) + " " + std::to_string(each.tstamp) + " " +
              each.value + (each.orphan ? " orphan\n" : "\n");
    }
    return text;
  }
  std::string shown() {
    const auto entries = engine_->list(".");
    return entries ? harness::make_snapshot(*entries).text() : entries.error().text();
  }
  std::string send(const std::string& body) {
    const std::string message =
        "<SyncML><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>"
        "<MsgID>" +
        std::to_string(++msg_id_) + "</MsgID>" + meta_ + "</SyncHdr><SyncBody>" + body +
        "<Final/></SyncBody></SyncML>";
    const Result<std::string> reply = session_->process(message);
    EXPECT_TRUE(reply) << reply.error().text() << "\n" << message;
    return reply ? *reply : std::string();
  }

  store_test::TempDir dir_;
  std::string meta_;
  unsigned msg_id_ = 0;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

TEST_P(RandomMessages, AFailedAtomicLeavesNothingAndContainersKeepTheirRules) {
  Author author(GetParam(), true);
  int failed = 0, done = 0;
  for (int round = 0; round < 150; ++round) {
    // Pieces are no part of an Atomic; a message before may have left one open.
    const std::string body = author.atomic();
    const std::string before = stored();
    send(body);
    const std::vector<int> statuses = session_->last_statuses();
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(("<M>" + body + "</M>").c_str()));
    const std::string after = stored();
    ASSERT_FALSE(statuses.empty());
    if (statuses.front() == 200) {
      ++done;
    } else {
      ++failed;
      ASSERT_EQ(before, after) << body << "\n" << ::testing::PrintToString(statuses);
    }
    Judge judge(statuses);
    judge.message(document.child("M"));
    ASSERT_EQ(judge.wrong(), "") << body << "\n" << ::testing::PrintToString(statuses);
    ASSERT_TRUE(judge.spent()) << body << "\n" << ::testing::PrintToString(statuses);
  }
  EXPECT_GT(failed, 20);
  EXPECT_GT(done, 5);
}

TEST_P(RandomMessages, WhatTheTreeShowsIsWhatTheNextStartShows) {
  Author author(GetParam() + 1000, false);
  for (int round = 0; round < 120; ++round) {
    meta_ = author.chance(6) ? "<Meta><MaxMsgSize>" + std::to_string(200 + author.below(2000)) +
                                   "</MaxMsgSize></Meta>"
                             : std::string();
    const std::string body = author.body();
    const std::string reply = send(body);
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(reply.c_str())) << body << "\n" << reply;
    ASSERT_EQ(stored().find("orphan"), std::string::npos) << body;
    if (!author.chance(20)) continue;
    const std::string before = shown();
    open();
    ASSERT_EQ(before, shown()) << body;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomMessages, ::testing::Range(1u, 9u));

}  // namespace
}  // namespace cspkit::testing
