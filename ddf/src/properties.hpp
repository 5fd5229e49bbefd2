// SPDX-License-Identifier: Apache-2.0
// DFProperties of one node.
#ifndef CSPKIT_DDF_SRC_PROPERTIES_HPP_
#define CSPKIT_DDF_SRC_PROPERTIES_HPP_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dom.hpp"
#include "reader.hpp"

namespace cspkit::ddf {

/// Where findings about the node at hand go.
class Reporter {
 public:
  Reporter(FindingSink& sink, dom::Lines& lines) : sink_(sink), lines_(lines) {}
  /// URI of the node being read; asked for only when there is something to report.
  void at_node(const std::string* parent_uri, std::string_view segment) {
    parent_uri_ = parent_uri;
    segment_ = segment;
  }
  void report(Severity severity, std::string_view code, const pugi::xml_node& where,
              std::string text);
  /// The same, but only once per file for each `word`.
  void once(Severity severity, std::string_view code, const pugi::xml_node& where,
            std::string_view word, std::string text);
  void unknown_element(const pugi::xml_node& element);
  /// Reports attributes whose local names are not listed.
  void check_attributes(const pugi::xml_node& element,
                        std::initializer_list<std::string_view> known);
  std::uint32_t line(const pugi::xml_node& node) { return lines_.at(node.offset_debug()); }
  FindingSink& sink() { return sink_; }

 private:
  FindingSink& sink_;
  dom::Lines& lines_;
  const std::string* parent_uri_ = nullptr;
  std::string_view segment_;
};

/// Reads DFProperties elements. Remembers the last tuples: neighbours in a file are mostly alike.
class PropertiesReader {
 public:
  PropertiesReader(Pools& pools, Reporter& reporter, dom::Texts& texts, bool resident)
      : pools_(pools), reporter_(reporter), texts_(texts), resident_(resident) {}

  /// Fills the bits and references of `record`. `parent` is the record above in the same tree, for
  /// what is inherited; nullptr for a root.
  void read(const pugi::xml_node& properties, const Record* parent, Record& record);
  /// A node without DFProperties.
  void read_none(const pugi::xml_node& node, const Record* parent, Record& record);

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
  bool read_standard(std::string_view name, const pugi::xml_node& element, Pending& p);
  bool read_extension(std::string_view name, const pugi::xml_node& element, Pending& p);
  void read_access(const pugi::xml_node& element, Pending& p);
  void read_format(const pugi::xml_node& element, Pending& p);
  void read_occurrence(const pugi::xml_node& element, Pending& p);
  void read_scope(const pugi::xml_node& element, Pending& p);
  void read_type(const pugi::xml_node& element, Pending& p);
  void read_case(const pugi::xml_node& element, Pending& p);
  void read_applicability(const pugi::xml_node& element, Pending& p);
  void read_naming(const pugi::xml_node& element, Pending& p);
  void read_deprecated(const pugi::xml_node& element, Pending& p);
  void read_gp(const pugi::xml_node& element, Pending& p);
  void read_errors(const pugi::xml_node& element, Pending& p);
  void read_dependencies(const pugi::xml_node& element, Pending& p);
  void read_dependency_group(const pugi::xml_node& group, std::vector<std::uint32_t>& words);
  void keep_extension(const pugi::xml_node& element, std::string_view prefix, Pending& p,
                      std::size_t depth);
  Ref read_allowed(const pugi::xml_node& element, ValueType& type);
  void read_enum(const pugi::xml_node& element, std::vector<Ref>& pairs);
  Ref trimmed(const pugi::xml_node& element);
  Ref as_written(const pugi::xml_node& element) { return intern(texts_.of(element)); }
  Ref intern(std::string_view s) { return pools_.strings.intern(s); }
  void set(Pending& p, Common which, Ref ref);
  /// intern() for texts that are mostly the last node's.
  Ref again(Common which, std::string_view text);

  Pools& pools_;
  Reporter& reporter_;
  dom::Texts& texts_;
  bool resident_;
  std::array<std::uint32_t, kCommonWords> last_common_{};
  Ref last_common_ref_ = 0;
  struct Last {
    std::string_view text;  // of the document
    Ref ref = 0;
  };
  std::array<Last, kCommonWords> last_;
  // Scratch, so that no node needs memory of its own.
  Pending pending_;
  std::vector<std::uint32_t> words_;
  std::vector<Ref> enums_, plain_;
};

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_PROPERTIES_HPP_
