// SPDX-License-Identifier: Apache-2.0
// Zip bundles, good and bad ones.
#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <fstream>

#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string zip(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out(std::size_t{1} << 20, '\0');
  for (const auto& [name, content] : files) out.resize(out.size() + content.size() / 100 + 4096);
  std::size_t used = 0;
  archive* a = archive_write_new();
  archive_write_set_format_zip(a);
  EXPECT_EQ(archive_write_open_memory(a, out.data(), out.size(), &used), ARCHIVE_OK);
  for (const auto& [name, content] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    EXPECT_EQ(archive_write_header(a, entry), ARCHIVE_OK);
    EXPECT_EQ(archive_write_data(a, content.data(), content.size()),
              static_cast<la_ssize_t>(content.size()));
    archive_entry_free(entry);
  }
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
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

}  // namespace
}  // namespace cspkit::ddf::test
