// SPDX-License-Identifier: Apache-2.0
#include "syncml/reader.hpp"

#include <algorithm>
#include <cspkit/value.hpp>

#include "syncml/input.hpp"

namespace cspkit::syncml {
namespace {

using pugi::xml_node;

// Containers recurse: whatever an embedder configures, the stack stays small.
constexpr unsigned kHighestNesting = 128;

std::string_view local_name(xml_node node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool is_element(xml_node node) { return node.type() == pugi::node_element; }

bool is_text(xml_node node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

void inherit(Meta& meta, const Meta& outer) {
  if (meta.format.empty()) meta.format = outer.format;
  if (meta.type.empty()) meta.type = outer.type;
  if (meta.size.empty()) meta.size = outer.size;
  if (meta.mark.empty()) meta.mark = outer.mark;
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

Reader::Reader(std::string_view source, std::deque<std::string>& owned, Message& message,
               unsigned max_nesting)
    : source_(source),
      owned_(owned),
      message_(message),
      max_nesting_(std::min(max_nesting, kHighestNesting)) {}

Status Reader::read(const pugi::xml_document& dom) {
  const xml_node root = find_root(dom);
  if (!failure_.ok()) return failure_;
  const std::string_view name = local_name(root);
  if (name != "SyncML" && name != "SyncBody") {
    fail(root, "the root element is " + quoted(root.name()) + ", not SyncML or SyncBody");
  } else if (!has_known_namespace(root)) {
    fail(root, "the root is in another namespace than SYNCML:SYNCML1.1 or 1.2");
  } else if (name == "SyncBody") {
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
  for (const xml_node node : root.children()) {
    if (!is_element(node)) continue;
    const std::string_view name = local_name(node);
    if (name == "SyncHdr") {
      read_header(node);
    } else if (name != "SyncBody") {
      skip(node);
    } else if (body) {
      fail(node, "a second SyncBody");
    } else {
      body = node;
    }
  }
  if (!body) return fail(root, "no SyncBody");
  read_body(body);
}

void Reader::read_header(xml_node header) {
  Header& h = message_.header;
  for (const xml_node node : header.children()) {
    if (!is_element(node)) continue;
    h.present = true;
    const std::string_view name = local_name(node);
    if (name == "VerDTD") {
      h.ver_dtd = detail::trim(text(node));
    } else if (name == "VerProto") {
      h.ver_proto = detail::trim(text(node));
    } else if (name == "SessionID") {
      h.session_id = text(node);
    } else if (name == "MsgID") {
      h.msg_id = text(node);
    } else if (name == "Target") {
      read_address(node, h.target);
    } else if (name == "Source") {
      read_address(node, h.source);
    } else if (name == "Meta") {
      read_header_meta(node);
    } else {
      h.has_cred = h.has_cred || name == "Cred";
      skip(node);
    }
  }
}

void Reader::read_header_meta(xml_node meta) {
  for (const xml_node node : meta.children()) {
    if (!is_element(node)) continue;
    const std::string_view name = local_name(node);
    if (name == "MaxMsgSize") {
      message_.header.max_msg_size = detail::trim(text(node));
    } else if (name == "MaxObjSize") {
      message_.header.max_obj_size = detail::trim(text(node));
    } else {
      skip(node);
    }
  }
}

void Reader::read_body(xml_node body) {
  for (const xml_node node : body.children()) {
    if (!is_element(node)) continue;
    if (local_name(node) == "Final") {
      message_.final = true;
      skip(node);
      continue;
    }
    read_command(node, message_.commands.emplace_back(), Meta{}, 1);
  }
}

void Reader::read_command(xml_node node, Command& command, const Meta& inherited, unsigned depth) {
  command.element = local_name(node);
  command.kind = command_kind(command.element);
  if (is_container(command.kind)) {
    read_container(node, command, inherited, depth);
  } else {
    read_plain(node, command, inherited);
  }
}

void Reader::read_container(xml_node node, Command& command, const Meta& inherited,
                            unsigned depth) {
  command.too_deep = depth > max_nesting_;
  // Its Meta holds for every child, wherever it stands.
  Meta meta;
  for (const xml_node child : node.children()) {
    if (is_element(child) && local_name(child) == "Meta") read_meta(child, meta);
  }
  inherit(meta, inherited);
  for (const xml_node child : node.children()) {
    if (!is_element(child)) continue;
    const std::string_view name = local_name(child);
    if (name == "Meta") continue;
    if (name == "CmdID") {
      read_cmd_id(child, command);
    } else if (name == "NoResp" || command.too_deep) {
      skip(child);
    } else {
      read_command(child, command.children.emplace_back(), meta, depth + 1);
    }
  }
}

void Reader::read_plain(xml_node node, Command& command, const Meta& inherited) {
  Meta meta;
  for (const xml_node child : node.children()) {
    if (!is_element(child)) continue;
    const std::string_view name = local_name(child);
    if (name == "CmdID") {
      read_cmd_id(child, command);
    } else if (name == "Item") {
      read_item(child, command.items.emplace_back());
    } else if (name == "Meta") {
      read_meta(child, meta);
    } else if (name == "Data") {
      command.data = text(child);
    } else if (name == "Correlator") {
      command.correlator = text(child);
    } else if (name == "MsgRef") {
      command.msg_ref = text(child);
    } else if (name == "CmdRef") {
      command.cmd_ref = text(child);
    } else if (name == "Cmd") {
      command.cmd = text(child);
    } else {
      skip(child);
    }
  }
  inherit(meta, inherited);
  for (Item& item : command.items) inherit(item.meta, meta);
}

void Reader::read_item(xml_node node, Item& item) {
  for (const xml_node child : node.children()) {
    if (!is_element(child)) continue;
    const std::string_view name = local_name(child);
    if (name == "Target") {
      item.has_target = read_address(child, item.target) || item.has_target;
    } else if (name == "Source") {
      item.has_source = read_address(child, item.source) || item.has_source;
    } else if (name == "Meta") {
      read_meta(child, item.meta);
    } else if (name == "Data" && !item.has_data) {
      item.has_data = true;
      item.data = content(child);
    } else {
      item.more_data = item.more_data || name == "MoreData";
      skip(child);
    }
  }
}

void Reader::read_meta(xml_node node, Meta& meta) {
  for (const xml_node child : node.children()) {
    if (!is_element(child)) continue;
    const std::string_view name = local_name(child);
    if (name == "Format") {
      meta.format = detail::trim(text(child));
    } else if (name == "Type") {
      meta.type = detail::trim(text(child));
    } else if (name == "Size") {
      meta.size = detail::trim(text(child));
    } else if (name == "Mark") {
      meta.mark = detail::trim(text(child));
    } else {
      skip(child);
    }
  }
}

void Reader::read_cmd_id(xml_node node, Command& command) {
  command.cmd_id = text(node);
  command.has_cmd_id = !detail::trim(command.cmd_id).empty();
}

bool Reader::read_address(xml_node node, std::string_view& uri) {
  bool found = false;
  for (const xml_node child : node.children()) {
    if (!is_element(child)) continue;
    if (!found && local_name(child) == "LocURI") {
      found = true;
      uri = detail::trim(text(child));
    } else {
      skip(child);
    }
  }
  return found;
}

std::string_view Reader::text(xml_node node) {
  if (!node.first_child()) return node.value();  // the parser put the text into the element
  return joined(node);
}

std::string_view Reader::joined(xml_node node) {
  std::string_view only = node.value();
  std::string* whole = nullptr;
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
  const auto children = node.children();
  if (std::none_of(children.begin(), children.end(), is_element)) return text(node);
  skip(node);
  // The parser has decoded its own copy of the text in place: take the markup from the source.
  const std::string_view markup = inner_markup(source_, offset_of(node));
  if (!is_utf8(markup)) fail(node, "not well-formed: invalid UTF-8");
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
