// SPDX-License-Identifier: Apache-2.0
// What the tests of cspctl share: a folder of their own, a small CSP, SyncML messages.
#ifndef CSPKIT_TESTS_CLI_CLI_TEST_HPP_
#define CSPKIT_TESTS_CLI_CLI_TEST_HPP_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "process.hpp"

namespace cli {

/// ./Device/Vendor/Test/Cli and ./User/Vendor/Test/Cli, store-backed.
extern const char* const kDdf;
inline const std::string kRoot = "./Device/Vendor/Test/Cli";
inline const std::string kOffice = "./Vendor/MSFT/Office/Installation";

/// A message with these commands in its SyncBody, without SyncHdr.
std::string message(const std::string& commands);
std::string get_command(const std::string& id, const std::string& uri);
std::string change_command(const std::string& verb, const std::string& id, const std::string& uri,
                           const std::string& data);
/// Exec of the Office CSP's Install for that id.
std::string install_message(const std::string& id);

class CliTest : public ::testing::Test {
 protected:
  CliTest();
  ~CliTest() override;

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const;
  static std::string read(const std::filesystem::path& file);

  /// cspctl with exactly these words.
  Command command(std::vector<std::string> words) const;
  Outcome ctl(std::vector<std::string> words, const std::string& input = {}) const;
  /// cspctl on the test's state with the test's DDF and nothing that is bundled.
  Command device_command(std::vector<std::string> words) const;
  Outcome device(std::vector<std::string> words, const std::string& input = {}) const;
  /// cspctl on the test's state with what is bundled: the Office provider, whose runs take `ms`.
  Command office_command(std::vector<std::string> words, int ms = 200) const;
  Outcome office(std::vector<std::string> words, int ms = 200) const;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// The objects of an output of one JSON object per line.
std::vector<nlohmann::json> json_lines(const std::string& text);
/// Exactly one line, and it begins as cspctl's errors do.
::testing::AssertionResult is_one_error_line(const std::string& text);

}  // namespace cli

#endif  // CSPKIT_TESTS_CLI_CLI_TEST_HPP_
