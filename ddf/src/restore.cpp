// SPDX-License-Identifier: Apache-2.0
// From a node and its path, which the live tree keeps, back to its address: nothing is looked for.
#include <cstring>
#include <span>

#include "cspkit/ddf/schema.hpp"
#include "schema_data.hpp"
#include "text.hpp"

namespace cspkit::ddf {

namespace {

/// Behind `size` bytes of a path and key, "/" and a plain name.
void add_name(std::string_view name, std::size_t size, Address& out) {
  char* const path = out.path.data() + size;
  char* const key = out.key.data() + size;
  *path = *key = '/';
  std::memcpy(path + 1, name.data(), name.size());
  text::fold_into(key + 1, name);
}

/// The way down to a node whose path is known, and the number of its segments. False: the path is
/// not its.
bool take_steps(const SchemaData& data, std::uint32_t node, std::string_view path,
                Address::Segment* first, std::size_t count) {
  std::size_t end = path.size();
  std::uint32_t at = node;
  for (Address::Segment* last = first + count; last != first;) {
    --last;
    const Record& r = data.records[at];
    const bool dynamic = BitsDynamic::get(r.bits) != 0;
    const auto to = static_cast<std::uint32_t>(end);
    *last = {NodeId{at}, to, to, dynamic};
    if (dynamic) {
      const void* slash = ::memrchr(path.data(), '/', end);
      end = slash ? static_cast<std::size_t>(static_cast<const char*>(slash) - path.data()) + 1 : 0;
    } else {
      if (end < r.name_size) return false;
      end -= r.name_size;  // unless it is escaped, and then there is no slash before it
    }
    at = r.parent;
    if (data.records[at].parent == kNone) return end == 0 && last == first;
    if (end == 0 || path[--end] != '/') return false;
  }
  return false;
}

/// Commands come in rows of one kind: the same child of an instance beside the last one. False: it
/// is not that, and `out` is as it was.
bool restore_beside(const SchemaData& data, std::uint32_t node, std::string_view path,
                    std::size_t segments, std::string_view below, Address& out) {
  const auto last = static_cast<std::uint32_t>(out.node);
  if (below.empty() || last >= data.records.size() || out.segments.size() != segments + 1)
    return false;
  const Record& r = data.records[last];
  if (r.parent != node || BitsDynamic::get(r.bits) != 0 || BitsFast::get(r.bits) == 0 ||
      BitsCaseSensitive::get(r.bits) != 0 || below != data.name_of(r))
    return false;
  Address::Segment& parent = out.segments[segments - 1];
  if (!parent.dynamic || out.path.size() != out.segments[segments].path_end) return false;
  const std::size_t begin = segments == 1 ? 0 : out.segments[segments - 2].path_end + 1;
  if (path.size() <= begin || std::memcmp(path.data(), out.path.data(), begin) != 0) return false;
  const std::string_view name = path.substr(begin);
  if (name.find('/') != std::string_view::npos) return false;
  if (path.size() != parent.path_end) {
    const std::size_t size = path.size() + 1 + below.size();
    out.node = kNoNode;  // until it is whole again
    out.path.resize(size);
    out.key.resize(size);
    add_name(below, path.size(), out);
    parent.path_end = parent.key_end = static_cast<std::uint32_t>(path.size());
    out.segments[segments].path_end = out.segments[segments].key_end =
        static_cast<std::uint32_t>(size);
    out.node = NodeId{last};
  }
  std::memcpy(out.path.data() + begin, name.data(), name.size());
  text::fold_into(out.key.data() + begin, name);
  return true;
}

}  // namespace

bool Schema::restore(Scope scope, NodeId node, std::string_view path, std::size_t segments,
                     std::string_view below, Address& out) const {
  const auto at = static_cast<std::uint32_t>(node);
  const std::span<const Record> records = data_->records;
  if (segments == 0 || segments > path.size() || records[at].parent == kNone) return false;
  out.scope = scope;
  out.scope_given = true;
  out.has_query = false;
  if (!out.query.empty()) out.query.clear();
  if (restore_beside(*data_, at, path, segments, below, out)) return true;
  std::uint32_t child = kNone;
  std::size_t size = path.size();
  if (!below.empty()) {
    child = data_->find_static(records[at], below);
    if (child == kNone) return false;
    const Record& r = records[child];
    if (BitsFast::get(r.bits) == 0 || BitsCaseSensitive::get(r.bits) != 0) return false;
    size += 1 + r.name_size;
  }
  out.node = kNoNode;
  if (out.path.size() != size) out.path.resize(size);
  if (out.key.size() != size) out.key.resize(size);
  std::memcpy(out.path.data(), path.data(), path.size());
  text::fold_into(out.key.data(), path);
  const std::size_t count = segments + (child == kNone ? 0 : 1);
  if (out.segments.size() != count) out.segments.resize(count);
  if (!take_steps(*data_, at, path, out.segments.data(), segments)) return false;
  out.node = node;
  if (child == kNone) return true;
  add_name(data_->name_of(records[child]), path.size(), out);
  const auto to = static_cast<std::uint32_t>(size);
  out.segments[segments] = {NodeId{child}, to, to, false};
  out.node = NodeId{child};
  return true;
}

}  // namespace cspkit::ddf
