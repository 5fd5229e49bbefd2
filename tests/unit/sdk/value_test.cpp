// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cspkit/value.hpp>
#include <limits>
#include <string>
#include <utility>

namespace cspkit {
namespace {

TEST(FormatNames, GoBothWays) {
  for (std::int32_t i = 0; i <= CSPKIT_FORMAT_FLOAT; ++i) {
    const auto format = static_cast<Format>(i);
    EXPECT_EQ(format_from_name(format_name(format)), format);
  }
  EXPECT_EQ(format_name(Format::kB64), "b64");
  EXPECT_EQ(format_name(Format::kFloat), "float");
  EXPECT_EQ(format_name(static_cast<Format>(99)), "");
  EXPECT_EQ(format_name(static_cast<Format>(-1)), "");
  EXPECT_EQ(format_from_name("CHR"), Format::kUnset);
  EXPECT_EQ(format_from_name("string"), Format::kUnset);
}

TEST(ParseInt, ReadsDecimalAndHexOf64Bits) {
  EXPECT_EQ(parse_int("0").value(), 0);
  EXPECT_EQ(parse_int(" -12\n").value(), -12);
  EXPECT_EQ(parse_int("+7").value(), 7);
  EXPECT_EQ(parse_int("0x1F").value(), 31);
  EXPECT_EQ(parse_int("-0X10").value(), -16);
  EXPECT_EQ(parse_int("9223372036854775807").value(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_int("-9223372036854775808").value(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_int("0x7fffffffffffffff").value(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_int(std::string(5000, '0') + "1").value(), 1);
}

TEST(ParseInt, RefusesTheRest) {
  for (const char* bad : {"", " ", "-", "+", "0x", "-0x", "1.0", "1 2", "12a", "0xg", "--1", "x1",
                          "9223372036854775808", "-9223372036854775809", "0x8000000000000000"}) {
    EXPECT_EQ(parse_int(bad).error().code(), Code::kBadFormat) << bad;
  }
  EXPECT_FALSE(parse_int(std::string(1'000'000, '9')));
}

TEST(ParseBool, ReadsFourWordsInAnyCase) {
  for (const char* yes : {"true", "TRUE", " True ", "1"}) EXPECT_TRUE(parse_bool(yes).value());
  for (const char* no : {"false", "FALSE", "False\n", "0"}) EXPECT_FALSE(parse_bool(no).value());
  for (const char* bad : {"", "2", "yes", "tru", "truee", "01"}) {
    EXPECT_EQ(parse_bool(bad).error().code(), Code::kBadFormat) << bad;
  }
}

TEST(Value, IsEqualByFormatAndData) {
  Value secret = Value::chr("a");
  secret.secret = true;
  EXPECT_EQ(Value::chr("a"), secret);
  EXPECT_NE(Value::chr("1"), Value::integer(1));
  EXPECT_EQ(Value::boolean(true).as_bool().value(), true);
  EXPECT_EQ(Value::integer(-5).as_int().value(), -5);
  EXPECT_EQ(Value::bytes("x").format, Format::kBin);
}

TEST(Status, KeepsItsTextThroughCopiesAndMoves) {
  Status why(Code::kBusy, "the device is in use; try again in a minute", 0x80070020U);
  Status copy = why;
  EXPECT_EQ(copy.code(), Code::kBusy);
  EXPECT_EQ(copy.text(), why.text());
  EXPECT_EQ(copy.provider_error(), 0x80070020U);
  copy = Status(Code::kFailed, "else");
  EXPECT_EQ(why.text(), "the device is in use; try again in a minute");
  Status moved = std::move(why);
  EXPECT_EQ(moved.text(), "the device is in use; try again in a minute");
  moved = copy;
  EXPECT_EQ(moved.text(), "else");
  const Status& same = moved;
  moved = same;
  EXPECT_EQ(moved.text(), "else");
  moved = Status();
  EXPECT_TRUE(moved.ok());
  EXPECT_EQ(moved.text(), "");
  EXPECT_EQ(copy.text(), "else");
}

TEST(Status, WithoutATextItHasAnEmptyOne) {
  const Status well;
  const Status silent(Code::kNotFound);
  EXPECT_EQ(well.text(), "");
  EXPECT_EQ(Status(silent).text(), "");
  EXPECT_EQ(Status(Code::kOk, "a warning").text(), "a warning");
}

TEST(Result, HoldsAValueOrAStatus) {
  Result<std::string> good = std::string("x");
  EXPECT_TRUE(good.has_value());
  EXPECT_TRUE(good.error().ok());
  EXPECT_EQ(*good, "x");
  EXPECT_EQ(good->size(), 1U);
  const Result<std::string> bad(Code::kBusy, "later");
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error().code(), Code::kBusy);
  EXPECT_EQ(bad.error().text(), "later");
  EXPECT_EQ(bad.value_or("other"), "other");
}

TEST(ResultDeathTest, ValueOfAFailureEndsTheProcess) {
  const Result<int> bad(Code::kBusy);
  EXPECT_DEATH(static_cast<void>(bad.value()), "");
}

}  // namespace
}  // namespace cspkit
