// SPDX-License-Identifier: Apache-2.0
// Zip bundles, good and bad ones.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cspkit/ddf/diff.hpp>
#include <fstream>

#include "../../lib/zip.hpp"
#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string zip(const std::vector<std::pair<std::string, std::string>>& files) {
  std::vector<cspkit::testing::ZipFile> list;
  for (const auto& [name, content] : files) list.push_back({name, content});
  return cspkit::testing::make_zip(list);
}

/// A file that goes away with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    static int number = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("cspkit-bundle-" + std::to_string(::getpid()) + '-' + std::to_string(++number));
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string tree(std::string_view name) {
  return document(root(name, "./Vendor/MSFT",
                       usual("Get", "node", "One", "<Description>of a bundle</Description>")));
}

TEST(Bundle, IsReadAsItComes) {
  const TemporaryFile file(
      zip({{"DDF/A.xml", tree("A")}, {"DDF/B.XML", tree("B")}, {"DDF/readme.txt", "not a DDF"}}));
  SchemaBuilder builder;
  const Status status = builder.add(file.path());
  ASSERT_TRUE(status.ok()) << status.text();
  EXPECT_THAT(codes(builder), IsEmpty()) << everything(builder);
  const auto schema = builder.build();
  EXPECT_EQ(schema->totals().files, 2u);
  EXPECT_EQ(schema->totals().trees, 2u);
  EXPECT_EQ(schema->roots()[0].file(), file.path().string() + "/DDF/A.xml");
  EXPECT_EQ(schema->roots()[0].description(), "of a bundle");
}

// Such names vanished, and their files with them, wherever the locale is "C".
TEST(Bundle, NamesThatAreNotAsciiAreRead) {
  std::string bytes = zip({{"\xC3\x84.xml", tree("A")}, {"B.xml", tree("B")}});
  // What says that a name is UTF-8, in both records of the file.
  constexpr char kUtf8 = 0x08;
  bytes[7] = static_cast<char>(bytes[7] | kUtf8);
  const std::size_t directory = bytes.find("PK\x01\x02");
  ASSERT_NE(directory, bytes.npos);
  bytes[directory + 9] = static_cast<char>(bytes[directory + 9] | kUtf8);
  const TemporaryFile file(bytes);
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(file.path()).ok());
  EXPECT_THAT(codes(builder), IsEmpty()) << everything(builder);
  const auto schema = builder.build();
  ASSERT_EQ(schema->totals().files, 2u);
  EXPECT_EQ(schema->roots()[0].file(), file.path().string() + "/\xC3\x84.xml");
}

// Such an entry has no name to tell: its number is told, and the rest is read.
TEST(Bundle, AnEntryWithoutANameIsLeftOut) {
  std::string bytes = zip({{"A.xml", tree("A")}, {"B.xml", tree("B")}});
  // What says that a name is UTF-8, which 0xFF never is, in both records of the file.
  constexpr char kUtf8 = 0x08;
  const std::size_t directory = bytes.find("PK\x01\x02");
  ASSERT_NE(directory, bytes.npos);
  bytes[7] = static_cast<char>(bytes[7] | kUtf8);
  bytes[directory + 9] = static_cast<char>(bytes[directory + 9] | kUtf8);
  bytes[bytes.find("A.xml")] = '\xFF';
  bytes[bytes.find("A.xml", directory)] = '\xFF';
  const TemporaryFile file(bytes);
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(file.path()).ok());
  EXPECT_THAT(codes(builder), ElementsAre("D006"));
  EXPECT_THAT(everything(builder), HasSubstr("entry 1: "));
  EXPECT_EQ(builder.build()->totals().files, 1u);
}

TEST(Bundle, LaterOnesReplaceTreesOfEarlierOnes) {
  const TemporaryFile first(zip({{"A.xml", tree("A")}, {"B.xml", tree("B")}}));
  const TemporaryFile second(zip({{"a2.xml", tree("A")}}));
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(first.path()).ok());
  ASSERT_TRUE(builder.add(second.path()).ok());
  EXPECT_THAT(codes(builder), ElementsAre("D109"));
  EXPECT_THAT(std::string(builder.build()->roots()[0].file()), HasSubstr("/a2.xml"));
}

TEST(Bundle, NamesThatLeadOutAreLeftOut) {
  const TemporaryFile file(
      zip({{"../evil.xml", tree("E")}, {"x/../../evil.xml", tree("F")}, {"fine.xml", tree("A")}}));
  SchemaBuilder builder;
  EXPECT_TRUE(builder.add(file.path()).ok());
  EXPECT_THAT(codes(builder), ElementsAre("D006", "D006"));
  EXPECT_EQ(builder.build()->totals().trees, 1u);
}

TEST(Bundle, OfTooMuchIsRefused) {
  const TemporaryFile file(
      zip({{"A.xml", tree("A")}, {"bomb.xml", std::string(std::size_t{80} << 20, ' ')}}));
  EXPECT_LT(std::filesystem::file_size(file.path()), 1u << 20);
  SchemaBuilder builder;
  EXPECT_EQ(builder.add(file.path()).code(), Code::kNotDdf);
  EXPECT_THAT(codes(builder), Contains("D006"));
}

TEST(Bundle, DamageIsSaid) {
  const std::string good = zip({{"A.xml", tree("A")}});
  for (const std::string& bytes : {good.substr(0, 40), good.substr(0, good.size() / 2),
                                   std::string("PK\x03\x04") + std::string(200, '\xFF')}) {
    const TemporaryFile file(bytes);
    SchemaBuilder builder;
    EXPECT_EQ(builder.add(file.path()).code(), Code::kNotDdf);
    EXPECT_THAT(everything(builder), HasSubstr("D006"));
    EXPECT_NE(builder.build(), nullptr);
  }
}

using cspkit::testing::make_repeated_zip;
using cspkit::testing::make_zip;

TEST(Bundle, EverythingOfTooManyBytesTogetherIsRefused) {
  // 20 MB that expand to 20 GB.
  std::string large = tree("A");
  large.insert(large.find("<VerDTD>"), std::string(std::size_t{50} << 20, ' '));
  const TemporaryFile file(make_repeated_zip({"A.xml", large}, 400));
  EXPECT_LT(std::filesystem::file_size(file.path()), 40u << 20);
  const auto began = std::chrono::steady_clock::now();
  SchemaBuilder builder;
  const Status status = builder.add(file.path());
  EXPECT_EQ(status.code(), Code::kNotDdf);
  EXPECT_THAT(status.text(), HasSubstr("expands to too much"));
  EXPECT_THAT(everything(builder), HasSubstr("D006"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
  // 64 MiB of such a zip are the most that is read at all: two thousand copies are 100 GB.
  const TemporaryFile larger(make_repeated_zip({"A.xml", large}, 2000));
  SchemaBuilder other;
  EXPECT_EQ(other.add(larger.path()).code(), Code::kNotDdf);
  EXPECT_THAT(codes(other), ElementsAre("D005"));
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  EXPECT_LT(used.ru_maxrss, 2048L * 1024) << "KiB; of this process, all its tests together";
}

TEST(Bundle, OfHundredsOfThousandsOfEntriesIsRefused) {
  const TemporaryFile file(make_repeated_zip({"A.xml", "x"}, 250'000));
  const auto began = std::chrono::steady_clock::now();
  SchemaBuilder builder;
  const Status status = builder.add(file.path());
  EXPECT_EQ(status.code(), Code::kNotDdf);
  EXPECT_THAT(status.text(), HasSubstr("20000 entries"));
  EXPECT_THAT(codes(builder), Contains("D006"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
}

TEST(Bundle, LinksAndForeignNamesAreLeftOut) {
  const TemporaryFile file(make_zip({{"passwd.xml", "/etc/passwd", true},
                                     {"up.xml", "../../x.xml", true},
                                     {"/etc/absolute.xml", tree("E")},
                                     {"..\\windows.xml", tree("W")},
                                     {"..", "dots"},
                                     {"fine.xml", tree("A")}}));
  SchemaBuilder builder;
  EXPECT_TRUE(builder.add(file.path()).ok());
  EXPECT_THAT(codes(builder), ElementsAre("D006", "D006", "D006", "D006")) << everything(builder);
  EXPECT_THAT(everything(builder), HasSubstr("no regular file"));
  EXPECT_EQ(builder.build()->totals().trees, 1u);
}

TEST(Bundle, EncryptedIsSaid) {
  const TemporaryFile file(make_zip({{"A.xml", tree("A")}}, "secret"));
  SchemaBuilder builder;
  const Status status = builder.add(file.path());
  EXPECT_EQ(status.code(), Code::kNotDdf);
  EXPECT_THAT(status.text(), HasSubstr("A.xml"));
  EXPECT_THAT(status.text(), ::testing::ContainsRegex("ncrypt|assphrase"));
  EXPECT_THAT(codes(builder), ElementsAre("D006"));
  EXPECT_EQ(builder.build()->totals().trees, 0u);
}

TEST(Bundle, WhatIsNoDdfInItStopsNothing) {
  const TemporaryFile file(zip({{"bad.xml", "<html/>"},
                                {"empty.xml", ""},
                                {"inner.zip", zip({{"B.xml", tree("B")}})},
                                {"A.xml", tree("A")}}));
  SchemaBuilder builder;
  EXPECT_EQ(builder.add(file.path()).code(), Code::kNotDdf);
  EXPECT_THAT(codes(builder), ElementsAre("D003", "D002"));
  EXPECT_EQ(builder.build()->totals().trees, 1u) << "a zip in the zip is not looked into";
}

TEST(Bundle, IsTheSameAsItsFolderAndItsFiles) {
  CSPKIT_NEEDS_CORPUS(path, "ddf");
  std::vector<cspkit::testing::ZipFile> files;
  SchemaBuilder singly, folder, zipped;
  std::vector<std::filesystem::path> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) names.push_back(entry.path());
  std::sort(names.begin(), names.end());
  for (const auto& name : names) {
    ASSERT_TRUE(singly.add(name).ok());
    std::ifstream in(name, std::ios::binary);
    files.push_back({name.filename().string(), {std::istreambuf_iterator<char>(in), {}}});
  }
  const TemporaryFile file(make_zip(files));
  ASSERT_TRUE(folder.add(path).ok());
  const Status status = zipped.add(file.path());
  ASSERT_TRUE(status.ok()) << status.text();
  const auto one = singly.build();
  EXPECT_THAT(diff(*one, *folder.build()), IsEmpty());
  EXPECT_THAT(diff(*one, *zipped.build()), IsEmpty());
  EXPECT_EQ(codes(singly), codes(zipped));
  EXPECT_EQ(codes(singly), codes(folder));
}

}  // namespace
}  // namespace cspkit::ddf::test
