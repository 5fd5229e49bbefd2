// SPDX-License-Identifier: Apache-2.0
// Files that are no providers, or that somebody else could have changed.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <tuple>

#include "zoo.hpp"

namespace cspkit::test {
namespace {

namespace fs = std::filesystem;

class ProviderFile : public ZooTest {
 protected:
  ProviderFile() { ::unsetenv("CSPKIT_ZOO_LOADED"); }
  std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(ProviderFile, ThatIsNotThere) {
  EXPECT_TRUE(is_refusal(engine().load_provider(folder() / "gone.so"), "gone.so", "No such file"));
  EXPECT_TRUE(is_refusal(engine().load_provider(""), "", ""));
}

TEST_F(ProviderFile, ThatIsText) {
  EXPECT_TRUE(is_refusal(engine().load_provider(write("text.so", "I am no library\n")), "text.so",
                         "cannot be loaded"));
}

TEST_F(ProviderFile, ThatIsEmpty) {
  EXPECT_TRUE(
      is_refusal(engine().load_provider(write("empty.so", "")), "empty.so", "cannot be loaded"));
}

TEST_F(ProviderFile, ThatIsCutOff) {
  const std::string whole = bytes_of(bring("good"));
  // A third is less than what is to be mapped, whatever the linker.
  for (const std::size_t size : {std::size_t{1}, std::size_t{16}, std::size_t{63}, std::size_t{64},
                                 std::size_t{100}, std::size_t{1000}, whole.size() / 3}) {
    const std::string name = "cut" + std::to_string(size) + ".so";
    EXPECT_TRUE(is_refusal(engine().load_provider(write(name, whole.substr(0, size))), name, ""))
        << size;
  }
}

TEST_F(ProviderFile, ThatIsForAnotherMachine) {
  std::string bytes = bytes_of(bring("good"));
  bytes[18] = static_cast<char>(bytes[18] ^ 0x55);  // e_machine
  EXPECT_TRUE(
      is_refusal(engine().load_provider(write("alien.so", bytes)), "alien.so", "cannot be loaded"));
}

TEST_F(ProviderFile, ThatIsOfAnotherClassOrByteOrder) {
  const std::string good = bytes_of(bring("good"));
  for (const auto& [name, at, value] : {std::tuple{"class.so", 4, 1}, std::tuple{"order.so", 5, 2},
                                        std::tuple{"magic.so", 1, int{'M'}}}) {
    std::string bytes = good;
    bytes[static_cast<std::size_t>(at)] = static_cast<char>(value);
    EXPECT_TRUE(is_refusal(engine().load_provider(write(name, bytes)), name, "cannot be loaded"));
  }
}

TEST_F(ProviderFile, ThatIsAProgram) {
  EXPECT_TRUE(is_refusal(engine().load_provider(write("program.so", bytes_of("/proc/self/exe"))),
                         "program.so", "cannot be loaded"));
}

TEST_F(ProviderFile, ThatIsAnObjectFile) {
  std::string bytes = bytes_of(bring("good"));
  bytes[16] = 1;  // e_type: not linked yet
  EXPECT_TRUE(is_refusal(engine().load_provider(write("object.so", bytes)), "object.so",
                         "cannot be loaded"));
}

TEST_F(ProviderFile, BehindALinkToNowhereOrToItself) {
  fs::create_symlink(folder() / "gone.so", folder() / "dangling.so");
  fs::create_symlink(folder() / "loop.so", folder() / "loop.so");
  EXPECT_TRUE(is_refusal(engine().load_provider(folder() / "dangling.so"), "dangling.so",
                         "cannot be opened"));
  EXPECT_TRUE(
      is_refusal(engine().load_provider(folder() / "loop.so"), "loop.so", "cannot be opened"));
}

TEST_F(ProviderFile, OfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const fs::path file = bring("constructor");
  ASSERT_EQ(::chown(file.c_str(), 65534, 65534), 0);
  EXPECT_TRUE(is_refusal(engine().load_provider(file), "constructor.so", "owned by user 65534"));
  EXPECT_EQ(std::getenv("CSPKIT_ZOO_LOADED"), nullptr) << "it ran before it was trusted";
}

TEST_F(ProviderFile, ThatIsAFolder) {
  fs::create_directory(folder() / "folder.so");
  EXPECT_TRUE(is_refusal(engine().load_provider(folder() / "folder.so"), "folder.so",
                         "not a regular file"));
}

TEST_F(ProviderFile, ThatIsAPipe) {
  ASSERT_EQ(::mkfifo((folder() / "pipe.so").c_str(), 0600), 0);
  EXPECT_TRUE(
      is_refusal(engine().load_provider(folder() / "pipe.so"), "pipe.so", "not a regular file"));
}

TEST_F(ProviderFile, OfWhichTheDdfIsADirectory) {
  fs::create_directory(folder() / "NotThere.xml");
  EXPECT_TRUE(is_refusal(load("ddf_missing"), "ddf_missing.so", "NotThere.xml"));
}

TEST_F(ProviderFile, ThatOthersMayWrite) {
  for (const fs::perms bit : {fs::perms::group_write, fs::perms::others_write}) {
    const fs::path file = bring("constructor");
    fs::permissions(file, bit, fs::perm_options::add);
    EXPECT_TRUE(is_refusal(engine().load_provider(file), "constructor.so", "chmod go-w"));
  }
  EXPECT_EQ(std::getenv("CSPKIT_ZOO_LOADED"), nullptr) << "it ran before it was trusted";
}

TEST_F(ProviderFile, InAFolderThatOthersMayWrite) {
  const fs::path file = bring("constructor");
  fs::permissions(folder(), fs::perms::others_write, fs::perm_options::add);
  EXPECT_TRUE(is_refusal(engine().load_provider(file), folder().string(), "chmod go-w"));
  EXPECT_EQ(std::getenv("CSPKIT_ZOO_LOADED"), nullptr) << "it ran before it was trusted";
  fs::permissions(folder(), fs::perms::others_write, fs::perm_options::remove);
  EXPECT_TRUE(engine().load_provider(file).ok());
  EXPECT_NE(std::getenv("CSPKIT_ZOO_LOADED"), nullptr);
}

TEST_F(ProviderFile, BehindALinkIsJudgedWhereItLies) {
  fs::create_directory(folder() / "open");
  fs::permissions(folder() / "open", fs::perms::others_write, fs::perm_options::add);
  const fs::path file = bring("constructor", "open/constructor.so");
  fs::create_symlink(file, folder() / "link.so");
  EXPECT_TRUE(is_refusal(engine().load_provider(folder() / "link.so"), "open", "chmod go-w"));
  EXPECT_EQ(std::getenv("CSPKIT_ZOO_LOADED"), nullptr) << "it ran before it was trusted";
}

TEST_F(ProviderFile, LoadedTwiceUnderTwoNames) {
  const fs::path file = bring("good");
  fs::create_symlink(file, folder() / "again.so");
  EXPECT_TRUE(engine().load_provider(file).ok());
  EXPECT_TRUE(is_refusal(engine().load_provider(file), "good.so", "already"));
  EXPECT_TRUE(is_refusal(engine().load_provider(folder() / "again.so"), "good.so", "already"));
  EXPECT_TRUE(is_refusal(engine().load_provider(bring("good", "copy.so")), "copy.so", "already"))
      << "another file with a provider of the same name";
  EXPECT_EQ(engine().providers().size(), 1U);
  EXPECT_EQ(device().get("./Device/Vendor/Zoo/Text").value().data, "5");
}

TEST_F(ProviderFile, OfALaterMinorVersionIsLoaded) {
  const Status loaded = load("newer_minor");
  ASSERT_TRUE(loaded.ok()) << loaded.text();
  ASSERT_EQ(engine().providers().size(), 1U);
  EXPECT_EQ(engine().providers()[0].abi_minor, CSPKIT_ABI_MINOR + 7);
  EXPECT_EQ(device().get("./Device/Vendor/Zoo/Text").value().data, "5");
}

TEST_F(ProviderFile, ServesTwoEnginesInOneProcess) {
  const fs::path file = bring("good");
  EXPECT_TRUE(engine().load_provider(file).ok());
  {
    EngineOptions options;
    options.log = log_.sink();
    auto other = Engine::open(options);
    ASSERT_TRUE(other);
    EXPECT_TRUE(other->load_provider(file).ok());
    EXPECT_EQ(log_.count("zoo: made"), 2U);
  }
  EXPECT_EQ(log_.count("zoo: gone"), 1U);
  EXPECT_EQ(device().get("./Device/Vendor/Zoo/Text").value().data, "5");
}

}  // namespace
}  // namespace cspkit::test
