// SPDX-License-Identifier: Apache-2.0
// The state file as a file: which one a path means, whether it may be used, and the claim on it
// that keeps a second engine away. Knows nothing of what is inside.
#ifndef CSPKIT_CORE_STORE_STATE_FILE_HPP_
#define CSPKIT_CORE_STORE_STATE_FILE_HPP_

#include <cspkit/result.hpp>
#include <filesystem>
#include <string>
#include <utility>

namespace cspkit::store {

/// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// A state file that is ours: it exists, is a regular file that can be written, and is locked until
/// this object goes.
struct StateFile {
  std::string path;  ///< absolute, without symbolic links: the file's one name
  UniqueFd lock;
};

/// Makes missing folders (mode 0700) and the file (mode 0600, empty), and locks "<path>.lock" by an
/// open-file-description lock, which excludes other processes and other engines of this one alike.
/// kStateLocked, kStateUnusable, kIo, kFull; the text names the file and the remedy.
Result<StateFile> claim_state_file(const std::string& path);

/// Makes names made or changed in a folder last, where the file system can.
void sync_folder(const std::filesystem::path& folder);

}  // namespace cspkit::store

#endif  // CSPKIT_CORE_STORE_STATE_FILE_HPP_
