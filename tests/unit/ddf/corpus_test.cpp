// SPDX-License-Identifier: Apache-2.0
// The published files, counted a second time with another XML parser; and our own catalog beside
// the published files of the same name.
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <map>
#include <set>

#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

using ::testing::IsEmpty;

/// What libxml2 counts in the files of a folder.
class OtherCount {
 public:
  explicit OtherCount(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      xmlDoc* document = xmlReadFile(entry.path().c_str(), nullptr, XML_PARSE_NONET);
      EXPECT_NE(document, nullptr) << entry.path();
      if (document == nullptr) continue;
      ++totals.files;
      for (xmlNode* child = xmlDocGetRootElement(document)->children; child != nullptr;
           child = child->next) {
        if (!named(child, "Node")) continue;
        ++totals.trees;
        walk(child);
      }
      xmlFreeDoc(document);
    }
  }
  SchemaTotals totals;
  std::map<std::string, std::size_t> formats, properties, verbs;

 private:
  static bool named(const xmlNode* node, const char* name) {
    return node->type == XML_ELEMENT_NODE &&
           std::string_view(reinterpret_cast<const char*>(node->name)) == name;
  }
  static std::string name_of(const xmlNode* node) {
    return reinterpret_cast<const char*>(node->name);
  }
  static std::string text(xmlNode* node) {
    xmlChar* content = xmlNodeGetContent(node);
    std::string out(reinterpret_cast<const char*>(content));
    xmlFree(content);
    return out;
  }
  void walk(xmlNode* node) {
    ++totals.nodes;
    for (xmlNode* child = node->children; child != nullptr; child = child->next) {
      if (child->type != XML_ELEMENT_NODE) continue;
      if (named(child, "Node")) walk(child);
      if (named(child, "NodeName")) {
        const std::string name = text(child);
        const bool blank = name.find_first_not_of(" \t\r\n") == std::string::npos;
        if (blank || name == "*") ++totals.dynamic;
      }
      if (named(child, "DFProperties")) read(child);
    }
  }
  void read(xmlNode* node) {
    std::set<std::string> seen;
    for (xmlNode* child = node->children; child != nullptr; child = child->next) {
      if (child->type != XML_ELEMENT_NODE) continue;
      // Half of the published Descriptions are empty, and nobody can tell those from none.
      if (named(child, "Description") && text(child).empty()) continue;
      if (seen.insert(name_of(child)).second) ++properties[name_of(child)];
      for (xmlNode* inner = child->children; inner != nullptr; inner = inner->next) {
        if (inner->type != XML_ELEMENT_NODE) continue;
        if (named(child, "DFFormat")) ++formats[name_of(inner)];
        if (named(child, "DFFormat") && !named(inner, "node")) ++totals.leaves;
        if (named(child, "AccessType")) ++verbs[name_of(inner)];
      }
    }
  }
};

void expect_same(const SchemaTotals& ours, const SchemaTotals& other) {
  EXPECT_EQ(ours.files, other.files);
  EXPECT_EQ(ours.trees, other.trees);
  EXPECT_EQ(ours.nodes, other.nodes);
  EXPECT_EQ(ours.leaves, other.leaves);
  EXPECT_EQ(ours.dynamic, other.dynamic);
}

TEST(Corpus, LoadsAndCountsAsAnotherParserCounts) {
  CSPKIT_NEEDS_CORPUS(path, "ddf");
  SchemaBuilder builder;
  const Status status = builder.add(path);
  ASSERT_TRUE(status.ok()) << status.text();
  const auto schema = builder.build();
  const OtherCount other(path);
  EXPECT_GT(other.totals.nodes, 1000u);
  expect_same(schema->totals(), other.totals);

  std::map<std::string, std::size_t> formats, properties, verbs;
  constexpr std::pair<Access, const char*> kVerbs[] = {
      {kAccessGet, "Get"},       {kAccessAdd, "Add"},   {kAccessReplace, "Replace"},
      {kAccessDelete, "Delete"}, {kAccessExec, "Exec"}, {kAccessCopy, "Copy"}};
  for (std::uint32_t i = 0; i < schema->node_count(); ++i) {
    const Node node = schema->node(NodeId{i});
    if (node.is_ancestor_of_root()) continue;
    ++formats[std::string(format_name(node.format()))];
    for (const auto& [verb, name] : kVerbs) verbs[name] += node.grants(verb) ? 1 : 0;
    properties["DefaultValue"] += node.has_default() ? 1 : 0;
    properties["AllowedValues"] += node.value_type() != ValueType::kAbsent ? 1 : 0;
    properties["Deprecated"] += node.deprecated() ? 1 : 0;
    properties["RebootBehavior"] += node.reboot_behavior().empty() ? 0 : 1;
    properties["DFTitle"] += node.title().empty() ? 0 : 1;
    properties["Description"] += node.description().empty() ? 0 : 1;
    properties["DynamicNodeNaming"] += node.naming() == Naming::kNone ? 0 : 1;
    EXPECT_NE(node.value_type(), ValueType::kUnknown) << node.uri();
    EXPECT_GT(node.line(), 0u);
    EXPECT_EQ(node.root().is_ancestor_of_root(), false);
  }
  EXPECT_EQ(formats, other.formats);
  for (const auto& [name, count] : other.verbs) EXPECT_EQ(verbs[name], count) << name;
  for (const auto& [name, count] : properties) {
    const auto found = other.properties.find(name);
    EXPECT_EQ(count, found == other.properties.end() ? 0u : found->second) << name;
  }
}

TEST(Corpus, HasFewFindingsAndNoErrors) {
  CSPKIT_NEEDS_CORPUS(path, "ddf");
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(path).ok());
  const std::set<std::string> known = {
      "D106",  // Defender/Health/DeviceControl is a chr with children
      "D114",  // SUPL has names with blanks behind
      "D214"   // EMAIL2 has a ZeroOrN without a number
  };
  for (const Finding& finding : builder.findings()) {
    EXPECT_NE(finding.severity, Severity::kError) << to_string(finding);
    EXPECT_EQ(known.count(finding.code), 1u) << to_string(finding);
  }
}

TEST(Corpus, VersionOneLoadsToo) {
  CSPKIT_NEEDS_CORPUS(path, "ddf_v1");
  SchemaBuilder builder;
  const Status status = builder.add(path);
  ASSERT_TRUE(status.ok()) << status.text();
  const auto schema = builder.build();
  expect_same(schema->totals(), OtherCount(path).totals);
  for (const Finding& finding : builder.findings()) {
    EXPECT_NE(finding.severity, Severity::kError) << to_string(finding);
  }
  Address a;
  EXPECT_TRUE(schema->resolve("./Vendor/MSFT/VPN", a).ok()) << "a tree rooted at ./Vendor/MSFT";
  EXPECT_EQ(schema->node(a.node).root().name(), "MSFT");
}

TEST(Corpus, BothVersionsOnTopOfEachOther) {
  CSPKIT_NEEDS_CORPUS(first, "ddf_v1");
  CSPKIT_NEEDS_CORPUS(second, "ddf");
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(first).ok());
  ASSERT_TRUE(builder.add(second).ok());
  std::size_t replaced = 0;
  for (const Finding& finding : builder.findings()) replaced += finding.code == "D109" ? 1 : 0;
  const auto schema = builder.build();
  EXPECT_GT(replaced, 0u);
  EXPECT_EQ(schema->totals().trees + replaced, 209u + 19u);
  Address a;
  ASSERT_TRUE(schema->resolve("./Vendor/MSFT/SharedPC", a).ok());
  EXPECT_EQ(std::filesystem::path(schema->node(a.node).file()).parent_path(), second);
}

/// Compares all that a catalog file has to share with the published one.
void compare(const Node& ours, const Node& theirs, std::size_t& count) {
  ++count;
  const std::string at = theirs.uri();
  EXPECT_EQ(ours.uri(), at);
  EXPECT_EQ(ours.is_dynamic(), theirs.is_dynamic()) << at;
  EXPECT_EQ(ours.format(), theirs.format()) << at;
  EXPECT_EQ(ours.access(), theirs.access()) << at;
  EXPECT_EQ(ours.occurrence(), theirs.occurrence()) << at;
  EXPECT_EQ(ours.persistence(), theirs.persistence()) << at;
  EXPECT_EQ(ours.naming(), theirs.naming()) << at;
  EXPECT_EQ(ours.value_type(), theirs.value_type()) << at;
  EXPECT_EQ(ours.reboot_behavior(), theirs.reboot_behavior()) << at;
  EXPECT_EQ(ours.case_sensitive(), theirs.case_sensitive()) << at;
  EXPECT_EQ(ours.has_default(), theirs.has_default()) << at;
  const Applicability a = ours.applicability();
  const Applicability b = theirs.applicability();
  EXPECT_EQ(a.os_build_version, b.os_build_version) << at;
  EXPECT_EQ(a.csp_version, b.csp_version) << at;
  EXPECT_EQ(a.edition_allow_list, b.edition_allow_list) << at;
  EXPECT_FALSE(ours.description().empty()) << at << " has no description of ours";
  EXPECT_NE(ours.description(), theirs.description()) << at << ": the words must be our own";
  const std::vector<Node> mine = ours.static_children();
  const std::vector<Node> published = theirs.static_children();
  ASSERT_EQ(mine.size(), published.size()) << at;
  for (std::size_t i = 0; i < mine.size(); ++i) compare(mine[i], published[i], count);
  ASSERT_EQ(ours.dynamic_child().valid(), theirs.dynamic_child().valid()) << at;
  if (ours.dynamic_child().valid()) compare(ours.dynamic_child(), theirs.dynamic_child(), count);
}

TEST(Catalog, LoadsWithoutFindings) {
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(CSPKIT_CATALOG_DIR).ok());
  EXPECT_THAT(codes(builder), IsEmpty()) << everything(builder);
  EXPECT_EQ(builder.build()->totals().trees, 4u);
}

TEST(Catalog, DescribesTheSameNodesAsThePublishedFiles) {
  CSPKIT_NEEDS_CORPUS(path, "ddf");
  for (const char* name : {"Office.xml", "DevInfo.xml", "DevDetail.xml"}) {
    SchemaBuilder ours, theirs;
    ASSERT_TRUE(ours.add(std::filesystem::path(CSPKIT_CATALOG_DIR) / name).ok());
    ASSERT_TRUE(theirs.add(path / name).ok());
    const auto a = ours.build();
    const auto b = theirs.build();
    ASSERT_EQ(a->roots().size(), b->roots().size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < a->roots().size(); ++i)
      compare(a->roots()[i], b->roots()[i], count);
    EXPECT_EQ(count, b->totals().nodes) << name;
  }
}

}  // namespace
}  // namespace cspkit::ddf::test
