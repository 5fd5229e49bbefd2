// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "xsd_size.hpp"

namespace cspkit::ddf {
namespace {

/// What a pattern of XML Schema offers libxml2 to try.
class PatternCost {
 public:
  explicit PatternCost(std::string_view pattern) : rest_(pattern) {
    while (!rest_.empty()) step();
  }

  bool bounded() const {
    if (hopeless_ || endless_ > 1 || (endless_ == 1 && repeats_ > 1)) return false;
    std::size_t ways = 1;
    for (std::size_t i = 0; i < repeats_; ++i) {
      ways *= ways_;
      if (ways > kMaxWays) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t kMaxWays = 4096;

  void step() {
    const char c = take();
    if (c == '\\') {
      take();
    } else if (c == '[') {
      skip_class();
    } else if (c == '|') {
      add_ways(2);
    } else if (c == '*' || c == '+') {
      endless();
    } else if (c == '?') {
      add_ways(2);
    } else if (c == '{') {
      counted();
    }
    after_group_ = c == ')';
  }

  char take() {
    if (rest_.empty()) return '\0';
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void skip_class() {
    for (std::size_t depth = 1; depth != 0 && !rest_.empty();) {
      const char c = take();
      if (c == '\\') take();
      if (c == '[') ++depth;
      if (c == ']') --depth;
    }
  }

  void endless() {
    ++endless_;
    // A group again and again: how often it is tried depends on what is in it.
    hopeless_ = hopeless_ || after_group_;
  }

  void counted() {
    const std::string inside(rest_.substr(0, rest_.find('}')));
    rest_.remove_prefix(std::min(inside.size() + 1, rest_.size()));
    const std::size_t comma = inside.find(',');
    if (comma != std::string::npos && comma + 1 == inside.size()) return endless();
    const std::size_t low = std::strtoul(inside.c_str(), nullptr, 10);
    const std::size_t high =
        comma == std::string::npos ? low : std::strtoul(inside.c_str() + comma + 1, nullptr, 10);
    if (high > low) add_ways(high - low + 1);
    if (after_group_) repeats_ = std::min(repeats_ * std::max<std::size_t>(high, 1), kMaxWays);
  }

  void add_ways(std::size_t count) { ways_ = std::min(ways_ * count, kMaxWays + 1); }

  std::string_view rest_;
  std::size_t ways_ = 1;
  std::size_t endless_ = 0;
  std::size_t repeats_ = 1;
  bool after_group_ = false;
  bool hopeless_ = false;
};

void drop_below(xmlNode* node, std::string& first) {
  for (xmlNode* child = node->children; child != nullptr;) {
    xmlNode* const next = child->next;
    const bool element = child->type == XML_ELEMENT_NODE;
    if (element && std::string_view(reinterpret_cast<const char*>(child->name)) == "pattern") {
      xmlChar* text = xmlGetNoNsProp(child, reinterpret_cast<const xmlChar*>("value"));
      const std::string pattern(text != nullptr ? reinterpret_cast<const char*>(text) : "");
      xmlFree(text);
      if (!PatternCost(pattern).bounded()) {
        if (first.empty()) first = pattern.substr(0, 100);
        xmlUnlinkNode(child);
        xmlFreeNode(child);
      }
    } else if (element) {
      drop_below(child, first);
    }
    child = next;
  }
}

}  // namespace

std::string drop_costly_patterns(xmlNode* schema) {
  std::string first;
  drop_below(schema, first);
  return first;
}

}  // namespace cspkit::ddf
