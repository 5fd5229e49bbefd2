// SPDX-License-Identifier: Apache-2.0
#include "run_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/configuration.hpp>
#include <cspkit/provider.hpp>
#include <filesystem>
#include <fstream>

#include "machine_state.hpp"

namespace cspkit::office {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestLog = 1 << 20;  // then it becomes ".1" and a new one begins
constexpr std::size_t kLongestText = 1000;
constexpr std::size_t kLongestPart = 110;  // two of them, and ".log.1", are a name that files have

// Of a longer name the beginning, and a number that tells it from others that begin so.
std::string fitted(std::string name) {
  if (name.size() <= kLongestPart) return name;
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  const std::string mark = fmt::format("~{:016x}", hash);
  name.resize(kLongestPart - mark.size());
  const std::size_t percent = name.rfind('%');
  if (percent != std::string::npos && percent + 3 > name.size()) name.resize(percent);
  return name + mark;
}

}  // namespace

std::string log_file_name(const Instance& instance) {
  const std::string id = fitted(encode_segment(odt::lower(instance.id)));
  if (instance.device_scope) return id + ".log";
  return fitted(encode_segment(instance.user)) + "@" + id + ".log";
}

RunLog::RunLog(std::string folder) : folder_(std::move(folder)) {
  if (folder_.empty()) return;
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
}

bool RunLog::add(const Instance& instance, std::string_view job, std::int64_t utc_ms,
                 std::string_view event, std::string_view text) {
  if (folder_.empty()) return true;
  const fs::path file = fs::path(folder_) / log_file_name(instance);
  const std::lock_guard<std::mutex> guard(mutex_);
  std::error_code error;
  if (fs::file_size(file, error) >= kLargestLog && !error) {
    fs::rename(file, file.string() + ".1", error);
  }
  std::ofstream out(file, std::ios::app | std::ios::binary);
  out << fmt::format("{} {} {} {}\n", format_utc(utc_ms), job, event,
                     odt::shown(text, kLongestText));
  return static_cast<bool>(out.flush());
}

bool RunLog::has(const Instance& instance, std::string_view job, std::string_view event,
                 std::string_view text) {
  if (folder_.empty()) return true;
  const std::string file = (fs::path(folder_) / log_file_name(instance)).string();
  const std::string wanted = fmt::format(" {} {} {}", job, event, odt::shown(text, kLongestText));
  const std::lock_guard<std::mutex> guard(mutex_);
  for (const char* part : {"", ".1"}) {
    std::ifstream in(file + part, std::ios::binary);
    for (std::string line; std::getline(in, line);) {
      const std::size_t after_time = std::min(line.find(' '), line.size());
      if (std::string_view(line).substr(after_time) == wanted) return true;
    }
  }
  return false;
}

bool RunLog::add_progress(const Instance& instance, std::string_view job, std::int64_t utc_ms,
                          int percent, std::string_view text) {
  if (folder_.empty()) return true;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (last_job_ == job && last_percent_ == percent) return true;
    last_job_ = job;
    last_percent_ = percent;
  }
  return add(instance, job, utc_ms, "progress", fmt::format("{}% {}", percent, text));
}

}  // namespace cspkit::office
