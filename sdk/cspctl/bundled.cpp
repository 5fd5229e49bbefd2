// SPDX-License-Identifier: Apache-2.0
#include "bundled.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace cspctl {
namespace {

namespace fs = std::filesystem;
using cspkit::Code;
using cspkit::Result;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool is_provider(const fs::path& file) {
  return file.filename().string().rfind("libcspkit_", 0) == 0 && file.extension() == ".so";
}

// First of the candidates that is a folder.
fs::path first_folder(const std::vector<fs::path>& candidates) {
  for (const fs::path& path : candidates) {
    std::error_code error;
    if (fs::is_directory(path, error)) return path.lexically_normal();
  }
  return {};
}

Result<std::vector<fs::path>> files_of(const fs::path& folder, bool (*wanted)(const fs::path&)) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (wanted(at->path())) files.push_back(at->path());
  }
  if (error) return Result<std::vector<fs::path>>(Code::kIo, error.message());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

fs::path program_directory() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : self.parent_path();
}

Bundled find_bundled() {
  fs::path providers;
  fs::path catalog;
  if (const std::string folder = environment("CSPKIT_BUNDLED"); !folder.empty()) {
    providers = first_folder({fs::path(folder) / "providers"});
    catalog = first_folder({fs::path(folder) / "ddf"});
  } else {
    // The build tree has the layout of an installation.
    const fs::path prefix = program_directory() / "..";
    providers = first_folder(
        {prefix / CSPKIT_LIBDIR / "cspkit/providers", prefix / "lib/cspkit/providers"});
    catalog = first_folder({prefix / CSPKIT_DATADIR / "cspkit/ddf", prefix / "share/cspkit/ddf"});
  }
  Bundled bundled;
  bundled.catalog = catalog;
  if (!providers.empty()) {
    if (auto files = files_of(providers, is_provider)) bundled.providers = std::move(*files);
  }
  return bundled;
}

Result<std::string> default_state_file() {
  fs::path folder = environment("XDG_STATE_HOME");
  // The XDG specification: relative paths are invalid and to be ignored.
  if (!folder.is_absolute()) {
    const fs::path home = environment("HOME");
    if (!home.is_absolute()) {
      return Result<std::string>(
          Code::kStateUnusable,
          "no state file: neither XDG_STATE_HOME nor HOME is set; name one with --state");
    }
    folder = home / ".local" / "state";
  }
  folder /= "cspkit";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return Result<std::string>(Code::kStateUnusable, folder.string() +
                                                         ": cannot make the folder of the state "
                                                         "file: " +
                                                         error.message() +
                                                         "; name another file with --state");
  }
  return (folder / "device.db").string();
}

Result<std::vector<fs::path>> xml_files(const fs::path& folder) {
  return files_of(folder, [](const fs::path& file) { return file.extension() == ".xml"; });
}

Result<std::string> read_input(const std::string& path, std::size_t limit) {
  const bool standard_input = path == "-";
  const int fd =
      standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return Result<std::string>(Code::kIo, std::strerror(errno));
  std::string text;
  int failure = 0;
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  while (text.size() < limit) {
    const std::size_t had = text.size();
    const std::size_t wanted = std::min(kChunk, limit - had);
    text.resize(had + wanted);
    const ssize_t got = ::read(fd, text.data() + had, wanted);
    text.resize(had + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) failure = errno;
    if (got <= 0) break;
  }
  if (!standard_input) ::close(fd);
  if (failure != 0) return Result<std::string>(Code::kIo, std::strerror(failure));
  return text;
}

}  // namespace cspctl
