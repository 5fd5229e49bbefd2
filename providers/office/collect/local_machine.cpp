// SPDX-License-Identifier: Apache-2.0
#include "local_machine.hpp"

#include <cstdlib>

namespace cspkit::office::collect {

bool LocalMachine::map(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals + 1 == text.size()) return false;
  // A file below it must be one that may be named: so the rules are in one place.
  LogPath path;
  const std::string probe = std::string(text.substr(0, equals)) + "\\x.log";
  if (read_log_path(probe, Rules::kUsual, path) != Refusal::kNone || path.parts.size() != 1) {
    return false;
  }
  std::error_code error;
  std::filesystem::path folder = std::filesystem::absolute(text.substr(equals + 1), error);
  if (error) return false;
  return folders_.try_emplace(path.start, std::move(folder)).second;
}

std::optional<std::filesystem::path> LocalMachine::folder_of(const LogPath& path) const {
  if (const auto found = folders_.find(path.start); found != folders_.end()) return found->second;
  if (path.root != LogPath::Root::kVariable) return {};
  const char* value = std::getenv(path.start.c_str());
  if (value == nullptr) return {};
  std::filesystem::path folder(value);
  if (!folder.is_absolute()) return {};
  return folder;
}

std::chrono::milliseconds LocalMachine::now() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace cspkit::office::collect
