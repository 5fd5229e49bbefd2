// SPDX-License-Identifier: Apache-2.0
#include "collector.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <nlohmann/json.hpp>
#include <set>

#include "zip_writer.hpp"

namespace cspkit::office::collect {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunk = 256 * 1024;
constexpr const char* kListName = "collection.json";

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// Names on a drive have no case; the file system they lie on may.
fs::path below(fs::path folder, const LogPath& path) {
  for (const std::string& part : path.parts) {
    std::error_code error;
    fs::path found = folder / part;
    const fs::file_status exact = fs::symlink_status(found, error);
    if (!fs::exists(exact) && path.root != LogPath::Root::kPosix) {
      for (fs::directory_iterator at(folder, error), end; !error && at != end;
           at.increment(error)) {
        if (!same_name(at->path().filename().string(), part)) continue;
        found = at->path();
        break;
      }
    }
    folder = std::move(found);
  }
  return folder;
}

std::string name_in_archive(const LogPath& path) {
  std::string name = path.root == LogPath::Root::kPosix ? "root" : path.start;
  name.erase(std::remove(name.begin(), name.end(), ':'), name.end());
  for (const std::string& part : path.parts) name += "/" + part;
  return name;
}

class Collecting {
 public:
  Collecting(const Order& order, const Machine& machine, const Sealer* sealer,
             const std::function<void(const Collection&)>& changed)
      : order_(order), machine_(machine), sealer_(sealer), changed_(changed) {}

  Collection run() {
    end_ = machine_.now() + order_.limits.time;
    for (const std::string& path : order_.paths) done_.entries.push_back({path, {}, 0, {}});
    take_state(State::kPending, "collecting");
    if (!judge()) return std::move(done_);
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (!take(paths_[i], done_.entries[i])) return std::move(done_);
    }
    store();
    return std::move(done_);
  }

 private:
  bool take_state(State state, std::string text) {
    done_.state = state;
    done_.text = std::move(text);
    if (changed_) changed_(done_);
    return false;
  }

  bool judge() {
    if (!order_.status || *order_.status == 0) {
      return take_state(State::kRefused,
                        "only the logs of an installation that failed are collected");
    }
    if (order_.rules == Rules::kStrict && sealer_ == nullptr) {
      return take_state(State::kRefused, "logs are not stored unencrypted: name who may read them");
    }
    if (order_.paths.size() > order_.limits.paths) {
      return take_state(State::kRefused, fmt::format("{} paths; at most {} may be named",
                                                     order_.paths.size(), order_.limits.paths));
    }
    std::size_t refused = 0;
    for (Entry& entry : done_.entries) {
      LogPath path;
      const Refusal refusal = read_log_path(entry.path, order_.rules, path);
      if (refusal != Refusal::kNone) {
        entry.problem = text_of(refusal);
        ++refused;
      }
      paths_.push_back(std::move(path));
    }
    if (refused == 0) return true;
    return take_state(State::kRefused,
                      fmt::format("{} of {} paths are refused", refused, paths_.size()));
  }

  // False when the time is over.
  bool take(const LogPath& path, Entry& entry) {
    if (machine_.now() >= end_) return expire();
    if (full_) {
      entry.problem = "the limit was reached before it";
      return true;
    }
    const auto folder = path.root == LogPath::Root::kPosix ? std::optional<fs::path>("/")
                                                           : machine_.folder_of(path);
    if (!folder) {
      entry.problem = text_of(Refusal::kUnknownHere);
      return true;
    }
    const fs::path file = below(*folder, path);
    if (!taken_.insert(file.string()).second) {
      entry.problem = "is named twice";
      return true;
    }
    // Neither a link to what may not be read, nor a pipe that nobody writes to.
    const File opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status {};
    if (opened.get() < 0 || ::fstat(opened.get(), &status) != 0) {
      entry.problem = errno == ELOOP ? "is a symbolic link" : std::strerror(errno);
      return true;
    }
    if (!S_ISREG(status.st_mode)) {
      entry.problem = "is no regular file";
      return true;
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (done_.collected == order_.limits.files || size > order_.limits.bytes - done_.bytes) {
      full_ = true;
      entry.problem = fmt::format("has {} bytes: more than {} files or {} bytes are not collected",
                                  size, order_.limits.files, order_.limits.bytes);
      return true;
    }
    std::string bytes;
    if (!read(opened, size, bytes, entry)) return done_.state == State::kPending;
    return add(name_in_archive(path), bytes, status.st_mtime, entry);
  }

  // As far as it was long when it was opened: a log that grows has no end.
  bool read(const File& file, std::uint64_t size, std::string& bytes, Entry& entry) {
    bytes.resize(size);
    std::size_t have = 0;
    while (have < bytes.size()) {
      if (machine_.now() >= end_) return expire();
      const ssize_t got =
          ::read(file.get(), bytes.data() + have, std::min(kChunk, bytes.size() - have));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        entry.problem = std::strerror(errno);
        return false;
      }
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return true;
  }

  bool add(std::string name, std::string_view bytes, std::int64_t modified, Entry& entry) {
    // Two drives may lead to one name, and so may %TEMP% and %TMP%.
    const std::string plain = name;
    for (int n = 2; !names_.insert(name).second; ++n) name = fmt::format("{}/{}", n, plain);
    if (!zip_.add(name, bytes, modified)) return take_state(State::kFailed, zip_.error());
    entry.name = std::move(name);
    entry.bytes = bytes.size();
    done_.bytes += bytes.size();
    ++done_.collected;
    return true;
  }

  bool expire() {
    using std::chrono::minutes;
    return take_state(State::kExpired,
                      fmt::format("it took longer than {} minutes",
                                  std::chrono::duration_cast<minutes>(order_.limits.time).count()));
  }

  std::string list() const {
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    for (const Entry& entry : done_.entries) {
      nlohmann::ordered_json file = {{"path", entry.path}};
      if (entry.problem.empty()) {
        file["name"] = entry.name;
        file["bytes"] = entry.bytes;
      } else {
        file["problem"] = entry.problem;
      }
      files.push_back(std::move(file));
    }
    const nlohmann::ordered_json whole = {{"status", *order_.status}, {"files", std::move(files)}};
    return whole.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }

  bool store() {
    const std::int64_t now = ::time(nullptr);
    std::string archive, error;
    if (!zip_.add(kListName, list(), now) || !zip_.finish(archive)) {
      return take_state(State::kFailed, zip_.error());
    }
    done_.archive = order_.archive;
    if (sealer_ != nullptr) {
      if (!sealer_->seal(archive, error)) return take_state(State::kFailed, std::move(error));
      done_.archive += sealer_->suffix();
    }
    if (machine_.now() >= end_) return expire();
    if (const int failed = write(done_.archive, archive)) {
      return take_state(State::kFailed, done_.archive.string() + ": " + std::strerror(failed));
    }
    return take_state(State::kCompleted, fmt::format("{} of {} files, {} bytes", done_.collected,
                                                     done_.entries.size(), done_.bytes));
  }

  // Whole or not at all, and for nobody else to read.
  static int write(const fs::path& path, std::string_view bytes) {
    const std::string fresh = path.string() + ".new";
    ::unlink(fresh.c_str());
    int error = 0;
    {
      const File file(
          ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
      if (file.get() < 0) return errno;
      while (error == 0 && !bytes.empty()) {
        const ssize_t put = ::write(file.get(), bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) error = errno;
        if (put > 0) bytes.remove_prefix(static_cast<std::size_t>(put));
      }
      if (error == 0 && ::fsync(file.get()) != 0) error = errno;
    }
    if (error == 0 && ::rename(fresh.c_str(), path.c_str()) != 0) error = errno;
    if (error != 0) ::unlink(fresh.c_str());
    return error;
  }

  const Order& order_;
  const Machine& machine_;
  const Sealer* sealer_;
  const std::function<void(const Collection&)>& changed_;
  std::chrono::milliseconds end_{0};
  std::vector<LogPath> paths_;
  std::set<std::string> taken_, names_;
  bool full_ = false;
  ZipWriter zip_;
  Collection done_;
};

}  // namespace

std::string_view name_of(State state) {
  constexpr std::string_view kNames[] = {"pending", "completed", "refused", "failed", "expired"};
  return kNames[static_cast<std::size_t>(state)];
}

Collection collect(const Order& order, const Machine& machine, const Sealer* sealer,
                   const std::function<void(const Collection&)>& changed) {
  try {
    return Collecting(order, machine, sealer, changed).run();
  } catch (const std::bad_alloc&) {
    Collection failed;
    failed.state = State::kFailed;
    failed.text = "out of memory";
    return failed;
  }
}

}  // namespace cspkit::office::collect
