// SPDX-License-Identifier: Apache-2.0
// DFProperties of one node.
#ifndef CSPKIT_DDF_SRC_PROPERTIES_HPP_
#define CSPKIT_DDF_SRC_PROPERTIES_HPP_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "document.hpp"
#include "dom.hpp"
#include "reader.hpp"

namespace cspkit::ddf {

/// Where findings about the node at hand go.
class Reporter {
 public:
  Reporter(dom::Document& document, FindingSink& sink, dom::Lines& lines)
      : document_(document), sink_(sink), lines_(lines) {}
  /// URI of the node being read; asked for only when there is something to report.
  void at_node(const std::string* parent_uri, std::string_view segment) {
    parent_uri_ = parent_uri;
    segment_ = segment;
  }
  void report(Severity severity, std::string_view code, const dom::Element& where,
              std::string text);
  /// The same, but only once per file for each `word`.
  void once(Severity severity, std::string_view code, const dom::Element& where,
            std::string_view word, std::string text);
  /// "<MSFT:Enum>".
  std::string tag(const dom::Element& element) const;
  void unknown_element(const dom::Element& above, const dom::Element& element);
  /// Reports attributes whose local names are not listed.
  void check_attributes(const dom::Element& element,
                        std::initializer_list<std::string_view> known) {
    if (document_.has_attributes(element)) judge_attributes(element, known);
  }
  std::uint32_t line(const dom::Element& node) { return lines_.at(node.offset); }
  FindingSink& sink() { return sink_; }

 private:
  void judge_attributes(const dom::Element& element, std::initializer_list<std::string_view> known);
  dom::Document& document_;
  FindingSink& sink_;
  dom::Lines& lines_;
  const std::string* parent_uri_ = nullptr;
  std::string_view segment_;
};

/// Reads DFProperties elements. Remembers the last tuples: neighbours in a file are mostly alike.
class PropertiesReader {
 public:
  PropertiesReader(dom::Document& document, Pools& pools, Reporter& reporter, bool resident)
      : document_(document), pools_(pools), reporter_(reporter), resident_(resident) {
    constexpr std::size_t kUsualWords = 32;
    for (auto* scratch : {&words_, &enums_, &plain_, &pending_.own}) scratch->reserve(kUsualWords);
  }

  /// Fills the bits and references of `record`. `parent` is the record above in the same tree, for
  /// what is inherited; nullptr for a root.
  void read(const dom::Element& properties, const Record* parent, Record& record);
  /// A node without DFProperties.
  void read_none(const dom::Element& node, const Record* parent, Record& record);

 private:
  /// What a node's properties come to, until they are interned.
  struct Pending {
    std::uint32_t bits = 0;
    std::array<std::uint32_t, kCommonWords> common{};
    std::string_view first_mime;
    // All of them, once there are several. Interned only when the node is read: each interned text
    // is kept, and one for every MIME would add up to the square.
    std::string mimes;
    std::vector<std::uint32_t> own;         // pairs of Tag and reference
    std::vector<std::uint32_t> extensions;  // as behind Tag::kExtensions, without the count
    std::uint32_t extension_count = 0;
    Ref allowed = 0;
    Ref description = 0;
    std::uint32_t seen = 0;  // bit per standard element, to find repeated and missing ones
  };
  void begin(const Record* parent, Pending& p);
  void finish(Pending& p, Record& record);
  /// Notes that the element is there; a repeated one is reported.
  void enter(std::uint32_t which, const dom::Element& element, Pending& p) {
    if ((p.seen & which) != 0) report_doubled(element);
    p.seen |= which;
  }
  void report_doubled(const dom::Element& element);
  bool read_standard(const dom::Element& element, Pending& p);
  bool read_extension(const dom::Element& element, Pending& p);
  void read_access(const dom::Element& element, Pending& p);
  void read_format(const dom::Element& element, Pending& p);
  void read_occurrence(const dom::Element& element, Pending& p);
  void read_scope(const dom::Element& element, Pending& p);
  void read_type(const dom::Element& element, Pending& p);
  void read_case(const dom::Element& element, Pending& p);
  void read_applicability(const dom::Element& element, Pending& p);
  void read_naming(const dom::Element& element, Pending& p);
  void read_deprecated(const dom::Element& element, Pending& p);
  void read_gp(const dom::Element& element, Pending& p);
  void read_errors(const dom::Element& element, Pending& p);
  void read_dependencies(const dom::Element& element, Pending& p);
  void read_dependency_group(const dom::Element& group, std::vector<std::uint32_t>& words);
  void keep_extension(const dom::Element& element, std::string_view prefix, Pending& p,
                      std::size_t depth);
  Ref read_allowed(const dom::Element& element, ValueType& type);
  void read_admx(const dom::Element& element, Ref* admx);
  Ref read_delimiter(const dom::Element& element, Ref delimiter);
  void read_enum(const dom::Element& element, std::vector<Ref>& pairs);
  Ref trimmed(const dom::Element& element);
  Ref as_written(const dom::Element& element) { return intern(document_.text(element)); }
  Ref intern(std::string_view s) { return pools_.strings.intern(s); }
  void set(Pending& p, Common which, Ref ref);
  struct Last {
    std::string_view text;  // of the document
    Ref ref = 0;
    std::string_view raw;  // the element's, when the text is one's
  };
  /// intern() for texts that are mostly those of the node before.
  Ref again(Last& last, std::string_view text) {
    if (last.text != text) last = {text, intern(text), {}};
    return last.ref;
  }
  Ref again(Common which, std::string_view text) {
    return again(last_[static_cast<std::size_t>(which)], text);
  }
  /// The trimmed text of an element, again.
  void set_again(Pending& p, Common which, const dom::Element& element);

  dom::Document& document_;
  Pools& pools_;
  Reporter& reporter_;
  bool resident_;
  std::array<std::uint32_t, kCommonWords> last_common_{};
  Ref last_common_ref_ = 0;
  std::array<Last, kCommonWords> last_;
  Last last_admx_[3];
  // Scratch, so that no node needs memory of its own.
  Pending pending_;
  std::vector<std::uint32_t> words_;
  std::vector<Ref> enums_, plain_;
};

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_PROPERTIES_HPP_
