// SPDX-License-Identifier: Apache-2.0
#include "build.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "path_hash.hpp"
#include "text.hpp"

namespace cspkit::ddf {
namespace {

/// Once the strings and paths of a schema take so much, further nodes are found without a path.
constexpr std::size_t kMostPathBytes = std::size_t{256} << 20;

/// A node before it has its number: of a tree, or (tree == nullptr) an ancestor of roots.
struct Source {
  const TreeDraft* tree = nullptr;
  std::uint32_t index = 0;
};

/// A place above or at a root: where trees are joined.
struct Spot {
  Source source;
  std::string name;                    // decoded
  std::map<std::string, Spot*> below;  // by folded name
};

class Merger {
 public:
  Merger(const Pools& pools, SchemaData& data) : pools_(pools), data_(data) {}

  void graft(const TreeDraft& tree);
  void emit();
  void make_table();
  /// Brings what was gathered into the schema's own memory, which takes no more than it needs.
  void move_texts();

 private:
  struct Item {
    Source source;
    Spot* spot = nullptr;
    std::uint32_t parent = kNone;
  };
  Spot& spot_below(Spot& above, const std::string& name);
  const Record& record_of(const Source& source) const { return source.tree->nodes[source.index]; }
  std::string_view name_of(const Record& r) const {
    return std::string_view(pools_.strings.bytes()).substr(r.name, r.name_size);
  }
  std::uint32_t described_child(const Source& source, std::string_view name) const;
  void append_children(const Item& item, std::uint32_t index);
  void append_joined(const Item& item, std::uint32_t index);
  std::string_view spelled(std::size_t at, std::size_t size) const {
    const std::string& strings = pools_.strings.bytes();
    return at < strings.size() ? std::string_view(strings).substr(at, size)
                               : std::string_view(paths_).substr(at - strings.size(), size);
  }
  std::uint32_t next_path() const {
    return static_cast<std::uint32_t>(pools_.strings.bytes().size() + paths_.size());
  }
  Record record_for(const Item& item);
  void spell_path(Record& record);
  void keep_way(std::uint32_t index);
  void append_path(std::uint32_t index, std::string& out) const;

  const Pools& pools_;
  SchemaData& data_;
  std::deque<Spot> spots_;
  Spot tops_[2];
  std::vector<Item> queue_;
  // What will stand behind the strings and words of the pools.
  std::string paths_;
  std::vector<std::uint32_t> ways_;
  std::size_t grafted_ = 0;
};

/// The same search as SchemaData::find_static, within one tree.
std::uint32_t Merger::described_child(const Source& source, std::string_view name) const {
  if (source.tree == nullptr) return kNone;
  const Record& parent = record_of(source);
  const auto begin = source.tree->nodes.begin() + parent.first_child;
  const auto end = begin + parent.static_count();
  auto at = std::lower_bound(begin, end, name, [this](const Record& r, std::string_view wanted) {
    return text::compare_folded(name_of(r), wanted) < 0;
  });
  for (; at != end && text::equal_folded(name_of(*at), name); ++at) {
    if (BitsCaseSensitive::get(at->bits) == 0 || name_of(*at) == name)
      return static_cast<std::uint32_t>(at - source.tree->nodes.begin());
  }
  return kNone;
}

Spot& Merger::spot_below(Spot& above, const std::string& name) {
  Spot*& place = above.below[fold(name)];
  if (place == nullptr) {
    Spot& spot = spots_.emplace_back();
    spot.name = name;
    const std::uint32_t described = described_child(above.source, name);
    if (described != kNone) spot.source = {above.source.tree, described};
    place = &spot;
  }
  return *place;
}

void Merger::graft(const TreeDraft& tree) {
  Spot* at = &tops_[tree.scope == Scope::kUser ? 1 : 0];
  for (const std::string& name : tree.path) at = &spot_below(*at, name);
  const std::string name(name_of(tree.nodes[0]));
  Spot& root = spot_below(*at, name);
  root.source = {&tree, 0};
  grafted_ += tree.nodes.size();
}

void Merger::append_children(const Item& item, std::uint32_t index) {
  if (item.spot != nullptr) {
    append_joined(item, index);
  } else if (item.source.tree != nullptr) {
    const Record& r = record_of(item.source);
    const std::uint32_t count = r.static_count() + (r.has_dynamic() ? 1u : 0u);
    for (std::uint32_t i = 0; i < count; ++i)
      queue_.push_back({{item.source.tree, r.first_child + i}, nullptr, index});
  }
}

/// Children that a tree describes, and those where other trees begin.
void Merger::append_joined(const Item& item, std::uint32_t index) {
  std::vector<Item> described;
  Item dynamic;
  if (item.source.tree != nullptr) {
    const Record& r = record_of(item.source);
    for (std::uint32_t i = 0; i < r.static_count(); ++i)
      described.push_back({{item.source.tree, r.first_child + i}, nullptr, index});
    if (r.has_dynamic())
      dynamic = {{item.source.tree, r.first_child + r.static_count()}, nullptr, index};
  }
  auto at = described.begin();
  const auto push_described = [&] { queue_.push_back(*at++); };
  for (const auto& [name, spot] : item.spot->below) {
    while (at != described.end() && text::compare_folded(name_of(record_of(at->source)), name) < 0)
      push_described();
    while (at != described.end() && text::equal_folded(name_of(record_of(at->source)), name)) {
      // What the spot leads to stands in its place, not in that of one whose letters differ.
      const Record& r = record_of(at->source);
      if (BitsCaseSensitive::get(r.bits) != 0 && name_of(r) != spot->name) {
        push_described();
      } else {
        ++at;
      }
    }
    queue_.push_back({spot->source, spot, index});
  }
  while (at != described.end()) push_described();
  if (dynamic.source.tree != nullptr) queue_.push_back(dynamic);
}

Record Merger::record_for(const Item& item) {
  Record record;
  if (item.source.tree != nullptr) {
    record = record_of(item.source);
  } else {
    record.bits = BitsAccess::with(0, kAccessGet);
    record.bits = BitsFormat::with(record.bits, static_cast<std::uint32_t>(Format::kNode));
    record.bits = BitsRoot::with(BitsAncestor::with(record.bits, 1), 1);
    record.bits = BitsPersistence::with(record.bits, 1);
  }
  record.parent = item.parent;
  record.children = 0;
  return record;
}

void Merger::append_path(std::uint32_t index, std::string& out) const {
  const Record& r = data_.own_records[index];
  out += spelled(r.name - r.prefix_size, std::size_t{r.prefix_size} + r.name_size);
}

/// Decides whether the record has a plain path, and writes that path of an interior node to the
/// pool: the nodes below it are known by it and their own name.
void Merger::spell_path(Record& record) {
  record.prefix_size = 0;
  if (record.parent == kNone) return;
  const Record& parent = data_.own_records[record.parent];
  const bool below_base = parent.parent == kNone || BitsDynamic::get(parent.bits) != 0;
  const std::size_t above = below_base ? 0 : std::size_t{parent.prefix_size} + parent.name_size + 1;
  const std::string_view name = spelled(record.name, record.name_size);
  const bool fast =
      (below_base || BitsFast::get(parent.bits) != 0) && BitsDynamic::get(record.bits) == 0 &&
      BitsCaseSensitive::get(record.bits) == 0 && above + record.name_size <= kLongestPath &&
      next_path() < kMostPathBytes && ways_.size() < kMostPathBytes / 4 && text::is_plain(name);
  record.bits = BitsFast::with(record.bits, fast ? 1 : 0);
  if (!fast || record.children == 0 || above == 0) return;
  std::string path;
  append_path(record.parent, path);
  path += '/';
  path += name;
  record.name = static_cast<std::uint32_t>(next_path() + above);
  record.prefix_size = static_cast<std::uint16_t>(above);
  paths_ += path;
}

/// Keeps the way to an interior node with a plain path, once its parent's is kept.
void Merger::keep_way(std::uint32_t index) {
  Record& record = data_.own_records[index];
  if (BitsFast::get(record.bits) == 0 || record.children == 0) return;
  const Record& parent = data_.own_records[record.parent];
  const std::size_t before = pools_.words.words().size();
  const std::size_t at = ways_.size();
  if (parent.parent == kNone || BitsDynamic::get(parent.bits) != 0) {
    ways_.insert(ways_.end(), {record.parent, 0u});
  } else {
    const std::size_t above = parent.way - before;
    const std::size_t steps = ways_[above + static_cast<std::size_t>(Way::kCount)];
    const std::size_t size = kWayHead + kStepWords * steps;
    for (std::size_t i = 0; i < size; ++i) ways_.push_back(ways_[above + i]);
  }
  ++ways_[at + static_cast<std::size_t>(Way::kCount)];
  const std::uint32_t end = std::uint32_t{record.prefix_size} + record.name_size;
  ways_.insert(ways_.end(), {index, end, end, 0u});
  record.way = static_cast<std::uint32_t>(before + at);
}

void Merger::emit() {
  auto& records = data_.own_records;
  const std::size_t most = grafted_ + spots_.size() + 2;
  records.reserve(most);
  queue_.reserve(most);
  queue_.assign({{{}, &tops_[0], kNone}, {{}, &tops_[1], kNone}});
  for (std::uint32_t i = 0; i < queue_.size(); ++i) {
    const Item item = queue_[i];
    const bool undescribed = item.source.tree == nullptr;
    Record record = record_for(item);
    if (i == 1 || (item.parent != kNone && undescribed)) {
      const bool user = i == 1 || BitsUser::get(records[item.parent].bits) != 0;
      record.bits = BitsUser::with(record.bits, user ? 1 : 0);
    }
    const std::size_t first = queue_.size();
    append_children(item, i);
    const std::size_t count = queue_.size() - first;
    const bool has_dynamic = count != 0 && queue_.back().source.tree != nullptr &&
                             queue_.back().spot == nullptr &&
                             BitsDynamic::get(record_of(queue_.back().source).bits) != 0;
    record.first_child = static_cast<std::uint32_t>(first);
    record.children =
        static_cast<std::uint32_t>(count - (has_dynamic ? 1 : 0)) * 2 + (has_dynamic ? 1u : 0u);
    if (undescribed && item.parent != kNone) {
      record.name = next_path();
      record.name_size = static_cast<std::uint16_t>(item.spot->name.size());
      paths_ += item.spot->name;
    }
    spell_path(record);
    records.push_back(record);
    keep_way(i);
  }
  records.shrink_to_fit();
}

void Merger::move_texts() {
  const std::string& strings = pools_.strings.bytes();
  data_.own_pool.reserve(strings.size() + paths_.size());
  data_.own_pool.append(strings).append(paths_);
  const std::vector<std::uint32_t>& words = pools_.words.words();
  data_.own_words.reserve(words.size() + ways_.size());
  data_.own_words.insert(data_.own_words.end(), words.begin(), words.end());
  data_.own_words.insert(data_.own_words.end(), ways_.begin(), ways_.end());
}

void fill_table(const std::vector<PathSlot>& entries, std::size_t size,
                std::vector<PathSlot>& slots) {
  slots.resize(size);
  for (const PathSlot& entry : entries) {
    std::size_t i = first_slot(entry.hash, size);
    std::size_t probes = 0;
    for (; probes != kMostProbes && slots[i].node != kNone; ++probes) i = i + 1 == size ? 0 : i + 1;
    if (probes != kMostProbes) slots[i] = entry;
  }
}

void Merger::make_table() {
  const auto& records = data_.own_records;
  std::vector<PathSlot> entries;
  entries.reserve(records.size());
  std::vector<PathSlot> parents;
  std::string path;
  std::vector<std::uint32_t> bases(records.size());
  PathHash hash;
  char folded[kLongestPath];
  for (std::uint32_t i = 2; i < records.size(); ++i) {
    const Record& r = records[i];
    const bool below_base =
        records[r.parent].parent == kNone || BitsDynamic::get(records[r.parent].bits) != 0;
    bases[i] = below_base ? r.parent : bases[r.parent];
    if (BitsFast::get(r.bits) == 0) continue;
    path.clear();
    if (!below_base) {
      append_path(r.parent, path);
      path += '/';
    }
    path += spelled(r.name, r.name_size);
    hash.fold(folded, path.data(), path.size());
    entries.push_back({hash.at(folded, path.size(), path_seed(bases[i])), i});
    data_.longest_path = std::max(data_.longest_path, static_cast<std::uint32_t>(path.size()));
    if (!r.has_dynamic()) continue;
    parents.push_back(entries.back());
    data_.parent_lengths[path.size() / 64] |= std::uint64_t{1} << (path.size() % 64);
  }
  fill_table(entries, entries.size() * 2 + 1, data_.own_slots);
  fill_table(parents, parents.size() * 4 + 1, data_.own_parents);
}

void count(SchemaData& data) {
  SchemaTotals& totals = data.totals;
  for (const Record& r : data.own_records) {
    if (BitsAncestor::get(r.bits) != 0) continue;
    ++totals.nodes;
    if (BitsRoot::get(r.bits) != 0) ++totals.trees;
    if (BitsFormat::get(r.bits) != static_cast<std::uint32_t>(Format::kNode)) ++totals.leaves;
    if (BitsDynamic::get(r.bits) != 0) ++totals.dynamic;
  }
}

}  // namespace

void build_schema(const std::vector<const TreeDraft*>& trees, const Pools& pools,
                  SchemaData& data) {
  data.own_cold = pools.cold.bytes();
  // Shorter roots first: a longer one then replaces what they describe at its place.
  std::vector<const TreeDraft*> ordered = trees;
  std::stable_sort(ordered.begin(), ordered.end(), [](const TreeDraft* a, const TreeDraft* b) {
    return a->path.size() < b->path.size();
  });
  Merger merger(pools, data);
  for (const TreeDraft* tree : ordered) merger.graft(*tree);
  merger.emit();
  merger.make_table();
  merger.move_texts();
  count(data);
  data.show_own();
}

}  // namespace cspkit::ddf
