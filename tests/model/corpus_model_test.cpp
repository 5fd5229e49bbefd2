// SPDX-License-Identifier: Apache-2.0
// Every node of every published DDF file: each verb, with values that fit and that do not, alone
// and in an Atomic, before and after its parents and itself were set, in its own scope and the
// other one. What must come out is said by ddf_model.
#include <gtest/gtest.h>

#include <cspkit/engine.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <regex>

#include "ddf_model.hpp"

namespace cspkit::model {
namespace {

constexpr const char* kVerbs[] = {"Get", "Add", "Replace", "Delete", "Exec"};
constexpr const char* kGuid = "0AA79349-F334-4859-96E8-B4AB43E9FEA0";

std::filesystem::path corpus() {
  const char* given = std::getenv("CSPKIT_CORPUS");
  return given ? given : "../shared/corpus";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else
      out += c;
  }
  return out;
}

class CorpusModelTest : public ::testing::TestWithParam<const char*> {
 protected:
  void check_file(const std::filesystem::path& file) {
    const auto trees = read_file(file.string());
    for (const auto& tree : trees) {
      // One engine for one tree: the skeleton of one file must not stand in for the nodes of
      // another.
      Result<Engine> engine = Engine::open();
      ASSERT_TRUE(engine);
      const Status loaded = engine->load_ddf(file);
      ASSERT_TRUE(loaded.ok()) << loaded.text();
      Session session = engine->open_session(Principal::for_user("u", true));
      Session stranger =
          engine->open_session(tree->user_scope ? Principal::device() : Principal::for_user("s"));
      check_node(*engine, session, stranger, *tree);
    }
  }

  /// The address of a node with every dynamic name filled in; empty when the model knows no fitting
  /// name.
  static std::string address(const ModelNode& node) {
    const std::string own = node.dynamic() ? dynamic_name(node) : node.name;
    if (own.empty()) return {};
    if (node.is_root) {
      const std::string scope = node.user_scope ? "./User/" : "./";
      return scope + (node.root_path.empty() ? "" : node.root_path + "/") + own;
    }
    const std::string above = address(*node.parent);
    return above.empty() ? std::string() : above + "/" + own;
  }

  static std::string dynamic_name(const ModelNode& node) {
    if (node.value_type != "RegEx" || node.patterns.empty() || node.leaf()) return kGuid;
    for (const std::string& name :
         {std::string(kGuid), "%7B" + std::string(kGuid) + "%7D", std::string("name")}) {
      try {
        if (std::regex_search(name, std::regex(node.patterns.front()))) return name;
      } catch (const std::regex_error&) {
        return {};
      }
    }
    return {};
  }

  void reset(Engine& engine, const ModelNode& node) {
    const ModelNode* root = &node;
    while (root->parent != nullptr) root = root->parent;
    ASSERT_TRUE(engine.owner("u").remove(address(*root)).ok());
  }

  void prepare(Engine& engine, const ModelNode& node, Before before) {
    reset(engine, node);
    if (before == Before::kFresh) return;
    if (node.parent != nullptr) {
      const std::string parent = address(*node.parent);
      const Value made =
          node.parent->leaf() ? Value(Format::kUnset, default_text(*node.parent)) : Value();
      ASSERT_TRUE(engine.owner("u").set(parent, made).ok()) << parent;
    }
    if (before == Before::kSet) {
      const Value value = node.leaf() ? Value(Format::kUnset, default_text(node)) : Value();
      ASSERT_TRUE(engine.owner("u").set(address(node), value).ok()) << address(node);
    }
  }

  static std::string default_text(const ModelNode& node) {
    if (node.format == "int") return "1";
    if (node.format == "bool") return "true";
    if (node.format == "float") return "1.5";
    if (node.format == "date") return "2024-02-29";
    if (node.format == "time") return "2024-02-29T10:11:12Z";
    return "text";
  }

  static std::string command(const char* verb, const std::string& uri, const Sent& sent, int id) {
    std::string xml = std::string("<") + verb + "><CmdID>" + std::to_string(id) +
                      "</CmdID><Item><Target><LocURI>" + escaped(uri) + "</LocURI></Target>";
    if (!sent.format.empty())
      xml += "<Meta><Format xmlns=\"syncml:metinf\">" + sent.format + "</Format></Meta>";
    if (sent.kind != Sent::Kind::kNothing) xml += "<Data>" + escaped(sent.data) + "</Data>";
    return xml + "</Item></" + verb + ">";
  }

  void expect(Session& session, const std::string& body, const std::vector<int>& statuses,
              const std::string& what) {
    Result<std::string> reply =
        session.process("<SyncML><SyncBody>" + body + "<Final/></SyncBody></SyncML>");
    ASSERT_TRUE(reply) << reply.error().text();
    ++checks_;
    ++by_status_[statuses.back()];
    if (session.last_statuses() != statuses) {
      ++wrong_;
      if (wrong_ <= 40) {
        std::string got;
        for (const int each : session.last_statuses()) got += std::to_string(each) + " ";
        ADD_FAILURE() << what << ": expected " << statuses.back() << ", got " << got << "\n"
                      << body;
      }
    }
  }

  void check_node(Engine& engine, Session& session, Session& stranger, const ModelNode& node) {
    const std::string uri = address(node);
    if (uri.empty()) {
      ++skipped_;
    } else {
      for (const Before before : {Before::kFresh, Before::kParentsSet, Before::kSet}) {
        for (const char* verb : kVerbs) check_verb(engine, session, node, uri, verb, before);
      }
      reset(engine, node);
      const Sent nothing;
      // The other side: a device has no ./User, a user without authority may only read ./Device.
      for (const char* verb : kVerbs) {
        const bool reads = std::string_view(verb) == "Get";
        const int status = node.user_scope ? 405
                           : reads         ? expect_alone(node, verb, nothing, Before::kFresh)
                                           : 425;
        expect(stranger, command(verb, uri, nothing, 1), {status}, "a stranger");
      }
    }
    for (const auto& each : node.children) check_node(engine, session, stranger, *each);
  }

  void check_verb(Engine& engine, Session& session, const ModelNode& node, const std::string& uri,
                  const char* verb, Before before) {
    const std::string_view name = verb;
    std::vector<Sent> values = values_for(node);
    if (name == "Get" || name == "Delete") values.resize(1);
    for (const Sent& sent : values) {
      const std::string what = uri + " before " + std::to_string(static_cast<int>(before));
      prepare(engine, node, before);
      expect(session, command(verb, uri, sent, 1), {expect_alone(node, verb, sent, before)}, what);
      if (name != "Get") prepare(engine, node, before);
      const int inside = expect_in_atomic(node, verb, sent, before);
      expect(session, "<Atomic><CmdID>1</CmdID>" + command(verb, uri, sent, 2) + "</Atomic>",
             {inside == 200 ? 200 : 507, inside}, what + " in an Atomic");
    }
  }

  std::size_t checks_ = 0, wrong_ = 0, skipped_ = 0;
  std::map<int, std::size_t> by_status_;
};

TEST_P(CorpusModelTest, EveryVerbOnEveryNode) {
  const std::filesystem::path folder = corpus() / GetParam();
  if (!std::filesystem::is_directory(folder))
    GTEST_SKIP() << "no DDF files at " << folder << "; set CSPKIT_CORPUS";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".xml") check_file(entry.path());
    if (HasFatalFailure()) return;
  }
  std::cout << "checks " << checks_ << ", wrong " << wrong_ << ", nodes skipped for want of a name "
            << skipped_ << "\n";
  for (const auto& [status, count] : by_status_)
    std::cout << "  " << status << "  " << count << "\n";
  EXPECT_EQ(wrong_, 0u);
  EXPECT_GT(checks_, 10000u);
}

INSTANTIATE_TEST_SUITE_P(Corpus, CorpusModelTest, ::testing::Values("ddf", "ddf_v1"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace cspkit::model
