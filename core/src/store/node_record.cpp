// SPDX-License-Identifier: Apache-2.0
#include "store/node_record.hpp"

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <system_error>

#include "store/record_bytes.hpp"

namespace cspkit::store {

namespace {

constexpr char kCapitals = 1, kWholePath = 2;
constexpr unsigned kCase = 0x20;  // between 'a' and 'A'

char* write_text(char* to, std::string_view text) {
  if (text.empty()) return to;
  text.copy(to, text.size());
  return to + text.size();
}

unsigned byte_of(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool is_small(unsigned letter) { return letter - 'a' <= 'z' - 'a'; }

std::size_t size_of_bits(std::string_view key) { return (key.size() + 7) / 8; }

/// Up to eight bytes of a text, the first one lowest.
std::uint64_t word_of(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  if (text.size() - at >= 8) {
    std::memcpy(&word, text.data() + at, 8);
  } else {
    std::memcpy(&word, text.data() + at, text.size() - at);
  }
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

constexpr std::uint64_t each_byte(std::uint64_t byte) { return byte * 0x0101010101010101U; }

/// The highest bit of every byte that is a small letter.
std::uint64_t small_letters(std::uint64_t word) {
  const std::uint64_t low = word & each_byte(0x7F);
  const std::uint64_t from_a = low + each_byte(0x80 - 'a');
  const std::uint64_t beyond_z = low + each_byte(0x7F - 'z');
  return from_a & ~beyond_z & ~word & each_byte(0x80);
}

/// Writes where `path` has capitals; false when there is more to tell.
bool write_capitals(char* to, std::string_view key, std::string_view path) {
  if (path.size() != key.size()) return false;
  for (std::size_t i = 0; i < key.size(); i += 8) {
    const std::uint64_t small = word_of(key, i);
    const std::uint64_t difference = small ^ word_of(path, i);
    if ((difference & ~each_byte(kCase)) != 0) return false;
    if ((difference << 2 & ~small_letters(small)) != 0) return false;
    // The product brings the one bit of byte n to bit 56 + n.
    *to++ = static_cast<char>((difference >> 5) * 0x0102040810204080U >> 56);
  }
  return true;
}

bool read_capitals(std::string_view key, std::string_view bits, std::string& path) {
  path.assign(key);
  for (std::size_t i = 0; i < 8 * bits.size(); ++i) {
    if ((byte_of(bits, i / 8) >> (i % 8) & 1U) == 0) continue;
    if (i >= key.size() || !is_small(byte_of(key, i))) return false;
    path[i] = static_cast<char>(byte_of(key, i) ^ kCase);
  }
  return true;
}

}  // namespace

void append_node_key(std::string& to, std::string_view user, std::string_view key) {
  if (!user.empty()) {
    to += std::to_string(user.size());
    to.push_back(':');
    to += user;
  }
  to.push_back('/');
  to += key;
}

void append_node_record(std::string& to, const NodeRow& row) {
  const std::size_t begin = to.size();
  to.resize(begin + 1 + 7 * kLongestNumber + row.mime.size() + row.title.size() + row.path.size() +
            size_of_bits(row.key) + row.value.size());
  char* const first = to.data() + begin;
  *first = kCapitals;
  char* at = write_number(first + 1, static_cast<std::uint64_t>(row.format));
  at = write_number(at, row.flags);
  at = write_number(at, row.verno);
  at = write_number(at, static_cast<std::uint64_t>(row.tstamp));
  at = write_number(at, row.mime.size());
  at = write_number(at, row.title.size());
  at = write_text(at, row.mime);
  at = write_text(at, row.title);
  if (write_capitals(at, row.key, row.path)) {
    at += size_of_bits(row.key);
  } else {
    *first = kWholePath;
    at = write_number(at, row.path.size());
    at = write_text(at, row.path);
  }
  at = write_text(at, row.value);
  to.resize(static_cast<std::size_t>(at - to.data()));
}

namespace {

bool read_key(std::string_view stored, NodeRow& row) {
  std::size_t size = 0;
  if (!stored.empty() && stored.front() != '/') {
    if (stored.front() == '0') return false;
    const auto [end, error] = std::from_chars(stored.data(), stored.data() + stored.size(), size);
    stored.remove_prefix(static_cast<std::size_t>(end - stored.data()));
    const bool fits = error == std::errc() && size != 0 && size + 1 < stored.size();
    if (!fits || stored.front() != ':') return false;
    stored.remove_prefix(1);
  }
  row.user = stored.substr(0, size);
  if (stored.substr(size, 1) != "/") return false;
  row.key = stored.substr(size + 1);
  return true;
}

}  // namespace

bool read_node(std::string_view key, std::string_view record, NodeRow& row) {
  if (!read_key(key, row)) return false;
  RecordReader in(record);
  const std::string_view kind = in.bytes(1);
  row.format = static_cast<Format>(in.number_up_to(CSPKIT_FORMAT_FLOAT));
  row.flags =
      static_cast<std::uint32_t>(in.number_up_to(std::numeric_limits<std::uint32_t>::max()));
  row.verno =
      static_cast<std::uint16_t>(in.number_up_to(std::numeric_limits<std::uint16_t>::max()));
  row.tstamp = static_cast<std::int64_t>(in.number());
  const std::uint64_t mime = in.number(), title = in.number();
  row.mime = in.bytes(mime);
  row.title = in.bytes(title);
  if (!in.good()) return false;
  bool fits = false;
  if (kind.front() == kCapitals) {
    fits = read_capitals(row.key, in.bytes(size_of_bits(row.key)), row.path);
  } else if (kind.front() == kWholePath) {
    row.path = in.bytes(in.number());
    fits = true;
  }
  row.value = in.rest();
  return fits && in.good();
}

}  // namespace cspkit::store
