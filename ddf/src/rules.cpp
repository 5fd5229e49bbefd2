// SPDX-License-Identifier: Apache-2.0
// Rows 5 and 10 of the order of checks: names of dynamic nodes, AllowedValues.
#include "cspkit/ddf/rules.hpp"

#include "allowed.hpp"
#include "enum_match.hpp"
#include "judge.hpp"
#include "list_values.hpp"
#include "patterns.hpp"
#include "payloads.hpp"
#include "ranges.hpp"
#include "schema_data.hpp"

namespace cspkit::ddf {

bool same_value(Format format, std::string_view listed, std::string_view text) {
  if (format == Format::kInt) {
    const Result<std::int64_t> a = parse_int(listed);
    const Result<std::int64_t> b = parse_int(text);
    if (a && b) return *a == *b;
  }
  if (format == Format::kBool) {
    const Result<bool> a = parse_bool(listed);
    const Result<bool> b = parse_bool(text);
    if (a && b) return *a == *b;
  }
  return listed == text;
}

bool enum_lists(const Node& node, std::string_view text) {
  const ValueType type = node.value_type();
  if (type != ValueType::kEnum && type != ValueType::kFlag) return false;
  for (const EnumValue& candidate : node.allowed_values().enums) {
    if (same_value(node.format(), candidate.value, text)) return true;
  }
  return false;
}

namespace {

constexpr std::uint32_t kInvalidArgument = 0x80070057u;  // E_INVALIDARG

Status excluded(const Node& node, std::string why) {
  return Status(Code::kBadValue, node.uri() + ": " + std::move(why), kInvalidArgument);
}

/// "0, 1, 2", shortened.
std::string list_of(const std::vector<EnumValue>& values) {
  constexpr std::size_t kShown = 12;
  std::string out;
  for (std::size_t i = 0; i < values.size() && i < kShown; ++i) {
    if (i != 0) out += ", ";
    out += values[i].value.substr(0, 60);
  }
  if (values.size() > kShown) out += ", ...";
  return out;
}

bool is_listed(Format format, const AllowedValues& allowed, std::string_view text) {
  for (const EnumValue& value : allowed.enums) {
    if (same_value(format, value.value, text)) return true;
    if (is_binary(format)) {
      const Result<std::string> raw = base64_decode(value.value);
      if (raw && *raw == text) return true;
    }
  }
  return false;
}

/// A flag set: the union of some of the listed values; none of them makes 0.
bool is_combination(Format format, const AllowedValues& allowed, std::string_view text) {
  const Result<std::int64_t> number = parse_int(text);
  if (!number) return is_listed(format, allowed, text);
  const auto bits = static_cast<std::uint64_t>(*number);
  std::uint64_t covered = 0;
  for (const EnumValue& value : allowed.enums) {
    const Result<std::int64_t> flag = parse_int(value.value);
    if (!flag) continue;
    const auto mask = static_cast<std::uint64_t>(*flag);
    if ((mask & ~bits) == 0) covered |= mask;
  }
  return covered == bits;
}

Status check_range(const Node& node, const AllowedValues& allowed, std::string_view text) {
  std::vector<Interval> intervals;
  std::string shown;
  // A Range is written as Value, in two published dependencies as Enum.
  for (const auto* list : {&allowed.values, &allowed.enums}) {
    for (const EnumValue& value : *list) {
      if (!parse_range(value.value, intervals)) return {};  // ddf check reports it
      shown += shown.empty() ? "" : ", ";
      shown += value.value;
    }
  }
  if (intervals.empty()) return {};
  const Result<std::int64_t> number = parse_int(text);
  if (!number) return excluded(node, "the value is no number; allowed: " + shown);
  for (const Interval& interval : intervals) {
    if (interval.low <= *number && *number <= interval.high) return {};
  }
  return excluded(node, "the value is out of range; allowed: " + shown);
}

Status check_regex(const Node& node, const AllowedValues& allowed, std::string_view text) {
  Patterns& patterns = *SchemaAccess::data(node.schema()).patterns;
  std::string_view shown;
  for (const EnumValue& pattern : allowed.values) {
    const Match match = patterns.regex(pattern.value).search(text);
    if (match == Match::kYes) return {};
    if (match == Match::kTooCostly) {
      return excluded(node, "matching the value against the pattern took too long: " +
                                std::string(pattern.value.substr(0, 200)));
    }
    shown = pattern.value;
  }
  if (allowed.values.empty()) return {};
  return excluded(node,
                  "the value does not match the pattern " + std::string(shown.substr(0, 200)));
}

Status check_xsd(const Node& node, const AllowedValues& allowed, std::string_view text) {
  Patterns& patterns = *SchemaAccess::data(node.schema()).patterns;
  std::string first;
  for (const EnumValue& schema : allowed.values) {
    std::string problem = patterns.xsd(schema.value).validate(text);
    if (problem.empty()) return {};
    if (first.empty()) first = std::move(problem);
  }
  if (first.empty()) return {};
  // libxml2 repeats the value, which may be long, or not for everybody's eyes.
  if (!node.grants(kAccessGet)) return excluded(node, "the value does not fit its XML schema");
  return excluded(node, "the value does not fit its XML schema: " + first.substr(0, 300));
}

Status unless_empty(const Node& node, const char* what, const std::string& problem) {
  if (problem.empty()) return {};
  return excluded(node, std::string("the value is no ") + what + ": " + problem);
}

Status check_one(const Node& node, const AllowedValues& allowed, std::string_view text) {
  switch (allowed.type) {
    case ValueType::kEnum:
      if (allowed.enums.empty() || is_listed(node.format(), allowed, text)) return {};
      return excluded(node, "the value is none of the allowed ones: " + list_of(allowed.enums));
    case ValueType::kFlag:
      if (allowed.enums.empty() || is_combination(node.format(), allowed, text)) return {};
      return excluded(node,
                      "the value is no combination of the allowed ones: " + list_of(allowed.enums));
    case ValueType::kRange:
      return check_range(node, allowed, text);
    case ValueType::kRegEx:
      return check_regex(node, allowed, text);
    case ValueType::kXsd:
      return check_xsd(node, allowed, text);
    case ValueType::kAdmx:
      return unless_empty(node, "payload of an ADMX-backed policy", admx_problem(text));
    case ValueType::kSddl:
      return unless_empty(node, "security descriptor", sddl_problem(text));
    case ValueType::kJson:
      return unless_empty(node, "JSON", json_problem(text));
    default:
      return {};
  }
}

}  // namespace

Status judge(const Node& node, const AllowedValues& allowed, std::string_view text) {
  if (!allowed.has_list) return check_one(node, allowed, text);
  for (std::string_view part : split_list(text, list_delimiter(allowed.list_delimiter))) {
    if (Status status = check_one(node, allowed, part); !status) return status;
  }
  return {};
}

Status check_allowed(const Node& node, const Value& value) {
  // On an interior node AllowedValues speaks of its name.
  if (!node.is_leaf()) return {};
  const ValueType type = node.value_type();
  if (type == ValueType::kAbsent || type == ValueType::kNone || type == ValueType::kUnknown)
    return {};
  return judge(node, node.allowed_values(), value.data);
}

Status check_name(const Node& dynamic_node, std::string_view decoded_name) {
  // On a leaf AllowedValues speaks of its value.
  if (dynamic_node.is_leaf() || dynamic_node.value_type() != ValueType::kRegEx) return {};
  const Status status = check_regex(dynamic_node, dynamic_node.allowed_values(), decoded_name);
  if (status) return {};
  return Status(Code::kBadRequest, "the name \"" + std::string(decoded_name.substr(0, 100)) +
                                       "\" is not allowed: " + status.text());
}

}  // namespace cspkit::ddf
