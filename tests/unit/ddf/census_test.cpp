// SPDX-License-Identifier: Apache-2.0
// Every element and attribute that published DDF files have been seen to hold, in either form:
// read, kept, and told by the API. What nobody has defined is reported by name, file and line.
#include <cspkit/ddf/diff.hpp>
#include <cspkit/ddf/lint.hpp>
#include <map>

#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::map<std::string, std::string> told(const Node& node) {
  std::map<std::string, std::string> out;
  for (auto& [name, text] : property_texts(node)) out[name] = text;
  return out;
}

struct Seen {
  std::string inside;    // of DFProperties, beside the usual
  const char* property;  // of property_texts
  const char* text;
};

/// The properties a leaf of this content has.
std::map<std::string, std::string> read(const std::string& inside, std::size_t findings = 0) {
  SchemaBuilder builder;
  EXPECT_TRUE(builder
                  .add_bytes(document(root("T", "./Vendor/MSFT", usual("Get", "node"),
                                           node("Leaf", inside))),
                             "t.xml")
                  .ok());
  EXPECT_EQ(builder.findings().size(), findings) << everything(builder);
  const auto schema = builder.build();
  return told(leaf_of(*schema));
}

TEST(Census, EveryElementOfTheNewForm) {
  const std::vector<Seen> all = {
      {"<DefaultValue> 1 </DefaultValue>", "DefaultValue", "\" 1 \""},
      {"<Description>words</Description>", "Description", "words"},
      {"<DFTitle>name</DFTitle>", "DFTitle", "name"},
      {"<CaseSense><CS/></CaseSense>", "CaseSense", "CS"},
      {"<CaseSense><CIS/></CaseSense>", "CaseSense", ""},
      {"<MSFT:Applicability><MSFT:OsBuildVersion>10.0.1</MSFT:OsBuildVersion></MSFT:Applicability>",
       "OsBuildVersion", "10.0.1"},
      {"<MSFT:Applicability><MSFT:CspVersion>1.2</MSFT:CspVersion></MSFT:Applicability>",
       "CspVersion", "1.2"},
      {"<MSFT:Applicability><MSFT:EditionAllowList>0x4;</MSFT:EditionAllowList></"
       "MSFT:Applicability>",
       "EditionAllowList", "0x4;"},
      {"<MSFT:Applicability><MSFT:RequiresAzureAd/></MSFT:Applicability>", "RequiresAzureAd",
       "true"},
      {"<MSFT:DynamicNodeNaming><MSFT:ServerGeneratedUniqueIdentifier/></MSFT:DynamicNodeNaming>",
       "DynamicNodeNaming", "ServerGeneratedUniqueIdentifier"},
      {"<MSFT:DynamicNodeNaming><MSFT:ClientInventory/></MSFT:DynamicNodeNaming>",
       "DynamicNodeNaming", "ClientInventory"},
      {"<MSFT:DynamicNodeNaming><MSFT:UniqueName>any</MSFT:UniqueName></MSFT:DynamicNodeNaming>",
       "DynamicNodeNaming", "UniqueName: any"},
      {R"(<MSFT:AllowedValues ValueType="ENUM"><MSFT:Enum><MSFT:Value>1</MSFT:Value>
          <MSFT:ValueDescription>one</MSFT:ValueDescription></MSFT:Enum></MSFT:AllowedValues>)",
       "AllowedValues", "ENUM; 1 = one"},
      {R"(<MSFT:AllowedValues ValueType="Flag"><MSFT:Enum><MSFT:Value>1</MSFT:Value></MSFT:Enum>
          <MSFT:Enum><MSFT:Value>2</MSFT:Value></MSFT:Enum></MSFT:AllowedValues>)",
       "AllowedValues", "Flag; 1; 2"},
      {R"(<MSFT:AllowedValues ValueType="Range"><MSFT:Value>[0-1]</MSFT:Value>
          </MSFT:AllowedValues>)",
       "AllowedValues", "Range; [0-1]"},
      {R"(<MSFT:AllowedValues ValueType="RegEx"><MSFT:Value>a</MSFT:Value>
          <MSFT:ValueDescription>an a</MSFT:ValueDescription></MSFT:AllowedValues>)",
       "AllowedValues", "RegEx; a = an a"},
      {R"(<MSFT:AllowedValues ValueType="XSD"><MSFT:Value><![CDATA[<x/>]]></MSFT:Value>
          </MSFT:AllowedValues>)",
       "AllowedValues", "XSD; <x/>"},
      {R"(<MSFT:AllowedValues ValueType="JSON"><MSFT:Value>{}</MSFT:Value></MSFT:AllowedValues>)",
       "AllowedValues", "JSON; {}"},
      {R"(<MSFT:AllowedValues ValueType="SDDL"/>)", "AllowedValues", "SDDL"},
      {R"(<MSFT:AllowedValues ValueType="None"><MSFT:List Delimiter="0xF000"/>
          </MSFT:AllowedValues>)",
       "AllowedValues", "None; list by 0xF000"},
      {R"(<MSFT:AllowedValues ValueType="ADMX"><MSFT:AdmxBacked Area="A" Name="N" File="F"/>
          </MSFT:AllowedValues>)",
       "AllowedValues", "ADMX; A N F"},
      {"<MSFT:ReplaceBehavior>Append</MSFT:ReplaceBehavior>", "ReplaceBehavior", "Append"},
      {"<MSFT:RebootBehavior>Automatic</MSFT:RebootBehavior>", "RebootBehavior", "Automatic"},
      {R"(<MSFT:GpMapping GpEnglishName="E" GpAreaPath="P" GpElement="L"/>)", "GpMapping", "P E L"},
      {"<MSFT:CommonErrorResults><MSFT:CommonErrorTen>0x1</MSFT:CommonErrorTen>"
       "</MSFT:CommonErrorResults>",
       "CommonErrorResults", "CommonErrorTen 0x1"},
      {"<MSFT:Deprecated/>", "Deprecated", "yes"},
      {R"(<MSFT:Deprecated OsBuildDeprecated="10.0.2"/>)", "Deprecated", "10.0.2"},
      {"<MSFT:ConflictResolution>LastWrite</MSFT:ConflictResolution>", "ConflictResolution",
       "LastWrite"},
      {"<MSFT:AtomicRequired/>", "AtomicRequired", "true"},
      {R"(<MSFT:DependencyBehavior><MSFT:DependencyGroup FriendlyId="G">
          <MSFT:DependencyChangedAllowedValues ValueType="Range"><MSFT:Value>[1-2]</MSFT:Value>
          </MSFT:DependencyChangedAllowedValues><MSFT:Dependency Type="Not">
          <MSFT:DependencyUri>Vendor/MSFT/T</MSFT:DependencyUri>
          <MSFT:DependencyAllowedValue ValueType="ENUM"><MSFT:Enum><MSFT:Value>5</MSFT:Value>
          </MSFT:Enum></MSFT:DependencyAllowedValue></MSFT:Dependency></MSFT:DependencyGroup>
          </MSFT:DependencyBehavior>)",
       "DependencyBehavior", "G changes Range; [1-2] Not Vendor/MSFT/T ENUM; 5"},
  };
  for (const Seen& seen : all) {
    const auto properties = read(usual("Get", "chr", "One", seen.inside));
    const auto found = properties.find(seen.property);
    EXPECT_EQ(found == properties.end() ? std::string() : found->second, seen.text) << seen.inside;
  }
}

TEST(Census, EveryWordOfTheStandardElements) {
  for (const char* verb : {"Add", "Copy", "Delete", "Exec", "Get", "Replace"})
    EXPECT_EQ(read(usual(verb, "chr"))["AccessType"], verb);
  for (const char* format :
       {"b64", "bin", "bool", "chr", "int", "node", "null", "xml", "date", "time", "float"}) {
    EXPECT_EQ(read(usual("Get", format))["DFFormat"], format);
  }
  for (const char* occurrence : {"One", "ZeroOrOne", "ZeroOrMore", "OneOrMore"})
    EXPECT_EQ(read(usual("Get", "chr", occurrence))["Occurrence"], occurrence);
  const std::string rest =
      "<AccessType><Get/></AccessType><DFFormat><chr/></DFFormat><DFType><DDFName>N</DDFName></"
      "DFType>";
  for (const char* counted : {"OneOrN", "ZeroOrN"}) {
    const std::string name = counted;
    EXPECT_EQ(read(rest + "<Occurrence><" + name + ">7</" + name + "></Occurrence>")["Occurrence"],
              name + " 7");
    EXPECT_EQ(read(rest + "<Occurrence><" + name + "/></Occurrence>", 1)["Occurrence"], name);
  }
  for (const char* scope : {"Permanent", "Dynamic"}) {
    const auto properties =
        read(rest + "<Occurrence><One/></Occurrence><Scope><" + std::string(scope) + "/></Scope>");
    EXPECT_EQ(properties.at("Scope"), scope);
    EXPECT_EQ(properties.at("DFType/DDFName"), "N");
  }
  const std::string types =
      "<AccessType><Get/></AccessType><DFFormat><chr/></DFFormat><Occurrence><One/></Occurrence>"
      "<DFType><MIME>text/plain</MIME><MIME>a/b</MIME></DFType>";
  EXPECT_EQ(read(types)["DFType/MIME"], "text/plain, a/b");
}

TEST(Census, EveryElementOfTheOldForm) {
  for (const char* name :
       {"ADMXBacked", "ADMXMapped", "ADMXCategory", "ADMXPolicyName", "ADMXMappedElement",
        "SupportedValues", "SubStringSeparatorChar", "NotSupportedOnPlatform",
        "GPRegistryMappedCategory", "GPRegistryMappedName", "GPDBMappedCategory", "GPDBMappedName",
        "XMLSchema", "RWAccess", "StartOSVerison", "ExposedTo"}) {
    const std::string word = name;
    const auto properties =
        read(usual("Get", "chr", "One", "<MSFT:" + word + ">text</MSFT:" + word + '>'));
    EXPECT_EQ(properties.at("Extensions"), word + ": text");
  }
  const auto properties = read(usual(
      "Get", "chr", "One",
      R"(<MSFT:SupportedValues low="1" high="9" AllowedValues="1,9"><MSFT:SupportedValue value="1"
         description="one"/></MSFT:SupportedValues><ExposedTo><Mdm/></ExposedTo>)"));
  EXPECT_EQ(properties.at("Extensions"),
            "SupportedValues low=1 high=9 AllowedValues=1,9; "
            "SupportedValues/SupportedValue value=1 description=one; ExposedTo; ExposedTo/Mdm");
  // Without a prefix, as one file has it.
  EXPECT_EQ(read(usual("Get", "chr", "One",
                       "<Applicability><OsBuildVersion>10.0.1</OsBuildVersion></Applicability>"))
                .at("OsBuildVersion"),
            "10.0.1");
}

TEST(Census, WhatNobodyDefinedIsReportedOnceByNameFileAndLine) {
  SchemaBuilder builder;
  const std::string odd =
      usual("Get", "chr", "One",
            "\n<MSFT:Later new=\"1\"/>\n<MSFT:AllowedValues ValueType=\"None\" More=\"x\"/>");
  ASSERT_TRUE(builder
                  .add_bytes(document(root("T", ".", usual("Get", "node"),
                                           node("a", odd) + node("b", odd))),
                             "t.xml")
                  .ok());
  ASSERT_THAT(codes(builder), ElementsAre("D215", "D216")) << everything(builder);
  const Finding& element = builder.findings()[0];
  EXPECT_THAT(element.text, HasSubstr("<MSFT:Later>"));
  EXPECT_EQ(element.file, "t.xml");
  EXPECT_EQ(element.line, 5u);
  EXPECT_EQ(element.uri, "./Device/T/a");
  EXPECT_THAT(builder.findings()[1].text, HasSubstr("More"));
  EXPECT_EQ(builder.findings()[1].line, 6u);
}

TEST(Census, OfTheFileItself) {
  SchemaBuilder builder;
  ASSERT_TRUE(builder
                  .add_bytes("<MgmtTree xmlns:MSFT=\"x\"><VerDTD>1.2</VerDTD>"
                             "<MSFT:Diagnostics><a>text</a></MSFT:Diagnostics><Man>m</Man>"
                             "<Mod>d</Mod>" +
                                 root("T", ".", usual("Get", "node")) + "</MgmtTree>",
                             "t.xml")
                  .ok());
  EXPECT_THAT(codes(builder), IsEmpty()) << everything(builder);
  const auto schema = builder.build();
  bool found = false;
  for (const FileInfo& file : schema->files()) {
    if (file.name != "t.xml") continue;
    found = true;
    EXPECT_EQ(file.version, "1.2");
    EXPECT_EQ(file.diagnostics, "text");
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace cspkit::ddf::test
