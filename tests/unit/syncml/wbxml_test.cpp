// SPDX-License-Identifier: Apache-2.0
// WBXML in and out: bytes written by hand, round trips, refusals; and, where libwbxml2 is
// installed, what it makes of ours and we of its.
#include "syncml/wbxml.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "syncml/message.hpp"
#ifdef CSPKIT_TEST_LIBWBXML2
#include <wbxml/wbxml.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#endif

namespace cspkit::syncml {
namespace {

constexpr std::size_t kMost = 1 << 20;

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out.push_back(static_cast<char>(value));
  return out;
}

// Version 1.3, SyncML 1.2, UTF-8, no string table.
const std::string kHead = bytes({0x03, 0xA4, 0x01, 0x6A, 0x00});

std::string decode(const std::string& in, std::size_t most = kMost) {
  const Result<std::string> xml = wbxml_to_xml(in, most);
  return xml ? *xml : xml.error().text();
}

TEST(Wbxml, IsToldFromXml) {
  EXPECT_TRUE(is_wbxml(kHead));
  EXPECT_TRUE(is_wbxml("\x02"));
  for (const std::string text : {"", "<SyncML/>", " <SyncML/>", "\xEF\xBB\xBF<SyncML/>"}) {
    EXPECT_FALSE(is_wbxml(text)) << text;
  }
  EXPECT_FALSE(is_wbxml(bytes({0x00, '<'})));
  EXPECT_FALSE(is_wbxml(bytes({0xFF, 0xFE, '<', 0})));
}

TEST(Wbxml, ReadsEveryKindOfToken) {
  // SyncML > SyncBody > Replace > Meta > (MetInf) Format "x<"; Item > Data: string, table string,
  // opaque, entity; Final.
  const std::string message =
      bytes({0x02, 0xA4, 0x01, 0x6A, 0x04, 'a', '&', 0, 0}) +
      bytes({0x6D, 0x6B, 0x60, 0x5A, 0x00, 0x01, 0x47, 0x03, 'x',  '<',  0,    0x01, 0x01,
             0x00, 0x00, 0x54, 0x4F, 0x03, 'i',  '\r', 0,    0x83, 0x00, 0xC3, 0x02, 'o',
             'p',  0x02, 0x81, 0x00, 0x01, 0x34, 0x01, 0x01, 0x12, 0x01, 0x01});
  EXPECT_EQ(decode(message),
            "<SyncML><SyncBody><Replace><Meta><Format>x&lt;</Format></Meta><Item><Data>i&#13;a&amp;"
            "op&#128;</Data><MoreData/></Item></Replace><Final/></SyncBody></SyncML>");
}

TEST(Wbxml, ElementsWithoutATokenAreNamedInTheTable) {
  const std::string head = bytes({0x03, 0xA4, 0x01, 0x6A, 0x08, 'N', 'e', 'w', 0, '<', 'x', 0, 0});
  EXPECT_EQ(decode(head + bytes({0x6D, 0x6B, 0x44, 0x00, 0x04, 0x01, 0x01, 0x01, 0x01})),
            "<SyncML><SyncBody><New><ew/></New></SyncBody></SyncML>");
  EXPECT_EQ(decode(head + bytes({0x6D, 0x44, 0x04, 0x01, 0x01})),
            "WBXML, byte 16: an element without a name");
  EXPECT_EQ(decode(head + bytes({0x6D, 0x44, 0x70, 0x01, 0x01})),
            "WBXML, byte 16: an element without a name");
}

TEST(Wbxml, OpaqueBytesOfFormatBinBecomeBase64) {
  const std::string format =
      bytes({0x5A, 0x00, 0x01, 0x47, 0x03, 'b', 'i', 'n', 0, 0x01, 0x01, 0x00, 0x00});
  const std::string data = bytes({0x4F, 0xC3, 0x03, 0x00, 0xFF, 0x01, 0x01});
  const std::string end = bytes({0x01, 0x01, 0x01, 0x01});
  EXPECT_NE(decode(kHead + bytes({0x6D, 0x6B, 0x60, 0x54}) + format + data + end)
                .find("<Data>AP8B</Data>"),
            std::string::npos);
  EXPECT_NE(decode(kHead + bytes({0x6D, 0x6B, 0x60}) + format + bytes({0x54}) + data + end)
                .find("<Data>AP8B</Data>"),
            std::string::npos);
}

TEST(Wbxml, RefusesWithPlaceAndReason) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {bytes({0x03}), "WBXML, byte 1: the header is cut short"},
      {bytes({0x03, 0xA4, 0x01, 0x6A, 0x7F}), "WBXML, byte 5: the header is cut short"},
      {bytes({0x03, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}), "WBXML, byte 6: the header is cut short"},
      {bytes({0x03, 0x05, 0x6A, 0x00}), "WBXML, byte 4: the document type is not SyncML"},
      {bytes({0x03, 0x00, 0x09, 0x6A, 0x00}), "WBXML, byte 5: the document type is not SyncML"},
      {bytes({0x03, 0xA4, 0x01, 0x04, 0x00}), "WBXML, byte 5: its character set is not UTF-8"},
      {kHead, "WBXML, byte 5: cut short"},
      {kHead + bytes({0x6D}), "WBXML, byte 6: cut short"},
      {kHead + bytes({0x2D}), "WBXML, byte 6: an empty document"},
      {kHead + bytes({0x6D, 0x01, 0x12}), "WBXML, byte 8: bytes after the root element"},
      {kHead + bytes({0x6D, 0x01, 0x01}), "WBXML, byte 8: an end without a beginning"},
      {kHead + bytes({0x03, 'a', 0}), "WBXML, byte 6: text outside the root element"},
      {kHead + bytes({0x6D, 0x03, 'a'}), "WBXML, byte 7: a string without its end"},
      {kHead + bytes({0x6D, 0x83, 0x00}), "WBXML, byte 8: a string that is not there"},
      {kHead + bytes({0x6D, 0xC3, 0x7F, 'a'}), "WBXML, byte 8: a string that is not there"},
      {kHead + bytes({0x6D, 0x02, 0x00}), "WBXML, byte 8: a character that XML does not have"},
      {kHead + bytes({0xED, 0x01}), "WBXML, byte 6: an element with attributes"},
      {kHead + bytes({0x70, 0x01}), "WBXML, byte 6: an unknown token"},
      {kHead + bytes({0x6D, 0x00, 0x02, 0x45}), "WBXML, byte 9: an unknown token"},
      {kHead + std::string(300, 0x6D), "WBXML, byte 262: elements nested too deep"},
  };
  for (const auto& [in, reason] : cases) EXPECT_EQ(decode(in), reason);
}

TEST(Wbxml, ATableStringUsedAgainAndAgainIsBounded) {
  std::string message = bytes({0x03, 0xA4, 0x01, 0x6A, 0x87, 0x69}) + std::string(1000, 'x') +
                        bytes({0}) + bytes({0x6D});
  for (int i = 0; i < 5000; ++i) message += bytes({0x83, 0x00});
  EXPECT_EQ(decode(message, 100'000), "WBXML: as XML it is more than 100000 bytes");
}

TEST(Wbxml, EveryBeginningOfAMessageIsRefused) {
  const std::string reply =
      "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr/><SyncBody><Status><CmdID>1</CmdID></Status>"
      "<Final/></SyncBody></SyncML>";
  const std::string whole = xml_to_wbxml(reply);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(wbxml_to_xml(whole.substr(0, size), kMost)) << size;
  }
  EXPECT_TRUE(wbxml_to_xml(whole, kMost));
}

const std::string kReply =
    "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD><MsgID>1</MsgID></SyncHdr>"
    "<SyncBody xmlns:msft=\"http://schemas.microsoft.com/MobileDevice/MDM\"><Status><CmdID>1"
    "</CmdID><Data msft:originalerror=\"0x86000002\">404</Data></Status><Results><CmdID>2</CmdID>"
    "<Item><Meta><Format xmlns=\"syncml:metinf\">xml</Format><Type xmlns=\"syncml:metinf\">a/b"
    "</Type></Meta><Data>&lt;a&gt; ]]&gt; &amp;amp; \xC3\xA4&#10;b&#13; &lt;/a&gt; </Data>"
    "<MoreData/></Item></Results><Final/></SyncBody></SyncML>";

TEST(Wbxml, RepliesKeepTheirValuesByteForByte) {
  const std::string wbxml = xml_to_wbxml(kReply);
  EXPECT_LT(wbxml.size(), kReply.size() / 2);
  const std::string xml = decode(wbxml);
  const auto message = Message::parse(xml, kMost, 16);
  ASSERT_TRUE(message) << message.error().text() << xml;
  EXPECT_TRUE(message->final);
  ASSERT_EQ(message->commands.size(), 2u);
  EXPECT_EQ(message->commands[0].data, "404");
  const Item& item = message->commands[1].items.at(0);
  EXPECT_EQ(item.data, "<a> ]]> &amp; \xC3\xA4\nb\r </a> ");
  EXPECT_EQ(item.meta.format, "xml");
  EXPECT_EQ(item.meta.type, "a/b");
  EXPECT_TRUE(item.more_data);
}

#ifdef CSPKIT_TEST_LIBWBXML2
std::string with_libwbxml2(const std::string& in, bool to_xml) {
  WB_UTINY* out = nullptr;
  WB_ULONG size = 0;
  auto* data = reinterpret_cast<WB_UTINY*>(const_cast<char*>(in.data()));
  const auto length = static_cast<WB_ULONG>(in.size());
  WBXMLError error = WBXML_OK;
  if (to_xml) {
    WBXMLConvWBXML2XML* converter = nullptr;
    if (wbxml_conv_wbxml2xml_create(&converter) != WBXML_OK) return "no converter";
    wbxml_conv_wbxml2xml_set_gen_type(converter, WBXML_GEN_XML_CANONICAL);
    error = wbxml_conv_wbxml2xml_run(converter, data, length, &out, &size);
    wbxml_conv_wbxml2xml_destroy(converter);
  } else {
    WBXMLConvXML2WBXML* converter = nullptr;
    if (wbxml_conv_xml2wbxml_create(&converter) != WBXML_OK) return "no converter";
    error = wbxml_conv_xml2wbxml_run(converter, data, length, &out, &size);
    wbxml_conv_xml2wbxml_destroy(converter);
  }
  if (error != WBXML_OK) return "libwbxml2 refuses it";
  std::string result(reinterpret_cast<char*>(out), size);
  std::free(out);
  return result;
}

// What a message says, as far as both sides can keep it.
template <typename Commands>
std::string gist_of(const Commands& commands) {
  std::string out;
  for (const Command& command : commands) {
    out += std::string(command.element) + "[" + std::string(command.cmd_id) + "," +
           std::string(command.msg_ref) + "," + std::string(command.cmd_ref) + "," +
           std::string(command.cmd) + "," + std::string(command.data);
    for (const Item& item : command.items) {
      std::string data;
      for (const char c : item.data) {
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') data += c;
      }
      out += ";" + std::string(item.target) + "<" + std::string(item.source) + " " +
             std::string(item.meta.format) + " " + std::string(item.meta.type) + " " + data +
             (item.more_data ? "+" : "");
    }
    out += gist_of(command.children) + "]";
  }
  return out;
}

template <typename Commands>
bool has_markup(const Commands& commands) {
  for (const Command& command : commands) {
    for (const Item& item : command.items) {
      if (item.data.find('<') != std::string_view::npos) return true;
    }
    if (has_markup(command.children)) return true;
  }
  return false;
}

// libwbxml2's own document type; the reader takes none.
std::string without_doctype(const std::string& xml) {
  const std::size_t at = xml.find("<SyncML");
  return at == std::string::npos ? xml : xml.substr(at);
}

TEST(WbxmlAgainstLibwbxml2, BothReadWhatTheOtherWrites) {
  const char* set = std::getenv("CSPKIT_CORPUS");
  const std::filesystem::path folder = std::filesystem::path(set ? set : "../shared/corpus");
  if (!std::filesystem::exists(folder / "syncml")) {
    GTEST_SKIP() << "no " << folder / "syncml"
                 << "; set CSPKIT_CORPUS";
  }
  std::size_t compared = 0;
  for (const char* kind : {"clients", "servers", "docs"}) {
    for (const auto& file : std::filesystem::directory_iterator(folder / "syncml" / kind)) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string xml{std::istreambuf_iterator<char>(in), {}};
      const auto ours = Message::parse(xml, kMost, 16);
      // Markup in Data it turns into tokens of its own choice.
      if (!ours || ours->bare_body || has_markup(ours->commands)) continue;
      // Text between elements (no-break spaces of a web page) it puts before the root.
      if (xml.find("\xC2\xA0") != std::string::npos) continue;
      const std::string theirs = with_libwbxml2(xml, false);
      if (!is_wbxml(theirs)) continue;  // it takes less than we do
      SCOPED_TRACE(file.path().string());
      const std::string back = decode(theirs);
      const auto read = Message::parse(back, kMost, 16);
      ASSERT_TRUE(read) << back;
      EXPECT_EQ(gist_of(read->commands), gist_of(ours->commands));
      ++compared;
    }
  }
  EXPECT_GT(compared, 20u);
}

TEST(WbxmlAgainstLibwbxml2, ItReadsOurReplies) {
  std::string reply = kReply;
  const std::size_t at = reply.find(" ]]&gt;");  // which it cannot write
  reply.erase(at, 7);
  const std::string theirs = without_doctype(with_libwbxml2(xml_to_wbxml(reply), true));
  const auto read = Message::parse(theirs, kMost, 16);
  const auto sent = Message::parse(reply, kMost, 16);
  ASSERT_TRUE(read) << theirs;
  EXPECT_EQ(gist_of(read->commands), gist_of(sent->commands));
}
#endif

}  // namespace
}  // namespace cspkit::syncml
