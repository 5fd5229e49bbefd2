// SPDX-License-Identifier: Apache-2.0
#include "build.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <utility>

#include "path_hash.hpp"
#include "text.hpp"

namespace cspkit::ddf {
namespace {

/// Once the strings and paths of a schema take so much, further nodes are found without a path.
constexpr std::size_t kMostPathBytes = std::size_t{256} << 20;

/// A node of a tree, by their numbers; or of none: an ancestor of roots that nobody describes.
struct Source {
  std::uint32_t tree = kNone;
  std::uint32_t index = 0;

  bool described() const { return tree != kNone; }
};

/// Paths begin anew below these.
bool is_base(const Record& r) { return r.parent == kNone || BitsDynamic::get(r.bits) != 0; }

void copy(std::string_view from, char* to) { std::memcpy(to, from.data(), from.size()); }

/// A place above or at a root: where trees are joined.
struct Spot {
  Source source;
  std::string name;                            // decoded
  std::map<std::string, std::uint32_t> below;  // spots by folded name
};

/// Numbers the nodes: the schema's records themselves are the queue of those that wait for theirs.
class Merger {
 public:
  Merger(std::vector<const TreeDraft*> trees, Pools& pools, SchemaData& data)
      : trees_(std::move(trees)),
        data_(data),
        records_(data.own_records),
        text_(pools.strings.lend()),
        words_(pools.words.lend()),
        first_way_(words_->size()),
        spots_(2) {}

  void graft();
  void emit();
  void make_table();
  /// Lets the schema have the texts and words, which take no more memory than they need.
  void give_texts();

 private:
  std::uint32_t spot_below(std::uint32_t above, const std::string& name);
  const Record& record_of(const Source& source) const {
    return trees_[source.tree]->nodes[source.index];
  }
  std::string_view text(std::size_t at, std::size_t size) const {
    return {text_->data() + at, size};
  }
  std::string_view name_of(const Record& r) const { return text(r.name, r.name_size); }
  std::uint32_t described_child(const Source& source, std::string_view name) const;
  void append_described(std::uint32_t tree, std::uint32_t first, std::uint32_t count,
                        std::uint32_t parent);
  void append_spot(std::uint32_t spot, std::uint32_t parent);
  void append_joined(const Spot& spot, std::uint32_t parent);
  void append_children(const Record& record, std::uint32_t origin, std::uint32_t index);
  void spell_path(Record& record);
  void keep_way(std::uint32_t index);
  std::string_view path_of(const Record& r) const {
    return text(r.name - r.prefix_size, std::size_t{r.prefix_size} + r.name_size);
  }

  /// Where a record comes from: the number of a tree, or with this bit of a spot.
  static constexpr std::uint32_t kSpot = 0x80000000u;

  std::vector<const TreeDraft*> trees_;
  SchemaData& data_;
  Blob<Record>& records_;
  std::vector<std::uint32_t> origins_;  // by record
  // What stands in the pools, and behind it what only this schema needs: paths and ways.
  std::shared_ptr<Blob<char>> text_;
  std::shared_ptr<Blob<std::uint32_t>> words_;
  std::size_t first_way_;
  std::deque<Spot> spots_;  // 0 and 1 are the "." of device and user
  std::size_t grafted_ = 0;
};

/// The same search as SchemaData::find_static, within one tree.
std::uint32_t Merger::described_child(const Source& source, std::string_view name) const {
  if (!source.described()) return kNone;
  const Record& parent = record_of(source);
  const std::vector<Record>& nodes = trees_[source.tree]->nodes;
  const auto begin = nodes.begin() + parent.first_child;
  const auto end = begin + parent.static_count();
  auto at = std::lower_bound(begin, end, name, [this](const Record& r, std::string_view wanted) {
    return text::compare_folded(name_of(r), wanted) < 0;
  });
  for (; at != end && text::equal_folded(name_of(*at), name); ++at) {
    if (BitsCaseSensitive::get(at->bits) == 0 || name_of(*at) == name)
      return static_cast<std::uint32_t>(at - nodes.begin());
  }
  return kNone;
}

std::uint32_t Merger::spot_below(std::uint32_t above, const std::string& name) {
  const auto [place, fresh] =
      spots_[above].below.try_emplace(fold(name), static_cast<std::uint32_t>(spots_.size()));
  if (fresh) {
    Spot& spot = spots_.emplace_back();
    spot.name = name;
    const Source& source = spots_[above].source;
    const std::uint32_t described = described_child(source, name);
    if (described != kNone) spot.source = {source.tree, described};
  }
  return place->second;
}

void Merger::graft() {
  for (std::uint32_t i = 0; i < trees_.size(); ++i) {
    const TreeDraft& tree = *trees_[i];
    std::uint32_t at = tree.scope == Scope::kUser ? 1 : 0;
    for (const std::string& name : tree.path) at = spot_below(at, name);
    at = spot_below(at, std::string(name_of(tree.nodes[0])));
    spots_[at].source = {i, 0};
    grafted_ += tree.nodes.size();
  }
}

void Merger::append_described(std::uint32_t tree, std::uint32_t first, std::uint32_t count,
                              std::uint32_t parent) {
  const std::size_t begin = records_.size();
  records_.append(trees_[tree]->nodes.data() + first, count);
  for (std::size_t i = begin; i != records_.size(); ++i) records_[i].parent = parent;
  origins_.insert(origins_.end(), count, tree);
}

void Merger::append_spot(std::uint32_t spot, std::uint32_t parent) {
  Record record;
  const Source& source = spots_[spot].source;
  if (source.described()) {
    record = record_of(source);
  } else {
    record.bits = BitsAccess::with(0, kAccessGet);
    record.bits = BitsFormat::with(record.bits, static_cast<std::uint32_t>(Format::kNode));
    record.bits = BitsRoot::with(BitsAncestor::with(record.bits, 1), 1);
    record.bits = BitsPersistence::with(record.bits, 1);
    const bool user = parent == kNone ? spot == 1 : BitsUser::get(records_[parent].bits) != 0;
    record.bits = BitsUser::with(record.bits, user ? 1 : 0);
    const std::string& name = spots_[spot].name;
    record.name = static_cast<std::uint32_t>(text_->size());
    record.name_size = static_cast<std::uint16_t>(name.size());
    text_->append(name.data(), name.size());
  }
  record.parent = parent;
  records_.push_back(record);
  origins_.push_back(kSpot | spot);
}

void Merger::append_children(const Record& record, std::uint32_t origin, std::uint32_t index) {
  if ((origin & kSpot) != 0) {
    append_joined(spots_[origin & ~kSpot], index);
  } else {
    append_described(origin, record.first_child,
                     record.static_count() + (record.has_dynamic() ? 1u : 0u), index);
  }
}

/// Children that a tree describes, and those where other trees begin.
void Merger::append_joined(const Spot& spot, std::uint32_t parent) {
  const Source& source = spot.source;
  const Record above = source.described() ? record_of(source) : Record();
  std::uint32_t at = above.first_child;
  const std::uint32_t end = at + above.static_count();
  const auto next = [&]() -> const Record& { return record_of({source.tree, at}); };
  for (const auto& [name, below] : spot.below) {
    while (at != end && text::compare_folded(name_of(next()), name) < 0)
      append_described(source.tree, at++, 1, parent);
    for (; at != end && text::equal_folded(name_of(next()), name); ++at) {
      // What the spot leads to stands in its place, not in that of one whose letters differ.
      if (BitsCaseSensitive::get(next().bits) != 0 && name_of(next()) != spots_[below].name)
        append_described(source.tree, at, 1, parent);
    }
    append_spot(below, parent);
  }
  const std::uint32_t left = end - at + (above.has_dynamic() ? 1u : 0u);
  if (left != 0) append_described(source.tree, at, left, parent);
}

/// Decides whether the record has a plain path, and writes that path of an interior node to the
/// pool: the nodes below it are known by it and their own name.
void Merger::spell_path(Record& record) {
  record.prefix_size = 0;
  if (record.parent == kNone) return;
  const Record& parent = records_[record.parent];
  const bool below_base = is_base(parent);
  const std::size_t above = below_base ? 0 : path_of(parent).size() + 1;
  const std::size_t begin = text_->size();
  const bool fast =
      (below_base || BitsFast::get(parent.bits) != 0) && BitsDynamic::get(record.bits) == 0 &&
      BitsCaseSensitive::get(record.bits) == 0 && above + record.name_size <= kLongestPath &&
      begin < kMostPathBytes && words_->size() - first_way_ < kMostPathBytes / 4 &&
      text::is_plain(name_of(record));
  record.bits = BitsFast::with(record.bits, fast ? 1 : 0);
  if (!fast || record.children == 0 || above == 0) return;
  char* const path = text_->extend(above + record.name_size);
  copy(path_of(parent), path);
  path[above - 1] = '/';
  copy(name_of(record), path + above);
  record.name = static_cast<std::uint32_t>(begin + above);
  record.prefix_size = static_cast<std::uint16_t>(above);
}

/// Keeps the way to an interior node with a plain path, once its parent's is kept.
void Merger::keep_way(std::uint32_t index) {
  Record& record = records_[index];
  if (BitsFast::get(record.bits) == 0 || record.children == 0) return;
  const Record& parent = records_[record.parent];
  const bool first = is_base(parent);
  constexpr auto kCount = static_cast<std::size_t>(Way::kCount);
  const std::size_t steps = first ? 0 : (*words_)[parent.way + kCount];
  const std::size_t above = kWayHead + kStepWords * steps;
  record.way = static_cast<std::uint32_t>(words_->size());
  std::uint32_t* const way = words_->extend(above + kStepWords);
  if (first) {
    way[static_cast<std::size_t>(Way::kBase)] = record.parent;
    way[kCount] = 0;
  } else {
    std::copy_n(words_->data() + parent.way, above, way);
  }
  ++way[kCount];
  const std::uint32_t end = std::uint32_t{record.prefix_size} + record.name_size;
  const std::uint32_t step[kStepWords] = {index, end, end, 0};
  std::copy_n(step, kStepWords, way + above);
}

void Merger::emit() {
  const std::size_t most = grafted_ + spots_.size();
  records_.reserve(most);
  origins_.reserve(most);
  append_spot(0, kNone);
  append_spot(1, kNone);
  for (std::uint32_t i = 0; i < records_.size(); ++i) {
    Record record = records_[i];
    const std::size_t first = records_.size();
    append_children(record, origins_[i], i);
    const std::size_t count = records_.size() - first;
    const bool has_dynamic = count != 0 && (origins_.back() & kSpot) == 0 &&
                             BitsDynamic::get(records_[records_.size() - 1].bits) != 0;
    record.first_child = static_cast<std::uint32_t>(first);
    record.children =
        static_cast<std::uint32_t>(count - (has_dynamic ? 1 : 0)) * 2 + (has_dynamic ? 1u : 0u);
    spell_path(record);
    records_[i] = record;
    keep_way(i);
  }
  records_.trim();
}

void Merger::give_texts() {
  text_->trim();
  words_->trim();
  data_.own_pool = std::move(text_);
  data_.own_words = std::move(words_);
}

void enter(std::vector<PathSlot>& slots, const PathSlot& entry) {
  std::size_t i = first_slot(entry.hash, slots.size());
  for (std::size_t probes = 0; probes != kMostProbes; ++probes) {
    if (slots[i].node == kNone) {
      slots[i] = entry;
      return;
    }
    i = i + 1 == slots.size() ? 0 : i + 1;
  }
}

void Merger::make_table() {
  std::size_t paths = 0;
  std::size_t parents = 0;
  for (const Record& r : data_.own_records.view()) {
    if (BitsFast::get(r.bits) == 0) continue;
    ++paths;
    if (r.has_dynamic()) ++parents;
  }
  data_.own_slots.resize(paths * 2 + 1);
  data_.own_parents.resize(parents * 4 + 1);
  std::vector<std::uint32_t> bases(records_.size());
  PathHash hash;
  char path[kLongestPath];
  char folded[kLongestPath];
  for (std::uint32_t i = 2; i < records_.size(); ++i) {
    const Record& r = records_[i];
    const Record& parent = records_[r.parent];
    const bool below_base = is_base(parent);
    bases[i] = below_base ? r.parent : bases[r.parent];
    if (BitsFast::get(r.bits) == 0) continue;
    std::size_t size = 0;
    if (!below_base) {
      size = path_of(parent).size() + 1;
      copy(path_of(parent), path);
      path[size - 1] = '/';
    }
    copy(name_of(r), path + size);
    size += r.name_size;
    hash.fold(folded, path, size);
    const PathSlot entry{hash.at(folded, size, path_seed(bases[i])), i};
    enter(data_.own_slots, entry);
    data_.longest_path = std::max(data_.longest_path, static_cast<std::uint32_t>(size));
    if (!r.has_dynamic()) continue;
    enter(data_.own_parents, entry);
    data_.parent_lengths[size / 64] |= std::uint64_t{1} << (size % 64);
  }
}

void count(SchemaData& data) {
  SchemaTotals& totals = data.totals;
  for (const Record& r : data.own_records.view()) {
    if (BitsAncestor::get(r.bits) != 0) continue;
    ++totals.nodes;
    if (BitsRoot::get(r.bits) != 0) ++totals.trees;
    if (BitsFormat::get(r.bits) != static_cast<std::uint32_t>(Format::kNode)) ++totals.leaves;
    if (BitsDynamic::get(r.bits) != 0) ++totals.dynamic;
  }
}

}  // namespace

void build_schema(const std::vector<const TreeDraft*>& trees, Pools& pools, SchemaData& data) {
  // Shorter roots first: a longer one then replaces what they describe at its place.
  std::vector<const TreeDraft*> ordered = trees;
  std::stable_sort(ordered.begin(), ordered.end(), [](const TreeDraft* a, const TreeDraft* b) {
    return a->path.size() < b->path.size();
  });
  const std::shared_ptr<Blob<char>> cold = pools.cold.lend();
  cold->trim();
  data.own_cold = cold;
  Merger merger(std::move(ordered), pools, data);
  merger.graft();
  merger.emit();
  merger.make_table();
  merger.give_texts();
  count(data);
  data.show_own();
}

}  // namespace cspkit::ddf
