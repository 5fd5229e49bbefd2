// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cspkit/ddf/rules.hpp>
#include <cspkit/harness/node_values.hpp>
#include <optional>
#include <string_view>

namespace cspkit::harness {
namespace {

using ddf::Node;

constexpr std::size_t kMostOfAKind = 12;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The numbers in a Range's text, "[0-100]", and those beside them.
std::vector<std::string> numbers_in(std::string_view text) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at])) continue;
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    const bool negative = at > 0 && text[at - 1] == '-' && (at == 1 || !is_digit(text[at - 2]));
    std::string number = negative ? "-" : "";
    number += text.substr(at, end - at);
    if (const auto read = parse_int(number)) {
      found.push_back(number);
      if (*read > INT64_MIN) found.push_back(std::to_string(*read - 1));
      if (*read < INT64_MAX) found.push_back(std::to_string(*read + 1));
    }
    at = end;
  }
  return found;
}

std::vector<std::string> candidates_for(const Node& node) {
  std::vector<std::string> texts = {fitting_value(node)};
  const ddf::AllowedValues allowed = node.allowed_values();
  for (const auto& each : allowed.enums) texts.emplace_back(each.value);
  for (const auto& each : allowed.values) {
    for (std::string& number : numbers_in(each.value)) texts.push_back(std::move(number));
  }
  const auto add = [&](std::initializer_list<const char*> all) {
    texts.insert(texts.end(), all.begin(), all.end());
  };
  switch (node.format()) {
    case Format::kInt:
      add({"0", "1", "-1", "0x7FFFFFFF", "2147483648", "9223372036854775807", "no number", ""});
      break;
    case Format::kBool:
      add({"true", "false", "1", "0", "TRUE", "perhaps", "2"});
      break;
    case Format::kXml:
      add({"<a/>", "<a b=\"&amp;\">&lt;</a>", "", "<a>", "no xml"});
      break;
    case Format::kDate:
      add({"2000-01-01", "20000229", "1999-12-31", "tomorrow", ""});
      break;
    case Format::kTime:
      add({"00:00:00", "235959", "T12:00:00", "noon", ""});
      break;
    case Format::kFloat:
      add({"0.0", "-1.5e10", "3", "a half", ""});
      break;
    default:
      add({"text", "", "\xC3\xA4\xE6\x97\xA5\xF0\x9F\x98\x80", "<&\"'>%2F/../\\", "two\nlines"});
      texts.emplace_back(4096, 'x');
      break;
  }
  return texts;
}

}  // namespace

std::string fitting_value(const Node& node) {
  std::vector<std::string> candidates;
  const Value initial = ddf::initial_value(node);
  candidates.push_back(initial.data);
  const auto allowed = node.allowed_values();
  for (const auto& item : allowed.enums) candidates.emplace_back(item.value);
  for (const char* text : {"", "0", "1", "false", "2000-01-01", "00:00:00", "0.0", "<a/>", "{}"})
    candidates.emplace_back(text);
  std::optional<std::string> by_format;
  for (const std::string& text : candidates) {
    const auto typed = ddf::check_format(node, Value(node.format(), text));
    if (!typed) continue;
    if (ddf::check_allowed(node, *typed).ok()) return text;
    if (!by_format) by_format = text;
  }
  return by_format.value_or(std::string());
}

NodeValues values_for(const Node& node) {
  NodeValues values;
  std::vector<std::string> seen;
  for (std::string& text : candidates_for(node)) {
    if (std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
    seen.push_back(text);
    Value value(node.format(), std::move(text));
    const auto typed = ddf::check_format(node, value);
    const bool fits = typed && ddf::check_allowed(node, *typed).ok();
    std::vector<Value>& kind = fits ? values.fitting : values.unfitting;
    if (kind.size() < kMostOfAKind) kind.push_back(std::move(value));
  }
  for (const Format other : {Format::kInt, Format::kNode, Format::kBin}) {
    Value value(other, other == Format::kNode ? "" : "1");
    if (other != node.format() && !ddf::check_format(node, value))
      values.unfitting.push_back(std::move(value));
  }
  return values;
}

std::vector<std::string> instance_names(const Node& dynamic_node) {
  // The first are such as instances of published CSPs have.
  constexpr std::array<const char*, 12> kNames = {"1",
                                                  "Example",
                                                  "{00000000-0000-0000-0000-000000000001}",
                                                  "S-1-1-0",
                                                  "0.0.0.0",
                                                  "example.com",
                                                  "a.b",
                                                  "0",
                                                  "two words",
                                                  "50%/..\\\xC3\xA4",
                                                  "'\"<&>;$(x)",
                                                  "-rf"};
  std::vector<std::string> names;
  for (const char* name : kNames) {
    if (ddf::check_name(dynamic_node, name).ok()) names.emplace_back(name);
  }
  return names;
}

bool wants_get(const Node& node) {
  constexpr std::uint32_t kSetting = ddf::kAccessAdd | ddf::kAccessReplace;
  return node.is_leaf() && node.format() != Format::kNull && node.grants(ddf::kAccessGet) &&
         (node.access() & kSetting) == 0 && !node.has_default();
}

bool wants_refresh(const Node& node) {
  const Node instance = node.dynamic_child();
  return instance.valid() && !instance.grants(ddf::kAccessAdd);
}

}  // namespace cspkit::harness
