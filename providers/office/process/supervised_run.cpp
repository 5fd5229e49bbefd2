// SPDX-License-Identifier: Apache-2.0
#include "supervised_run.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>

namespace cspkit::office::process {
namespace {

// Where the supervisor expects the lock.
constexpr int kLockDescriptor = 3;

class Actions {
 public:
  Actions() { ::posix_spawn_file_actions_init(&actions_); }
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// A supervisor starts with no signal blocked or ignored that it needs, whatever the agent does.
class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t none, reset;
    ::sigemptyset(&none);
    ::sigemptyset(&reset);
    for (const int signal : {SIGTERM, SIGCHLD}) ::sigaddset(&reset, signal);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &reset);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

}  // namespace

Look SupervisedRun::look() {
  Look look;
  if (!lock_.is_open()) {
    const int error = try_lock(join(folder_, kLockFile), lock_);
    if (error == EWOULDBLOCK) {
      look.state = RunState::kRunning;
      return look;
    }
    if (error != 0) {
      look.error = error;
      return look;
    }
  }
  std::string text;
  const int result = read_file(join(folder_, kResultFile), 256, text);
  if (result == 0 && read_outcome(text, look.outcome)) {
    look.state = RunState::kEnded;
    return look;
  }
  const int started = read_file(join(folder_, kStartedFile), 256, text);
  look.state = started == ENOENT ? RunState::kNew : RunState::kInterrupted;
  return look;
}

int SupervisedRun::start(const SupervisorOrder& order) {
  std::vector<std::string> words = {order.supervisor, folder_, std::to_string(order.seconds),
                                    std::to_string(order.output_limit)};
  words.insert(words.end(), order.command.begin(), order.command.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& w : words) arguments.push_back(w.data());
  arguments.push_back(nullptr);
  // A descriptor of number 3 would keep its close-on-exec flag through dup2: move it away first.
  const Descriptor moved(::fcntl(lock_.get(), F_DUPFD_CLOEXEC, kLockDescriptor + 1));
  if (!moved.is_open()) return errno;
  Actions actions;
  ::posix_spawn_file_actions_adddup2(actions.get(), moved.get(), kLockDescriptor);
  const Attributes attributes;
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, order.supervisor.c_str(), actions.get(), attributes.get(),
                                  arguments.data(), environ);
  if (error != 0) return error;
  // It forks at once and goes on as nobody's child; this end of the lock is not needed any more.
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  lock_.close();
  return WIFEXITED(status) && WEXITSTATUS(status) != 0 ? ECHILD : 0;
}

void SupervisedRun::cancel() const {
  std::string text;
  if (read_file(join(folder_, kStartedFile), 256, text) != 0) return;
  pid_t pid = 0;
  std::uint64_t started = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, pid);
  if (first.ec != std::errc() || first.ptr == end || pid <= 1) return;
  std::from_chars(first.ptr + 1, end, started);
  if (started != 0 && start_time(pid) == started) ::kill(pid, SIGTERM);
}

bool SupervisedRun::end_leftovers() const {
  const std::string mark = std::string(kRunVariable) + "=" + folder_;
  for (int round = 0; round < 500; ++round) {
    bool found = false;
    each_process([&](pid_t pid) {
      constexpr std::size_t kEnvironmentLimit = 1 << 20;
      std::string environment;
      if (read_file("/proc/" + std::to_string(pid) + "/environ", kEnvironmentLimit, environment) !=
          0)
        return;
      environment.insert(environment.begin(), '\0');
      environment += '\0';
      if (environment.find(std::string(1, '\0') + mark + '\0') == std::string::npos) return;
      found = true;
      ::kill(pid, SIGKILL);
    });
    if (!found) return true;
    ::poll(nullptr, 0, 2);
  }
  return false;
}

}  // namespace cspkit::office::process
