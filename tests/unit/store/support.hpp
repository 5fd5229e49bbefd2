// SPDX-License-Identifier: Apache-2.0
// What the tests of the store share: a folder of their own, rows, and processes that can be killed.
#ifndef CSPKIT_TESTS_UNIT_STORE_SUPPORT_HPP_
#define CSPKIT_TESTS_UNIT_STORE_SUPPORT_HPP_

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace cspkit::store_test {

/// Memory where there is some: what these tests say of a process that dies holds there as well, and
/// a sync costs nothing.
inline std::string temp_base() {
  return ::access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm"
                                                : std::filesystem::temp_directory_path().string();
}

/// A folder that goes with the test.
class TempDir {
 public:
  explicit TempDir(const std::string& base = temp_base()) {
    std::string name = base + "/cspkit-store-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
      ADD_FAILURE() << "no folder for the test in " << base << ": " << std::strerror(errno);
      std::abort();
    }
    path_ = name;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.flush();
  ASSERT_TRUE(out.good()) << path;
}

inline store::NodeRow node(const std::string& key, const std::string& value,
                           const std::string& user = {}) {
  store::NodeRow row;
  row.user = user;
  row.key = key;
  row.path = key;
  row.format = Format::kChr;
  row.value = value;
  return row;
}

inline store::AlertRow alert(std::int64_t id, const std::string& user, const std::string& data) {
  store::AlertRow row;
  row.id = id;
  row.user = user;
  row.data = data;
  row.code = 1224;
  return row;
}

inline store::Batch put(const store::NodeRow& row) {
  store::Batch batch;
  batch.put_nodes.push_back(row);
  return batch;
}

/// The rows as "user|key=value", in the order they were read.
inline std::vector<std::string> nodes_of(const store::Contents& contents) {
  std::vector<std::string> lines;
  for (const store::NodeRow& row : contents.nodes) {
    lines.push_back(row.user + "|" + row.key + "=" + row.value);
  }
  return lines;
}

/// Opens and loads, or tells the test why not.
inline std::vector<std::string> stored_nodes(const std::string& path) {
  auto opened = store::open_sqlite_store(path, Durability::kFull);
  if (!opened) {
    ADD_FAILURE() << opened.error().text();
    return {};
  }
  const auto contents = (*opened)->load();
  if (!contents) {
    ADD_FAILURE() << contents.error().text();
    return {};
  }
  return nodes_of(*contents);
}

/// A process of the test's own, with a pipe from it and one to it. Forked without exec: only for
/// tests that have one thread.
class Child {
 public:
  /// `body` gets the end to write to and the end to read from; its return value is the exit code.
  explicit Child(const std::function<int(int out, int in)>& body) {
    int from[2] = {-1, -1};
    int to[2] = {-1, -1};
    if (::pipe(from) != 0 || ::pipe(to) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(from[0]);
      ::close(to[1]);
      ::_exit(body(from[1], to[0]));
    }
    ::close(from[1]);
    ::close(to[0]);
    read_ = from[0];
    write_ = to[1];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) kill();
    if (read_ >= 0) ::close(read_);
    release();
  }

  /// The next byte it wrote; -1 when it wrote none and is gone.
  int next() const {
    unsigned char byte = 0;
    return ::read(read_, &byte, 1) == 1 ? byte : -1;
  }
  /// How many bytes are left until it has closed its end.
  int drain() const {
    int count = 0;
    while (next() >= 0) ++count;
    return count;
  }
  /// Ends its reading.
  void release() {
    if (write_ >= 0) ::close(write_);
    write_ = -1;
  }
  void kill() {
    ::kill(pid_, SIGKILL);
    static_cast<void>(wait());
  }
  /// Its exit code; -1 when a signal ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int read_ = -1;
  int write_ = -1;
};

inline bool say(int fd) {
  const char byte = '.';
  return ::write(fd, &byte, 1) == 1;
}

/// Waits until the other side ends its pipe.
inline void await_release(int fd) {
  char byte = 0;
  while (::read(fd, &byte, 1) > 0) {
  }
}

}  // namespace cspkit::store_test

#endif  // CSPKIT_TESTS_UNIT_STORE_SUPPORT_HPP_
