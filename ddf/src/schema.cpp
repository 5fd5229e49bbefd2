// SPDX-License-Identifier: Apache-2.0
// Reading a Schema: the accessors of Node.
#include "cspkit/ddf/schema.hpp"

#include <algorithm>
#include <utility>

#include "allowed.hpp"
#include "compiled.hpp"
#include "descriptions.hpp"
#include "patterns.hpp"
#include "schema_data.hpp"
#include "text.hpp"

namespace cspkit::ddf {

SchemaData::SchemaData() : patterns(std::make_unique<Patterns>()) {}
SchemaData::~SchemaData() = default;

void SchemaData::show_own() {
  records = own_records.view();
  words = own_words->view();
  pool = {own_pool->data(), own_pool->size()};
  cold = {own_cold->data(), own_cold->size()};
  files = own_files;
  slots = own_slots;
  parents = own_parents;
  lazy.resize(files.size());
}

Ref SchemaData::own(const Record& r, Tag tag) const {
  if (r.own == 0) return 0;
  const std::uint32_t count = words[r.own];
  for (std::uint32_t i = count; i-- > 0;) {  // of a repeated element the last one counts
    if (words[r.own + 1 + 2 * i] == static_cast<std::uint32_t>(tag))
      return words[r.own + 2 + 2 * i];
  }
  return 0;
}

std::uint32_t SchemaData::find_static(const Record& parent, std::string_view name) const {
  std::uint32_t low = parent.first_child;
  const std::uint32_t end = low + parent.static_count();
  constexpr std::uint32_t kFew = 8;  // of which nearly all differ in length or in their first bytes
  std::uint32_t high = parent.static_count() <= kFew ? low : end;
  while (low < high) {
    const std::uint32_t mid = low + (high - low) / 2;
    if (text::compare_folded(name_of(records[mid]), name) < 0) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  for (; low < end; ++low) {
    const std::string_view found = name_of(records[low]);
    if (!text::equal_folded(found, name)) {
      if (end - parent.first_child <= kFew) continue;
      break;
    }
    if (BitsCaseSensitive::get(records[low].bits) == 0 || found == name) return low;
  }
  return kNone;
}

std::string_view SchemaData::describe(const Record& r) const {
  if (files[r.file].resident != 0) return pool_view(cold, r.description);
  const std::lock_guard lock(lazy_mutex);
  LazyFile& file = lazy[r.file];
  if (!file.read) {
    file.texts = read_descriptions(std::string(string(files[r.file].name)), files[r.file].size,
                                   files[r.file].stamp);
    file.read = true;
  }
  return r.description < file.texts.size() ? std::string_view(file.texts[r.description])
                                           : std::string_view{};
}

bool SchemaData::descriptions_lost(const Record& r) const {
  if (files[r.file].resident != 0) return false;
  const std::lock_guard lock(lazy_mutex);
  return lazy[r.file].read && r.description >= lazy[r.file].texts.size();
}

Schema::Schema(std::unique_ptr<Data> data) : data_(std::move(data)) {}
Schema::~Schema() = default;

Node Schema::top(Scope scope) const { return Node(this, NodeId{scope == Scope::kUser ? 1u : 0u}); }

std::size_t Schema::node_count() const { return data_->records.size(); }
SchemaTotals Schema::totals() const { return data_->totals; }

std::vector<FileInfo> Schema::files() const {
  std::vector<FileInfo> out;
  for (std::size_t i = 1; i < data_->files.size(); ++i) {
    const FileRecord& file = data_->files[i];
    out.push_back(
        {data_->string(file.name), data_->string(file.version), data_->string(file.diagnostics)});
  }
  return out;
}

std::vector<Node> Schema::roots() const {
  std::vector<Node> out;
  for (std::uint32_t i = 0; i < data_->records.size(); ++i) {
    const std::uint32_t bits = data_->records[i].bits;
    if (BitsRoot::get(bits) != 0 && BitsAncestor::get(bits) == 0)
      out.push_back(Node(this, NodeId{i}));
  }
  std::vector<std::pair<std::string, Node>> keyed;
  keyed.reserve(out.size());
  for (const Node& node : out) keyed.emplace_back(node.uri(), node);
  std::sort(keyed.begin(), keyed.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = keyed[i].second;
  return out;
}

namespace {

constexpr std::uint32_t index_of(NodeId id) { return static_cast<std::uint32_t>(id); }

}  // namespace

// Every accessor begins in the same way.
#define CSPKIT_RECORD                       \
  const SchemaData& data = *schema_->data_; \
  const Record& r = data.records[index_of(id_)]

std::string_view Node::name() const {
  CSPKIT_RECORD;
  return data.name_of(r);
}
std::string_view Node::title() const {
  CSPKIT_RECORD;
  return data.string(data.own(r, Tag::kTitle));
}
bool Node::is_dynamic() const {
  CSPKIT_RECORD;
  return BitsDynamic::get(r.bits) != 0;
}
bool Node::is_leaf() const { return format() != Format::kNode; }
bool Node::is_root() const {
  CSPKIT_RECORD;
  return BitsRoot::get(r.bits) != 0;
}
bool Node::is_ancestor_of_root() const {
  CSPKIT_RECORD;
  return BitsAncestor::get(r.bits) != 0;
}
Format Node::format() const {
  CSPKIT_RECORD;
  return static_cast<Format>(BitsFormat::get(r.bits));
}
std::uint32_t Node::access() const {
  CSPKIT_RECORD;
  return BitsAccess::get(r.bits);
}
Occurrence Node::occurrence() const {
  CSPKIT_RECORD;
  return static_cast<Occurrence>(BitsOccurrence::get(r.bits));
}
std::uint32_t Node::occurrence_limit() const {
  CSPKIT_RECORD;
  return data.common(r, Common::kOccurrenceLimit);
}
Persistence Node::persistence() const {
  CSPKIT_RECORD;
  return static_cast<Persistence>(BitsPersistence::get(r.bits));
}
Naming Node::naming() const {
  CSPKIT_RECORD;
  return static_cast<Naming>(BitsNaming::get(r.bits));
}
bool Node::case_sensitive() const {
  CSPKIT_RECORD;
  return BitsCaseSensitive::get(r.bits) != 0;
}
bool Node::has_default() const {
  CSPKIT_RECORD;
  return BitsHasDefault::get(r.bits) != 0;
}
std::string_view Node::default_value() const {
  CSPKIT_RECORD;
  return data.string(data.own(r, Tag::kDefault));
}
std::string_view Node::description() const {
  CSPKIT_RECORD;
  return data.describe(r);
}
std::string_view Node::unique_name() const {
  CSPKIT_RECORD;
  return data.string(data.own(r, Tag::kUniqueName));
}
std::vector<std::string_view> Node::mime_types() const {
  CSPKIT_RECORD;
  std::vector<std::string_view> out;
  std::string_view all = data.string(data.common(r, Common::kMime));
  while (!all.empty()) {
    const std::size_t end = all.find('\n');
    out.push_back(all.substr(0, end));
    if (end == std::string_view::npos) break;
    all.remove_prefix(end + 1);
  }
  return out;
}
std::string_view Node::ddf_name() const {
  CSPKIT_RECORD;
  return data.string(data.common(r, Common::kDdfName));
}
ValueType Node::value_type() const {
  CSPKIT_RECORD;
  return static_cast<ValueType>(BitsValueType::get(r.bits));
}
AllowedValues Node::allowed_values() const {
  CSPKIT_RECORD;
  return read_allowed(data, r.allowed);
}
Applicability Node::applicability() const {
  CSPKIT_RECORD;
  Applicability out;
  out.os_build_version = data.string(data.common(r, Common::kOsBuild));
  out.csp_version = data.string(data.common(r, Common::kCspVersion));
  out.edition_allow_list = data.string(data.common(r, Common::kEditions));
  out.requires_azure_ad = data.common(r, Common::kAzureAd) != 0;
  return out;
}
bool Node::deprecated() const {
  CSPKIT_RECORD;
  return BitsDeprecated::get(r.bits) != 0;
}
std::string_view Node::os_build_deprecated() const {
  CSPKIT_RECORD;
  return data.string(data.common(r, Common::kDeprecatedBuild));
}
bool Node::atomic_required() const {
  CSPKIT_RECORD;
  return BitsAtomic::get(r.bits) != 0;
}
std::string_view Node::reboot_behavior() const {
  CSPKIT_RECORD;
  return data.string(data.common(r, Common::kReboot));
}
std::string_view Node::replace_behavior() const {
  CSPKIT_RECORD;
  return data.string(data.common(r, Common::kReplace));
}
std::string_view Node::conflict_resolution() const {
  CSPKIT_RECORD;
  return data.string(data.common(r, Common::kConflict));
}
GpMapping Node::gp_mapping() const {
  CSPKIT_RECORD;
  return {data.string(data.own(r, Tag::kGpName)), data.string(data.own(r, Tag::kGpArea)),
          data.string(data.own(r, Tag::kGpElement))};
}
std::vector<DependencyGroup> Node::dependencies() const {
  CSPKIT_RECORD;
  return read_dependencies(data, data.own(r, Tag::kDependencies));
}
std::vector<ErrorResult> Node::error_results() const {
  CSPKIT_RECORD;
  return read_errors(data, data.own(r, Tag::kErrors));
}
std::vector<Extension> Node::extensions() const {
  CSPKIT_RECORD;
  return read_extensions(data, data.own(r, Tag::kExtensions));
}
Scope Node::scope() const {
  CSPKIT_RECORD;
  return BitsUser::get(r.bits) != 0 ? Scope::kUser : Scope::kDevice;
}
std::string_view Node::file() const {
  CSPKIT_RECORD;
  return data.string(data.files[r.file].name);
}
std::uint32_t Node::line() const {
  CSPKIT_RECORD;
  return r.line;
}

Node Node::parent() const {
  CSPKIT_RECORD;
  return r.parent == kNone ? Node() : Node(schema_, NodeId{r.parent});
}
Node Node::root() const {
  CSPKIT_RECORD;
  std::uint32_t i = index_of(id_);
  while (BitsRoot::get(data.records[i].bits) == 0) i = data.records[i].parent;
  static_cast<void>(r);
  return Node(schema_, NodeId{i});
}
std::vector<Node> Node::static_children() const {
  CSPKIT_RECORD;
  std::vector<Node> out;
  out.reserve(r.static_count());
  static_cast<void>(data);
  for (std::uint32_t i = 0; i < r.static_count(); ++i) {
    out.push_back(Node(schema_, NodeId{r.first_child + i}));
  }
  return out;
}
Node Node::dynamic_child() const {
  CSPKIT_RECORD;
  const std::uint32_t i = data.dynamic_child(r);
  return i == kNone ? Node() : Node(schema_, NodeId{i});
}
Node Node::static_child(std::string_view decoded_name) const {
  CSPKIT_RECORD;
  const std::uint32_t i = data.find_static(r, decoded_name);
  return i == kNone ? Node() : Node(schema_, NodeId{i});
}

std::string Node::pattern() const {
  CSPKIT_RECORD;
  std::vector<std::uint32_t> way;
  for (std::uint32_t i = index_of(id_); data.records[i].parent != kNone; i = data.records[i].parent)
    way.push_back(i);
  static_cast<void>(r);
  std::string out;
  for (std::size_t i = way.size(); i-- > 0;) {
    const Record& step = data.records[way[i]];
    if (!out.empty()) out += '/';
    if (BitsDynamic::get(step.bits) != 0) {
      out += '{';
      out += data.string(data.own(step, Tag::kTitle));
      out += '}';
    } else {
      append_encoded(out, data.name_of(step));
    }
  }
  return out;
}

std::string Node::uri() const {
  const std::string below = pattern();
  std::string out = scope() == Scope::kUser ? "./User" : "./Device";
  if (below.empty()) return out;
  return out + '/' + below;
}

#undef CSPKIT_RECORD

}  // namespace cspkit::ddf
