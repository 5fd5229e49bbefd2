// SPDX-License-Identifier: Apache-2.0
// An XML document as the readers of DDF see it: one flat list of its elements, in the order of the
// document, each with its name as a number. A scanner of our own makes it of what DDF files consist
// of; whatever else there is to XML is left to pugixml, and listed from its tree.
#ifndef CSPKIT_DDF_SRC_DOCUMENT_HPP_
#define CSPKIT_DDF_SRC_DOCUMENT_HPP_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "blob.hpp"

namespace cspkit::ddf::dom {

/// Local names of DDF's elements. The formats stand first, by their numbers in Format.
enum class Name : std::uint8_t {
  kOther,
  kB64,
  kBin,
  kBool,
  kChr,
  kInt,
  kNodeFormat,
  kNull,
  kXml,
  kDate,
  kTime,
  kFloat,
  kAccessType,
  kAdd,
  kAdmxBacked,
  kAllowedValues,
  kApplicability,
  kAtomicRequired,
  kCaseInsensitive,
  kCaseSense,
  kCaseSensitive,
  kClientInventory,
  kCommonErrorResults,
  kConflictResolution,
  kCopy,
  kCspVersion,
  kDdfName,
  kDefaultValue,
  kDelete,
  kDependency,
  kDependencyAllowedValue,
  kDependencyBehavior,
  kDependencyChangedAllowedValues,
  kDependencyGroup,
  kDependencyUri,
  kDeprecated,
  kDescription,
  kDfFormat,
  kDfProperties,
  kDfTitle,
  kDfType,
  kDiagnostics,
  kDynamic,
  kDynamicNodeNaming,
  kEditionAllowList,
  kEnum,
  kExec,
  kGet,
  kGpMapping,
  kList,
  kMan,
  kMime,
  kMod,
  kNode,
  kNodeName,
  kOccurrence,
  kOne,
  kOneOrMore,
  kOneOrN,
  kOsBuildVersion,
  kPath,
  kPermanent,
  kRebootBehavior,
  kReplace,
  kReplaceBehavior,
  kRequiresAzureAd,
  kScope,
  kServerGenerated,
  kUniqueName,
  kValue,
  kValueDescription,
  kVerDtd,
  kZeroOrMore,
  kZeroOrN,
  kZeroOrOne
};

/// The name with these letters; a prefix does not count.
Name name_of(std::string_view qualified);

/// A name without its prefix.
inline std::string_view local(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// True for that name, whatever its prefix.
inline bool is_named(std::string_view qualified, std::string_view wanted) {
  return qualified.size() >= wanted.size() && qualified.back() == wanted.back() &&
         (qualified == wanted || local(qualified) == wanted);
}

struct Element {
  std::uint32_t offset = 0;  ///< of its name in the document
  std::uint32_t name_size = 0;
  std::uint32_t size : 24;  ///< elements in it, itself counted: so far away is the next one
  Name name : 8;
  std::uint32_t first_text = 0;       ///< texts begin there, when there are any in it
  std::uint32_t first_attribute = 0;  ///< those up to the next element's are its own

  Element() : size(1), name(Name::kOther) {}
};
static_assert(sizeof(Element) == 20);

/// The elements directly inside one of a document.
class Inside {
 public:
  class Iterator {
   public:
    explicit Iterator(const Element* at) : at_(at) {}
    const Element& operator*() const { return *at_; }
    Iterator& operator++() {
      at_ += at_->size;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const Element* at_;
  };
  explicit Inside(const Element& above) : above_(&above) {}
  Iterator begin() const { return Iterator(above_ + 1); }
  Iterator end() const { return Iterator(above_ + above_->size); }

 private:
  const Element* above_;
};

/// A document, whose memory serves one text after the other.
class Document {
 public:
  /// As Element::size can say; to be kept by who gives the text.
  static constexpr std::uint32_t kMostElements = 0xFFFFFFu;
  /// Reads a text, which has to stay. Views of what was read before are gone. When it is not
  /// well-formed, an error of pugixml and its place.
  pugi::xml_parse_result read(std::string_view utf8);
  /// Gives memory back that only an uncommonly large document needs. Nothing can be read then.
  void trim();

  /// The outermost element; of name "" when there is none.
  const Element& root() const { return elements_[0]; }
  /// As written, prefix included.
  std::string_view name(const Element& element) const {
    return {base_ + element.offset, element.name_size};
  }
  std::string_view local_name(const Element& element) const { return local(name(element)); }
  /// All text in the element, that of elements in it included. Valid as long as the document.
  std::string_view text(const Element& element) {
    const Text& first = texts_[element.first_text];
    if (!inside(first, element)) return {};
    if (inside(*(&first + 1), element)) return join(element);
    return clean(piece(first.begin, first.size), first.kind);
  }
  /// The same as it is written, when it is one piece and not CDATA: equal ones mean the same. Else
  /// "".
  std::string_view raw_text(const Element& element) const {
    const Text& first = texts_[element.first_text];
    if (!inside(first, element) || inside(*(&first + 1), element) || first.kind == Kind::kCdata)
      return {};
    return piece(first.begin, first.size);
  }
  /// Without that of elements in it.
  std::string own_text(const Element& element);
  bool has_attributes(const Element& element) const {
    return element.first_attribute != (&element + 1)->first_attribute;
  }
  /// Calls `take` with the name, prefix included, and the value of each attribute.
  template <typename Take>
  void each_attribute(const Element& element, Take&& take) {
    const std::uint32_t end = (&element + 1)->first_attribute;
    for (std::uint32_t i = element.first_attribute; i != end; ++i) {
      const Attribute& each = attributes_[i];
      take(piece(each.name, each.name_size),
           clean(piece(each.value, each.value_size), attributes_are_));
    }
  }

 private:
  friend class Scanner;
  class Lister;
  static constexpr std::uint32_t kNobody = 0xFFFFFFFFu;
  /// How the bytes of a text become what they mean.
  enum class Kind : std::uint32_t { kClean, kCharacters, kCdata, kAttribute };
  struct Text {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    std::uint32_t owner = kNobody;
    Kind kind = Kind::kClean;
  };
  struct Attribute {
    std::uint32_t name = 0;
    std::uint32_t name_size = 0;
    std::uint32_t value = 0;
    std::uint32_t value_size = 0;
  };

  void clear();
  void list(const pugi::xml_node& root);
  /// Ends the lists, so that no reader has to ask for their ends.
  void finish();
  bool inside(const Text& text, const Element& element) const {
    const auto i = static_cast<std::uint32_t>(&element - elements_.data());
    return text.owner - i < element.size;
  }
  std::string_view join(const Element& element);
  std::string_view piece(std::uint32_t begin, std::uint32_t size) const {
    return {base_ + begin, size};
  }
  std::string_view clean(std::string_view raw, Kind kind) {
    return kind == Kind::kClean || is_clean(raw, kind) ? raw : keep(cleaned(raw, kind));
  }
  static bool is_clean(std::string_view raw, Kind kind);
  static std::string cleaned(std::string_view raw, Kind kind);
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  const char* base_ = nullptr;
  Kind attributes_are_ = Kind::kClean;
  Blob<Element> elements_;
  Blob<Text> texts_;
  Blob<Attribute> attributes_;
  Blob<std::uint32_t> open_;      // elements that have not ended
  std::deque<std::string> kept_;  // texts that are not in the document as they read
  pugi::xml_document tree_;       // when pugixml had to read it
};

}  // namespace cspkit::ddf::dom

#endif  // CSPKIT_DDF_SRC_DOCUMENT_HPP_
