// SPDX-License-Identifier: Apache-2.0
#include "pool.hpp"

#include <algorithm>
#include <cstring>

#include "text.hpp"

namespace cspkit::ddf {
namespace {

constexpr std::size_t kMaxPoolBytes = 0xFFFF0000u;

std::uint32_t hash_bytes(const void* data, std::size_t n) {
  __extension__ using Wide = unsigned __int128;
  constexpr std::uint64_t kA = 0x9E3779B97F4A7C15u;
  constexpr std::uint64_t kB = 0xC2B2AE3D27D4EB4Fu;
  const auto term = [](std::uint64_t a, std::uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  const char* p = static_cast<const char*>(data);
  const std::uint64_t size = n;
  std::uint64_t sum = 0;
  std::uint64_t place = kA;
  // One term for every sixteen bytes: none waits for the one before it.
  for (; n > 16; n -= 16, p += 16, place += kA)
    sum += term(text::load8(p) ^ place, text::load8(p + 8) ^ kB);
  const bool two = n >= 8;
  sum += term((two ? text::load8(p) : text::load_tail(p, n)) ^ place,
              (two ? text::load8(p + n - 8) : 0) ^ kB);
  return static_cast<std::uint32_t>(term(sum ^ kA, size ^ kB) >> 20);
}

/// Reads the length at `ref`; the offset of the bytes, or npos when it does not fit.
std::size_t read_length(std::string_view pool, Ref ref, std::size_t& size) {
  size = 0;
  std::size_t at = ref;
  for (unsigned shift = 0; shift < 35 && at < pool.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(pool[at++]);
    size |= static_cast<std::size_t>(byte & 0x7Fu) << shift;
    if ((byte & 0x80u) == 0) return size <= pool.size() - at ? at : std::string_view::npos;
  }
  return std::string_view::npos;
}

}  // namespace

std::string_view pool_view(std::string_view pool, Ref ref) {
  std::size_t size = 0;
  const std::size_t at = read_length(pool, ref, size);
  return at == std::string_view::npos ? std::string_view{} : pool.substr(at, size);
}

// Address space for what some hundred files hold: memory only once it is written to, and nothing is
// moved until there is more.
constexpr std::size_t kFirstBytes = std::size_t{1} << 19;

constexpr std::size_t kFirstSlots = 1024;

StringPool::StringPool() { bytes_.append("", 1); }

Ref StringPool::intern(std::string_view s) {
  if (s.empty()) return 0;
  if (slots_.empty()) {  // many a pool stays empty
    bytes_.reserve(kFirstBytes);
    slots_.resize(kFirstSlots);
  }
  const std::uint32_t hash = hash_bytes(s.data(), s.size());
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  for (; slots_[i].ref != 0; i = (i + 1) & mask) {
    if (slots_[i].hash == hash && view(slots_[i].ref) == s) return slots_[i].ref;
  }
  if (s.size() > kMaxPoolBytes - std::min(bytes_.size(), kMaxPoolBytes)) {
    overflowed_ = true;
    return 0;
  }
  const auto ref = static_cast<Ref>(bytes_.size());
  char length[8];
  std::size_t digits = 0;
  std::size_t n = s.size();
  for (; n >= 0x80; n >>= 7) length[digits++] = static_cast<char>(0x80u | (n & 0x7Fu));
  length[digits++] = static_cast<char>(n);
  char* const added = bytes_.extend(digits + s.size());
  std::memcpy(added, length, digits);
  std::memcpy(added + digits, s.data(), s.size());
  slots_[i] = {hash, ref};
  if (++used_ * 3 > slots_.size() * 2) grow();
  return ref;
}

std::uint32_t StringPool::offset_of(Ref ref) const {
  std::size_t size = 0;
  return static_cast<std::uint32_t>(read_length(bytes(), ref, size));
}

void StringPool::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.ref == 0) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].ref != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

WordPool::WordPool() {
  const std::uint32_t none = 0;
  words_.append(&none, 1);
}

Ref WordPool::intern(std::span<const std::uint32_t> words) {
  if (words.empty()) return 0;
  if (slots_.empty()) {
    words_.reserve(kFirstBytes / sizeof(std::uint32_t));
    slots_.resize(kFirstSlots);
  }
  const std::uint32_t hash = hash_bytes(words.data(), words.size_bytes());
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  for (; slots_[i].ref != 0; i = (i + 1) & mask) {
    if (slots_[i].hash == hash && slots_[i].size == words.size() &&
        std::equal(words.begin(), words.end(), words_.data() + slots_[i].ref)) {
      return slots_[i].ref;
    }
  }
  const auto ref = static_cast<Ref>(words_.size());
  words_.append(words.data(), words.size());
  slots_[i] = {hash, ref, static_cast<std::uint32_t>(words.size())};
  if (++used_ * 3 > slots_.size() * 2) grow();
  return ref;
}

void WordPool::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.ref == 0) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].ref != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

}  // namespace cspkit::ddf
