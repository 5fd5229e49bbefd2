// SPDX-License-Identifier: Apache-2.0
// A process that is killed while it writes: what it was told is stored is stored, and nothing is
// there by half.
#include <gtest/gtest.h>

#include <csignal>

#include "support.hpp"

namespace cspkit::store_test {
namespace {

constexpr int kRows = 5;

/// Change number n: five rows that must agree, one that grows, and the removal of what n - 3 left.
store::Batch change(int n) {
  store::Batch batch;
  const std::string number = std::to_string(n);
  for (int i = 0; i < kRows; ++i) {
    batch.put_nodes.push_back(node("same/" + std::to_string(i), number, i % 2 == 0 ? "" : "ada"));
  }
  batch.put_nodes.push_back(
      node("log/" + number, std::string(static_cast<std::size_t>(n) * 7, 'x')));
  batch.remove_nodes.push_back({"", "log/" + std::to_string(n - 3)});
  batch.put_jobs.push_back({"p", "job", number, 0});
  return batch;
}

/// The number of the last change, when all rows agree on it.
int whole_change_in(const std::string& path) {
  auto opened = store::open_sqlite_store(path, Durability::kFull);
  if (!opened) {
    ADD_FAILURE() << opened.error().text();
    return -1;
  }
  const auto contents = (*opened)->load();
  if (!contents) {
    ADD_FAILURE() << contents.error().text();
    return -1;
  }
  if (contents->jobs.empty()) {
    EXPECT_TRUE(contents->nodes.empty());
    return 0;
  }
  const std::string number = contents->jobs[0].payload;
  const int last = std::stoi(number);
  int same = 0;
  int log = 0;
  for (const store::NodeRow& row : contents->nodes) {
    if (row.key.rfind("same/", 0) == 0) {
      ++same;
      EXPECT_EQ(row.value, number) << row.key;
    } else {
      ++log;
      const int written = std::stoi(row.key.substr(4));
      EXPECT_EQ(row.value.size(), static_cast<std::size_t>(written) * 7);
      EXPECT_GT(written, last - 3);
      EXPECT_LE(written, last);
    }
  }
  EXPECT_EQ(same, kRows);
  EXPECT_EQ(log, std::min(last, 3));
  return last;
}

void kill_after(int acknowledged, Durability durability, const std::string& path) {
  Child writer([&](int out, int) {
    store::SqliteOptions options;
    options.durability = durability;
    options.checkpoint_pages = 20;  // so that kills meet checkpoints too
    auto opened = store::open_sqlite_store(path, options);
    if (!opened || !(*opened)->load()) return 1;
    say(out);
    for (int n = 1;; ++n) {
      if (!(*opened)->apply(change(n)).ok()) return 2;
      if (!say(out)) return 3;
    }
  });
  ASSERT_GE(writer.next(), 0) << "it could not open the file";
  for (int i = 0; i < acknowledged; ++i) ASSERT_GE(writer.next(), 0);
  writer.kill();
  const int told = acknowledged + writer.drain();
  const int found = whole_change_in(path);
  // The change under way when it died may be in or not; nothing else may differ.
  EXPECT_GE(found, told);
  EXPECT_LE(found, told + 1);
}

TEST(Kill, LeavesTheLastAcknowledgedChange) {
  for (int acknowledged = 0; acknowledged < 40; ++acknowledged) {
    const TempDir dir;
    SCOPED_TRACE(acknowledged);
    kill_after(acknowledged, Durability::kFull, dir.file("device.db"));
    if (HasFatalFailure()) return;
  }
}

TEST(Kill, LosesNothingWithNormalDurabilityEither) {
  for (int acknowledged = 0; acknowledged < 40; acknowledged += 3) {
    const TempDir dir;
    SCOPED_TRACE(acknowledged);
    kill_after(acknowledged, Durability::kNormal, dir.file("device.db"));
    if (HasFatalFailure()) return;
  }
}

// A transaction that outgrows SQLite's cache writes to the log before it is decided, and then once
// more over what it wrote.
TEST(Kill, KeepsATransactionThatIsLargerThanTheCache) {
  constexpr int kMany = 6000;
  for (const Durability durability : {Durability::kFull, Durability::kNormal}) {
    const TempDir dir;
    const std::string path = dir.file("device.db");
    Child writer([&](int, int) {
      store::SqliteOptions options;
      options.durability = durability;
      // What comes after it to the log, or is the log's first, would hide that something is
      // missing.
      options.checkpoint_pages = 100000;
      auto opened = store::open_sqlite_store(path, options);
      if (!opened || !(*opened)->apply(put(node("first", "1"))).ok()) return 1;
      store::Batch batch;
      for (int i = 0; i < kMany; ++i)
        batch.put_nodes.push_back(node("key/" + std::to_string(i), std::string(400, 'v')));
      return (*opened)->apply(batch).ok() ? ::raise(SIGKILL) : 1;
    });
    EXPECT_EQ(writer.wait(), -1) << "it was not killed";
    EXPECT_EQ(stored_nodes(path).size(), kMany + 1u);
  }
}

// Killed while it makes the file: the next one makes it, or finds it made.
TEST(Kill, WhileTheFileIsMade) {
  for (int round = 0; round < 20; ++round) {
    const TempDir dir;
    Child maker([&](int out, int) {
      say(out);
      for (int i = 0;; ++i) {
        if (!store::open_sqlite_store(dir.file(std::to_string(i) + ".db"), Durability::kFull)) {
          return 1;
        }
        say(out);
      }
    });
    for (int i = 0; i <= round % 4; ++i) ASSERT_GE(maker.next(), 0);
    maker.kill();
    const int made = round % 4 + maker.drain();
    for (int i = 0; i <= made; ++i) {
      EXPECT_EQ(whole_change_in(dir.file(std::to_string(i) + ".db")), 0);
    }
  }
}

}  // namespace
}  // namespace cspkit::store_test
