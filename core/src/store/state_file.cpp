// SPDX-License-Identifier: Apache-2.0
#include "store/state_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace cspkit::store {
namespace fs = std::filesystem;
namespace {

// SQLite's unix VFS takes 512 bytes, the suffixes "-journal" and "-wal" included.
constexpr std::size_t kMaxPath = 500;
constexpr int kMaxLinks = 40;  // as the kernel's own limit
constexpr int kLockAttempts = 8;
// How long a lock is waited for that a process left which is gone.
constexpr int kOrphanedLockMs = 2000;
constexpr int kOrphanedLockStepMs = 5;
constexpr off_t kSmallestDatabase = 512;  // one page of the smallest size

Status io_failure(const std::string& path, std::string_view action, int error) {
  const std::string reason = std::error_code(error, std::generic_category()).message();
  std::string_view remedy = "";
  Code code = Code::kIo;
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      code = Code::kFull;
      remedy = "; free some space and try again";
      break;
    case EACCES:
    case EPERM:
      remedy = "; give this user the right to write there, or use another state file";
      break;
    case EROFS:
      remedy = "; use a state file on a file system that can be written";
      break;
    case ENOTDIR:
      remedy = "; a part of the path is a file, not a folder";
      break;
    default:
      break;
  }
  return Status(code, fmt::format("{}: cannot {}: {}{}", path, action, reason, remedy));
}

// Follows the last component while it is a symbolic link, so that two names of one file get one
// lock. The folders above it are resolved afterwards, when they exist.
Result<fs::path> follow_links(fs::path path) {
  for (int i = 0; i < kMaxLinks; ++i) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return path;
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    if (error) return io_failure(path.string(), "follow the symbolic link", error.value());
    path = path.parent_path() / target;  // an absolute target replaces the left side
  }
  return Status(Code::kIo, path.string() + ": too many symbolic links; name the file itself");
}

Status make_folder(const fs::path& folder, const fs::path& above) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return {};
    return Status(
        Code::kIo,
        folder.string() + ": is a file, not a folder; move it away or use another state file");
  }
  if (errno != ENOENT) return io_failure(folder.string(), "open the folder", errno);
  if (::mkdir(folder.c_str(), 0700) == 0) {
    sync_folder(above);
    return {};
  }
  const int error = errno;
  // Someone else may have made it meanwhile; a symbolic link that leads nowhere says EEXIST too.
  if (error == EEXIST && ::stat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return {};
  if (error == EEXIST) {
    return Status(Code::kIo, folder.string() + ": is a symbolic link that leads nowhere; mend it");
  }
  return io_failure(folder.string(), "make the folder", error);
}

Status make_folders(const fs::path& folder) {
  fs::path done;
  for (const fs::path& part : folder) {
    const fs::path above = done;
    done /= part;
    if (part.empty() || part == folder.root_path()) continue;
    if (Status status = make_folder(done, above); !status.ok()) return status;
  }
  return {};
}

Result<std::string> resolve(const std::string& path) {
  if (path.empty()) return Status(Code::kIo, "the path of the state file is empty");
  if (path.find('\0') != std::string::npos) {
    return Status(Code::kIo, "the path of the state file contains a NUL byte");
  }
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  if (error) return io_failure(path, "find the current folder", error.value());
  Result<fs::path> followed = follow_links(absolute);
  if (!followed) return followed.error();
  const fs::path name = followed->filename();
  if (name.empty() || name == "." || name == "..") {
    return Status(Code::kIo, path + ": names a folder; name a file in it");
  }
  if (Status status = make_folders(followed->parent_path()); !status.ok()) return status;
  const fs::path folder = fs::canonical(followed->parent_path(), error);
  if (error) return io_failure(path, "resolve the path", error.value());
  std::string resolved = (folder / name).string();
  if (resolved.size() > kMaxPath) {
    return Status(Code::kIo, fmt::format("{}: the path has {} bytes, at most {} are possible; use "
                                         "a shorter one",
                                         resolved, resolved.size(), kMaxPath));
  }
  return resolved;
}

// The process that wrote its id into the lock file; 0 when it is not readable.
long holder_of(int fd) {
  char text[24] = {};
  const ssize_t size = ::pread(fd, text, sizeof(text) - 1, 0);
  if (size <= 0 || !std::isdigit(static_cast<unsigned char>(text[0]))) return 0;
  return std::strtol(text, nullptr, 10);
}

Status locked(const std::string& path, int fd) {
  const long holder = holder_of(fd);
  std::string who = "another process";
  if (holder == static_cast<long>(::getpid())) {
    who = "another engine of this process";
  } else if (holder > 0) {
    who = fmt::format("another process ({})", holder);
  }
  return Status(Code::kStateLocked,
                fmt::format("{}: in use by {}; stop it, or use another state file", path, who));
}

// A process that was killed between fork and exec of another leaves its locks to that one, for as
// long as that takes to begin. Waits for them; false when somebody alive holds the lock.
bool take_from_the_dead(int fd, const struct flock& lock) {
  for (int waited = 0; waited < kOrphanedLockMs; waited += kOrphanedLockStepMs) {
    const long holder = holder_of(fd);
    const auto pid = static_cast<pid_t>(holder);
    if (holder <= 0 || pid != holder || ::kill(pid, 0) == 0 || errno != ESRCH) return false;
    ::poll(nullptr, 0, kOrphanedLockStepMs);
    struct flock again = lock;
    if (::fcntl(fd, F_OFD_SETLK, &again) == 0) return true;
  }
  return false;
}

// True when `fd` still is what the name leads to: someone may have removed the file between our
// open and our lock, and a lock on a nameless file excludes nobody.
bool is_named(int fd, const std::string& name) {
  struct stat by_fd {};
  struct stat by_name {};
  return ::fstat(fd, &by_fd) == 0 && ::stat(name.c_str(), &by_name) == 0 &&
         by_fd.st_dev == by_name.st_dev && by_fd.st_ino == by_name.st_ino;
}

Result<UniqueFd> take_lock(const std::string& path) {
  const std::string name = path + ".lock";
  for (int i = 0; i < kLockAttempts; ++i) {
    UniqueFd fd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    if (!fd) return io_failure(name, "open the lock file", errno);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (::fcntl(fd.get(), F_OFD_SETLK, &lock) != 0) {
      if (errno != EAGAIN && errno != EACCES) return io_failure(name, "lock the file", errno);
      if (!take_from_the_dead(fd.get(), lock)) return locked(path, fd.get());
    }
    if (!is_named(fd.get(), name)) continue;
    // Only a hint for the message of the next one: a full disk is no reason to fail here.
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(fd.get(), 0) == 0) {
      static_cast<void>(::pwrite(fd.get(), pid.data(), pid.size(), 0) < 0);
    }
    return fd;
  }
  return Status(Code::kStateLocked, name + ": is removed again and again by someone; stop that");
}

Status inspect(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return io_failure(path, "open the state file", errno);
  if (S_ISDIR(info.st_mode)) {
    return Status(Code::kStateUnusable, path + ": is a folder; name a file in it");
  }
  if (!S_ISREG(info.st_mode)) {
    return Status(Code::kStateUnusable, path + ": is no regular file; use another state file");
  }
  // Root could write it all the same; but who took the bits away meant it.
  if ((info.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0) {
    return Status(Code::kIo, fmt::format("{0}: is read-only; chmod u+w '{0}'", path));
  }
  // Each name would have a journal of its own, and the last changes would be lost under the other.
  if (info.st_nlink > 1) {
    return Status(Code::kStateUnusable,
                  fmt::format("{}: has {} names (hard links); remove the others, or use a copy",
                              path, info.st_nlink));
  }
  // SQLite takes a file of one byte for an empty one, and would overwrite it. A file cut short
  // while it was made has a journal beside it that puts it right.
  if (info.st_size > 0 && info.st_size < kSmallestDatabase &&
      ::access((path + "-journal").c_str(), F_OK) != 0) {
    return Status(Code::kStateUnusable, path + ": is not a cspkit state file; name another file");
  }
  // SQLite would take it for a new one and throw the journal, and all that was kept, away. While
  // the file is made it has no write-ahead log yet.
  std::error_code no_log;
  if (info.st_size == 0 && fs::file_size(path + "-wal", no_log) > 0 && !no_log) {
    return Status(Code::kStateUnusable,
                  fmt::format("{0}: is damaged (it is empty, but {0}-wal holds changes); restore a "
                              "backup, or move both away to start anew",
                              path));
  }
  // Asked, not tried: closing a descriptor of the file drops the locks SQLite may hold on it in
  // this process under another name (a bind mount).
  if (::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
    return io_failure(path, "open the state file for reading and writing", errno);
  }
  return {};
}

Status create_or_inspect(const std::string& path) {
  // Made here and not by SQLite, which would leave it readable by all.
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd) return {};
  if (errno == EEXIST) return inspect(path);
  return io_failure(path, "make the state file", errno);
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) static_cast<void>(::close(fd_));
}

void sync_folder(const fs::path& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a folder; nothing can be done about it then.
  if (fd) static_cast<void>(::fsync(fd.get()));
}

Result<StateFile> claim_state_file(const std::string& path) {
  Result<std::string> resolved = resolve(path);
  if (!resolved) return resolved.error();
  // A folder or a device must be told so before a lock file is left beside it.
  std::error_code error;
  const fs::file_status kind = fs::symlink_status(*resolved, error);
  if (fs::exists(kind) && !fs::is_regular_file(kind)) return inspect(*resolved);
  Result<UniqueFd> lock = take_lock(*resolved);
  if (!lock) return lock.error();
  if (Status status = create_or_inspect(*resolved); !status.ok()) return status;
  return StateFile{std::move(*resolved), std::move(*lock)};
}

}  // namespace cspkit::store
