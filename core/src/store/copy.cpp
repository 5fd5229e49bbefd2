// SPDX-License-Identifier: Apache-2.0
#include "store/copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "store/state_file.hpp"

namespace cspkit::store {
namespace {

Status failed(const std::string& path, std::string_view action, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return Status(full ? Code::kFull : Code::kIo,
                fmt::format("{}: cannot {}: {}", path, action,
                            std::error_code(error, std::generic_category()).message()));
}

Status exists(const std::string& target) {
  return Status(Code::kIo, target + ": exists; a backup never overwrites, name another file");
}

/// Goes with the file of that name unless it is kept.
class Scratch {
 public:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    if (!path_.empty()) static_cast<void>(::unlink(path_.c_str()));
  }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

/// Gives the finished copy its name, which nobody else may have taken meanwhile.
Status publish(const std::string& part, const std::string& target) {
  const UniqueFd fd(::open(part.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!fd || ::fsync(fd.get()) != 0) return failed(part, "save the copy", errno);
  if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) return exists(target);
    if (errno != EINVAL && errno != ENOSYS) return failed(target, "name the copy", errno);
    // A file system without that call.
    if (::access(target.c_str(), F_OK) == 0) return exists(target);
    if (::rename(part.c_str(), target.c_str()) != 0) return failed(target, "name the copy", errno);
  }
  const std::filesystem::path folder = std::filesystem::path(target).parent_path();
  sync_folder(folder.empty() ? "." : folder);
  return {};
}

}  // namespace

Status copy_database(Database& database, const std::string& target) {
  struct stat info {};
  if (target.empty() || target.find('\0') != std::string::npos) {
    return Status(Code::kIo, "the backup has no usable file name");
  }
  if (::lstat(target.c_str(), &info) == 0) return exists(target);
  const std::string part = fmt::format("{}.part-{}", target, ::getpid());
  {
    // Made here: SQLite would make it readable by all.
    const UniqueFd fd(::open(part.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) return failed(part, "make the backup", errno);
  }
  Scratch scratch(part);
  const FrameVfs::Known known = database.opens_files();
  if (!known) return Status(Code::kIo, target + ": no memory to open the copy");
  Result<Statement> vacuum = database.prepare("VACUUM INTO ?");
  if (!vacuum) return vacuum.error();
  const int code = vacuum->text(part).run();
  if (code != SQLITE_OK) {
    Status status = database.failure(code, "copy the state");
    return Status(status.code(), fmt::format("{}: {}", target, status.text()));
  }
  Status named = publish(part, target);
  if (named.ok()) scratch.keep();
  return named;
}

}  // namespace cspkit::store
