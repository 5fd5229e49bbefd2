// SPDX-License-Identifier: Apache-2.0
// Bytes of a record in the store: numbers that take as many as they need, and texts.
//
// A number has seven bits in a byte, the lowest first, and the highest bit set in all bytes but the
// last.
#ifndef CSPKIT_CORE_STORE_RECORD_BYTES_HPP_
#define CSPKIT_CORE_STORE_RECORD_BYTES_HPP_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cspkit::store {

constexpr std::size_t kLongestNumber = 10;

/// Returns what comes behind it.
inline char* write_number(char* to, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) *to++ = static_cast<char>(number | 0x80);
  *to++ = static_cast<char>(number);
  return to;
}

inline void append_number(std::string& to, std::uint64_t number) {
  char bytes[kLongestNumber];
  to.append(bytes, static_cast<std::size_t>(write_number(bytes, number) - bytes));
}

/// Takes from the front of what is left; once there is too little, nothing any more.
class RecordReader {
 public:
  explicit RecordReader(std::string_view left) : left_(left) {}
  bool good() const { return good_; }
  void is_bad() { good_ = false; }
  std::string_view rest() const { return left_; }

  std::string_view bytes(std::uint64_t size) {
    good_ = good_ && size <= left_.size();
    if (!good_) return {};
    const std::string_view taken = left_.substr(0, static_cast<std::size_t>(size));
    left_.remove_prefix(taken.size());
    return taken;
  }
  std::uint64_t number() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::string_view taken = bytes(1);
      if (!good_) return 0;
      const auto byte = static_cast<unsigned char>(taken.front());
      const std::uint64_t low = byte & 0x7FU;
      good_ = low << shift >> shift == low;
      number |= low << shift;
      if ((byte & 0x80U) == 0) return number;
    }
    good_ = false;
    return 0;
  }
  std::uint64_t number_up_to(std::uint64_t most) {
    const std::uint64_t value = number();
    good_ = good_ && value <= most;
    return value;
  }

 private:
  std::string_view left_;
  bool good_ = true;
};

}  // namespace cspkit::store

#endif  // CSPKIT_CORE_STORE_RECORD_BYTES_HPP_
