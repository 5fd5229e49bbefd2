// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace cli {
namespace {

struct Pipe {
  int read = -1;
  int write = -1;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  return {ends[0], ends[1]};
}

Pipe make_terminal() {
  int master = -1;
  int slave = -1;
  if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0)
    throw std::runtime_error("openpty");
  ::fcntl(master, F_SETFD, FD_CLOEXEC);
  ::fcntl(slave, F_SETFD, FD_CLOEXEC);
  return {master, slave};
}

[[noreturn]] void become(const Command& command, int in, int out, int err) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves nothing behind
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::signal(SIGPIPE, SIG_DFL);
  if (!command.folder.empty() && ::chdir(command.folder.c_str()) != 0) ::_exit(126);
  for (const auto& [name, value] : command.environment) ::setenv(name.c_str(), value.c_str(), 1);
  constexpr uid_t kNobody = 65534;
  if (command.as_nobody && ::geteuid() == 0 && ::setuid(kNobody) != 0) ::_exit(126);
  std::vector<char*> words;
  for (const std::string& word : command.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  ::_exit(127);
}

}  // namespace

Child::Child(const Command& command)
    : input_(command.input), repeat_(command.input_repeat), input_end_(command.input_end) {
  ::signal(SIGPIPE, SIG_IGN);
  const Pipe in = make_pipe();
  const Pipe out = make_pipe();
  const Pipe err = command.terminal ? make_terminal() : make_pipe();
  int out_write = out.write;
  if (!command.stdout_file.empty()) {
    out_write = ::open(command.stdout_file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (out_write < 0) throw std::runtime_error("open " + command.stdout_file);
  }
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) become(command, in.read, out_write, err.write);
  if (out_write != out.write) ::close(out_write);
  for (const int fd : {in.read, out.write, err.write}) ::close(fd);
  in_ = in.write;
  out_ = out.read;
  err_ = err.read;
  ::fcntl(in_, F_SETFL, O_NONBLOCK);
}

Child::~Child() {
  for (const int fd : {in_, out_, err_}) {
    if (fd >= 0) ::close(fd);
  }
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

void Child::send(int signal) const { ::kill(pid_, signal); }

bool Child::await_handler(int signal) const {
  const std::string path = "/proc/" + std::to_string(pid_) + "/status";
  for (;;) {
    std::ifstream status(path);
    std::string word;
    bool zombie = true;
    std::uint64_t caught = 0;
    while (status >> word) {
      if (word == "State:") {
        status >> word;
        zombie = word == "Z";
      } else if (word == "SigCgt:") {
        status >> std::hex >> caught;
      }
    }
    if (zombie) return false;
    if (((caught >> (signal - 1)) & 1u) != 0) return true;
    ::sched_yield();
  }
}

const std::string& Child::read_line() {
  pump(Until::kLine);
  return outcome_.out;
}

Outcome Child::finish() {
  pump(Until::kEnd);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  if (WIFEXITED(status)) outcome_.exit = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome_.signal = WTERMSIG(status);
  return outcome_;
}

// Writes some input; false when there is no more to write, or nobody to read it.
bool Child::feed() {
  if (input_.empty() && repeat_ > 0) {
    const std::uint64_t count = std::min<std::uint64_t>(repeat_, 1u << 20u);
    input_.assign(static_cast<std::size_t>(count), 'A');
    repeat_ -= count;
  }
  if (input_.empty()) {
    input_ = std::move(input_end_);
    input_end_.clear();
  }
  if (input_.empty()) return false;
  const ssize_t written = ::write(in_, input_.data(), input_.size());
  if (written < 0) return errno == EAGAIN || errno == EINTR;
  input_.erase(0, static_cast<std::size_t>(written));
  return true;
}

bool Child::read_some(int& fd, std::string& text) {
  char buffer[65536];
  const ssize_t got = ::read(fd, buffer, sizeof buffer);
  if (got < 0 && errno == EINTR) return true;
  if (got > 0) {
    text.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  ::close(fd);  // the end, or EIO of a terminal that nobody holds any more
  fd = -1;
  return false;
}

void Child::pump(Until until) {
  while (out_ >= 0 || err_ >= 0) {
    if (until == Until::kLine && (out_ < 0 || outcome_.out.find('\n') != std::string::npos)) return;
    pollfd waits[3] = {{in_, POLLOUT, 0}, {out_, POLLIN, 0}, {err_, POLLIN, 0}};
    if (::poll(waits, 3, -1) < 0 && errno != EINTR) return;
    if (in_ >= 0 && waits[0].revents != 0 && !feed()) {
      ::close(in_);
      in_ = -1;
    }
    if (out_ >= 0 && waits[1].revents != 0) read_some(out_, outcome_.out);
    if (err_ >= 0 && waits[2].revents != 0) read_some(err_, outcome_.err);
  }
}

bool has_terminals() {
  int master = -1;
  int slave = -1;
  if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) return false;
  ::close(master);
  ::close(slave);
  return true;
}

Outcome run(const Command& command) { return Child(command).finish(); }

}  // namespace cli
