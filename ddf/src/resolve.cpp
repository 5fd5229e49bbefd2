// SPDX-License-Identifier: Apache-2.0
// From a LocURI to its node. A plain address of static nodes is one hash of the whole text and one
// probe of the table of paths. One that leads through dynamic nodes is cut at them: before, between
// and behind them stand static paths, each one probe. Everything else (escaped static names,
// case-sensitive nodes, what is malformed or not there) is walked segment by segment.
#include <algorithm>
#include <cstring>

#include "cspkit/ddf/schema.hpp"
#include "path_hash.hpp"
#include "schema_data.hpp"
#include "text.hpp"

namespace cspkit::ddf {
namespace {

/// True for what the paths of the table begin below: "." and dynamic nodes.
bool is_base(const Record& r) { return r.parent == kNone || BitsDynamic::get(r.bits) != 0; }

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
  bool is_plain() const { return plain_; }
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

Status too_many(const UriLimits& limits) {
  return Status(Code::kUriTooLong,
                "the LocURI has more than " + std::to_string(limits.max_segments) + " segments");
}

/// Segment by segment, in the words of the rules themselves.
Status walk(const SchemaData& data, std::string_view path, Address& out, const UriLimits& limits) {
  clear(out);
  std::uint32_t at = out.scope == Scope::kUser ? 1 : 0;
  std::size_t begin = 0;
  std::size_t count = 0;
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

/// The first slot of that hash whose node matches; kNone.
template <typename Matches>
inline std::uint32_t probe(std::span<const PathSlot> slots, std::uint32_t hash,
                           const Matches& matches) {
  std::size_t i = first_slot(hash, slots.size());
  for (std::size_t probes = 0; probes != kMostProbes; ++probes) {
    const PathSlot slot = slots[i];
    if (slot.node == kNone) return kNone;
    if (slot.hash == hash && matches(slot.node)) return slot.node;
    if (++i == slots.size()) i = 0;
  }
  return kNone;
}

/// The fast ways. They answer only what walk() would answer, and leave the rest to it.
class Resolver {
 public:
  Resolver(const SchemaData& data, Address& out)
      : data_(data), out_(out), base_(out.scope == Scope::kUser ? 1 : 0) {
    out_.node = kNoNode;  // one in the making, also when memory runs out on the way
  }

  /// A path of static nodes, whole.
  bool resolve_static(std::string_view path) {
    if (out_.key.size() != path.size()) out_.key.resize(path.size());
    if (out_.path.size() != path.size()) out_.path.resize(path.size());
    hash_.fold(out_.key.data(), path.data(), path.size());
    return take_rest(path.size());
  }

  /// A path through dynamic nodes, which resolve_static() has just refused.
  bool resolve_dynamic(std::string_view path);

 private:
  bool is_address(std::uint32_t node, const char* key, std::size_t size);
  bool is_path_of(const Record& r, const char* key, std::size_t size);
  bool take_rest(std::size_t size);
  std::uint32_t find_parent(std::size_t& size, std::size_t& name_end);
  bool take_name(std::string_view raw, std::uint32_t parent);
  void append_name(std::string_view decoded, std::string_view raw, bool plain);
  bool append_way(const Record& r, std::size_t more);
  void need_segments(std::size_t count) {
    if (out_.segments.size() < count) out_.segments.resize(count);
  }
  void spell_key();
  bool finish();

  const SchemaData& data_;
  Address& out_;
  std::uint32_t base_;       // "." or the last dynamic node: what the paths of the tables lie below
  std::size_t offset_ = 0;   // how much of the text is done
  std::size_t written_ = 0;  // how much of out_.path; its size may be larger
  std::size_t steps_ = 0;    // how many of out_.segments, likewise
  bool respelled_ = false;   // out_.key is not the folded text
  PathHash hash_;            // of the text from offset_ on
};

/// True when the folded text at `key` is the whole path of an interior node, which is copied, as
/// the DDF spells it, behind what is written.
inline bool Resolver::is_path_of(const Record& r, const char* key, std::size_t size) {
  return size == std::size_t{r.prefix_size} + r.name_size &&
         text::copy_if_folds(out_.path.data() + written_,
                             data_.pool.data() + r.name - r.prefix_size, key, size);
}

/// The same for any node of the table: it is known by its parent's path and its own name.
inline bool Resolver::is_address(std::uint32_t node, const char* key, std::size_t size) {
  const Record& r = data_.records[node];
  if (size < r.name_size) return false;
  const std::size_t before = size - r.name_size;
  char* to = out_.path.data() + written_;
  if (!text::copy_if_folds(to + before, data_.pool.data() + r.name, key + before, r.name_size))
    return false;
  const Record& parent = data_.records[r.parent];
  if (is_base(parent)) return before == 0;
  if (before == 0 || key[before - 1] != '/') return false;
  to[before - 1] = '/';
  return is_path_of(parent, key, before - 1);
}

/// Adds the steps down to an interior node, with room for `more`. False when it lies below another
/// base than ours.
inline bool Resolver::append_way(const Record& r, std::size_t more) {
  const std::uint32_t* way = data_.words.data() + r.way;
  if (way[static_cast<std::size_t>(Way::kBase)] != base_) return false;
  const std::size_t count = way[static_cast<std::size_t>(Way::kCount)];
  need_segments(steps_ + count + more);
  Address::Segment* to = out_.segments.data() + steps_;
  const auto before = static_cast<std::uint32_t>(written_);
  way += kWayHead;
  if (before == 0) {  // static from the top, as most are
    for (std::size_t i = 0; i != count; ++i, ++to, way += kStepWords)
      std::memcpy(static_cast<void*>(to), way, sizeof *to);
  } else {
    for (std::size_t i = 0; i != count; ++i, ++to, way += kStepWords) {
      std::memcpy(static_cast<void*>(to), way, sizeof *to);
      to->path_end += before;
      to->key_end += before;
    }
  }
  steps_ += count;
  return true;
}

/// Goes down to the node whose path below the base is all that is left, `size` bytes.
inline bool Resolver::take_rest(std::size_t size) {
  if (size > data_.longest_path) return false;
  const char* key = out_.key.data() + offset_;
  const std::uint32_t found =
      probe(data_.slots, hash_.at(key, size, path_seed(base_)),
            [&](std::uint32_t node) { return is_address(node, key, size); });
  if (found == kNone) return false;
  const std::uint32_t above = data_.records[found].parent;
  const Record& parent = data_.records[above];
  if (!is_base(parent)) {
    if (!append_way(parent, 1)) return false;
  } else {
    if (above != base_) return false;
    need_segments(steps_ + 1);
  }
  written_ += size;
  const auto end = static_cast<std::uint32_t>(written_);
  out_.segments[steps_++] = {NodeId{found}, end, end, false};
  return finish();
}

/// The longest beginning of the rest that is the path of a node with a dynamic child, its size, and
/// where the segment behind it ends. The base itself, of size 0, is the shortest.
inline std::uint32_t Resolver::find_parent(std::size_t& size, std::size_t& name_end) {
  const char* key = out_.key.data() + offset_;
  size = name_end = out_.key.size() - offset_;
  while (const void* slash = ::memrchr(key, '/', size)) {
    size = static_cast<std::size_t>(static_cast<const char*>(slash) - key);
    if (data_.may_be_parent(size)) {
      const std::uint32_t found =
          probe(data_.parents, hash_.at(key, size, path_seed(base_)),
                [&](std::uint32_t node) { return is_path_of(data_.records[node], key, size); });
      if (found != kNone) return found;
    }
    name_end = size;
  }
  size = 0;
  return data_.records[base_].has_dynamic() ? base_ : kNone;
}

void Resolver::append_name(std::string_view decoded, std::string_view raw, bool plain) {
  std::string& path = out_.path;
  if (plain) {
    if (path.size() < written_ + raw.size()) path.resize(written_ + raw.size());
    std::memcpy(path.data() + written_, raw.data(), raw.size());
    written_ += raw.size();
    return;
  }
  respelled_ = true;
  path.resize(written_);
  append_encoded(path, decoded);
  written_ = path.size();
  // Room for all that may follow as it is.
  path.resize(written_ + out_.key.size());
}

/// Goes down to the dynamic child of `parent`, whose name `raw` is.
inline bool Resolver::take_name(std::string_view raw, std::uint32_t parent) {
  Segment segment(out_.key);
  if (!segment.read(raw)) return false;
  // A query, perhaps: only the slow way knows.
  if (!segment.is_plain() && raw.find('?') != std::string_view::npos) return false;
  const Record& above = data_.records[parent];
  const bool is_static =
      above.static_count() != 0 && data_.find_static(above, segment.decoded()) != kNone;
  if (!is_static) append_name(segment.decoded(), raw, segment.is_plain());
  segment.end();
  if (is_static) return false;
  base_ = data_.dynamic_child(above);
  if (BitsCaseSensitive::get(data_.records[base_].bits) != 0) respelled_ = true;
  const auto end = static_cast<std::uint32_t>(written_);
  need_segments(steps_ + 1);
  out_.segments[steps_++] = {NodeId{base_}, end, end, true};
  return true;
}

void Resolver::spell_key() {
  out_.key.resize(out_.path.size());
  text::fold_into(out_.key.data(), out_.path);
  std::size_t begin = 0;
  for (const Address::Segment& segment : out_.segments) {
    if (BitsCaseSensitive::get(data_.at(segment.node).bits) != 0)
      out_.key.replace(begin, segment.path_end - begin, out_.path, begin, segment.path_end - begin);
    begin = segment.path_end;
  }
}

bool Resolver::finish() {
  if (out_.segments.size() != steps_) out_.segments.resize(steps_);
  if (out_.path.size() != written_) out_.path.resize(written_);
  if (respelled_) spell_key();
  out_.node = out_.segments[steps_ - 1].node;
  return true;
}

bool Resolver::resolve_dynamic(std::string_view path) {
  for (;;) {
    std::size_t size = 0;
    std::size_t name_end = 0;
    const std::uint32_t parent = find_parent(size, name_end);
    if (parent == kNone) return false;
    std::size_t begin = offset_;
    if (size != 0) {
      if (!append_way(data_.records[parent], 1)) return false;
      written_ += size;
      out_.path[written_++] = '/';
      begin += size + 1;
    }
    name_end += offset_;
    if (!take_name(path.substr(begin, name_end - begin), parent)) return false;
    if (name_end == path.size()) return finish();
    offset_ = name_end + 1;
    out_.path[written_++] = '/';
    const std::size_t rest = path.size() - offset_;
    hash_.take_folded(out_.key.data() + offset_, rest);
    if (take_rest(rest)) return true;
  }
}

Status check_count(Address& out, const UriLimits& limits) {
  if (limits.max_segments == 0 || out.segments.size() <= limits.max_segments) return {};
  out.node = kNoNode;
  return too_many(limits);
}

Status resolve_below(const SchemaData& data, std::string_view path, Address& out,
                     const UriLimits& limits) {
  if (path.empty()) {
    clear(out);
    out.node = NodeId{out.scope == Scope::kUser ? 1u : 0u};
    return {};
  }
  Resolver resolver(data, out);
  if (resolver.resolve_static(path) || resolver.resolve_dynamic(path))
    return check_count(out, limits);
  return walk(data, path, out, limits);
}

/// What most addresses begin with; 0 when this one does not.
std::size_t plain_scope(std::string_view uri, Scope& scope) {
  if (uri.size() > 9 && uri[8] == '/' && text::folds_to(uri.data(), "./device", 8)) {
    scope = Scope::kDevice;
    return 9;
  }
  if (uri.size() > 7 && uri[6] == '/' && text::folds_to(uri.data(), "./user", 6)) {
    scope = Scope::kUser;
    return 7;
  }
  return 0;
}

Status resolve_slowly(const SchemaData& data, std::string_view trimmed, Address& out,
                      const UriLimits& limits) {
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
  return resolve_below(data, split.rest, out, limits);
}

}  // namespace

Status Schema::resolve(std::string_view uri, Address& out, const UriLimits& limits) const {
  const std::string_view trimmed = detail::trim(uri);
  const std::size_t begin = plain_scope(trimmed, out.scope);
  if (begin == 0 || (limits.max_bytes != 0 && trimmed.size() > limits.max_bytes))
    return resolve_slowly(*data_, trimmed, out, limits);
  // No path of the table holds a "?": what is found whole has no query.
  const std::string_view path = trimmed.substr(begin);
  Resolver resolver(*data_, out);
  if (!resolver.resolve_static(path) && !resolver.resolve_dynamic(path))
    return resolve_slowly(*data_, trimmed, out, limits);
  out.scope_given = true;
  out.has_query = false;
  out.query.clear();
  return check_count(out, limits);
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
