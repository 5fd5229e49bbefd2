// SPDX-License-Identifier: Apache-2.0
// Compiled schemas: the same answers as their sources, and no bytes that do harm.
#include "compiled.hpp"

#include <sys/stat.h>

#include <cspkit/ddf/compiled.hpp>
#include <cstring>
#include <fstream>
#include <functional>

#include "support.hpp"

namespace cspkit::ddf::test {
namespace {

namespace fs = std::filesystem;

std::string dump(const AllowedValues& allowed) {
  std::string out = "type " + std::to_string(static_cast<int>(allowed.type));
  for (const EnumValue& each : allowed.enums)
    out += " enum " + std::string(each.value) + '=' + std::string(each.description);
  for (const EnumValue& each : allowed.values)
    out += " value " + std::string(each.value) + '=' + std::string(each.description);
  if (allowed.has_list) out += " list " + std::string(allowed.list_delimiter);
  out += " admx " + std::string(allowed.admx_area) + '|' + std::string(allowed.admx_name) + '|' +
         std::string(allowed.admx_file);
  return out;
}

/// Everything that can be asked of a node.
std::string dump(const Node& node) {
  std::string out;
  const auto add = [&out](const char* name, std::string_view text) {
    out += std::string("\n  ") + name + ": " + std::string(text);
  };
  const auto number = [&](const char* name, auto value) {
    add(name, std::to_string(static_cast<long long>(value)));
  };
  out += node.uri();
  add("pattern", node.pattern());
  add("name", node.name());
  add("title", node.title());
  number("dynamic", node.is_dynamic());
  number("root", node.is_root());
  number("ancestor", node.is_ancestor_of_root());
  number("format", node.format());
  number("access", node.access());
  number("occurrence", node.occurrence());
  number("limit", node.occurrence_limit());
  number("persistence", node.persistence());
  number("naming", node.naming());
  number("case", node.case_sensitive());
  number("has default", node.has_default());
  add("default", node.default_value());
  add("description", node.description());
  add("unique", node.unique_name());
  for (std::string_view each : node.mime_types()) add("mime", each);
  add("ddf name", node.ddf_name());
  add("allowed", dump(node.allowed_values()));
  number("value type", node.value_type());
  const Applicability applicability = node.applicability();
  add("os", applicability.os_build_version);
  add("csp", applicability.csp_version);
  add("editions", applicability.edition_allow_list);
  number("azure", applicability.requires_azure_ad);
  number("deprecated", node.deprecated());
  add("since", node.os_build_deprecated());
  number("atomic", node.atomic_required());
  add("reboot", node.reboot_behavior());
  add("replace", node.replace_behavior());
  add("conflict", node.conflict_resolution());
  const GpMapping gp = node.gp_mapping();
  add("gp", std::string(gp.english_name) + '|' + std::string(gp.area_path) + '|' +
                std::string(gp.element));
  for (const DependencyGroup& group : node.dependencies()) {
    add("group", std::string(group.friendly_id) + ' ' + dump(group.changed_allowed));
    for (const Dependency& each : group.dependencies)
      add(each.negated ? "not" : "on", std::string(each.uri) + ' ' + dump(each.allowed));
  }
  for (const ErrorResult& each : node.error_results())
    add("error", std::string(each.name) + ' ' + std::string(each.text));
  for (const Extension& each : node.extensions()) {
    add("extension", std::string(each.name) + ' ' + std::string(each.value));
    for (const auto& [name, value] : each.attributes)
      add("attribute", std::string(name) + '=' + std::string(value));
  }
  number("scope", node.scope());
  add("file", node.file());
  number("line", node.line());
  add("tree", node.root().uri());
  number("children", node.static_children().size());
  number("has dynamic", node.dynamic_child().valid());
  return out;
}

void expect_same(const Schema& left, const Schema& right) {
  ASSERT_EQ(left.node_count(), right.node_count());
  Address address;
  for (std::uint32_t i = 0; i < left.node_count(); ++i) {
    const Node a = left.node(NodeId{i});
    ASSERT_EQ(dump(a), dump(right.node(NodeId{i})));
    std::string uri = a.uri();
    Address other;
    ASSERT_EQ(left.resolve(uri, address).ok(), right.resolve(uri, other).ok()) << uri;
    ASSERT_EQ(address.node, other.node) << uri;
  }
  const SchemaTotals a = left.totals(), b = right.totals();
  EXPECT_EQ(std::tuple(a.files, a.trees, a.nodes, a.leaves, a.dynamic),
            std::tuple(b.files, b.trees, b.nodes, b.leaves, b.dynamic));
  const std::vector<FileInfo> left_files = left.files(), right_files = right.files();
  ASSERT_EQ(left_files.size(), right_files.size());
  for (std::size_t i = 0; i < left_files.size(); ++i) {
    EXPECT_EQ(left_files[i].name, right_files[i].name);
    EXPECT_EQ(left_files[i].version, right_files[i].version);
    EXPECT_EQ(left_files[i].diagnostics, right_files[i].diagnostics);
  }
}

class Compiled : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "cspkit_compiled_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path write(const char* name, std::string_view bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }
  fs::path folder_;
};

/// A document with something of everything.
std::string small_document(std::string_view leaf_default = "one") {
  const std::string rich =
      usual("Get Replace", "chr", "ZeroOrN",
            "<Description>What it is.</Description><DefaultValue>" + std::string(leaf_default) +
                "</DefaultValue><MSFT:AllowedValues ValueType=\"ENUM\"><MSFT:Enum><MSFT:Value>one"
                "</MSFT:Value><MSFT:ValueDescription>1</MSFT:ValueDescription></MSFT:Enum>"
                "<MSFT:List Delimiter=\";\"/></MSFT:AllowedValues>"
                "<MSFT:DependencyBehavior><MSFT:DependencyGroup FriendlyId=\"g\"><MSFT:Dependency "
                "Type=\"Not\"><MSFT:DependencyUri>Vendor/MSFT/T/B</MSFT:DependencyUri>"
                "<MSFT:DependencyAllowedValue ValueType=\"Range\"><MSFT:Value>[1-2]</MSFT:Value>"
                "</MSFT:DependencyAllowedValue></MSFT:Dependency></MSFT:DependencyGroup>"
                "</MSFT:DependencyBehavior><MSFT:CommonErrorResults><MSFT:CommonErrorOne>0x1"
                "</MSFT:CommonErrorOne></MSFT:CommonErrorResults>"
                "<MSFT:SupportedValues low=\"1\">x</MSFT:SupportedValues>");
  return document(root("T", "./Vendor/MSFT", usual("Get", "node"),
                       node("A", rich) + node("", usual("Get Add", "node", "ZeroOrMore"),
                                              node("In", usual("Get", "node"), node("B", rich)))));
}

std::string leaf_default(const Schema& schema) {
  Address address;
  const Status status = schema.resolve("./Vendor/MSFT/T/A", address);
  EXPECT_TRUE(status.ok()) << status.text();
  return status.ok() ? std::string(schema.node(address.node).default_value()) : std::string();
}

std::string compiled_small() {
  SchemaBuilder builder;
  EXPECT_TRUE(builder.add_bytes(small_document(), "small.xml").ok());
  Result<std::string> bytes = compile(*builder.build(), builder.findings());
  EXPECT_TRUE(bytes.has_value()) << bytes.error().text();
  return bytes.value_or(std::string());
}

TEST_F(Compiled, IsTheSameAsItsSourcesOverAllPublishedFiles) {
  for (const char* name : {"ddf", "ddf_v1"}) {
    CSPKIT_NEEDS_CORPUS(corpus_folder, name);
    SchemaBuilder fresh;
    ASSERT_TRUE(fresh.add(corpus_folder).ok());
    const auto schema = fresh.build();
    const fs::path file = folder_ / "all.cddf";
    const Status written = compile_to(*schema, fresh.findings(), file);
    ASSERT_TRUE(written.ok()) << written.text();
    SchemaBuilder opened;
    const Status added = opened.add(file);
    ASSERT_TRUE(added.ok()) << added.text();
    const auto mapped = opened.build();
    expect_same(*schema, *mapped);
    EXPECT_EQ(everything(fresh), everything(opened));
    // Again from the sources, and from the compiled file itself: the same bytes.
    SchemaBuilder second;
    ASSERT_TRUE(second.add(corpus_folder).ok());
    const Result<std::string> again = compile(*second.build(), second.findings());
    const Result<std::string> from_mapped = compile(*mapped, opened.findings());
    std::ifstream in(file, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    ASSERT_TRUE(again.has_value() && from_mapped.has_value());
    EXPECT_TRUE(bytes == *again);
    EXPECT_TRUE(bytes == *from_mapped);
  }
}

TEST_F(Compiled, JoinsOtherSourcesAsItsOwnSourcesWould) {
  CSPKIT_NEEDS_CORPUS(corpus_folder, "ddf");
  const std::string other = small_document("two");
  SchemaBuilder fresh;
  ASSERT_TRUE(fresh.add(corpus_folder).ok());
  const fs::path file = folder_ / "all.cddf";
  ASSERT_TRUE(compile_to(*fresh.build(), fresh.findings(), file).ok());
  SchemaBuilder joined;
  ASSERT_TRUE(joined.add(file).ok());
  for (SchemaBuilder* each : {&fresh, &joined}) {
    ASSERT_TRUE(each->add_bytes(other, "other.xml").ok());
    std::vector<std::string> roots;
    ASSERT_TRUE(each->add_for_provider(small_document("three"), "provider.xml", &roots).ok());
    EXPECT_EQ(roots, std::vector<std::string>{"./Device/Vendor/MSFT/T"});
  }
  expect_same(*fresh.build(), *joined.build());
  EXPECT_EQ(everything(fresh), everything(joined));
}

TEST_F(Compiled, ReplacesAndIsReplaced) {
  const fs::path file = write("small.xml", compiled_small());  // known by content, not by name
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add_bytes(small_document("two"), "first.xml").ok());
  ASSERT_TRUE(builder.add(file).ok());
  EXPECT_EQ(leaf_default(*builder.build()), "one");
  EXPECT_THAT(codes(builder), testing::Contains("D109"));
  ASSERT_TRUE(builder.add_bytes(small_document("three"), "last.xml").ok());
  EXPECT_EQ(leaf_default(*builder.build()), "three");
}

// What many nodes share is looked at once: it was taken for damage.
TEST_F(Compiled, NodesMayShareALongListOfExtensions) {
  std::string extensions;
  for (int i = 0; i < 20; ++i)
    extensions += "<x" + std::to_string(i) + ">1</x" + std::to_string(i) + ">";
  const auto properties = [&](const char* format, const std::string& more) {
    return "<DFProperties><AccessType><Get/></AccessType>" + more + "<DFFormat><" + format +
           "/></DFFormat><Occurrence><One/></Occurrence><DFType><MIME/></DFType></DFProperties>";
  };
  std::string document =
      "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>T</NodeName><Path>.</Path>" +
      properties("node", {});
  for (int i = 0; i < 400; ++i) {
    const std::string number = std::to_string(i);
    document += "<Node><NodeName>n" + number + "</NodeName>" +
                properties("chr", "<DefaultValue>" + number + "</DefaultValue>" + extensions) +
                "</Node>";
  }
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add_bytes(document + "</Node></MgmtTree>", "shared.xml").ok());
  const auto bytes = compile(*builder.build(), builder.findings());
  ASSERT_TRUE(bytes) << bytes.error().text();
  SchemaBuilder again;
  const Status opened = again.add_bytes(*bytes, "shared.cddf");
  ASSERT_TRUE(opened.ok()) << opened.text();
  const auto schema = again.build();
  Address address;
  ASSERT_TRUE(schema->resolve("./T/n399", address).ok());
  EXPECT_EQ(schema->node(address.node).extensions().size(), 20u);
}

TEST_F(Compiled, IsWrittenWithTheUsualPermissions) {
  const fs::path compiled = folder_ / "s.cddf";
  const fs::path usual = folder_ / "usual";
  ASSERT_TRUE(compile_to(*leaf_schema("chr", ""), {}, compiled).ok());
  std::ofstream{usual} << "x";
  EXPECT_EQ(fs::status(compiled).permissions(), fs::status(usual).permissions());
  const mode_t before = ::umask(077);
  const Status written = compile_to(*leaf_schema("chr", ""), {}, compiled);
  ::umask(before);
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(fs::status(compiled).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Compiled, GoesOnAfterItsFileIsReplaced) {
  SchemaBuilder source;
  ASSERT_TRUE(source.add_bytes(small_document(), "a.xml").ok());
  const fs::path file = folder_ / "s.cddf";
  ASSERT_TRUE(compile_to(*source.build(), source.findings(), file).ok());
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(file).ok());
  const auto schema = builder.build();
  SchemaBuilder next;
  ASSERT_TRUE(next.add_bytes(small_document("two"), "a.xml").ok());
  ASSERT_TRUE(compile_to(*next.build(), next.findings(), file).ok());
  EXPECT_EQ(leaf_default(*schema), "one");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(Compiled, SourcesThatChangedMeanwhileAreNotCompiled) {
  const fs::path file = write("a.xml", small_document());
  SchemaBuilder builder;
  ASSERT_TRUE(builder.add(file).ok());
  const auto schema = builder.build();
  write("a.xml", small_document("another"));
  const Result<std::string> bytes = compile(*schema, builder.findings());
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().code(), Code::kIo);
  EXPECT_THAT(bytes.error().text(), testing::HasSubstr("a.xml"));
  EXPECT_EQ(compile_to(*leaf_schema("chr", ""), {}, folder_ / "none" / "x").code(), Code::kIo);
}

void refused(const std::string& bytes, std::string_view why) {
  SchemaBuilder builder;
  const Status status = builder.add_bytes(bytes, "x.cddf");
  ASSERT_EQ(status.code(), Code::kNotDdf) << status.text();
  ASSERT_THAT(status.text(), testing::HasSubstr(std::string(why)));
  ASSERT_THAT(status.text(), testing::HasSubstr("compile it again"));
  ASSERT_EQ(codes(builder), std::vector<std::string>{"D007"});
  ASSERT_EQ(builder.build()->totals().nodes, 0u);
}

/// Makes the checksum right again.
std::string signed_again(std::string bytes) {
  const std::uint64_t sum = compiled_checksum(bytes);
  std::memcpy(bytes.data() + offsetof(CompiledHeader, checksum), &sum, sizeof sum);
  return bytes;
}

TEST_F(Compiled, RefusesWhatIsNotItsOwn) {
  const std::string good = compiled_small();
  const auto with = [&](std::size_t at, std::uint32_t value) {
    std::string bytes = good;
    std::memcpy(bytes.data() + at, &value, sizeof value);
    return signed_again(bytes);
  };
  refused(with(offsetof(CompiledHeader, version), kCompiledVersion + 1),
          "format " + std::to_string(kCompiledVersion + 1));
  refused(with(offsetof(CompiledHeader, byte_order), 0x04030201u), "another byte order");
  refused(good + '\0', "cut off or added to");
  refused(good.substr(0, 100), "cut off");
  SchemaBuilder builder;
  EXPECT_EQ(builder.add_bytes("CSPKDDF", "x").code(), Code::kNotDdf);
  const fs::path empty = write("empty.cddf", "");
  EXPECT_EQ(builder.add(empty).code(), Code::kNotDdf);
  EXPECT_EQ(builder.add(write("cut.cddf", good.substr(0, 60))).code(), Code::kNotDdf);
}

/// The place in `bytes` of a section.
std::size_t begin_of(const std::string& bytes, Section which) {
  CompiledHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  return static_cast<std::size_t>(header.begins[static_cast<std::size_t>(which)]);
}

// Each level had all of the next below each of its nodes: a walk down never came to an end.
TEST_F(Compiled, NodesWithTwoParentsAreRefused) {
  SchemaBuilder builder;
  const std::string leaf = usual("Get", "chr");
  const std::string inner = usual("Get", "node");
  ASSERT_TRUE(builder
                  .add_bytes(document(root("T", "./Vendor/MSFT", inner,
                                           node("A", inner, node("C", leaf)) + node("B", leaf))),
                             "t.xml")
                  .ok());
  std::string bytes = compile(*builder.build(), {}).value_or(std::string());
  const std::size_t begin = begin_of(bytes, Section::kRecords);
  // ".", ".", Vendor, MSFT, T, A, B, C: as they follow each other
  Record a, b;
  std::memcpy(&a, bytes.data() + begin + 5 * sizeof a, sizeof a);
  std::memcpy(&b, bytes.data() + begin + 6 * sizeof b, sizeof b);
  ASSERT_EQ(a.static_count(), 1u);
  ASSERT_EQ(b.static_count(), 0u);
  b.first_child = a.first_child;
  b.children = a.children;
  std::memcpy(bytes.data() + begin + 6 * sizeof b, &b, sizeof b);
  refused(signed_again(bytes), "more than one parent");
}

TEST_F(Compiled, NamesThatNoAddressMayHaveAreRefused) {
  SchemaBuilder builder;
  ASSERT_TRUE(builder
                  .add_bytes(document(root("T", "./Vendor/MSFT", usual("Get", "node"),
                                           node("qq", usual("Get", "chr")))),
                             "t.xml")
                  .ok());
  const std::string good = compile(*builder.build(), {}).value_or(std::string());
  const std::size_t at = good.find("qq");
  ASSERT_NE(at, good.npos);
  ASSERT_EQ(good.find("qq", at + 1), good.npos);
  std::string bytes = good;
  bytes.replace(at, 2, "..");
  refused(signed_again(bytes), "node ");
}

// Strings that begin inside each other were copied one by one when the file was taken apart.
TEST_F(Compiled, TextsWithinEachOtherDoNotMultiply) {
  constexpr std::size_t kCount = 300;
  std::string leaves;
  for (std::size_t i = 0; i < kCount; ++i) {
    leaves += node("n" + std::to_string(i),
                   usual("Get", "chr", "One", "<DFTitle>" + std::to_string(i) + "x</DFTitle>"));
  }
  // Read as a string from any place but its last bytes, it is a length of 127 and so many bytes.
  const std::string nested(kCount + 200, '\x7f');
  SchemaBuilder builder;
  ASSERT_TRUE(builder
                  .add_bytes(document(root("T", "./Vendor/MSFT", usual("Get", "node"), leaves) +
                                      root("U", "./Vendor/MSFT",
                                           usual("Get", "node", "One",
                                                 "<DFTitle>" + nested + "</DFTitle>"))),
                             "t.xml")
                  .ok());
  std::string bytes = compile(*builder.build(), {}).value_or(std::string());
  // Each 0x7F gets its own place number, so that no two strings are the same.
  const std::size_t pool = begin_of(bytes, Section::kPool);
  const std::size_t text = bytes.find(nested);
  ASSERT_NE(text, bytes.npos);
  for (std::size_t i = 0; i < nested.size(); ++i)
    bytes[text + i] = static_cast<char>(0x60 + (i * i / 7 + i / 31) % 0x20);
  CompiledHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  const auto words = static_cast<std::size_t>(Section::kWords);
  std::size_t turned = 0;
  for (std::size_t i = 0; i + 12 <= header.sizes[words]; i += 4) {
    std::uint32_t tuple[3];
    char* const at = bytes.data() + header.begins[words] + i;
    std::memcpy(tuple, at, sizeof tuple);
    if (tuple[0] != 1 || tuple[1] != static_cast<std::uint32_t>(Tag::kTitle)) continue;
    tuple[2] = static_cast<std::uint32_t>(text - pool + turned++);
    std::memcpy(at, tuple, sizeof tuple);
  }
  ASSERT_GT(turned, kCount);
  bytes = signed_again(bytes);
  SchemaBuilder alone;
  ASSERT_TRUE(alone.add_bytes(bytes, "x.cddf").ok());
  const Status status = alone.add_bytes(small_document(), "more.xml");
  EXPECT_EQ(status.code(), Code::kNotDdf);
  EXPECT_THAT(status.text(), testing::HasSubstr("x.cddf"));
  EXPECT_EQ(codes(alone), std::vector<std::string>{"D007"});
  ASSERT_TRUE(alone.add_bytes(small_document(), "more.xml").ok());
  EXPECT_EQ(alone.build()->totals().trees, 1u);
  SchemaBuilder joined;
  ASSERT_TRUE(joined.add_bytes(small_document(), "first.xml").ok());
  EXPECT_EQ(joined.add_bytes(bytes, "x.cddf").code(), Code::kNotDdf);
  EXPECT_EQ(joined.build()->totals().files, 1u);
}

TEST_F(Compiled, EveryDamagedByteIsRefused) {
  const std::string good = compiled_small();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bytes = good;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x21);
    SchemaBuilder builder;
    ASSERT_EQ(builder.add_bytes(bytes, "x.cddf").code(), Code::kNotDdf) << "byte " << i;
  }
}

TEST_F(Compiled, EveryTruncationIsRefused) {
  const std::string good = compiled_small();
  for (std::size_t size = kCompiledMagic.size(); size < good.size(); ++size)
    refused(good.substr(0, size), "cut off");
}

TEST_F(Compiled, NoForgedByteDoesHarm) {
  const std::string good = compiled_small();
  std::size_t taken = 0;
  for (std::size_t i = kCompiledMagic.size(); i < good.size(); ++i) {
    for (const int change : {i % 3 == 0 ? 0x01 : i % 3 == 1 ? 0x80 : 0xFF}) {
      std::string bytes = good;
      bytes[i] = static_cast<char>(bytes[i] ^ change);
      SchemaBuilder builder;
      if (!builder.add_bytes(signed_again(bytes), "x.cddf").ok()) continue;
      ++taken;
      // As it lies, and taken apart.
      std::size_t size = 0;
      for (int round = 0; round < 2; ++round) {
        const auto schema = builder.build();
        for (std::uint32_t k = 0; k < schema->node_count(); ++k) {
          Address address;
          size += dump(schema->node(NodeId{k})).size();
          size += schema->resolve(schema->node(NodeId{k}).uri(), address).ok() ? 1u : 0u;
        }
        const Status joined = builder.add_bytes(small_document(), "more.xml");
        ASSERT_TRUE(joined.ok() || joined.code() == Code::kNotDdf) << joined.text();
      }
      ASSERT_GT(size, 0u);
    }
  }
  EXPECT_GT(taken, 100u);  // texts, above all, may be anything
}

}  // namespace
}  // namespace cspkit::ddf::test
