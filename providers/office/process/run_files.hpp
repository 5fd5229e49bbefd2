// SPDX-License-Identifier: Apache-2.0
// Files of a run that must survive whatever kills their writer. POSIX only: the supervisor uses
// them too. Functions answer 0 or an errno.
#ifndef CSPKIT_OFFICE_PROCESS_RUN_FILES_HPP_
#define CSPKIT_OFFICE_PROCESS_RUN_FILES_HPP_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cspkit::office::process {

/// Names inside the folder of a run.
inline constexpr const char* kLockFile = "lock";        ///< held while the supervisor lives
inline constexpr const char* kOrderFile = "order";      ///< whose folder it is
inline constexpr const char* kStartedFile = "started";  ///< the supervisor began: "PID STARTTIME"
inline constexpr const char* kResultFile = "result";    ///< how it ended
inline constexpr const char* kOutputFile = "output";    ///< what the tool printed, its beginning
inline constexpr const char* kToolFile = "setup.exe";   ///< what was downloaded and verified
inline constexpr const char* kPartialFile = "setup.partial";
inline constexpr const char* kConfigurationFile = "configuration.xml";
/// The tool may write its full code here, in decimal: POSIX leaves 8 bits of an exit code.
inline constexpr const char* kStatusFile = "status";
inline constexpr const char* kContentFolder = "content";

/// In the environment of the tool and of everything it starts: the folder of the run.
inline constexpr const char* kRunVariable = "CSPKIT_OFFICE_RUN";
/// In the environment of the tool: the path of kStatusFile.
inline constexpr const char* kStatusVariable = "CSPKIT_OFFICE_STATUS_FILE";

/// An open file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void close();

 private:
  int fd_ = -1;
};

std::string join(std::string_view folder, std::string_view name);

/// The first `limit` bytes.
int read_file(const std::string& path, std::size_t limit, std::string& out);
/// Of the new file of write_durably, which a process that dies meanwhile leaves.
inline constexpr std::string_view kFreshSuffix = ".tmp";
/// Writes a new file beside it, syncs, renames and syncs the folder: the file is there whole or not
/// at all. Mode 0600.
int write_durably(const std::string& folder, const char* name, std::string_view text);
int write_all(int fd, std::string_view text);
int sync_folder(const std::string& folder);

/// Takes the lock of the file, making it if need be. EWOULDBLOCK: another has it. The lock goes
/// with the last descriptor of this opening, also in another process that inherited it.
int try_lock(const std::string& path, Descriptor& lock);

/// Field 22 of /proc/PID/stat, by which a process is told from a later one of the same number; 0
/// when there is no such process.
std::uint64_t start_time(pid_t pid);
/// Parent of a process, 0 when there is no such process.
pid_t parent_of(pid_t pid);
/// Calls visit(pid) for every process there is.
template <typename F>
void each_process(F visit);

/// All pids, in no order.
class ProcessList {
 public:
  ProcessList();
  ~ProcessList();
  ProcessList(const ProcessList&) = delete;
  ProcessList& operator=(const ProcessList&) = delete;
  /// 0 at the end.
  pid_t next();

 private:
  void* folder_;
};

template <typename F>
void each_process(F visit) {
  ProcessList list;
  while (const pid_t pid = list.next()) visit(pid);
}

/// How the supervisor's work ended: the content of kResultFile.
struct Outcome {
  enum class How : std::uint8_t { kExit, kSignal, kTimeout, kCancelled, kNotStarted };
  How how = How::kExit;
  int code = 0;               ///< exit code, signal number, or errno of kNotStarted
  std::uint64_t printed = 0;  ///< bytes of output, kept or not
};
std::string write_outcome(const Outcome& outcome);
/// False when the text is none.
[[nodiscard]] bool read_outcome(std::string_view text, Outcome& outcome);

}  // namespace cspkit::office::process

#endif  // CSPKIT_OFFICE_PROCESS_RUN_FILES_HPP_
