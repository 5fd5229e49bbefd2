// SPDX-License-Identifier: Apache-2.0
// Small holes of management sessions: binary values in pieces over WBXML were answered 424; a
// command that came after another one was still taken for the tail of a piece that had been
// refused; a renamed node lost what the present DDF does not describe; a list brought the same node
// up to date once for each of its leaves.
#define CSPKIT_STATIC_NAME inventory
#include <gmock/gmock.h>
#include <unistd.h>

#include <cspkit/provider.hpp>
#include <filesystem>
#include <fstream>

#include "dm_messages.hpp"
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A message in WBXML (WAP-192-WBXML 1.3), token by token.
class Wbxml {
 public:
  static constexpr unsigned char kCmdId = 0x0B, kData = 0x0F, kFinal = 0x12, kItem = 0x14,
                                 kLocUri = 0x17, kMeta = 0x1A, kMsgId = 0x1B, kReplace = 0x20,
                                 kSessionId = 0x25, kBody = 0x2B, kHeader = 0x2C, kSyncml = 0x2D,
                                 kTarget = 0x2E, kMoreData = 0x34, kFormat = 0x07, kSize = 0x12;
  Wbxml() : bytes_("\x03\xA4\x01\x6A\x00", 5) {}
  Wbxml& open(unsigned char tag) { return put(tag | 0x40u); }
  Wbxml& empty(unsigned char tag) { return put(tag); }
  Wbxml& close() { return put(0x01); }
  Wbxml& page(unsigned char number) { return put(0x00).put(number); }
  Wbxml& text(unsigned char tag, const std::string& text) {
    open(tag).put(0x03);
    bytes_ += text;
    return put(0x00).close();
  }
  Wbxml& opaque(unsigned char tag, const std::string& data) {
    open(tag).put(0xC3);
    put(static_cast<unsigned char>(0x80u | (data.size() >> 7)));
    put(static_cast<unsigned char>(data.size() & 0x7Fu));
    bytes_ += data;
    return close();
  }
  const std::string& bytes() const { return bytes_; }

 private:
  Wbxml& put(unsigned value) {
    bytes_.push_back(static_cast<char>(value));
    return *this;
  }
  std::string bytes_;
};

class BinaryPieces : public TreeTest {
 protected:
  /// A piece of ./Vendor/Test/T/Bin; of the first one the size of the whole.
  std::vector<int> send(const std::string& data, bool more, const std::string& size = {}) {
    using W = Wbxml;
    Wbxml out;
    out.open(W::kSyncml).open(W::kHeader).text(W::kSessionId, "1");
    out.text(W::kMsgId, std::to_string(++msg_id_)).close();
    out.open(W::kBody).open(W::kReplace).text(W::kCmdId, "2").open(W::kItem);
    out.open(W::kTarget).text(W::kLocUri, uri("Bin")).close();
    if (!size.empty()) {
      out.open(W::kMeta).page(1).text(W::kFormat, "bin").text(W::kSize, size).page(0).close();
    }
    out.opaque(W::kData, data);
    if (more) out.empty(W::kMoreData);
    out.close().close().empty(W::kFinal).close().close();
    const auto reply = session_->process(out.bytes());
    EXPECT_TRUE(reply) << reply.error().text();
    return session_->last_statuses();
  }
  int msg_id_ = 0;
};

TEST_F(BinaryPieces, OverWbxmlMakeUpTheirBytes) {
  std::string value;
  for (int i = 0; i < 1024; ++i) value.push_back(static_cast<char>(i));
  // Of no length that base64 would end at, and of bytes that no XML holds.
  EXPECT_THAT(send(value.substr(0, 400), true, "1024"), ElementsAre(213));
  EXPECT_THAT(send(value.substr(400, 400), true), ElementsAre(213));
  EXPECT_THAT(send(value.substr(800), false), ElementsAre(200));
  const auto read = session_->get(uri("Bin"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->data, value);
}

TEST_F(BinaryPieces, OfAnotherSizeAre424) {
  EXPECT_THAT(send("abcd", true, "9"), ElementsAre(213));
  EXPECT_THAT(send("efgh", false), ElementsAre(424));
  EXPECT_THAT(send("abcd", true, "7"), ElementsAre(213));
  EXPECT_THAT(send("efgh", false), ElementsAre(424));
  EXPECT_EQ(get("Bin"), "");
}

class RefusedPieces : public TreeTest {
 protected:
  std::string replace_command(const std::string& id, const std::string& data, bool more,
                              const std::string& below = "Fixed") {
    return "<Replace><CmdID>" + id + "</CmdID><Item><Target><LocURI>" + uri(below) +
           "</LocURI></Target><Data>" + data + "</Data>" + (more ? "<MoreData/>" : "") +
           "</Item></Replace>";
  }
  std::vector<int> send(const std::string& body) {
    EXPECT_TRUE(session_->process(message(body, ++msg_id_)));
    return session_->last_statuses();
  }
  unsigned msg_id_ = 0;
};

TEST_F(RefusedPieces, HaveATailThatIsNoValue) {
  EXPECT_THAT(send(replace_command("1", "begin", true)), ElementsAre(411));
  EXPECT_THAT(send(replace_command("1", "end", false)), ElementsAre(411));
  EXPECT_EQ(get("Fixed"), "factory");
  EXPECT_THAT(send(replace_command("1", "whole", false)), ElementsAre(200)) << "once is enough";
  EXPECT_EQ(get("Fixed"), "whole");
}

TEST_F(RefusedPieces, HaveNoneBehindAnotherCommand) {
  // In one message the server cannot know that the first piece was refused.
  EXPECT_THAT(send(replace_command("1", "begin", true) + get_command("2", uri("Fixed")) +
                   replace_command("3", "end", false)),
              ElementsAre(411, 200, 411));
  EXPECT_EQ(get("Fixed"), "factory");
  EXPECT_THAT(send(replace_command("1", "begin", true)), ElementsAre(411));
  EXPECT_THAT(send(replace_command("1", "7", false, "Int") + replace_command("2", "new", false)),
              ElementsAre(200, 200));
  EXPECT_EQ(get("Fixed"), "new");
}

TEST_F(RefusedPieces, HaveNoneAfterAMessageWithoutIt) {
  EXPECT_THAT(send(replace_command("1", "begin", true)), ElementsAre(411));
  EXPECT_THAT(send(""), ElementsAre());
  EXPECT_THAT(send(replace_command("1", "whole", false)), ElementsAre(200));
}

using OldProtocol = TreeTest;

TEST_F(OldProtocol, IsAnsweredInTheNewOneAndOthersAreRefused) {
  const auto send = [&](const std::string& dtd, const std::string& protocol) {
    std::string text = message(get_command("2", uri("Fixed")));
    text.replace(text.find("<VerDTD>1.2"), 11, "<VerDTD>" + dtd);
    text.replace(text.find("<VerProto>DM/1.2"), 16, "<VerProto>" + protocol);
    return session_->process(text).value();
  };
  const std::string reply = send("1.1", "DM/1.1");
  EXPECT_THAT(reply, HasSubstr("<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"));
  EXPECT_THAT(reply, HasSubstr("factory"));
  EXPECT_THAT(session_->last_statuses(), ElementsAre(200));
  send("1.2", "DM/2.0");
  EXPECT_THAT(session_->last_statuses(), ElementsAre(513));
  send("2.0", "DM/1.2");
  EXPECT_THAT(session_->last_statuses(), ElementsAre(505));
}

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("cspkit-edges-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(RenamedNode, KeepsWhatThePresentDdfDoesNotDescribe) {
  const Folder folder;
  const std::string all = "Add Delete Get Replace";
  const auto ddf = [&](const std::string& more) {
    return document("./Device/Vendor/Test",
                    node("R", "Get", "node", occurs("One"),
                         node("", all, "node", occurs("ZeroOrMore"),
                              node("Old", all, "chr", occurs("ZeroOrOne")) + more)));
  };
  const std::string extra = node("Extra", all, "chr", occurs("ZeroOrOne"));
  const auto with = [&](const std::string& text, auto work) {
    EngineOptions options;
    options.state = (folder.path() / "device.db").string();
    auto engine = Engine::open(std::move(options));
    ASSERT_TRUE(engine) << engine.error().text();
    ASSERT_TRUE(engine->load_ddf_bytes(text, "r.xml").ok());
    Session session = engine->open_session(Principal::device());
    work(session);
  };
  with(ddf(extra), [](Session& session) {
    ASSERT_TRUE(session.add("./Vendor/Test/R/a/Extra", Value::chr("kept")).ok());
    ASSERT_TRUE(session.add("./Vendor/Test/R/a/Old", Value::chr("too")).ok());
  });
  with(ddf(""), [](Session& session) {
    ASSERT_TRUE(session.replace("./Vendor/Test/R/a?prop=Name", Value::chr("b")).ok());
    EXPECT_EQ(text_of(session.get("./Vendor/Test/R/b/Old")), "too");
  });
  with(ddf(extra), [](Session& session) {
    EXPECT_EQ(text_of(session.get("./Vendor/Test/R/b/Extra")), "kept");
    EXPECT_EQ(text_of(session.get("./Vendor/Test/R")), "b");
  });
}

int refreshes = 0;

class Inventory : public Provider {
 public:
  explicit Inventory(Host host_table) : Provider(std::move(host_table)) {
    on("").refresh([](Call& call) {
      ++refreshes;
      call.create("a");
      call.create("b");
    });
    for (const char* leaf : {"{Name}/A", "{Name}/B", "{Name}/C"}) {
      on(leaf).get([](Call& call) { return call["Name"]; });
    }
  }
};
CSPKIT_PLUGIN(Inventory, "Inventory.xml")

TEST(ListedNode, IsBroughtUpToDateOnceForAllItsLeaves) {
  const Folder folder;
  const auto leaf = [](const char* name) { return node(name, "Get", "chr", occurs("One")); };
  std::ofstream(folder.path() / "Inventory.xml") << document(
      "./Device/Vendor/Test",
      node("Inventory", "Get", "node", occurs("One"),
           node("", "Get", "node", occurs("ZeroOrMore"), leaf("A") + leaf("B") + leaf("C"))));
  auto engine = Engine::open({});
  ASSERT_TRUE(engine);
  const Status loaded = engine->add_provider(cspkit_plugin_v1_inventory, folder.path());
  ASSERT_TRUE(loaded.ok()) << loaded.text();
  Session session = engine->open_session(Principal::device());
  refreshes = 0;
  const std::string reply =
      session.process(message(get_command("1", "./Vendor/Test/Inventory?list=StructData"))).value();
  EXPECT_THAT(reply, HasSubstr("<LocURI>./Vendor/Test/Inventory/b/C</LocURI></Source>"));
  EXPECT_EQ(refreshes, 3) << "for the address, and for each node with computed leaves";
}

}  // namespace
}  // namespace cspkit::testing
