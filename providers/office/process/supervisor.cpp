// SPDX-License-Identifier: Apache-2.0
// cspkit-office-supervisor FOLDER SECONDS BYTES PROGRAM [ARGUMENT...]
// Runs one program so that its end is known, whatever becomes of the agent that wanted it: holds
// the lock of the folder (inherited as descriptor 3), notes pid and start time, keeps the first
// BYTES of output, ends program and descendants after SECONDS or on SIGTERM, and leaves the outcome
// durably in the folder. All of the program's descendants are gone when the lock is.
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "run_files.hpp"

namespace {

using namespace cspkit::office::process;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kLockDescriptor = 3;
constexpr int kIgnored[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE};
constexpr milliseconds kGrace(1000);           // between asking to end and ending
constexpr milliseconds kReapingLimit(10'000);  // a process in the kernel's hands may not die

struct Order {
  std::string folder;
  std::uint64_t seconds = 0;
  std::uint64_t output_limit = 0;
  char** command = nullptr;
};

bool read_number(const char* text, std::uint64_t& out) {
  const char* end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, out);
  return error == std::errc() && stop == end;
}

// What remains when a program ends: its own children, whom the supervisor inherits (it is their
// subreaper), however often they forked or changed their group.
void end_descendants() {
  const auto limit = Clock::now() + kReapingLimit;
  const pid_t self = ::getpid();
  while (Clock::now() < limit) {
    pid_t reaped = 0;
    while ((reaped = ::waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    if (reaped < 0 && errno == ECHILD) return;
    each_process([self](pid_t pid) {
      if (parent_of(pid) == self) ::kill(pid, SIGKILL);
    });
    ::poll(nullptr, 0, 2);
  }
}

class Supervisor {
 public:
  explicit Supervisor(Order order) : order_(std::move(order)) {}

  int run() {
    const std::string started =
        std::to_string(::getpid()) + " " + std::to_string(start_time(::getpid())) + "\n";
    if (write_durably(order_.folder, kStartedFile, started) != 0) return 1;
    reserve_result();
    if (const int error = start()) {
      outcome_.how = Outcome::How::kNotStarted;
      outcome_.code = error;
    } else {
      watch();
    }
    end_descendants();
    drain();
    return leave_result() ? 0 : 1;
  }

 private:
  // The outcome must find room on a disk that the program has filled.
  void reserve_result() {
    const std::string path = join(order_.folder, kResultFile) + ".tmp";
    result_ = Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                                S_IRUSR | S_IWUSR));
    if (!result_.is_open()) return;
    static_cast<void>(write_all(result_.get(), std::string(128, ' ') + "\n"));
    ::fsync(result_.get());
  }

  bool leave_result() {
    const std::string text = write_outcome(outcome_);
    const std::string path = join(order_.folder, kResultFile);
    for (int attempt = 0; attempt < 600; ++attempt) {  // a minute
      if (!result_.is_open()) reserve_result();
      if (result_.is_open() &&
          ::pwrite(result_.get(), text.data(), text.size(), 0) ==
              static_cast<ssize_t>(text.size()) &&
          ::fsync(result_.get()) == 0 && ::rename((path + ".tmp").c_str(), path.c_str()) == 0 &&
          sync_folder(order_.folder) == 0) {
        return true;
      }
      ::poll(nullptr, 0, 100);
    }
    return false;
  }

  // 0, or the errno for which the program could not be started.
  int start() {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::sigaddset(&signals, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &signals, &old_mask_);
    signals_ = Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    int output[2], failure[2];
    if (!signals_.is_open() || ::pipe2(output, O_CLOEXEC) != 0) return errno;
    pipe_ = Descriptor(output[0]);
    const Descriptor output_end(output[1]);
    if (::pipe2(failure, O_CLOEXEC) != 0) return errno;
    const Descriptor failure_start(failure[0]);
    Descriptor failure_end(failure[1]);
    const std::string path = join(order_.folder, kOutputFile);
    kept_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                              S_IRUSR | S_IWUSR));
    ::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK);
    const pid_t self = ::getpid();
    child_ = ::fork();
    if (child_ < 0) return errno;
    if (child_ == 0) become_program(self, output_end.get(), failure_end.get());
    ::setpgid(child_, child_);
    failure_end.close();
    int error = 0;
    ssize_t got = 0;
    while ((got = ::read(failure_start.get(), &error, sizeof(error))) < 0 && errno == EINTR) {
    }
    return got == sizeof(error) ? error : 0;
  }

  [[noreturn]] void become_program(pid_t supervisor, int output, int failure) {
    ::setpgid(0, 0);
    // Killed with the supervisor: nobody would end it otherwise.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != supervisor) ::_exit(127);
    for (const int signal : kIgnored) std::signal(signal, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::setenv(kRunVariable, order_.folder.c_str(), 1);
    ::setenv(kStatusVariable, join(order_.folder, kStatusFile).c_str(), 1);
    if (::chdir(join(order_.folder, kContentFolder).c_str()) == 0) {
      ::execv(order_.command[0], order_.command);
    }
    const int error = errno;
    static_cast<void>(!::write(failure, &error, sizeof(error)));
    ::_exit(127);
  }

  void watch() {
    const auto deadline = Clock::now() + std::chrono::seconds(order_.seconds);
    for (;;) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
      if (left <= 0) return stop(Outcome::How::kTimeout);
      pollfd events[] = {{pipe_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}};
      // SIGCHLD wakes it; the rest of the minute is for the one that got lost.
      ::poll(events, 2, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
      const bool asked = was_asked_to_end();
      drain();
      if (reap()) return;
      if (asked) return stop(Outcome::How::kCancelled);
      if ((events[0].revents & POLLHUP) != 0) pipe_.close();  // poll ignores descriptor -1
    }
  }

  bool was_asked_to_end() {
    bool asked = false;
    signalfd_siginfo info;
    while (::read(signals_.get(), &info, sizeof(info)) == sizeof(info)) {
      asked = asked || info.ssi_signo == SIGTERM;
    }
    return asked;
  }

  // True when the program itself has ended; its outcome is noted.
  bool reap() {
    int status = 0;
    for (;;) {
      const pid_t pid = ::waitpid(-1, &status, WNOHANG);
      if (pid <= 0) return false;
      if (pid != child_) continue;
      const bool killed = WIFSIGNALED(status);
      outcome_.how = killed ? Outcome::How::kSignal : Outcome::How::kExit;
      outcome_.code = killed ? WTERMSIG(status) : WEXITSTATUS(status);
      ::kill(-child_, SIGKILL);
      return true;
    }
  }

  void stop(Outcome::How why) {
    ::kill(-child_, SIGTERM);
    const auto end = Clock::now() + kGrace;
    while (!reap() && Clock::now() < end) {
      drain();
      ::poll(nullptr, 0, 5);
    }
    ::kill(-child_, SIGKILL);
    outcome_.how = why;
    outcome_.code = 0;
  }

  // Takes what there is: a program that nobody reads would stand still. Beyond the limit it is only
  // counted.
  void drain() {
    char buffer[65536];
    for (int rounds = 0; rounds < 64 && pipe_.is_open(); ++rounds) {
      const ssize_t got = ::read(pipe_.get(), buffer, sizeof(buffer));
      if (got <= 0) return;
      const auto size = static_cast<std::uint64_t>(got);
      const std::uint64_t room =
          order_.output_limit - std::min(order_.output_limit, outcome_.printed);
      const std::size_t kept = static_cast<std::size_t>(std::min(room, size));
      if (kept != 0) static_cast<void>(write_all(kept_.get(), {buffer, kept}));
      outcome_.printed += size;
    }
  }

  const Order order_;
  Outcome outcome_;
  Descriptor result_, signals_, pipe_, kept_;
  sigset_t old_mask_{};
  pid_t child_ = -1;
};

// Nobody's child, no terminal, no descriptors but the lock.
bool detach() {
  const pid_t pid = ::fork();
  if (pid < 0) return false;
  if (pid > 0) ::_exit(0);
  ::setsid();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::close_range(kLockDescriptor + 1, ~0U, 0);
  ::fcntl(kLockDescriptor, F_SETFD, FD_CLOEXEC);
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < kLockDescriptor; ++fd) ::dup2(null, fd);
  if (null > kLockDescriptor) ::close(null);
  for (const int signal : kIgnored) std::signal(signal, SIG_IGN);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Order order;
  if (argc < 5 || !read_number(argv[2], order.seconds) ||
      !read_number(argv[3], order.output_limit)) {
    std::fprintf(stderr, "usage: %s FOLDER SECONDS BYTES PROGRAM [ARGUMENT...]\n", argv[0]);
    return 2;
  }
  order.folder = argv[1];
  order.command = argv + 4;
  order.seconds = std::min<std::uint64_t>(order.seconds, 7 * 86'400);
  if (::flock(kLockDescriptor, LOCK_EX | LOCK_NB) != 0) {
    std::fprintf(stderr, "%s: descriptor 3 must be the lock of %s: %s\n", argv[0], argv[1],
                 std::strerror(errno));
    return 2;
  }
  if (!detach()) return 1;
  return Supervisor(std::move(order)).run();
}
