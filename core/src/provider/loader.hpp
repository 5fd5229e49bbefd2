// SPDX-License-Identifier: Apache-2.0
// From a file to a plugin object: trust check, dlopen, ABI check. The only place that knows
// Boost.DLL is loader.cpp.
#ifndef CSPKIT_CORE_PROVIDER_LOADER_HPP_
#define CSPKIT_CORE_PROVIDER_LOADER_HPP_

#include <cspkit/abi.h>

#include <cspkit/result.hpp>
#include <filesystem>
#include <memory>

namespace cspkit::provider {

/// A library that stays loaded as long as this object.
class Library {
 public:
  virtual ~Library() = default;
  virtual const cspkit_plugin& plugin() const = 0;
  virtual const std::filesystem::path& path() const = 0;
};

/// May this file's code run in our process? Regular file, owned by root or the user we run as, not
/// writable by group or others; the same for its folder. kProviderRefused names the command that
/// mends it. `path` must be absolute.
Status check_trust(const std::filesystem::path& path);

/// Is the library all there? dlopen maps what the ELF headers promise; of a file that was cut off,
/// by an interrupted copy say, the process would die with SIGBUS. Says ok to what is no ELF file:
/// dlopen refuses that. kProviderRefused.
Status check_whole(const std::filesystem::path& path);

/// Refuses what is not an ABI 1.x plugin. Reads the header only; calls nothing.
Status check_abi(const cspkit_plugin& plugin, const std::string& where);

/// Trust check, load (all symbols bound now, none made global), ABI check. kProviderRefused.
Result<std::shared_ptr<Library>> load_library(const std::filesystem::path& path);

}  // namespace cspkit::provider

#endif  // CSPKIT_CORE_PROVIDER_LOADER_HPP_
