// SPDX-License-Identifier: Apache-2.0
#include "device.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>

#include "bundled.hpp"
#include "output.hpp"

namespace cspctl {
namespace {

using cspkit::Code;
using cspkit::Engine;
using cspkit::Status;

// A signal handler can reach nothing but a global.
volatile std::sig_atomic_t interrupted_by = 0;
void note_signal(int number) { interrupted_by = number; }

// SIGINT and SIGTERM end the waiting instead of the process while one of these lives.
class SignalGuard {
 public:
  SignalGuard() {
    interrupted_by = 0;
    struct sigaction action = {};
    action.sa_handler = note_signal;
    sigemptyset(&action.sa_mask);
    // A second signal has its ordinary effect: nobody shall be kept.
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, &interrupt_);
    ::sigaction(SIGTERM, &action, &terminate_);
  }
  ~SignalGuard() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGTERM, &terminate_, nullptr);
  }
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

 private:
  struct sigaction interrupt_ = {};
  struct sigaction terminate_ = {};
};

// What jobs do meanwhile, on stderr: one line that is written over and over on a terminal. Anywhere
// else nothing, or, when asked for, a line at every ten percent.
class ProgressLine {
 public:
  explicit ProgressLine(bool wants_lines)
      : terminal_(::isatty(STDERR_FILENO) == 1), lines_(wants_lines && !terminal_) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const std::vector<cspkit::JobInfo>& jobs) {
    if (lines_) show_lines(jobs);
    if (!terminal_ || jobs.empty()) return;
    const cspkit::JobInfo& job = jobs.front();
    std::string line = job.provider + " " + job.id;
    if (job.percent >= 0) line += " " + bar(job.percent);
    line += ": " + (job.text.empty() ? std::string("working") : job.text);
    if (jobs.size() > 1) line += " (and " + std::to_string(jobs.size() - 1) + " more)";
    line = fitting(one_line(line));
    if (line == shown_) return;
    shown_ = line;
    write("\r\033[K" + line);
  }
  void clear() {
    if (!shown_.empty()) write("\r\033[K");
    shown_.clear();
  }

 private:
  void show_lines(const std::vector<cspkit::JobInfo>& jobs) {
    for (const cspkit::JobInfo& job : jobs) {
      if (job.percent < 0) continue;
      const std::string name = job.provider + " " + job.id;
      const int tens = job.percent / 10;
      const auto [last, is_new] = tens_.emplace(name, tens);
      if (!is_new && last->second >= tens) continue;
      last->second = tens;
      write(one_line(name + ": " + std::to_string(tens * 10) + " % " + job.text) + "\n");
    }
  }
  // Before the text, so that a narrow terminal does not lose it.
  static std::string bar(int percent) {
    constexpr int kWidth = 20;
    const int done = std::clamp(percent, 0, 100) * kWidth / 100;
    return "[" + std::string(static_cast<std::size_t>(done), '#') +
           std::string(static_cast<std::size_t>(kWidth - done), '.') + "] " +
           std::to_string(percent) + " %";
  }
  static std::string fitting(std::string line) {
    winsize size = {};
    std::size_t width = 80;
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) width = size.ws_col;
    if (line.size() < width) return line;
    std::size_t end = width - 1;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0u) == 0x80u) --end;
    return line.substr(0, end);
  }
  static void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  }

  bool terminal_;
  bool lines_;
  std::string shown_;
  std::map<std::string, int> tens_;  // job -> what was said of it last
};

void log_to_stderr(cspkit::LogLevel level, std::string_view source, std::string_view text) {
  const char* name = "info";
  switch (level) {
    case cspkit::LogLevel::kDebug:
      name = "debug";
      break;
    case cspkit::LogLevel::kInfo:
      break;
    case cspkit::LogLevel::kWarning:
      name = "warning";
      break;
    default:
      name = "error";
      break;
  }
  const std::string line =
      std::string("cspctl: ") + name + ": " + std::string(source) + ": " + one_line(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

// True when `text` already says where: paths are not repeated in a line.
std::string located(const std::string& where, const Status& status) {
  if (status.text().find(where) != std::string::npos) return status.text();
  return where + ": " + (status.text().empty() ? "refused" : status.text());
}

int exit_code_of(const Status& status) {
  switch (status.code()) {
    case Code::kNotDdf:
    case Code::kNotSyncml:
      return kExitInput;
    case Code::kIo:
      return kExitUsage;
    default:
      return kExitCannotOpen;
  }
}

// Says what could not be loaded; true when it could.
bool accepted(const std::string& where, const Status& status, int code, int& exit_code) {
  if (status.ok()) return true;
  print_error(located(where, status));
  exit_code = code;
  return false;
}

bool load_all(Engine& engine, const Options& options, int& exit_code) {
  const auto load_ddf = [&](const std::filesystem::path& path) {
    const Status status = engine.load_ddf(path);
    return accepted(path.string(), status, exit_code_of(status), exit_code);
  };
  const auto load_provider = [&](const std::filesystem::path& path) {
    // A bare name means the file here; the loader must not search the system for it.
    return accepted(path.string(), engine.load_provider(std::filesystem::absolute(path)),
                    kExitCannotOpen, exit_code);
  };
  const Bundled bundled = options.no_bundled ? Bundled{} : find_bundled();
  if (!(bundled.catalog.empty() || load_ddf(bundled.catalog)) ||
      !std::all_of(options.ddf.begin(), options.ddf.end(), load_ddf)) {
    return false;
  }
  // A look at what is stored must not start anybody's work.
  if (options.command == Command::kStoreDump) return true;
  return std::all_of(bundled.providers.begin(), bundled.providers.end(), load_provider) &&
         std::all_of(options.providers.begin(), options.providers.end(), load_provider);
}

// What a reader of the DDF files should know: trees that replace each other, above all.
void log_findings(const Engine& engine) {
  for (const cspkit::ddf::Finding& finding : engine.findings()) {
    const bool warning = finding.severity != cspkit::ddf::Severity::kInfo;
    log_to_stderr(warning ? cspkit::LogLevel::kWarning : cspkit::LogLevel::kInfo, "ddf",
                  to_string(finding));
  }
}

// The state file; commands that only read descriptions open none unless told to.
cspkit::Result<std::string> state_file(const Options& options) {
  if (options.state) return *options.state;
  if (options.command == Command::kExplain || options.command == Command::kProviderList) {
    return std::string(":memory:");
  }
  return default_state_file();
}

}  // namespace

std::optional<Engine> open_device(const Options& options, int& exit_code) {
  const auto state = state_file(options);
  if (!accepted("state", state.error(), kExitCannotOpen, exit_code)) return std::nullopt;
  cspkit::EngineOptions engine_options;
  engine_options.state = *state;
  engine_options.durability = options.durability;
  engine_options.profile = options.profile;
  if (options.verbose) engine_options.log = log_to_stderr;
  auto engine = Engine::open(std::move(engine_options));
  if (!accepted(*state, engine.error(), kExitCannotOpen, exit_code)) return std::nullopt;
  const bool loaded = load_all(*engine, options, exit_code);
  if (options.verbose) log_findings(*engine);
  if (!loaded) return std::nullopt;
  return std::optional<Engine>(std::move(*engine));
}

cspkit::Principal principal_of(const Options& options) {
  return options.user.empty() ? cspkit::Principal::device()
                              : cspkit::Principal::for_user(options.user, options.device_authority);
}

int wait_for_work(Engine& engine, const Options& options) {
  if (options.no_wait) return 0;
  // Whoever reads the reply shall have it before the waiting begins.
  flush_output();
  const SignalGuard signals;
  ProgressLine progress(options.command == Command::kExec);
  engine.wait_for_jobs([&] {
    progress.show(engine.jobs());
    return interrupted_by != 0;
  });
  return interrupted_by == 0 ? 0 : 128 + interrupted_by;
}

}  // namespace cspctl
