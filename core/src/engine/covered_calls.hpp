// SPDX-License-Identifier: Apache-2.0
// The calls of handlers whose effect has an undo record in this transaction.
#ifndef CSPKIT_CORE_ENGINE_COVERED_CALLS_HPP_
#define CSPKIT_CORE_ENGINE_COVERED_CALLS_HPP_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

namespace cspkit {

/// A handler's call, as far as one may stand for another: borrowed.
struct CoveredCall {
  const void* provider = nullptr;
  std::string_view user, key;
  std::uint32_t verb = 0;
  friend bool operator==(const CoveredCall&, const CoveredCall&) = default;
};

class CoveredCalls {
 public:
  /// `seed`: of hashes, which nobody outside may foresee.
  explicit CoveredCalls(std::uint64_t seed) : seed_(seed) {}
  CoveredCalls(const CoveredCalls&) = delete;
  CoveredCalls& operator=(const CoveredCalls&) = delete;

  void reserve(std::size_t calls);
  bool has(const CoveredCall& call) const;
  /// Keeps a copy. False when it was there.
  bool add(const CoveredCall& call);
  void remove(const CoveredCall& call);
  /// A copy of a text, as their undo records are, that lasts as long as this.
  std::string_view keep(std::string_view text);

 private:
  struct Entry {
    CoveredCall call;  // its texts lie in memory_
    std::uint32_t hash = 0;
    bool gone = false;
  };
  std::uint32_t hash_of(const CoveredCall& call) const;
  /// Its number, from 1, or that of a free slot.
  std::size_t slot_of(const CoveredCall& call, std::uint32_t hash) const;
  void grow(std::size_t slots);

  std::uint64_t seed_;
  std::pmr::monotonic_buffer_resource memory_;  // all goes at once
  std::pmr::vector<Entry> entries_{&memory_};
  std::pmr::vector<std::uint32_t> slots_{&memory_};  // numbers of entries, from 1; 0: free
};

}  // namespace cspkit

#endif  // CSPKIT_CORE_ENGINE_COVERED_CALLS_HPP_
