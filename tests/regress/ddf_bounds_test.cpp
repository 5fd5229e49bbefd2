// SPDX-License-Identifier: Apache-2.0
// DDF files that once took minutes or gigabytes to read or to check.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cspkit/ddf/compiled.hpp>
#include <cspkit/ddf/lint.hpp>
#include <cspkit/ddf/loader.hpp>
#include <cspkit/ddf/rules.hpp>
#include <filesystem>
#include <string>

namespace cspkit::ddf {
namespace {

using ::testing::HasSubstr;

std::string one_leaf(const std::string& more, const std::string& access = "<Get/><Replace/>") {
  const auto usual = [&](const char* format) {
    return "<AccessType>" + access + "</AccessType><DFFormat><" + format +
           "/></DFFormat><Occurrence><One/></Occurrence><DFType><MIME/></DFType>";
  };
  return "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>T</NodeName><Path>.</Path><DFProperties>" +
         usual("node") + "</DFProperties><Node><NodeName>a</NodeName><DFProperties>" +
         usual("chr") + more + "</DFProperties></Node></Node></MgmtTree>";
}

std::shared_ptr<const Schema> read(SchemaBuilder& builder, const std::string& document) {
  EXPECT_TRUE(builder.add_bytes(document, "t.xml").ok());
  return builder.build();
}

std::string xsd(const std::string& inside) {
  return "<AllowedValues ValueType=\"XSD\"><Value><![CDATA[<xs:schema "
         "xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">" +
         inside + "</xs:schema>]]></Value></AllowedValues>";
}

// Every attribute was compared with all others.
TEST(DdfBounds, AnElementOfManyUnknownAttributes) {
  std::string attributes;
  for (int i = 0; i < 200'000; ++i) attributes += " a" + std::to_string(i) + "=\"1\"";
  for (const char* element : {"GpMapping", "AllowedValues"}) {
    SchemaBuilder builder;
    read(builder, one_leaf('<' + std::string(element) + attributes + "/>"));
    EXPECT_LE(builder.findings().size(), 1002u);
    EXPECT_EQ(builder.findings().back().code, "D090");
  }
}

// Every unknown word was looked for among a thousand others.
TEST(DdfBounds, ManyUnknownElements) {
  std::string elements;
  for (int i = 0; i < 200'000; ++i) elements += "<u" + std::to_string(i) + "/>";
  SchemaBuilder builder;
  read(builder, one_leaf(elements));
  EXPECT_EQ(builder.findings().size(), 1001u);
}

// Each finding kept the whole name of its element: gigabytes from two megabytes. The second one
// took hours of a larger file.
TEST(DdfBounds, AnElementWithALongName) {
  const std::string name = std::string(1'000'000, 'p') + ":Node";
  std::string attributes;
  for (int i = 0; i < 1'500; ++i) attributes += " a" + std::to_string(i) + "=\"1\"";
  std::string children;
  for (int i = 0; i < 20'000; ++i) children += "<x/>";
  for (const auto& [attached, inside] :
       {std::pair<std::string, std::string>{attributes, {}}, {{}, children}}) {
    SchemaBuilder builder;
    read(builder, "<MgmtTree><VerDTD>1.2</VerDTD><" + name + attached +
                      "><NodeName>T</NodeName><Path>.</Path>" + inside + "</" + name +
                      "></MgmtTree>");
    EXPECT_FALSE(builder.findings().empty());
    std::size_t kept = 0;
    for (const Finding& finding : builder.findings())
      kept += finding.text.capacity() + finding.uri.capacity();
    EXPECT_LT(kept, std::size_t{1} << 20);
  }
}

// Each finding said its whole way from the root, also when it was not kept: a minute for a
// megabyte.
TEST(DdfBounds, DoubledNodesBelowLongNames) {
  constexpr int kDepth = 60, kDoubles = 8'000;
  const auto properties = [](const char* format) {
    return std::string("<DFProperties><AccessType><Get/></AccessType><DFFormat><") + format +
           "/></DFFormat><Occurrence><One/></Occurrence><DFType><MIME/></DFType></DFProperties>";
  };
  std::string document = "<MgmtTree><VerDTD>1.2</VerDTD>";
  for (int i = 0; i < kDepth; ++i) {
    document += "<Node><NodeName>" + std::string(16'000, 'n') + "</NodeName>" +
                (i == 0 ? "<Path>.</Path>" : "") + properties("node");
  }
  for (int i = 0; i < kDoubles; ++i)
    document += "<Node><NodeName>a</NodeName>" + properties("chr") + "</Node>";
  for (int i = 0; i < kDepth; ++i) document += "</Node>";
  SchemaBuilder builder;
  read(builder, document + "</MgmtTree>");
  std::size_t doubled = 0;
  for (const Finding& finding : builder.findings()) {
    doubled += finding.code == "D104" ? 1u : 0u;
    EXPECT_LT(finding.uri.size(), 40'000u);
  }
  EXPECT_GT(doubled, 100u);
}

// Every element inside an unknown one kept the long name of that: 400 bytes for each of the file.
TEST(DdfBounds, ManyElementsInsideAnUnknownOneWithALongName) {
  const std::string name(500'000, 'u');
  std::string inside;
  for (int i = 0; i < 800; ++i) inside += "<a" + std::to_string(i) + "/>";
  SchemaBuilder builder;
  const auto schema = read(builder, one_leaf('<' + name + '>' + inside + "</" + name + '>'));
  Address address;
  ASSERT_TRUE(schema->resolve("./T/a", address).ok());
  const auto kept = schema->node(address.node).extensions();
  ASSERT_EQ(kept.size(), 801u);
  EXPECT_EQ(kept[0].name.size(), name.size());
  EXPECT_EQ(kept[1].name.substr(kept[1].name.size() - 3), "/a0");
  EXPECT_LT(kept[1].name.size(), 1000u);
}

// Every listed value was compared with all others.
TEST(DdfBounds, AnEnumOfManyValues) {
  std::string values;
  for (int i = 0; i < 100'000; ++i)
    values += "<Enum><Value>" + std::to_string(i) + "</Value></Enum>";
  SchemaBuilder builder;
  const auto schema = read(builder, one_leaf("<AllowedValues ValueType=\"ENUM\">" + values +
                                             "<Enum><Value>7</Value></Enum></AllowedValues>"));
  const std::vector<Finding> findings = lint(*schema);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].code, "D408");
}

// libxml2 writes out every reference to a group: three billion particles.
TEST(DdfBounds, AnXmlSchemaOfGroupsOfGroups) {
  std::string groups;
  for (int i = 0; i < 20; ++i) {
    const std::string next = "<xs:group ref=\"g" + std::to_string(i + 1) + "\"/>";
    groups += "<xs:group name=\"g" + std::to_string(i) + "\"><xs:sequence>" + next + next + next +
              "</xs:sequence></xs:group>";
  }
  groups +=
      "<xs:group name=\"g20\"><xs:sequence><xs:element name=\"b\"/></xs:sequence></xs:group>"
      "<xs:element name=\"a\"><xs:complexType><xs:group ref=\"g0\"/></xs:complexType></xs:element>";
  SchemaBuilder builder;
  const auto schema = read(builder, one_leaf(xsd(groups)));
  const std::vector<Finding> findings = lint(*schema);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].code, "D402");
  EXPECT_THAT(findings[0].text, HasSubstr("too large"));
  Address address;
  ASSERT_TRUE(schema->resolve("./T/a", address).ok());
  EXPECT_TRUE(check_allowed(schema->node(address.node), Value::chr("<any/>")).ok());
}

// ... and its work grows with the cube of a sequence of optional elements.
TEST(DdfBounds, AnXmlSchemaOfThousandsOfElements) {
  std::string elements;
  for (int i = 0; i < 3000; ++i)
    elements += "<xs:element minOccurs=\"0\" name=\"b" + std::to_string(i) + "\"/>";
  SchemaBuilder builder;
  const auto schema =
      read(builder, one_leaf(xsd("<xs:element name=\"a\"><xs:complexType><xs:sequence>" + elements +
                                 "</xs:sequence></xs:complexType></xs:element>")));
  ASSERT_EQ(lint(*schema).size(), 1u);
}

// A list of many words is no large model.
TEST(DdfBounds, AnXmlSchemaWithALongEnumerationIsUsed) {
  std::string words;
  for (int i = 0; i < 3000; ++i) words += "<xs:enumeration value=\"w" + std::to_string(i) + "\"/>";
  SchemaBuilder builder;
  const auto schema =
      read(builder, one_leaf(xsd("<xs:element name=\"a\"><xs:simpleType><xs:restriction "
                                 "base=\"xs:string\">" +
                                 words + "</xs:restriction></xs:simpleType></xs:element>")));
  EXPECT_TRUE(lint(*schema).empty());
  Address address;
  ASSERT_TRUE(schema->resolve("./T/a", address).ok());
  const Node node = schema->node(address.node);
  EXPECT_TRUE(check_allowed(node, Value::chr("<a>w2999</a>")).ok());
  EXPECT_FALSE(check_allowed(node, Value::chr("<a>w3000</a>")).ok());
}

// libxml2 backtracks without a limit: such patterns are left out, and said; ordinary ones count.
TEST(DdfBounds, PatternFacetsOfAnXmlSchema) {
  const auto schema_with = [](const std::string& pattern) {
    SchemaBuilder builder;
    return read(builder,
                one_leaf(xsd("<xs:element name=\"a\"><xs:simpleType><xs:restriction "
                             "base=\"xs:string\"><xs:pattern value=\"" +
                             pattern + "\"/></xs:restriction></xs:simpleType></xs:element>")));
  };
  const auto allows = [](const Schema& schema, const std::string& text) {
    Address address;
    EXPECT_TRUE(schema.resolve("./T/a", address).ok());
    return check_allowed(schema.node(address.node), Value::chr("<a>" + text + "</a>")).ok();
  };
  for (const char* costly : {"(a|a|aa|aaa)*b", "a*a*a*b", "(a?){30}b", "((a{1,9}){1,9}){1,9}b",
                             "(a+){9}b", "(a|a){1,}b", "[)]*(a|b)+c"}) {
    const auto schema = schema_with(costly);
    const std::vector<Finding> findings = lint(*schema);
    ASSERT_EQ(findings.size(), 1u) << costly;
    EXPECT_EQ(findings[0].code, "D402");
    EXPECT_EQ(findings[0].severity, Severity::kWarning);
    EXPECT_TRUE(allows(*schema, std::string(100'000, 'a'))) << costly;
  }
  const std::string byte = "[0-9]{1,3}";
  const auto address = schema_with(byte + "(\\." + byte + "){3}");
  EXPECT_TRUE(lint(*address).empty());
  EXPECT_TRUE(allows(*address, "10.0.19041.12") == false && allows(*address, "10.0.190.12"));
  const auto guid = schema_with("\\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\}");
  EXPECT_TRUE(lint(*guid).empty());
  EXPECT_TRUE(allows(*guid, "{01234567-89ab-CDEF-0123-456789abcdef}"));
  EXPECT_FALSE(allows(*guid, "{01234567-89ab-CDEF-0123-456789abcde}"));
  const auto word = schema_with("[a-z]+[0-9]?");
  EXPECT_TRUE(lint(*word).empty());
  EXPECT_TRUE(allows(*word, std::string(100'000, 'a') + '1'));
  EXPECT_FALSE(allows(*word, std::string(100'000, 'a') + '-'));
}

// The place of the last node was still in use, and its memory was not.
TEST(DdfBounds, AFindingBehindTheTreesNamesNoNode) {
  std::string document = one_leaf("");
  document.erase(document.find("<VerDTD>"), std::string("<VerDTD>1.2</VerDTD>").size());
  document.insert(document.rfind("</MgmtTree>"), "<Odd/>");
  SchemaBuilder builder;
  read(builder, document);
  ASSERT_EQ(builder.findings().size(), 2u);
  for (const Finding& finding : builder.findings()) {
    EXPECT_EQ(finding.uri, "") << to_string(finding);
  }
}

// The reason that libxml2 gives repeats the value.
TEST(DdfBounds, ARefusalTellsNoValueThatNobodyMayRead) {
  const std::string number = xsd("<xs:element name=\"a\" type=\"xs:int\"/>");
  const auto refusal = [&](const std::string& access, const std::string& value) {
    SchemaBuilder builder;
    const auto schema = read(builder, one_leaf(number, access));
    Address address;
    EXPECT_TRUE(schema->resolve("./T/a", address).ok());
    return check_allowed(schema->node(address.node), Value::chr("<a>" + value + "</a>")).text();
  };
  EXPECT_THAT(refusal("<Get/>", "hunter2"), HasSubstr("hunter2"));
  EXPECT_THAT(refusal("<Replace/>", "hunter2"), ::testing::Not(HasSubstr("hunter2")));
  EXPECT_LT(refusal("<Get/>", std::string(100'000, 'x')).size(), 500u);
}

// Where a match may begin was not counted: a hundred kilobytes took six seconds.
TEST(DdfBounds, ALongTextAgainstARegEx) {
  SchemaBuilder builder;
  const auto schema = read(
      builder, one_leaf("<AllowedValues ValueType=\"RegEx\"><Value>a+$</Value></AllowedValues>"));
  Address address;
  ASSERT_TRUE(schema->resolve("./T/a", address).ok());
  const Node leaf = schema->node(address.node);
  EXPECT_TRUE(check_allowed(leaf, Value::chr(std::string(16'384, 'a'))).ok());
  const Status status = check_allowed(leaf, Value::chr(std::string(1'000'000, 'a') + 'b'));
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.text(), HasSubstr("took too long"));
}

// ... nor how much was taken from all those places together.
TEST(DdfBounds, ALongTextInWhichAMatchMayBeginAnywhere) {
  SchemaBuilder builder;
  const auto schema =
      read(builder,
           one_leaf("<AllowedValues ValueType=\"RegEx\"><Value>\\w+\\d</Value></AllowedValues>"));
  Address address;
  ASSERT_TRUE(schema->resolve("./T/a", address).ok());
  const Node leaf = schema->node(address.node);
  EXPECT_TRUE(check_allowed(leaf, Value::chr(std::string(1'000, 'a') + '1')).ok());
  EXPECT_THAT(check_allowed(leaf, Value::chr(std::string(1'000, 'a'))).text(),
              ::testing::Not(HasSubstr("took too long")));
  const Status status = check_allowed(leaf, Value::chr(std::string(16'000, 'a')));
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.text(), HasSubstr("took too long"));
}

// Each MIME kept all before it once more: gigabytes from less than one megabyte.
TEST(DdfBounds, ManyMimes) {
  constexpr std::size_t kCount = 60'000;
  std::string together = "<DFType>";
  std::string apart;
  for (std::size_t i = 0; i < kCount; ++i) {
    together += "<MIME>x</MIME>";
    apart += "<DFType><MIME>x</MIME></DFType>";
  }
  together += "</DFType>";
  for (const std::string& more : {together, apart}) {
    SchemaBuilder builder;
    const auto schema = read(builder, one_leaf(more));
    Address address;
    ASSERT_TRUE(schema->resolve("./T/a", address).ok());
    EXPECT_EQ(schema->node(address.node).mime_types().size(), kCount);
  }
}

// An error behind a thousand warnings was no error of the file.
TEST(DdfFindings, AnErrorThatIsNotListedStaysAnError) {
  std::string warnings;
  for (int i = 0; i < 1'100; ++i) warnings += "<u" + std::to_string(i) + "/>";
  const std::string deep = [] {
    std::string begin, end;
    for (int i = 0; i < 70; ++i) {
      begin +=
          "<Node><NodeName>d</NodeName><DFProperties><DFFormat><node/></DFFormat>"
          "</DFProperties>";
      end += "</Node>";
    }
    return begin + end;
  }();
  for (const auto& [more, expected] :
       {std::pair<std::string, Severity>{{}, Severity::kWarning},
        {"<DFFormat><strange/></DFFormat>", Severity::kError},  // listed each time
        {"</DFProperties>" + deep + "<DFProperties>", Severity::kError}}) {
    SchemaBuilder builder;
    read(builder, one_leaf(warnings + more));
    ASSERT_EQ(builder.findings().size(), 1001u);
    int found = 0;
    for (const Finding& finding : builder.findings()) {
      if (finding.code != "D090") continue;
      ++found;
      EXPECT_EQ(finding.severity, expected);
    }
    EXPECT_EQ(found, 1);
  }
}

// A tree that stands at one of two siblings whose letters differ only in case took both places.
TEST(DdfTrees, OneThatJoinsACaseSensitiveSiblingLeavesTheOther) {
  const std::string properties =
      "<DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat><Occurrence><One/>"
      "</Occurrence><CaseSense><CS/></CaseSense><DFType><DDFName/></DFType></DFProperties>";
  const auto tree = [&](const std::string& name, const std::string& path, const std::string& in) {
    return "<Node><NodeName>" + name + "</NodeName><Path>" + path + "</Path>" + properties + in +
           "</Node>";
  };
  const auto child = [&](const std::string& name) {
    return "<Node><NodeName>" + name + "</NodeName>" + properties + "</Node>";
  };
  SchemaBuilder builder;
  const auto schema =
      read(builder, "<MgmtTree><VerDTD>1.2</VerDTD>" + tree("T", ".", child("Ab") + child("aB")) +
                        tree("New", "./T/aB", "") + "</MgmtTree>");
  for (const char* uri : {"./T/Ab", "./T/aB", "./T/aB/New"}) {
    Address address;
    EXPECT_TRUE(schema->resolve(uri, address).ok()) << uri;
  }
  Address address;
  EXPECT_FALSE(schema->resolve("./T/Ab/New", address).ok());
  EXPECT_FALSE(schema->resolve("./T/ab", address).ok());
}

// Names that no address may have were addressable.
TEST(DdfNames, DotsAreLeftOut) {
  for (const char* name : {".", ".."}) {
    std::string document = one_leaf("");
    const std::string usual = "<NodeName>a</NodeName>";
    document.replace(document.find(usual), usual.size(),
                     "<NodeName>" + std::string(name) + "</NodeName>");
    SchemaBuilder builder;
    const auto schema = read(builder, document);
    ASSERT_EQ(builder.findings().size(), 1u);
    EXPECT_EQ(builder.findings()[0].code, "D108");
    EXPECT_EQ(builder.findings()[0].severity, Severity::kError);
    EXPECT_EQ(schema->totals().nodes, 1u);
    Address address;
    EXPECT_FALSE(schema->resolve("./T/" + std::string(name), address).ok());
  }
}

// It was mapped, and whoever cut it short ended the process (SIGBUS).
TEST(DdfBounds, ACompiledFileThatIsCutShortWhileItIsOpen) {
  SchemaBuilder builder;
  read(builder, one_leaf("<DefaultValue>kept</DefaultValue>"));
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("cspkit-compiled." + std::to_string(::getpid()));
  ASSERT_TRUE(compile_to(*builder.build(), builder.findings(), file).ok());
  SchemaBuilder opened;
  ASSERT_TRUE(opened.add(file).ok());
  const std::shared_ptr<const Schema> schema = opened.build();
  std::filesystem::resize_file(file, 0);
  Address address;
  ASSERT_TRUE(schema->resolve("./Device/T/a", address).ok());
  EXPECT_EQ(schema->node(address.node).default_value(), "kept");
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace cspkit::ddf
