// SPDX-License-Identifier: Apache-2.0
// Where things lie: what comes with cspctl, and the default state file.
#ifndef CSPKIT_CSPCTL_BUNDLED_HPP_
#define CSPKIT_CSPCTL_BUNDLED_HPP_

#include <cspkit/result.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace cspctl {

/// The folder of this program.
std::filesystem::path program_directory();

/// Provider libraries (libcspkit_*.so, sorted) and the catalog's folder; empty when none came with
/// this program.
struct Bundled {
  std::vector<std::filesystem::path> providers;
  std::filesystem::path catalog;
};
Bundled find_bundled();

/// $XDG_STATE_HOME/cspkit/device.db, else ~/.local/state/cspkit/device.db; makes its folder.
/// kStateUnusable.
cspkit::Result<std::string> default_state_file();

/// The *.xml of a folder, sorted by name. kIo.
cspkit::Result<std::vector<std::filesystem::path>> xml_files(const std::filesystem::path& folder);

/// Reads a file, "-" for stdin, but no more than `limit` bytes. kIo, with the reason.
cspkit::Result<std::string> read_input(const std::string& path, std::size_t limit);

}  // namespace cspctl

#endif  // CSPKIT_CSPCTL_BUNDLED_HPP_
