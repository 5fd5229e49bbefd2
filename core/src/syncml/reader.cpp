// SPDX-License-Identifier: Apache-2.0
#include "syncml/reader.hpp"

#include <algorithm>
#include <bit>
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/value.hpp>
#include <cstdint>

#include "syncml/input.hpp"

namespace cspkit::syncml {
namespace {

using pugi::xml_node;

// Containers recurse: whatever an embedder configures, the stack stays small.
constexpr unsigned kHighestNesting = 128;

// A local name. Those of SyncML are short: the bytes of one fit into a number, and comparing it
// with a literal costs nothing.
struct Name {
  std::string_view text;
  std::uint64_t key = 0;  // the last eight bytes

  template <std::size_t N>
  bool is(const char (&literal)[N]) const {
    constexpr std::size_t kSize = N - 1;
    std::uint64_t wanted = 0;
    for (std::size_t i = 0; i < kSize; ++i) {
      wanted = (wanted << 8) | static_cast<unsigned char>(literal[i]);
    }
    return key == wanted && text.size() == kSize && (kSize <= 8 || text == literal);
  }
};

// Without its prefix. Empty for what is no element: below the root that is text only.
Name local_name(xml_node node) {
  const char* begin = node.name();
  const char* end = begin;
  std::uint64_t key = 0;
  for (; *end != '\0'; ++end) {
    key = (key << 8) | static_cast<unsigned char>(*end);
    if (*end == ':' && end[1] != '\0') {
      begin = end + 1;
      key = 0;
    }
  }
  return {{begin, static_cast<std::size_t>(end - begin)}, key};
}

// A handle is one pointer; asking pugixml whether it is null would be a call for every element.
bool exists(xml_node node) { return std::bit_cast<const void*>(node) != nullptr; }

bool is_element(xml_node node) { return node.type() == pugi::node_element; }

// Calls visit(child, its name) for every child element. The iterators of pugixml cost three times
// the calls, all of them into a shared library.
template <typename Visit>
void for_each_element(xml_node parent, Visit visit) {
  for (xml_node child = parent.first_child(); exists(child); child = child.next_sibling()) {
    const Name name = local_name(child);
    if (!name.text.empty()) visit(child, name);
  }
}

bool is_text(xml_node node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

void inherit(Meta& meta, const Meta& outer) {
  if (meta.format.empty()) meta.format = outer.format;
  if (meta.type.empty()) meta.type = outer.type;
  if (meta.size.empty()) meta.size = outer.size;
  if (meta.mark.empty()) meta.mark = outer.mark;
}

bool says_anything(const Meta& meta) {
  return !meta.format.empty() || !meta.type.empty() || !meta.size.empty() || !meta.mark.empty();
}

/// A container's Meta holds for every command in it.
void inherit(std::pmr::vector<Command>& commands, const Meta& outer) {
  for (Command& command : commands) {
    for (Item& item : command.items) inherit(item.meta, outer);
    inherit(command.children, outer);
  }
}

bool is_container(CommandKind kind) {
  return kind == CommandKind::kAtomic || kind == CommandKind::kSequence;
}

std::size_t offset_of(xml_node node) {
  const auto offset = node.offset_debug();
  return offset < 0 ? 0 : static_cast<std::size_t>(offset);
}

// Names come from the input: short enough for one line.
std::string quoted(std::string_view name) {
  constexpr std::size_t kLongest = 40;
  std::string out = "<";
  out.append(name.substr(0, kLongest)).append(name.size() > kLongest ? "...>" : ">");
  return out;
}

}  // namespace

Reader::Reader(std::string_view source, std::pmr::memory_resource& arena, Texts& owned,
               Message& message, unsigned max_nesting)
    : source_(source),
      arena_(arena),
      owned_(owned),
      message_(message),
      max_nesting_(std::min(max_nesting, kHighestNesting)) {}

Status Reader::read(const pugi::xml_document& dom) {
  const xml_node root = find_root(dom);
  if (!failure_.ok()) return failure_;
  const Name name = local_name(root);
  if (!name.is("SyncML") && !name.is("SyncBody")) {
    fail(root, "the root element is " + quoted(root.name()) + ", not SyncML or SyncBody");
  } else if (!has_known_namespace(root)) {
    fail(root, "the root is in another namespace than SYNCML:SYNCML1.1 or 1.2");
  } else if (name.is("SyncBody")) {
    message_.bare_body = true;
    read_body(root);
  } else {
    read_message(root);
  }
  return failure_;
}

xml_node Reader::find_root(const pugi::xml_document& dom) {
  xml_node root;
  for (const xml_node node : dom.children()) {
    if (node.type() == pugi::node_doctype) {
      fail(node, "a document type declaration is not allowed in SyncML");
    } else if (is_text(node)) {
      fail(node, "not well-formed: text outside the root element");
    } else if (node.type() == pugi::node_declaration && root) {
      fail(node, "not well-formed: XML declaration after the root element");
    } else if (is_element(node) && root) {
      fail(node, "not well-formed: " + quoted(node.name()) + " after the root element");
    } else if (is_element(node)) {
      root = node;
    }
    if (!failure_.ok()) return root;
  }
  if (!root) failure_ = Status(Code::kNotSyncml, located(source_, 0, "no XML element"));
  return root;
}

bool Reader::has_known_namespace(xml_node root) {
  const std::string_view name = root.name();
  const std::size_t colon = name.find(':');
  std::string attribute = "xmlns";
  if (colon != std::string_view::npos) attribute.append(":").append(name.substr(0, colon));
  const std::string_view uri = detail::trim(root.attribute(attribute.c_str()).value());
  return uri.empty() || uri == "SYNCML:SYNCML1.2" || uri == "SYNCML:SYNCML1.1";
}

void Reader::read_message(xml_node root) {
  xml_node body;
  for_each_element(root, [&](xml_node node, const Name& name) {
    if (name.is("SyncHdr")) {
      read_header(node);
    } else if (!name.is("SyncBody")) {
      skip(node);
    } else if (body) {
      fail(node, "a second SyncBody");
    } else {
      body = node;
    }
  });
  if (!body) return fail(root, "no SyncBody");
  read_body(body);
}

void Reader::read_header(xml_node header) {
  Header& h = message_.header;
  for_each_element(header, [&](xml_node node, const Name& name) {
    h.present = true;
    if (name.is("VerDTD")) {
      h.ver_dtd = detail::trim(text(node));
    } else if (name.is("VerProto")) {
      h.ver_proto = detail::trim(text(node));
    } else if (name.is("SessionID")) {
      h.session_id = text(node);
    } else if (name.is("MsgID")) {
      h.msg_id = text(node);
    } else if (name.is("Target")) {
      read_address(node, h.target);
    } else if (name.is("Source")) {
      read_address(node, h.source);
    } else if (name.is("Meta")) {
      read_header_meta(node);
    } else {
      h.has_cred = h.has_cred || name.is("Cred");
      skip(node);
    }
  });
}

void Reader::read_header_meta(xml_node meta) {
  for_each_element(meta, [&](xml_node node, const Name& name) {
    if (name.is("MaxMsgSize")) {
      message_.header.max_msg_size = detail::trim(text(node));
    } else if (name.is("MaxObjSize")) {
      message_.header.max_obj_size = detail::trim(text(node));
    } else {
      skip(node);
    }
  });
}

void Reader::read_body(xml_node body) {
  // A command is seldom shorter; of a large message growing costs little beside the rest.
  constexpr std::size_t kBytesPerCommand = 128, kMost = 1024;
  message_.commands.reserve(std::min(source_.size() / kBytesPerCommand, kMost));
  for_each_element(body, [&](xml_node node, const Name& name) {
    if (name.is("Final")) {
      message_.final = true;
      skip(node);
    } else {
      read_command(node, name.text, message_.commands.emplace_back(&arena_), 1);
    }
  });
}

void Reader::read_command(xml_node node, std::string_view name, Command& command, unsigned depth) {
  command.element = name;
  command.kind = command_kind(name);
  if (is_container(command.kind)) {
    read_container(node, command, depth);
  } else {
    read_plain(node, command);
  }
}

void Reader::read_container(xml_node node, Command& command, unsigned depth) {
  command.too_deep = depth > max_nesting_;
  Meta meta;
  for_each_element(node, [&](xml_node child, const Name& name) {
    if (name.is("CmdID")) {
      read_cmd_id(child, command);
    } else if (name.is("Meta")) {
      read_meta(child, meta);
    } else if (name.is("NoResp") || command.too_deep) {
      skip(child);
    } else {
      read_command(child, name.text, command.children.emplace_back(&arena_), depth + 1);
    }
  });
  // Wherever it stands.
  if (says_anything(meta)) inherit(command.children, meta);
}

void Reader::read_plain(xml_node node, Command& command) {
  Meta meta;
  for_each_element(node, [&](xml_node child, const Name& name) {
    if (name.is("CmdID")) {
      read_cmd_id(child, command);
    } else if (name.is("Item")) {
      read_item(child, command.items.emplace_back());
    } else if (name.is("Meta")) {
      read_meta(child, meta);
    } else if (name.is("Data")) {
      command.data = text(child);
    } else if (name.is("Correlator")) {
      command.correlator = text(child);
    } else if (name.is("MsgRef")) {
      command.msg_ref = text(child);
    } else if (name.is("CmdRef")) {
      command.cmd_ref = text(child);
    } else if (name.is("Cmd")) {
      command.cmd = text(child);
    } else {
      skip(child);
    }
  });
  if (!says_anything(meta)) return;
  for (Item& item : command.items) inherit(item.meta, meta);
}

void Reader::read_item(xml_node node, Item& item) {
  for_each_element(node, [&](xml_node child, const Name& name) {
    if (name.is("Target")) {
      item.has_target = read_address(child, item.target) || item.has_target;
    } else if (name.is("Source")) {
      item.has_source = read_address(child, item.source) || item.has_source;
    } else if (name.is("Meta")) {
      read_meta(child, item.meta);
    } else if (name.is("Data") && !item.has_data) {
      item.has_data = true;
      item.data = content(child);
    } else {
      item.more_data = item.more_data || name.is("MoreData");
      skip(child);
    }
  });
}

void Reader::read_meta(xml_node node, Meta& meta) {
  for_each_element(node, [&](xml_node child, const Name& name) {
    if (name.is("Format")) {
      meta.format = detail::trim(text(child));
    } else if (name.is("Type")) {
      meta.type = detail::trim(text(child));
    } else if (name.is("Size")) {
      meta.size = detail::trim(text(child));
    } else if (name.is("Mark")) {
      meta.mark = detail::trim(text(child));
    } else {
      skip(child);
    }
  });
}

void Reader::read_cmd_id(xml_node node, Command& command) {
  command.cmd_id = text(node);
  command.has_cmd_id = !detail::trim(command.cmd_id).empty();
}

bool Reader::read_address(xml_node node, std::string_view& uri) {
  bool found = false;
  for_each_element(node, [&](xml_node child, const Name& name) {
    if (!found && name.is("LocURI")) {
      found = true;
      uri = detail::trim(text(child));
    } else {
      skip(child);
    }
  });
  return found;
}

std::string_view Reader::text(xml_node node) {
  if (!exists(node.first_child())) return node.value();  // the parser put the text into the element
  return joined(node);
}

std::string_view Reader::joined(xml_node node) {
  std::string_view only = node.value();
  std::pmr::string* whole = nullptr;
  for (const xml_node child : node.children()) {
    if (is_element(child)) skip(child);
    if (!is_text(child) || *child.value() == '\0') continue;
    if (whole == nullptr && !only.empty()) whole = &owned_.emplace_back(only);
    if (whole != nullptr) {
      whole->append(child.value());
    } else {
      only = child.value();
    }
  }
  return whole != nullptr ? std::string_view(*whole) : only;
}

std::string_view Reader::content(xml_node node) {
  if (!exists(node.first_child())) return node.value();
  bool has_elements = false;
  for_each_element(node, [&](xml_node, const Name&) { has_elements = true; });
  if (!has_elements) return text(node);
  skip(node);
  // The parser has decoded its own copy of the text in place: take the markup from the source.
  const std::string_view markup = inner_markup(source_, offset_of(node));
  if (!ddf::is_utf8(markup)) fail(node, "not well-formed: invalid UTF-8");
  return owned_.emplace_back(markup);
}

void Reader::skip(xml_node top) {
  unsigned depth = 0;
  xml_node node = top;
  while (true) {
    if (const xml_node child = node.first_child()) {
      if (++depth > kMaxElementDepth) {
        return fail(child, "elements nested deeper than " + std::to_string(kMaxElementDepth));
      }
      node = child;
      continue;
    }
    while (node != top && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (node == top) return;
    node = node.next_sibling();
  }
}

void Reader::fail(xml_node where, std::string_view reason) {
  if (!failure_.ok()) return;
  failure_ = Status(Code::kNotSyncml, located(source_, offset_of(where), reason));
}

}  // namespace cspkit::syncml
