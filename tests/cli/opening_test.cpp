// SPDX-License-Identifier: Apache-2.0
// Exit 4: a state file or a provider that cannot be opened, each with one line that says why.
#include <sys/stat.h>

#include <fstream>

#include "cli_test.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class State : public CliTest {
 protected:
  void cannot_open(const std::string& state) const {
    const Outcome outcome =
        ctl({"--state", state, "--no-bundled", "--ddf", path("cli.xml"), "get", kRoot + "/Text"});
    EXPECT_EQ(outcome.exit, 4) << state;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(is_one_error_line(outcome.err));
    EXPECT_THAT(outcome.err, HasSubstr(state));
  }
};

TEST_F(State, ThatIsNoDatabase) {
  const std::string file = write("text.db", std::string(5000, 'x'));
  cannot_open(file);
  EXPECT_EQ(read(file), std::string(5000, 'x')) << "somebody else's file was touched";
}

TEST_F(State, ThatIsNewer) {
  EXPECT_EQ(device({"replace", kRoot + "/Text", "--data", "x"}).exit, 0);
  {
    // user_version: four bytes at offset 60 of an SQLite file (sqlite.org/fileformat2.html).
    std::fstream file(path("device.db"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(60);
    file.write("\0\0\3\347", 4);
  }
  cannot_open(path("device.db"));
}

TEST_F(State, ThatIsAFolderADeviceOrUnderAFile) {
  fs::create_directories(folder() / "folder.db");
  cannot_open(path("folder.db"));
  cannot_open("/dev/null");
  write("file", "x");
  cannot_open(path("file/device.db"));
}

TEST_F(State, ThatIsReadOnly) {
  EXPECT_EQ(device({"replace", kRoot + "/Text", "--data", "x"}).exit, 0);
  ::chmod(path("device.db").c_str(), 0444);
  ::chmod(folder().c_str(), 0755);
  Command all = device_command({"get", kRoot + "/Text"});
  all.as_nobody = true;
  const Outcome outcome = run(all);
  if (outcome.exit == 127) GTEST_SKIP() << "nobody but root may run " << CSPKIT_CSPCTL;
  EXPECT_EQ(outcome.exit, 4);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(is_one_error_line(outcome.err));
  EXPECT_THAT(outcome.err, HasSubstr(path("device.db")));
}

TEST_F(State, ThatAnotherProcessHolds) {
  const std::string run_file = write("install.xml", install_message("A"));
  Child holder(office_command({"run", run_file}, 86400000));
  ASSERT_THAT(holder.read_line(), HasSubstr("<Data>200</Data>"));
  cannot_open(path("device.db"));
}

class Provider : public CliTest {
 protected:
  void cannot_load(const std::string& file, const std::string& reason) const {
    const Outcome outcome =
        ctl({"--state", ":memory:", "--no-bundled", "--provider", file, "tree"});
    EXPECT_EQ(outcome.exit, 4) << file;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(is_one_error_line(outcome.err));
    EXPECT_THAT(outcome.err, HasSubstr(file));
    EXPECT_THAT(outcome.err, HasSubstr(reason));
  }
};

TEST_F(Provider, ThatIsMissing) { cannot_load(path("libcspkit_none.so"), "No such file"); }

TEST_F(Provider, ThatIsNoLibrary) {
  const std::string file = write("libcspkit_text.so", "text");
  ::chmod(file.c_str(), 0755);
  cannot_load(file, "");
}

TEST_F(Provider, ThatHasNoSymbol) {
  const fs::path file = folder() / "libcspkit_plain.so";
  fs::copy_file(CSPKIT_PLAIN_MODULE, file);
  ::chmod(file.c_str(), 0755);
  cannot_load(file.string(), "cspkit_plugin_v1");
}

TEST_F(Provider, ThatOthersMayWrite) {
  const fs::path file = folder() / "libcspkit_hello.so";
  fs::copy_file(CSPKIT_HELLO, file);
  fs::copy_file(fs::path(CSPKIT_HELLO).parent_path() / "Example.xml", folder() / "Example.xml");
  ::chmod(file.c_str(), 0777);
  cannot_load(file.string(), "chmod go-w");
  // Doing what the line says helps.
  ::chmod(file.c_str(), 0755);
  EXPECT_EQ(ctl({"--state", ":memory:", "--no-bundled", "--provider", file.string(), "tree"}).exit,
            0);
}

TEST_F(Provider, WhoseDdfIsMissing) {
  const fs::path file = folder() / "libcspkit_hello.so";
  fs::copy_file(CSPKIT_HELLO, file);
  ::chmod(file.c_str(), 0755);
  cannot_load(file.string(), "Example.xml");
  // A DDF given with --ddf serves as well.
  const std::string ddf = (fs::path(CSPKIT_HELLO).parent_path() / "Example.xml").string();
  const Outcome outcome = ctl({"--state", ":memory:", "--no-bundled", "--ddf", ddf, "--provider",
                               file.string(), "provider", "list"});
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
}

TEST_F(Provider, ThatIsBundledAndBad) {
  write("bundle/providers/libcspkit_bad.so", "text");
  Command all = command({"--state", ":memory:", "tree"});
  all.environment["CSPKIT_BUNDLED"] = path("bundle");
  const Outcome outcome = run(all);
  EXPECT_EQ(outcome.exit, 4);
  EXPECT_TRUE(is_one_error_line(outcome.err));
}

TEST_F(Provider, ByARelativeName) {
  Command all = command({"--state", ":memory:", "--no-bundled", "--provider",
                         fs::path(CSPKIT_HELLO).filename().string(), "provider", "list"});
  all.folder = fs::path(CSPKIT_HELLO).parent_path().string();
  const Outcome outcome = run(all);
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
}

}  // namespace
}  // namespace cli
