// SPDX-License-Identifier: Apache-2.0
#include "run_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <utility>

namespace cspkit::office::process {
namespace {

constexpr std::pair<Outcome::How, std::string_view> kHows[] = {
    {Outcome::How::kExit, "exit"},
    {Outcome::How::kSignal, "signal"},
    {Outcome::How::kTimeout, "timeout"},
    {Outcome::How::kCancelled, "cancelled"},
    {Outcome::How::kNotStarted, "not-started"}};

template <typename T>
bool read_number(std::string_view text, T& out) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && stop == text.data() + text.size();
}

// The text before the next blank or line end, which is taken off.
std::string_view word(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
  const std::string_view found = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return found;
}

// The fields of /proc/PID/stat from the third: the second is a name that may hold anything.
bool stat_fields(pid_t pid, std::string& text) {
  if (read_file("/proc/" + std::to_string(pid) + "/stat", 4096, text) != 0) return false;
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 2 > text.size()) return false;
  text.erase(0, name_end + 2);
  return true;
}

std::string_view field(const std::string& fields, int number) {  // as proc(5) counts
  std::string_view rest = fields;
  for (int i = 3; i < number; ++i) word(rest);
  return word(rest);
}

}  // namespace

void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::string join(std::string_view folder, std::string_view name) {
  std::string path(folder);
  path += '/';
  path += name;
  return path;
}

int read_file(const std::string& path, std::size_t limit, std::string& out) {
  out.clear();
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.is_open()) return errno;
  char buffer[16384];
  while (out.size() < limit) {
    const ssize_t got = ::read(file.get(), buffer, std::min(sizeof(buffer), limit - out.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return 0;
    out.append(buffer, static_cast<std::size_t>(got));
  }
  return 0;
}

int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return 0;
}

int sync_folder(const std::string& folder) {
  const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!open.is_open()) return errno;
  return ::fsync(open.get()) == 0 ? 0 : errno;
}

int write_durably(const std::string& folder, const char* name, std::string_view text) {
  const std::string path = join(folder, name);
  const std::string fresh = path + std::string(kFreshSuffix);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
  Descriptor file(::open(fresh.c_str(), kFlags, S_IRUSR | S_IWUSR));
  if (!file.is_open()) return errno;
  int error = write_all(file.get(), text);
  if (error == 0 && ::fsync(file.get()) != 0) error = errno;
  file.close();
  if (error == 0 && ::rename(fresh.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return sync_folder(folder);
  ::unlink(fresh.c_str());  // a part of a secret is one too
  return error;
}

int try_lock(const std::string& path, Descriptor& lock) {
  Descriptor file(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!file.is_open()) return errno;
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  lock = std::move(file);
  return 0;
}

std::uint64_t start_time(pid_t pid) {
  std::string fields;
  std::uint64_t time = 0;
  return stat_fields(pid, fields) && read_number(field(fields, 22), time) ? time : 0;
}

pid_t parent_of(pid_t pid) {
  std::string fields;
  pid_t parent = 0;
  return stat_fields(pid, fields) && read_number(field(fields, 4), parent) ? parent : 0;
}

ProcessList::ProcessList() : folder_(::opendir("/proc")) {}

ProcessList::~ProcessList() {
  if (folder_ != nullptr) ::closedir(static_cast<DIR*>(folder_));
}

pid_t ProcessList::next() {
  if (folder_ == nullptr) return 0;
  while (const dirent* entry = ::readdir(static_cast<DIR*>(folder_))) {  // NOLINT: a stream of ours
    pid_t pid = 0;
    if (read_number(std::string_view(entry->d_name), pid) && pid > 0) return pid;
  }
  return 0;
}

std::string write_outcome(const Outcome& outcome) {
  std::string text;
  for (const auto& [how, name] : kHows) {
    if (how == outcome.how) text = name;
  }
  return text + " " + std::to_string(outcome.code) + " " + std::to_string(outcome.printed) + "\n";
}

bool read_outcome(std::string_view text, Outcome& outcome) {
  const std::string_view how = word(text);
  for (const auto& [value, name] : kHows) {
    if (name != how) continue;
    outcome.how = value;
    const std::string_view code = word(text);
    return read_number(code, outcome.code) && read_number(word(text), outcome.printed);
  }
  return false;
}

}  // namespace cspkit::office::process
