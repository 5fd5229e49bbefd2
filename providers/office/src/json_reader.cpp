// SPDX-License-Identifier: Apache-2.0
#include "json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/configuration.hpp>
#include <set>

namespace cspkit::office {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLargest = 1U << 20U;
constexpr int kDeepest = 16;
constexpr std::size_t kLongestText = 200;

std::string line_of(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  return fmt::format("line {}", 1 + std::count(before.begin(), before.end(), '\n'));
}

// "/" and "~" in names, as RFC 6901 writes them.
std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

// Sees every event of the parser: the standard lets a name stand twice, and the last one win.
class Guard {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth > kDeepest) throw WrongJson{"", fmt::format("more than {} levels", kDeepest)};
    if (event == Json::parse_event_t::object_start) names_.emplace_back();
    if (event == Json::parse_event_t::object_end) names_.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (!names_.back().insert(name).second) {
        throw WrongJson{"", fmt::format("'{}' stands twice in one object", odt::shown(name))};
      }
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> names_;
};

}  // namespace

void JsonNode::fail(std::string what) const {
  throw WrongJson{pointer_.empty() ? "/" : pointer_, std::move(what)};
}

void JsonNode::expect_members(std::initializer_list<std::string_view> names) const {
  if (!value_.is_object()) fail("must be an object");
  for (const auto& [name, value] : value_.items()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    fail(fmt::format("there is no '{}' here: {}", odt::shown(name), fmt::join(names, ", ")));
  }
}

bool JsonNode::has(const char* name) const { return value_.contains(name); }

JsonNode JsonNode::at(const char* name) const {
  if (!value_.is_object() || !value_.contains(name)) fail(fmt::format("lacks '{}'", name));
  return JsonNode(value_.at(name), fmt::format("{}/{}", pointer_, escaped(name)));
}

std::vector<JsonNode> JsonNode::list(std::size_t most) const {
  if (!value_.is_array()) fail("must be a list");
  if (value_.size() > most) fail(fmt::format("more than {} elements", most));
  std::vector<JsonNode> out;
  for (const Json& element : value_) {
    out.emplace_back(element, fmt::format("{}/{}", pointer_, out.size()));
  }
  return out;
}

std::string JsonNode::text() const {
  if (!value_.is_string()) fail("must be a text");
  const auto& text = value_.get_ref<const std::string&>();
  if (text.empty() || text.size() > kLongestText) {
    fail(fmt::format("must have 1 to {} characters", kLongestText));
  }
  return text;
}

bool JsonNode::boolean() const {
  if (!value_.is_boolean()) fail("must be true or false");
  return value_.get<bool>();
}

std::int64_t JsonNode::integer(std::int64_t least, std::int64_t most) const {
  const bool fits = value_.is_number_integer() &&
                    !(value_.is_number_unsigned() &&
                      value_.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX));
  if (!fits || value_.get<std::int64_t>() < least || value_.get<std::int64_t>() > most) {
    fail(fmt::format("must be a whole number, {} to {}", least, most));
  }
  return value_.get<std::int64_t>();
}

double JsonNode::number(double least, double most) const {
  if (!value_.is_number() || !(value_.get<double>() >= least) || !(value_.get<double>() <= most)) {
    fail(fmt::format("must be a number, {} to {}", least, most));
  }
  return value_.get<double>();
}

std::size_t JsonNode::choice(std::initializer_list<std::string_view> names) const {
  const std::string given = text();
  const auto found = std::find(names.begin(), names.end(), given);
  if (found == names.end()) {
    fail(fmt::format("must be one of {}, not '{}'", fmt::join(names, ", "), odt::shown(given)));
  }
  return static_cast<std::size_t>(found - names.begin());
}

Json parse_json(std::string_view text) {
  if (text.size() > kLargest) throw WrongJson{"", "more than a megabyte"};
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  Guard guard;
  try {
    return Json::parse(text, [&](int depth, Json::parse_event_t event, const Json& parsed) {
      return guard(depth, event, parsed);
    });
  } catch (const Json::parse_error& e) {
    throw WrongJson{line_of(text, e.byte), "not JSON"};
  } catch (const Json::exception&) {
    throw WrongJson{"", "not usable JSON: a number is too large"};
  }
}

}  // namespace cspkit::office
