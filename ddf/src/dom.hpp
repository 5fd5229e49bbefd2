// SPDX-License-Identifier: Apache-2.0
// Small helpers over pugixml.
#ifndef CSPKIT_DDF_SRC_DOM_HPP_
#define CSPKIT_DDF_SRC_DOM_HPP_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::ddf::dom {

/// Nodes of DDF deeper than this are left out.
inline constexpr std::size_t kMaxLevels = 64;

inline bool is_element(const pugi::xml_node& node) { return node.type() == pugi::node_element; }

inline std::string_view local(const char* name) {
  const char* begin = name;
  const char* end = name;
  bool prefixed = false;
  for (; *end != '\0'; ++end) {
    if (*end != ':' || prefixed) continue;
    begin = end + 1;
    prefixed = true;
  }
  return {begin, static_cast<std::size_t>(end - begin)};
}
inline std::string_view local_name(const pugi::xml_node& node) { return local(node.name()); }

/// An element inside another, and its name without prefix.
struct Element {
  pugi::xml_node node;
  std::string_view name;
};

/// The elements inside an element. What pugixml's own iterators do, with a third of the calls: each
/// is one into its library.
class Elements {
 public:
  class Iterator {
   public:
    explicit Iterator(pugi::xml_node node) : at_{node, {}} { skip_texts(); }
    const Element& operator*() const { return at_; }
    Iterator& operator++() {
      at_.node = at_.node.next_sibling();
      skip_texts();
      return *this;
    }
    bool operator!=(std::nullptr_t) const { return !done_; }

   private:
    // What is neither element nor text is not parsed, and texts have no name.
    void skip_texts() {
      for (;; at_.node = at_.node.next_sibling()) {
        const char* name = at_.node.name();
        if (*name != '\0') {
          at_.name = local(name);
          return;
        }
        if (at_.node.empty()) break;
      }
      done_ = true;
    }
    Element at_;
    bool done_ = false;
  };
  explicit Elements(const pugi::xml_node& above) : first_(above.first_child()) {}
  Iterator begin() const { return Iterator(first_); }
  std::nullptr_t end() const { return nullptr; }

 private:
  pugi::xml_node first_;
};

inline bool is_text(const pugi::xml_node& node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

/// How often a byte stands in a text.
std::uint32_t count_bytes(std::string_view text, char wanted);

/// All text below an element, children of children included, without recursion.
std::string deep_text(const pugi::xml_node& element);
/// True when an element stands inside.
bool has_elements(const pugi::xml_node& element);

/// Texts of elements as views; those of several parts are joined and kept here.
class Texts {
 public:
  std::string_view of(const pugi::xml_node& element);
  std::string_view keep(std::string text) { return joined_.emplace_back(std::move(text)); }

 private:
  std::deque<std::string> joined_;
};

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
