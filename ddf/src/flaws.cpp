// SPDX-License-Identifier: Apache-2.0
// The checks of a compiled file's arrays. What they leave open can give a wrong answer, but no
// access outside the arrays and no search without end.
#include <algorithm>

#include "compiled.hpp"
#include "path_hash.hpp"
#include "text.hpp"

namespace cspkit::ddf {
namespace {

class Examiner {
 public:
  explicit Examiner(const SchemaData& data) : data_(data) {}
  std::string flaw();

 private:
  bool top(std::uint32_t i) const;
  bool record(std::uint32_t i);
  bool place(std::uint32_t i);
  bool bits(const Record& r) const;
  bool way(std::uint32_t i) const;
  std::uint16_t doors(std::uint32_t i) const;
  bool slots(std::span<const PathSlot> table, std::uint16_t door) const;
  /// Words [at, at + count) exist.
  bool words(std::size_t at, std::size_t count) const {
    return at <= data_.words.size() && count <= data_.words.size() - at;
  }
  bool allowed(Ref ref) const;
  bool own(Ref ref);
  bool dependencies(std::size_t at);
  bool extensions(std::size_t at);
  bool step() { return steps_left_ != 0 && steps_left_-- != 0; }
  bool is_base(const Record& r) const { return r.parent == kNone || BitsDynamic::get(r.bits) != 0; }

  const SchemaData& data_;
  static constexpr std::uint16_t kInSlots = 1;
  static constexpr std::uint16_t kInParents = 2;
  // No bytes: what is written to those might lie anywhere to the compiler.
  std::vector<std::uint16_t> depths_;
  std::vector<std::uint16_t> doors_;  // by node, then of none
  // By where a tuple begins, for each kind: many nodes share one.
  std::vector<bool> own_seen_, dependencies_seen_, extensions_seen_;
  // Honest tuples do not overlap: looking at each once takes no more steps than there are words.
  std::size_t steps_left_ = 0;
};

bool Examiner::allowed(Ref ref) const {
  if (ref == 0) return true;
  if (!words(ref, 1)) return false;
  const std::uint32_t head = data_.words[ref];
  const std::size_t count = 1 + AllowedList::get(head) + 3 * AllowedAdmx::get(head) +
                            2 * std::size_t{AllowedCount::get(head)};
  return AllowedType::get(head) <= static_cast<std::uint32_t>(ValueType::kUnknown) &&
         words(ref, count);
}

bool Examiner::dependencies(std::size_t at) {
  if (!words(at, 1)) return false;
  if (dependencies_seen_[at]) return true;
  dependencies_seen_[at] = true;
  std::uint32_t groups = data_.words[at++];
  for (; groups != 0; --groups) {
    if (!step() || !words(at, 3) || !allowed(data_.words[at + 1])) return false;
    std::uint32_t count = data_.words[at + 2];
    for (at += 3; count != 0; --count, at += 3) {
      if (!step() || !words(at, 3) || !allowed(data_.words[at + 2])) return false;
    }
  }
  return true;
}

bool Examiner::extensions(std::size_t at) {
  if (!words(at, 1)) return false;
  if (extensions_seen_[at]) return true;
  extensions_seen_[at] = true;
  std::uint32_t count = data_.words[at++];
  for (; count != 0; --count) {
    if (!step() || !words(at, 3)) return false;
    const std::size_t attributes = data_.words[at + 2];
    at += 3;
    if (!words(at, 2 * attributes)) return false;
    at += 2 * attributes;
  }
  return true;
}

bool Examiner::own(Ref ref) {
  if (ref == 0) return true;
  if (ref >= own_seen_.size()) return false;
  if (own_seen_[ref]) return true;
  own_seen_[ref] = true;
  const std::size_t count = data_.words[ref];
  if (!words(std::size_t{ref} + 1, 2 * count)) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const auto tag = static_cast<Tag>(data_.words[ref + 1 + 2 * i]);
    const Ref value = data_.words[ref + 2 + 2 * i];
    if (!step()) return false;
    if (value == 0) continue;
    if (tag == Tag::kDependencies && !dependencies(value)) return false;
    if (tag == Tag::kExtensions && !extensions(value)) return false;
    if (tag == Tag::kErrors &&
        (!words(value, 1) || !words(std::size_t{value} + 1, 2 * std::size_t{data_.words[value]})))
      return false;
  }
  return true;
}

bool Examiner::bits(const Record& r) const {
  return BitsFormat::get(r.bits) != 0 &&
         BitsFormat::get(r.bits) <= static_cast<std::uint32_t>(CSPKIT_FORMAT_FLOAT) &&
         BitsOccurrence::get(r.bits) <= static_cast<std::uint32_t>(Occurrence::kOneOrN) &&
         BitsPersistence::get(r.bits) <= static_cast<std::uint32_t>(Persistence::kDynamic) &&
         BitsValueType::get(r.bits) <= static_cast<std::uint32_t>(ValueType::kUnknown);
}

/// The node stands among its parent's children, behind all that are nearer to the top.
bool Examiner::place(std::uint32_t i) {
  const Record& r = data_.records[i];
  if (r.parent >= i) return false;
  const Record& parent = data_.records[r.parent];
  const std::size_t depth = depths_[r.parent] + 1u;
  const std::uint64_t end = std::uint64_t{parent.first_child} + parent.static_count();
  const bool dynamic = BitsDynamic::get(r.bits) != 0;
  if (dynamic ? !parent.has_dynamic() || i != end : i < parent.first_child || i >= end)
    return false;
  const bool joint = (BitsRoot::get(r.bits) | BitsAncestor::get(r.bits)) != 0;
  if (dynamic ? joint || r.name_size != 0 : r.name_size == 0) return false;
  depths_[i] = static_cast<std::uint16_t>(depth);
  return depth <= kMaxDepth && BitsUser::get(r.bits) == BitsUser::get(parent.bits);
}

/// The way down to an interior node is its parent's and one step more.
bool Examiner::way(std::uint32_t i) const {
  const Record& r = data_.records[i];
  if (r.way == 0) return true;
  if (r.parent == kNone || BitsFast::get(r.bits) == 0) return false;
  const Record& parent = data_.records[r.parent];
  const bool first = is_base(parent);
  if (!first && parent.way == 0) return false;
  const auto at = [this](std::size_t index) { return data_.words[index]; };
  const std::size_t before = first ? 0 : at(parent.way + 1u);
  if (!words(r.way, kWayHead + kStepWords * (before + 1)) || at(r.way + 1u) != before + 1)
    return false;
  const std::size_t step = r.way + kWayHead + kStepWords * before;
  const std::uint32_t end = std::uint32_t{r.prefix_size} + r.name_size;
  const std::uint32_t above = first ? 0 : std::uint32_t{parent.prefix_size} + parent.name_size + 1u;
  if (at(step) != i || at(step + 1) != end || at(step + 2) != end || at(step + 3) != 0 ||
      r.prefix_size != above || end > kLongestPath)
    return false;
  if (first) return at(r.way) == r.parent;
  return at(r.way) == at(parent.way) &&
         std::equal(data_.words.begin() + r.way + kWayHead,
                    data_.words.begin() + static_cast<std::ptrdiff_t>(step),
                    data_.words.begin() + parent.way + kWayHead);
}

bool Examiner::top(std::uint32_t i) const {
  const Record& r = data_.records[i];
  return r.parent == kNone && BitsRoot::get(r.bits) != 0 && BitsDynamic::get(r.bits) == 0 &&
         BitsFast::get(r.bits) == 0 && BitsUser::get(r.bits) == i && r.name_size == 0;
}

bool Examiner::record(std::uint32_t i) {
  const Record& r = data_.records[i];
  if (i < 2 ? !top(i) : !place(i)) return false;
  const std::uint64_t children = std::uint64_t{r.static_count()} + (r.has_dynamic() ? 1u : 0u);
  if (children != 0 && (r.first_child <= i || r.first_child + children > data_.records.size()))
    return false;
  if (r.name < r.prefix_size || r.name > data_.pool.size() ||
      r.name_size > data_.pool.size() - r.name)
    return false;
  if (text::is_dots(data_.name_of(r))) return false;
  if (r.file >= data_.files.size() || !bits(r) || !way(i)) return false;
  if (r.common != 0 && !words(r.common, kCommonWords)) return false;
  return allowed(r.allowed) && own(r.own);
}

/// Whether a slot of either table may lead to the node.
std::uint16_t Examiner::doors(std::uint32_t i) const {
  const Record& r = data_.records[i];
  if (i < 2 || BitsFast::get(r.bits) == 0 || BitsDynamic::get(r.bits) != 0) return 0;
  const Record& parent = data_.records[r.parent];
  if (!is_base(parent) && parent.way == 0) return 0;
  return r.way != 0 && r.has_dynamic() ? kInSlots | kInParents : kInSlots;
}

/// Free slots and taken ones stand side by side without a rule: nothing here depends on which is
/// which, or every other slot would be guessed wrong.
bool Examiner::slots(std::span<const PathSlot> table, std::uint16_t door) const {
  const std::size_t none = doors_.size() - 1;
  unsigned bad = 0;
  for (const PathSlot& slot : table) {
    const bool beyond = slot.node >= none;
    bad |= static_cast<unsigned>(beyond) & static_cast<unsigned>(slot.node != kNone);
    bad |= static_cast<unsigned>((doors_[beyond ? none : slot.node] & door) == 0);
  }
  return bad == 0 && !table.empty();
}

std::string Examiner::flaw() {
  if (data_.records.size() < 2 || data_.files.empty() || data_.pool.empty() || data_.words.empty())
    return "an array is empty";
  depths_.resize(data_.records.size());
  doors_.resize(data_.records.size() + 1);
  doors_.back() = kInSlots | kInParents;  // no node: a free slot
  for (std::vector<bool>* seen : {&own_seen_, &dependencies_seen_, &extensions_seen_}) {
    seen->resize(data_.words.size());
  }
  steps_left_ = 2 * data_.words.size();
  std::uint64_t children = 0;
  for (std::uint32_t i = 0; i < data_.records.size(); ++i) {
    if (!record(i)) return "node " + std::to_string(i);
    doors_[i] = doors(i);
    const Record& r = data_.records[i];
    children += std::uint64_t{r.static_count()} + (r.has_dynamic() ? 1u : 0u);
  }
  // Each node has a place among its parent's children: when there are no more places than nodes,
  // no two parents share a child, and a walk down comes to each node once.
  if (children != data_.records.size() - 2) return "nodes with more than one parent";
  if (data_.longest_path > kLongestPath || !slots(data_.slots, kInSlots) ||
      !slots(data_.parents, kInParents))
    return "the table of paths";
  for (const FileRecord& file : data_.files) {
    if (file.resident == 0) return "the list of files";
  }
  return {};
}

}  // namespace

std::string find_flaw(const SchemaData& data) { return Examiner(data).flaw(); }

}  // namespace cspkit::ddf
