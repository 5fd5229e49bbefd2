// SPDX-License-Identifier: Apache-2.0
// What stands behind a Schema: flat arrays without pointers, so that they may as well lie in a
// file. Nodes are numbered level by level; the children of a node are neighbours: the static
// ones sorted by folded name, then the dynamic one.
#ifndef CSPKIT_DDF_SRC_SCHEMA_DATA_HPP_
#define CSPKIT_DDF_SRC_SCHEMA_DATA_HPP_

#include <array>
#include <cspkit/ddf/schema.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "blob.hpp"
#include "pool.hpp"

namespace cspkit::ddf {

inline constexpr std::uint32_t kNone = 0xFFFFFFFFu;
/// Deepest tree the loader takes: levels of Node elements plus those of its Path.
inline constexpr std::size_t kMaxDepth = 96;

/// A field of Record::bits.
template <unsigned Shift, unsigned Width>
struct BitField {
  static constexpr std::uint32_t kMask = ((1u << Width) - 1u) << Shift;
  static constexpr std::uint32_t get(std::uint32_t bits) { return (bits & kMask) >> Shift; }
  static constexpr std::uint32_t with(std::uint32_t bits, std::uint32_t value) {
    return (bits & ~kMask) | ((value << Shift) & kMask);
  }
};
using BitsAccess = BitField<0, 6>;
using BitsFormat = BitField<6, 4>;
using BitsOccurrence = BitField<10, 3>;
using BitsPersistence = BitField<13, 2>;
using BitsNaming = BitField<15, 2>;
using BitsCaseSensitive = BitField<17, 1>;
using BitsHasDefault = BitField<18, 1>;
using BitsDeprecated = BitField<19, 1>;
using BitsAtomic = BitField<20, 1>;  ///< of the node or an ancestor in its tree
using BitsRoot = BitField<21, 1>;
using BitsAncestor = BitField<22, 1>;
using BitsDynamic = BitField<23, 1>;
using BitsUser = BitField<24, 1>;
using BitsValueType = BitField<25, 4>;
using BitsFast = BitField<29, 1>;       ///< a plain path: may stand in the table of paths
using BitsAtomicOwn = BitField<30, 1>;  ///< AtomicRequired stands on the node itself

struct Record {
  std::uint32_t parent = kNone;
  std::uint32_t name = 0;  ///< offset of the name's bytes in the pool
  std::uint16_t name_size = 0;
  /// So many bytes before the name are its path below "." or the last dynamic node: "Vendor/MSFT/".
  std::uint16_t prefix_size = 0;
  std::uint32_t first_child = 0;
  std::uint32_t children = 0;  ///< number of static children * 2 + (has a dynamic child)
  std::uint32_t bits = 0;
  Ref allowed = 0;      ///< words: AllowedValues
  Ref common = 0;       ///< words: Common, shared by many nodes
  Ref own = 0;          ///< words: count, then pairs of Tag and reference
  Ref description = 0;  ///< in the pool of descriptions, or the number of the node in its file
  std::uint32_t line = 0;
  std::uint32_t file = 0;
  std::uint32_t way = 0;  ///< words: Way of an interior node with a plain path

  std::uint32_t static_count() const { return children >> 1; }
  bool has_dynamic() const { return (children & 1u) != 0; }
};
static_assert(sizeof(Record) == 52);

/// The way from the base of a path (see path_seed) down to a node: a tuple of words.
enum class Way : std::uint32_t {
  kBase,
  kCount,
  kSteps  ///< each as an Address::Segment lies in memory
};
inline constexpr std::size_t kWayHead = static_cast<std::size_t>(Way::kSteps);
inline constexpr std::size_t kStepWords = 4;
static_assert(sizeof(Address::Segment) == kStepWords * sizeof(std::uint32_t) &&
              offsetof(Address::Segment, path_end) == 4 &&
              offsetof(Address::Segment, key_end) == 8 &&
              offsetof(Address::Segment, dynamic) == 12);

/// Properties that many nodes share, as words of a tuple.
enum class Common : std::uint32_t {
  kMime,  ///< several are joined by line feeds
  kDdfName,
  kReboot,
  kReplace,
  kConflict,
  kDeprecatedBuild,
  kOccurrenceLimit,  ///< the number itself
  kOsBuild,
  kCspVersion,
  kEditions,
  kAzureAd,  ///< 0 or 1
  kCount
};
inline constexpr std::size_t kCommonWords = static_cast<std::size_t>(Common::kCount);

/// Properties that few nodes have.
enum class Tag : std::uint32_t {
  kTitle = 1,
  kDefault,
  kUniqueName,
  kGpName,
  kGpArea,
  kGpElement,
  kDependencies,  ///< words: count of groups, then per group friendly id, changed allowed values,
                  ///< count, and per dependency negated, URI, allowed values
  kErrors,        ///< words: count, then per error its element's name and its text
  kExtensions     ///< words: count, then per extension name, value, count of attributes, and per
                  ///< attribute name and value
};

/// Head word of an AllowedValues tuple; behind it: [delimiter] [area, name, file] (value,
/// description)*.
using AllowedType = BitField<0, 4>;
using AllowedList = BitField<4, 1>;
using AllowedAdmx = BitField<5, 1>;
using AllowedCount = BitField<8, 24>;  ///< pairs
/// The pairs are Value elements, not Enum ones.
using AllowedPlain = BitField<6, 1>;

/// A DDF file of the schema.
struct FileRecord {
  Ref name = 0;  ///< "" is file 0: the ancestors of roots
  Ref version = 0;
  Ref diagnostics = 0;
  std::uint32_t resident = 1;  ///< 0: descriptions are read from the file when asked for
  std::uint64_t size = 0;
  std::uint64_t stamp = 0;  ///< time of change, ns: a changed file answers no descriptions
};

/// Entry of the table of paths.
struct PathSlot {
  std::uint32_t hash = 0;
  std::uint32_t node = kNone;
};

class CompiledImage;
class Patterns;

struct SchemaData {
  SchemaData();
  ~SchemaData();
  SchemaData(const SchemaData&) = delete;
  SchemaData& operator=(const SchemaData&) = delete;

  // What the spans below show, unless a compiled file does.
  Blob<Record> own_records;
  std::shared_ptr<const Blob<std::uint32_t>> own_words;
  std::shared_ptr<const Blob<char>> own_pool;
  std::shared_ptr<const Blob<char>> own_cold;
  std::vector<FileRecord> own_files;
  std::vector<PathSlot> own_slots;
  std::vector<PathSlot> own_parents;

  std::span<const Record> records;  ///< 0 and 1 are the "." of device and user
  std::span<const std::uint32_t> words;
  std::string_view pool;
  std::string_view cold;  ///< descriptions that are resident
  std::span<const FileRecord> files;
  std::span<const PathSlot> slots;    ///< all plain paths; at least one slot
  std::span<const PathSlot> parents;  ///< those of nodes with a dynamic child; at least one slot
  std::uint32_t longest_path = 0;     ///< of the paths in the table
  /// A bit per length: whether a node in `parents` has a path so long.
  std::array<std::uint64_t, 4> parent_lengths{};
  SchemaTotals totals;

  void show_own();

  const Record& at(NodeId id) const { return records[static_cast<std::uint32_t>(id)]; }
  std::string_view name_of(const Record& r) const { return pool.substr(r.name, r.name_size); }
  std::string_view string(Ref ref) const { return pool_view(pool, ref); }
  std::uint32_t common(const Record& r, Common which) const {
    return r.common == 0 ? 0 : words[r.common + static_cast<std::uint32_t>(which)];
  }
  /// The reference kept under `tag`; 0 when there is none.
  Ref own(const Record& r, Tag tag) const;
  /// Index of the static child with that decoded name; kNone.
  std::uint32_t find_static(const Record& parent, std::string_view name) const;
  std::uint32_t dynamic_child(const Record& parent) const {
    return parent.has_dynamic() ? parent.first_child + parent.static_count() : kNone;
  }
  bool may_be_parent(std::size_t length) const {
    return length < 64 * parent_lengths.size() &&
           (parent_lengths[length / 64] >> (length % 64) & 1u) != 0;
  }
  std::string_view describe(const Record& r) const;
  /// True when describe() found that the file of the record is no longer the one that was loaded.
  bool descriptions_lost(const Record& r) const;

  // Descriptions of files that were loaded from disk: read on first demand, kept from then on.
  struct LazyFile {
    bool read = false;
    std::vector<std::string> texts;
  };
  mutable std::mutex lazy_mutex;
  mutable std::vector<LazyFile> lazy;
  /// What the spans show, when it is a compiled file.
  std::shared_ptr<const CompiledImage> image;
  /// Compiled patterns and schemas of AllowedValues, made on first use.
  std::unique_ptr<Patterns> patterns;
};

struct Schema::Data : SchemaData {};

/// The way in for the library's own functions.
struct SchemaAccess {
  static const SchemaData& data(const Schema& schema) { return *schema.data_; }
  static std::shared_ptr<const Schema> make(std::unique_ptr<Schema::Data> data) {
    return std::shared_ptr<const Schema>(new Schema(std::move(data)));
  }
};

/// Seed of the hash of a path below `base`: the "." of a scope, or a dynamic node.
inline std::uint64_t path_seed(std::uint32_t base) {
  return (std::uint64_t{base} + 1) * 0x5851F42D4C957F2Du;
}
/// So many slots are looked at. A path that found no place among them is not in the table.
inline constexpr std::size_t kMostProbes = 64;
/// Where a hash begins to probe in a table of `size` slots.
inline std::size_t first_slot(std::uint32_t hash, std::size_t size) {
  return static_cast<std::size_t>((std::uint64_t{hash} * size) >> 32);
}

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_SCHEMA_DATA_HPP_
