// SPDX-License-Identifier: Apache-2.0
// The reference page beside the published one, and the comparison of two schemas.
#include <cspkit/ddf/diff.hpp>
#include <cspkit/ddf/doc.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Parts of a page that come from the DDF, by their comment marks: lines, trimmed, without blanks.
std::map<std::string, std::vector<std::string>> parts_of(const std::string& page) {
  std::map<std::string, std::vector<std::string>> out;
  std::istringstream lines(page);
  std::string line, part;
  while (std::getline(lines, line)) {
    while (!line.empty() && detail::is_blank(line.back())) line.pop_back();
    const std::string begin = "-Begin -->";
    if (line.rfind("<!-- ", 0) == 0 && line.size() > begin.size() + 5 &&
        line.compare(line.size() - begin.size(), begin.size(), begin) == 0) {
      const std::string name = line.substr(5, line.size() - begin.size() - 5);
      const std::string kind = name.substr(name.rfind('-') + 1);
      if (kind == "Tree" || kind == "Applicability" || kind == "OmaUri" || kind == "Description" ||
          kind == "DFProperties") {
        part = name;
        out[part];
      }
      continue;
    }
    if (!part.empty() && line == "<!-- " + part + "-End -->") part.clear();
    if (!part.empty() && !line.empty()) out[part].push_back(line);
  }
  return out;
}

TEST(Doc, OfficePageIsThePublishedOne) {
  CSPKIT_NEEDS_CORPUS(path, "ddf");
  const std::filesystem::path published =
      path.parent_path().parent_path() / "seeds/002-office-csp.md";
  std::ifstream file(published);
  if (!file) GTEST_SKIP() << "no published page at " << published;
  std::ostringstream text;
  text << file.rdbuf();
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(path / "Office.xml").ok());
  const auto schema = builder.build();
  EXPECT_THAT(doc_subjects(*schema), ElementsAre("Office"));
  const auto ours = parts_of(doc_page(*schema, "office"));
  const auto theirs = parts_of(text.str());
  EXPECT_EQ(theirs.size(), 1u + 12u * 4u);
  EXPECT_EQ(ours.size(), theirs.size());
  for (const auto& [name, lines] : theirs) {
    const auto found = ours.find(name);
    ASSERT_NE(found, ours.end()) << name;
    EXPECT_EQ(found->second, lines) << name;
  }
}

TEST(Doc, ShowsWhatANodeAllows) {
  const auto page = [](std::string_view format, std::string_view more) {
    return doc_page(*leaf_schema(format, more), "T");
  };
  const std::string enums =
      page("int",
           "<DefaultValue>1</DefaultValue><MSFT:AllowedValues ValueType=\"ENUM\"><MSFT:Enum>"
           "<MSFT:Value>0</MSFT:Value><MSFT:ValueDescription>Off | not on</MSFT:ValueDescription>"
           "</MSFT:Enum><MSFT:Enum><MSFT:Value>1</MSFT:Value><MSFT:ValueDescription>On."
           "</MSFT:ValueDescription></MSFT:Enum></MSFT:AllowedValues>");
  EXPECT_THAT(enums, HasSubstr("## Leaf\n"));
  EXPECT_THAT(enums, HasSubstr("| Default Value | 1 |\n"));
  EXPECT_THAT(enums, HasSubstr("| Access Type | Get, Replace |\n"));
  EXPECT_THAT(
      enums,
      HasSubstr(
          "| Value | Description |\n|:--|:--|\n| 0 | Off \\| not on. |\n| 1 (Default) | On. |\n"));
  EXPECT_THAT(enums, HasSubstr("\xE2\x9C\x85 Device <br> \xE2\x9D\x8C User"));
  EXPECT_THAT(page("int",
                   "<MSFT:AllowedValues ValueType=\"Range\"><MSFT:Value>[0-5]</MSFT:Value>"
                   "</MSFT:AllowedValues><MSFT:RebootBehavior>Automatic</MSFT:RebootBehavior>"),
              HasSubstr("| Reboot Behavior | Automatic |\n| Allowed Values | Range: `[0-5]` |\n"));
  EXPECT_THAT(page("chr",
                   "<MSFT:Applicability><MSFT:OsBuildVersion>10.0.22000, 10.0.19041.1202"
                   "</MSFT:OsBuildVersion></MSFT:Applicability>"),
              HasSubstr("\xE2\x9C\x85 Windows 10, version 2004 [10.0.19041.1202] and later <br> "
                        "\xE2\x9C\x85 Windows 11, version 21H2 [10.0.22000] and later |"));
  EXPECT_EQ(doc_page(*leaf_schema("int", ""), "Other"), "");
}

TEST(Doc, EveryCspOfTheCorpusHasAPage) {
  CSPKIT_NEEDS_CORPUS(path, "ddf");
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(path).ok());
  const auto schema = builder.build();
  const std::vector<std::string> subjects = doc_subjects(*schema);
  EXPECT_EQ(subjects.size(), 160u);
  for (const std::string& subject : subjects) {
    const std::string page = doc_page(*schema, subject);
    EXPECT_THAT(page, HasSubstr("<!-- " + subject + "-End -->")) << subject;
  }
}

std::shared_ptr<const Schema> of(const std::string& trees) {
  SchemaBuilder builder;
  EXPECT_TRUE(builder.add_bytes(document(trees), "t.xml").ok());
  return builder.build();
}

TEST(Diff, ListsWhatChanged) {
  const auto before = of(
      root("T", "./Vendor", usual("Get", "node"),
           node("Gone", usual("Get", "int")) + node("Kept", usual("Get", "int")) +
               node("", usual("Add Get", "node", "ZeroOrMore", "<DFTitle>a</DFTitle>"),
                    node("Inner", usual("Get", "int", "One", "<DefaultValue>1</DefaultValue>")))));
  const auto after =
      of(root("T", "./Device/vendor", usual("Get", "node"),
              node("New", usual("Get", "int")) + node("kept", usual("Get", "int")) +
                  node("", usual("Add Get", "node", "ZeroOrMore", "<DFTitle>a</DFTitle>"),
                       node("Inner", usual("Get Replace", "int")))));
  const std::vector<NodeChange> changes = diff(*before, *after);
  std::string text;
  for (const NodeChange& change : changes) text += to_string(change) + '\n';
  EXPECT_EQ(text,
            "- ./Device/Vendor/T/Gone\n"
            "+ ./Device/vendor/T/New\n"
            "~ ./Device/vendor/T/{a}/Inner\n"
            "    AccessType: Get -> Get, Replace\n"
            "    DefaultValue: \"1\" -> (absent)\n");
  EXPECT_THAT(diff(*before, *before), IsEmpty());
}

TEST(Diff, CatalogDiffersFromThePublishedFileInWordsOnly) {
  CSPKIT_NEEDS_CORPUS(path, "ddf");
  SchemaBuilder ours, theirs;
  ASSERT_TRUE(ours.add(std::filesystem::path(CSPKIT_CATALOG_DIR) / "Office.xml").ok());
  ASSERT_TRUE(theirs.add(path / "Office.xml").ok());
  for (const NodeChange& change : diff(*theirs.build(), *ours.build())) {
    EXPECT_EQ(change.kind, ChangeKind::kChanged) << to_string(change);
    for (const PropertyChange& property : change.properties) {
      EXPECT_TRUE(property.property == "Description" || property.property == "DynamicNodeNaming")
          << to_string(change);
    }
  }
}

}  // namespace
}  // namespace cspkit::ddf::test
