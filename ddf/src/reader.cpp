// SPDX-License-Identifier: Apache-2.0
#include "reader.hpp"

#include <algorithm>

#include "dom.hpp"
#include "properties.hpp"
#include "text.hpp"

namespace cspkit::ddf {

using dom::local_name;
using pugi::xml_node;

namespace {

/// Names and elements of a file may be as long as the file: a finding shall fit a screen.
void shorten(std::string& text) {
  constexpr std::size_t kLongest = 2000;
  if (text.size() <= kLongest) return;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  text.resize(end);
  text += "...";
}

}  // namespace

void FindingSink::add(Severity severity, std::string_view code, std::uint32_t line, std::string uri,
                      std::string text) {
  if (count_ > kMax) {
    if (severity == Severity::kError) error_unlisted();
    return;
  }
  if (++count_ > kMax) {
    more_at_ = out_.size();
    out_.push_back({Severity::kWarning,
                    "D090",
                    file_,
                    line,
                    {},
                    "more than " + std::to_string(kMax) + " findings; the rest is not listed"});
    if (severity == Severity::kError) error_unlisted();
    return;
  }
  shorten(uri);
  shorten(text);
  out_.push_back({severity, std::string(code), file_, line, std::move(uri), std::move(text)});
}

void FindingSink::error_unlisted() {
  if (count_ <= kMax || out_[more_at_].severity == Severity::kError) return;
  out_[more_at_].severity = Severity::kError;
  out_[more_at_].text += ", and there are errors in it";
}

bool FindingSink::first(std::string_view code, std::string_view word) {
  if (count_ > kMax) return false;  // nothing more is listed
  std::string key(code);
  key += ' ';
  key += word;
  return seen_.insert(std::move(key)).second;
}

namespace {

constexpr std::size_t kMaxPathSegments = 32;

/// A node as read, in the order of the document.
struct Draft {
  Record record;
  std::string_view name;  // decoded, trimmed; "" when dynamic
  std::uint32_t parent = kNone;
  std::uint32_t first_child = kNone;
  std::uint32_t last_child = kNone;
  std::uint32_t next = kNone;
};

class TreeReader {
 public:
  TreeReader(std::string_view utf8, std::uint32_t file, bool resident, Pools& pools,
             FindingSink& findings)
      : lines_(utf8),
        pools_(pools),
        reporter_(findings, lines_),
        properties_(pools, reporter_, texts_, resident),
        file_(file),
        resident_(resident) {}

  std::vector<TreeDraft> read(const xml_node& root, DocumentInfo& info);

 private:
  void read_tree(const xml_node& node, std::vector<TreeDraft>& out);
  bool read_path(const xml_node& node, std::string_view name, TreeDraft& tree);
  /// What stands in a Node element; everything else of it in odd_.
  struct Parts {
    std::string_view name;
    bool dynamic = false;
    xml_node properties;
    xml_node first_node;
  };
  Parts take_apart(const xml_node& node);
  void read_node(const xml_node& node, const Parts& parts, std::uint32_t parent,
                 const std::string& parent_uri, std::size_t level);
  void read_properties(const xml_node& node, const Parts& parts, std::uint32_t parent,
                       Record& record);
  void count_only(const xml_node& node);
  void read_children(const xml_node& node, const xml_node& first, std::uint32_t index,
                     const std::string& parent_uri, std::size_t level);
  std::string_view read_name(const xml_node& element);
  void arrange(TreeDraft& tree);
  std::vector<std::uint32_t> ordered_children(const TreeDraft& tree, const Draft& parent,
                                              std::uint32_t& dynamic);
  void drop(const TreeDraft& tree, std::uint32_t index, std::string text);

  dom::Lines lines_;
  dom::Texts texts_;
  Pools& pools_;
  Reporter reporter_;
  PropertiesReader properties_;
  std::uint32_t file_;
  bool resident_;
  std::uint32_t ordinal_ = 0;
  std::vector<Draft> drafts_;
  std::vector<dom::Element> odd_;
};

std::vector<TreeDraft> TreeReader::read(const xml_node& root, DocumentInfo& info) {
  std::vector<TreeDraft> trees;
  reporter_.check_attributes(root, {});
  for (const auto& [child, name] : dom::Elements(root)) {
    if (name == "Node") {
      read_tree(child, trees);
    } else if (name == "VerDTD") {
      info.version = detail::trim(texts_.of(child));
    } else if (name == "Diagnostics") {
      info.diagnostics = detail::trim(dom::deep_text(child));
    } else if (name != "Man" && name != "Mod") {  // device maker and model, of no use here
      reporter_.unknown_element(child);
    }
  }
  if (info.version.empty()) {
    reporter_.report(Severity::kWarning, "D112", root, "no <VerDTD>; read as DDF 1.2");
  } else if (info.version != "1.2") {
    reporter_.report(Severity::kWarning, "D112", root,
                     "<VerDTD> is \"" + info.version.substr(0, 40) + "\"; read as DDF 1.2");
  }
  if (trees.empty()) {
    reporter_.report(Severity::kWarning, "D111", root, "the file describes no node");
  }
  return trees;
}

/// Sorts out what stands in a Node element. Every one of its children is looked at once, here.
TreeReader::Parts TreeReader::take_apart(const xml_node& node) {
  Parts parts;
  int names = 0;
  odd_.clear();
  for (const auto& [child, element] : dom::Elements(node)) {
    if (element == "Node") {
      if (!parts.first_node) parts.first_node = child;
    } else if (element == "NodeName") {
      parts.name = read_name(child);
      ++names;
    } else if (element == "DFProperties" && !parts.properties) {
      parts.properties = child;
    } else {
      odd_.push_back({child, element});
    }
  }
  if (names != 1) {
    reporter_.report(Severity::kWarning, "D101", node,
                     names == 0 ? "no <NodeName>; taken as a dynamic node"
                                : "more than one <NodeName>; the last one counts");
  }
  parts.dynamic = parts.name.empty() || parts.name == "*";
  if (parts.dynamic) parts.name = {};
  return parts;
}

std::string_view TreeReader::read_name(const xml_node& element) {
  const std::string_view whole = texts_.of(element);
  const std::string_view name = detail::trim(whole);
  if (name.size() != whole.size() && !name.empty()) {
    reporter_.once(
        Severity::kInfo, "D114", element, name,
        "blanks around the <NodeName> \"" + std::string(name.substr(0, 100)) + "\" are left out");
  }
  return name;
}

bool TreeReader::read_path(const xml_node& node, std::string_view name, TreeDraft& tree) {
  std::string_view path;
  bool given = false;
  for (const auto& [child, element] : odd_) {
    if (element != "Path") continue;
    path = detail::trim(texts_.of(child));
    given = true;
  }
  if (!given) {
    reporter_.report(Severity::kError, "D102", node, "a root without <Path>; placed below \".\"");
  }
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  Result<LocUri> uri = LocUri::parse(path.empty() ? "." : path, UriLimits{4096, kMaxPathSegments});
  if (!uri || uri->has_query()) {
    reporter_.report(Severity::kError, "D103", node,
                     "the <Path> \"" + std::string(path.substr(0, 100)) +
                         "\" is no address; the tree is left out: " +
                         (uri ? "a <Path> has no query" : uri.error().text()));
    return false;
  }
  tree.scope = uri->scope();
  for (std::size_t i = 0; i < uri->size(); ++i) tree.path.emplace_back((*uri)[i]);
  tree.set_name(name);
  return true;
}

void TreeReader::count_only(const xml_node& node) {
  // The numbering of descriptions counts the nodes of trees that are left out, too.
  xml_node at = node;
  while (at) {
    const bool is_node = dom::is_element(at) && local_name(at) == "Node";
    if (is_node) ++ordinal_;
    if (is_node && at.first_child()) {
      at = at.first_child();
      continue;
    }
    while (at && at != node && !at.next_sibling()) at = at.parent();
    if (!at || at == node) break;
    at = at.next_sibling();
  }
}

void TreeReader::read_tree(const xml_node& node, std::vector<TreeDraft>& out) {
  reporter_.at_node(nullptr, {});
  TreeDraft tree;
  const Parts parts = take_apart(node);
  if (parts.dynamic || !read_path(node, parts.name, tree)) {
    if (parts.dynamic) {
      reporter_.report(Severity::kError, "D113", node,
                       "the root of a tree needs a <NodeName>; the tree is left out");
    }
    count_only(node);
    return;
  }
  tree.line = reporter_.line(node);
  drafts_.clear();
  const std::string above = tree.uri.substr(0, tree.uri.rfind('/'));
  read_node(node, parts, kNone, above, 1);
  reporter_.at_node(nullptr, {});  // the place it was told of last is gone
  if (drafts_.empty()) return;
  arrange(tree);
  out.push_back(std::move(tree));
}

void TreeReader::read_properties(const xml_node& node, const Parts& parts, std::uint32_t parent,
                                 Record& record) {
  const Record* above = parent == kNone ? nullptr : &drafts_[parent].record;
  if (node.first_attribute()) reporter_.check_attributes(node, {});
  for (const auto& [child, element] : odd_) {
    if (element == "DFProperties") {
      reporter_.report(Severity::kError, "D210", child,
                       "more than one <DFProperties>; the first one counts");
    } else if (element != "Path") {
      reporter_.unknown_element(child);
    } else if (parent != kNone) {
      reporter_.report(Severity::kWarning, "D103", child,
                       "a <Path> below the root of a tree; ignored");
    }
  }
  if (parts.properties) {
    properties_.read(parts.properties, above, record);
  } else {
    properties_.read_none(node, above, record);
  }
}

void TreeReader::read_node(const xml_node& node, const Parts& parts, std::uint32_t parent,
                           const std::string& parent_uri, std::size_t level) {
  reporter_.at_node(&parent_uri, parts.dynamic ? std::string_view("{}") : parts.name);
  if (parts.name.size() > 0x3FFF) {
    reporter_.report(Severity::kError, "D108", node,
                     "the <NodeName> is longer than 16383 bytes; the node is left out");
    count_only(node);
    return;
  }
  if (text::is_dots(parts.name)) {
    reporter_.report(Severity::kError, "D108", node,
                     "no address may have a segment \"" + std::string(parts.name) +
                         "\"; the node is left out: give it another <NodeName>");
    count_only(node);
    return;
  }
  Draft draft;
  draft.name = parts.name;
  Record& record = draft.record;
  record.bits = BitsDynamic::with(0, parts.dynamic ? 1 : 0);
  record.line = reporter_.line(node);
  record.file = file_;
  const std::uint32_t ordinal = ordinal_++;
  read_properties(node, parts, parent, record);
  if (!resident_) record.description = ordinal;
  const auto index = static_cast<std::uint32_t>(drafts_.size());
  draft.parent = parent;
  drafts_.push_back(draft);
  if (parent != kNone) {
    Draft& up = drafts_[parent];
    (up.first_child == kNone ? up.first_child : drafts_[up.last_child].next) = index;
    up.last_child = index;
  }
  if (parts.first_node) read_children(node, parts.first_node, index, parent_uri, level);
}

void TreeReader::read_children(const xml_node& node, const xml_node& first, std::uint32_t index,
                               const std::string& parent_uri, std::size_t level) {
  const Draft& draft = drafts_[index];
  const bool dynamic = BitsDynamic::get(draft.record.bits) != 0;
  const std::string uri =
      parent_uri + '/' + (dynamic ? std::string("{}") : std::string(draft.name));
  const auto format = static_cast<Format>(BitsFormat::get(draft.record.bits));
  if (format != Format::kNode) {
    reporter_.report(Severity::kWarning, "D106", node,
                     "a leaf (format " + std::string(format_name(format)) +
                         ") with children; they are addressable");
  }
  for (xml_node child = first; child; child = child.next_sibling()) {
    if (local_name(child) != "Node") continue;
    reporter_.at_node(&uri, {});
    if (level < dom::kMaxLevels) {
      read_node(child, take_apart(child), index, uri, level + 1);
      continue;
    }
    reporter_.once(Severity::kError, "D105", child, "depth",
                   "nodes deeper than " + std::to_string(dom::kMaxLevels) +
                       " levels are left out (reported once per file)");
    count_only(child);
  }
}

void TreeReader::drop(const TreeDraft& tree, std::uint32_t index, std::string text) {
  const Draft& draft = drafts_[index];
  std::string uri(draft.name.empty() ? std::string_view("{}") : draft.name);
  for (std::uint32_t i = draft.parent; i != kNone && i != 0; i = drafts_[i].parent) {
    uri =
        std::string(drafts_[i].name.empty() ? std::string_view("{}") : drafts_[i].name) + '/' + uri;
  }
  reporter_.sink().add(Severity::kError, "D104", draft.record.line, tree.uri + '/' + uri,
                       std::move(text));
}

std::vector<std::uint32_t> TreeReader::ordered_children(const TreeDraft& tree, const Draft& parent,
                                                        std::uint32_t& dynamic) {
  std::vector<std::uint32_t> out;
  dynamic = kNone;
  for (std::uint32_t i = parent.first_child; i != kNone; i = drafts_[i].next) {
    if (BitsDynamic::get(drafts_[i].record.bits) == 0) {
      out.push_back(i);
    } else if (dynamic == kNone) {
      dynamic = i;
    } else {
      drop(tree, i, "a second node without a name below the same parent; left out");
    }
  }
  const auto before = [this](std::uint32_t a, std::uint32_t b) {
    return text::compare_folded(drafts_[a].name, drafts_[b].name) < 0;
  };
  if (!std::is_sorted(out.begin(), out.end(), before))
    std::stable_sort(out.begin(), out.end(), before);
  const auto same = [this](std::uint32_t a, std::uint32_t b) {
    const Draft& x = drafts_[a];
    const Draft& y = drafts_[b];
    if (!text::equal_folded(x.name, y.name)) return false;
    const bool both_exact = BitsCaseSensitive::get(x.record.bits & y.record.bits) != 0;
    return !both_exact || x.name == y.name;
  };
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    // Only nodes of the same folded name are looked at again: few, unless all are case-sensitive.
    bool doubled = false;
    constexpr std::size_t kLookBack = 64;
    for (std::size_t k = kept; k-- > 0 && kept - k <= kLookBack;) {
      if (!text::equal_folded(drafts_[out[k]].name, drafts_[out[i]].name)) break;
      doubled = doubled || same(out[k], out[i]);
    }
    if (doubled) {
      drop(tree, out[i], "a node of this name stands beside it already; the later is left out");
    } else {
      out[kept++] = out[i];
    }
  }
  out.resize(kept);
  return out;
}

void TreeReader::arrange(TreeDraft& tree) {
  std::vector<std::uint32_t> order{0};
  tree.nodes.reserve(drafts_.size());
  drafts_[0].record.bits = BitsRoot::with(drafts_[0].record.bits, 1);
  const std::uint32_t user = tree.scope == Scope::kUser ? 1 : 0;
  std::vector<std::uint32_t> parents{kNone};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Draft& draft = drafts_[order[i]];
    Record record = draft.record;
    record.parent = parents[i];
    record.bits = BitsUser::with(record.bits, user);
    std::uint32_t dynamic = kNone;
    const std::vector<std::uint32_t> children = ordered_children(tree, draft, dynamic);
    record.first_child = static_cast<std::uint32_t>(order.size());
    record.children =
        static_cast<std::uint32_t>(children.size()) * 2 + (dynamic == kNone ? 0u : 1u);
    order.insert(order.end(), children.begin(), children.end());
    if (dynamic != kNone) order.push_back(dynamic);
    parents.resize(order.size(), static_cast<std::uint32_t>(i));
    record.name_size = static_cast<std::uint16_t>(draft.name.size());
    const Ref name = pools_.strings.intern(draft.name);
    record.name = pools_.strings.offset_of(name);
    if (name == 0) record.name_size = 0;  // the pool is full: reported elsewhere
    tree.nodes.push_back(record);
  }
  tree.nodes.shrink_to_fit();
}

}  // namespace

void TreeDraft::set_name(std::string_view name) {
  std::string whole;
  for (const std::string& above : path) {
    append_encoded(whole, above);
    whole += '/';
  }
  append_encoded(whole, name);
  uri = (scope == Scope::kUser ? "./User/" : "./Device/") + whole;
  key = (scope == Scope::kUser ? "u/" : "d/") + fold(whole);
}

std::vector<TreeDraft> read_trees(const pugi::xml_document& document, std::string_view utf8,
                                  std::uint32_t file, bool resident, Pools& pools,
                                  FindingSink& findings, DocumentInfo& info) {
  TreeReader reader(utf8, file, resident, pools, findings);
  return reader.read(document.document_element(), info);
}

std::vector<std::string> collect_descriptions(const pugi::xml_document& document) {
  std::vector<std::string> out;
  const xml_node root = document.document_element();
  xml_node at = root;
  // Pre-order over everything; only Node elements go deeper into what matters.
  while (at) {
    const bool is_node = dom::is_element(at) && local_name(at) == "Node";
    if (is_node) {
      out.emplace_back();
      for (const auto& [child, name] : dom::Elements(at)) {
        if (name != "DFProperties") continue;
        for (const auto& [property, property_name] : dom::Elements(child)) {
          if (property_name == "Description") out.back() = dom::deep_text(property);
        }
        break;
      }
    }
    if ((is_node || at == root) && at.first_child()) {
      at = at.first_child();
      continue;
    }
    while (at && at != root && !at.next_sibling()) at = at.parent();
    if (!at || at == root) break;
    at = at.next_sibling();
  }
  return out;
}

}  // namespace cspkit::ddf
