// SPDX-License-Identifier: Apache-2.0
#include "check/binary.hpp"

#include <cspkit/abi.h>
#include <elf.h>

#include <cstring>
#include <optional>

namespace cspkit::harness::check {
namespace {

template <typename T>
std::optional<T> read_at(std::string_view file, std::uint64_t offset) {
  if (offset > file.size() || file.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, file.data() + offset, sizeof(T));
  return value;
}

std::string name_at(std::string_view file, const Elf64_Shdr& strings, std::uint32_t offset) {
  if (strings.sh_offset > file.size() || offset >= strings.sh_size) return {};
  const std::string_view rest = file.substr(strings.sh_offset).substr(0, strings.sh_size);
  if (offset >= rest.size()) return {};
  const std::string_view text = rest.substr(offset);
  return std::string(text.substr(0, text.find('\0')));
}

void take_symbol(const Elf64_Sym& symbol, const std::string& name, Exports& exports) {
  const unsigned bind = ELF64_ST_BIND(symbol.st_info);
  const unsigned visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  const bool shown = bind == STB_GLOBAL || bind == STB_WEAK || bind == STB_GNU_UNIQUE;
  const bool visible = visibility == STV_DEFAULT || visibility == STV_PROTECTED;
  if (symbol.st_shndx == SHN_UNDEF || !shown || !visible || name.empty()) return;
  if (name == CSPKIT_PLUGIN_SYMBOL_NAME) {
    exports.has_plugin = true;
    exports.plugin_is_object = ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT;
    exports.plugin_size = symbol.st_size;
    return;
  }
  if (symbol.st_shndx == SHN_ABS) return;  // the names of symbol versions
  exports.others.push_back(name);
  if (bind == STB_GNU_UNIQUE) ++exports.unique;
}

}  // namespace

Exports read_exports(std::string_view file) {
  Exports exports;
  const auto header = read_at<Elf64_Ehdr>(file, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return exports;
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_shentsize != sizeof(Elf64_Shdr))
    return exports;
  const auto section = [&](std::uint64_t index) {
    return read_at<Elf64_Shdr>(file, header->e_shoff + index * sizeof(Elf64_Shdr));
  };
  for (unsigned i = 0; i < header->e_shnum; ++i) {
    const auto symbols = section(i);
    if (!symbols || symbols->sh_type != SHT_DYNSYM) continue;
    const auto strings = section(symbols->sh_link);
    if (!strings) continue;
    exports.readable = true;
    for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols->sh_size;
         at += sizeof(Elf64_Sym)) {
      const auto symbol = read_at<Elf64_Sym>(file, symbols->sh_offset + at);
      if (!symbol) break;
      take_symbol(*symbol, name_at(file, *strings, symbol->st_name), exports);
    }
  }
  return exports;
}

}  // namespace cspkit::harness::check
