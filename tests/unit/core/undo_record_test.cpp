// SPDX-License-Identifier: Apache-2.0
// Undo records as they stand in a row of the store.
#include "txn/undo_record.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cspkit::txn {
namespace {

std::vector<UndoRecord> records() {
  return {{{{Scope::kDevice, "vendor/test/a"}, {Scope::kUser, "vendor/test/b"}}, "first"},
          {{}, std::string("\0\xff", 2)},
          {{}, ""}};
}

std::string stored(const std::vector<UndoRecord>& all) {
  std::vector<std::string_view> each;
  for (const UndoRecord& record : all) each.push_back(record.bytes);
  return encode_undo(all.front().roots, each);
}

TEST(UndoRecord, ManyComeBackInTheirOrderWithTheRootsOfTheFirst) {
  const auto read = decode_undo(stored(records()));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 3u);
  EXPECT_EQ((*read)[0].bytes, "first");
  EXPECT_EQ((*read)[1].bytes, std::string("\0\xff", 2));
  EXPECT_EQ((*read)[2].bytes, "");
  ASSERT_EQ((*read)[0].roots.size(), 2u);
  EXPECT_EQ((*read)[0].roots[1].scope, Scope::kUser);
  EXPECT_EQ((*read)[0].roots[1].key, "vendor/test/b");
  EXPECT_TRUE((*read)[1].roots.empty());
}

TEST(UndoRecord, OneOfSchemaVersion3IsRead) {
  const std::string old("\1\1\0\0\0\0\3\0\0\0a/bbytes\0", 19);
  const auto read = decode_undo(old);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ((*read)[0].bytes, std::string("bytes\0", 6));
  ASSERT_EQ((*read)[0].roots.size(), 1u);
  EXPECT_EQ((*read)[0].roots[0].key, "a/b");
}

TEST(UndoRecord, ThoseOfSchemaVersion5AreRead) {
  const std::string old("\2\1\0\0\0\1\3\0\0\0a/b\2\0\0\0\1\0\0\0x\0\0\0\0", 26);
  const auto read = decode_undo(old);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].bytes, "x");
  EXPECT_EQ((*read)[1].bytes, "");
  ASSERT_EQ((*read)[0].roots.size(), 1u);
  EXPECT_EQ((*read)[0].roots[0].scope, Scope::kUser);
  EXPECT_EQ((*read)[0].roots[0].key, "a/b");
  for (std::size_t size = 0; size < old.size(); ++size)
    EXPECT_FALSE(decode_undo(old.substr(0, size))) << size;
}

TEST(UndoRecord, ManySmallOnesTakeAByteMoreThanTheirBytesEach) {
  std::vector<UndoRecord> all(100);
  for (UndoRecord& record : all) record.bytes = std::string(30, 'x');
  EXPECT_EQ(stored(all).size(), 3u + 31u * 100u);
}

TEST(UndoRecord, WhatIsCutOffOrLongerOrCountsFalselyIsNone) {
  const std::string whole = stored(records());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode_undo(whole.substr(0, size))) << size;
  EXPECT_FALSE(decode_undo(whole + "x"));
  EXPECT_FALSE(decode_undo(std::string("\2\0\0\0\0\xff\xff\xff\xff", 9)));
  EXPECT_FALSE(decode_undo(std::string("\2\0\0\0\0\0\0\0\0", 9))) << "no record at all";
  EXPECT_FALSE(decode_undo(std::string("\3\0\xff\xff\xff\xff\x0f", 7)));
  EXPECT_FALSE(decode_undo(std::string("\3\0\xff\xff\xff\xff\x1f", 7)));
  EXPECT_FALSE(decode_undo(std::string("\3\0\0", 3))) << "no record at all";
  EXPECT_FALSE(decode_undo(std::string("\3\1\2\1a\1\0", 7))) << "no such scope";
  EXPECT_FALSE(decode_undo(std::string("\4\0\1\0", 4)));
}

}  // namespace
}  // namespace cspkit::txn
