// SPDX-License-Identifier: Apache-2.0
// Reads what DDF files consist of: elements, attributes, character data, CDATA, comments, the
// XML declaration, and a document type that declares nothing. All that it takes, pugixml takes as
// well, and reads in the same way. What it does not take may be sound for all that: then pugixml
// judges.
#ifndef CSPKIT_DDF_SRC_SCANNER_HPP_
#define CSPKIT_DDF_SRC_SCANNER_HPP_

#include <cstddef>
#include <string_view>

#include "document.hpp"

namespace cspkit::ddf::dom {

class Scanner {
 public:
  /// The lists of `out` have to be empty.
  Scanner(std::string_view text, Document& out)
      : at_(text.data()), begin_(text.data()), end_(text.data() + text.size()), out_(out) {}
  /// False when the text holds anything else; the lists are unfinished then.
  bool scan();

 private:
  /// Each takes something whole that begins at at_, or says no.
  bool before_root();
  bool after_root();
  bool content();
  bool start_tag();
  /// What follows the tag of an element that may have only text in it.
  bool leaf(std::uint32_t index);
  /// Goes to the next '<', over a text that is not empty; how it has to be read.
  bool text(Document::Kind& kind);
  bool attributes();
  bool attribute();
  bool end_tag();
  bool comment();
  bool character_data();
  bool document_type();

  void skip_blanks();
  /// Goes on behind the next `closing`.
  bool skip_past(std::string_view closing);
  /// Sets the element's name and its size.
  bool take_name(Element& element);
  bool take_any_name(Element& element);
  /// Of the element with that number.
  void add_text(const char* begin, const char* end, Document::Kind kind, std::uint32_t owner);
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  bool follows(std::string_view word) const {
    return std::string_view(at_, left()).substr(0, word.size()) == word;
  }
  std::uint32_t offset_of(const char* place) const {
    return static_cast<std::uint32_t>(place - begin_);
  }

  const char* at_;
  const char* begin_;
  const char* end_;
  Document& out_;
};

}  // namespace cspkit::ddf::dom

#endif  // CSPKIT_DDF_SRC_SCANNER_HPP_
