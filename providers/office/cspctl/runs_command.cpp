// SPDX-License-Identifier: Apache-2.0
// status and log: what installations do and did, from the logs of their runs.
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/codes.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "run_log.hpp"
#include "runs.hpp"
#include "tool.hpp"

namespace cspctl_office {
namespace {

namespace fs = std::filesystem;

constexpr int kBarWidth = 20;
constexpr std::size_t kLongestAction = 40;

std::optional<std::vector<fs::path>> log_files(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".log") files.push_back(at->path());
  }
  if (error) {
    print_error(folder + ": " + error.message());
    return {};
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string bar(int percent) {
  const int done = percent * kBarWidth / 100;
  return fmt::format("[{:#<{}}{:.<{}}] {:3}%", "", done, "", kBarWidth - done, percent);
}

std::string meaning(std::int32_t status) {
  if (status == 0) return "succeeded";
  const auto found = cspkit::odt::explain_code(std::to_string(status));
  return found.empty() ? std::string("failed") : std::string(found.front().meaning);
}

std::string state_of(const RunSummary& run) {
  switch (run.phase) {
    case RunPhase::kWaiting:
      return "waits";
    case RunPhase::kRunning:
      return bar(run.percent);
    case RunPhase::kCancelled:
      return "cancelled";
    case RunPhase::kEnded:
      break;
  }
  return fmt::format("Status {}", run.status);
}

const char* phase_name(RunPhase phase) {
  constexpr const char* kNames[] = {"waiting", "running", "ended", "cancelled"};
  return kNames[static_cast<std::size_t>(phase)];
}

nlohmann::ordered_json as_json(const RunSummary& run) {
  nlohmann::ordered_json object = {
      {"id", run.id},         {"scope", run.user.empty() ? "device" : "user"},
      {"job", run.job},       {"phase", phase_name(run.phase)},
      {"action", run.action}, {"begun", run.begun},
      {"seen", run.seen}};
  if (!run.user.empty()) object["user"] = run.user;
  if (run.phase == RunPhase::kRunning) object["percent"] = run.percent;
  if (run.phase == RunPhase::kEnded) object["status"] = run.status;
  object["text"] = run.text;
  if (!run.installed.empty()) object["installed"] = run.installed;
  return object;
}

// What the run that ended well last left on the machine.
void print_installed(const std::vector<RunSummary>& runs) {
  const RunSummary* last = nullptr;
  for (const RunSummary& run : runs) {
    if (last == nullptr || run.installed_at > last->installed_at) last = &run;
  }
  if (last != nullptr && !last->installed.empty()) {
    print(fmt::format("Installed: {}\n\n", last->installed));
  }
}

void print_table(const std::vector<RunSummary>& runs) {
  std::size_t widest = 2;
  const auto name = [](const RunSummary& run) {
    return run.user.empty() ? run.id : run.id + " of " + run.user;
  };
  for (const RunSummary& run : runs) widest = std::max(widest, name(run).size());
  print(fmt::format("{:<{}}  {:<27}  {:<20}  {}\n", "ID", widest, "STATE", "BEGUN", "WHAT"));
  for (const RunSummary& run : runs) {
    const bool ended = run.phase == RunPhase::kEnded;
    // The simulation says with each step what it is for.
    std::string_view text = run.text;
    const std::string action = ": " + run.action;
    if (text.size() > action.size() && text.substr(text.size() - action.size()) == action) {
      text.remove_suffix(action.size());
    }
    const std::string what = fmt::format("{}: {}", cspkit::odt::shown(run.action, kLongestAction),
                                         ended ? meaning(run.status) : text);
    print(fmt::format("{:<{}}  {:<27}  {:<20}  {}\n", name(run), widest, state_of(run),
                      run.begun.substr(0, 19),
                      run.action == run.text && !ended ? run.action : what));
  }
}

// The lines of the last run: from the one that accepted it.
std::size_t last_run(const std::vector<LogLine>& lines) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].event == "accepted" || lines[i].event == "waits" || lines[i].event == "refused") {
      const bool waited = i > 0 && lines[i - 1].event == "waits";
      if (!waited) start = i;
    }
  }
  return start;
}

}  // namespace

int run_status(const StatusCommand& command) {
  const auto folder = log_folder(command.folder);
  if (!folder) return kExitUsage;
  const auto files = log_files(*folder);
  if (!files) return kExitUsage;
  std::vector<RunSummary> runs;
  for (const fs::path& file : *files) {
    std::string user, id;
    if (!read_log_name(file.filename().string(), user, id)) continue;
    const auto text = read_file(file.string());
    if (!text) return kExitUsage;
    auto run = summarise(read_log(*text));
    if (!run) continue;
    run->id = cspkit::odt::shown(id);
    run->user = cspkit::odt::shown(user);
    runs.push_back(std::move(*run));
  }
  std::stable_sort(runs.begin(), runs.end(),
                   [](const RunSummary& a, const RunSummary& b) { return a.begun > b.begun; });
  if (runs.empty()) print_error(*folder + ": no log of an installation is here yet");
  if (command.json) {
    for (const RunSummary& run : runs) print_json(as_json(run));
  } else if (!runs.empty()) {
    print_installed(runs);
    print_table(runs);
  }
  return kExitOk;
}

std::optional<std::string> find_log(const std::string& folder, const std::string& id,
                                    const std::string& user) {
  const auto files = log_files(folder);
  if (!files) return {};
  const fs::path named = fs::path(folder) / cspkit::office::log_file_name({user.empty(), user, id});
  if (std::find(files->begin(), files->end(), named) != files->end()) return named.string();
  constexpr std::size_t kMostNames = 10;
  std::vector<std::string> others;
  std::string hint;
  for (const fs::path& file : *files) {
    std::string its_user, its_id;
    if (!read_log_name(file.filename().string(), its_user, its_id)) continue;
    const bool same_id = cspkit::odt::same(its_id, id);
    if (same_id && its_user == user) return file.string();
    if (same_id) {
      hint = its_user.empty() ? "; there is one of the device: leave --user away"
                              : "; there is one of a user: --user " + cspkit::odt::shown(its_user);
    }
    if (its_user == user && others.size() < kMostNames) {
      others.push_back(cspkit::odt::shown(its_id));
    }
  }
  if (hint.empty() && !others.empty()) {
    hint = fmt::format("; there are those of {}", fmt::join(others, ", "));
  }
  print_error(fmt::format("{}: no log of it in {}{}", cspkit::odt::shown(id), folder, hint));
  return {};
}

int run_log(const LogCommand& command) {
  const auto folder = log_folder(command.folder);
  if (!folder) return kExitUsage;
  const auto file = find_log(*folder, command.id, command.user);
  if (!file) return kExitRejected;
  const auto text = read_file(*file);
  if (!text) return kExitUsage;
  const std::vector<LogLine> lines = read_log(*text);
  std::int64_t start = 0;
  std::string job;
  for (std::size_t i = command.all ? 0 : last_run(lines); i < lines.size(); ++i) {
    const LogLine& line = lines[i];
    if (line.job != job) start = line.ms;
    job = line.job;
    print(fmt::format("{} {:>+9.3f} s  {:<9} {}\n", line.time,
                      static_cast<double>(line.ms - start) / 1000, cspkit::odt::shown(line.event),
                      line.text));
  }
  return kExitOk;
}

}  // namespace cspctl_office
