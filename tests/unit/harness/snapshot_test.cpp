// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cspkit/harness.hpp>
#include <string>

namespace cspkit::harness {
namespace {
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TreeEntry interior(const std::string& uri) {
  TreeEntry entry;
  entry.uri = uri;
  entry.format = Format::kNode;
  return entry;
}

TreeEntry leaf(const std::string& uri, Value value) {
  TreeEntry entry;
  entry.uri = uri;
  entry.format = value.format;
  entry.leaf = true;
  entry.value = std::move(value);
  return entry;
}

TEST(Snapshot, LinesAreSortedAndSayFormatAndValue) {
  const Snapshot snapshot = make_snapshot(
      {leaf("./B", Value::integer(70)), interior("./A"), leaf("./A/X", Value::chr("text"))});
  EXPECT_THAT(snapshot.lines, ElementsAre("./A/", "./A/X = chr \"text\"", "./B = int \"70\""));
  EXPECT_EQ(snapshot.text(), "./A/\n./A/X = chr \"text\"\n./B = int \"70\"\n");
}

TEST(Snapshot, EveryByteCanBeRead) {
  const Snapshot snapshot =
      make_snapshot({leaf("./A", Value::bytes(std::string("\0\"\\\n\xFF~", 6)))});
  EXPECT_THAT(snapshot.lines, ElementsAre(R"(./A = bin "\x00\"\\\x0A\xFF~")"));
}

TEST(Snapshot, ASecretIsNotShown) {
  Value secret = Value::chr("password");
  secret.secret = true;
  EXPECT_THAT(make_snapshot({leaf("./A", secret)}).lines, ElementsAre("./A = (secret)"));
}

TEST(Snapshot, DiffNamesWhatWentAndWhatCame) {
  const Snapshot before{{"./A/", "./A/X = chr \"1\"", "./C/"}};
  const Snapshot after{{"./A/", "./A/X = chr \"2\"", "./B/", "./C/", "./D/"}};
  EXPECT_THAT(diff(before, after),
              ElementsAre("- ./A/X = chr \"1\"", "+ ./A/X = chr \"2\"", "+ ./B/", "+ ./D/"));
  EXPECT_THAT(diff(before, before), IsEmpty());
  EXPECT_THAT(diff({}, {{"./A/"}}), ElementsAre("+ ./A/"));
  EXPECT_THAT(diff({{"./A/"}}, {}), ElementsAre("- ./A/"));
  EXPECT_TRUE(before != after);
}

}  // namespace
}  // namespace cspkit::harness
