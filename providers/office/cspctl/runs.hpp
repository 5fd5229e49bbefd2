// SPDX-License-Identifier: Apache-2.0
// The logs of runs, as the provider writes them (src/run_log.hpp), read again.
#ifndef CSPKIT_CSPCTL_OFFICE_RUNS_HPP_
#define CSPKIT_CSPCTL_OFFICE_RUNS_HPP_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspctl_office {

struct LogLine {
  std::string time;  ///< UTC, as it was written
  std::int64_t ms = 0;
  std::string job, event, text;
};

enum class RunPhase : std::uint8_t { kWaiting, kRunning, kEnded, kCancelled };

/// An {id} and its last run.
struct RunSummary {
  std::string id, user;  ///< user is empty in device scope
  std::string job, action, begun, seen;
  RunPhase phase = RunPhase::kRunning;
  int percent = 0;
  std::int32_t status = 0;  ///< of kEnded
  std::string text;         ///< what was said last
  std::string installed;    ///< what is installed since `installed_at`; empty: it was not said
  std::string installed_at;
};

/// Lines that are none are left out.
std::vector<LogLine> read_log(std::string_view text);
/// Nothing for a log without a run.
std::optional<RunSummary> summarise(const std::vector<LogLine>& lines);
/// "USER@ID.log", or "ID.log"; false for other names.
bool read_log_name(std::string_view name, std::string& user, std::string& id);

/// The folder of the logs: the one given, else that of the provider's settings. Says what is wrong
/// when it returns none.
std::optional<std::string> log_folder(const std::string& given);

/// The file of an installation's log. Says what is wrong when it returns none.
std::optional<std::string> find_log(const std::string& folder, const std::string& id,
                                    const std::string& user);

}  // namespace cspctl_office

#endif  // CSPKIT_CSPCTL_OFFICE_RUNS_HPP_
