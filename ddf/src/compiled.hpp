// SPDX-License-Identifier: Apache-2.0
// The compiled file: a header, then the arrays of a SchemaData as they lie in memory, then the
// findings that reading the sources gave. It is used where it lies, after everything in it was
// checked.
#ifndef CSPKIT_DDF_SRC_COMPILED_HPP_
#define CSPKIT_DDF_SRC_COMPILED_HPP_

#include <array>
#include <cspkit/ddf/loader.hpp>
#include <cspkit/result.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema_data.hpp"

namespace cspkit::ddf {

/// Counts up with every change of what the arrays hold, and of the checksum.
inline constexpr std::uint32_t kCompiledVersion = 2;
inline constexpr std::array<char, 8> kCompiledMagic = {'C', 'S', 'P', 'K', 'D', 'D', 'F', '\n'};

enum class Section : std::uint32_t {
  kRecords,
  kWords,
  kPool,
  kCold,
  kFiles,
  kSlots,
  kParents,
  kFindings,
  kCount
};
inline constexpr std::size_t kSections = static_cast<std::size_t>(Section::kCount);

struct CompiledHeader {
  std::array<char, 8> magic = kCompiledMagic;
  std::uint32_t byte_order = 0x01020304u;
  std::uint32_t version = kCompiledVersion;
  std::uint64_t size = 0;                         ///< of the file
  std::uint64_t checksum = 0;                     ///< of the file, this field taken as 0
  std::array<std::uint64_t, kSections> begins{};  ///< multiples of 8, in order
  std::array<std::uint64_t, kSections> sizes{};   ///< in bytes
  std::array<std::uint64_t, 5> totals{};
  std::array<std::uint64_t, 4> parent_lengths{};
  std::uint64_t longest_path = 0;
};
static_assert(sizeof(CompiledHeader) % 8 == 0);

/// Of a file that is no shorter than its header.
std::uint64_t compiled_checksum(std::string_view file);

/// A compiled file in memory, checked.
class CompiledImage {
 public:
  CompiledImage(const CompiledImage&) = delete;
  CompiledImage& operator=(const CompiledImage&) = delete;

  /// Reads a file that begins as a compiled one does; null when it does not, or cannot be read.
  /// kIo; kTooLarge; kNotDdf: damaged, truncated, of another version or byte order.
  static Result<std::shared_ptr<const CompiledImage>> open(const std::string& path);
  /// Copies bytes that begin so.
  static Result<std::shared_ptr<const CompiledImage>> copy(std::string_view bytes,
                                                           const std::string& name);

  /// Lets `data` show what the image holds, which has to outlive it.
  void show_in(SchemaData& data) const;
  /// Adds what reading the sources found.
  void append_findings(std::vector<Finding>& out) const;

 private:
  CompiledImage() = default;
  /// Memory for `size` bytes, which nobody has written to yet. kTooLarge; kIo: there is none.
  Status make_room(std::size_t size, const std::string& name);
  Status check(const std::string& name);
  std::string_view section(Section which) const;

  std::string_view bytes_;
  std::unique_ptr<std::uint64_t[]> owned_;
  std::size_t finding_count_ = 0;
};

/// True when the bytes begin as a compiled file does.
bool is_compiled(std::string_view bytes);

/// Judges the arrays of a schema that may be anybody's: every number in them leads to where it may
/// lead. "" when they are sound, else what is not.
std::string find_flaw(const SchemaData& data);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_COMPILED_HPP_
