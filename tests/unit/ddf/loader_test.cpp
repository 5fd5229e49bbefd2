// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <fstream>

#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A Schema takes what its builder gathered without a copy; the builder goes on with one of its own.
TEST(Loader, ASchemaStaysAsItIsWhileItsBuilderGoesOn) {
  const auto named = [](const std::string& name) {
    return document(
        root(name, "./Vendor/MSFT", usual("Get", "node"),
             node("Leaf", usual("Get", "chr", "One",
                                "<DefaultValue>of " + name + "</DefaultValue><Description>" + name +
                                    " it is</Description>"))));
  };
  const auto expect_leaf = [](const Schema& schema, const std::string& name) {
    Address a;
    ASSERT_TRUE(schema.resolve("./device/vendor/msft/" + fold(name) + "/LEAF", a).ok()) << name;
    const Node leaf = schema.node(a.node);
    EXPECT_EQ(leaf.default_value(), "of " + name);
    EXPECT_EQ(leaf.description(), name + " it is");
    EXPECT_EQ(leaf.uri(), "./Device/Vendor/MSFT/" + name + "/Leaf");
  };
  SchemaBuilder builder;
  std::vector<std::shared_ptr<const Schema>> schemas;
  for (const char* name : {"First", "Second", "Third"}) {
    ASSERT_TRUE(builder.add_bytes(named(name), std::string(name) + ".xml").ok());
    schemas.push_back(builder.build());
    schemas.push_back(builder.build());  // with nothing new
  }
  for (std::size_t i = 0; i != schemas.size(); ++i) {
    EXPECT_EQ(schemas[i]->totals().trees, i / 2 + 1);
    expect_leaf(*schemas[i], "First");
    if (i >= 2) expect_leaf(*schemas[i], "Second");
    if (i >= 4) expect_leaf(*schemas[i], "Third");
  }
}

TEST(Loader, ReadsEveryProperty) {
  SchemaBuilder builder;
  const std::string text = document(root(
      "T", "./User/Vendor/MSFT/", usual("Get", "node", "One", R"(
        <MSFT:Applicability><MSFT:OsBuildVersion> 10.0.22000, 10.0.19041.1202 </MSFT:OsBuildVersion>
          <MSFT:CspVersion>1.0</MSFT:CspVersion></MSFT:Applicability><MSFT:AtomicRequired/>)"),
      node("",
           R"(<DFType><MIME>text/plain</MIME><MIME>a/b</MIME></DFType><CaseSense><CS/></CaseSense>
        <DFTitle>id</DFTitle><Scope><Permanent/></Scope><Occurrence><ZeroOrN>5</ZeroOrN></Occurrence>
        <DFFormat><node/></DFFormat><AccessType><Exec/><Copy/><Add/></AccessType>
        <MSFT:DynamicNodeNaming><MSFT:UniqueName>a name</MSFT:UniqueName></MSFT:DynamicNodeNaming>
        <MSFT:Applicability><MSFT:EditionAllowList>0x4;</MSFT:EditionAllowList>
          <MSFT:RequiresAzureAd/></MSFT:Applicability>)",
           node("L", usual("Get Replace", "chr", "OneOrMore", R"(<Description>First
 second <![CDATA[<third>]]></Description><DefaultValue> as written </DefaultValue>
        <MSFT:Deprecated OsBuildDeprecated="10.0.22000"/>
        <MSFT:RebootBehavior>Automatic</MSFT:RebootBehavior>
        <MSFT:AllowedValues ValueType="ADMX"><MSFT:AdmxBacked Area="a" Name="n" File="f"/>
        <MSFT:List Delimiter=";"/></MSFT:AllowedValues>)")))));
  ASSERT_TRUE(builder.add_bytes(text, "t.xml").ok());
  EXPECT_THAT(codes(builder), IsEmpty()) << everything(builder);
  const auto schema = builder.build();
  Address a;
  ASSERT_TRUE(schema->resolve("./User/Vendor/MSFT/T/x/L", a).ok());
  const Node leaf = schema->node(a.node);
  const Node dynamic = leaf.parent();
  EXPECT_EQ(leaf.access(), static_cast<std::uint32_t>(kAccessGet | kAccessReplace));
  EXPECT_TRUE(leaf.grants(kAccessReplace));
  EXPECT_FALSE(leaf.grants(kAccessDelete));
  EXPECT_EQ(leaf.format(), Format::kChr);
  EXPECT_EQ(leaf.occurrence(), Occurrence::kOneOrMore);
  EXPECT_EQ(leaf.persistence(), Persistence::kDynamic);
  EXPECT_EQ(leaf.description(), "First\n second <third>");
  EXPECT_TRUE(leaf.has_default());
  EXPECT_EQ(leaf.default_value(), " as written ");
  EXPECT_TRUE(leaf.deprecated());
  EXPECT_EQ(leaf.os_build_deprecated(), "10.0.22000");
  EXPECT_EQ(leaf.reboot_behavior(), "Automatic");
  EXPECT_EQ(leaf.value_type(), ValueType::kAdmx);
  const AllowedValues allowed = leaf.allowed_values();
  EXPECT_EQ(allowed.admx_area, "a");
  EXPECT_EQ(allowed.admx_name, "n");
  EXPECT_EQ(allowed.admx_file, "f");
  EXPECT_TRUE(allowed.has_list);
  EXPECT_EQ(allowed.list_delimiter, ";");
  EXPECT_TRUE(leaf.atomic_required()) << "inherited";
  EXPECT_EQ(leaf.applicability().os_build_version, "10.0.22000, 10.0.19041.1202");
  EXPECT_EQ(leaf.applicability().csp_version, "1.0");
  EXPECT_EQ(leaf.applicability().edition_allow_list, "0x4;");
  EXPECT_TRUE(leaf.applicability().requires_azure_ad);
  EXPECT_FALSE(dynamic.parent().applicability().requires_azure_ad);
  EXPECT_EQ(leaf.scope(), Scope::kUser);
  EXPECT_EQ(leaf.file(), "t.xml");
  EXPECT_EQ(leaf.name(), "L");
  EXPECT_TRUE(leaf.is_leaf());

  EXPECT_TRUE(dynamic.is_dynamic());
  EXPECT_EQ(dynamic.title(), "id");
  EXPECT_EQ(dynamic.name(), "");
  EXPECT_EQ(dynamic.access(), static_cast<std::uint32_t>(kAccessExec | kAccessCopy | kAccessAdd));
  EXPECT_EQ(dynamic.occurrence(), Occurrence::kZeroOrN);
  EXPECT_EQ(dynamic.occurrence_limit(), 5u);
  EXPECT_EQ(dynamic.persistence(), Persistence::kPermanent);
  EXPECT_EQ(dynamic.naming(), Naming::kUniqueName);
  EXPECT_EQ(dynamic.unique_name(), "a name");
  EXPECT_TRUE(dynamic.case_sensitive());
  EXPECT_THAT(dynamic.mime_types(), ElementsAre("text/plain", "a/b"));
  EXPECT_EQ(dynamic.uri(), "./User/Vendor/MSFT/T/{id}");
  EXPECT_EQ(dynamic.line(), 6u);
}

TEST(Loader, CountsWhatItHolds) {
  SchemaBuilder builder;
  ASSERT_TRUE(
      builder
          .add_bytes(document(root("A", ".", usual("Get", "node"),
                                   node("", usual("Get", "int")) + node("*", usual("Get", "int")) +
                                       node("x", usual("Get", "chr")))),
                     "a.xml")
          .ok());
  const SchemaTotals totals = builder.build()->totals();
  EXPECT_EQ(totals.files, 1u);
  EXPECT_EQ(totals.trees, 1u);
  EXPECT_EQ(totals.nodes, 3u) << "of two unnamed siblings one stays";
  EXPECT_EQ(totals.leaves, 2u);
  EXPECT_EQ(totals.dynamic, 1u);
  EXPECT_THAT(codes(builder), ElementsAre("D104"));
}

TEST(Loader, LaterTreeOfOneRootWins) {
  SchemaBuilder builder;
  const auto tree = [](std::string_view path, std::string_view child) {
    return document(root("A", path, usual("Get", "node"), node(child, usual("Get", "int"))));
  };
  ASSERT_TRUE(builder.add_bytes(tree("./Vendor/MSFT", "One"), "1.xml").ok());
  ASSERT_TRUE(builder.add_bytes(tree("./Device/vendor/msft/", "Two"), "2.xml").ok());
  EXPECT_THAT(codes(builder), ElementsAre("D109"));
  EXPECT_THAT(builder.findings()[0].text, HasSubstr("1.xml"));
  Address a;
  auto schema = builder.build();
  EXPECT_EQ(schema->resolve("./Vendor/MSFT/A/One", a).code(), Code::kNotFound);
  EXPECT_TRUE(schema->resolve("./Vendor/MSFT/A/Two", a).ok());
  EXPECT_EQ(schema->totals().nodes, 2u);
  // A provider's description stays, whatever comes later, and a builder goes on after build().
  std::vector<std::string> roots;
  ASSERT_TRUE(builder.add_for_provider(tree("./Vendor/MSFT", "Mine"), "p.xml", &roots).ok());
  EXPECT_THAT(roots, ElementsAre("./Device/Vendor/MSFT/A"));
  ASSERT_TRUE(builder.add_bytes(tree("./Vendor/MSFT", "Four"), "4.xml").ok());
  const auto second = builder.build();
  EXPECT_TRUE(second->resolve("./Vendor/MSFT/A/Mine", a).ok());
  EXPECT_EQ(second->resolve("./Vendor/MSFT/A/Four", a).code(), Code::kNotFound);
  EXPECT_TRUE(schema->resolve("./Vendor/MSFT/A/Two", a).ok()) << "the first schema is unchanged";
  EXPECT_THAT(codes(builder), ElementsAre("D109", "D110", "D110"));
}

TEST(Loader, PrefixAndOrderDoNotMatter) {
  SchemaBuilder builder;
  const std::string text =
      R"(<MgmtTree xmlns:Q="http://x"><Node><Path>.</Path><DFProperties>
      <Q:AllowedValues ValueType="ENUM"><Q:Enum><Value>1</Value></Q:Enum></Q:AllowedValues>
      <Applicability><OsBuildVersion>10.0.1</OsBuildVersion></Applicability>
      <DFType><DDFName>N</DDFName></DFType><DFFormat><int/></DFFormat><Occurrence><One/></Occurrence>
      <AccessType><Get/></AccessType></DFProperties><NodeName> T
      </NodeName></Node><VerDTD>1.2</VerDTD></MgmtTree>)";
  ASSERT_TRUE(builder.add_bytes(text, "t.xml").ok());
  EXPECT_THAT(codes(builder), ElementsAre("D114"));
  const auto schema = builder.build();
  Address a;
  ASSERT_TRUE(schema->resolve("./t", a).ok());
  EXPECT_EQ(schema->node(a.node).name(), "T");
  EXPECT_EQ(schema->node(a.node).value_type(), ValueType::kEnum);
  EXPECT_EQ(schema->node(a.node).applicability().os_build_version, "10.0.1");
  EXPECT_EQ(schema->node(a.node).ddf_name(), "N");
}

struct Oddity {
  const char* what;
  std::string trees;
  const char* code;
};

TEST(Loader, SaysWhatIsOdd) {
  const std::string ok = usual("Get", "node");
  const std::vector<Oddity> table = {
      {"no properties", "<Node><NodeName>A</NodeName><Path>.</Path></Node>", "D200"},
      {"no format",
       root("A", ".",
            "<AccessType><Get/></AccessType><Occurrence><One/></Occurrence><DFType><MIME/></"
            "DFType>"),
       "D201"},
      {"unknown format", root("A", ".", usual("Get", "blob")), "D202"},
      {"empty access", root("A", ".", usual("", "node")), "D203"},
      {"unknown verb", root("A", ".", usual("Get Set", "node")), "D204"},
      {"unknown occurrence", root("A", ".", usual("Get", "node", "Twice")), "D206"},
      {"repeated", root("A", ".", ok + "<Scope><Permanent/></Scope>"), "D210"},
      {"value type",
       root("A", ".", usual("Get", "int", "One", "<MSFT:AllowedValues ValueType=\"Odd\"/>")),
       "D211"},
      {"unknown element", root("A", ".", ok + "<MSFT:New/>"), "D215"},
      {"unknown attribute", root("A", ".", ok + "<MSFT:GpMapping GpNew=\"1\"/>"), "D216"},
      {"markup", root("A", ".", ok + "<Description>a<b>c</b></Description>"), "D217"},
      {"no path", node("A", ok), "D102"},
      {"bad path", root("A", "./x/../y", ok), "D103"},
      {"path with a query", root("A", "./x?prop=Name", ok), "D103"},
      {"unnamed root", root("", ".", ok), "D113"},
      {"doubled", root("A", ".", ok, node("x", ok) + node("X", ok)), "D104"},
      {"leaf with children", root("A", ".", usual("Get", "chr"), node("x", ok)), "D106"},
      {"no name", root("A", ".", ok, "<Node><DFProperties>" + ok + "</DFProperties></Node>"),
       "D101"},
      {"nothing", "", "D111"},
  };
  for (const Oddity& c : table) {
    SchemaBuilder builder;
    ASSERT_TRUE(builder.add_bytes(document(c.trees), "odd.xml").ok()) << c.what;
    EXPECT_THAT(codes(builder), Contains(c.code)) << c.what << "\n" << everything(builder);
    for (const Finding& finding : builder.findings()) {
      EXPECT_EQ(finding.file, "odd.xml");
      EXPECT_GT(finding.line, 0u) << c.what;
      EXPECT_FALSE(finding.text.empty());
      EXPECT_THAT(to_string(finding), HasSubstr("odd.xml:" + std::to_string(finding.line) + ": "));
    }
    EXPECT_NE(builder.build(), nullptr);
  }
}

TEST(Loader, UnknownElementsAreReportedOnceEachPerFile) {
  SchemaBuilder builder;
  const std::string ok = usual("Get", "node", "One", "<MSFT:New/><MSFT:Newer/>");
  ASSERT_TRUE(
      builder.add_bytes(document(root("A", ".", ok, node("x", ok) + node("y", ok))), "a.xml").ok());
  EXPECT_THAT(codes(builder), ElementsAre("D215", "D215"));
}

class NotDdf : public ::testing::TestWithParam<std::pair<const char*, std::string>> {};

TEST_P(NotDdf, IsRefusedWithALine) {
  SchemaBuilder builder;
  const Status status = builder.add_bytes(GetParam().second, "bad.xml");
  EXPECT_EQ(status.code(), Code::kNotDdf) << GetParam().first;
  EXPECT_THAT(status.text(), HasSubstr("bad.xml"));
  ASSERT_EQ(builder.findings().size(), 1u);
  EXPECT_EQ(builder.findings()[0].severity, Severity::kError);
  EXPECT_EQ(builder.build()->totals().nodes, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Table, NotDdf,
    ::testing::Values(std::pair("empty", std::string()), std::pair("text", std::string("hello")),
                      std::pair("wrong root", std::string("<SyncML><SyncBody/></SyncML>")),
                      std::pair("cut off",
                                document(root("A", ".", usual("Get", "node"))).substr(0, 200)),
                      std::pair("mismatched", std::string("<MgmtTree><Node></MgmtTree>")),
                      std::pair("invalid UTF-8", std::string("<MgmtTree>\n\xFF\xC0</MgmtTree>")),
                      std::pair("half UTF-16", std::string("\xFF\xFE<\0M", 5)),
                      std::pair("lone surrogate", std::string("\xFF\xFE\x00\xD8<\0", 6)),
                      std::pair("NUL", std::string("<MgmtTree>\0</MgmtTree>", 22))));

TEST(Loader, NamesTheLineOfAnError) {
  SchemaBuilder builder;
  const Status status = builder.add_bytes("<MgmtTree>\n<Node>\n</Nod>\n</MgmtTree>", "bad.xml");
  EXPECT_THAT(status.text(), HasSubstr("bad.xml:3:"));
}

std::string utf16(std::string_view text, bool big) {
  std::string out = big ? "\xFE\xFF" : "\xFF\xFE";
  for (char c : text) {
    if (big) out += '\0';
    out += c;
    if (!big) out += '\0';
  }
  return out;
}

TEST(Loader, TakesTheUsualEncodings) {
  const std::string text = document(root("A", ".", usual("Get", "node")));
  for (const std::string& bytes : {"\xEF\xBB\xBF" + text, utf16(text, false), utf16(text, true),
                                   utf16(text, false).substr(2)}) {
    SchemaBuilder builder;
    const Status status = builder.add_bytes(bytes, "a.xml");
    EXPECT_TRUE(status.ok()) << status.text();
    EXPECT_EQ(builder.build()->totals().nodes, 1u);
  }
  SchemaBuilder latin;
  std::string declared =
      "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + text.substr(text.find('\n'));
  declared.insert(declared.find("<Scope>"), "<Description>\xE4</Description>");
  ASSERT_TRUE(latin.add_bytes(declared, "l.xml").ok());
  const auto schema = latin.build();
  EXPECT_EQ(schema->roots()[0].description(), "\xC3\xA4");
}

TEST(Loader, ExpandsNoEntityAndFetchesNothing) {
  SchemaBuilder builder;
  std::string text =
      document(root("A", ".", usual("Get", "node", "One", "<Description>&evil;</Description>")));
  text.insert(text.find("<MgmtTree"),
              "<!DOCTYPE MgmtTree SYSTEM \"http://127.0.0.1:1/x.dtd\" [<!ENTITY evil SYSTEM "
              "\"file:///etc/passwd\"><!ENTITY a \"aaaaaaaaaa\">]>");
  ASSERT_TRUE(builder.add_bytes(text, "a.xml").ok());
  EXPECT_EQ(builder.build()->roots()[0].description(), "&evil;");
}

TEST(Loader, DeepNestingIsCut) {
  std::string inner;
  std::string end;
  for (int i = 0; i < 10000; ++i) {
    inner +=
        "<Node><NodeName>n</NodeName><DFProperties>" + usual("Get", "node") + "</DFProperties>";
    end += "</Node>";
  }
  SchemaBuilder builder;
  ASSERT_TRUE(
      builder.add_bytes(document(root("A", ".", usual("Get", "node"), inner + end)), "deep.xml")
          .ok());
  EXPECT_THAT(codes(builder), ElementsAre("D105"));
  EXPECT_EQ(builder.build()->totals().nodes, 64u);
  SchemaBuilder other;
  std::string plain;
  for (int i = 0; i < 100000; ++i) plain += "<x>";
  EXPECT_EQ(other.add_bytes("<MgmtTree>" + plain, "x.xml").code(), Code::kNotDdf);
}

TEST(Loader, TakesAMillionNodesOrSaysWhyNot) {
  std::string many;
  many.reserve(60u << 20);
  for (int i = 0; i < 1000000; ++i) {
    many += "<Node><NodeName>n" + std::to_string(i) + "</NodeName></Node>\n";
  }
  SchemaBuilder builder;
  const Status status =
      builder.add_bytes(document(root("A", ".", usual("Get", "node"), many)), "many.xml");
  ASSERT_TRUE(status.ok()) << status.text();
  EXPECT_LE(builder.findings().size(), 1001u);
  const auto schema = builder.build();
  EXPECT_EQ(schema->totals().nodes, 1000001u);
  Address a;
  EXPECT_TRUE(schema->resolve("./a/N999999", a).ok());
  many.append(64u << 20, ' ');
  EXPECT_EQ(builder.add_bytes(many, "large.xml").code(), Code::kNotDdf);
  EXPECT_THAT(codes(builder), Contains("D005"));
}

TEST(Loader, FilesAndFolders) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("cspkit-ddf-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string described =
      document(root("A", ".", usual("Get", "node", "One", "<Description>from disk</Description>"),
                    node("b", usual("Get", "int", "One", "<Description>leaf</Description>"))));
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder / name, std::ios::binary) << text;
  };
  write("a.xml", described);
  write("b.XML", "<broken");
  write("c.xml", document(root("C", ".", usual("Get", "node"))));
  write("note.txt", "not read");
  SchemaBuilder builder;
  const Status status = builder.add(folder);
  EXPECT_EQ(status.code(), Code::kNotDdf);
  EXPECT_THAT(status.text(), HasSubstr("b.XML"));
  const auto schema = builder.build();
  EXPECT_EQ(schema->totals().files, 2u);
  EXPECT_EQ(schema->totals().nodes, 3u) << "the other files are still added";
  Address a;
  ASSERT_TRUE(schema->resolve("./A/b", a).ok());
  const Node node = schema->node(a.node);
  EXPECT_EQ(node.file(), (folder / "a.xml").string());
  EXPECT_EQ(node.description(), "leaf");
  EXPECT_EQ(node.parent().description(), "from disk");
  EXPECT_EQ(SchemaBuilder().add(folder / "absent.xml").code(), Code::kIo);
  EXPECT_EQ(SchemaBuilder().add("/dev/null").code(), Code::kIo);
  EXPECT_EQ(SchemaBuilder().add("").code(), Code::kIo);
  std::filesystem::remove_all(folder);
  EXPECT_EQ(node.description(), "leaf") << "what was read once is kept";
}

}  // namespace
}  // namespace cspkit::ddf::test
