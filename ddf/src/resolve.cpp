// SPDX-License-Identifier: Apache-2.0
// From a LocURI to its node. The common case, a plain address of static nodes, is one hash of the
// whole text and one probe; everything else is walked segment by segment from the longest static
// beginning that the same table knows.
#include <algorithm>
#include <array>

#include "cspkit/ddf/schema.hpp"
#include "schema_data.hpp"
#include "text.hpp"

namespace cspkit::ddf {
namespace {

/// True when `key`, a folded path without scope, is the address of a node in the table.
bool is_address(const SchemaData& data, const Record& r, std::string_view key) {
  if (key.size() < r.name_size) return false;
  const std::size_t before = key.size() - r.name_size;
  if (!text::folds_to(data.pool.data() + r.name, key.data() + before, r.name_size)) return false;
  const Record& parent = data.records[r.parent];
  if (parent.parent == kNone) return before == 0;
  const std::size_t length = std::size_t{parent.prefix_size} + parent.name_size;
  return before == length + 1 && key[length] == '/' &&
         text::folds_to(data.pool.data() + parent.name - parent.prefix_size, key.data(), length);
}

/// Index of the node with that whole path, given folded; kNone.
std::uint32_t find_whole(const SchemaData& data, Scope scope, std::string_view key) {
  if (key.size() > data.longest_path || data.slots.empty()) return kNone;
  const std::uint32_t hash = text::hash_text(key, path_seed(scope));
  const std::size_t size = data.slots.size();
  for (std::size_t i = first_slot(hash, size);; i = i + 1 == size ? 0 : i + 1) {
    const PathSlot& slot = data.slots[i];
    if (slot.node == kNone) return kNone;
    if (slot.hash == hash && is_address(data, data.records[slot.node], key)) return slot.node;
  }
}

/// Fills `out` with the address of a node of the table. out.key begins with that address already.
void fill(const SchemaData& data, std::uint32_t index, Address& out) {
  const Record& last = data.records[index];
  const Record& parent = data.records[last.parent];
  if (parent.parent == kNone) {
    out.path.assign(data.pool.data() + last.name, last.name_size);
  } else {
    const std::size_t length = std::size_t{parent.prefix_size} + parent.name_size;
    out.path.assign(data.pool.data() + parent.name - parent.prefix_size, length);
    out.path += '/';
    out.path.append(data.pool.data() + last.name, last.name_size);
  }
  out.key.resize(out.path.size());
  std::array<std::uint32_t, kMaxDepth + 1> way;
  std::size_t depth = 0;
  for (std::uint32_t i = index; data.records[i].parent != kNone; i = data.records[i].parent)
    way[depth++] = i;
  out.segments.resize(depth);
  auto end = static_cast<std::uint32_t>(out.path.size());
  for (std::size_t i = 0; i < depth; ++i) {
    out.segments[depth - 1 - i] = {NodeId{way[i]}, end, end, false};
    end -= data.records[way[i]].name_size + 1u;
  }
  out.node = NodeId{index};
}

void clear(Address& out) {
  out.path.clear();
  out.key.clear();
  out.segments.clear();
  out.node = kNoNode;
}

/// A segment's text as it was sent, and what it stands for. Escaped ones are decoded behind the end
/// of `scratch`, so that a reused Address needs no memory of its own for them.
class Segment {
 public:
  explicit Segment(std::string& scratch) : scratch_(scratch) {}
  Status read(std::string_view raw) {
    mark_ = scratch_.size();
    plain_ = !raw.empty() && raw != "." && raw != ".." && text::is_plain(raw);
    raw_ = raw;
    return plain_ ? Status() : text::append_decoded_segment(raw, scratch_);
  }
  std::string_view decoded() const {
    return plain_ ? raw_ : std::string_view(scratch_).substr(mark_);
  }
  void append_to(std::string& path) const {
    if (plain_) {
      path += raw_;
    } else {
      append_encoded(path, decoded());
    }
  }
  /// Gives the scratch space back; decoded() is gone.
  void end() { scratch_.resize(mark_); }

 private:
  std::string& scratch_;
  std::string_view raw_;
  std::size_t mark_ = 0;
  bool plain_ = false;
};

/// Goes one step down; false when no node of that name is below the present one.
bool step(const SchemaData& data, Segment& segment, std::uint32_t& at, Address& out) {
  const Record& here = data.records[at];
  std::uint32_t next = data.find_static(here, segment.decoded());
  const bool dynamic = next == kNone;
  if (dynamic) next = data.dynamic_child(here);
  if (next == kNone) {
    segment.end();
    return false;
  }
  const std::size_t before = out.path.size();
  if (before != 0) out.path += '/';
  const Record& r = data.records[next];
  if (dynamic) {
    segment.append_to(out.path);
  } else {
    append_encoded(out.path, data.name_of(r));
  }
  segment.end();
  const std::string_view added = std::string_view(out.path).substr(before);
  out.key += added;
  if (BitsCaseSensitive::get(r.bits) == 0) text::fold_into(out.key.data() + before, added);
  const auto end = static_cast<std::uint32_t>(out.path.size());
  out.segments.push_back({NodeId{next}, end, end, dynamic});
  at = next;
  return true;
}

/// The longest beginning of the address that the table of whole paths knows: how many bytes of it,
/// with the slash behind; 0 when none. out.key holds the folded address before, the folded
/// beginning afterwards.
std::size_t take_static(const SchemaData& data, Address& out) {
  std::size_t end = std::min(out.key.size(), std::size_t{data.longest_path} + 1);
  while (end != 0) {
    const std::string_view key = std::string_view(out.key).substr(0, end);
    end = key.rfind('/');
    if (end == std::string_view::npos || end == 0) break;
    const std::uint32_t found = find_whole(data, out.scope, key.substr(0, end));
    if (found != kNone) {
      fill(data, found, out);
      return end + 1;
    }
  }
  clear(out);
  return 0;
}

Status too_many(const UriLimits& limits) {
  return Status(Code::kUriTooLong,
                "the LocURI has more than " + std::to_string(limits.max_segments) + " segments");
}

Status walk(const SchemaData& data, std::string_view path, Address& out, const UriLimits& limits) {
  std::uint32_t at = out.scope == Scope::kUser ? 1 : 0;
  std::size_t begin = take_static(data, out);
  std::size_t count = out.segments.size();
  if (count != 0) at = static_cast<std::uint32_t>(out.node);
  out.node = kNoNode;
  bool found = true;
  Segment segment(out.key);
  // The whole text is judged even when an early segment is unknown: what is malformed is 400 first.
  for (;;) {
    const std::size_t slash = std::min(path.find('/', begin), path.size());
    if (Status status = segment.read(path.substr(begin, slash - begin)); !status) return status;
    if (++count > limits.max_segments && limits.max_segments != 0) return too_many(limits);
    if (found) {
      found = step(data, segment, at, out);
    } else {
      segment.end();
    }
    if (slash == path.size()) break;
    begin = slash + 1;
  }
  if (!found) {
    return Status(Code::kNotFound, out.path.empty()
                                       ? "no loaded DDF describes this address"
                                       : "the schema has no such node below \"" + out.path + "\"");
  }
  out.node = NodeId{at};
  return {};
}

Status resolve_below(const SchemaData& data, std::string_view path, Address& out,
                     const UriLimits& limits) {
  if (path.empty()) {
    clear(out);
    out.node = NodeId{out.scope == Scope::kUser ? 1u : 0u};
    return {};
  }
  out.key.resize(path.size());
  text::fold_into(out.key.data(), path);
  const std::uint32_t found = find_whole(data, out.scope, out.key);
  if (found == kNone) return walk(data, path, out, limits);
  fill(data, found, out);
  if (limits.max_segments != 0 && out.segments.size() > limits.max_segments)
    return too_many(limits);
  return {};
}

}  // namespace

Status Schema::resolve(std::string_view uri, Address& out, const UriLimits& limits) const {
  const std::string_view trimmed = detail::trim(uri);
  text::Split split = text::split_scope(trimmed);
  out.scope = split.user ? Scope::kUser : Scope::kDevice;
  out.scope_given = split.scope_given;
  if (limits.max_bytes != 0 && trimmed.size() > limits.max_bytes) {
    clear(out);
    return Status(Code::kUriTooLong,
                  "the LocURI is longer than " + std::to_string(limits.max_bytes) + " bytes");
  }
  if (trimmed.empty() || split.bad_end) {
    clear(out);
    return Status(Code::kBadRequest,
                  trimmed.empty() ? "an empty LocURI" : "a LocURI does not end in /");
  }
  std::string_view query;
  if (trimmed.substr(0, 2) == ".?") split.rest.remove_prefix(1);
  out.has_query = text::split_query(split.rest, query);
  out.query.assign(query);
  return resolve_below(*data_, split.rest, out, limits);
}

Status Schema::resolve_path(Scope scope, std::string_view canonical_path, Address& out) const {
  out.scope = scope;
  out.scope_given = true;
  out.has_query = false;
  out.query.clear();
  return resolve_below(*data_, canonical_path, out, UriLimits{0, 0});
}

std::string Address::name(std::size_t i) const {
  const std::size_t begin = i == 0 ? 0 : segments[i - 1].path_end + 1;
  const std::string_view encoded =
      std::string_view(path).substr(begin, segments[i].path_end - begin);
  return decode_segment(encoded).value_or(std::string(encoded));
}

}  // namespace cspkit::ddf
