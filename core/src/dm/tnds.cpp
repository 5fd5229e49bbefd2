// SPDX-License-Identifier: Apache-2.0
#include "dm/tnds.hpp"

#include <algorithm>
#include <cspkit/ddf/locuri.hpp>
#include <pugixml.hpp>
#include <utility>

#include "query/tnds.hpp"

namespace cspkit::dm {

namespace {

using pugi::xml_node;

// Known, and not read.
constexpr std::string_view kTndsWbxml = "application/vnd.syncml.dmtnds+wbxml";

std::string_view local_name(xml_node node) {
  const std::string_view name = node.name();
  return name.substr(name.find(':') + 1);
}

xml_node child(xml_node parent, std::string_view name) {
  for (const xml_node each : parent.children()) {
    if (local_name(each) == name) return each;
  }
  return {};
}

// Its text, in pieces where comments or CDATA part it.
std::string text_of(xml_node node) {
  std::string text;
  for (const xml_node each : node.children()) {
    const auto type = each.type();
    if (type == pugi::node_pcdata || type == pugi::node_cdata) text += each.value();
  }
  return text;
}

xml_node first_element(xml_node parent) {
  for (const xml_node each : parent.children()) {
    if (each.type() == pugi::node_element) return each;
  }
  return {};
}

Status bad(std::string_view what) {
  return Status(Code::kBadFormat, "TNDS document: " + std::string(what));
}

}  // namespace

class Tnds::Walk {
 public:
  Walk(Tnds& out, Verb verb, std::string_view target, std::size_t max_uri_bytes)
      : out_(out), verb_(verb), target_(target), max_uri_bytes_(max_uri_bytes) {
    if (target_ != "." && target_ != "./" && !target_.empty() && target_.back() == '/') {
      target_.pop_back();
    }
  }

  Status run(xml_node tree) {
    for (const xml_node each : tree.children()) {
      if (local_name(each) != "Node") continue;
      std::string path(detail::trim(child(each, "Path").child_value()));
      while (path.substr(0, 2) == "./") path.erase(0, 2);
      if (path == ".") path.clear();
      while (!path.empty() && path.back() == '/') path.pop_back();
      Status status = node(each, path.empty() ? target_ : target_ + "/" + path, 0);
      if (!status.ok()) return status;
    }
    return out_.operations_.empty() ? bad("it holds no Node") : Status();
  }

 private:
  Status node(xml_node xml, const std::string& parent, std::size_t depth) {
    if (depth > kMaxDepth) return Status(Code::kTooLarge, "TNDS document: nested too deep");
    if (++count_ > kMaxNodes) return Status(Code::kTooLarge, "TNDS document: too many nodes");
    const std::string name(detail::trim(text_of(child(xml, "NodeName"))));
    if (name.empty()) return bad("a Node without NodeName");
    if (depth > 0 && child(xml, "Path")) return bad("a Path within the tree");
    const std::string uri = parent + "/" + ddf::encode_segment(name);
    // Every node keeps its own address: without limits a long name with many nodes below it takes
    // their product.
    if (uri.size() > max_uri_bytes_) {
      return Status(Code::kUriTooLong, "TNDS document: an address of more than " +
                                           std::to_string(max_uri_bytes_) + " bytes");
    }
    uri_bytes_ += uri.size();
    if (uri_bytes_ > kMaxUriBytes) {
      return Status(Code::kTooLarge, "TNDS document: its addresses take too much memory");
    }
    const bool has_children = static_cast<bool>(child(xml, "Node"));
    if (has_children && child(xml, "Value")) return bad("a Node with both a Value and Nodes");
    // A Replace leaves interior nodes as they are and makes the missing ones on the way.
    if (!has_children || verb_ == Verb::kAdd) add(xml, uri, has_children);
    for (const xml_node each : xml.children()) {
      if (local_name(each) != "Node") continue;
      Status status = node(each, uri, depth + 1);
      if (!status.ok()) return status;
    }
    // By now the node is there.
    add_title(text_of(child(child(xml, "RTProperties"), "Title")), uri);
    return {};
  }

  void add_title(const std::string& title, const std::string& uri) {
    if (title.empty()) return;
    Operation operation;
    operation.verb = Verb::kReplace;
    operation.part = Part::kTitle;
    operation.uri = keep(uri + "?prop=Title");
    operation.data = keep(title);
    operation.has_data = true;
    uri_bytes_ += operation.uri.size();
    out_.operations_.push_back(operation);
  }

  void add(xml_node xml, const std::string& uri, bool has_children) {
    const xml_node properties = child(xml, "RTProperties");
    Operation operation;
    operation.verb = verb_;
    operation.part = has_children ? Part::kParent : Part::kNode;
    operation.uri = keep(uri);
    operation.format = keep(local_name(first_element(child(properties, "Format"))));
    if (!has_children) {
      const xml_node type = child(properties, "Type");
      operation.mime = keep(detail::trim(text_of(child(type, "MIME"))));
    }
    if (const xml_node value = child(xml, "Value")) {
      operation.has_data = true;
      operation.data = keep(text_of(value));
    }
    out_.operations_.push_back(operation);
  }

  std::string_view keep(std::string_view text) {
    return text.empty() ? std::string_view() : std::string_view(out_.texts_.emplace_back(text));
  }

  Tnds& out_;
  Verb verb_;
  std::string target_;
  std::size_t max_uri_bytes_;
  std::size_t count_ = 0;
  std::size_t uri_bytes_ = 0;  // of all nodes
};

bool is_tnds(const syncml::Command& command, const syncml::Item& item) {
  const bool verb =
      command.kind == syncml::CommandKind::kAdd || command.kind == syncml::CommandKind::kReplace;
  return verb && (detail::equals_ignoring_case(item.meta.type, query::kTndsType) ||
                  detail::equals_ignoring_case(item.meta.type, kTndsWbxml));
}

Status Tnds::read(const syncml::Command& command, const syncml::Item& item,
                  std::size_t max_uri_bytes) {
  if (!detail::equals_ignoring_case(item.meta.type, query::kTndsType)) {
    return bad("only those in XML are read");
  }
  if (!item.has_data) return Status(Code::kBadRequest, "a TNDS document is missing");
  const std::string_view format = item.meta.format;
  if (!format.empty() && format != "xml" && format != "chr") return bad("its format is not xml");
  pugi::xml_document document;
  const pugi::xml_parse_result parsed =
      document.load_buffer(item.data.data(), item.data.size(),
                           pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!parsed) return bad(parsed.description());
  const xml_node root = document.document_element();
  if (local_name(root) != "MgmtTree") return bad("its root is not MgmtTree");
  const Verb verb = command.kind == syncml::CommandKind::kAdd ? Verb::kAdd : Verb::kReplace;
  return Walk(*this, verb, item.target, max_uri_bytes).run(root);
}

Outcome merged(const Operation* operations, const Outcome* first, const Outcome* last) {
  const auto rank = [](const Outcome& outcome) {
    switch (outcome.status.code()) {
      case Code::kOk:
        return 0;
      case Code::kNotExecuted:
        return 1;
      case Code::kRolledBack:
        return 2;
      case Code::kRollbackFailed:
        return 3;
      default:
        return 4;  // by itself
    }
  };
  const Outcome* worst = std::max_element(
      first, last, [&](const Outcome& a, const Outcome& b) { return rank(a) < rank(b); });
  Outcome outcome = *worst;
  const Operation& operation = operations[worst - first];
  const bool named = operation.part == Part::kWhole || !outcome.failing_uri.empty();
  if (rank(outcome) == 4 && !named) outcome.failing_uri = operation.uri;
  return outcome;
}

}  // namespace cspkit::dm
