// SPDX-License-Identifier: Apache-2.0
// The file as a person meets it: where it may lie, how it is called, who may read it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support.hpp"

namespace cspkit::store_test {
namespace {
namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<std::unique_ptr<store::Store>> open(const std::string& path) {
  return store::open_sqlite_store(path, Durability::kFull);
}

unsigned mode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777u : 0u;
}

TEST(StateFile, IsReadableByItsOwnerAlone) {
  const TempDir dir;
  const auto umask_before = ::umask(0);
  {
    auto opened = open(dir.file("device.db"));
    ASSERT_TRUE(opened) << opened.error().text();
    ASSERT_TRUE((*opened)->apply(put(node("a", "1"))).ok());
    EXPECT_EQ(mode_of(dir.file("device.db")), 0600u);
    EXPECT_EQ(mode_of(dir.file("device.db-wal")), 0600u);
    EXPECT_EQ(mode_of(dir.file("device.db.lock")), 0600u);
  }
  ::umask(umask_before);
}

TEST(StateFile, MissingFoldersAreMadeForTheOwnerAlone) {
  const TempDir dir;
  const std::string path = dir.file("a/b/../c/device.db");
  {
    auto opened = open(path);
    ASSERT_TRUE(opened) << opened.error().text();
    ASSERT_TRUE((*opened)->apply(put(node("a", "1"))).ok());
  }
  EXPECT_EQ(mode_of(dir.file("a/c")), 0700u);
  EXPECT_THAT(stored_nodes(dir.file("a/c/device.db")), ElementsAre("|a=1"));
}

TEST(StateFile, OddNamesAreNamesAndNothingElse) {
  const TempDir dir;
  for (const char* name : {"file:x?mode=memory", "a?b#c%41.db", ":memory:", "with space 'quote\"",
                           "\xC3\xA4.db", "back\\slash", "-x", "line\nfeed", "\xFF\xFE"}) {
    const std::string path = dir.file(name);
    {
      auto opened = open(path);
      ASSERT_TRUE(opened) << name << ": " << opened.error().text();
      ASSERT_TRUE((*opened)->apply(put(node("a", name))).ok());
    }
    EXPECT_TRUE(fs::exists(path)) << name;
    EXPECT_THAT(stored_nodes(path), ElementsAre(std::string("|a=") + name));
  }
}

TEST(StateFile, ARelativePathIsOneInTheCurrentFolder) {
  const TempDir dir;
  const fs::path before = fs::current_path();
  fs::current_path(dir.path());
  for (const char* name : {"file:device.db", "plain.db", "./sub/plain.db"}) {
    auto opened = open(name);
    EXPECT_TRUE(opened) << opened.error().text();
    EXPECT_TRUE(fs::exists(dir.file(name))) << name;
  }
  fs::current_path(before);
}

TEST(StateFile, ALinkLeadsToTheFileAlsoWhenThatIsMissing) {
  const TempDir dir;
  fs::create_symlink("real/device.db", dir.file("link.db"));
  {
    auto opened = open(dir.file("link.db"));
    ASSERT_TRUE(opened) << opened.error().text();
    ASSERT_TRUE((*opened)->apply(put(node("a", "1"))).ok());
  }
  EXPECT_TRUE(fs::is_symlink(dir.file("link.db")));
  EXPECT_THAT(stored_nodes(dir.file("real/device.db")), ElementsAre("|a=1"));
}

TEST(StateFile, NamesThatLeadNowhereAreRefused) {
  const TempDir dir;
  write_file(dir.file("plain"), "text");
  fs::create_symlink("loop", dir.file("loop"));
  fs::create_symlink("nowhere", dir.file("dangling"));
  ASSERT_EQ(::mkfifo(dir.file("fifo").c_str(), 0600), 0);
  struct Case {
    std::string path;
    Code code;
    const char* text;
  };
  const Case cases[] = {
      {"", Code::kIo, "empty"},
      {std::string("a\0b", 3), Code::kIo, "NUL"},
      {dir.path(), Code::kStateUnusable, "is a folder"},
      {dir.path() + "/", Code::kIo, "names a folder"},
      {dir.file(".."), Code::kIo, "names a folder"},
      {dir.file("plain/device.db"), Code::kIo, "is a file, not a folder"},
      {dir.file("plain/sub/device.db"), Code::kIo, "is a file, not a folder"},
      {dir.file("loop"), Code::kIo, "too many symbolic links"},
      {dir.file("dangling/device.db"), Code::kIo, "leads nowhere"},
      {dir.file("fifo"), Code::kStateUnusable, "no regular file"},
      {"/dev/null", Code::kStateUnusable, "no regular file"},
      {dir.file(std::string(300, 'x')), Code::kIo, "name too long"},
      {dir.file(std::string(200, 'x') + "/" + std::string(200, 'y') + "/" + std::string(200, 'z')),
       Code::kIo, "shorter"},
      {"/proc/cspkit/device.db", Code::kIo, "cannot make the folder"},
  };
  for (const Case& one : cases) {
    const auto opened = open(one.path);
    ASSERT_FALSE(opened) << one.path;
    EXPECT_EQ(opened.error().code(), one.code) << opened.error().text();
    EXPECT_THAT(opened.error().text(), ::testing::ContainsRegex(one.text)) << one.path;
    EXPECT_EQ(opened.error().text().find('\n'), std::string::npos);
  }
  EXPECT_FALSE(fs::exists("/dev/null.lock"));
  EXPECT_EQ(read_file(dir.file("plain")), "text");
}

TEST(StateFile, AFileWithASecondNameIsRefused) {
  const TempDir dir;
  ASSERT_TRUE(open(dir.file("device.db")));
  fs::create_hard_link(dir.file("device.db"), dir.file("second.db"));
  const auto opened = open(dir.file("second.db"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::kStateUnusable);
  EXPECT_THAT(opened.error().text(), HasSubstr("2 names"));
}

TEST(StateFile, AReadOnlyFileIsRefusedEvenForRoot) {
  const TempDir dir;
  ASSERT_TRUE(open(dir.file("device.db")));
  ASSERT_EQ(::chmod(dir.file("device.db").c_str(), 0444), 0);
  const auto opened = open(dir.file("device.db"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::kIo);
  EXPECT_THAT(opened.error().text(), HasSubstr("read-only"));
  EXPECT_THAT(opened.error().text(), HasSubstr("chmod u+w"));
}

// As nobody: root may everything.
TEST(StateFile, WithoutPermissionThePathIsNamed) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become someone without permission";
  const TempDir dir;
  ASSERT_EQ(::chmod(dir.path().c_str(), 0755), 0);
  ASSERT_TRUE(open(dir.file("device.db")));
  fs::create_directory(dir.file("closed"));
  ASSERT_EQ(::chmod(dir.file("closed").c_str(), 0700), 0);
  Child child([&](int, int) {
    if (::setegid(65534) != 0 || ::seteuid(65534) != 0) return 9;
    const auto no_entry = open(dir.file("closed/device.db"));
    const auto no_create = open(dir.file("new.db"));
    const auto no_folder = open(dir.file("sub/new.db"));
    const auto not_mine = open(dir.file("device.db"));
    for (const auto* one : {&no_entry, &no_create, &no_folder, &not_mine}) {
      if (*one || one->error().code() != Code::kIo) return 1;
      if (one->error().text().find(dir.path()) == std::string::npos) return 2;
      if (one->error().text().find("the right to write") == std::string::npos) return 3;
    }
    return 0;
  });
  EXPECT_EQ(child.wait(), 0);
}

// For file layers that keep their files elsewhere: nothing beside what SQLite itself does.
TEST(StateFile, WithoutRealFilesNothingIsLookedAtOrLocked) {
  const TempDir dir;
  store::SqliteOptions options;
  options.real_files = false;
  for (const char* value : {"1", "2"}) {
    auto opened = store::open_sqlite_store(dir.file("device.db"), options);
    ASSERT_TRUE(opened) << opened.error().text();
    ASSERT_TRUE((*opened)->apply(put(node(value, value))).ok());
  }
  EXPECT_FALSE(fs::exists(dir.file("device.db.lock")));
  EXPECT_THAT(stored_nodes(dir.file("device.db")), ElementsAre("|1=1", "|2=2"));
}

TEST(StateFile, AnotherFileLayerMayHoldTheFile) {
  store::SqliteOptions options;
  options.real_files = false;
  options.vfs_name = "memdb";  // SQLite's own, in memory
  const auto in_memory = store::open_sqlite_store("/device.db", options);
  ASSERT_TRUE(in_memory) << in_memory.error().text();
  ASSERT_TRUE((*in_memory)->apply(put(node("a", "1"))).ok());
  const auto contents = (*in_memory)->load();
  ASSERT_TRUE(contents) << contents.error().text();
  EXPECT_THAT(nodes_of(*contents), ElementsAre("|a=1"));
  EXPECT_FALSE(fs::exists("/device.db"));

  options.vfs_name = "there is none of this name";
  const auto no_layer = store::open_sqlite_store("/device.db", options);
  ASSERT_FALSE(no_layer);
  EXPECT_EQ(no_layer.error().code(), Code::kIo) << no_layer.error().text();
}

TEST(StateFile, ClosingLeavesOneFileAndTheLockFile) {
  const TempDir dir;
  {
    auto opened = open(dir.file("device.db"));
    ASSERT_TRUE(opened);
    ASSERT_TRUE((*opened)->apply(put(node("a", "1"))).ok());
  }
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(dir.path())) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("device.db", "device.db.lock"));
}

}  // namespace
}  // namespace cspkit::store_test
