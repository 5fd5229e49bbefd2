// SPDX-License-Identifier: Apache-2.0
#include "ranges.hpp"

#include <cspkit/value.hpp>

namespace cspkit::ddf {
namespace {

class RangeText {
 public:
  explicit RangeText(std::string_view text) : s_(text) {}

  bool at_end() {
    skip();
    return s_.empty();
  }
  bool take(char c) {
    skip();
    if (s_.empty() || s_.front() != c) return false;
    s_.remove_prefix(1);
    return true;
  }
  bool number(std::int64_t& out) {
    const bool enclosed = take('(');
    skip();
    std::size_t n = 0;
    if (n < s_.size() && (s_[n] == '-' || s_[n] == '+')) ++n;
    while (n < s_.size() && is_digit(s_[n])) ++n;
    const Result<std::int64_t> read = parse_int(s_.substr(0, n));
    if (!read) return false;
    out = *read;
    s_.remove_prefix(n);
    return !enclosed || take(')');
  }

 private:
  static bool is_digit(char c) {
    const char low = detail::to_lower(c);
    return (low >= '0' && low <= '9') || (low >= 'a' && low <= 'f') || low == 'x';
  }
  void skip() {
    while (!s_.empty() && detail::is_blank(s_.front())) s_.remove_prefix(1);
  }
  std::string_view s_;
};

bool parse_interval(RangeText& text, std::vector<Interval>& out) {
  Interval interval;
  const bool bracket = text.take('[');
  if (!text.number(interval.low)) return false;
  interval.high = interval.low;
  if (text.take('-') || (bracket && text.take(','))) {
    if (!text.number(interval.high)) return false;
  }
  if (bracket && !text.take(']')) return false;
  out.push_back(interval);
  return interval.low <= interval.high;
}

}  // namespace

bool parse_range(std::string_view whole, std::vector<Interval>& out) {
  RangeText text(whole);
  if (text.at_end()) return false;
  do {
    if (!parse_interval(text, out)) return false;
    static_cast<void>(text.take(',') || text.take(';'));
  } while (!text.at_end());
  return true;
}

}  // namespace cspkit::ddf
