// SPDX-License-Identifier: Apache-2.0
// Every collected message of real servers, clients and published documents through a real engine
// that knows every published DDF: what is SyncML gets a well-formed reply that answers each
// command in document order, the rest is refused with one line.
#include <gtest/gtest.h>

#include <algorithm>
#include <cspkit/engine.hpp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cspkit {
namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  const char* set = std::getenv("CSPKIT_CORPUS");
  return set != nullptr ? fs::path(set) : fs::path("../shared/corpus");
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// A file of the collection, as its index describes it.
struct Entry {
  fs::path file;
  bool is_message = false;  // well-formed, its root SyncML or SyncBody
};

std::vector<Entry> read_index(const fs::path& folder) {
  std::vector<Entry> entries;
  std::ifstream in(folder / "index.tsv");
  std::string line;
  std::getline(in, line);  // the heading
  while (std::getline(in, line)) {
    std::vector<std::string> columns;
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find('\t', begin), line.size());
      columns.push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
    if (columns.size() < 6) continue;
    const std::string& form = columns[5];
    const bool is_message = form == "message" || form == "document, no SyncHdr" ||
                            form.rfind("fragment <SyncBody>", 0) == 0;
    entries.push_back({folder / columns[0], is_message});
  }
  return entries;
}

std::string local_name(pugi::xml_node node) {
  const std::string name = node.name();
  return name.substr(name.find(':') + 1);
}

pugi::xml_node child(pugi::xml_node node, const std::string& name) {
  for (const auto candidate : node.children()) {
    if (local_name(candidate) == name) return candidate;
  }
  return {};
}

std::string text_of(pugi::xml_node node, const std::string& name) {
  return child(node, name).text().get();
}

using Answer = std::pair<std::string, std::string>;  // CmdRef, Cmd

// What a message asks for, in document order, read without the engine's reader.
void list_commands(pugi::xml_node parent, std::vector<Answer>& out) {
  static const std::set<std::string> kNoCommands = {"Final",  "CmdID",  "Meta",
                                                    "NoResp", "Status", "Results"};
  for (const auto node : parent.children()) {
    const std::string name = local_name(node);
    if (node.type() != pugi::node_element || kNoCommands.count(name) != 0) continue;
    out.emplace_back(text_of(node, "CmdID"), name);
    if (name == "Atomic" || name == "Sequence") list_commands(node, out);
  }
}

pugi::xml_node body_of(const pugi::xml_document& document) {
  const auto root = document.document_element();
  return local_name(root) == "SyncBody" ? root : child(root, "SyncBody");
}

using Table = std::map<std::string, std::map<int, int>>;  // command, status, how many

// Checks one reply against its request and counts its statuses.
void check_reply(const pugi::xml_document& request, const std::string& reply,
                 const std::vector<int>& statuses, Table& table) {
  pugi::xml_document answer;
  ASSERT_TRUE(answer.load_string(reply.c_str())) << reply;
  EXPECT_EQ(reply.find('\n'), std::string::npos);
  std::vector<Answer> expected, actual;
  list_commands(body_of(request), expected);
  const std::string msg_id = text_of(child(request.document_element(), "SyncHdr"), "MsgID");
  std::size_t count = 0;
  int next_id = 1;
  const auto body = body_of(answer);
  for (const auto node : body.children()) {
    const std::string name = node.name();
    if (name == "Final") continue;
    ASSERT_TRUE(name == "Status" || name == "Results") << name;
    EXPECT_EQ(node.child_value("CmdID"), std::to_string(next_id++));
    EXPECT_EQ(node.child_value("MsgRef"), msg_id.empty() ? "1" : msg_id);
    if (name == "Results") {
      EXPECT_EQ(node.child_value("CmdRef"), actual.at(actual.size() - 1).first);
      EXPECT_STREQ(node.child_value("Cmd"), "");
      continue;
    }
    const Answer said{node.child_value("CmdRef"), node.child_value("Cmd")};
    if (node.previous_sibling().empty()) {
      EXPECT_EQ(said, Answer("0", "SyncHdr"));
      EXPECT_STREQ(node.child_value("Data"), "200");
      continue;
    }
    const int status = node.child("Data").text().as_int();
    ASSERT_LT(count, statuses.size());
    EXPECT_EQ(status, statuses[count++]);
    EXPECT_GE(status, 200);
    ++table[said.second][status];
    // Items that differ have a Status each, told apart by TargetRef.
    const bool continues = node.child("TargetRef") && !actual.empty() && actual.back() == said &&
                           node.previous_sibling().child("TargetRef");
    if (!continues) actual.push_back(said);
  }
  EXPECT_EQ(expected, actual);
  EXPECT_EQ(count, statuses.size());
  EXPECT_STREQ(body.last_child().name(), "Final");
}

void print(const Table& table, std::size_t replies, std::size_t refusals) {
  std::set<int> columns;
  for (const auto& [name, counts] : table) {
    for (const auto& [status, count] : counts) columns.insert(status);
  }
  std::printf("%zu messages answered, %zu refused; commands by status:\n%-12s", replies, refusals,
              "");
  for (const int status : columns) std::printf("%6d", status);
  std::printf("\n");
  for (const auto& [name, counts] : table) {
    std::printf("%-12s", name.c_str());
    for (const int status : columns) {
      const auto found = counts.find(status);
      std::printf("%6s", found == counts.end() ? "." : std::to_string(found->second).c_str());
    }
    std::printf("\n");
  }
}

TEST(SyncmlCorpus, EveryMessageIsAnsweredAndTheRestRefused) {
  const std::vector<Entry> entries = read_index(corpus() / "syncml");
  if (entries.empty()) {
    GTEST_SKIP() << "no " << (corpus() / "syncml/index.tsv")
                 << "; set CSPKIT_CORPUS to the folder of real files";
  }
  Result<Engine> engine = Engine::open();
  ASSERT_TRUE(engine) << engine.error().text();
  const Status loaded = engine->load_ddf(corpus() / "ddf");
  ASSERT_TRUE(loaded.ok()) << loaded.text();

  Table table;
  std::size_t replies = 0, refusals = 0;
  for (const Entry& entry : entries) {
    SCOPED_TRACE(entry.file.string());
    const std::string bytes = read_file(entry.file);
    ASSERT_FALSE(bytes.empty());
    Session session = engine->open_session(Principal::device());
    const Result<std::string> reply = session.process(bytes);
    EXPECT_EQ(reply.has_value(), entry.is_message) << reply.error().text();
    if (!reply) {
      ++refusals;
      EXPECT_EQ(reply.error().code(), Code::kNotSyncml);
      EXPECT_FALSE(reply.error().text().empty());
      EXPECT_EQ(reply.error().text().find('\n'), std::string::npos) << reply.error().text();
      continue;
    }
    ++replies;
    pugi::xml_document request;
    // Some say utf-16 and are not: the bytes decide.
    ASSERT_TRUE(
        request.load_buffer(bytes.data(), bytes.size(), pugi::parse_default, pugi::encoding_utf8));
    check_reply(request, *reply, session.last_statuses(), table);
  }
  print(table, replies, refusals);
  EXPECT_GT(replies, 90u);
  EXPECT_GT(refusals, 80u);
}

}  // namespace
}  // namespace cspkit
