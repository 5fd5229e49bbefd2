// SPDX-License-Identifier: Apache-2.0
// ddf check, doc and diff over files, folders and zips; bundles on top of each other; --profile;
// explain.
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <cstdlib>
#include <fstream>

#include "../lib/zip.hpp"
#include "cli_test.hpp"

namespace cli {
namespace {

using cspkit::testing::make_zip;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  if (at == text.npos) ADD_FAILURE() << "not there: " << what;
  return at == text.npos ? text : text.replace(at, what.size(), by);
}

/// The test's CSP with another first value of Text.
std::string changed_ddf(const std::string& value) {
  return replaced(kDdf, "<DefaultValue>first<", "<DefaultValue>" + value + "<");
}

class Ddf : public CliTest {
 protected:
  std::string zip(const std::string& name, const std::string& inside) const {
    return write(name, make_zip({{"DDF/cli.xml", inside}, {"DDF/note.txt", "no DDF"}}));
  }
  /// The folder of published files of that name; "" when it is not there.
  static std::string published(const std::string& name) {
    const char* corpus = std::getenv("CSPKIT_CORPUS");
    const std::string path = corpus != nullptr ? std::string(corpus) + '/' + name : std::string();
    return !path.empty() && std::filesystem::is_directory(path) ? path : std::string();
  }
};

TEST_F(Ddf, CheckReadsAZipAsItsFiles) {
  const std::string bundle = zip("bundle.zip", kDdf);
  const Outcome outcome = ctl({"--json", "ddf", "check", bundle});
  EXPECT_EQ(outcome.exit, 0) << outcome.out << outcome.err;
  const auto objects = json_lines(outcome.out);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(objects[0]["nodes"], 12);
  // A zip that is none, or damaged, is said and exits 3.
  const Outcome damaged = ctl({"ddf", "check", write("bad.zip", "PK\x03\x04 and no more")});
  EXPECT_EQ(damaged.exit, 3);
  EXPECT_THAT(damaged.out, HasSubstr("error D006"));
  EXPECT_TRUE(is_one_error_line(damaged.err));
}

TEST_F(Ddf, CheckExits1OnErrorsAndWithStrictOnWarnings) {
  const std::string wrong = write(
      "wrong.xml", replaced(kDdf, "<DefaultValue>first<",
                            "<MSFT:AllowedValues ValueType=\"RegEx\"><MSFT:Value>a(b</MSFT:Value>"
                            "</MSFT:AllowedValues><DefaultValue>first<"));
  const Outcome error = ctl({"ddf", "check", wrong});
  EXPECT_EQ(error.exit, 1);
  EXPECT_EQ(error.err, "");
  EXPECT_THAT(error.out, HasSubstr("wrong.xml:19: error D401: "));
  EXPECT_THAT(error.out, HasSubstr("missing closing parenthesis at character 3"));
  EXPECT_THAT(error.out, HasSubstr("(./Device/Vendor/Test/Cli/Text)"));
  EXPECT_THAT(error.out, HasSubstr("1 errors, 0 warnings"));

  const std::string odd = write("odd.xml", replaced(kDdf, "<DefaultValue>0<", "<DefaultValue>7<"));
  const Outcome warning = ctl({"--json", "ddf", "check", odd});
  EXPECT_EQ(warning.exit, 0) << warning.err;
  const auto objects = json_lines(warning.out);
  ASSERT_EQ(objects.size(), 2u) << warning.out;
  EXPECT_EQ(objects[0]["code"], "D407");
  EXPECT_EQ(objects[0]["severity"], "warning");
  EXPECT_EQ(objects[0]["uri"], "./Device/Vendor/Test/Cli/Mode");
  EXPECT_EQ(objects[0]["file"], odd);
  EXPECT_EQ(objects[1]["warnings"], 1);
  EXPECT_EQ(ctl({"ddf", "check", "--strict", odd}).exit, 1);
  EXPECT_EQ(ctl({"ddf", "check", "--strict", path("cli.xml")}).exit, 0);
}

/// Counts with libxml2 what check counts.
struct OtherCount {
  std::size_t files = 0, trees = 0, nodes = 0, leaves = 0, dynamic = 0;

  static std::string name_of(const xmlNode* node) {
    return node->type == XML_ELEMENT_NODE ? reinterpret_cast<const char*>(node->name) : "";
  }
  void node(xmlNode* at) {
    ++nodes;
    for (xmlNode* child = at->children; child != nullptr; child = child->next) {
      if (name_of(child) == "Node") node(child);
      if (name_of(child) == "NodeName") {
        xmlChar* text = xmlNodeGetContent(child);
        const std::string name(reinterpret_cast<const char*>(text));
        xmlFree(text);
        if (name.find_first_not_of(" \t\r\n") == name.npos || name == "*") ++dynamic;
      }
      if (name_of(child) != "DFProperties") continue;
      for (xmlNode* property = child->children; property != nullptr; property = property->next) {
        if (name_of(property) != "DFFormat") continue;
        for (xmlNode* format = property->children; format != nullptr; format = format->next)
          if (!name_of(format).empty() && name_of(format) != "node") ++leaves;
      }
    }
  }
  void folder(const std::string& path) {
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      xmlDoc* document = xmlReadFile(entry.path().c_str(), nullptr, XML_PARSE_NONET);
      ASSERT_NE(document, nullptr) << entry.path();
      ++files;
      for (xmlNode* child = xmlDocGetRootElement(document)->children; child != nullptr;
           child = child->next) {
        if (name_of(child) != "Node") continue;
        ++trees;
        node(child);
      }
      xmlFreeDoc(document);
    }
  }
};

TEST_F(Ddf, CheckCountsThePublishedFilesAsAnotherParserDoes) {
  for (const char* name : {"ddf", "ddf_v1"}) {
    const std::string corpus = published(name);
    if (corpus.empty()) GTEST_SKIP() << "CSPKIT_CORPUS names no folder with published DDF files";
    OtherCount other;
    other.folder(corpus);
    const Outcome outcome = ctl({"--json", "ddf", "check", corpus});
    EXPECT_EQ(outcome.exit, 0) << outcome.err;
    const auto objects = json_lines(outcome.out);
    const auto& totals = objects.back();
    EXPECT_EQ(totals["files"], other.files);
    EXPECT_EQ(totals["trees"], other.trees);
    EXPECT_EQ(totals["nodes"], other.nodes);
    EXPECT_EQ(totals["leaves"], other.leaves);
    EXPECT_EQ(totals["dynamic"], other.dynamic);
    EXPECT_EQ(totals["errors"], 0);
    // The form before December 2022 is odd in one way only: what DFType holds.
    if (std::string(name) != "ddf_v1") continue;
    for (std::size_t i = 0; i + 1 < objects.size(); ++i) EXPECT_EQ(objects[i]["code"], "D209");
  }
}

TEST_F(Ddf, DocWritesThePageOfOneOrAll) {
  const Outcome all = ctl({"ddf", "doc", zip("bundle.zip", kDdf)});
  EXPECT_EQ(all.exit, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr("# Cli CSP\n"));
  EXPECT_THAT(all.out, HasSubstr("- ./User/Vendor/Test/Cli\n"));
  EXPECT_THAT(all.out, HasSubstr("| Default Value | first |"));
  EXPECT_EQ(ctl({"ddf", "doc", path("cli.xml"), "--csp", "cLI"}).out, all.out);
  const auto objects = json_lines(ctl({"--json", "ddf", "doc", path("cli.xml")}).out);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(objects[0]["csp"], "Cli");
  EXPECT_EQ(objects[0]["page"].get<std::string>(), all.out);
  const Outcome none = ctl({"ddf", "doc", path("cli.xml"), "--csp", "Nothing"});
  EXPECT_EQ(none.exit, 1);
  EXPECT_EQ(none.out, "");
  EXPECT_TRUE(is_one_error_line(none.err));
  EXPECT_EQ(ctl({"ddf", "doc", write("bad.xml", "<html/>")}).exit, 3);
  EXPECT_EQ(ctl({"ddf", "doc", path("missing.xml")}).exit, 2);
}

TEST_F(Ddf, DiffOfFilesFoldersAndZips) {
  std::string newer = changed_ddf("second");
  newer = replaced(newer, "<NodeName>Blob<", "<NodeName>Lump<");
  write("old/cli.xml", kDdf);
  write("new/cli.xml", newer);
  const std::string expected =
      "- ./Device/Vendor/Test/Cli/Blob\n"
      "+ ./Device/Vendor/Test/Cli/Lump\n"
      "~ ./Device/Vendor/Test/Cli/Text\n"
      "    DefaultValue: \"first\" -> \"second\"\n";
  const std::vector<std::string> before = {path("cli.xml"), path("old"), zip("old.zip", kDdf)};
  const std::vector<std::string> after = {path("new/cli.xml"), path("new"), zip("new.zip", newer)};
  for (const std::string& from : before) {
    for (const std::string& to : after) {
      const Outcome outcome = ctl({"ddf", "diff", from, to});
      EXPECT_EQ(outcome.out, expected) << from << ' ' << to;
      EXPECT_EQ(outcome.exit, 0) << outcome.err;
    }
    EXPECT_EQ(ctl({"ddf", "diff", from, path("cli.xml")}).out, "");
  }
  const auto objects = json_lines(ctl({"--json", "ddf", "diff", before[0], after[2]}).out);
  ASSERT_EQ(objects.size(), 3u);
  EXPECT_EQ(objects[0]["change"], "removed");
  EXPECT_EQ(objects[1]["change"], "added");
  EXPECT_EQ(objects[2]["change"], "changed");
  EXPECT_EQ(objects[2]["properties"][0]["property"], "DefaultValue");
  EXPECT_EQ(objects[2]["properties"][0]["after"], "\"second\"");
  EXPECT_EQ(ctl({"ddf", "diff", before[0], path("missing.zip")}).exit, 2);
  EXPECT_EQ(ctl({"ddf", "diff", write("bad.zip", "PK\x03\x04"), before[0]}).exit, 3);
  EXPECT_EQ(ctl({"ddf", "diff", before[0]}).exit, 2);
}

TEST_F(Ddf, ALaterBundleReplacesATreeWhole) {
  std::string smaller = changed_ddf("second");
  smaller = replaced(smaller, "<NodeName>Number<", "<NodeName>Count<");
  const std::string first = zip("first.zip", kDdf);
  const std::string second = zip("second.zip", smaller);
  const auto with = [&](std::vector<std::string> words) {
    std::vector<std::string> all = {"--state", ":memory:", "--no-bundled", "-v",
                                    "--ddf",   first,      "--ddf",        second};
    all.insert(all.end(), words.begin(), words.end());
    return ctl(all);
  };
  const Outcome text = with({"get", kRoot + "/Text"});
  EXPECT_EQ(text.out, "second\n");
  EXPECT_THAT(text.err, HasSubstr("warning: ddf: " + second + "/DDF/cli.xml:4: warning D109"));
  EXPECT_THAT(text.err, HasSubstr(first));
  EXPECT_EQ(with({"get", kRoot + "/Count"}).exit, 0);
  EXPECT_EQ(with({"get", kRoot + "/Number"}).exit, 1) << "the earlier tree is gone whole";
  const auto objects = json_lines(ctl({"--json", "ddf", "check", first, second}).out);
  ASSERT_EQ(objects.size(), 3u) << "one finding for each tree";
  EXPECT_EQ(objects[0]["code"], "D109");
  EXPECT_EQ(objects.back()["trees"], 2);
}

TEST_F(Ddf, AProvidersRootKeepsItsOwnDescription) {
  const std::string example = read(std::string(CSPKIT_SOURCE) + "/samples/hello/Example.xml");
  const std::string bundle =
      write("other.zip", make_zip({{"Example.xml", replaced(example, "Reset", "Again")}}));
  const std::string root = "./Vendor/Example/Greeter";
  for (const bool before : {true, false}) {
    // The options' order does not matter: what a provider claims is its own.
    std::vector<std::string> words = {"--state", ":memory:", "--no-bundled", "-v"};
    const std::vector<std::string> ddf = {"--ddf", bundle}, provider = {"--provider", CSPKIT_HELLO};
    const auto& one = before ? ddf : provider;
    const auto& two = before ? provider : ddf;
    words.insert(words.end(), one.begin(), one.end());
    words.insert(words.end(), two.begin(), two.end());
    words.insert(words.end(), {"explain", root + "/Reset"});
    const Outcome outcome = ctl(words);
    EXPECT_EQ(outcome.exit, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("D110"));
    words.back() = root + "/Again";
    EXPECT_EQ(ctl(words).exit, 1);
  }
}

TEST_F(Ddf, ThePolicySkeletonGivesWayToTheAreas) {
  const std::string corpus = published("ddf");
  if (corpus.empty() || !std::filesystem::exists(corpus + "/Policy.xml"))
    GTEST_SKIP() << "CSPKIT_CORPUS names no folder with published DDF files";
  const std::string uri = "./Device/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength";
  for (const char* order :
       {"Policy.xml DeviceLock_AreaDDF.xml", "DeviceLock_AreaDDF.xml Policy.xml"}) {
    const std::string both = order;
    const std::string first = both.substr(0, both.find(' ')),
                      second = both.substr(both.find(' ') + 1);
    const auto with = [&](std::vector<std::string> words) {
      std::vector<std::string> all = {
          "--state", ":memory:",           "--no-bundled", "--ddf", corpus + "/" + first,
          "--ddf",   corpus + "/" + second};
      all.insert(all.end(), words.begin(), words.end());
      return ctl(all);
    };
    EXPECT_EQ(with({"replace", uri, "--data", "5"}).exit, 0) << order;
    const Outcome refused = with({"replace", uri, "--data", "3"});
    EXPECT_EQ(refused.exit, 1) << order;
    EXPECT_THAT(refused.err, HasSubstr("[4-16]")) << order;
    EXPECT_EQ(with({"add", "./Vendor/MSFT/Policy/Config/Other/Any", "--data", "x"}).exit, 0)
        << "what no area describes is the skeleton's";
  }
}

TEST_F(Ddf, AProfileExcludesNodes) {
  const auto with = [&](const std::string& profile) {
    return device({"--profile", profile, "get", kRoot + "/Text"});
  };
  const Outcome old = with("build=10.0.15063");
  EXPECT_EQ(old.exit, 1);
  EXPECT_THAT(old.err, HasSubstr(": 406 "));
  EXPECT_THAT(old.err, HasSubstr("10.0.16299"));
  EXPECT_EQ(with("build=10.0.16299.1,edition=0x30,azure-ad=no").out, "first\n");
  EXPECT_EQ(with("").out, "first\n");
  EXPECT_EQ(device({"--profile", "build=10.0.10240", "tree"}).out.find("Cli"), std::string::npos);
  const Outcome explained = device({"--profile", "build=10.0.10240", "explain", kRoot + "/Text"});
  EXPECT_THAT(explained.out, HasSubstr("excluded"));
  const std::string limited =
      write("limited.xml", replaced(kDdf, "<MSFT:CspVersion>1.3</MSFT:CspVersion>",
                                    "<MSFT:EditionAllowList>0x4;0x30;</MSFT:EditionAllowList>"
                                    "<MSFT:RequiresAzureAd/>"));
  const auto limited_with = [&](const std::string& profile) {
    return ctl({"--state", ":memory:", "--no-bundled", "--ddf", limited, "--profile", profile,
                "get", kRoot + "/Text"});
  };
  EXPECT_EQ(limited_with("edition=48,azure-ad=yes").exit, 0);
  EXPECT_EQ(limited_with("edition=0x30").exit, 0);
  EXPECT_THAT(limited_with("edition=0x79").err, HasSubstr(": 406 "));
  EXPECT_THAT(limited_with("azure-ad=no").err, HasSubstr(": 406 "));
  for (const char* bad : {"build=eleven", "edition=Pro", "edition=-1", "azure-ad=maybe", "os=11",
                          "build", ",", "edition=0x30,,build=x"}) {
    const Outcome outcome = with(bad);
    EXPECT_EQ(outcome.exit, 2) << bad;
    EXPECT_TRUE(is_one_error_line(outcome.err)) << bad;
  }
}

TEST_F(Ddf, ExplainTellsAllThatADdfCanSay) {
  const std::string full =
      write("full.xml", replaced(kDdf, "<DefaultValue>first</DefaultValue>", R"(
      <DefaultValue>first</DefaultValue><DFTitle>A title</DFTitle><CaseSense><CS/></CaseSense>
      <MSFT:ReplaceBehavior>Append</MSFT:ReplaceBehavior>
      <MSFT:RebootBehavior>Automatic</MSFT:RebootBehavior>
      <MSFT:ConflictResolution>LastWrite</MSFT:ConflictResolution>
      <MSFT:GpMapping GpEnglishName="English" GpAreaPath="Area~Path" GpElement="Element"/>
      <MSFT:CommonErrorResults><MSFT:CommonErrorOne>0x80070005 denied</MSFT:CommonErrorOne>
        </MSFT:CommonErrorResults>
      <MSFT:Deprecated OsBuildDeprecated="10.0.22000"/><MSFT:AtomicRequired/>
      <MSFT:DependencyBehavior><MSFT:DependencyGroup FriendlyId="Group1">
        <MSFT:DependencyChangedAllowedValues ValueType="Range"><MSFT:Value>[1-2]</MSFT:Value>
          </MSFT:DependencyChangedAllowedValues>
        <MSFT:Dependency Type="Not"><MSFT:DependencyUri>Vendor/Test/Cli/Mode</MSFT:DependencyUri>
          <MSFT:DependencyAllowedValue ValueType="ENUM"><MSFT:Enum><MSFT:Value>1</MSFT:Value>
          </MSFT:Enum></MSFT:DependencyAllowedValue></MSFT:Dependency>
        </MSFT:DependencyGroup></MSFT:DependencyBehavior>
      <MSFT:AllowedValues ValueType="ADMX"><MSFT:AdmxBacked Area="A" Name="N" File="F.admx"/>
        <MSFT:List Delimiter="0xF000"/></MSFT:AllowedValues>
      <MSFT:SupportedValues low="1" high="5">text</MSFT:SupportedValues>)"));
  const std::vector<std::string> base = {"--no-bundled", "--ddf", full, "explain", kRoot + "/Text"};
  const Outcome outcome = ctl(base);
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  for (const char* word : {"A title",
                           "first",
                           "Append",
                           "Automatic",
                           "LastWrite",
                           "English",
                           "Area~Path",
                           "Element",
                           "CommonErrorOne",
                           "0x80070005 denied",
                           "10.0.22000",
                           "atomic_required",
                           "case_sensitive",
                           "Group1",
                           "Not Vendor/Test/Cli/Mode",
                           "[1-2]",
                           "ADMX",
                           "F.admx",
                           "0xF000",
                           "SupportedValues low=1 high=5: text",
                           "Permanent",
                           "text/plain",
                           "One",
                           "Any text."}) {
    EXPECT_THAT(outcome.out, HasSubstr(word));
  }
  std::vector<std::string> json = base;
  json.insert(json.begin(), "--json");
  const auto objects = json_lines(ctl(json).out);
  ASSERT_EQ(objects.size(), 1u);
  const auto& node = objects[0];
  EXPECT_EQ(node["replace"], "Append");
  EXPECT_EQ(node["conflict_resolution"], "LastWrite");
  EXPECT_EQ(node["group_policy"]["gp_element"], "Element");
  EXPECT_EQ(node["error_results"]["CommonErrorOne"], "0x80070005 denied");
  const auto& group = node["dependencies"][0];
  EXPECT_EQ(group["friendly_id"], "Group1");
  EXPECT_EQ(group["changes_values_to"]["values"][0]["value"], "[1-2]");
  EXPECT_EQ(group["on"][0]["negated"], true);
  EXPECT_EQ(group["on"][0]["values"]["values"][0]["value"], "1");
  EXPECT_EQ(node["extensions"][0]["@low"], "1");
}

}  // namespace
}  // namespace cli
