// SPDX-License-Identifier: Apache-2.0
// AllowedValues with a syntax of their own, names, profiles and dependencies.
#include <cspkit/ddf/dependencies.hpp>
#include <cspkit/ddf/profile.hpp>
#include <map>

#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

std::string rule(std::string_view type, std::string_view value, std::string_view more = {}) {
  std::string out = "<MSFT:AllowedValues ValueType=\"" + std::string(type) + "\">";
  if (!value.empty()) out += "<MSFT:Value><![CDATA[" + std::string(value) + "]]></MSFT:Value>";
  return out + std::string(more) + "</MSFT:AllowedValues>";
}

void judge(const std::string& allowed, std::initializer_list<std::string> good,
           std::initializer_list<std::string> bad) {
  const auto schema = leaf_schema("chr", allowed);
  const Node node = leaf_of(*schema);
  for (const std::string& text : good) {
    const Status status = check_allowed(node, Value::chr(text));
    EXPECT_TRUE(status.ok()) << allowed << '\n' << text.substr(0, 100) << ": " << status.text();
  }
  for (const std::string& text : bad) {
    const Status status = check_allowed(node, Value::chr(text));
    EXPECT_EQ(status.code(), Code::kBadValue) << allowed << '\n' << text.substr(0, 100);
    EXPECT_EQ(status.provider_error(), 0x80070057u);
  }
}

TEST(RegexValues, AreSearchedWithPcre) {
  judge(rule("RegEx", "^[0-9]{2}$"), {"12"}, {"123", "", "ab"});
  judge(rule("RegEx", "b+"), {"abc", "b"}, {"ac"});
  judge(rule("RegEx", "a(?i)b"), {"ab", "aB"}, {"Ab"});
  judge(rule("RegEx", "/^https?:.*$/i"), {"http://x", "HTTPS://x"}, {"/http://x/", "ftp:"});
  judge(rule("RegEx", "{[0-9A-F]{2}\\}"), {"{AB}"}, {"AB"});
  judge(rule("RegEx", ""), {"", "anything"}, {});
  judge(rule("RegEx", "(unclosed"), {"", "anything"}, {});
  judge(rule("RegEx", "^\\w+$", "<MSFT:List Delimiter=\";\"/>"), {"a;b", "a"}, {"a;;b", "a; b"});
  judge(rule("RegEx", "^.$"), {"\xC3\xA4"}, {"\xC3", "ab"});
}

TEST(RegexValues, ThatExplodeAreStopped) {
  judge(rule("RegEx", "^(a+)+$"), {std::string(20, 'a')}, {std::string(40, 'a') + 'b'});
  judge(rule("RegEx", std::string(200, '(') + std::string(200, ')')), {"x"}, {});
  judge(rule("RegEx", "^(?:(?:a?){50}){50}b$"), {}, {std::string(2000, 'a')});
}

TEST(XsdValues, AreValidated) {
  const std::string xsd =
      "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><xs:element name=\"a\">"
      "<xs:complexType><xs:sequence><xs:element name=\"b\" type=\"xs:int\" maxOccurs=\"3\"/>"
      "</xs:sequence></xs:complexType></xs:element></xs:schema>";
  judge(rule("XSD", xsd), {"<a><b>1</b></a>", " <a><b>1</b><b>2</b></a>\n"},
        {"<a><b>x</b></a>", "<a/>", "<c/>", "text", "", "<a><b>1</b>",
         "<!DOCTYPE a [<!ENTITY x \"1\">]><a><b>&x;</b></a>"});
  judge(rule("XSD", "no schema"), {"<a/>", "x"}, {});
  judge(rule("XSD",
             "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">"
             "<xs:include schemaLocation=\"file:///etc/passwd\"/></xs:schema>"),
        {"<a/>"}, {});
}

TEST(JsonValues, AreWellFormed) {
  judge(rule("JSON", "{\"a\":1}"), {"{}", "[1,2]", "\"x\"", "{\"b\":{\"c\":null}}"},
        {"", "{", "{a:1}", "[1,]", std::string(100000, '[')});
}

TEST(AdmxValues, AreSwitchesWithData) {
  judge(rule("ADMX", "", "<MSFT:AdmxBacked Area=\"a\" Name=\"n\" File=\"f\"/>"),
        {"<enabled/>", "<disabled/>", " <Enabled /> <DATA ID=\"x\" value=\"1\"/>\r\n",
         "<enabled/><data id='a' value='b'/><data id='c' value=''/>", "<enabled></enabled>"},
        {"", "enabled", "<enabled/><disabled/>", "<data id='a' value='b'/>", "<enabled/>x",
         "<enabled><data id='a' value='b'/></enabled>", "<enabled/><data id='a'/>", "<on/>",
         "<enabled", "1"});
}

TEST(SddlValues, HaveTheSyntax) {
  judge(rule("SDDL", ""),
        {"D:", "O:BAG:SYD:PAI(A;;FA;;;SY)(A;OICI;0x1200a9;;;S-1-5-32-545)",
         "D:(D;;GA;;;BG)S:(AU;SAFA;WDWO;;;WD)", "O:S-1-5-32-544D:(A;;GA;;;WD)",
         "D:(XA;;FX;;;S-1-1-0;(@User.Title==\"PM (x)\"))",
         "D:(OA;;RP;4828cc14-1437-45bc-9b07-ad6f015e5f28;;BA)"},
        {"", "x", "D:(A;;FA;;SY)", "D:(A;;FA;;;", "O:X", "D:(A;;F;;;SY)", "D:D:", "Q:(A;;FA;;;SY)",
         "D:(A;;FA;nope;;SY)", std::string("D:") + std::string(50000, '(')});
}

TEST(Names, FollowTheRegexOfTheUnnamedNode) {
  SchemaBuilder builder;
  const auto unnamed = [](std::string_view format, std::string_view more) {
    return node("x", usual("Get", "node"), node("", usual("Add Get", format, "ZeroOrMore", more)));
  };
  std::string trees =
      root("A", ".", usual("Get", "node"), unnamed("node", rule("RegEx", "^[^|/]*$")));
  trees += root("B", ".", usual("Get", "node"), unnamed("chr", rule("RegEx", "^z$")));
  trees += root("C", ".", usual("Get", "node"),
                unnamed("node",
                        "<MSFT:DynamicNodeNaming><MSFT:UniqueName>Any sentence.</MSFT:UniqueName>"
                        "</MSFT:DynamicNodeNaming>"));
  trees += root("D", ".", usual("Get", "node"), unnamed("node", rule("RegEx", "[")));
  ASSERT_TRUE(builder.add_bytes(document(trees), "t.xml").ok());
  const auto schema = builder.build();
  const auto name_of = [&](const char* text) {
    Address a;
    EXPECT_TRUE(schema->resolve(text, a).ok()) << text;
    return check_name(schema->node(a.segments[2].node), a.name(2)).code();
  };
  EXPECT_EQ(name_of("./A/x/rule"), Code::kOk);
  EXPECT_EQ(name_of("./A/x/a%7Cb"), Code::kBadRequest);
  EXPECT_EQ(name_of("./A/x/a%2Fb"), Code::kBadRequest);
  EXPECT_EQ(name_of("./B/x/y"), Code::kOk) << "on a leaf it is about the value";
  EXPECT_EQ(name_of("./C/x/y"), Code::kOk) << "UniqueName is prose";
  EXPECT_EQ(name_of("./D/x/y"), Code::kOk) << "an unusable pattern allows all";
}

TEST(Profile, BuildsApply) {
  const auto applies = [](const char* rule_text, const char* device) {
    const Result<bool> result = build_applies(rule_text, device);
    EXPECT_TRUE(result.has_value()) << device;
    return result.value_or(false);
  };
  EXPECT_TRUE(applies("", "10.0.1"));
  EXPECT_TRUE(applies("10.0.15063", "10.0.15063"));
  EXPECT_TRUE(applies("10.0.15063", "10.0.22621.2506"));
  EXPECT_FALSE(applies("10.0.15063", "10.0.14393.9999"));
  const char* backported = "10.0.22000, 10.0.19043.1202, 10.0.19041.1202";
  EXPECT_TRUE(applies(backported, "10.0.22000.1"));
  EXPECT_TRUE(applies(backported, "10.0.22621"));
  EXPECT_TRUE(applies(backported, "10.0.19041.1202"));
  EXPECT_TRUE(applies(backported, "10.0.19043.3000"));
  EXPECT_FALSE(applies(backported, "10.0.19041.1201"));
  EXPECT_FALSE(applies(backported, "10.0.19041"));
  EXPECT_FALSE(applies(backported, "10.0.20348.9999"));
  EXPECT_TRUE(applies("10.0.22621.2338", "10.0.22631.1")) << "later than the last one listed";
  EXPECT_FALSE(applies("99.9.99999", "10.0.26100.1"));
  EXPECT_FALSE(applies("88.8.88888", "10.0.26100.1"));
  EXPECT_TRUE(applies("11.0.22000", "10.0.22000")) << "a published typo";
  EXPECT_FALSE(build_applies("10.0.1", "Windows").has_value());
  EXPECT_FALSE(build_applies("10.0.1", "10.0.1.2.3").has_value());
}

TEST(Profile, ExcludesNodes) {
  const auto schema = leaf_schema("int",
                                  "<MSFT:Applicability><MSFT:OsBuildVersion>10.0.19041"
                                  "</MSFT:OsBuildVersion><MSFT:EditionAllowList>0x4;0x88*;"
                                  "</MSFT:EditionAllowList><MSFT:RequiresAzureAd>true"
                                  "</MSFT:RequiresAzureAd></MSFT:Applicability>");
  const Node node = leaf_of(*schema);
  DeviceProfile profile;
  EXPECT_TRUE(check_applicable(node, profile).ok()) << "nothing known excludes nothing";
  profile.os_build = "10.0.19041.5";
  profile.edition = 0x88;
  profile.azure_ad_joined = true;
  EXPECT_TRUE(check_applicable(node, profile).ok());
  profile.edition = 0x30;
  EXPECT_EQ(check_applicable(node, profile).code(), Code::kNotSupported);
  profile.edition = 0x4;
  profile.os_build = "10.0.18363";
  EXPECT_EQ(check_applicable(node, profile).code(), Code::kNotSupported);
  profile.os_build.clear();
  profile.azure_ad_joined = false;
  EXPECT_EQ(check_applicable(node, profile).code(), Code::kNotSupported);
  EXPECT_TRUE(check_applicable(node.parent(), profile).ok());
  profile.os_build = "new";
  EXPECT_EQ(check_applicable(node, profile).code(), Code::kBadValue);
}

std::string depends(std::string_view uri, std::string_view type, std::string_view changed = {}) {
  return "<MSFT:DependencyBehavior><MSFT:DependencyGroup FriendlyId=\"F\">" + std::string(changed) +
         "<MSFT:Dependency Type=\"" + std::string(type) + "\"><MSFT:DependencyUri>" +
         std::string(uri) +
         "</MSFT:DependencyUri><MSFT:DependencyAllowedValue ValueType=\"ENUM\"><MSFT:Enum>"
         "<MSFT:Value>true</MSFT:Value></MSFT:Enum></MSFT:DependencyAllowedValue>"
         "</MSFT:Dependency></MSFT:DependencyGroup></MSFT:DependencyBehavior>";
}

TEST(Dependencies, AreReadAndEvaluated) {
  const std::string changed =
      "<MSFT:DependencyChangedAllowedValues ValueType=\"Range\"><MSFT:Value>[1-2]</MSFT:Value>"
      "</MSFT:DependencyChangedAllowedValues>";
  const std::string on = node("On", usual("Get Replace", "bool"));
  const std::string inner =
      on +
      node("Needs",
           usual("Get Replace", "int", "One", depends("Vendor//T/[Name]/On", "DependsOn"))) +
      node("Not", usual("Get Replace", "int", "One", depends("Device/Vendor/T/{Name}/On", "Not"))) +
      node("Other", usual("Get Replace", "int", "One",
                          depends("Vendor/T/[Name]/On", "DependsOn", changed))) +
      node("Lost", usual("Get Replace", "int", "One", depends("User/Nowhere", "DependsOn")));
  SchemaBuilder builder;
  ASSERT_TRUE(
      builder
          .add_bytes(document(root("T", "./Vendor", usual("Get", "node"),
                                   node("", usual("Add Get", "node", "ZeroOrMore"), inner))),
                     "t.xml")
          .ok());
  EXPECT_TRUE(builder.findings().empty()) << everything(builder);
  const auto schema = builder.build();
  std::map<std::string, std::string> values;
  const ValueLookup lookup = [&](const std::string& uri) -> std::optional<std::string> {
    const auto found = values.find(uri);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
  const auto verdict = [&](const char* name) {
    Address a;
    EXPECT_TRUE(schema->resolve(std::string("./Vendor/T/a%20b/") + name, a).ok());
    return evaluate_dependencies(*schema, a, lookup);
  };
  Address a;
  ASSERT_TRUE(schema->resolve("./Vendor/T/a b/Needs", a).ok());
  const std::vector<DependencyGroup> groups = schema->node(a.node).dependencies();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].friendly_id, "F");
  ASSERT_EQ(groups[0].dependencies.size(), 1u);
  EXPECT_EQ(groups[0].dependencies[0].uri, "Vendor//T/[Name]/On");
  EXPECT_EQ(groups[0].dependencies[0].allowed.type, ValueType::kEnum);

  const std::string target = "./Device/Vendor/T/a%20b/On";
  EXPECT_FALSE(verdict("Needs").satisfied);
  ASSERT_EQ(verdict("Needs").unmet.size(), 1u);
  EXPECT_EQ(verdict("Needs").unmet[0].uri, target);
  EXPECT_TRUE(verdict("Not").satisfied);
  EXPECT_TRUE(verdict("Other").satisfied) << "it only changes what is allowed";
  EXPECT_EQ(verdict("Other").changed_allowed.type, ValueType::kAbsent);
  EXPECT_FALSE(verdict("Lost").satisfied);
  EXPECT_TRUE(verdict("On").satisfied);
  values[target] = "true";
  EXPECT_TRUE(verdict("Needs").satisfied);
  EXPECT_FALSE(verdict("Not").satisfied);
  EXPECT_EQ(verdict("Other").changed_allowed.type, ValueType::kRange);
  values[target] = "false";
  EXPECT_FALSE(verdict("Needs").satisfied);
}

TEST(Dependencies, OfTheCorpusAllLeadSomewhere) {
  CSPKIT_NEEDS_CORPUS(path, "ddf");
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(path).ok());
  const auto schema = builder.build();
  std::size_t count = 0, lost = 0;
  for (std::uint32_t i = 0; i < schema->node_count(); ++i) {
    const Node node = schema->node(NodeId{i});
    for (const DependencyGroup& group : node.dependencies()) {
      for (const Dependency& dependency : group.dependencies) {
        ++count;
        Address a, b;
        if (!schema->resolve(node.uri(), a).ok()) continue;
        const std::string uri = dependency_target(dependency.uri, *schema, a);
        if (!schema->resolve(uri, b).ok()) ++lost;
      }
    }
  }
  EXPECT_GT(count, 0u);
  EXPECT_LT(lost, count) << "only files that are not here may be missing";
}

TEST(Extensions, OfOldFilesAreKept) {
  const auto schema = leaf_schema(
      "int",
      "<MSFT:SupportedValues low=\"0\" high=\"5\"><MSFT:SupportedValue value=\"1\" "
      "description=\"one\"/>"
      "</MSFT:SupportedValues><MSFT:ADMXCategory>Cat</MSFT:ADMXCategory>"
      "<MSFT:GpMapping GpEnglishName=\"E\" GpAreaPath=\"A~B\" GpElement=\"L\"/>"
      "<MSFT:ConflictResolution>LastWrite</MSFT:ConflictResolution>"
      "<MSFT:ReplaceBehavior>Append</MSFT:ReplaceBehavior>"
      "<MSFT:CommonErrorResults><MSFT:CommonErrorOne>0x80070057 bad</MSFT:CommonErrorOne>"
      "</MSFT:CommonErrorResults>");
  const Node node = leaf_of(*schema);
  const std::vector<Extension> kept = node.extensions();
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_EQ(kept[0].name, "SupportedValues");
  ASSERT_EQ(kept[0].attributes.size(), 2u);
  EXPECT_EQ(kept[0].attributes[1].first, "high");
  EXPECT_EQ(kept[0].attributes[1].second, "5");
  EXPECT_EQ(kept[1].name, "SupportedValues/SupportedValue");
  EXPECT_EQ(kept[2].value, "Cat");
  EXPECT_EQ(node.gp_mapping().english_name, "E");
  EXPECT_EQ(node.gp_mapping().area_path, "A~B");
  EXPECT_EQ(node.gp_mapping().element, "L");
  EXPECT_EQ(node.conflict_resolution(), "LastWrite");
  EXPECT_EQ(node.replace_behavior(), "Append");
  ASSERT_EQ(node.error_results().size(), 1u);
  EXPECT_EQ(node.error_results()[0].name, "CommonErrorOne");
  ASSERT_EQ(schema->files().size(), 1u);
  EXPECT_EQ(schema->files()[0].version, "1.2");
}

}  // namespace
}  // namespace cspkit::ddf::test
