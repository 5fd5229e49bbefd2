// SPDX-License-Identifier: Apache-2.0
// A command at or below a node that was set is found by that node's row, not by the schema. What
// must not change by that: which node it is, whether it exists, who may change it, and what the
// handler is told.
#define CSPKIT_STATIC_NAME rows
#include <gmock/gmock.h>

#include <cspkit/provider.hpp>

#include "../store/support.hpp"
#include "dm_messages.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

using ::testing::ElementsAre;

/// What its handlers were told; each test has its own.
std::vector<std::string>* told = nullptr;

class RowsProvider : public Provider {
 public:
  explicit RowsProvider(Host host_table) : Provider(std::move(host_table)) {
    for (const char* pattern :
         {"Item/{Name}/Do", "Item/{Name}/Odd", "Item/{Name}/Part/{Id}/Do", "Free/{Name}/Do"}) {
      on(pattern).exec([](Call& call, std::string_view data) {
        std::string names;
        for (std::size_t i = 0; i < call.capture_count(); ++i) names += " [" + call[i] + "]";
        told->push_back(std::string(call.path()) + names);
        if (call.path().find("/Free/") == std::string_view::npos)
          call.set(path_join("Item", call.capture(0), "Done"), data);
      });
    }
    on("Item/{Name}/Text").replace([](Call& call, std::string_view data) {
      told->push_back(std::string(call.path()) + " = " + std::string(data));
    });
  }
};
CSPKIT_PLUGIN(RowsProvider, "Rows.xml")

std::string rows_ddf(const char* root) {
  const auto exec = [](const char* name, const std::string& more = {}) {
    return node(name, "Exec", "chr", occurs("One") + more);
  };
  const std::string newer =
      "<MSFT:Applicability><MSFT:OsBuildVersion>10.0.99999</MSFT:OsBuildVersion></"
      "MSFT:Applicability>";
  // Nothing of it is made on the way of a command: a missing one is 404.
  const std::string part =
      node("", "Delete Get", "node", occurs("ZeroOrMore") + "<DFTitle>Id</DFTitle>",
           exec("Do") + node("Mark", "Get", "chr", occurs("One")));
  const std::string item =
      node("", "Delete Get", "node", occurs("ZeroOrMore") + "<DFTitle>Name</DFTitle>",
           exec("Do") + exec("Odd", "<CaseSense><CS/></CaseSense>") + exec("Newer", newer) +
               node("Done", "Get", "chr", occurs("One")) +
               node("Text", "Get Replace", "chr", occurs("One")) +
               node("Part", "Get", "node", occurs("One"), part));
  const std::string free = node("", "Add Delete Get", "node",
                                occurs("ZeroOrMore") + "<DFTitle>Name</DFTitle>", exec("Do"));
  return document(root, node("Rows", "Get", "node", occurs("One"),
                             node("Item", "Get", "node", occurs("One"), item) +
                                 node("Free", "Get", "node", occurs("One"), free)));
}

class RowAddress : public ::testing::Test {
 protected:
  void SetUp() override {
    told = &told_;
    store_test::write_file(dir_.file("Rows.xml"), rows_ddf("./Device/Vendor/Test"));
    open({});
  }
  void open(EngineOptions options) {
    session_.reset();
    engine_.reset();
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::make_unique<Engine>(*std::move(opened));
    const Status loaded = engine_->add_provider(cspkit_plugin_v1_rows, dir_.path());
    ASSERT_TRUE(loaded.ok()) << loaded.text();
    ASSERT_TRUE(engine_->load_ddf_bytes(rows_ddf("./User/Vendor/Test"), "u.xml").ok());
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  }
  static std::string uri(const std::string& below) {
    const bool free = below.substr(0, 8) == "../Free/";
    return "./Vendor/Test/Rows/" + (free ? below.substr(3) : "Item/" + below);
  }
  /// Makes an instance as the device itself would.
  int add(const std::string& name, const std::string& user = {}) {
    const std::string at = (user.empty() ? "./" : "./User/") + uri(name).substr(2) +
                           (name.find("/Part/") == std::string::npos ? "/Done" : "/Mark");
    return syncml_status(engine_->owner(user).set(at, Value::chr("made")));
  }
  int remove(const std::string& below) { return syncml_status(session_->remove(uri(below))); }
  int exec_at(const std::string& address) {
    return syncml_status(session_->exec(address, Value::chr("x")));
  }
  int exec(const std::string& below) { return exec_at(uri(below)); }
  int replace(const std::string& below, const std::string& text) {
    return syncml_status(session_->replace(uri(below), Value::chr(text)));
  }
  std::string get(const std::string& below) { return text_of(session_->get(uri(below))); }
  std::vector<int> send(const std::string& commands) {
    const auto reply = session_->process(message(commands));
    EXPECT_TRUE(reply);
    return session_->last_statuses();
  }

  store_test::TempDir dir_;
  std::vector<std::string> told_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

TEST_F(RowAddress, HowIsItWrittenIsAllTheSame) {
  ASSERT_EQ(add("Ab%2FC"), 200);
  for (const char* address :
       {"./Vendor/Test/Rows/Item/Ab%2FC/Do", "./vendor/TEST/rows/ITEM/aB%2fc/dO",
        "./Device/Vendor/Test/Rows/Item/Ab%2FC/Do", "./dEVICE/Vendor/Test/Rows/Item/AB%2FC/do",
        "Vendor/Test/Rows/Item/ab%2fc/Do", " ./Vendor/Test/Rows/Item/Ab%2FC/Do ",
        "./Vendor/Test/Rows/Item/%41b%2FC/D%6F"}) {
    told_.clear();
    EXPECT_EQ(exec_at(address), 200) << address;
    EXPECT_THAT(told_, ElementsAre("Vendor/Test/Rows/Item/Ab%2FC/Do [Ab/C]")) << address;
  }
  EXPECT_EQ(get("ab%2Fc/Done"), "x");
  EXPECT_EQ(exec("Ab/C/Do"), 404);
  EXPECT_EQ(exec("Ab%2FC/Do/"), 400);
  EXPECT_EQ(exec("Ab%2FC/%zz"), 400);
  EXPECT_EQ(exec("Ab%2FC/Dont"), 404);
  EXPECT_EQ(exec("Ab%2FC/Do?prop=Name"), 405);
  EXPECT_EQ(exec("Ab%2FC"), 405);
  EXPECT_EQ(exec("Ab%2FC/Text"), 405);
}

TEST_F(RowAddress, AnAddressDoesNotEndInASlash) {
  ASSERT_EQ(add("One"), 200);
  ASSERT_EQ(replace("One/Text", "first"), 200);
  told_.clear();
  EXPECT_EQ(replace("One/Text/", "second"), 400);
  EXPECT_EQ(exec("One/Text/"), 400);
  EXPECT_EQ(remove("One/"), 400);
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(get("One/Text"), "first");
}

TEST_F(RowAddress, DeeperOnesHaveAllTheirNames) {
  ASSERT_EQ(add("One"), 200);
  ASSERT_EQ(add("One/Part/Two"), 200);
  EXPECT_EQ(exec("ONE/Part/TWO/Do"), 200);
  EXPECT_THAT(told_, ElementsAre("Vendor/Test/Rows/Item/One/Part/Two/Do [One] [Two]"));
  ASSERT_EQ(remove("One/Part/Two"), 200);
  EXPECT_EQ(exec("One/Part/Two/Do"), 404);
  EXPECT_EQ(exec("One/Do"), 200);
}

TEST_F(RowAddress, AHandledLeafWithARowIsToldAsItWasCreated) {
  ASSERT_EQ(add("One"), 200);
  ASSERT_EQ(replace("One/Text", "first"), 200);
  ASSERT_EQ(replace("ONE/TEXT", "second"), 200);
  EXPECT_THAT(told_, ElementsAre("Vendor/Test/Rows/Item/One/Text = first",
                                 "Vendor/Test/Rows/Item/One/Text = second"));
  EXPECT_EQ(get("one/Text"), "second");
}

TEST_F(RowAddress, WhereCaseMattersItMatters) {
  ASSERT_EQ(add("One"), 200);
  EXPECT_EQ(exec("one/Odd"), 200);
  EXPECT_EQ(exec("One/odd"), 404);
}

TEST_F(RowAddress, WhatIsGoneIsGone) {
  ASSERT_EQ(add("One"), 200);
  ASSERT_EQ(add("Two"), 200);
  ASSERT_EQ(exec("One/Do"), 200);
  ASSERT_EQ(remove("ONE"), 200);
  EXPECT_EQ(exec("One/Do"), 404);
  EXPECT_EQ(get("One/Done"), "status 404");
  EXPECT_EQ(exec("Two/Do"), 200);
  EXPECT_EQ(remove("One"), 404);
  ASSERT_EQ(add("oNE"), 200);
  told_.clear();
  EXPECT_EQ(exec("One/Do"), 200);
  EXPECT_THAT(told_, ElementsAre("Vendor/Test/Rows/Item/oNE/Do [oNE]"));
}

TEST_F(RowAddress, WithinAnAtomicWhatCameBeforeCounts) {
  ASSERT_EQ(add("One"), 200);
  const auto one = [](const char* verb, const std::string& at) {
    return "<" + std::string(verb) + "><CmdID>7</CmdID><Item><Target><LocURI>" + uri(at) +
           "</LocURI></Target></Item></" + verb + ">";
  };
  const auto atomic = [](const std::string& commands) {
    return "<Atomic><CmdID>9</CmdID>" + commands + "</Atomic>";
  };
  // Gone before it is called; then the whole Atomic has not happened.
  EXPECT_THAT(send(atomic(one("Delete", "One") + exec_command("8", uri("One/Do"), "x"))),
              ElementsAre(507, 216, 404));
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(exec("One/Do"), 200);
  // Gone and made again, and made new.
  const std::string free = "../Free/";
  EXPECT_THAT(send(atomic(one("Add", free + "Two") + exec_command("8", uri(free + "TWO/Do"), "x"))),
              ElementsAre(200, 200, 200));
  EXPECT_EQ(told_.back(), "Vendor/Test/Rows/Free/Two/Do [Two]");
  EXPECT_THAT(send(atomic(one("Delete", free + "Two") + one("Add", free + "TWO") +
                          exec_command("8", uri(free + "two/Do"), "x"))),
              ElementsAre(200, 200, 200, 200));
  EXPECT_EQ(told_.back(), "Vendor/Test/Rows/Free/TWO/Do [TWO]");
}

TEST_F(RowAddress, TheLimitsAreTheWholeAddress) {
  EngineOptions options;
  options.state = dir_.file("device.db");
  open(options);
  ASSERT_EQ(add("One"), 200);
  ASSERT_EQ(exec("One/Do"), 200);
  EngineOptions few = options;
  few.uri_limits.max_segments = 5;
  open(few);
  EXPECT_EQ(exec("One/Do"), 414);
  EngineOptions bytes = options;
  bytes.uri_limits.max_bytes = uri("One").size() + 2;
  open(bytes);
  EXPECT_EQ(exec("One/Do"), 414);
  bytes.uri_limits.max_bytes = uri("One/Do").size();
  open(bytes);
  EXPECT_EQ(exec("One/Do"), 200);
}

TEST_F(RowAddress, AChildThatIsNotForThisDeviceIsNot) {
  EngineOptions options;
  options.profile.os_build = "10.0.19045.1";
  open(std::move(options));
  ASSERT_EQ(add("One"), 200);
  EXPECT_EQ(exec("One/Newer"), 406);
  EXPECT_EQ(exec("One/Do"), 200);
}

TEST_F(RowAddress, WhoMayNotMayNot) {
  ASSERT_EQ(add("One"), 200);
  Session ann = engine_->open_session(Principal::for_user("ann"));
  Session bob = engine_->open_session(Principal::for_user("bob"));
  EXPECT_EQ(syncml_status(ann.exec(uri("One/Do"), Value::chr("x"))), 425);
  const std::string hers = "./User/Vendor/Test/Rows/Item/";
  ASSERT_EQ(add("One", "ann"), 200);
  EXPECT_EQ(syncml_status(ann.exec(hers + "one/Do", Value::chr("hers"))), 200);
  EXPECT_EQ(syncml_status(bob.exec(hers + "One/Do", Value::chr("his"))), 404);
  EXPECT_EQ(exec_at(hers + "One/Do"), 405);
}

// What was deleted leaves nothing behind: the name that comes next is as it is said.
TEST_F(RowAddress, WhatIsMadeAgainInAnAtomicIsSpelledAsItIsSaid) {
  const auto one = [](const char* verb, const std::string& at) {
    return "<" + std::string(verb) + "><CmdID>7</CmdID><Item><Target><LocURI>" + uri(at) +
           "</LocURI></Target></Item></" + verb + ">";
  };
  const std::string free = "../Free/";
  ASSERT_THAT(send(one("Add", free + "Two")), ElementsAre(200));
  EXPECT_THAT(send("<Atomic><CmdID>9</CmdID>" + one("Delete", free + "Two") +
                   exec_command("8", uri(free + "TWO/Do"), "x") + "</Atomic>"),
              ElementsAre(200, 200, 200));
  EXPECT_EQ(told_.back(), "Vendor/Test/Rows/Free/TWO/Do [TWO]");
  EXPECT_EQ(text_of(session_->get("./Vendor/Test/Rows/Free")), "TWO");
}

TEST_F(RowAddress, InstanceAfterInstanceIsToldItsOwnName) {
  std::vector<std::string> expected;
  const auto run = [&](const std::string& name, const std::string& child = "Do") {
    ASSERT_EQ(exec(name + "/" + child), 200) << name;
    std::string names;
    const std::size_t part = name.find("/Part/");
    names = " [" + name.substr(0, part) + "]";
    if (part != std::string::npos) names += " [" + name.substr(part + 6) + "]";
    expected.push_back("Vendor/Test/Rows/Item/" + name + "/" + child + names);
  };
  for (const char* name : {"a", "bb", "a-longer-name-than-before", "c", "d", "a/Part/1"})
    ASSERT_EQ(add(name), 200);
  for (int round = 0; round < 3; ++round) {
    for (const char* name : {"a", "bb", "a-longer-name-than-before", "c"}) run(name);
    run("a/Part/1");
    run("d", "Odd");
    run("d");
    EXPECT_EQ(exec("none/Do"), 404);
    EXPECT_EQ(exec("a/x/Do"), 404);
    run("bb");
    // Another schema, whose nodes have other numbers.
    const std::string more = document(
        "./Device/Vendor/Test/Rows" + std::to_string(round),
        node("In", "Get", "node", occurs("One"), node("Do", "Exec", "chr", occurs("One"))));
    ASSERT_TRUE(engine_->load_ddf_bytes(more, std::to_string(round) + ".xml").ok());
  }
  EXPECT_EQ(told_, expected);
}

using RenamedRow = TreeTest;

TEST_F(RenamedRow, IsFoundUnderItsNewName) {
  ASSERT_EQ(replace("Profiles/Old/Fixed", "first"), 200);
  ASSERT_EQ(replace("Profiles/Old?prop=Name", "New"), 200);
  ASSERT_EQ(replace("Profiles/new/Fixed", "second"), 200);
  EXPECT_EQ(get("Profiles/New/Fixed"), "second");
  EXPECT_EQ(get("Profiles/Old/Fixed"), "status 404");
  ASSERT_EQ(replace("Profiles/NEW?prop=Name", "NEW"), 200);  // its letters only
  ASSERT_EQ(replace("Profiles/new/Fixed", "third"), 200);
  EXPECT_EQ(get("Profiles/New/Fixed"), "third");
  EXPECT_EQ(get("Profiles"), "NEW");
  ASSERT_EQ(remove("Profiles/nEW/fIXED"), 405);
  ASSERT_EQ(remove("Profiles/nEW"), 200);
  EXPECT_EQ(get("Profiles/New/Fixed"), "status 404");
}

TEST_F(RenamedRow, ADdfThatComesLaterIsWhatCounts) {
  ASSERT_EQ(replace("Profiles/One/Fixed", "first"), 200);
  ASSERT_EQ(replace("Profiles/One/Fixed", "second"), 200);
  const std::string closed =
      node("T", "Get", "node", occurs("One"),
           node("Profiles", "Get", "node", occurs("One"),
                node("", "Get", "node", occurs("ZeroOrMore") + "<DFTitle>Name</DFTitle>",
                     node("Fixed", "Get", "chr", occurs("One")) +
                         node("text", "Get Replace", "chr",
                              occurs("One") + "<CaseSense><CS/></CaseSense>"))));
  ASSERT_TRUE(engine_->load_ddf_bytes(document("./Device/Vendor/Test", closed), "n.xml").ok());
  EXPECT_EQ(replace("Profiles/one/Fixed", "third"), 405);
  EXPECT_EQ(replace("Profiles/one/text", "now"), 200);
  EXPECT_EQ(replace("Profiles/one/Text", "now"), 404);
  EXPECT_EQ(get("Profiles/one/Fixed"), "second");
}

}  // namespace
}  // namespace cspkit::testing
