// SPDX-License-Identifier: Apache-2.0
#include "unpack.hpp"

#include <algorithm>

namespace cspkit::ddf {
namespace {

class Unpacker {
 public:
  Unpacker(const SchemaData& from, Pools& pools, std::vector<FileRecord>& files)
      : from_(from),
        pools_(pools),
        files_(files),
        most_text_(pools.strings.bytes().size() + from.pool.size()),
        most_cold_(pools.cold.bytes().size() + from.cold.size()),
        most_words_(pools.words.words().size() + from.words.size()) {}

  Result<std::vector<TreeDraft>> trees();

 private:
  void take_files();
  TreeDraft tree(std::uint32_t root);
  Record record(std::uint32_t index);
  Ref text(Ref ref) { return text(from_.string(ref)); }
  Ref text(std::string_view s);
  Ref cold(std::string_view s);
  Ref keep(const std::vector<std::uint32_t>& words);
  std::uint32_t word(std::size_t at) const { return from_.words[at]; }
  Ref common(Ref ref);
  Ref allowed(Ref ref);
  Ref own(Ref ref);
  Ref own_value(Tag tag, Ref value);
  Ref dependencies(Ref ref);
  Ref texts(Ref ref);
  Ref extensions(Ref ref);

  const SchemaData& from_;
  Pools& pools_;
  std::vector<FileRecord>& files_;
  std::size_t first_file_ = 0;
  std::vector<std::uint32_t> words_;
  // In a file that compile() wrote no text or tuple lies within another: taken apart it needs no
  // more room than it has. In a forged one they may, and come to many times its size.
  std::size_t most_text_, most_cold_, most_words_;
  bool overlaps_ = false;
};

Ref Unpacker::text(std::string_view s) {
  if (overlaps_) return 0;
  const Ref ref = pools_.strings.intern(s);
  overlaps_ = pools_.strings.bytes().size() > most_text_;
  return ref;
}

Ref Unpacker::cold(std::string_view s) {
  if (overlaps_) return 0;
  const Ref ref = pools_.cold.intern(s);
  overlaps_ = pools_.cold.bytes().size() > most_cold_;
  return ref;
}

Ref Unpacker::keep(const std::vector<std::uint32_t>& words) {
  if (overlaps_) return 0;
  const Ref ref = pools_.words.intern(words);
  overlaps_ = pools_.words.words().size() > most_words_;
  return ref;
}

void Unpacker::take_files() {
  first_file_ = files_.size();
  for (std::size_t i = 1; i < from_.files.size(); ++i) {
    FileRecord file;
    file.name = text(from_.files[i].name);
    file.version = text(from_.files[i].version);
    file.diagnostics = text(from_.files[i].diagnostics);
    files_.push_back(file);
  }
}

Ref Unpacker::common(Ref ref) {
  if (ref == 0) return 0;
  words_.clear();
  for (std::uint32_t i = 0; i < kCommonWords; ++i) {
    const auto which = static_cast<Common>(i);
    const bool number = which == Common::kOccurrenceLimit || which == Common::kAzureAd;
    words_.push_back(number ? word(ref + i) : text(word(ref + i)));
  }
  return keep(words_);
}

Ref Unpacker::allowed(Ref ref) {
  if (ref == 0) return 0;
  const std::uint32_t head = word(ref);
  const std::size_t count = AllowedList::get(head) + 3 * AllowedAdmx::get(head) +
                            2 * std::size_t{AllowedCount::get(head)};
  words_.assign(1, head);
  for (std::size_t i = 1; i <= count; ++i) words_.push_back(text(word(ref + i)));
  return keep(words_);
}

Ref Unpacker::dependencies(Ref ref) {
  std::vector<std::uint32_t> out{word(ref)};
  std::size_t at = std::size_t{ref} + 1;
  for (std::uint32_t groups = out[0]; groups != 0; --groups) {
    const std::uint32_t count = word(at + 2);
    out.insert(out.end(), {text(word(at)), allowed(word(at + 1)), count});
    at += 3;
    for (std::uint32_t i = 0; i < count; ++i, at += 3)
      out.insert(out.end(), {word(at), text(word(at + 1)), allowed(word(at + 2))});
  }
  return keep(out);
}

Ref Unpacker::texts(Ref ref) {
  const std::size_t count = 2 * std::size_t{word(ref)};
  words_.assign(1, word(ref));
  for (std::size_t i = 1; i <= count; ++i) words_.push_back(text(word(ref + i)));
  return keep(words_);
}

Ref Unpacker::extensions(Ref ref) {
  words_.assign(1, word(ref));
  std::size_t at = std::size_t{ref} + 1;
  for (std::uint32_t left = words_[0]; left != 0; --left) {
    const std::uint32_t attributes = word(at + 2);
    words_.insert(words_.end(), {text(word(at)), text(word(at + 1)), attributes});
    at += 3;
    for (std::size_t i = 0; i < 2 * std::size_t{attributes}; ++i)
      words_.push_back(text(word(at + i)));
    at += 2 * std::size_t{attributes};
  }
  return keep(words_);
}

Ref Unpacker::own_value(Tag tag, Ref value) {
  switch (tag) {
    case Tag::kDependencies:
      return value == 0 ? 0 : dependencies(value);
    case Tag::kErrors:
      return value == 0 ? 0 : texts(value);
    case Tag::kExtensions:
      return value == 0 ? 0 : extensions(value);
    default:
      return text(value);
  }
}

Ref Unpacker::own(Ref ref) {
  if (ref == 0) return 0;
  std::vector<std::uint32_t> out{word(ref)};
  for (std::size_t i = 0; i < out[0]; ++i) {
    const std::uint32_t tag = word(ref + 1 + 2 * i);
    out.push_back(tag);
    out.push_back(own_value(static_cast<Tag>(tag), word(ref + 2 + 2 * i)));
  }
  return keep(out);
}

/// A node without its place in a tree.
Record Unpacker::record(std::uint32_t index) {
  Record r = from_.records[index];
  const std::string_view name = from_.name_of(r);
  r.name = pools_.strings.offset_of(text(name));
  r.prefix_size = 0;
  r.way = 0;
  r.bits = BitsFast::with(r.bits, 0);
  r.allowed = allowed(r.allowed);
  r.common = common(r.common);
  r.own = own(r.own);
  r.description = cold(from_.describe(r));
  r.file = r.file == 0 ? 0 : static_cast<std::uint32_t>(first_file_ + r.file - 1);
  return r;
}

TreeDraft Unpacker::tree(std::uint32_t root) {
  TreeDraft out;
  const Record& top = from_.records[root];
  out.scope = BitsUser::get(top.bits) != 0 ? Scope::kUser : Scope::kDevice;
  for (std::uint32_t i = top.parent; from_.records[i].parent != kNone; i = from_.records[i].parent)
    out.path.emplace_back(from_.name_of(from_.records[i]));
  std::reverse(out.path.begin(), out.path.end());
  out.set_name(from_.name_of(top));
  out.line = top.line;
  std::vector<std::uint32_t> order{root};
  std::vector<std::uint32_t> parents{kNone};
  for (std::size_t i = 0; i < order.size() && !overlaps_; ++i) {
    const Record& here = from_.records[order[i]];
    Record r = record(order[i]);
    r.parent = parents[i];
    r.first_child = static_cast<std::uint32_t>(order.size());
    // Other trees that stand below this one are not its own.
    for (std::uint32_t k = 0; k < here.static_count(); ++k) {
      if (BitsRoot::get(from_.records[here.first_child + k].bits) == 0)
        order.push_back(here.first_child + k);
    }
    r.children = static_cast<std::uint32_t>(order.size() - r.first_child) * 2;
    if (here.has_dynamic()) {
      order.push_back(from_.dynamic_child(here));
      ++r.children;
    }
    parents.resize(order.size(), static_cast<std::uint32_t>(i));
    out.nodes.push_back(r);
  }
  return out;
}

Result<std::vector<TreeDraft>> Unpacker::trees() {
  take_files();
  std::vector<TreeDraft> out;
  for (std::uint32_t i = 2; i < from_.records.size() && !overlaps_; ++i) {
    const std::uint32_t bits = from_.records[i].bits;
    if (BitsRoot::get(bits) != 0 && BitsAncestor::get(bits) == 0) out.push_back(tree(i));
  }
  if (overlaps_) {
    files_.resize(first_file_);
    return Status(Code::kNotDdf,
                  "a damaged compiled schema (texts or properties lie within others); compile it "
                  "again from its DDF files (cspctl ddf compile)");
  }
  return out;
}

}  // namespace

Result<std::vector<TreeDraft>> unpack(const SchemaData& from, Pools& pools,
                                      std::vector<FileRecord>& files) {
  return Unpacker(from, pools, files).trees();
}

}  // namespace cspkit::ddf
