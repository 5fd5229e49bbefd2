// SPDX-License-Identifier: Apache-2.0
#include "xsd_size.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>

namespace cspkit::ddf {
namespace {

constexpr std::size_t kMaxParticles = 400;
constexpr std::size_t kMaxNesting = 24;
constexpr std::size_t kMaxTogether = 4000;

/// What a content model comes to with every reference written out.
struct Size {
  std::size_t particles = 0;
  std::size_t nesting = 0;

  void add(const Size& inner, std::size_t level = 0) {
    particles = std::min(particles + inner.particles, kMaxTogether + 1);
    nesting = std::max(nesting, inner.nesting + level);
  }
};

std::string_view name_of(const xmlNode* node) { return reinterpret_cast<const char*>(node->name); }

std::string attribute(const xmlNode* node, const char* name) {
  xmlChar* text = xmlGetNoNsProp(node, reinterpret_cast<const xmlChar*>(name));
  std::string out(text != nullptr ? reinterpret_cast<const char*>(text) : "");
  xmlFree(text);
  return out;
}

std::string_view local(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

bool is_facet(std::string_view name) {
  return name == "enumeration" || name == "annotation" || name == "length" || name == "minLength" ||
         name == "maxLength" || name == "pattern" || name == "whiteSpace";
}

class Measure {
 public:
  explicit Measure(const xmlNode* schema) {
    for (const xmlNode* node = schema->children; node != nullptr; node = node->next) {
      if (node->type != XML_ELEMENT_NODE) continue;
      const std::string_view kind = name_of(node);
      const bool type = kind == "complexType" || kind == "simpleType";
      named_[std::string(type ? "type" : kind) + ' ' + attribute(node, "name")].node = node;
      if (!attribute(node, "substitutionGroup").empty()) ++substitutes_;
    }
  }

  /// Of every model at or below the node; they stand side by side.
  void judge(const xmlNode* node) {
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
      if (child->type != XML_ELEMENT_NODE) continue;
      const std::string_view kind = name_of(child);
      if (kind == "complexType" || kind == "simpleType" || kind == "group" ||
          kind == "attributeGroup") {
        const Size size = size_of(child);
        largest_ = std::max(largest_, size.particles);
        deepest_ = std::max(deepest_, size.nesting);
        together_ = std::min(together_ + size.particles, kMaxTogether + 1);
      }
      judge(child);
    }
  }

  bool good() const {
    return largest_ <= kMaxParticles && deepest_ <= kMaxNesting && together_ <= kMaxTogether;
  }

 private:
  struct Named {
    const xmlNode* node = nullptr;
    bool known = false;
    Size size;
  };

  Size size_of(const xmlNode* node) {
    Size size;
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
      if (child->type != XML_ELEMENT_NODE || is_facet(name_of(child))) continue;
      const std::string_view kind = name_of(child);
      // What stands inside an element is a model of its own.
      const bool model = kind == "sequence" || kind == "choice" || kind == "all";
      if (kind != "element" && kind != "attribute") size.add(size_of(child), model ? 1 : 0);
      size.add({1, 0});
      size.add(referred(child, kind));
    }
    size.add(referred(node, name_of(node)));
    return size;
  }

  Size referred(const xmlNode* node, std::string_view kind) {
    if (kind == "element") {
      return attribute(node, "ref").empty() ? Size{} : Size{substitutes_, 0};
    }
    if (kind == "group" || kind == "attributeGroup") {
      return size_of(kind, attribute(node, "ref"));
    }
    if (kind == "extension" || kind == "restriction")
      return size_of("type", attribute(node, "base"));
    Size size;
    if (kind == "union") {
      const std::string members = attribute(node, "memberTypes");
      for (std::string_view rest = members; !rest.empty();) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        if (end != 0) size.add(size_of("type", rest.substr(0, end)));
        size.add({1, 0});
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    return size;
  }

  /// Of a definition, by its name; one that refers to itself is nothing (libxml2 refuses it).
  Size size_of(std::string_view kind, std::string_view name) {
    const auto found = named_.find(std::string(kind) + ' ' + std::string(local(name)));
    if (name.empty() || found == named_.end()) return {};
    Named& definition = found->second;
    if (!definition.known) {
      definition.known = true;
      definition.size = size_of(definition.node);
    }
    return definition.size;
  }

  std::map<std::string, Named> named_;
  std::size_t substitutes_ = 0;
  std::size_t largest_ = 0, deepest_ = 0, together_ = 0;
};

}  // namespace

std::string xsd_too_large(const xmlNode* schema) {
  Measure measure(schema);
  measure.judge(schema);
  if (measure.good()) return {};
  return "it is too large with its references written out: at most " +
         std::to_string(kMaxParticles) + " particles in one type, " + std::to_string(kMaxNesting) +
         " levels and " + std::to_string(kMaxTogether) + " particles together are compiled";
}

}  // namespace cspkit::ddf
