// SPDX-License-Identifier: Apache-2.0
#include "runs.hpp"

#include <algorithm>
#include <charconv>
#include <cspkit/odt/configuration.hpp>
#include <cstdlib>

#include "machine_state.hpp"
#include "settings.hpp"
#include "tool.hpp"

namespace cspctl_office {
namespace {

constexpr std::string_view kSuffix = ".log";
constexpr std::size_t kLongestText = 1000;

// The text before the next blank, which is taken off.
std::string_view word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view found = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return found;
}

template <typename T>
T number(std::string_view text) {
  T value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool whole = text[i] == '%' && i + 2 < text.size();
    const int high = whole ? hex_digit(text[i + 1]) : -1;
    const int low = whole ? hex_digit(text[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// One line into what is known of the run.
void take(const LogLine& line, RunSummary& run) {
  run.job = line.job;
  run.seen = line.time;
  if (line.event == "installed") {
    run.installed = line.text;
    run.installed_at = line.time;
    return;
  }
  run.text = line.text;
  std::string_view rest = line.text;
  if (line.event == "accepted" || line.event == "waits" || line.event == "refused") {
    run.begun = line.time;
    run.percent = 0;
    run.action = line.text;
    run.phase = line.event == "waits" ? RunPhase::kWaiting : RunPhase::kRunning;
  } else if (line.event == "progress") {
    run.percent = std::clamp(number<int>(word(rest)), 0, 100);
    run.text = rest;
  } else if (line.event == "ended") {
    run.phase = RunPhase::kEnded;
    run.status = number<std::int32_t>(word(rest));
    word(rest);  // FinalStatus
    run.text = rest;
  } else if (line.event == "cancelled") {
    run.phase = RunPhase::kCancelled;
  }
}

}  // namespace

std::vector<LogLine> read_log(std::string_view text) {
  std::vector<LogLine> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view rest = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    LogLine line;
    line.time = word(rest);
    line.ms = cspkit::office::parse_utc(line.time);
    line.job = word(rest);
    line.event = word(rest);
    // The provider masks keys; a file may have been written to by someone else.
    line.text = cspkit::odt::shown(rest, kLongestText);
    if (line.ms != 0 && line.job.rfind("run-", 0) == 0 && !line.event.empty()) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::optional<RunSummary> summarise(const std::vector<LogLine>& lines) {
  if (lines.empty()) return {};
  RunSummary run;
  for (const LogLine& line : lines) take(line, run);
  return run;
}

bool read_log_name(std::string_view name, std::string& user, std::string& id) {
  if (name.size() <= kSuffix.size() || name.substr(name.size() - kSuffix.size()) != kSuffix) {
    return false;
  }
  name.remove_suffix(kSuffix.size());
  const std::size_t at = name.find('@');
  user = at == std::string_view::npos ? std::string() : decoded(name.substr(0, at));
  id = decoded(at == std::string_view::npos ? name : name.substr(at + 1));
  return true;
}

std::optional<std::string> log_folder(const std::string& given) {
  if (!given.empty()) return given;
  cspkit::office::Settings settings;
  const auto variable = [](const char* name) {
    return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  };
  if (const std::string why = cspkit::office::read_settings(variable, settings); !why.empty()) {
    print_error(why);
    return {};
  }
  if (settings.log_folder.empty()) {
    print_error(
        "no logs are kept: set log-folder in the provider's settings (CSPKIT_OFFICE_SETTINGS, or "
        "CSPKIT_OFFICE_LOG_FOLDER), or name the folder with --folder");
    return {};
  }
  return settings.log_folder;
}

}  // namespace cspctl_office
