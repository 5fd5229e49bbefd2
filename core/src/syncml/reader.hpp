// SPDX-License-Identifier: Apache-2.0
// From the DOM of a message to its commands. Private to message.cpp.
#ifndef CSPKIT_CORE_SYNCML_READER_HPP_
#define CSPKIT_CORE_SYNCML_READER_HPP_

#include <cspkit/result.hpp>
#include <cstddef>
#include <deque>
#include <memory_resource>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "syncml/message.hpp"

namespace cspkit::syncml {

/// How deep elements that are no part of SyncML's own grammar may nest (markup in Data, unknown
/// elements).
inline constexpr unsigned kMaxElementDepth = 256;

/// Texts put together by the reader; their addresses last.
using Texts = std::pmr::deque<std::pmr::string>;

/// Walks a parsed document into a Message. Every element is either descended into by a function of
/// its own, bounded by the grammar and max_nesting, or passed to skip(), which does not recurse.
class Reader {
 public:
  /// `source` is the text `dom` was parsed from; `owned` takes texts that no node holds in one
  /// piece.
  Reader(std::string_view source, std::pmr::memory_resource& arena, Texts& owned, Message& message,
         unsigned max_nesting);

  Status read(const pugi::xml_document& dom);

 private:
  pugi::xml_node find_root(const pugi::xml_document& dom);
  bool has_known_namespace(pugi::xml_node root);
  void read_message(pugi::xml_node root);
  void read_header(pugi::xml_node header);
  void read_header_meta(pugi::xml_node meta);
  void read_body(pugi::xml_node body);
  void read_command(pugi::xml_node node, std::string_view name, Command& command, unsigned depth);
  void read_container(pugi::xml_node node, Command& command, unsigned depth);
  void read_plain(pugi::xml_node node, Command& command);
  void read_item(pugi::xml_node node, Item& item);
  void read_meta(pugi::xml_node node, Meta& meta);
  void read_cmd_id(pugi::xml_node node, Command& command);
  bool read_address(pugi::xml_node node, std::string_view& uri);

  /// The text of an element: characters and CDATA joined, child elements left out.
  std::string_view text(pugi::xml_node node);
  /// The same; the markup as written when there are child elements.
  std::string_view content(pugi::xml_node node);
  std::string_view joined(pugi::xml_node node);
  /// Looks at an element that is not read, only to refuse bottomless nesting.
  void skip(pugi::xml_node node);
  void fail(pugi::xml_node where, std::string_view reason);

  std::string_view source_;
  std::pmr::memory_resource& arena_;
  Texts& owned_;
  Message& message_;
  unsigned max_nesting_;
  Status failure_;
};

}  // namespace cspkit::syncml

#endif  // CSPKIT_CORE_SYNCML_READER_HPP_
