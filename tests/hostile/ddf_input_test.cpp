// SPDX-License-Identifier: Apache-2.0
// DDF files as large, deep and odd as they come: each is read and checked, or refused with a
// finding, in bounded time and memory. Labelled long. What is wrong in small files is in
// tests/unit/ddf and tests/regress.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cspkit/ddf/dependencies.hpp>
#include <cspkit/ddf/doc.hpp>
#include <cspkit/ddf/lint.hpp>
#include <cspkit/ddf/loader.hpp>
#include <cspkit/ddf/rules.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace cspkit::ddf {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kMillion = 1'000'000;

std::string usual(const std::string& format) {
  return "<AccessType><Get/><Replace/></AccessType><DFFormat><" + format +
         "/></DFFormat><Occurrence><One/></Occurrence><DFType><MIME/></DFType>";
}

std::string document(const std::string& children) {
  return "<?xml version=\"1.0\"?>\n<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>T</NodeName>"
         "<Path>./Vendor/Test</Path><DFProperties>" +
         usual("node") + "</DFProperties>\n" + children + "</Node></MgmtTree>";
}

std::string leaf(const std::string& more, const std::string& format = "chr") {
  return document("<Node><NodeName>a</NodeName><DFProperties>" + usual(format) + more +
                  "</DFProperties></Node>");
}

std::string repeated(std::size_t times, const std::function<std::string(std::size_t)>& part) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part(i);
  return out;
}

std::string utf16(const std::string& text) {
  std::string out("\xFF\xFE");
  out.reserve(text.size() * 2 + 2);
  for (const char c : text) {
    out += c;
    out += '\0';
  }
  return out;
}

struct Giant {
  const char* name;
  std::function<std::string()> make;
  bool accepted;     // as a DDF, with findings or without
  const char* code;  // among the findings; "" when there is none
  std::size_t nodes;
};

void PrintTo(const Giant& giant, std::ostream* out) { *out << giant.name; }

std::string nested(std::size_t levels, const std::string& properties) {
  std::string out = "<MgmtTree><VerDTD>1.2</VerDTD>";
  for (std::size_t i = 0; i < levels; ++i)
    out += "<Node><NodeName>n</NodeName>" + (i == 0 ? "<Path>.</Path>" + properties : properties);
  for (std::size_t i = 0; i < levels; ++i) out += "</Node>";
  return out + "</MgmtTree>";
}

std::vector<Giant> giants() {
  const std::string properties = "<DFProperties>" + usual("node") + "</DFProperties>";
  const auto x = [](std::size_t bytes) { return std::string(bytes, 'x'); };
  return {
      {"AMillionNodes",
       [] {
         return document(repeated(kMillion, [](std::size_t i) {
           return "<Node><NodeName>n" + std::to_string(i) + "</NodeName><DFProperties/></Node>";
         }));
       },
       true, "D090", kMillion + 1},
      {"HalfAMillionOfOneName",
       [] {
         return document(repeated(kMillion / 2, [](std::size_t) {
           return std::string("<Node><NodeName>same</NodeName><DFProperties/></Node>");
         }));
       },
       true, "D090", 2},
      {"TenThousandLevels", [=] { return nested(10'000, properties); }, true, "D105", 64},
      {"AMillionLevels", [] { return nested(kMillion, ""); }, true, "D105", 64},
      {"AMillionLevelsCutOff",
       [] { return "<MgmtTree>" + repeated(kMillion, [](std::size_t) { return "<Node>"; }); },
       false, "D002", 0},
      {"ADescriptionOf100Megabytes",
       [=] { return leaf("<Description>" + x(100 * kMillion) + "</Description>"); }, false, "D005",
       0},
      {"ADescriptionOf60Megabytes",
       [=] { return leaf("<Description>" + x(60 * kMillion) + "</Description>"); }, true, "", 2},
      {"ADefaultOf60Megabytes",
       [=] { return leaf("<DefaultValue>" + x(60 * kMillion) + "</DefaultValue>"); }, true, "D406",
       2},
      {"ANameOf60Megabytes",
       [=] {
         return document("<Node><NodeName>" + x(60 * kMillion) + "</NodeName>" + properties +
                         "</Node>");
       },
       true, "D108", 1},
      {"APathOf60Megabytes",
       [=] {
         return "<MgmtTree><Node><NodeName>a</NodeName><Path>./" + x(60 * kMillion) + "</Path>" +
                properties + "</Node></MgmtTree>";
       },
       true, "D103", 0},
      {"AnElementNameOf60Megabytes",
       [=] { return leaf('<' + x(30 * kMillion) + "></" + x(30 * kMillion) + '>'); }, true, "D215",
       2},
      {"APatternOf60Megabytes",
       [=] {
         return leaf("<AllowedValues ValueType=\"RegEx\"><Value>" + x(60 * kMillion) +
                     "</Value></AllowedValues>");
       },
       true, "D401", 2},
      {"AnEnumOf400000Values",
       [] {
         return leaf("<AllowedValues ValueType=\"ENUM\">" +
                         repeated(400'000,
                                  [](std::size_t i) {
                                    return "<Enum><Value>" + std::to_string(i) + "</Value></Enum>";
                                  }) +
                         "</AllowedValues>",
                     "int");
       },
       true, "", 2},
      {"AMillionAttributes",
       [] {
         return leaf(
             "<GpMapping " +
             repeated(kMillion, [](std::size_t i) { return 'a' + std::to_string(i) + "=\"\" "; }) +
             "/>");
       },
       true, "D216", 2},
      {"TwentyMillionTags",
       [] { return leaf(repeated(20 * kMillion, [](std::size_t) { return "<a>"; })); }, false,
       "D005", 0},
      {"AMillionComments",
       [] { return document(repeated(kMillion, [](std::size_t) { return "<!-- - -->"; })); }, true,
       "", 1},
      {"Utf16Of60Megabytes",
       [=] { return utf16(leaf("<Description>" + x(30 * kMillion) + "</Description>")); }, true, "",
       2},
      {"InvalidUtf8BehindMuchThatIsValid", [=] { return leaf("") + x(60 * kMillion) + '\xFF'; },
       false, "D004", 0},
      {"EntitiesOfEntities",
       [] {
         std::string text = leaf("<Description>&a20;</Description>");
         text.insert(text.find("<MgmtTree"),
                     "<!DOCTYPE MgmtTree [<!ENTITY a0 \"ha\">" + repeated(20, [](std::size_t i) {
                       std::string out = "<!ENTITY a" + std::to_string(i + 1) + " \"";
                       for (int k = 0; k < 10; ++k) out += "&a" + std::to_string(i) + ';';
                       return out + "\">";
                     }) + "]>");
         return text;
       },
       true, "D115", 2},
  };
}

class GiantDdf : public ::testing::TestWithParam<Giant> {};

TEST_P(GiantDdf, IsReadOrRefusedInBoundedTimeAndMemory) {
  const Giant& giant = GetParam();
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("cspkit-giant-" + std::to_string(::getpid()));
  std::ofstream(file, std::ios::binary) << giant.make();
  const auto began = std::chrono::steady_clock::now();
  {
    SchemaBuilder builder;
    const Status status = builder.add(file);
    EXPECT_EQ(status.ok(), giant.accepted) << status.text();
    const auto schema = builder.build();
    EXPECT_EQ(schema->totals().nodes, giant.nodes);
    std::vector<Finding> findings = builder.findings();
    const std::vector<Finding> more = lint(*schema);
    findings.insert(findings.end(), more.begin(), more.end());
    EXPECT_LE(findings.size(), 2002u);
    bool found = findings.empty() && *giant.code == '\0';
    for (const Finding& finding : findings) {
      found = found || finding.code == giant.code;
      EXPECT_LT(to_string(finding).size(), 5000u) << finding.code;
    }
    EXPECT_TRUE(found) << giant.code;
    if (giant.nodes != 0 && giant.nodes < 100) {
      EXPECT_FALSE(doc_page(*schema, schema->roots()[0].name()).empty());
    }
  }
  std::filesystem::remove(file);
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("FIG %s %.1f s, peak %ld MiB\n", giant.name, took.count(), used.ru_maxrss / 1024);
#ifndef __SANITIZE_ADDRESS__
  EXPECT_LT(used.ru_maxrss, 1536L * 1024) << "KiB, the making of the file included";
#endif
  EXPECT_LT(took.count(), 120.0);
}

INSTANTIATE_TEST_SUITE_P(All, GiantDdf, ::testing::ValuesIn(giants()),
                         [](const auto& instance) { return std::string(instance.param.name); });

// Matching is bounded: a pattern that explodes refuses the value, and soon.
TEST(GiantValues, MeetPatternsThatExplode) {
  for (const char* pattern : {"^(a+)+$", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a|a|a)*b",
                              "(.*)*(.*)*(.*)*c", "^(?:a?){40}a{40}$", "((((((a*)*)*)*)*)*)*$b"}) {
    SchemaBuilder builder;
    ASSERT_TRUE(builder
                    .add_bytes(leaf("<AllowedValues ValueType=\"RegEx\"><Value>" +
                                    std::string(pattern) + "</Value></AllowedValues>"),
                               "t.xml")
                    .ok());
    const auto schema = builder.build();
    Address address;
    ASSERT_TRUE(schema->resolve("./Vendor/Test/T/a", address).ok());
    for (const std::size_t size : {30u, 3000u, 16u << 20}) {
      const auto began = std::chrono::steady_clock::now();
      const Status status =
          check_allowed(schema->node(address.node), Value::chr(std::string(size, 'a') + "!"));
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
      EXPECT_FALSE(status.ok()) << pattern << ' ' << size;
      EXPECT_LT(took.count(), 30.0) << pattern << ' ' << size;
    }
  }
}

// libxml2's matching is not bounded: such a pattern is left out.
TEST(GiantValues, MeetAnXmlSchemaWithAPatternThatExplodes) {
  SchemaBuilder builder;
  ASSERT_TRUE(builder
                  .add_bytes(leaf("<AllowedValues ValueType=\"XSD\"><Value><![CDATA[<xs:schema "
                                  "xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><xs:element "
                                  "name=\"a\"><xs:simpleType><xs:restriction base=\"xs:string\">"
                                  "<xs:pattern value=\"(a|a|aa|aaa)*b\"/></xs:restriction>"
                                  "</xs:simpleType></xs:element></xs:schema>]]></Value>"
                                  "</AllowedValues>"),
                             "t.xml")
                  .ok());
  const auto schema = builder.build();
  Address address;
  ASSERT_TRUE(schema->resolve("./Vendor/Test/T/a", address).ok());
  const auto began = std::chrono::steady_clock::now();
  for (const std::size_t size : {30u, 3000u, 1u << 20}) {
    const std::string value = "<a>" + std::string(size, 'a') + "</a>";
    EXPECT_TRUE(check_allowed(schema->node(address.node), Value::chr(value)).ok()) << size;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  EXPECT_LT(took.count(), 60.0);
}

// Nodes that depend on each other, and on themselves: evaluated once each, without end.
TEST(GiantValues, DependenciesInACircle) {
  const auto depends = [](const std::string& name, const std::string& on) {
    return "<Node><NodeName>" + name + "</NodeName><DFProperties>" + usual("chr") +
           "<DependencyBehavior><DependencyGroup FriendlyId=\"x\"><Dependency Type=\"DependsOn\">"
           "<DependencyUri>Vendor/Test/T/" +
           on +
           "</DependencyUri></Dependency></DependencyGroup></DependencyBehavior>"
           "</DFProperties></Node>";
  };
  SchemaBuilder builder;
  ASSERT_TRUE(
      builder
          .add_bytes(document(depends("a", "b") + depends("b", "a") + depends("c", "c")), "t.xml")
          .ok());
  const auto schema = builder.build();
  EXPECT_TRUE(lint(*schema).empty());
  for (const char* name : {"a", "b", "c"}) {
    Address address;
    ASSERT_TRUE(schema->resolve(std::string("./Vendor/Test/T/") + name, address).ok());
    int asked = 0;
    const DependencyVerdict verdict =
        evaluate_dependencies(*schema, address, [&](const std::string&) {
          ++asked;
          return std::optional<std::string>("value");
        });
    EXPECT_TRUE(verdict.satisfied);
    EXPECT_EQ(asked, 1);
  }
}

}  // namespace
}  // namespace cspkit::ddf
