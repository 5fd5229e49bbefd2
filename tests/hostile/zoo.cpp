// SPDX-License-Identifier: Apache-2.0
#include "zoo.hpp"

#include <dlfcn.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace cspkit::test {

LogSink LogKeeper::sink() {
  return [lines = lines_](LogLevel level, std::string_view source, std::string_view text) {
    const std::lock_guard lock(lines->mutex);
    lines->lines.push_back({level, std::string(source), std::string(text)});
  };
}

std::size_t LogKeeper::count(std::string_view fragment) const {
  const std::lock_guard lock(lines_->mutex);
  return static_cast<std::size_t>(std::count_if(
      lines_->lines.begin(), lines_->lines.end(),
      [&](const Line& line) { return line.text.find(fragment) != std::string::npos; }));
}

std::size_t LogKeeper::count(LogLevel level) const {
  const std::lock_guard lock(lines_->mutex);
  return static_cast<std::size_t>(
      std::count_if(lines_->lines.begin(), lines_->lines.end(),
                    [&](const Line& line) { return line.level == level; }));
}

std::string LogKeeper::all() const {
  const std::lock_guard lock(lines_->mutex);
  std::string text;
  for (const Line& line : lines_->lines) {
    text += std::to_string(static_cast<int>(line.level)) + " " + line.source + ": " +
            line.text.substr(0, 200) + "\n";
  }
  return text;
}

ZooTest::ZooTest() {
  std::string name = (std::filesystem::temp_directory_path() / "cspkit-zoo-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  folder_ = std::filesystem::canonical(name);
  options_.log = log_.sink();
}

ZooTest::~ZooTest() {
  close();
  EXPECT_EQ(log_.count("zoo: made"), log_.count("zoo: gone") + left_behind_) << log_.all();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Engine& ZooTest::engine() {
  if (!engine_) {
    Result<Engine> opened = Engine::open(options_);
    if (!opened) {
      ADD_FAILURE() << opened.error().text();
      std::abort();
    }
    engine_.emplace(*std::move(opened));
  }
  return *engine_;
}

std::filesystem::path ZooTest::bring(const std::string& name) { return bring(name, name + ".so"); }

std::filesystem::path ZooTest::bring(const std::string& name, const std::string& file) {
  namespace fs = std::filesystem;
  const fs::path target = folder_ / file;
  fs::copy_file(fs::path(CSPKIT_ZOO_DIR) / (name + ".so"), target,
                fs::copy_options::overwrite_existing);
  fs::permissions(target, fs::perms::group_write | fs::perms::others_write,
                  fs::perm_options::remove);
  return target;
}

std::filesystem::path ZooTest::write(const std::string& file, std::string_view bytes) {
  namespace fs = std::filesystem;
  const fs::path target = folder_ / file;
  std::ofstream(target, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  fs::permissions(target, fs::perms::group_write | fs::perms::others_write,
                  fs::perm_options::remove);
  return target;
}

testing::AssertionResult is_refusal(const Status& status, const std::string& file,
                                    const std::string& fragment) {
  const std::string& text = status.text();
  if (status.code() != Code::kProviderRefused) {
    return testing::AssertionFailure()
           << "code " << static_cast<int>(status.code()) << " instead of a refusal: " << text;
  }
  if (text.find('\n') != std::string::npos) {
    return testing::AssertionFailure() << "more than one line: " << text;
  }
  for (const std::string& part : {file, fragment}) {
    if (text.find(part) == std::string::npos) {
      return testing::AssertionFailure() << "no \"" << part << "\" in: " << text;
    }
  }
  return testing::AssertionSuccess() << text;
}

bool is_mapped(const std::filesystem::path& library) {
  void* found = ::dlopen(library.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (found == nullptr) return false;
  ::dlclose(found);
  return true;
}

}  // namespace cspkit::test
