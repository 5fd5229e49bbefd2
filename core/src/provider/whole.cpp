// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <link.h>

#include <cstring>
#include <fstream>
#include <vector>

#include "provider/loader.hpp"

namespace cspkit::provider {

Status check_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::uint64_t>(file ? std::streamoff(file.tellg()) : 0);
  ElfW(Ehdr) header{};
  file.seekg(0);
  // What is no ELF file of this machine's kind, dlopen refuses by itself.
  if (!file.read(reinterpret_cast<char*>(&header), sizeof(header))) return {};
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return {};
  if (header.e_phentsize != sizeof(ElfW(Phdr))) return {};

  const auto cut_off = [&](std::uint64_t needed) {
    return Status(Code::kProviderRefused,
                  fmt::format("{}: cut off: {} bytes long, needs at least {}; copy it again",
                              path.string(), size, needed));
  };
  const std::uint64_t table = std::uint64_t{header.e_phnum} * sizeof(ElfW(Phdr));
  if (header.e_phoff > size || table > size - header.e_phoff) {
    return cut_off(header.e_phoff + table);
  }
  std::vector<ElfW(Phdr)> segments(header.e_phnum);
  file.seekg(static_cast<std::streamoff>(header.e_phoff));
  file.read(reinterpret_cast<char*>(segments.data()), static_cast<std::streamsize>(table));
  for (const ElfW(Phdr) & segment : segments) {
    if (segment.p_type != PT_LOAD) continue;
    if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset) {
      return cut_off(std::uint64_t{segment.p_offset} + segment.p_filesz);
    }
  }
  return {};
}

}  // namespace cspkit::provider
