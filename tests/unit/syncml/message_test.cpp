// SPDX-License-Identifier: Apache-2.0
// The reader: what a message's commands, items and header are.
#include "syncml/message.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

#include "syncml/input.hpp"

namespace cspkit::syncml {
namespace {

constexpr std::size_t kLimit = std::size_t{1} << 20;

Result<Message> parse(std::string_view bytes) { return Message::parse(bytes, kLimit, 16); }

// The message whose body holds this.
std::string body(std::string_view commands) {
  return "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncBody>" + std::string(commands) +
         "<Final/></SyncBody></SyncML>";
}

// A Replace whose one Item holds this beside its target.
std::string replace_with(std::string_view item_rest) {
  return body("<Replace><CmdID>1</CmdID><Item><Target><LocURI>./A</LocURI></Target>" +
              std::string(item_rest) + "</Item></Replace>");
}

// The item of such a message; the message must outlive it.
const Item& only_item(const Result<Message>& message) {
  return message->commands.at(0).items.at(0);
}

std::string data_of(std::string_view data_element) {
  const Result<Message> message = parse(replace_with(data_element));
  if (!message) return "refused: " + message.error().text();
  return std::string(only_item(message).data);
}

TEST(SyncmlMessage, ReadsHeaderAndCommandsInOrder) {
  const Result<Message> message = parse(
      "<SyncML xmlns='SYNCML:SYNCML1.2'><SyncHdr><VerDTD> 1.2 </VerDTD><VerProto>DM/1.2</VerProto>"
      "<SessionID>0D</SessionID><MsgID>7</MsgID><Target><LocURI> urn:device </LocURI></Target>"
      "<Source><LocURI>https://server/x</LocURI><LocName>n</LocName></Source>"
      "<Cred><Meta/><Data>x</Data></Cred>"
      "<Meta><MaxMsgSize xmlns='syncml:metinf'>5000</MaxMsgSize><MaxObjSize>9</MaxObjSize></Meta>"
      "</SyncHdr><SyncBody>"
      "<Status><CmdID>1</CmdID><MsgRef>3</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd>"
      "<Data>200</Data></Status>"
      "<Get><CmdID>a-b</CmdID><Item><Target><LocURI>./A</LocURI></Target></Item></Get>"
      "<Delete><CmdID>2</CmdID><Item><Target><LocURI>B</LocURI></Target></Item></Delete>"
      "<Final/></SyncBody></SyncML>");
  ASSERT_TRUE(message) << message.error().text();
  const Header& header = message->header;
  EXPECT_TRUE(header.present);
  EXPECT_EQ(header.ver_dtd, "1.2");
  EXPECT_EQ(header.ver_proto, "DM/1.2");
  EXPECT_EQ(header.session_id, "0D");
  EXPECT_EQ(header.msg_id, "7");
  EXPECT_EQ(header.target, "urn:device");
  EXPECT_EQ(header.source, "https://server/x");
  EXPECT_EQ(header.max_msg_size, "5000");
  EXPECT_EQ(header.max_obj_size, "9");
  EXPECT_TRUE(header.has_cred);
  EXPECT_TRUE(message->final);
  EXPECT_FALSE(message->bare_body);
  ASSERT_EQ(message->commands.size(), 3u);
  const Command& status = message->commands[0];
  EXPECT_EQ(status.kind, CommandKind::kStatus);
  EXPECT_EQ(status.msg_ref, "3");
  EXPECT_EQ(status.cmd_ref, "0");
  EXPECT_EQ(status.cmd, "SyncHdr");
  EXPECT_EQ(status.data, "200");
  const Command& get = message->commands[1];
  EXPECT_EQ(get.kind, CommandKind::kGet);
  EXPECT_EQ(get.element, "Get");
  EXPECT_EQ(get.cmd_id, "a-b");
  ASSERT_EQ(get.items.size(), 1u);
  EXPECT_TRUE(get.items[0].has_target);
  EXPECT_FALSE(get.items[0].has_source);
  EXPECT_FALSE(get.items[0].has_data);
  EXPECT_EQ(get.items[0].target, "./A");
  EXPECT_EQ(message->commands[2].kind, CommandKind::kDelete);
}

TEST(SyncmlMessage, TakesEveryRootThatRealSendersUse) {
  for (const char* open :
       {"<SyncML>", "<SyncML xmlns='SYNCML:SYNCML1.1'>", "<SyncML xmlns=\" SYNCML:SYNCML1.2 \">"}) {
    const Result<Message> message =
        parse(std::string(open) + "<SyncBody><Get><CmdID>1</CmdID></Get></SyncBody></SyncML>");
    ASSERT_TRUE(message) << open << message.error().text();
    EXPECT_EQ(message->commands.size(), 1u);
    EXPECT_FALSE(message->header.present);
    EXPECT_FALSE(message->final);
  }
  const Result<Message> prefixed = parse(
      "<ns:SyncML xmlns:ns='SYNCML:SYNCML1.2'><ns:SyncHdr/><ns:SyncBody><ns:Get><ns:CmdID>1"
      "</ns:CmdID><ns:Item><ns:Target><ns:LocURI>./A</ns:LocURI></ns:Target></ns:Item></ns:Get>"
      "</ns:SyncBody></ns:SyncML>");
  ASSERT_TRUE(prefixed) << prefixed.error().text();
  EXPECT_EQ(prefixed->commands.at(0).element, "Get");
  EXPECT_EQ(only_item(prefixed).target, "./A");
  EXPECT_FALSE(prefixed->header.present);
  const Result<Message> bare = parse("<SyncBody><Get><CmdID>1</CmdID></Get></SyncBody>");
  ASSERT_TRUE(bare);
  EXPECT_TRUE(bare->bare_body);
  EXPECT_EQ(bare->commands.size(), 1u);
}

struct Refusal {
  const char* name;
  std::string bytes;
  const char* text;  // what the message begins with
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class SyncmlRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(SyncmlRefusal, IsOneLineWithPlaceAndReason) {
  const Result<Message> message = parse(GetParam().bytes);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code(), Code::kNotSyncml);
  EXPECT_EQ(message.error().text().rfind(GetParam().text, 0), 0u) << message.error().text();
  EXPECT_EQ(message.error().text().find('\n'), std::string::npos);
}

std::string nested(std::size_t levels) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += "<a>";
  for (std::size_t i = 0; i < levels; ++i) text += "</a>";
  return text;
}

std::string nested_atomics(std::size_t levels) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += "<Atomic><CmdID>1</CmdID>";
  for (std::size_t i = 0; i < levels; ++i) text += "</Atomic>";
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    All, SyncmlRefusal,
    testing::Values(
        Refusal{"empty", "", "1:1: no XML element"},
        Refusal{"blank", " \n ", "1:1: no XML element"},
        Refusal{"text", "hello", "1:1: not well-formed: text outside"},
        Refusal{"wbxml", std::string("\x03\x01\x6A", 3), "1:1: not well-formed: control"},
        Refusal{"other_root", "\n <Get/>", "2:3: the root element is <Get>"},
        Refusal{"wrong_case", "<SyncMl/>", "1:2: the root element is <SyncMl>"},
        Refusal{"long_root", "<" + std::string(4000, 'x') + "/>", "1:2: the root element is <xxx"},
        Refusal{"namespace", "<SyncML xmlns='SYNCML:SYNCML1.3'><SyncBody/></SyncML>",
                "1:2: the root is in another namespace"},
        Refusal{"prefix_namespace", "<p:SyncML xmlns:p='urn:x'><SyncBody/></p:SyncML>",
                "1:2: the root is in another namespace"},
        Refusal{"no_body", "<SyncML><SyncHdr/></SyncML>", "1:2: no SyncBody"},
        Refusal{"two_bodies", "<SyncML><SyncBody/><SyncBody/></SyncML>", "1:21: a second SyncBody"},
        Refusal{"two_roots", "<SyncBody/>\n<SyncBody/>", "2:2: not well-formed: <SyncBody> after"},
        Refusal{"junk_after", "<SyncBody/> junk", "1:12: not well-formed: text outside"},
        Refusal{"doctype", "<!DOCTYPE SyncML [<!ENTITY a 'b'>]><SyncML><SyncBody/></SyncML>",
                "1:11: a document type declaration"},
        Refusal{"truncated", "<SyncML><SyncBody>\n<Get><CmdID>1</Cm", "2:"},
        Refusal{"mismatch", "<SyncML><SyncBody></SyncML></SyncBody>", "1:"},
        Refusal{"declaration_inside", replace_with("<Data><?xml version='1.0'?><a/></Data>"), "1:"},
        Refusal{"declaration_after", "<SyncBody/><?xml version='1.0'?>", "1:14: not well-formed"},
        Refusal{"nul", body(std::string("\0", 1)), "1:44: not well-formed: NUL"},
        Refusal{"nul_reference", replace_with("<Data>a&#0;b</Data>"),
                "1:119: not well-formed: '&'"},
        Refusal{"control", replace_with("<Data>\x01</Data>"), "1:118: not well-formed: control"},
        Refusal{"bare_ampersand", replace_with("<Data>a & b</Data>"),
                "1:120: not well-formed: '&'"},
        Refusal{"unknown_entity", replace_with("<Data>&nbsp;</Data>"), "1:118: not well-formed"},
        Refusal{"huge_reference", replace_with("<Data>&#x110000;</Data>"),
                "1:118: not well-formed"},
        Refusal{"invalid_utf8", replace_with("<Data>\xFF</Data>"),
                "1:118: not well-formed: invalid"},
        Refusal{"overlong_utf8", replace_with("<Data>\xC0\xAF</Data>"), "1:118: not well-formed"},
        Refusal{"surrogate_utf8", replace_with("<Data>\xED\xA0\x80</Data>"), "1:118: not well"},
        Refusal{"noncharacter", replace_with("<Data>\xEF\xBF\xBF</Data>"), "1:118: not well"},
        Refusal{"invalid_utf8_in_markup", replace_with("<Data><LocURI>\xFF</LocURI></Data>"),
                "1:113: not well-formed: invalid"},
        Refusal{"odd_utf16", std::string("\xFF\xFE<", 3), "1:1: UTF-16 text of an odd"},
        Refusal{"utf32", std::string("\xFF\xFE\0\0<\0\0\0", 8), "1:1: not well-formed: NUL"},
        Refusal{"deep_data", replace_with("<Data>" + nested(100'000) + "</Data>"), "1:"},
        Refusal{"deep_unknown", body(nested(100'000)), "1:"},
        Refusal{"deep_in_cmd_id", body("<Get><CmdID>1" + nested(100'000) + "</CmdID></Get>"), "1:"},
        Refusal{"deep_header",
                "<SyncML><SyncHdr>" + nested(100'000) + "</SyncHdr><SyncBody/></SyncML>", "1:"},
        Refusal{"deep_atomics", body(nested_atomics(20'000)), "1:"}),
    [](const testing::TestParamInfo<Refusal>& param) { return std::string(param.param.name); });

TEST(SyncmlMessage, RefusesMoreBytesThanAllowed) {
  const std::string big = body(std::string(2000, ' '));
  const Result<Message> message = Message::parse(big, 1000, 16);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code(), Code::kTooLarge);
  EXPECT_NE(message.error().text().find("1000"), std::string::npos);
  EXPECT_TRUE(Message::parse(big, big.size(), 16));
}

TEST(SyncmlMessage, RefusesMoreMarkupThanMemoryIsMeantFor) {
  constexpr std::size_t kBig = std::size_t{64} << 20;
  std::string tags, attributes = "<Get a='>'", text;
  for (std::size_t i = 0; i <= kMaxMarkup; ++i) {
    tags += "<a/>";
    attributes += " b=''";
    text += "&lt;=";
  }
  const std::string data = text + "<![CDATA[" + tags + "]]>";
  for (const std::string& bomb : {tags, attributes + "/>"}) {
    const Result<Message> message = Message::parse(body(bomb), kBig, 16);
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().code(), Code::kTooLarge);
    EXPECT_NE(message.error().text().find("tags and attributes"), std::string::npos);
  }
  EXPECT_TRUE(Message::parse(replace_with("<Data>" + data + "</Data>"), kBig, 16));
}

TEST(SyncmlMessage, DataIsTextWhateverItIsWrappedIn) {
  EXPECT_EQ(data_of("<Data>plain</Data>"), "plain");
  EXPECT_EQ(data_of("<Data>  padded </Data>"), "  padded ");
  EXPECT_EQ(data_of("<Data>   </Data>"), "   ");
  EXPECT_EQ(data_of("<Data/>"), "");
  EXPECT_EQ(data_of("<Data>&lt;a b=&quot;c&quot;/&gt; &amp;&#x41;&#66;&apos;</Data>"),
            "<a b=\"c\"/> &AB'");
  EXPECT_EQ(data_of("<Data>&amp;lt;</Data>"), "&lt;");
  EXPECT_EQ(data_of("<Data><![CDATA[<a>&lt;&nope; & </a>]]></Data>"), "<a>&lt;&nope; & </a>");
  EXPECT_EQ(data_of("<Data>\n  <![CDATA[7]]>\n</Data>"), "7");
  EXPECT_EQ(data_of("<Data><![CDATA[a]]><![CDATA[b]]></Data>"), "ab");
  EXPECT_EQ(data_of("<Data>a<![CDATA[<b>]]>c</Data>"), "a<b>c");
  EXPECT_EQ(data_of("<Data>a<!-- & < -->b<?pi & ?>c</Data>"), "abc");
  EXPECT_EQ(data_of("<Data>line\r\nend&#13;&#10;</Data>"), "line\nend\r\n");
  EXPECT_EQ(data_of("<Data>gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80</Data>"),
            "gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80");
}

TEST(SyncmlMessage, MarkupInDataIsKeptAsWritten) {
  EXPECT_EQ(data_of("<Data><a x='1'>&lt;<b/></a></Data>"), "<a x='1'>&lt;<b/></a>");
  EXPECT_EQ(data_of("<Data xml:space='a>b'>\n <a/>\n t&amp;u</Data>"), "\n <a/>\n t&amp;u");
  EXPECT_EQ(data_of("<Data><a><!-- </a></Data> --><![CDATA[</a></Data>]]><?x </Data>?></a></Data>"),
            "<a><!-- </a></Data> --><![CDATA[</a></Data>]]><?x </Data>?></a>");
  EXPECT_EQ(data_of("<Data><Data q='</Data>'>in</Data>\r\n</Data>"),
            "<Data q='</Data>'>in</Data>\r\n");
}

TEST(SyncmlMessage, MarkupInUtf16IsKeptToo) {
  std::string utf16;
  for (char c : replace_with("<Data><a>\n</a></Data>")) utf16.append({c, '\0'});
  const Result<Message> message = parse(utf16);
  ASSERT_TRUE(message) << message.error().text();
  EXPECT_EQ(only_item(message).data, "<a>\n</a>");
}

TEST(SyncmlMessage, MetaAndDataComeInAnyOrder) {
  for (const char* rest : {"<Meta><Format>int</Format><Type>a/b</Type></Meta><Data>1</Data>",
                           "<Data>1</Data><Meta><Type xmlns='syncml:metinf'> a/b </Type>"
                           "<Format xmlns='syncml:metinf'> int\n</Format></Meta>"}) {
    const Result<Message> message = parse(replace_with(rest));
    ASSERT_TRUE(message);
    EXPECT_EQ(only_item(message).meta.format, "int");
    EXPECT_EQ(only_item(message).meta.type, "a/b");
    EXPECT_EQ(only_item(message).data, "1");
    EXPECT_TRUE(only_item(message).has_data);
  }
}

TEST(SyncmlMessage, MetaOfCommandAndContainersFillsWhatTheItemLeavesOut) {
  const Result<Message> message = parse(body(
      "<Atomic><CmdID>1</CmdID>"
      "<Sequence><CmdID>2</CmdID><Replace><CmdID>3</CmdID>"
      "<Item><Meta><Format>bool</Format></Meta></Item><Item/>"
      "<Meta><Type>c/t</Type></Meta></Replace></Sequence>"
      "<Meta><Format>int</Format><Type>a/t</Type><Mark>m</Mark><Size>5</Size></Meta></Atomic>"));
  ASSERT_TRUE(message) << message.error().text();
  const Command& atomic = message->commands.at(0);
  EXPECT_TRUE(atomic.items.empty());
  const Command& replace = atomic.children.at(0).children.at(0);
  ASSERT_EQ(replace.items.size(), 2u);
  EXPECT_EQ(replace.items[0].meta.format, "bool");
  EXPECT_EQ(replace.items[0].meta.type, "c/t");
  EXPECT_EQ(replace.items[0].meta.mark, "m");
  EXPECT_EQ(replace.items[1].meta.format, "int");
  EXPECT_EQ(replace.items[1].meta.size, "5");
}

TEST(SyncmlMessage, AddressesAreTrimmedAndCommentsLeftOut) {
  const Result<Message> message = parse(
      " \n<!-- before --><?xml version='1.0' encoding='utf-16'?><?pi?>"
      "<SyncBody><!-- a --><Copy><!-- b --><CmdID> 1 </CmdID><Item><!-- c -->"
      "<Target><!-- d --><LocURI>\n ./A<!-- e -->/B\t</LocURI></Target>"
      "<Source><LocURI>./C</LocURI></Source><MoreData/></Item></Copy></SyncBody><!-- after -->");
  ASSERT_TRUE(message) << message.error().text();
  EXPECT_EQ(message->commands.at(0).cmd_id, " 1 ");
  EXPECT_TRUE(message->commands.at(0).has_cmd_id);
  EXPECT_EQ(only_item(message).target, "./A/B");
  EXPECT_EQ(only_item(message).source, "./C");
  EXPECT_TRUE(only_item(message).more_data);
}

TEST(SyncmlMessage, SaysWhatIsMissing) {
  const Result<Message> message =
      parse(body("<Get><CmdID/><Item><Target/></Item><Item><Target><LocURI/></Target></Item></Get>"
                 "<Get><CmdID> </CmdID></Get><Get/>"));
  ASSERT_TRUE(message);
  ASSERT_EQ(message->commands.size(), 3u);
  for (const Command& command : message->commands) EXPECT_FALSE(command.has_cmd_id);
  EXPECT_FALSE(message->commands[0].items.at(0).has_target);
  EXPECT_TRUE(message->commands[0].items.at(1).has_target);
  EXPECT_EQ(message->commands[0].items.at(1).target, "");
}

TEST(SyncmlMessage, KeepsUnknownElementsAsCommands) {
  const Result<Message> message =
      parse(body("<Put><CmdID>1</CmdID></Put><add><CmdID>2</CmdID></add><Item/>"
                 "<Atomic><CmdID>3</CmdID><NoResp/><Final/></Atomic>"));
  ASSERT_TRUE(message);
  ASSERT_EQ(message->commands.size(), 4u);
  EXPECT_EQ(message->commands[0].kind, CommandKind::kUnknown);
  EXPECT_EQ(message->commands[0].cmd_id, "1");
  EXPECT_EQ(message->commands[1].element, "add");
  EXPECT_EQ(message->commands[1].kind, CommandKind::kUnknown);
  EXPECT_EQ(message->commands[2].element, "Item");
  ASSERT_EQ(message->commands[3].children.size(), 1u);
  EXPECT_EQ(message->commands[3].children[0].kind, CommandKind::kUnknown);
}

TEST(SyncmlMessage, MarksContainersNestedBeyondTheLimit) {
  const std::string text = body(nested_atomics(4));
  const Result<Message> message = Message::parse(text, kLimit, 2);
  ASSERT_TRUE(message);
  const Command& third = message->commands.at(0).children.at(0).children.at(0);
  EXPECT_FALSE(message->commands.at(0).children.at(0).too_deep);
  EXPECT_TRUE(third.too_deep);
  EXPECT_EQ(third.cmd_id, "1");
  EXPECT_TRUE(third.children.empty());
}

TEST(SyncmlMessage, InvalidUtf8InAnAddressIsLeftToTheCommand) {
  const Result<Message> message =
      parse(body("<Get><CmdID>1</CmdID><Item><Target><p:LocURI a='b'>./A\xFF\xFE/\xC3</p:LocURI>"
                 "</Target></Item></Get>"));
  ASSERT_TRUE(message) << message.error().text();
  EXPECT_EQ(only_item(message).target, "./A\xFF\xFE/\xC3");
}

TEST(SyncmlMessage, SurvivesBeingMoved) {
  Result<Message> parsed = parse(replace_with("<Data>a<![CDATA[b]]></Data>"));
  ASSERT_TRUE(parsed);
  Message first = std::move(*parsed);
  const Message second = std::move(first);
  EXPECT_EQ(second.commands.at(0).items.at(0).data, "ab");
  EXPECT_EQ(second.commands.at(0).items.at(0).target, "./A");
}

enum class Order { kLittle, kBig };

std::string to_utf16(std::u16string_view text, Order order) {
  std::string out;
  for (char16_t c : text) {
    const char high = static_cast<char>(c >> 8), low = static_cast<char>(c & 0xFF);
    out.push_back(order == Order::kLittle ? low : high);
    out.push_back(order == Order::kLittle ? high : low);
  }
  return out;
}

TEST(SyncmlMessage, ReadsUtf16OfBothOrdersWithAndWithoutBom) {
  for (const Order order : {Order::kLittle, Order::kBig}) {
    for (const bool bom : {false, true}) {
      std::u16string text = bom ? u"\uFEFF" : u"";
      text +=
          u"<?xml version='1.0' encoding='utf-16'?><SyncBody><Replace><CmdID>1</CmdID><Item>"
          u"<Target><LocURI>./\u00FC</LocURI></Target><Data>\u20AC \U0001F600</Data></Item>"
          u"</Replace></SyncBody>";
      const Result<Message> message = parse(to_utf16(text, order));
      ASSERT_TRUE(message) << message.error().text();
      EXPECT_EQ(only_item(message).target, "./\xC3\xBC");
      EXPECT_EQ(only_item(message).data, "\xE2\x82\xAC \xF0\x9F\x98\x80");
    }
  }
}

TEST(SyncmlMessage, RefusesALoneSurrogateInUtf16) {
  std::u16string text = u"<SyncBody><Alert><CmdID>1</CmdID><Data>";
  text.push_back(static_cast<char16_t>(0xD800));
  text += u"</Data></Alert></SyncBody>";
  const Result<Message> message = parse(to_utf16(text, Order::kLittle));
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code(), Code::kNotSyncml);
}

TEST(SyncmlMessage, SkipsAUtf8Bom) {
  EXPECT_TRUE(parse("\xEF\xBB\xBF<SyncBody><Final/></SyncBody>"));
}

}  // namespace
}  // namespace cspkit::syncml
