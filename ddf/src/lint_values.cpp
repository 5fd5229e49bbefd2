// SPDX-License-Identifier: Apache-2.0
// AllowedValues and DefaultValue, as their author should have written them.
#include <cspkit/ddf/rules.hpp>
#include <cspkit/value.hpp>
#include <unordered_set>

#include "lint.hpp"
#include "list_values.hpp"
#include "patterns.hpp"
#include "ranges.hpp"
#include "schema_data.hpp"

namespace cspkit::ddf {
namespace {

std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::string out = "\"" + std::string(text.substr(0, kLongest));
  return out + (text.size() > kLongest ? "...\"" : "\"");
}

void lint_patterns(const Node& node, const AllowedValues& allowed, const std::string& what,
                   const Report& report) {
  Patterns& patterns = *SchemaAccess::data(node.schema()).patterns;
  for (const EnumValue& pattern : allowed.values) {
    if (detail::trim(pattern.value).empty()) {
      report(Severity::kInfo, "D405", what + ": an empty RegEx allows every value");
      continue;
    }
    const std::string& problem = patterns.regex(pattern.value).problem();
    if (problem.empty()) continue;
    report(Severity::kError, "D401",
           what + ": the RegEx " + shown(pattern.value) +
               " does not compile, so that every value is allowed: " + problem);
  }
}

void lint_schemas(const Node& node, const AllowedValues& allowed, const std::string& what,
                  const Report& report) {
  Patterns& patterns = *SchemaAccess::data(node.schema()).patterns;
  for (const EnumValue& schema : allowed.values) {
    const Xsd& compiled = patterns.xsd(schema.value);
    const std::string& problem = compiled.problem();
    if (problem.empty() && !compiled.dropped_pattern().empty()) {
      report(Severity::kWarning, "D402",
             what + ": the pattern " + shown(compiled.dropped_pattern()) +
                 " of the XML schema could take for ever to match; it is not held against values");
    }
    if (problem.empty()) continue;
    report(Severity::kError, "D402",
           what + ": the XML schema cannot be used, so that every value is allowed: " + problem);
  }
}

void lint_ranges(const AllowedValues& allowed, const std::string& what, const Report& report) {
  for (const auto* list : {&allowed.values, &allowed.enums}) {
    for (const EnumValue& range : *list) {
      std::vector<Interval> intervals;
      if (parse_range(range.value, intervals)) continue;
      report(Severity::kError, "D403",
             what + ": " + shown(range.value) +
                 " is no Range of the form [0-100], so that every value is allowed");
    }
  }
}

/// Equal for values that are the same in that format (same_value).
std::string meaning(Format format, std::string_view value) {
  if (format == Format::kInt) {
    if (const auto number = parse_int(value)) return std::to_string(*number);
  }
  if (format == Format::kBool) {
    if (const auto truth = parse_bool(value)) return *truth ? "true" : "false";
  }
  return std::string(value);
}

/// Values of an ENUM or Flag: of the node's format, each once.
void lint_list(const Node& node, const AllowedValues& allowed, const std::string& what,
               const Report& report) {
  const bool flag = allowed.type == ValueType::kFlag;
  const Format format = node.format();
  const bool number = flag || format == Format::kInt;
  std::unordered_set<std::string> seen;
  for (const EnumValue& each : allowed.enums) {
    const std::string_view value = each.value;
    if (number && !parse_int(value)) {
      report(Severity::kWarning, "D404",
             what + ": the value " + shown(value) + " is no number" +
                 (flag ? " and cannot be combined with others" : ", and the node is an int"));
    } else if (format == Format::kBool && !parse_bool(value)) {
      report(Severity::kInfo, "D404",
             what + ": the value " + shown(value) + " is no bool; accepted because it is listed");
    }
    if (!seen.insert(meaning(number ? Format::kInt : format, value)).second) {
      report(Severity::kWarning, "D408", what + ": the value " + shown(value) + " is listed twice");
    }
  }
}

void lint_delimiter(const AllowedValues& allowed, const std::string& what, const Report& report) {
  if (!allowed.has_list) return;
  const std::string_view written = allowed.list_delimiter;
  if (written.empty()) {
    report(Severity::kWarning, "D409",
           what + ": a <List> without a Delimiter; the whole text is one element");
    return;
  }
  const bool by_number = written.size() > 2 && (written[0] == '0' || written[0] == '\\') &&
                         detail::to_lower(written[1]) == 'x';
  if (by_number && list_delimiter(written) == written) {
    report(Severity::kWarning, "D409",
           what + ": the Delimiter " + shown(written) +
               " names no character; taken as the text that it is");
  }
}

/// What its type needs and it does not hold; "" when nothing is missing.
const char* missing(const AllowedValues& allowed) {
  switch (allowed.type) {
    case ValueType::kEnum:
    case ValueType::kFlag:
      return allowed.enums.empty() ? "<Enum>" : "";
    case ValueType::kRange:
      return allowed.enums.empty() && allowed.values.empty() ? "<Value>" : "";
    case ValueType::kRegEx:
    case ValueType::kXsd:
      return allowed.values.empty() ? "<Value>" : "";
    case ValueType::kAdmx:
      return allowed.admx_name.empty() ? "<AdmxBacked> with a Name" : "";
    default:
      return "";
  }
}

}  // namespace

void lint_allowed(const Node& node, const AllowedValues& allowed, const std::string& what,
                  const Report& report) {
  if (const std::string lacking = missing(allowed); !lacking.empty()) {
    report(Severity::kWarning, "D405", what + ": there is no " + lacking + " in it");
  }
  lint_delimiter(allowed, what, report);
  switch (allowed.type) {
    case ValueType::kRegEx:
      return lint_patterns(node, allowed, what, report);
    case ValueType::kXsd:
      return lint_schemas(node, allowed, what, report);
    case ValueType::kRange:
      return lint_ranges(allowed, what, report);
    case ValueType::kEnum:
    case ValueType::kFlag:
      return lint_list(node, allowed, what, report);
    default:
      return;
  }
}

void lint_default(const Node& node, const Report& report) {
  if (!node.has_default()) return;
  const std::string_view written = node.default_value();
  if (!node.is_leaf()) {
    if (!detail::trim(written).empty()) {
      report(Severity::kWarning, "D406",
             "the DefaultValue " + shown(written) + " of an interior node has no effect");
    }
    return;
  }
  const std::string first = "the DefaultValue " + shown(written);
  // An empty default is how published files say that there is none.
  if (written.empty()) return;
  const Result<Value> value = read_value(node, Format::kUnset, written);
  if (!value) {
    report(Severity::kWarning, "D406",
           first + " is no " + std::string(format_name(node.format())) +
               "; a server could not set it");
    return;
  }
  if (const Status status = check_allowed(node, *value); !status) {
    std::string why = status.text();
    const std::string uri = node.uri() + ": ";
    if (why.rfind(uri, 0) == 0) why.erase(0, uri.size());
    report(Severity::kWarning, "D407", first + " is excluded by the node's AllowedValues: " + why);
  }
}

}  // namespace cspkit::ddf
