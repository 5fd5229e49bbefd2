// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_OFFICE_COLLECT_LOCAL_MACHINE_HPP_
#define CSPKIT_OFFICE_COLLECT_LOCAL_MACHINE_HPP_

#include <map>
#include <string>
#include <string_view>

#include "collector.hpp"

namespace cspkit::office::collect {

/// This machine. Drives and variables of Windows lead where the map says; a variable that is not in
/// it to where the environment says, should that be a full path here.
class LocalMachine final : public Machine {
 public:
  /// Adds "C:=FOLDER" or "%PROGRAMDATA%=FOLDER". False when it is neither.
  bool map(std::string_view text);
  std::optional<std::filesystem::path> folder_of(const LogPath& path) const override;
  std::chrono::milliseconds now() const override;

 private:
  std::map<std::string, std::filesystem::path> folders_;  // by LogPath::start
};

}  // namespace cspkit::office::collect

#endif  // CSPKIT_OFFICE_COLLECT_LOCAL_MACHINE_HPP_
