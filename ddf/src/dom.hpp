// SPDX-License-Identifier: Apache-2.0
// Small helpers over pugixml.
#ifndef CSPKIT_DDF_SRC_DOM_HPP_
#define CSPKIT_DDF_SRC_DOM_HPP_

#include <cstddef>
#include <cstdint>
#include <pugixml.hpp>
#include <string_view>
#include <vector>

#include "document.hpp"

namespace cspkit::ddf::dom {

/// Nodes of DDF deeper than this are left out.
inline constexpr std::size_t kMaxLevels = 64;

inline bool is_element(const pugi::xml_node& node) { return node.type() == pugi::node_element; }

inline bool is_text(const pugi::xml_node& node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

/// How often a byte stands in a text.
std::uint32_t count_bytes(std::string_view text, char wanted);

/// Lines of offsets that mostly grow.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  std::uint32_t at(std::ptrdiff_t offset);

 private:
  std::string_view text_;
  std::size_t position_ = 0;
  std::uint32_t line_ = 1;
  std::vector<std::size_t> breaks_;  // all line ends, once someone asks backwards
};

}  // namespace cspkit::ddf::dom

#endif  // CSPKIT_DDF_SRC_DOM_HPP_
