// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <filesystem>
#include <system_error>

namespace cspkit::harness {
namespace {

std::size_t entries_in(const char* folder) {
  std::error_code error;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator each(folder, error), end; !error && each != end;
       each.increment(error))
    ++count;
  return count;
}

}  // namespace

std::size_t count_threads() { return entries_in("/proc/self/task"); }
std::size_t count_files() { return entries_in("/proc/self/fd"); }

}  // namespace cspkit::harness
