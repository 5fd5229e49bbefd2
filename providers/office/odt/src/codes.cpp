// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/codes.hpp>
#include <iterator>

#include "codes_tables.hpp"

namespace cspkit::odt {
namespace {

constexpr bool sorted() {
  for (std::size_t i = 1; i < std::size(tables::kCodes); ++i) {
    if (tables::kCodes[i - 1].code > tables::kCodes[i].code) return false;
  }
  return true;
}
static_assert(sorted());

std::vector<CodeInfo> meanings(std::uint32_t code) {
  std::vector<CodeInfo> out;
  for (const CodeInfo& info : tables::kCodes) {
    if (info.code == code) out.push_back(info);
  }
  return out;
}

template <typename Number>
std::optional<Number> parsed(std::string_view text, int base) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The ways to read a text, the likeliest first.
std::vector<std::uint32_t> readings(std::string_view text) {
  std::vector<std::uint32_t> out;
  if (text.substr(0, 1) == "-") {
    if (const auto number = parsed<std::int32_t>(text, 10)) {
      out.push_back(static_cast<std::uint32_t>(*number));
    }
    return out;
  }
  const bool marked = same(text.substr(0, 2), "0x");
  if (marked) text.remove_prefix(2);
  if (const auto number = parsed<std::uint32_t>(text, 10); number && !marked) {
    out.push_back(*number);
  }
  if (const auto number = parsed<std::uint32_t>(text, 16)) out.push_back(*number);
  return out;
}

// "30125-1011 (404)": the number in parentheses is a detail, but for a code that is one alone.
std::string_view without_detail(std::string_view text) {
  if (text.substr(0, 1) == "(" && text.size() > 2 && text.back() == ')') {
    return text.substr(1, text.size() - 2);
  }
  return trimmed(text.substr(0, text.find('(')));
}

// "30145-12", "30094-1011 (12)".
bool holds_a_twelve(std::string_view text) {
  const std::string_view step = trimmed(text.substr(0, text.find('(')));
  return step.size() > 3 &&
         (step.substr(step.size() - 3) == "-12" || text.find("(12)") != std::string_view::npos);
}

}  // namespace

std::optional<std::uint32_t> read_code(std::string_view text) {
  const std::vector<std::uint32_t> all = readings(trimmed(text));
  for (const std::uint32_t code : all) {
    if (!meanings(code).empty()) return code;
  }
  if (all.empty()) return std::nullopt;
  return all.front();
}

std::vector<CodeInfo> explain_code(std::string_view text) {
  text = trimmed(text);
  std::vector<CodeInfo> out;
  const std::string_view screen = without_detail(text);
  const bool is_screen =
      text.find_first_of("-(", 1) != std::string_view::npos || text.substr(0, 1) == "(";
  if (is_screen) {
    for (const CodeInfo& info : tables::kScreenCodes) {
      if (info.screen == screen) out.push_back(info);
    }
    // Microsoft's page gives one cause for whatever code holds a 12: as its error or its detail.
    if (out.empty() && holds_a_twelve(text)) return explain_code("(12)");
    return out;
  }
  const std::optional<std::uint32_t> code = read_code(text);
  return code ? meanings(*code) : out;
}

std::vector<CodeInfo> all_codes() {
  std::vector<CodeInfo> out(std::begin(tables::kCodes), std::end(tables::kCodes));
  out.insert(out.end(), std::begin(tables::kScreenCodes), std::end(tables::kScreenCodes));
  return out;
}

}  // namespace cspkit::odt
