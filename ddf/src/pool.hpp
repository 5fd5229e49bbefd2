// SPDX-License-Identifier: Apache-2.0
// Interned strings and tuples: every text and every set of properties is held once, and named by a
// 32-bit offset. 0 is the empty one.
#ifndef CSPKIT_DDF_SRC_POOL_HPP_
#define CSPKIT_DDF_SRC_POOL_HPP_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "blob.hpp"

namespace cspkit::ddf {

using Ref = std::uint32_t;

/// Reads the string at `ref` of a pool. A reference that does not fit reads as "": compiled files
/// are checked when opened, this is the belt to those braces.
std::string_view pool_view(std::string_view pool, Ref ref);

/// Collects strings: each as its length (LEB128) and its bytes.
class StringPool {
 public:
  StringPool();
  /// The reference of `s`. 0 also when the pool is full (overflowed() says so).
  Ref intern(std::string_view s);
  std::string_view view(Ref ref) const { return pool_view(bytes(), ref); }
  /// Where the bytes of an interned string begin.
  std::uint32_t offset_of(Ref ref) const;
  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }
  /// All bytes for a schema, which may add its own behind them.
  std::shared_ptr<Blob<char>> lend() { return bytes_.lend(); }
  bool overflowed() const { return overflowed_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    Ref ref = 0;
  };
  void grow();
  LentBlob<char> bytes_;
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  bool overflowed_ = false;
};

/// Collects tuples of words. A tuple's own first word says how long it is, in whatever way its
/// reader knows; this class only compares.
class WordPool {
 public:
  WordPool();
  Ref intern(std::span<const std::uint32_t> words);
  std::span<const std::uint32_t> words() const { return {words_.data(), words_.size()}; }
  /// As StringPool::lend.
  std::shared_ptr<Blob<std::uint32_t>> lend() { return words_.lend(); }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    Ref ref = 0;
    std::uint32_t size = 0;
  };
  void grow();
  LentBlob<std::uint32_t> words_;
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_POOL_HPP_
