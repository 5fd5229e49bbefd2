// SPDX-License-Identifier: Apache-2.0
// The hash of a folded path and of all its beginnings, in one go over the text. Each block of
// sixteen bytes adds a term that depends on its place, so that none waits for the one before it,
// and the sum up to any block is the hash of that beginning but for its last bytes.
#ifndef CSPKIT_DDF_SRC_PATH_HASH_HPP_
#define CSPKIT_DDF_SRC_PATH_HASH_HPP_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "text.hpp"

namespace cspkit::ddf {

/// Longest path in the table of paths; published ones have at most 145 bytes. Longer ones are found
/// segment by segment.
inline constexpr std::size_t kLongestPath = 248;

class PathHash {
 public:
  /// Folds `n` bytes into `to`, which does not overlap them, and takes their sums.
  void fold(char* to, const char* from, std::size_t n) {
    const std::size_t head = whole_blocks(n);
    take<true>(to, from, head);
    fold_rest(to, from, head, n);
  }
  /// Takes the sums of a text that is folded already.
  void take_folded(const char* folded, std::size_t n) {
    take<false>(nullptr, folded, whole_blocks(n));
  }
  /// Hash of the first n bytes, n <= kLongestPath, of the text whose sums were taken.
  std::uint32_t at(const char* folded, std::size_t n, std::uint64_t seed) const {
    const std::uint64_t sum = sums_[n / kBlock] + last_term(folded, n, seed);
    const std::uint64_t h = multiply(sum ^ kA, n ^ kB);
    return static_cast<std::uint32_t>(h >> 32);
  }

 private:
  static constexpr std::size_t kBlock = 16;
  static constexpr std::uint64_t kA = 0x9E3779B97F4A7C15u;
  static constexpr std::uint64_t kB = 0xC2B2AE3D27D4EB4Fu;

  static std::size_t whole_blocks(std::size_t n) {
    return std::min(n, kLongestPath) & ~(kBlock - 1);
  }
  /// Both halves of the whole product.
  static std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  /// Of what stands behind the whole blocks: its last 16 bytes, which may reach back into those.
  static std::uint64_t last_term(const char* folded, std::size_t n, std::uint64_t seed) {
    if (n >= 16) {
      return multiply(text::load8(folded + n - 16) ^ seed, text::load8(folded + n - 8) ^ kB);
    }
    if (n >= 8) return multiply(text::load8(folded) ^ seed, text::load8(folded + n - 8) ^ kB);
    return multiply(text::load_tail(folded, n) ^ seed, kB);
  }
  template <bool Fold>
  void take(char* to, const char* from, std::size_t head) {
    std::uint64_t sum = 0;
    std::uint64_t place = kA;
    std::uint64_t* sums = sums_;
    for (; head != 0; head -= kBlock, from += kBlock) {
      text::Bytes16 v = text::load16(from);
      if constexpr (Fold) {
        v = text::fold16(v);
        text::store16(to, v);
        to += kBlock;
      }
      const auto words = reinterpret_cast<text::Words2>(v);
      *sums++ = sum;
      sum += multiply(words[0] ^ place, words[1] ^ kB);
      place += kA;
    }
    *sums = sum;
  }
  static void fold_rest(char* to, const char* from, std::size_t head, std::size_t n) {
    if (n >= 16 && n - head < 16) {
      text::store16(to + n - 16, text::fold16(text::load16(from + n - 16)));
    } else {
      text::fold_into(to + head, {from + head, n - head});
    }
  }

  std::uint64_t sums_[kLongestPath / kBlock + 1];
};

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_PATH_HASH_HPP_
