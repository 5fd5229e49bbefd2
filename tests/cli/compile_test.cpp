// SPDX-License-Identifier: Apache-2.0
// ddf compile, and what it writes wherever DDF files go.
#include "cli_test.hpp"

namespace cli {
namespace {

using ::testing::HasSubstr;

class DdfCompile : public CliTest {};

TEST_F(DdfCompile, WhatItWritesStandsForItsSources) {
  const std::string source = write("source.xml", kDdf);
  const std::string file = path("compiled.bin");
  const Outcome outcome = ctl({"ddf", "compile", source, "--out", file});
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(file + ": "));
  const auto objects = json_lines(ctl({"--json", "ddf", "compile", source, "--out", file}).out);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(objects[0]["bytes"], std::filesystem::file_size(file));
  for (const char* words : {"check", "doc"}) {
    const Outcome of_source = ctl({"ddf", words, source});
    const Outcome of_file = ctl({"ddf", words, file});
    EXPECT_EQ(of_file.exit, of_source.exit) << of_file.err;
    EXPECT_EQ(of_file.out, of_source.out);
  }
  EXPECT_EQ(ctl({"ddf", "diff", source, file}).out, "");
  const Outcome tree =
      ctl({"--no-bundled", "--state", ":memory:", "--ddf", file, "get", kRoot + "/Text"});
  EXPECT_EQ(tree.exit, 0) << tree.err;
  EXPECT_THAT(tree.out, HasSubstr("first"));
}

TEST_F(DdfCompile, RefusesWhatItCannotReadOrWrite) {
  const std::string bad = write("bad.xml", "<MgmtTree>");
  const std::string file = path("compiled.bin");
  const Outcome refused = ctl({"ddf", "compile", bad, "--out", file});
  EXPECT_EQ(refused.exit, 3);
  EXPECT_TRUE(is_one_error_line(refused.err)) << refused.err;
  EXPECT_FALSE(std::filesystem::exists(file));
  const std::string source = write("source.xml", kDdf);
  const Outcome nowhere = ctl({"ddf", "compile", source, "--out", path("none/compiled.bin")});
  EXPECT_EQ(nowhere.exit, 2);
  EXPECT_TRUE(is_one_error_line(nowhere.err)) << nowhere.err;
  EXPECT_EQ(ctl({"ddf", "compile", source}).exit, 2);
}

TEST_F(DdfCompile, SourcesWithErrorsAreNotCompiled) {
  const std::string bad = write(
      "bad.xml", "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>T</NodeName></Node></MgmtTree>");
  const std::string file = path("compiled.bin");
  const Outcome outcome = ctl({"ddf", "compile", bad, "--out", file});
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(is_one_error_line(outcome.err)) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("bad.xml:1: error D102"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(DdfCompile, ADamagedFileIsSaidToBeSo) {
  const std::string source = write("source.xml", kDdf);
  const std::string file = path("compiled.bin");
  ASSERT_EQ(ctl({"ddf", "compile", source, "--out", file}).exit, 0);
  std::string bytes = read(file);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  const std::string damaged = write("damaged.bin", bytes);
  const Outcome outcome = ctl({"ddf", "check", damaged});
  EXPECT_EQ(outcome.exit, 3);
  EXPECT_THAT(outcome.err, HasSubstr("checksum"));
  EXPECT_THAT(outcome.err, HasSubstr("compile it again"));
  EXPECT_TRUE(is_one_error_line(outcome.err)) << outcome.err;
}

}  // namespace
}  // namespace cli
