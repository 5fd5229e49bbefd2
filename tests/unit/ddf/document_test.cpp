// SPDX-License-Identifier: Apache-2.0
// The loader reads common documents with a scanner of its own and leaves the others to pugixml. A
// processing instruction behind the root means nothing and makes a document one of the others: each
// text here has to come to the same with it and without.
#include <cspkit/ddf/compiled.hpp>
#include <fstream>
#include <iterator>
#include <random>

#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

struct Outcome {
  bool read = false;
  std::string compiled;  // all that is known of every node, and the findings
};

Outcome outcome(const std::string& text) {
  SchemaBuilder builder;
  Outcome out;
  out.read = builder.add_bytes(text, "x.xml").ok();
  const Result<std::string> compiled = compile(*builder.build(), builder.findings());
  EXPECT_TRUE(compiled.has_value());
  if (compiled) out.compiled = *compiled;
  return out;
}

void expect_same_by_pugixml(const std::string& text) {
  const Outcome here = outcome(text);
  if (!here.read) return;  // by pugixml's judgement: the scanner refuses nothing
  const Outcome there = outcome(text + "<?pugixml?>");
  EXPECT_TRUE(there.read) << text;
  EXPECT_TRUE(here.compiled == there.compiled) << text;
}

std::string with_leaf(std::string_view more) {
  return document(root("T", "./Vendor/MSFT", usual("Get", "node"),
                       node("Leaf", usual("Get Replace", "chr", "One", more))));
}

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

TEST(Document, TextsAreReadAsPugixmlReadsThem) {
  for (const char* value :
       {"plain", " blanks around ", "a &amp;&lt;&gt;&quot;&apos; b", "&bogus; &amp &am&amp; &;",
        "&#65;&#x42;&#x1F600;&#; &#x; &#12 &#xZ;", "cut&#0;here", "two\r\nlines\rthree\n",
        "<![CDATA[<b>&amp;]]>", "<![CDATA[]]>", "a<![CDATA[b\r\n]]>c", "a<!-- x -->b",
        "<!-- <x> -->", " \r\n\t ", "a<b>c</b>d", "<b/>", "\x01\x0B", "\xC3\xA4\xF0\x9F\x98\x80"}) {
    const std::string text = value;
    expect_same_by_pugixml(with_leaf("<DefaultValue>" + text + "</DefaultValue>"));
    expect_same_by_pugixml(with_leaf("<Description>" + text + "</Description>"));
    expect_same_by_pugixml(with_leaf("<Unheard><Of>" + text + "</Of>" + text + "</Unheard>"));
  }
}

// It looks at sixteen bytes at once: what is special may stand at any place of them, and beyond.
TEST(Document, SpecialCharactersAreSeenWhereverTheyStand) {
  for (std::size_t n = 0; n != 36; ++n) {
    const std::string before(n, 'a');
    for (const char* special :
         {"", "&amp;", "\r\n", "&amp;bcdefghijklmnopqrstuvw", "<b/>", "<!--x-->"}) {
      expect_same_by_pugixml(with_leaf("<DefaultValue>" + before + special + "</DefaultValue>"));
      expect_same_by_pugixml(
          with_leaf("<DefaultValue>" + std::string(n, ' ') + "x" + special + "</DefaultValue>"));
    }
    const std::string name = "M" + before;
    expect_same_by_pugixml(with_leaf('<' + name + ">text</" + name + '>'));
    expect_same_by_pugixml(with_leaf('<' + name + ">text</" + name + " >"));
    expect_same_by_pugixml(with_leaf('<' + name + ">text</" + name + "b>"));
    expect_same_by_pugixml(with_leaf('<' + name + ">text</M" + std::string(n, 'b') + '>'));
  }
}

TEST(Document, AttributesAreReadAsPugixmlReadsThem) {
  for (const char* attributes :
       {"Area='a\tb\r\nc\rd\ne'", "Area = \"x\" Name\n=\n'y' ", "Area='<>' File=\"'\"",
        "Area='&amp;&#9;&bogus;&#x41;'", "m:Area='1' x:y:Name='2' Area='3'", "Area=''", "Odd='1'",
        "Area='a'Name='b'", "Area", "Area=", "Area=x", "9='1'", "Area='unclosed"}) {
    expect_same_by_pugixml(with_leaf("<MSFT:AllowedValues ValueType=\"ADMX\"><MSFT:AdmxBacked " +
                                     std::string(attributes) + " /></MSFT:AllowedValues>"));
  }
}

TEST(Document, MarkupIsReadAsPugixmlReadsIt) {
  const std::string plain = with_leaf("");
  for (const char* before :
       {"<!-- c -->", "<!DOCTYPE MgmtTree>", "<!DOCTYPE MgmtTree [<?pi x?>]>",
        "<!DOCTYPE MgmtTree [<!ENTITY x 'y'>]>", "<!DOCTYPE MgmtTree '>' \">\" >",
        "<!DOCTYPE x [<?>]>", "<!-- <!DOCTYPE x>", "<?pi?>", "text", "<![CDATA[x]]>", "\r\n\t "}) {
    std::string text = plain;
    text.insert(text.find("<MgmtTree"), before);
    expect_same_by_pugixml(text);
  }
  for (const char* tag :
       {"<Scope ><Dynamic\t/></Scope\n>", "<x:Scope><y:Dynamic/></x:Scope>", "<MSFT:x:Scope/>",
        "<a.b-c_1/>", "<Scope/><Scope/>", "<-x/>", "<x></y>", "<ServerGeneratedUniqueIdentifie/>",
        "<ServerGeneratedUniqueIdentifierX/>", "<DFFormat2/>", "<Scope@/>", "<Scope / >",
        "< Scope/>", "<Scope"})
    expect_same_by_pugixml(with_leaf(tag));
  for (const char* after : {"\n\n", "<!-- c -->\n", "text", "<x/>", "<MgmtTree/>", "<!--"})
    expect_same_by_pugixml(plain + after);
  expect_same_by_pugixml("<MgmtTree/>");
  expect_same_by_pugixml("<MgmtTree></MgmtTree>");
}

// The byte behind the text was looked at: only a text with nothing behind it shows it.
TEST(Document, ATextThatEndsInANameIsReadNoFurther) {
  for (std::size_t n = 0; n != 80; ++n) {
    for (const char* begin : {"<", "<MgmtTree><", "<MgmtTree a", "<MgmtTree></"}) {
      const std::string text = begin + std::string(n, 'a');
      const std::vector<char> bytes(text.begin(), text.end());
      SchemaBuilder builder;
      EXPECT_FALSE(builder.add_bytes({bytes.data(), bytes.size()}, "x.xml").ok());
    }
  }
}

/// Texts as they come out when someone edits a file carelessly.
std::string damaged(std::string text, std::mt19937& random) {
  constexpr std::string_view kPieces[] = {
      "<",  ">",       "/",      "\"",   "'",     "&amp;",    "&",         "]]>",       "<!--",
      "=",  "-->",     "</",     "/>",   "<?x?>", "\r",       "<![CDATA[", "\t",        "<Node>",
      "x:", "</Node>", " a='b'", "\x01", "&#65;", "<Value/>", "text",      "<!DOCTYPE", "\xC3\xA4"};
  const auto below = [&random](std::size_t n) { return random() % n; };
  for (std::size_t left = 1 + below(4); left != 0 && !text.empty(); --left) {
    std::size_t at = text.find('<', below(text.size()));
    if (at == std::string::npos || below(4) == 0) at = below(text.size());
    switch (below(3)) {
      case 0:
        text.insert(at, kPieces[below(std::size(kPieces))]);
        break;
      case 1:
        text.erase(at, 1 + below(12));
        break;
      default: {
        const std::string piece = text.substr(below(text.size()), below(60));
        text.insert(at, piece);
      }
    }
  }
  return text;
}

TEST(Document, PublishedFilesSoundAndDamagedAreReadAsPugixmlReadsThem) {
  CSPKIT_NEEDS_CORPUS(folder, "ddf_v1");
  std::mt19937 random(1);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string text = read_whole(entry.path());
    expect_same_by_pugixml(text);
    const std::string part =
        text.substr(0, text.find("</DFProperties>")) + "</DFProperties></Node></MgmtTree>";
    for (int i = 0; i < 100; ++i) expect_same_by_pugixml(damaged(part, random));
  }
  CSPKIT_NEEDS_CORPUS(current, "ddf");
  for (const auto& entry : std::filesystem::directory_iterator(current))
    expect_same_by_pugixml(read_whole(entry.path()));
}

}  // namespace
}  // namespace cspkit::ddf::test
