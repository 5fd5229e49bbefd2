// SPDX-License-Identifier: Apache-2.0
// The reply's text, byte for byte.
#include "syncml/reply_writer.hpp"

#include <gtest/gtest.h>

#include <pugixml.hpp>
#include <string>

namespace cspkit::syncml {
namespace {

constexpr std::string_view kHead = R"(<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr/><SyncBody>)";
constexpr std::string_view kTail = "<Final/></SyncBody></SyncML>";

// What stands between head and tail of a reply to a message without header.
std::string between(std::string reply) {
  EXPECT_EQ(reply.substr(0, kHead.size()), kHead);
  EXPECT_GE(reply.size(), kHead.size() + kTail.size());
  EXPECT_EQ(reply.substr(reply.size() - kTail.size()), kTail);
  return reply.substr(kHead.size(), reply.size() - kHead.size() - kTail.size());
}

std::string result_of(const Value& value, std::string_view mime = {}) {
  ReplyWriter writer(Header{}, 1, 0);
  writer.begin_results("9");
  writer.item("./A", value, mime);
  writer.end_results();
  std::string text = between(writer.finish());
  const std::string before =
      "<Results><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>9</CmdRef><Item><Source>"
      "<LocURI>./A</LocURI></Source>";
  const std::string after = "</Item></Results>";
  EXPECT_EQ(text.substr(0, before.size()), before);
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

std::string data_of(std::string_view text) { return result_of(Value::chr(std::string(text))); }

TEST(ReplyWriter, WritesTheHeaderWithTargetAndSourceSwapped) {
  Header header;
  header.present = true;
  header.session_id = "0D";
  header.msg_id = "4&";
  header.target = "device";
  header.source = "https://s/?a=1&b=2";
  ReplyWriter writer(header, 12, 0);
  StatusLine line;
  line.cmd_ref = "0";
  line.cmd = "SyncHdr";
  writer.status(line);
  EXPECT_EQ(writer.finish(),
            R"(<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2)"
            R"(</VerProto><SessionID>0D</SessionID><MsgID>12</MsgID><Target><LocURI>)"
            R"(https://s/?a=1&amp;b=2</LocURI></Target><Source><LocURI>device</LocURI></Source>)"
            R"(</SyncHdr><SyncBody><Status><CmdID>1</CmdID><MsgRef>4&amp;</MsgRef><CmdRef>0)"
            R"(</CmdRef><Cmd>SyncHdr</Cmd><Data>200</Data></Status><Final/></SyncBody></SyncML>)");
}

TEST(ReplyWriter, WritesEveryPartOfAStatusInTheOrderOfTheDtd) {
  ReplyWriter writer(Header{}, 1, 0);
  StatusLine line;
  line.cmd_ref = " <1> ";
  line.cmd = "Copy";
  line.target_ref = "./T";
  line.source_ref = "./S";
  line.code = 404;
  line.failing_uri = "./T/Parent";
  writer.status(line);
  writer.status(StatusLine{});
  EXPECT_EQ(between(writer.finish()),
            "<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef> &lt;1&gt; </CmdRef><Cmd>Copy</Cmd>"
            "<TargetRef>./T</TargetRef><SourceRef>./S</SourceRef><Data>404</Data>"
            "<Item><Target><LocURI>./T/Parent</LocURI></Target></Item></Status>"
            "<Status><CmdID>2</CmdID><MsgRef>1</MsgRef><CmdRef></CmdRef><Cmd></Cmd>"
            "<Data>200</Data></Status>");
}

TEST(ReplyWriter, DeclaresMsftOnlyWhenAnOriginalErrorIsWritten) {
  ReplyWriter writer(Header{}, 1, 0);
  StatusLine line;
  line.code = 500;
  line.provider_error = 0x8000ABCDu;
  writer.status(line);
  const std::string reply = writer.finish();
  EXPECT_NE(reply.find(R"(<SyncHdr/><SyncBody xmlns:msft="http://schemas.microsoft.com/)"
                       R"(MobileDevice/MDM"><Status>)"),
            std::string::npos)
      << reply;
  EXPECT_NE(reply.find(R"(<Data msft:originalerror="0x8000ABCD">500</Data>)"), std::string::npos);
}

TEST(ReplyWriter, MetaSaysOnlyWhatIsNotTheDefault) {
  EXPECT_EQ(result_of(Value::chr("x")), "<Data>x</Data>");
  EXPECT_EQ(result_of(Value(Format::kUnset, "x"), "text/plain"), "<Data>x</Data>");
  EXPECT_EQ(result_of(Value::integer(-3)),
            R"(<Meta><Format xmlns="syncml:metinf">int</Format></Meta><Data>-3</Data>)");
  EXPECT_EQ(result_of(Value(Format::kNode, "A/B")),
            R"(<Meta><Format xmlns="syncml:metinf">node</Format></Meta><Data>A/B</Data>)");
  EXPECT_EQ(result_of(Value::chr("x"), "a/b"),
            R"(<Meta><Type xmlns="syncml:metinf">a/b</Type></Meta><Data>x</Data>)");
  EXPECT_EQ(result_of(Value::boolean(true), "a/b"),
            R"(<Meta><Format xmlns="syncml:metinf">bool</Format><Type xmlns="syncml:metinf">a/b)"
            R"(</Type></Meta><Data>true</Data>)");
}

TEST(ReplyWriter, BytesTravelAsBase64) {
  const std::string meta = R"(<Meta><Format xmlns="syncml:metinf">b64</Format></Meta>)";
  const auto sent = [&](std::string bytes, Format format) {
    return result_of(Value(format, std::move(bytes)));
  };
  EXPECT_EQ(sent("", Format::kBin), meta + "<Data></Data>");
  EXPECT_EQ(sent("f", Format::kBin), meta + "<Data>Zg==</Data>");
  EXPECT_EQ(sent("fo", Format::kB64), meta + "<Data>Zm8=</Data>");
  EXPECT_EQ(sent("foo", Format::kBin), meta + "<Data>Zm9v</Data>");
  EXPECT_EQ(sent(std::string("\xFF\x00\xFB\xF0", 4), Format::kBin), meta + "<Data>/wD78A==</Data>");
}

TEST(ReplyWriter, EscapesMarkupAndLineEnds) {
  EXPECT_EQ(data_of("<a b=\"c'\">&amp;</a>"), "<Data>&lt;a b=\"c'\"&gt;&amp;amp;&lt;/a&gt;</Data>");
  EXPECT_EQ(data_of("1\r\n2\n3\t4"), "<Data>1&#13;&#10;2&#10;3\t4</Data>");
  EXPECT_EQ(data_of("]]>"), "<Data>]]&gt;</Data>");
}

TEST(ReplyWriter, WhatXmlCannotCarryBecomesTheReplacementCharacter) {
  EXPECT_EQ(data_of(std::string("a\0b\x01\x1F", 5)),
            "<Data>a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD</Data>");
  EXPECT_EQ(data_of("\xFF|\xC3|\xED\xA0\x80|\xEF\xBF\xBE"),
            "<Data>\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD|\xEF\xBF\xBD"
            "</Data>");
  EXPECT_EQ(data_of("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80 \x7F"),
            "<Data>gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80 \x7F</Data>");
}

// Every byte at every place of the blocks that are looked at in one go.
TEST(ReplyWriter, EscapingDoesNotDependOnAlignment) {
  for (int byte = 1; byte < 128; ++byte) {
    for (std::size_t place = 0; place < 36; ++place) {
      std::string text(36, 'x');
      text[place] = static_cast<char>(byte);
      ReplyWriter writer(Header{}, 1, 0);
      writer.begin_results(text);
      writer.end_results();
      const std::string reply = writer.finish();
      pugi::xml_document document;
      ASSERT_TRUE(document.load_string(reply.c_str(), pugi::parse_default)) << byte << reply;
      if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') {
        text.replace(place, 1, "\xEF\xBF\xBD");
      }
      ASSERT_EQ(document.child("SyncML").child("SyncBody").child("Results").child_value("CmdRef"),
                text)
          << byte;
    }
  }
}

TEST(ReplyWriter, GrowsAsNeeded) {
  ReplyWriter writer(Header{}, 1, 1);
  const std::string value(100'000, '<');
  writer.begin_results("1");
  for (int i = 0; i < 10; ++i) writer.item("./A", Value::chr(value), {});
  writer.end_results();
  EXPECT_GT(writer.size(), 4'000'000u);
  const std::string reply = writer.finish();
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(reply.c_str()));
  int items = 0;
  for (const auto item :
       document.child("SyncML").child("SyncBody").child("Results").children("Item")) {
    EXPECT_EQ(item.child_value("Data"), value);
    ++items;
  }
  EXPECT_EQ(items, 10);
}

}  // namespace
}  // namespace cspkit::syncml
