// SPDX-License-Identifier: Apache-2.0
#include "pe_image.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace cspkit::office::process {
namespace {

constexpr std::size_t kNewHeaderAt = 0x3c;     // in the DOS header: where the PE header is
constexpr std::size_t kFileHeaderSize = 24;    // with the four letters before it
constexpr std::size_t kChecksumAt = 64;        // in the optional header, of both kinds
constexpr std::size_t kDirectoriesAt32 = 96;   // in the optional header of PE32
constexpr std::size_t kDirectoriesAt64 = 112;  // ... of PE32+
constexpr std::size_t kSecurityDirectory = 4;
constexpr std::size_t kDirectorySize = 8;
constexpr std::size_t kCertificateHeader = 8;
constexpr std::uint64_t kMagic32 = 0x10b;
constexpr std::uint64_t kMagic64 = 0x20b;
constexpr std::uint64_t kPkcs7Certificate = 2;  // WIN_CERT_TYPE_PKCS_SIGNED_DATA

// A little-endian number; nothing beyond the end.
std::optional<std::size_t> number(std::string_view image, std::size_t at, std::size_t bytes) {
  if (at > image.size() || image.size() - at < bytes) return {};
  std::size_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(image[at + i]);
  }
  return value;
}

}  // namespace

std::string find_pe_signature(std::string_view image, PeSignature& signature) {
  if (image.substr(0, 2) != "MZ") return "it is no PE file: it does not begin with MZ";
  const auto header = number(image, kNewHeaderAt, 4);
  if (!header || *header > image.size() ||
      image.substr(*header, 4) != std::string_view("PE\0\0", 4)) {
    return "it is no PE file: no PE header where the DOS header says";
  }
  const std::size_t optional = *header + kFileHeaderSize;
  const auto magic = number(image, optional, 2);
  if (!magic || (*magic != kMagic32 && *magic != kMagic64)) {
    return "its optional header is of no known kind";
  }
  const std::size_t directories =
      optional + (*magic == kMagic32 ? kDirectoriesAt32 : kDirectoriesAt64);
  const auto count = number(image, directories - 4, 4);
  if (!count || *count <= kSecurityDirectory) return "it is not signed";
  const std::size_t entry = directories + kSecurityDirectory * kDirectorySize;
  const auto at = number(image, entry, 4);
  const auto size = number(image, entry + 4, 4);
  if (!at || !size || *at == 0 || *size == 0) return "it is not signed";
  // Behind the table nothing may stand: the digest would not cover it.
  if (*at < entry + kDirectorySize || *at > image.size() || image.size() - *at != *size ||
      *size < kCertificateHeader) {
    return "its table of certificates is not at its end";
  }
  const auto length = number(image, *at, 4);
  const auto type = number(image, *at + 6, 2);
  if (!length || *length < kCertificateHeader || *length > *size) {
    return "the length of its certificate is wrong";
  }
  const std::string_view padding = image.substr(*at + *length);
  if (padding.size() != (8 - *length % 8) % 8 ||
      padding.find_first_not_of('\0') != std::string_view::npos) {
    return "its table of certificates holds more than one signature";
  }
  if (type != kPkcs7Certificate) return "its certificate is no PKCS #7";
  signature.pkcs7 = image.substr(*at + kCertificateHeader, *length - kCertificateHeader);
  const std::size_t checksum = optional + kChecksumAt;
  const std::size_t after_checksum = checksum + 4;
  const std::size_t after_entry = entry + kDirectorySize;
  signature.covered = {image.substr(0, checksum),
                       image.substr(after_checksum, entry - after_checksum),
                       image.substr(after_entry, *at - after_entry)};
  return {};
}

}  // namespace cspkit::office::process
