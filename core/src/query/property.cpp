// SPDX-License-Identifier: Apache-2.0
#include "query/property.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace cspkit::query {

namespace {

constexpr std::pair<std::string_view, Property> kProperties[] = {
    {"name", Property::kName},   {"format", Property::kFormat}, {"type", Property::kType},
    {"size", Property::kSize},   {"title", Property::kTitle},   {"tstamp", Property::kTStamp},
    {"verno", Property::kVerNo},
};

// "+A+B" or "-A-B": sets what is named to `wanted`.
bool read_choice(std::string_view choice, List& list) {
  if (choice.empty()) return true;
  const char sign = choice.front();
  if (sign != '+' && sign != '-') return false;
  const bool wanted = sign == '+';
  list.format = list.type = list.title = list.tstamp = list.verno = list.value = !wanted;
  const std::pair<std::string_view, bool*> names[] = {
      {"format", &list.format}, {"type", &list.type},   {"title", &list.title},
      {"tstamp", &list.tstamp}, {"verno", &list.verno}, {"value", &list.value}};
  bool ignored = false;
  const auto find = [&](std::string_view name) -> bool* {
    for (const auto& [known, flag] : names) {
      if (detail::equals_ignoring_case(known, name)) return flag;
    }
    const bool always = detail::equals_ignoring_case(name, "name") ||
                        detail::equals_ignoring_case(name, "acl") ||
                        detail::equals_ignoring_case(name, "size");
    return always ? &ignored : nullptr;
  };
  while (!choice.empty()) {
    if (choice.front() != sign) return false;
    choice.remove_prefix(1);
    const std::size_t end = std::min(choice.find_first_of("+-"), choice.size());
    bool* flag = find(choice.substr(0, end));
    if (!flag) return false;
    *flag = wanted;
    choice.remove_prefix(end);
  }
  return true;
}

}  // namespace

std::optional<List> list_of(std::string_view query) {
  constexpr std::string_view kList = "list=", kTnds = "tnds";
  if (!detail::equals_ignoring_case(query.substr(0, kList.size()), kList)) return std::nullopt;
  query.remove_prefix(kList.size());
  List list;
  if (detail::equals_ignoring_case(query, "struct")) return list;
  list.kind = List::Kind::kStructData;
  if (detail::equals_ignoring_case(query, "structdata")) return list;
  list.kind = List::Kind::kTnds;
  if (!detail::equals_ignoring_case(query.substr(0, kTnds.size()), kTnds)) return std::nullopt;
  if (!read_choice(query.substr(kTnds.size()), list)) return std::nullopt;
  return list;
}

std::string name_of(const gate::Target& target, const gate::NodeRow* row) {
  const std::size_t size = target.address.segments.size();
  if (size == 0) return ".";
  if (!row || !target.node.is_dynamic()) return target.address.name(size - 1);
  // As it was created, not as it was addressed.
  const std::string_view path = row->path;
  const std::size_t slash = path.rfind('/');
  const std::string_view last = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
  return ddf::decode_segment(last).value_or(std::string(last));
}

std::string type_of(const gate::Target& target, const gate::NodeRow* row) {
  if (row && !row->mime.empty()) return row->mime;
  const std::vector<std::string_view> types = target.node.mime_types();
  if (!types.empty() && !types.front().empty()) return std::string(types.front());
  return target.node.is_leaf() ? "text/plain" : std::string(target.node.ddf_name());
}

std::optional<Property> property_of(std::string_view query) {
  constexpr std::string_view kProp = "prop=";
  if (query.size() < kProp.size() ||
      !detail::equals_ignoring_case(query.substr(0, kProp.size()), kProp)) {
    return std::nullopt;
  }
  const std::string_view wanted = query.substr(kProp.size());
  for (const auto& [name, property] : kProperties) {
    if (detail::equals_ignoring_case(name, wanted)) return property;
  }
  return std::nullopt;
}

Result<Value> read_property(Property property, const gate::Target& target, const gate::NodeRow* row,
                            std::size_t value_size) {
  switch (property) {
    case Property::kName:
      return Value::chr(name_of(target, row));
    case Property::kFormat: {
      const Format format = row && target.node.is_leaf() ? row->format : target.node.format();
      return Value::chr(std::string(format_name(format)));
    }
    case Property::kType:
      return Value::chr(type_of(target, row));
    case Property::kTitle:
      return Value::chr(row ? row->title : std::string());
    case Property::kTStamp:
      return Value::chr(row ? basic_time(row->tstamp) : std::string());
    case Property::kVerNo:
      return Value::chr(std::to_string(row ? row->verno : 0));
    case Property::kSize:
      break;
  }
  if (!target.node.is_leaf()) {
    return Status(Code::kNotSupported,
                  fmt::format("{}: only a leaf has a size", gate::readable_uri(target)));
  }
  return Value::chr(std::to_string(value_size));
}

std::string basic_time(std::int64_t utc_ms) {
  const auto seconds = static_cast<std::time_t>(utc_ms / 1000);
  std::tm parts{};
  if (!::gmtime_r(&seconds, &parts)) return {};
  return fmt::format("{:%Y%m%dT%H%M%SZ}", parts);
}

}  // namespace cspkit::query
