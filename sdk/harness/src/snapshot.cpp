// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/harness/snapshot.hpp>
#include <iterator>

namespace cspkit::harness {
namespace {

std::string quoted(const std::string& data) {
  std::string text = "\"";
  for (const char c : data) {
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (c >= ' ' && c <= '~') {
      text += c;
    } else {
      text += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text + '"';
}

std::string line(const TreeEntry& entry) {
  if (!entry.leaf) return entry.uri + "/";
  if (entry.value.secret) return entry.uri + " = (secret)";
  return fmt::format("{} = {} {}", entry.uri, format_name(entry.format), quoted(entry.value.data));
}

}  // namespace

std::string Snapshot::text() const {
  std::string all;
  for (const std::string& one : lines) all += one + '\n';
  return all;
}

Snapshot make_snapshot(const std::vector<TreeEntry>& entries) {
  Snapshot snapshot;
  snapshot.lines.reserve(entries.size());
  for (const TreeEntry& entry : entries) snapshot.lines.push_back(line(entry));
  std::sort(snapshot.lines.begin(), snapshot.lines.end());
  return snapshot;
}

std::vector<std::string> diff(const Snapshot& before, const Snapshot& after) {
  std::vector<std::string> changes;
  auto gone = before.lines.begin();
  auto come = after.lines.begin();
  while (gone != before.lines.end() || come != after.lines.end()) {
    const bool left = gone != before.lines.end();
    const bool right = come != after.lines.end();
    if (left && right && *gone == *come) {
      ++gone;
      ++come;
    } else if (left && (!right || *gone < *come)) {
      changes.push_back("- " + *gone++);
    } else {
      changes.push_back("+ " + *come++);
    }
  }
  return changes;
}

}  // namespace cspkit::harness
