// SPDX-License-Identifier: Apache-2.0
#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cspkit/odt/catalog.hpp>

namespace cspkit::odt {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_separator(char c) { return c == '-' || c == ' ' || c == '_' || c == '.'; }

constexpr std::size_t kGroup = 5;
constexpr std::size_t kGroups = 5;

// The length of the key that stands here, 0 when none does.
std::size_t grouped_key(std::string_view text) {
  constexpr std::size_t kLength = kGroup * kGroups + kGroups - 1;
  if (text.size() < kLength) return 0;
  for (std::size_t i = 0; i < kLength; ++i) {
    const bool between = i % (kGroup + 1) == kGroup;
    if (between ? !is_separator(text[i]) : !is_letter_or_digit(text[i])) return 0;
  }
  return kLength;
}

// Keys are also written without hyphens: 25 letters of one case and digits, both of them there.
std::size_t plain_key(std::string_view text) {
  constexpr std::size_t kLength = kGroup * kGroups;
  const auto run = std::find_if_not(text.begin(), text.end(), is_letter_or_digit);
  if (run - text.begin() != static_cast<std::ptrdiff_t>(kLength)) return 0;
  const bool digit = std::any_of(text.begin(), run, [](char c) { return c <= '9'; });
  const bool upper = std::any_of(text.begin(), run, [](char c) { return c >= 'A' && c <= 'Z'; });
  const bool lower = std::any_of(text.begin(), run, [](char c) { return c >= 'a'; });
  return digit && upper != lower ? kLength : 0;
}

// Steps from one word to the other (insert, drop, change, swap neighbours), without regard to case;
// more than `most` gives most + 1.
std::size_t distance(std::string_view a, std::string_view b, std::size_t most) {
  constexpr std::size_t kLongest = 48;
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > most || a.size() > kLongest || b.size() > kLongest) return most + 1;
  using Row = std::array<std::size_t, kLongest + 1>;
  Row before{};
  Row last{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto equal = [&](std::size_t x, std::size_t y) {
        return same(a.substr(x - 1, 1), b.substr(y - 1, 1));
      };
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (equal(i, j) ? 0 : 1)});
      if (i > 1 && j > 1 && equal(i, j - 1) && equal(i - 1, j)) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = last;
    last = row;
  }
  return std::min(last[b.size()], most + 1);
}

}  // namespace

std::string without_keys(std::string_view text) {
  std::string out;
  bool inside = false;  // of a run of letters and digits: no plain key begins there
  while (!text.empty()) {
    std::size_t key = grouped_key(text);
    if (key == 0 && !inside) key = plain_key(text);
    if (key != 0) {
      out += "(product key)";
    } else {
      out += text[0];
    }
    inside = key == 0 && is_letter_or_digit(text[0]);
    text.remove_prefix(std::max<std::size_t>(key, 1));
  }
  return out;
}

std::string shown(std::string_view text, std::size_t longest) {
  const bool shorten = text.size() > longest;
  // Cut behind the end of a key that begins before it, so that no half of one is left.
  std::string out = without_keys(text.substr(0, longest + 64));
  if (shorten && out.size() > longest) {
    std::size_t cut = longest;
    while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0) == 0x80) --cut;
    out.resize(cut);
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    if (byte < 0x20 || byte == 0x7F) out[i] = ' ';
    // U+0080 to U+009F steer terminals.
    if (byte == 0xC2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xA0) {
      out[i] = out[i + 1] = ' ';
    }
  }
  if (shorten) out += "...";
  return out;
}

std::string_view known_spelling(Names names, std::string_view name) {
  for (const std::string_view known : names) {
    if (same(known, name)) return known;
  }
  return {};
}

bool holds(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view nearest(Names names, std::string_view name) {
  std::size_t best = name.size() < 5 ? 1 : name.size() < 10 ? 2 : 3;
  std::string_view found;
  for (const std::string_view known : names) {
    const std::size_t steps = distance(known, name, best);
    if (steps > best || (steps == best && !found.empty())) continue;
    // A word of which little is left is no slip.
    if (steps != 0 && steps * 2 >= known.size()) continue;
    best = steps;
    found = known;
  }
  if (!found.empty()) return found;
  // "UpdateChannel" for Channel.
  for (const std::string_view known : names) {
    constexpr std::size_t kWord = 5;
    if (known.size() < kWord || known.size() >= name.size()) continue;
    if (same(name.substr(name.size() - known.size()), known)) return known;
  }
  return {};
}

std::string did_you_mean(std::string_view suggestion) {
  return suggestion.empty() ? std::string() : fmt::format(": did you mean '{}'?", suggestion);
}

std::string listed(Names names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) out += i + 1 == names.size() ? " and " : ", ";
    out += names[i];
  }
  return out;
}

}  // namespace cspkit::odt
