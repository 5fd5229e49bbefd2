// SPDX-License-Identifier: Apache-2.0
// A device for one animal of the zoo: an engine whose log is kept, and a folder of its own that the
// animal is copied into.
#ifndef CSPKIT_TESTS_HOSTILE_ZOO_HPP_
#define CSPKIT_TESTS_HOSTILE_ZOO_HPP_

#include <gtest/gtest.h>

#include <cspkit/engine.hpp>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::test {

/// What the log said, from any thread.
class LogKeeper {
 public:
  struct Line {
    LogLevel level;
    std::string source;
    std::string text;
  };
  LogSink sink();
  std::size_t count(std::string_view fragment) const;
  std::size_t count(LogLevel level) const;
  bool has(std::string_view fragment) const { return count(fragment) != 0; }
  std::string all() const;

 private:
  struct Lines {
    std::mutex mutex;
    std::vector<Line> lines;
  };
  std::shared_ptr<Lines> lines_ = std::make_shared<Lines>();
};

class ZooTest : public testing::Test {
 protected:
  ZooTest();
  /// Ends the engine; every provider that was made must be gone then, but for those left
  /// behind on purpose.
  ~ZooTest() override;

  /// Copies an animal ("good") into the folder; the path of the copy.
  std::filesystem::path bring(const std::string& name);
  std::filesystem::path bring(const std::string& name, const std::string& file);
  /// Writes a file into the folder, mode 0644.
  std::filesystem::path write(const std::string& file, std::string_view bytes);
  Engine& engine();
  /// Brings and loads it.
  Status load(const std::string& name) { return engine().load_provider(bring(name)); }
  Session device() { return engine().open_session(Principal::device()); }
  void close() { engine_.reset(); }

  const std::filesystem::path& folder() const { return folder_; }
  EngineOptions options_;  ///< before the first use of engine()
  LogKeeper log_;
  std::size_t left_behind_ = 0;  ///< providers that stay in memory for ever

 private:
  std::filesystem::path folder_;
  std::optional<Engine> engine_;
};

/// A refusal as it must be: the code, one line, the file's name in it, and what is wrong.
testing::AssertionResult is_refusal(const Status& status, const std::string& file,
                                    const std::string& fragment);

/// Is the library still in this process?
bool is_mapped(const std::filesystem::path& library);

}  // namespace cspkit::test

#endif  // CSPKIT_TESTS_HOSTILE_ZOO_HPP_
