// SPDX-License-Identifier: Apache-2.0
#include "file_outside.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace cspkit::fault {

namespace {

void write_all(int fd, const char* data, std::size_t size) {
  if (::write(fd, data, size) != static_cast<ssize_t>(size)) std::abort();  // the test's own disk
}

}  // namespace

FileOutside::FileOutside(std::string folder) : folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_);
}

std::string FileOutside::path_of(const std::string& name) const {
  std::string file = name;
  std::replace(file.begin(), file.end(), '/', '%');
  return folder_ + "/" + file;
}

void FileOutside::moment() {
  ++moments_;
  if (left_ > 0 && --left_ == 0) static_cast<void>(::raise(SIGKILL));
}

bool FileOutside::step(const std::string& what) {
  moment();
  return to_fail.count(what) == 0;
}

std::optional<std::string> FileOutside::get(const std::string& name) const {
  std::ifstream in(path_of(name), std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void FileOutside::put(const std::string& name, const std::string& text) {
  moment();
  const int fd = ::open(path_of(name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) std::abort();
  const std::size_t half = text.size() / 2;
  write_all(fd, text.data(), half);
  moment();
  write_all(fd, text.data() + half, text.size() - half);
  ::close(fd);
  moment();
}

void FileOutside::erase(const std::string& name) {
  moment();
  static_cast<void>(::unlink(path_of(name).c_str()));
}

std::vector<std::string> FileOutside::names(const std::string& prefix) const {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    std::string name = entry.path().filename().string();
    std::replace(name.begin(), name.end(), '%', '/');
    if (name.compare(0, prefix.size(), prefix) == 0) found.push_back(std::move(name));
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace cspkit::fault
