// SPDX-License-Identifier: Apache-2.0
#include "reader.hpp"

#include <algorithm>

#include "dom.hpp"
#include "properties.hpp"
#include "text.hpp"

namespace cspkit::ddf {

using dom::Element;
using dom::Inside;
using dom::Name;

namespace {

constexpr std::size_t kLongestText = 2000;

/// Names and elements of a file may be as long as the file: a finding shall fit a screen.
void shorten(std::string& text) {
  if (text.size() <= kLongestText) return;
  text = std::string(text::head(text, kLongestText)) + "...";  // anew: the long one's memory goes
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
constexpr std::size_t kUsualNodes = 32;

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
  TreeReader(dom::Document& document, std::string_view utf8, std::uint32_t file, bool resident,
             Pools& pools, FindingSink& findings)
      : document_(document),
        lines_(utf8),
        pools_(pools),
        reporter_(document, findings, lines_),
        properties_(document, pools, reporter_, resident),
        file_(file),
        resident_(resident) {
    // Enough for most files, which then take no memory piece by piece.
    drafts_.reserve(kUsualNodes);
    order_.reserve(kUsualNodes);
    parents_.reserve(kUsualNodes);
    children_.reserve(kUsualNodes);
    odd_.reserve(kUsualNodes);
  }

  std::vector<TreeDraft> read(DocumentInfo& info);

 private:
  void read_tree(const Element& node, std::vector<TreeDraft>& out);
  bool read_path(const Element& node, std::string_view name, TreeDraft& tree);
  /// What stands in a Node element; everything else of it in odd_.
  struct Parts {
    std::string_view name;
    bool dynamic = false;
    const Element* properties = nullptr;
    const Element* first_node = nullptr;
  };
  Parts take_apart(const Element& node);
  /// A node below uri_.
  void read_node(const Element& node, const Parts& parts, std::uint32_t parent, std::size_t level);
  void read_properties(const Element& node, const Parts& parts, std::uint32_t parent,
                       Record& record);
  void count_only(const Element& node);
  void read_children(const Element& node, const Element& first, std::uint32_t index,
                     std::size_t level);
  std::string_view read_name(const Element& element);
  void arrange(TreeDraft& tree);
  /// Brings the static children of a node into children_, in their order.
  void order_children(const TreeDraft& tree, const Draft& parent, std::uint32_t& dynamic);
  void leave_doubles_out(const TreeDraft& tree);
  void drop(const TreeDraft& tree, std::uint32_t index, std::string text);

  dom::Document& document_;
  dom::Lines lines_;
  Pools& pools_;
  Reporter reporter_;
  PropertiesReader properties_;
  std::uint32_t file_;
  bool resident_;
  std::uint32_t ordinal_ = 0;
  std::vector<Draft> drafts_;
  struct Child {
    std::uint64_t head = 0;  // of the folded name
    std::uint32_t draft = 0;
  };
  std::vector<Child> children_;
  std::vector<const Element*> odd_;
  std::string uri_;  // for findings, which are cut
  // Of arrange().
  std::vector<std::uint32_t> order_, parents_;
};

std::vector<TreeDraft> TreeReader::read(DocumentInfo& info) {
  std::vector<TreeDraft> trees;
  const Element& root = document_.root();
  reporter_.check_attributes(root, {});
  for (const Element& child : Inside(root)) {
    switch (child.name) {
      case Name::kNode:
        read_tree(child, trees);
        break;
      case Name::kVerDtd:
        info.version = detail::trim(document_.text(child));
        break;
      case Name::kDiagnostics:
        info.diagnostics = detail::trim(document_.text(child));
        break;
      case Name::kMan:  // device maker and model, of no use here
      case Name::kMod:
        break;
      default:
        reporter_.unknown_element(root, child);
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
TreeReader::Parts TreeReader::take_apart(const Element& node) {
  Parts parts;
  int names = 0;
  odd_.clear();
  for (const Element& child : Inside(node)) {
    if (child.name == Name::kNode) {
      if (parts.first_node == nullptr) parts.first_node = &child;
    } else if (child.name == Name::kNodeName) {
      parts.name = read_name(child);
      ++names;
    } else if (child.name == Name::kDfProperties && parts.properties == nullptr) {
      parts.properties = &child;
    } else {
      odd_.push_back(&child);
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

std::string_view TreeReader::read_name(const Element& element) {
  const std::string_view whole = document_.text(element);
  const std::string_view name = detail::trim(whole);
  if (name.size() != whole.size() && !name.empty()) {
    reporter_.once(
        Severity::kInfo, "D114", element, name,
        "blanks around the <NodeName> \"" + std::string(name.substr(0, 100)) + "\" are left out");
  }
  return name;
}

bool TreeReader::read_path(const Element& node, std::string_view name, TreeDraft& tree) {
  std::string_view path;
  bool given = false;
  for (const Element* child : odd_) {
    if (child->name != Name::kPath) continue;
    path = detail::trim(document_.text(*child));
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

void TreeReader::count_only(const Element& node) {
  // The numbering of descriptions counts the nodes of trees that are left out, too.
  const Element* const end = &node + node.size;
  for (const Element* at = &node; at != end;) {
    const bool is_node = at->name == Name::kNode;
    if (is_node) ++ordinal_;
    at += is_node ? 1 : at->size;
  }
}

void TreeReader::read_tree(const Element& node, std::vector<TreeDraft>& out) {
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
  uri_.assign(tree.uri, 0, tree.uri.rfind('/'));
  read_node(node, parts, kNone, 1);
  reporter_.at_node(nullptr, {});  // the place it was told of last is gone
  if (drafts_.empty()) return;
  arrange(tree);
  out.push_back(std::move(tree));
}

void TreeReader::read_properties(const Element& node, const Parts& parts, std::uint32_t parent,
                                 Record& record) {
  const Record* above = parent == kNone ? nullptr : &drafts_[parent].record;
  reporter_.check_attributes(node, {});
  for (const Element* child : odd_) {
    if (child->name == Name::kDfProperties) {
      reporter_.report(Severity::kError, "D210", *child,
                       "more than one <DFProperties>; the first one counts");
    } else if (child->name != Name::kPath) {
      reporter_.unknown_element(node, *child);
    } else if (parent != kNone) {
      reporter_.report(Severity::kWarning, "D103", *child,
                       "a <Path> below the root of a tree; ignored");
    }
  }
  if (parts.properties != nullptr) {
    properties_.read(*parts.properties, above, record);
  } else {
    properties_.read_none(node, above, record);
  }
}

void TreeReader::read_node(const Element& node, const Parts& parts, std::uint32_t parent,
                           std::size_t level) {
  reporter_.at_node(&uri_, parts.dynamic ? std::string_view("{}") : parts.name);
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
  const auto index = static_cast<std::uint32_t>(drafts_.size());
  Draft& draft = drafts_.emplace_back();  // nothing is added while its properties are read
  draft.name = parts.name;
  draft.parent = parent;
  Record& record = draft.record;
  record.bits = BitsDynamic::with(0, parts.dynamic ? 1 : 0);
  record.line = reporter_.line(node);
  record.file = file_;
  const std::uint32_t ordinal = ordinal_++;
  read_properties(node, parts, parent, record);
  if (!resident_) record.description = ordinal;
  if (parent != kNone) {
    Draft& up = drafts_[parent];
    (up.first_child == kNone ? up.first_child : drafts_[up.last_child].next) = index;
    up.last_child = index;
  }
  if (parts.first_node != nullptr) read_children(node, *parts.first_node, index, level);
}

void TreeReader::read_children(const Element& node, const Element& first, std::uint32_t index,
                               std::size_t level) {
  const Draft& draft = drafts_[index];
  const bool dynamic = BitsDynamic::get(draft.record.bits) != 0;
  const auto format = static_cast<Format>(BitsFormat::get(draft.record.bits));
  if (format != Format::kNode) {
    reporter_.report(Severity::kWarning, "D106", node,
                     "a leaf (format " + std::string(format_name(format)) +
                         ") with children; they are addressable");
  }
  // What is longer than anybody is told does not grow from level to level.
  constexpr std::size_t kTold = 4096;
  const std::size_t above = uri_.size();
  if (above < kTold)
    uri_.append(1, '/').append(dynamic ? std::string_view("{}") : draft.name.substr(0, kTold));
  const Element* const end = &node + node.size;
  for (const Element* at = &first; at != end; at += at->size) {
    const Element& child = *at;
    if (child.name != Name::kNode) continue;
    reporter_.at_node(&uri_, {});
    if (level < dom::kMaxLevels) {
      read_node(child, take_apart(child), index, level + 1);
      continue;
    }
    reporter_.once(Severity::kError, "D105", child, "depth",
                   "nodes deeper than " + std::to_string(dom::kMaxLevels) +
                       " levels are left out (reported once per file)");
    count_only(child);
  }
  uri_.resize(above);
}

void TreeReader::drop(const TreeDraft& tree, std::uint32_t index, std::string text) {
  const Draft& draft = drafts_[index];
  std::string uri;
  if (!reporter_.sink().is_full()) {  // names are long, and so may be the way up
    std::vector<std::string_view> names;
    std::size_t size = 0;
    for (std::uint32_t i = index; i != kNone && i != 0 && size < kLongestText;
         i = drafts_[i].parent) {
      const std::string_view name = drafts_[i].name;
      names.push_back(name.empty() ? "{}" : text::head(name, kLongestText));
      size += names.back().size();
    }
    for (auto name = names.rbegin(); name != names.rend(); ++name) uri.append("/").append(*name);
  }
  reporter_.sink().add(Severity::kError, "D104", draft.record.line, tree.uri + uri,
                       std::move(text));
}

void TreeReader::order_children(const TreeDraft& tree, const Draft& parent,
                                std::uint32_t& dynamic) {
  children_.clear();
  dynamic = kNone;
  bool sorted = true;
  for (std::uint32_t i = parent.first_child; i != kNone; i = drafts_[i].next) {
    if (BitsDynamic::get(drafts_[i].record.bits) == 0) {
      const Child child{text::folded_head(drafts_[i].name), i};
      sorted = sorted && (children_.empty() || children_.back().head < child.head);
      children_.push_back(child);
    } else if (dynamic == kNone) {
      dynamic = i;
    } else {
      drop(tree, i, "a second node without a name below the same parent; left out");
    }
  }
  if (sorted) return;  // and no two of one name
  std::sort(children_.begin(), children_.end(), [this](const Child& a, const Child& b) {
    if (a.head != b.head) return a.head < b.head;
    const int order = text::compare_folded(drafts_[a.draft].name, drafts_[b.draft].name);
    return order != 0 ? order < 0 : a.draft < b.draft;
  });
  leave_doubles_out(tree);
}

void TreeReader::leave_doubles_out(const TreeDraft& tree) {
  const auto name_of = [this](std::size_t k) { return drafts_[children_[k].draft].name; };
  const auto same = [&](std::size_t k, std::size_t i) {
    const std::uint32_t both =
        drafts_[children_[k].draft].record.bits & drafts_[children_[i].draft].record.bits;
    return BitsCaseSensitive::get(both) == 0 || name_of(k) == name_of(i);
  };
  std::size_t kept = 0;
  for (std::size_t i = 0; i < children_.size(); ++i) {
    // Only nodes of the same folded name are looked at again: few, unless all are case-sensitive.
    bool doubled = false;
    constexpr std::size_t kLookBack = 64;
    for (std::size_t k = kept; k-- > 0 && kept - k <= kLookBack;) {
      if (children_[k].head != children_[i].head || !text::equal_folded(name_of(k), name_of(i)))
        break;
      doubled = doubled || same(k, i);
    }
    if (doubled) {
      drop(tree, children_[i].draft,
           "a node of this name stands beside it already; the later is left out");
    } else {
      children_[kept++] = children_[i];
    }
  }
  children_.resize(kept);
}

void TreeReader::arrange(TreeDraft& tree) {
  order_.assign(1, 0);
  parents_.assign(1, kNone);
  tree.nodes.reserve(drafts_.size());
  drafts_[0].record.bits = BitsRoot::with(drafts_[0].record.bits, 1);
  const std::uint32_t user = tree.scope == Scope::kUser ? 1 : 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const Draft& draft = drafts_[order_[i]];
    Record& record = tree.nodes.emplace_back(draft.record);
    record.parent = parents_[i];
    record.bits = BitsUser::with(record.bits, user);
    std::uint32_t dynamic = kNone;
    order_children(tree, draft, dynamic);
    record.first_child = static_cast<std::uint32_t>(order_.size());
    record.children =
        static_cast<std::uint32_t>(children_.size()) * 2 + (dynamic == kNone ? 0u : 1u);
    for (const Child& child : children_) order_.push_back(child.draft);
    if (dynamic != kNone) order_.push_back(dynamic);
    parents_.resize(order_.size(), static_cast<std::uint32_t>(i));
    record.name_size = static_cast<std::uint16_t>(draft.name.size());
    const Ref name = pools_.strings.intern(draft.name);
    record.name = pools_.strings.offset_of(name);
    if (name == 0) record.name_size = 0;  // the pool is full: reported elsewhere
  }
  tree.nodes.shrink_to_fit();
}

}  // namespace

void TreeDraft::set_name(std::string_view name) {
  constexpr std::size_t kUsualUri = 100;
  std::string whole;
  whole.reserve(kUsualUri);
  for (const std::string& above : path) {
    append_encoded(whole, above);
    whole += '/';
  }
  append_encoded(whole, name);
  uri = (scope == Scope::kUser ? "./User/" : "./Device/") + whole;
  key = (scope == Scope::kUser ? "u/" : "d/") + fold(whole);
}

std::vector<TreeDraft> read_trees(dom::Document& document, std::string_view utf8,
                                  std::uint32_t file, bool resident, Pools& pools,
                                  FindingSink& findings, DocumentInfo& info) {
  TreeReader reader(document, utf8, file, resident, pools, findings);
  return reader.read(info);
}

std::vector<std::string> collect_descriptions(dom::Document& document) {
  std::vector<std::string> out;
  const Element& root = document.root();
  const Element* const end = &root + root.size;
  for (const Element* at = &root + 1; at != end;) {
    if (at->name != Name::kNode) {
      at += at->size;
      continue;
    }
    out.emplace_back();
    for (const Element& child : Inside(*at)) {
      if (child.name != Name::kDfProperties) continue;
      for (const Element& property : Inside(child)) {
        if (property.name == Name::kDescription) out.back() = document.text(property);
      }
      break;
    }
    ++at;
  }
  return out;
}

}  // namespace cspkit::ddf
