// SPDX-License-Identifier: Apache-2.0
// The linter: each of its codes from a small file, silence where nothing is wrong.
#include <cspkit/ddf/lint.hpp>
#include <set>

#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string allowed(std::string_view type, std::string_view inside) {
  return "<MSFT:AllowedValues ValueType=\"" + std::string(type) + "\">" + std::string(inside) +
         "</MSFT:AllowedValues>";
}

std::string listed(std::string_view value) {
  return "<MSFT:Enum><MSFT:Value>" + std::string(value) + "</MSFT:Value></MSFT:Enum>";
}

std::string plain(std::string_view value) {
  return "<MSFT:Value><![CDATA[" + std::string(value) + "]]></MSFT:Value>";
}

std::vector<std::string> codes_of(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings) out.push_back(finding.code);
  return out;
}

std::string all(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding& finding : findings) out += to_string(finding) + '\n';
  return out;
}

struct Case {
  const char* what;
  const char* format;
  std::string properties;
  const char* code;  // "" when nothing is wrong
  Severity severity = Severity::kWarning;
  const char* text = "";  // stands in the finding
};

const std::string kGoodXsd =
    R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"/></xs:schema>)";

std::vector<Case> cases() {
  const auto initial = [](std::string_view value) {
    return "<DefaultValue>" + std::string(value) + "</DefaultValue>";
  };
  return {
      {"a good RegEx", "chr", allowed("RegEx", plain("^a{2,3}$")), ""},
      {"a bad RegEx", "chr", allowed("RegEx", plain("a(b")), "D401", Severity::kError,
       "missing closing parenthesis at character 3"},
      {"an empty RegEx", "chr", allowed("RegEx", plain(" ")), "D405", Severity::kInfo},
      {"a RegEx without a Value", "chr", allowed("RegEx", ""), "D405"},
      {"a good XSD", "xml", allowed("XSD", plain(kGoodXsd)), ""},
      {"a bad XSD", "xml", allowed("XSD", plain("<xs:schema")), "D402", Severity::kError, "line 1"},
      {"an XSD of another document", "xml",
       allowed("XSD",
               plain(R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">)"
                     R"(<xs:include schemaLocation="http://127.0.0.1:1/x.xsd"/></xs:schema>)")),
       "D402", Severity::kError, "another document"},
      {"good Ranges", "int", allowed("Range", plain("[(-1)-2147483647]")), ""},
      {"a bad Range", "int", allowed("Range", plain("1 to 5")), "D403", Severity::kError, "1 to 5"},
      {"a Range upside down", "int", allowed("Range", plain("[5-1]")), "D403", Severity::kError},
      {"a good Flag", "int", allowed("Flag", listed("1") + listed("0x2")), ""},
      {"a Flag of words", "chr", allowed("Flag", listed("one")), "D404"},
      {"an ENUM of words on an int", "int", allowed("ENUM", listed("one")), "D404"},
      {"a published ENUM on a bool", "bool", allowed("ENUM", listed("2")), "D404", Severity::kInfo},
      {"an empty ENUM", "int", allowed("ENUM", ""), "D405"},
      {"an ADMX policy without a name", "chr", allowed("ADMX", ""), "D405"},
      {"a default that is no number", "int", initial("many"), "D406", Severity::kWarning, "many"},
      {"a default of words in an ENUM of them", "int",
       initial("Not available") + allowed("ENUM", listed("Not available")), "D404"},
      {"an empty default", "int", initial(""), ""},
      {"a default out of its Range", "int", initial("0") + allowed("Range", plain("[1-5]")), "D407",
       Severity::kWarning, "out of range; allowed: [1-5]"},
      {"a default within its Range", "int", initial("0x5") + allowed("Range", plain("[1-5]")), ""},
      {"a doubled value", "int", allowed("ENUM", listed("1") + listed("0x1")), "D408"},
      {"a List without a Delimiter", "chr", allowed("None", "<MSFT:List/>"), "D409"},
      {"a Delimiter by number", "chr", allowed("None", R"(<MSFT:List Delimiter="0xF000"/>)"), ""},
      {"a Delimiter of no character", "chr",
       allowed("None", R"(<MSFT:List Delimiter="0xF00000"/>)"), "D409"},
      {"naming on a named node", "chr",
       "<MSFT:DynamicNodeNaming><MSFT:ClientInventory/></MSFT:DynamicNodeNaming>", "D410",
       Severity::kInfo},
      {"a good applicability", "chr",
       "<MSFT:Applicability><MSFT:OsBuildVersion>10.0.22000, 10.0.19041.1202</MSFT:OsBuildVersion>"
       "<MSFT:EditionAllowList>0x4;0x88*;</MSFT:EditionAllowList></MSFT:Applicability>",
       ""},
      {"a bad build", "chr",
       "<MSFT:Applicability><MSFT:OsBuildVersion>Windows 11</MSFT:OsBuildVersion>"
       "</MSFT:Applicability>",
       "D412"},
      {"a bad edition", "chr",
       "<MSFT:Applicability><MSFT:EditionAllowList>Pro;</MSFT:EditionAllowList>"
       "</MSFT:Applicability>",
       "D412"},
      {"a bad build of deprecation", "chr", R"(<MSFT:Deprecated OsBuildDeprecated="soon"/>)",
       "D412"},
      {"an unknown reboot", "chr", "<MSFT:RebootBehavior>Sometimes</MSFT:RebootBehavior>", "D413"},
      {"an unknown replacing", "chr", "<MSFT:ReplaceBehavior>Merge</MSFT:ReplaceBehavior>", "D413"},
      {"an unknown resolution", "chr", "<MSFT:ConflictResolution>X</MSFT:ConflictResolution>",
       "D413"},
      {"a dependency on nothing", "chr",
       R"(<MSFT:DependencyBehavior><MSFT:DependencyGroup FriendlyId="a">
          <MSFT:Dependency Type="DependsOn"><MSFT:DependencyUri>Vendor/MSFT/T/None</MSFT:DependencyUri>
          </MSFT:Dependency></MSFT:DependencyGroup></MSFT:DependencyBehavior>)",
       "D414", Severity::kWarning, "./Device/Vendor/MSFT/T/None"},
      {"a dependency on another CSP", "chr",
       R"(<MSFT:DependencyBehavior><MSFT:DependencyGroup FriendlyId="a">
          <MSFT:Dependency Type="Not"><MSFT:DependencyUri>Vendor/MSFT/U/None</MSFT:DependencyUri>
          </MSFT:Dependency></MSFT:DependencyGroup></MSFT:DependencyBehavior>)",
       ""},
      {"a bad pattern in a dependency", "chr",
       R"(<MSFT:DependencyBehavior><MSFT:DependencyGroup FriendlyId="a">
          <MSFT:Dependency Type="DependsOn"><MSFT:DependencyUri>Vendor/MSFT/T/Leaf</MSFT:DependencyUri>
          <MSFT:DependencyAllowedValue ValueType="RegEx"><MSFT:Value>(</MSFT:Value>
          </MSFT:DependencyAllowedValue></MSFT:Dependency></MSFT:DependencyGroup>
          </MSFT:DependencyBehavior>)",
       "D401", Severity::kError, "dependency on Vendor/MSFT/T/Leaf"},
  };
}

TEST(Lint, EachCodeHasItsCause) {
  std::set<std::string> met;
  for (const Case& c : cases()) {
    const auto schema = leaf_schema(c.format, c.properties);
    const std::vector<Finding> findings = lint(*schema);
    if (std::string_view(c.code).empty()) {
      EXPECT_THAT(findings, IsEmpty()) << c.what << '\n' << all(findings);
      continue;
    }
    EXPECT_THAT(codes_of(findings), ElementsAre(c.code)) << c.what << '\n' << all(findings);
    if (findings.empty()) continue;
    const Finding& finding = findings.front();
    met.insert(finding.code);
    EXPECT_EQ(finding.severity, c.severity) << c.what;
    EXPECT_EQ(finding.file, "leaf.xml");
    EXPECT_EQ(finding.line, leaf_of(*schema).line()) << c.what;
    EXPECT_EQ(finding.uri, "./Device/Vendor/MSFT/T/Leaf") << c.what;
    EXPECT_THAT(finding.text, HasSubstr(c.text)) << c.what;
  }
  EXPECT_EQ(met.size(), 13u) << "every code but D411, which is below";
}

TEST(Lint, DynamicNodes) {
  const auto schema_of = [](std::string_view more) {
    SchemaBuilder builder;
    EXPECT_TRUE(builder
                    .add_bytes(document(root("T", "./Vendor/MSFT", usual("Get", "node"),
                                             node("", usual("Get", "node", "ZeroOrMore", more)))),
                               "t.xml")
                    .ok());
    return builder.build();
  };
  const auto naming = [](std::string_view text) {
    return "<MSFT:DynamicNodeNaming><MSFT:UniqueName>" + std::string(text) +
           "</MSFT:UniqueName></MSFT:DynamicNodeNaming>";
  };
  EXPECT_THAT(lint(*schema_of(naming("A name (of yours) that nobody else has."))), IsEmpty());
  EXPECT_THAT(codes_of(lint(*schema_of(naming("^[a-z]+$")))), ElementsAre("D411"));
  const auto bad = lint(*schema_of(naming("^[a-z+$")));
  ASSERT_THAT(codes_of(bad), ElementsAre("D411"));
  EXPECT_THAT(bad[0].text, HasSubstr("does not compile"));
  EXPECT_EQ(bad[0].uri, "./Device/Vendor/MSFT/T/{}");
  const auto names = lint(*schema_of(allowed("RegEx", plain("[a"))));
  EXPECT_THAT(codes_of(names), ElementsAre("D401"));
  EXPECT_THAT(codes_of(lint(*schema_of("<DefaultValue>x</DefaultValue>"))), ElementsAre("D406"));
}

// The name made up for a dynamic node was that of a static one beside it.
TEST(Lint, ADependencyBelowADynamicNodeBesideAStaticX) {
  const std::string dependency =
      R"(<MSFT:DependencyBehavior><MSFT:DependencyGroup FriendlyId="a">
         <MSFT:Dependency Type="DependsOn"><MSFT:DependencyUri>Vendor/MSFT/T/[id]/None</MSFT:DependencyUri>
         </MSFT:Dependency></MSFT:DependencyGroup></MSFT:DependencyBehavior>)";
  for (const char* beside : {"y", "x", "X"}) {
    SchemaBuilder builder;
    const std::string children =
        node(beside, usual("Get", "node"), node("Other", usual("Get", "chr"))) +
        node("", usual("Get", "node", "ZeroOrMore"),
             node("Leaf", usual("Get", "chr", "One", dependency)));
    ASSERT_TRUE(builder
                    .add_bytes(document(root("T", "./Vendor/MSFT", usual("Get", "node"), children)),
                               "t.xml")
                    .ok());
    EXPECT_THAT(codes_of(lint(*builder.build())), ElementsAre("D414")) << beside;
  }
}

TEST(Lint, ApplicabilityIsReportedWhereItStands) {
  SchemaBuilder builder;
  const std::string odd =
      "<MSFT:Applicability><MSFT:OsBuildVersion>later</MSFT:OsBuildVersion></MSFT:Applicability>";
  ASSERT_TRUE(builder
                  .add_bytes(document(root(
                                 "T", ".", usual("Get", "node", "One", odd),
                                 node("a", usual("Get", "int")) + node("b", usual("Get", "int")))),
                             "t.xml")
                  .ok());
  EXPECT_THAT(codes_of(lint(*builder.build())), ElementsAre("D412")) << "not at each heir";
}

TEST(Lint, FindingsAreInOrderAndBounded) {
  SchemaBuilder builder;
  const std::string bad = usual("Get", "chr", "One", allowed("RegEx", plain("(")));
  std::string many;
  for (int i = 0; i < 1500; ++i) many += node("n" + std::to_string(i), bad);
  ASSERT_TRUE(
      builder.add_bytes(document(root("Z", ".", usual("Get", "node"), many)), "many.xml").ok());
  ASSERT_TRUE(
      builder.add_bytes(document(root("A", ".", usual("Get", "node"), node("x", bad))), "few.xml")
          .ok());
  const std::vector<Finding> findings = lint(*builder.build());
  ASSERT_EQ(findings.size(), 1002u);
  EXPECT_EQ(findings.back().file, "few.xml");
  std::size_t rest = 0;
  for (std::size_t i = 1; i < 1001; ++i) {
    EXPECT_LE(findings[i - 1].line, findings[i].line);
    rest += findings[i].code == "D090" ? 1 : 0;
  }
  rest += findings[0].code == "D090" ? 1 : 0;
  EXPECT_EQ(rest, 1u);
}

TEST(Lint, ThePublishedFilesHaveNoErrors) {
  CSPKIT_NEEDS_CORPUS(path, "ddf");
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(path).ok());
  ASSERT_TRUE(builder.add(path.parent_path() / "ddf_v1").ok());
  const std::set<std::string> known = {
      "D404",  // DMClient/.../ForceAadToken is a bool that lists 2, 4 and 8
      "D407",  // nine policies whose default is outside their Range
      "D410"   // RootCATrustedCertificates/.../EncodedCertificate has a name and a naming
  };
  for (const Finding& finding : lint(*builder.build())) {
    EXPECT_NE(finding.severity, Severity::kError) << to_string(finding);
    EXPECT_EQ(known.count(finding.code), 1u) << to_string(finding);
  }
  SchemaBuilder ours;
  ASSERT_TRUE(ours.add(CSPKIT_CATALOG_DIR).ok());
  EXPECT_THAT(lint(*ours.build()), IsEmpty());
}

}  // namespace
}  // namespace cspkit::ddf::test
