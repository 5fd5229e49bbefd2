// SPDX-License-Identifier: Apache-2.0
// The parent's end: children are begun, listened to, ended when they hang, and begun again behind
// the step that they died in.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <map>
#include <optional>

#include "check/probe.hpp"

// Of LeakSanitizer, where the program is built with it.
extern "C" int __lsan_do_recoverable_leak_check() __attribute__((weak));

namespace cspkit::harness::check {
namespace {

using std::chrono::steady_clock;

constexpr unsigned kMostDeaths = 8;
constexpr unsigned kMostDeathsAtAPlace = 2;

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t') {
      fields.emplace_back();
    } else if (line[i] == '\\' && i + 1 < line.size()) {
      const char next = line[++i];
      fields.back() += next == 'n' ? '\n' : next == 't' ? '\t' : next;
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

/// A folder that the children stand in, and that goes with this object.
class WorkFolder {
 public:
  WorkFolder() {
    std::error_code error;
    std::string pattern =
        (std::filesystem::temp_directory_path(error) / "cspkit-check-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~WorkFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class Listener {
 public:
  Listener(CheckReport& report, std::string phase) : report_(report), phase_(std::move(phase)) {}

  /// Takes what the child has written so far.
  void take(std::string_view bytes) {
    pending_ += bytes;
    for (std::size_t end = 0; (end = pending_.find('\n')) != pending_.npos;) {
      hear(fields_of(std::string_view(pending_).substr(0, end)));
      pending_.erase(0, end + 1);
    }
  }
  /// The child is gone: what it was in the middle of.
  void begin_child() {
    pending_.clear();
    step_.clear();
    finished_ = false;
  }
  void end_case() {
    if (case_) report_.cases[*case_].time += steady_clock::now() - case_begin_;
    case_.reset();
  }
  void find(Finding finding) {
    finding.phase = phase_;
    if (!case_) begin_case(phase_);
    std::vector<std::size_t>& here = report_.cases[*case_].findings;
    for (std::size_t i = 0; i < report_.findings.size(); ++i) {
      Finding& each = report_.findings[i];
      const bool same = each.code == finding.code && each.handler == finding.handler &&
                        each.verb == finding.verb && each.provider == finding.provider &&
                        each.text == finding.text &&
                        (!each.handler.empty() || each.uri == finding.uri);
      if (!same) continue;
      each.count += finding.count;
      if (std::find(here.begin(), here.end(), i) == here.end()) here.push_back(i);
      return;
    }
    here.push_back(report_.findings.size());
    report_.findings.push_back(std::move(finding));
  }
  bool finished() const { return finished_; }
  bool began() const { return !step_.empty(); }
  std::size_t steps() const { return steps_; }
  const std::string& place() const { return place_; }
  const std::string& step() const { return step_; }

 private:
  void begin_case(const std::string& name) {
    end_case();
    case_begin_ = steady_clock::now();
    for (std::size_t i = 0; i < report_.cases.size(); ++i) {
      if (report_.cases[i].phase == phase_ && report_.cases[i].name == name) {
        case_ = i;
        return;
      }
    }
    case_ = report_.cases.size();
    report_.cases.push_back({phase_, name, std::chrono::nanoseconds(0), {}});
  }

  void hear(std::vector<std::string> fields) {
    const char kind = fields[0].empty() ? '?' : fields[0][0];
    fields.resize(std::max<std::size_t>(fields.size(), 10));
    const auto integer = [](const std::string& text) {
      return std::strtoll(text.c_str(), nullptr, 10);
    };
    switch (kind) {
      case 'S':
        steps_ = static_cast<std::size_t>(integer(fields[1]));
        if (!case_ || place_ != fields[2]) begin_case(fields[2]);
        place_ = fields[2];
        step_ = fields[3];
        return;
      case 'F':
        find({static_cast<Severity>(integer(fields[1])),
              fields[2],
              {},
              fields[3],
              fields[4],
              fields[5],
              fields[6],
              fields[7],
              fields[8],
              static_cast<unsigned>(integer(fields[9]))});
        return;
      case 'L':
        if (std::find(report_.left_out.begin(), report_.left_out.end(), fields[1]) ==
            report_.left_out.end())
          report_.left_out.push_back(fields[1]);
        return;
      case 'A':
        report_.plugin_id = fields[1];
        report_.version = fields[2];
        report_.abi = fields[3];
        return;
      case 'P': {
        CheckedProvider provider;
        provider.name = fields[1];
        for (std::size_t i = 2; i < fields.size() && !fields[i].empty(); ++i)
          provider.roots.push_back(fields[i]);
        report_.providers.push_back(std::move(provider));
        return;
      }
      case 'T':
        add_time({fields[1], fields[2], fields[3], static_cast<unsigned>(integer(fields[4])),
                  std::chrono::nanoseconds(integer(fields[5])),
                  std::chrono::nanoseconds(integer(fields[6]))});
        return;
      case 'K':
        report_.leaks_checked = true;
        return;
      case 'E':
        finished_ = true;
        return;
      default:
        return;  // a sign of life
    }
  }

  void add_time(const CallTime& time) {
    for (CallTime& each : report_.times) {
      if (each.provider != time.provider || each.handler != time.handler || each.verb != time.verb)
        continue;
      each.count += time.count;
      each.total += time.total;
      each.longest = std::max(each.longest, time.longest);
      return;
    }
    report_.times.push_back(time);
  }

  CheckReport& report_;
  const std::string phase_;
  std::string pending_;
  std::string place_;
  std::string step_;
  std::size_t steps_ = 0;
  bool finished_ = false;
  std::optional<std::size_t> case_;
  steady_clock::time_point case_begin_ = steady_clock::now();
};

void check_leaks(Probe& probe) {
  if (__lsan_do_recoverable_leak_check == nullptr) return;
  probe.at("leaks", "LeakSanitizer");
  probe.leaks_checked();
  if (__lsan_do_recoverable_leak_check() == 0) return;
  Finding finding;
  finding.code = "leak.sanitizer";
  finding.text =
      "LeakSanitizer found memory that nobody can free any more; its report is on stderr";
  finding.remedy = "free what create() and the handlers make, in destroy() at the latest";
  probe.report(finding);
}

[[noreturn]] void be_child(Probe probe, const std::string& folder, const Phase& phase) {
  ::setpgid(0, 0);  // so that what the provider begins can be ended with it
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);  // the caller's stdout is the report's
  if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(3);
  try {
    phase(probe);
    check_leaks(probe);
  } catch (const std::exception& error) {
    Finding finding;
    finding.code = "check.failed";
    finding.text = std::string("the suite itself could not go on: ") + error.what();
    finding.remedy = "free memory, and try again";
    probe.report(finding);
  }
  probe.finished();
  ::_exit(0);
}

/// How a child ended that should not have; "" when it ended as it should.
std::string how_it_died(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("signal {} ({}) ended the process", WTERMSIG(status),
                       ::strsignal(WTERMSIG(status)));
  return fmt::format("the process was ended with exit code {}", WEXITSTATUS(status));
}

Finding death(const Listener& listener, bool hung, int status, const CheckOptions& options) {
  Finding finding;
  finding.uri = listener.place();
  if (hung) {
    finding.code = "hang";
    finding.text = fmt::format("{}: it had not come back after {} s", listener.step(),
                               static_cast<double>(options.deadline.count()) / 1000);
    finding.remedy =
        "never block in a function of the provider, nor call the host with a lock held that a "
        "handler takes; long work goes on after CSPKIT_PENDING or in a job (--deadline grants more "
        "time)";
  } else {
    finding.code = "crash";
    finding.text = fmt::format("{}: {}", listener.step(), how_it_died(status));
    finding.remedy =
        "a provider takes the whole device with it: run this check under a debugger or with a "
        "sanitizer, and look at the step named here";
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
      finding.remedy += "; an abort may be an exception that left a function of the table";
  }
  return finding;
}

/// Listens until the child is gone, or has said nothing for too long; its status. `hung`: it was
/// ended.
int attend(Listener& listener, int fd, pid_t child, std::chrono::milliseconds deadline,
           bool& hung) {
  auto heard = steady_clock::now();
  int status = 0;
  bool open = true;
  bool gone = false;
  hung = false;
  while (!gone || open) {
    pollfd one{fd, POLLIN, 0};
    const int ready = open ? ::poll(&one, 1, gone ? 0 : 20) : 0;
    if (ready > 0) {
      char buffer[65536];
      const ssize_t size = ::read(fd, buffer, sizeof(buffer));
      if (size > 0) {
        listener.take({buffer, static_cast<std::size_t>(size)});
        heard = steady_clock::now();
        continue;
      }
      open = size < 0 && errno == EINTR;
    } else if (gone) {
      break;  // somebody else holds the pipe
    }
    if (!gone) gone = ::waitpid(child, &status, open ? WNOHANG : 0) == child;
    if (gone || steady_clock::now() - heard < deadline) continue;
    hung = true;
    ::kill(-child, SIGKILL);
    ::kill(child, SIGKILL);
    gone = ::waitpid(child, &status, 0) == child;
  }
  ::kill(-child, SIGKILL);  // what it has left behind
  return status;
}

}  // namespace

bool run_phase(CheckReport& report, const CheckOptions& options, const std::string& name,
               const Phase& phase) {
  const WorkFolder folder;
  Listener listener(report, name);
  std::size_t skipped = 0;
  std::map<std::string, unsigned> deaths_at;
  std::set<std::string> bad_places;
  for (unsigned deaths = 0; deaths < kMostDeaths; ++deaths) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    listener.begin_child();
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      be_child(Probe(ends[1], skipped, bad_places), folder.path(), phase);
    }
    ::close(ends[1]);
    if (child < 0) {
      ::close(ends[0]);
      Finding finding;
      finding.code = "check.failed";
      finding.text = fmt::format("no child process: {}", std::strerror(errno));
      finding.remedy = "allow this user more processes";
      listener.find(std::move(finding));
      return false;
    }
    bool hung = false;
    const int status = attend(listener, ends[0], child, options.deadline, hung);
    ::close(ends[0]);
    if (listener.finished() && !hung) {
      listener.end_case();
      return true;
    }
    listener.find(death(listener, hung, status, options));
    listener.end_case();
    const bool further = listener.began() && listener.steps() > skipped;
    skipped = listener.steps();
    if (!further) break;
    const unsigned most = listener.place() == kTree ? 1 : kMostDeathsAtAPlace;
    if (++deaths_at[listener.place()] < most) continue;
    bad_places.insert(listener.place());
    report.left_out.push_back(listener.place() + ": what follows its deaths (" + name + ")");
  }
  report.left_out.push_back(name + ": the rest of this phase, because its processes died");
  return false;
}

}  // namespace cspkit::harness::check
