// SPDX-License-Identifier: Apache-2.0
// Logs of a failed installation in one archive, within the limits of Microsoft Intune's collection
// ("Requirements for Win32 app diagnostics").
#ifndef CSPKIT_OFFICE_COLLECT_COLLECTOR_HPP_
#define CSPKIT_OFFICE_COLLECT_COLLECTOR_HPP_

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log_path.hpp"

namespace cspkit::office::collect {

/// What the collector asks of the machine.
class Machine {
 public:
  virtual ~Machine() = default;
  /// The folder here that a drive ("C:") or a variable ("PROGRAMDATA") stands for; nothing: there
  /// is none.
  virtual std::optional<std::filesystem::path> folder_of(const LogPath& path) const = 0;
  /// Steady.
  virtual std::chrono::milliseconds now() const = 0;
};

/// Encrypts the archive before it is stored: logs hold personal data.
class Sealer {
 public:
  virtual ~Sealer() = default;
  /// Behind the archive's name: ".cms".
  virtual std::string_view suffix() const = 0;
  /// False, and `error` says why. `archive` becomes what is stored.
  virtual bool seal(std::string& archive, std::string& error) const = 0;
};

struct Limits {
  std::size_t paths = 25;  ///< that may be named; one more and nothing is collected
  std::size_t files = 25;
  std::uint64_t bytes = std::uint64_t{60} << 20;  ///< of the files, before they are packed
  std::chrono::milliseconds time = std::chrono::hours(2);
};

enum class State : std::uint8_t {
  kPending,
  kCompleted,  ///< the archive is there; single files may be missing
  kRefused,    ///< the order broke a rule; nothing was read
  kFailed,     ///< the archive could not be made
  kExpired     ///< it took longer than it may; nothing is stored
};

/// "completed".
std::string_view name_of(State state);

struct Order {
  std::vector<std::string> paths;  ///< as an administrator types them
  /// Of the installation: only a failed one has its logs collected.
  std::optional<std::int32_t> status;
  Rules rules = Rules::kUsual;
  Limits limits = {};
  std::filesystem::path archive;  ///< the zip file to make; the sealer's suffix comes behind it
};

/// What became of one path.
struct Entry {
  std::string path;  ///< as it was given
  std::string name;  ///< in the archive; empty: it is not there
  std::uint64_t bytes = 0;
  std::string problem;  ///< why not; empty: it is there
};

struct Collection {
  State state = State::kPending;
  std::string text;               ///< a line for people
  std::filesystem::path archive;  ///< where it lies, when completed
  std::uint64_t bytes = 0;        ///< of the files in it
  std::vector<Entry> entries;     ///< one for each path of the order, in its order
  std::size_t collected = 0;
};

/// Reads the files and makes the archive, which holds them under the paths they have there
/// ("C/ProgramData/x.log") and a list of all, `collection.json`. Collects in the order of the paths
/// and stops before the file that would exceed a limit. The plain archive is kept in memory, never
/// on disk, when there is a sealer. `changed` hears each state the collection takes, on the calling
/// thread. A file is read as far as it was long when it was opened; what is no regular file, or a
/// symbolic link, is left out. Blocks; any thread.
Collection collect(const Order& order, const Machine& machine, const Sealer* sealer,
                   const std::function<void(const Collection&)>& changed = {});

}  // namespace cspkit::office::collect

#endif  // CSPKIT_OFFICE_COLLECT_COLLECTOR_HPP_
