// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

std::string allowed(std::string_view type, std::string_view content = {}) {
  return "<MSFT:AllowedValues ValueType=\"" + std::string(type) + "\">" + std::string(content) +
         "</MSFT:AllowedValues>";
}
std::string enums(std::initializer_list<const char*> values) {
  std::string out;
  for (const char* value : values) {
    out += "<MSFT:Enum><MSFT:Value>" + std::string(value) +
           "</MSFT:Value><MSFT:ValueDescription>d</MSFT:ValueDescription></MSFT:Enum>";
  }
  return out;
}
std::string value(std::string_view text) {
  return "<MSFT:Value>" + std::string(text) + "</MSFT:Value>";
}
std::string list(std::string_view delimiter) {
  return "<MSFT:List Delimiter=\"" + std::string(delimiter) + "\"/>";
}

Code read(std::string_view format, Format given, std::string_view text,
          std::string_view more = {}) {
  const auto schema = leaf_schema(format, more);
  const Result<Value> result = read_value(leaf_of(*schema), given, text);
  return result ? Code::kOk : result.error().code();
}

struct FormatCase {
  const char* schema;
  Format given;
  const char* text;
  bool fits;
};

class FormatTable : public ::testing::TestWithParam<FormatCase> {};

TEST_P(FormatTable, IsJudged) {
  const FormatCase& c = GetParam();
  EXPECT_EQ(read(c.schema, c.given, c.text), c.fits ? Code::kOk : Code::kBadFormat)
      << c.schema << " given " << format_name(c.given) << " \"" << c.text << '"';
}

INSTANTIATE_TEST_SUITE_P(
    Row9, FormatTable,
    ::testing::Values(
        FormatCase{"int", Format::kUnset, "42", true},
        FormatCase{"int", Format::kInt, "-0x1f", true},
        FormatCase{"int", Format::kInt, " 7 ", true}, FormatCase{"int", Format::kInt, "", false},
        FormatCase{"int", Format::kInt, "4294967295", true},
        FormatCase{"int", Format::kInt, "9223372036854775807", true},
        FormatCase{"int", Format::kInt, "9223372036854775808", false},
        FormatCase{"int", Format::kInt, "seven", false},
        FormatCase{"int", Format::kChr, "7", false}, FormatCase{"int", Format::kBool, "1", false},
        FormatCase{"bool", Format::kUnset, "True", true},
        FormatCase{"bool", Format::kBool, "0", true},
        FormatCase{"bool", Format::kBool, "yes", false},
        FormatCase{"bool", Format::kInt, "1", false}, FormatCase{"chr", Format::kUnset, "", true},
        FormatCase{"chr", Format::kChr, "x", true}, FormatCase{"chr", Format::kXml, "<x/>", false},
        FormatCase{"xml", Format::kChr, "<x", true},
        FormatCase{"xml", Format::kXml, "no xml", true},
        FormatCase{"bin", Format::kB64, "AAEC", true},
        FormatCase{"bin", Format::kBin, "AAE=", true},
        FormatCase{"b64", Format::kBin, "AAEC", false},
        FormatCase{"b64", Format::kB64, "AA EC\r\n", true},
        FormatCase{"b64", Format::kB64, "AAE", true}, FormatCase{"b64", Format::kB64, "A", false},
        FormatCase{"b64", Format::kB64, "AA=C", false},
        FormatCase{"b64", Format::kB64, "A?==", false}, FormatCase{"null", Format::kInt, "5", true},
        FormatCase{"null", Format::kInt, "x", false}, FormatCase{"null", Format::kChr, "x", true},
        FormatCase{"null", Format::kUnset, "x", true}, FormatCase{"null", Format::kNode, "", false},
        FormatCase{"float", Format::kFloat, "-1.5e3", true},
        FormatCase{"float", Format::kFloat, "nan", false},
        FormatCase{"date", Format::kDate, "2024-02-29", true},
        FormatCase{"date", Format::kDate, "20240229", true},
        FormatCase{"date", Format::kDate, "2023-02-29", false},
        FormatCase{"date", Format::kDate, "2024-13-01", false},
        FormatCase{"date", Format::kDate, "2024-01-01T00:00:00", false},
        FormatCase{"time", Format::kTime, "12:30:00", true},
        FormatCase{"time", Format::kTime, "123000Z", true},
        FormatCase{"time", Format::kTime, "2018-10-25T18:00:00", true},
        FormatCase{"time", Format::kTime, "2018-10-25T18:00:00.25+02:00", true},
        FormatCase{"time", Format::kTime, "25:00", false},
        FormatCase{"time", Format::kTime, "soon", false}));

TEST(Formats, AcceptedValuesTakeTheNodesFormat) {
  auto schema = leaf_schema("xml", "");
  EXPECT_EQ(read_value(leaf_of(*schema), Format::kChr, "<a/>")->format, Format::kXml);
  schema = leaf_schema("bin", "");
  const Result<Value> raw = read_value(leaf_of(*schema), Format::kB64, "AAEC");
  ASSERT_TRUE(raw.has_value());
  EXPECT_EQ(raw->format, Format::kBin);
  EXPECT_EQ(raw->data, std::string("\0\1\2", 3));
  schema = leaf_schema("null", "");
  EXPECT_EQ(read_value(leaf_of(*schema), Format::kInt, "5")->format, Format::kInt);
  EXPECT_EQ(read_value(leaf_of(*schema), Format::kUnset, "")->format, Format::kNull);
}

TEST(Formats, OwnEnumExcusesTheText) {
  EXPECT_EQ(read("bool", Format::kBool, "2"), Code::kBadFormat);
  EXPECT_EQ(read("bool", Format::kBool, "2", allowed("ENUM", enums({"1", "2"}))), Code::kOk);
  EXPECT_EQ(read("bool", Format::kBool, "3", allowed("ENUM", enums({"1", "2"}))), Code::kBadFormat);
  EXPECT_EQ(read("int", Format::kInt, "Not available", allowed("ENUM", enums({"Not available"}))),
            Code::kOk);
  EXPECT_EQ(read("int", Format::kChr, "1", allowed("ENUM", enums({"1"}))), Code::kBadFormat)
      << "the text is excused, the format is not";
}

TEST(Formats, LimitsTheSize) {
  const auto schema = leaf_schema("chr", "");
  EXPECT_TRUE(read_value(leaf_of(*schema), Format::kChr, "12345678", 8).has_value());
  EXPECT_EQ(read_value(leaf_of(*schema), Format::kChr, "123456789", 8).error().code(),
            Code::kTooLarge);
  EXPECT_EQ(check_format(leaf_of(*schema), Value::chr("123456789"), 8).error().code(),
            Code::kTooLarge);
}

TEST(Formats, TypedValuesAreJudgedAlike) {
  const auto number = leaf_schema("int", "");
  EXPECT_TRUE(check_format(leaf_of(*number), Value::integer(5)).has_value());
  EXPECT_EQ(check_format(leaf_of(*number), Value(Format::kUnset, "5"))->format, Format::kInt);
  EXPECT_EQ(check_format(leaf_of(*number), Value::chr("5")).error().code(), Code::kBadFormat);
  EXPECT_EQ(check_format(leaf_of(*number), Value(Format::kInt, "x")).error().code(),
            Code::kBadFormat);
  const auto binary = leaf_schema("b64", "");
  EXPECT_EQ(check_format(leaf_of(*binary), Value(Format::kB64, std::string("\0\xFF", 2)))->data,
            std::string("\0\xFF", 2));
}

TEST(Formats, InteriorNodesHoldNothing) {
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add_bytes(document(root("T", ".", usual("Get Add", "node"))), "t.xml").ok());
  const auto schema = builder.build();
  Address a;
  ASSERT_TRUE(schema->resolve("./T", a).ok());
  EXPECT_TRUE(read_value(schema->node(a.node), Format::kNode, "").has_value());
  EXPECT_TRUE(read_value(schema->node(a.node), Format::kUnset, "").has_value());
  EXPECT_EQ(read_value(schema->node(a.node), Format::kNode, "x").error().code(), Code::kBadFormat);
  EXPECT_EQ(read_value(schema->node(a.node), Format::kInt, "1").error().code(), Code::kBadFormat);
}

TEST(Formats, FirstValues) {
  const auto first = [](std::string_view format, std::string_view more) {
    return initial_value(leaf_of(*leaf_schema(format, more)));
  };
  EXPECT_EQ(first("int", ""), Value(Format::kInt, "0"));
  EXPECT_EQ(first("bool", ""), Value(Format::kBool, "false"));
  EXPECT_EQ(first("chr", ""), Value(Format::kChr, ""));
  EXPECT_EQ(first("b64", ""), Value(Format::kB64, ""));
  EXPECT_EQ(first("int", "<DefaultValue>0x0</DefaultValue>"), Value(Format::kInt, "0x0"));
  EXPECT_EQ(first("int", "<DefaultValue>Not available</DefaultValue>"),
            Value(Format::kInt, "Not available"));
  EXPECT_EQ(first("chr", "<DefaultValue></DefaultValue>"), Value(Format::kChr, ""));
  EXPECT_EQ(first("b64", "<DefaultValue>QUJD</DefaultValue>"), Value(Format::kB64, "ABC"));
  EXPECT_EQ(first("bin", "<DefaultValue>no base64!</DefaultValue>"),
            Value(Format::kBin, "no base64!"));
}

TEST(Base64, GoesThereAndBack) {
  std::string raw;
  for (int i = 0; i < 256; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(raw)).value_or("?"), raw);
    EXPECT_EQ(to_wire(Value(Format::kBin, raw)), base64_encode(raw));
    raw += static_cast<char>(i);
  }
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");  // RFC 4648 section 10
  EXPECT_EQ(base64_encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  EXPECT_EQ(to_wire(Value::integer(3)), "3");
}

struct AllowedCase {
  const char* format;
  std::string rule;
  std::vector<const char*> good;
  std::vector<const char*> bad;
};

void judge(const AllowedCase& c) {
  const auto schema = leaf_schema(c.format, c.rule);
  const Node node = leaf_of(*schema);
  for (const char* text : c.good) {
    const Status status = check_allowed(node, Value(node.format(), text));
    EXPECT_TRUE(status.ok()) << c.rule << "\n" << text << ": " << status.text();
  }
  for (const char* text : c.bad) {
    const Status status = check_allowed(node, Value(node.format(), text));
    EXPECT_EQ(status.code(), Code::kBadValue) << c.rule << "\n" << text;
    EXPECT_EQ(status.provider_error(), 0x80070057u);
    EXPECT_NE(status.text().find("./Device/Vendor/MSFT/T/Leaf"), std::string::npos);
  }
}

TEST(Allowed, NoneAllowsAll) {
  judge({"chr", "", {"", "anything"}, {}});
  judge({"chr", allowed("None"), {"", "anything"}, {}});
  judge({"chr", allowed("None", list(";")), {"a;b;;"}, {}});
}

TEST(Allowed, Enum) {
  judge({"int",
         allowed("ENUM", enums({"0", "1", "0x10"})),
         {"0", "1", "16", "0x1", " 1"},
         {"2", "-1"}});
  judge({"bool", allowed("ENUM", enums({"true"})), {"true", "TRUE", "1"}, {"false", "0"}});
  judge({"bool", allowed("ENUM", enums({"1", "2"})), {"1", "true", "2"}, {"4", "false"}});
  judge({"chr", allowed("ENUM", enums({"Low", "High"})), {"Low"}, {"low", "Low ", "", "1"}});
  judge({"bin", allowed("ENUM", enums({"0", "QUJD"})), {"0", "ABC"}, {"1"}});
  judge({"int", allowed("ENUM", ""), {"1"}, {}});
}

TEST(Allowed, Range) {
  judge({"int", allowed("Range", value("[0-5]")), {"0", "5", "0x5"}, {"-1", "6"}});
  judge({"int",
         allowed("Range", value("[(-1)-2147483647]")),
         {"-1", "0", "2147483647"},
         {"-2", "2147483648"}});
  judge({"int", allowed("Range", value("[1,4320]")), {"1", "4320"}, {"0", "4321"}});
  judge({"int", allowed("Range", value("[0-1],[5],[7-8]")), {"0", "5", "8"}, {"2", "6", "9"}});
  judge({"int", allowed("Range", value("[0-4294967295]")), {"4294967295"}, {"4294967296", "-1"}});
  judge({"int",
         allowed("Range", value("[(-9223372036854775808)-(-5)]")),
         {"-9223372036854775808", "-5"},
         {"-4"}});
  judge({"chr", allowed("Range", value("[0-10]")), {"7"}, {"11", "x", ""}});
  judge({"int", allowed("Range", value("a few")), {"1", "99"}, {}});
  judge({"int", allowed("Range", value("[5-1]")), {"1", "99"}, {}});
}

TEST(Allowed, RangeTextIsNoTrap) {
  judge({"int", allowed("Range", value(std::string(100000, '('))), {"1"}, {}});
  judge({"int", allowed("Range", value(std::string(100000, '['))), {"1"}, {}});
}

TEST(Allowed, Flag) {
  judge({"int",
         allowed("Flag", enums({"0x1", "0x2", "0x4"})),
         {"0", "1", "3", "7"},
         {"8", "9", "-1"}});
  judge({"int", allowed("Flag", enums({"3", "4"})), {"3", "7"}, {"1", "2", "5"}});
  judge({"int", allowed("Flag", enums({"0x1", "0x7FFFFFFF"})), {"1", "2147483647"}, {"2"}});
  judge({"chr", allowed("Flag", enums({"1", "2"})), {"3", "1"}, {"4", "x"}});
}

TEST(Allowed, Lists) {
  judge({"chr",
         allowed("ENUM", enums({"a", "b"}) + list(";")),
         {"a", "a;b", "b;a;", ""},
         {"c", "a;c", "a;;b", "a,b"}});
  judge({"chr",
         allowed("ENUM", enums({"a", "b"}) + list("0xF000")),
         {"a\xEF\x80\x80"
          "b"},
         {"a0xF000b"}});
  judge({"chr",
         allowed("ENUM", enums({"a", "b"}) + list("\\xF000")),
         {"b\xEF\x80\x80"
          "a"},
         {"a;b"}});
  judge({"chr", allowed("ENUM", enums({"a", "b"}) + list("|")), {"a|b"}, {"a|c"}});
  judge({"chr", allowed("ENUM", enums({"a", "b"}) + list("")), {"a"}, {"a;b"}});
}

TEST(Allowed, InteriorNodesAreNotJudgedByValue) {
  SchemaBuilder builder;
  ASSERT_TRUE(
      builder
          .add_bytes(document(root("T", ".",
                                   usual("Get Add", "node", "One", allowed("ENUM", enums({"a"}))))),
                     "t.xml")
          .ok());
  const auto schema = builder.build();
  Address a;
  ASSERT_TRUE(schema->resolve("./T", a).ok());
  EXPECT_TRUE(check_allowed(schema->node(a.node), Value(Format::kNode, "")).ok());
}

}  // namespace
}  // namespace cspkit::ddf::test
