// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_CHECK_BINARY_HPP_
#define CSPKIT_HARNESS_CHECK_BINARY_HPP_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::harness::check {

/// What a library shows to others.
struct Exports {
  bool readable = false;  ///< a 64-bit ELF file of this machine's byte order, with a symbol table
  std::vector<std::string> others;  ///< beside the plugin object
  std::size_t unique = 0;           ///< of these, such as keep a library in memory (STB_GNU_UNIQUE)
  bool has_plugin = false;
  bool plugin_is_object = false;
  std::uint64_t plugin_size = 0;
};
Exports read_exports(std::string_view file);

}  // namespace cspkit::harness::check

#endif  // CSPKIT_HARNESS_CHECK_BINARY_HPP_
