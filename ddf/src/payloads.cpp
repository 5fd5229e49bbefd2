// SPDX-License-Identifier: Apache-2.0
#include "payloads.hpp"

#include <cspkit/value.hpp>

#include "dom.hpp"
#ifdef CSPKIT_WITH_JSON
#include <nlohmann/json.hpp>
#endif

namespace cspkit::ddf {
namespace {

bool has_attribute(const pugi::xml_node& element, std::string_view name) {
  for (const pugi::xml_attribute& attribute : element.attributes()) {
    if (detail::equals_ignoring_case(attribute.name(), name)) return true;
  }
  return false;
}

bool is_upper_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// "SY", or "S-1-5-32-544".
bool is_sid(std::string_view s) {
  if (s.size() == 2) {
    const auto letter = [](char c) {
      return detail::to_lower(c) >= 'a' && detail::to_lower(c) <= 'z';
    };
    return letter(s[0]) && letter(s[1]);
  }
  if (s.size() < 5 || detail::to_lower(s[0]) != 's' || s[1] != '-') return false;
  std::size_t parts = 0;
  bool digits = false;
  for (char c : s.substr(2)) {
    const char low = detail::to_lower(c);
    if (c == '-') {
      if (!digits) return false;
      ++parts;
      digits = false;
    } else if ((low >= '0' && low <= '9') || (low >= 'a' && low <= 'f') || low == 'x') {
      digits = true;
    } else {
      return false;
    }
  }
  return digits && parts >= 1;
}

bool is_guid_or_empty(std::string_view s) {
  if (s.empty()) return true;
  if (s.size() != 36) return false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char low = detail::to_lower(s[i]);
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? s[i] != '-' : !((low >= '0' && low <= '9') || (low >= 'a' && low <= 'f')))
      return false;
  }
  return true;
}

/// Pairs of letters ("FAGR"), or a number.
bool is_rights(std::string_view s) {
  if (parse_int(s)) return true;
  if (s.size() % 2 != 0) return false;
  for (char c : s) {
    if (!is_upper_or_digit(c)) return false;
  }
  return true;
}

/// What stands between the parentheses: type;flags;rights;object;inherited;sid[;condition].
bool is_ace(std::string_view s) {
  std::string_view fields[6];
  for (std::size_t i = 0; i < 6; ++i) {
    const std::size_t end = s.find(';');
    if (i < 5 && end == std::string_view::npos) return false;
    fields[i] = detail::trim(s.substr(0, end));
    s = end == std::string_view::npos ? std::string_view() : s.substr(end + 1);
  }
  const std::string_view type = fields[0];
  if (type.empty() || type.size() > 2) return false;
  for (char c : type) {
    if (c < 'A' || c > 'Z') return false;
  }
  for (char c : fields[1]) {
    if (c < 'A' || c > 'Z') return false;
  }
  return fields[1].size() % 2 == 0 && is_rights(fields[2]) && is_guid_or_empty(fields[3]) &&
         is_guid_or_empty(fields[4]) && is_sid(fields[5]);
}

/// Flags and ACEs of "D:" or "S:", taken off `s`.
bool take_acl(std::string_view& s) {
  while (!s.empty()) {
    if (s.front() == '(') break;
    // The next component begins with a letter and a colon.
    if (s.size() > 1 && s[1] == ':') return true;
    if (!((s.front() >= 'A' && s.front() <= 'Z') || s.front() == '_')) return false;
    s.remove_prefix(1);
  }
  while (!s.empty() && s.front() == '(') {
    std::size_t depth = 0;
    std::size_t end = 0;
    bool text = false;  // inside the quotes of a condition
    for (; end < s.size(); ++end) {
      if (s[end] == '"') text = !text;
      if (text) continue;
      if (s[end] == '(') ++depth;
      if (s[end] == ')' && --depth == 0) break;
    }
    if (end == s.size() || !is_ace(s.substr(1, end - 1))) return false;
    s.remove_prefix(end + 1);
  }
  return true;
}

/// The SID of "O:" or "G:", taken off `s`.
bool take_owner(std::string_view& s) {
  std::size_t end = 2;
  if (s.size() > 1 && detail::to_lower(s[0]) == 's' && s[1] == '-') {
    const auto in_sid = [](char c) {
      const char low = detail::to_lower(c);
      return low == '-' || low == 'x' || (low >= '0' && low <= '9') || (low >= 'a' && low <= 'f');
    };
    // A letter before a colon begins the next component ("...-544D:").
    while (end < s.size() && in_sid(s[end]) && !(end + 1 < s.size() && s[end + 1] == ':')) ++end;
  }
  if (!is_sid(s.substr(0, end))) return false;
  s.remove_prefix(end);
  return true;
}

}  // namespace

std::string admx_problem(std::string_view text) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(
      text.data(), text.size(), pugi::parse_default | pugi::parse_fragment, pugi::encoding_utf8);
  if (!result) return std::string("not well-formed: ") + result.description();
  std::size_t switches = 0;
  for (const pugi::xml_node& child : document) {
    if (dom::is_text(child)) {
      if (!detail::trim(child.value()).empty()) return "text outside the elements";
      continue;
    }
    if (!dom::is_element(child)) continue;
    const std::string_view name(child.name());
    if (detail::equals_ignoring_case(name, "enabled") ||
        detail::equals_ignoring_case(name, "disabled")) {
      if (++switches > 1) return "more than one <enabled/> or <disabled/>";
    } else if (detail::equals_ignoring_case(name, "data")) {
      if (!has_attribute(child, "id") || !has_attribute(child, "value"))
        return "a <data> element needs the attributes id and value";
    } else {
      return '<' + std::string(name.substr(0, 60)) +
             "> is none of <enabled/>, <disabled/> and <data/>";
    }
    if (child.first_child()) return '<' + std::string(name) + "> must be empty";
  }
  return switches == 1 ? std::string() : "neither <enabled/> nor <disabled/>";
}

std::string sddl_problem(std::string_view text) {
  std::string_view s = detail::trim(text);
  if (s.empty()) return "an empty security descriptor";
  std::string seen;
  while (!s.empty()) {
    if (s.size() < 2 || s[1] != ':') return "a component must begin with O:, G:, D: or S:";
    const char kind = s[0];
    if (seen.find(kind) != std::string::npos) return std::string(1, kind) + ": stands there twice";
    seen += kind;
    s.remove_prefix(2);
    if (kind == 'O' || kind == 'G') {
      if (!take_owner(s)) return std::string(1, kind) + ": is not followed by a SID";
    } else if (kind == 'D' || kind == 'S') {
      if (!take_acl(s)) return std::string(1, kind) + ": is not followed by flags and ACEs";
    } else {
      return "a component must begin with O:, G:, D: or S:";
    }
  }
  return {};
}

std::string json_problem(std::string_view text) {
#ifdef CSPKIT_WITH_JSON
  return nlohmann::json::accept(text) ? std::string() : "not well-formed JSON";
#else
  static_cast<void>(text);
  return {};
#endif
}

}  // namespace cspkit::ddf
