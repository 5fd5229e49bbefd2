// SPDX-License-Identifier: Apache-2.0
#include "tool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

namespace cspctl_office {
namespace {

constexpr std::size_t kLongestFile = 64U << 20U;

// Control characters would steer the terminal, and break lines.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  return out;
}

bool read_all(std::FILE* file, std::string& bytes) {
  char buffer[65536];
  std::size_t count = 0;
  while ((count = std::fread(buffer, 1, sizeof buffer, file)) > 0) {
    bytes.append(buffer, count);
    if (bytes.size() > kLongestFile) {
      errno = EFBIG;
      return false;
    }
  }
  return std::ferror(file) == 0;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// The rights of the file that is to be replaced; else those a new file gets.
mode_t mode_for(const std::string& name) {
  struct stat there {};
  if (::stat(name.c_str(), &there) == 0) return there.st_mode & 0777U;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666U & ~mask;
}

bool replace_file(const std::string& name, std::string_view bytes) {
  std::string temporary = name + ".XXXXXX";
  const int descriptor = ::mkstemp(temporary.data());
  if (descriptor < 0) return false;
  bool good = write_all(descriptor, bytes) && ::fchmod(descriptor, mode_for(name)) == 0 &&
              ::fsync(descriptor) == 0;
  good = ::close(descriptor) == 0 && good;
  good = good && ::rename(temporary.c_str(), name.c_str()) == 0;
  if (good) return true;
  const int why = errno;
  ::unlink(temporary.c_str());
  errno = why;
  return false;
}

}  // namespace

std::optional<std::string> read_file(const std::string& name) {
  std::string bytes;
  if (name == "-") {
    if (read_all(stdin, bytes)) return bytes;
  } else if (std::FILE* file = std::fopen(name.c_str(), "rb")) {
    const bool good = read_all(file, bytes);
    const int why = errno;
    std::fclose(file);
    errno = why;
    if (good) return bytes;
  }
  print_error(fmt::format("{}: {}", name, std::strerror(errno)));
  return std::nullopt;
}

bool write_file(const std::string& name, std::string_view bytes) {
  if (name.empty()) {
    print(bytes);
    return true;
  }
  if (replace_file(name, bytes)) return true;
  print_error(fmt::format("{}: {}", name, std::strerror(errno)));
  return false;
}

std::string described(const std::string& file, const cspkit::odt::Finding& finding) {
  return fmt::format("{}:{}:{}: {}: {} [{}]", one_line(file), finding.position.line,
                     finding.position.column, cspkit::odt::severity_name(finding.severity),
                     finding.message, finding.code);
}

void print_error(std::string_view what) {
  const std::string line = "cspctl-office: " + one_line(what) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_json(const nlohmann::ordered_json& object) {
  print(object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

bool finish_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
  print_error("standard output: not everything could be written");
  return false;
}

}  // namespace cspctl_office
