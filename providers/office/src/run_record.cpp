// SPDX-License-Identifier: Apache-2.0
#include "run_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cspkit/odt/catalog.hpp>
#include <cspkit/provider.hpp>
#include <iterator>

namespace cspkit::office {
namespace {

constexpr std::string_view kHeader = "cspkit-office-run 1";
constexpr std::string_view kKinds[] = {"run", "refuse", "wait"};  // in the order of RunOrder::Kind

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool decode_segment(std::string_view text, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return false;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return true;
}

bool read_number(std::string_view text, std::int64_t& out) {
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc() && stop == end && out >= 0;
}

bool read_field(RunOrder& order, std::string_view name, std::string_view value) {
  if (name == "kind") {
    const auto found = std::find(std::begin(kKinds), std::end(kKinds), value);
    order.kind = static_cast<RunOrder::Kind>(found - std::begin(kKinds));
    return found != std::end(kKinds);
  }
  if (name == "scope") {
    order.instance.device_scope = value == "device";
    return value == "device" || value == "user";
  }
  if (name == "user") return decode_segment(value, order.instance.user);
  if (name == "id") return decode_segment(value, order.instance.id);
  if (name == "accepted") return read_number(value, order.accepted);
  if (name == "due") return read_number(value, order.due);
  return false;
}

}  // namespace

std::string write_run_order(const RunOrder& order) {
  return fmt::format("{}\nkind: {}\nscope: {}\nuser: {}\nid: {}\naccepted: {}\ndue: {}\n\n{}",
                     kHeader, kKinds[static_cast<std::size_t>(order.kind)],
                     order.instance.device_scope ? "device" : "user",
                     encode_segment(order.instance.user), encode_segment(order.instance.id),
                     order.accepted, order.due, order.configuration);
}

bool read_run_order(std::string_view text, RunOrder& order) {
  order = {};
  const auto next_line = [&](std::string_view& line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return false;
    line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return true;
  };
  std::string_view line;
  if (!next_line(line) || line != kHeader) return false;
  while (next_line(line)) {
    if (line.empty()) {
      order.configuration = text;
      return !order.instance.id.empty() && order.due >= order.accepted;
    }
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos ||
        !read_field(order, line.substr(0, colon), line.substr(colon + 2))) {
      return false;
    }
  }
  return false;
}

std::string live_key(const Instance& instance) {
  return fmt::format("{}{}/{}/{}", kLivePrefix, instance.device_scope ? "device" : "user",
                     encode_segment(instance.user), encode_segment(odt::lower(instance.id)));
}

bool read_live_key(std::string_view key, Instance& instance) {
  instance = {};
  if (key.substr(0, kLivePrefix.size()) != kLivePrefix) return false;
  key.remove_prefix(kLivePrefix.size());
  const std::size_t first = key.find('/');
  const std::size_t second = key.find('/', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return false;
  instance.device_scope = key.substr(0, first) == "device";
  return decode_segment(key.substr(first + 1, second - first - 1), instance.user) &&
         decode_segment(key.substr(second + 1), instance.id);
}

}  // namespace cspkit::office
