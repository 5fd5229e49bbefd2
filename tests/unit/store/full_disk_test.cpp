// SPDX-License-Identifier: Apache-2.0
// A disk that fills up: a clean refusal, and the next change works when there is room again.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>

#include "support.hpp"

namespace cspkit::store_test {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A file system of 512 KiB, when this user may mount one.
class SmallDisk {
 public:
  SmallDisk() {
    mounted_ = ::mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, "size=512k,mode=700") == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(dir_.path().c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  std::string file(const std::string& name) const { return dir_.file(name); }
  /// Takes all room there is.
  void fill() const {
    const int fd = ::open(file("filler").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    const std::string block(4096, 'x');
    while (::write(fd, block.data(), block.size()) > 0) {
    }
    ::close(fd);
  }
  void make_room() const { std::filesystem::remove(file("filler")); }

 private:
  TempDir dir_;
  bool mounted_ = false;
};

#define SKIP_UNLESS_MOUNTED(disk) \
  if (!(disk).mounted())          \
  GTEST_SKIP() << "cannot mount a small file system here (needs root and CAP_SYS_ADMIN)"

TEST(FullDisk, AtOpenIsSaidAndLeavesNothingInTheWay) {
  const SmallDisk disk;
  SKIP_UNLESS_MOUNTED(disk);
  disk.fill();
  const auto opened = store::open_sqlite_store(disk.file("sub/device.db"), Durability::kFull);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::kFull) << opened.error().text();
  EXPECT_THAT(opened.error().text(), HasSubstr("free some space"));
  disk.make_room();
  EXPECT_THAT(stored_nodes(disk.file("sub/device.db")), ElementsAre());
}

TEST(FullDisk, RefusesTheChangeWholeAndWorksAgainWithRoom) {
  const SmallDisk disk;
  SKIP_UNLESS_MOUNTED(disk);
  {
    auto opened = store::open_sqlite_store(disk.file("device.db"), Durability::kFull);
    ASSERT_TRUE(opened) << opened.error().text();
    ASSERT_TRUE((*opened)->apply(put(node("a", "1"))).ok());
    disk.fill();
    store::Batch batch = put(node("a", "2"));
    batch.put_nodes.push_back(node("b", std::string(100000, 'b')));
    for (int i = 0; i < 3; ++i) {
      const Status status = (*opened)->apply(batch);
      EXPECT_EQ(status.code(), Code::kFull) << status.text();
      EXPECT_THAT(status.text(), HasSubstr("the disk is full"));
      const auto seen = (*opened)->load();
      ASSERT_TRUE(seen) << seen.error().text();
      EXPECT_THAT(nodes_of(*seen), ElementsAre("|a=1"));
    }
    disk.make_room();
    EXPECT_TRUE((*opened)->apply(put(node("c", "3"))).ok());
    disk.fill();
  }
  EXPECT_THAT(stored_nodes(disk.file("device.db")), ElementsAre("|a=1", "|c=3"));
}

TEST(FullDisk, AFullStateCanStillBeOpenedAndEmptied) {
  const SmallDisk disk;
  SKIP_UNLESS_MOUNTED(disk);
  int stored = 0;
  {
    auto opened = store::open_sqlite_store(disk.file("device.db"), Durability::kFull);
    ASSERT_TRUE(opened) << opened.error().text();
    while ((*opened)->apply(put(node("k" + std::to_string(stored), std::string(2000, 'v')))).ok()) {
      ++stored;
      ASSERT_LT(stored, 1000);
    }
    ASSERT_GT(stored, 20);
  }
  EXPECT_EQ(stored_nodes(disk.file("device.db")).size(), static_cast<std::size_t>(stored));
}

// No mount needed: a file that must not grow is as full as a disk.
TEST(FullDisk, AFileSizeLimitIsAFullDiskToo) {
  const TempDir dir;
  Child child([&](int, int) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto opened = store::open_sqlite_store(dir.file("device.db"), Durability::kFull);
    if (!opened || !(*opened)->apply(put(node("a", "1"))).ok()) return 1;
    rlimit before{};
    if (::getrlimit(RLIMIT_FSIZE, &before) != 0) return 9;
    const rlimit small{65536, before.rlim_max};
    if (::setrlimit(RLIMIT_FSIZE, &small) != 0) return 9;
    const Status status = (*opened)->apply(put(node("b", std::string(100000, 'b'))));
    if (status.code() != Code::kFull) {
      std::fprintf(stderr, "%s\n", status.text().c_str());
      return 2;
    }
    if (!(*opened)->apply(put(node("c", "3"))).ok()) return 3;
    if (::setrlimit(RLIMIT_FSIZE, &before) != 0) return 9;
    return (*opened)->apply(put(node("b", std::string(100000, 'b')))).ok() ? 0 : 4;
  });
  ASSERT_EQ(child.wait(), 0);
  EXPECT_EQ(stored_nodes(dir.file("device.db")).size(), 3u);
}

}  // namespace
}  // namespace cspkit::store_test
