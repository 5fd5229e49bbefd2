// SPDX-License-Identifier: Apache-2.0
// What stands in the file for a node, byte by byte.
#include "store/node_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "support.hpp"

namespace cspkit::store_test {
namespace {

struct Written {
  std::string key, record;
};

Written write(const store::NodeRow& row) {
  Written written{"before", "before"};
  store::append_node_key(written.key, row.user, row.key);
  store::append_node_record(written.record, row);
  EXPECT_EQ(written.key.substr(0, 6) + written.record.substr(0, 6), "beforebefore");
  return {written.key.substr(6), written.record.substr(6)};
}

void expect_same(const store::NodeRow& row) {
  const Written written = write(row);
  store::NodeRow read;
  ASSERT_TRUE(store::read_node(written.key, written.record, read)) << row.path;
  EXPECT_EQ(read.user, row.user);
  EXPECT_EQ(read.key, row.key);
  EXPECT_EQ(read.path, row.path);
  EXPECT_EQ(read.format, row.format);
  EXPECT_EQ(read.mime, row.mime);
  EXPECT_EQ(read.value, row.value);
  EXPECT_EQ(read.flags, row.flags);
  EXPECT_EQ(read.title, row.title);
  EXPECT_EQ(read.tstamp, row.tstamp);
  EXPECT_EQ(read.verno, row.verno);
}

store::NodeRow row_of(const std::string& key, const std::string& path) {
  store::NodeRow row = node(key, "a value");
  row.path = path;
  return row;
}

TEST(NodeRecord, IsWhatItsDescriptionSays) {
  store::NodeRow row = row_of("vendor/x/text", "Vendor/X/Text");
  row.user = "ada";
  row.format = Format::kChr;
  row.flags = 1;
  row.verno = 300;
  row.tstamp = 128;
  row.mime = "m";
  row.title = "ti";
  row.value = std::string("\0v", 2);
  const Written written = write(row);
  EXPECT_EQ(written.key, "3:ada/vendor/x/text");
  const std::string format(1, static_cast<char>(Format::kChr));
  EXPECT_EQ(written.record,
            "\1" + format + "\1\xAC\2\x80\1\1\2" + "mti" + "\x81\2" + std::string("\0v", 2));
}

TEST(NodeRecord, APathThatIsNotItsKeyButForCapitalsStandsWhole) {
  for (const auto& [key, path] :
       std::vector<std::pair<std::string, std::string>>{{"abc", "abd"},
                                                        {"abc", "ab"},
                                                        {"ABC", "abc"},
                                                        {"a[c", "a{c"},
                                                        {"a/c",
                                                         "a\x0f"
                                                         "c"},
                                                        {"", "x"},
                                                        {"\xc3\xa4", "\xc3\x84"},
                                                        {"`", "@"},
                                                        {"{", "["}}) {
    const store::NodeRow row = row_of(key, path);
    EXPECT_EQ(write(row).record.front(), 2) << path;
    expect_same(row);
  }
}

TEST(NodeRecord, CapitalsAreFoundAtEveryPlace) {
  const std::string small = "abcdefghijklmnopqrstuvwxyz/%20~\xc3\xa4";
  for (std::size_t size = 0; size <= small.size(); ++size) {
    const std::string key = small.substr(small.size() - size);
    expect_same(row_of(key, key));
    for (std::size_t at = 0; at < size; ++at) {
      std::string path = key;
      if (path[at] < 'a' || path[at] > 'z') continue;
      path[at] = static_cast<char>(path[at] - 'a' + 'A');
      const store::NodeRow row = row_of(key, path);
      EXPECT_EQ(write(row).record.front(), 1);
      expect_same(row);
    }
  }
}

TEST(NodeRecord, KeepsTheLimitsOfEveryField) {
  store::NodeRow row = row_of("a", "A");
  row.format = Format::kUnset;
  row.flags = std::numeric_limits<std::uint32_t>::max();
  row.verno = std::numeric_limits<std::uint16_t>::max();
  for (const std::int64_t tstamp : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                    std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
    row.tstamp = tstamp;
    expect_same(row);
  }
  row.user = std::string(200, 'u') + std::string("\0x", 2);
  row.mime = std::string(200, 'm');
  row.title = std::string(20000, 't');
  row.value = std::string(100000, '\xff');
  expect_same(row);
}

TEST(NodeRecord, DevicesComeBeforeUsersAndKeysAreInOrder) {
  const auto key = [](const std::string& user, const std::string& path) {
    std::string bytes;
    store::append_node_key(bytes, user, path);
    return bytes;
  };
  EXPECT_LT(key("", "zz"), key("a", "aa"));
  EXPECT_EQ(key("", "a/b"), "/a/b");
  EXPECT_LT(key("ada", "a"), key("ada", "a/b"));
  EXPECT_LT(key("ada", "a/b"), key("ada", "b"));
  EXPECT_NE(key("ab", "c"), key("a", "bc"));
}

TEST(NodeRecord, KeysThatAreNoneAreRefused) {
  const std::string record = write(row_of("k", "k")).record;
  const auto reads = [&](const std::string& key) {
    store::NodeRow row;
    return store::read_node(key, record, row);
  };
  EXPECT_TRUE(reads("/k"));
  EXPECT_TRUE(reads("3:ada/k"));
  for (const char* key :
       {"", "k", "3:ada", "3:adak", "4:ada/k", "9:ada/k", "0:/k", ":/k", "3/k", "3ada/k", "-1:a/k",
        "99999999999999999999:a/k", "12", "03:ada/k", "00:/k"}) {
    EXPECT_FALSE(reads(key)) << key;
  }
}

// A cut one is refused, or all that is missing are bytes of the value.
TEST(NodeRecord, CutsAndNoiseAreRefusedOrHarmless) {
  store::NodeRow row = row_of("vendor/x/text", "Vendor/X/Text");
  row.mime = "text/plain";
  const Written written = write(row);
  const std::size_t head = written.record.size() - row.value.size();
  for (std::size_t size = 0; size < head; ++size) {
    store::NodeRow read;
    EXPECT_FALSE(store::read_node(written.key, written.record.substr(0, size), read)) << size;
  }
  std::mt19937 random(5);
  int taken = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string record = written.record;
    for (int n = 0; n < 2; ++n) record[random() % record.size()] = static_cast<char>(random());
    store::NodeRow read;
    if (!store::read_node(written.key, record, read)) continue;
    ++taken;
    EXPECT_EQ(read.key, row.key);
    expect_same(read);
  }
  EXPECT_GT(taken, 0);
}

TEST(NodeRecord, NumbersBeyondTheirFieldAreRefused) {
  const std::string key = "/k";
  const auto reads = [&](const std::string& record) {
    store::NodeRow row;
    return store::read_node(key, record, row);
  };
  const std::string rest("\0\0\0\0", 4);  // tstamp, sizes, capitals
  EXPECT_TRUE(reads("\1\4" + std::string("\0\0", 2) + rest));
  EXPECT_FALSE(reads("\1\x63" + std::string("\0\0", 2) + rest)) << "a format that is none";
  EXPECT_FALSE(reads("\1\4\x80\x80\x80\x80\x10" + std::string(1, '\0') + rest)) << "flags";
  EXPECT_FALSE(reads("\1\4" + std::string(1, '\0') + "\x80\x80\4" + rest)) << "verno";
  EXPECT_FALSE(reads("\1\4" + std::string("\0\0", 2) + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\2" +
                     rest.substr(1)))
      << "more than 64 bits";
  EXPECT_FALSE(reads("\1\4" + std::string("\0\0\0\0\0\2", 6))) << "a capital beyond the path";
}

}  // namespace
}  // namespace cspkit::store_test
