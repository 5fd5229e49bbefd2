// SPDX-License-Identifier: Apache-2.0
// What the tests of the schema library share: small DDF documents, and the way to the real ones.
#ifndef CSPKIT_TESTS_UNIT_DDF_SUPPORT_HPP_
#define CSPKIT_TESTS_UNIT_DDF_SUPPORT_HPP_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cspkit/ddf/loader.hpp>
#include <cspkit/ddf/rules.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::ddf::test {

/// The folder of published DDF files ("ddf" or "ddf_v1"); empty when it is not there.
inline std::filesystem::path corpus(const char* name) {
  const char* given = std::getenv("CSPKIT_CORPUS");
  std::filesystem::path path(given != nullptr ? given : CSPKIT_DEFAULT_CORPUS);
  path /= name;
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? path : std::filesystem::path();
}

#define CSPKIT_NEEDS_CORPUS(variable, name)                                                 \
  const std::filesystem::path variable = ::cspkit::ddf::test::corpus(name);                 \
  if (variable.empty()) {                                                                   \
    GTEST_SKIP() << "no published DDF files: set CSPKIT_CORPUS to the folder that holds \"" \
                 << name << "\"";                                                           \
  }                                                                                         \
  static_assert(true)

/// A node: its properties beyond the usual ones, and its children.
inline std::string node(std::string_view name, std::string_view properties,
                        std::string_view children = {}) {
  std::string out = "<Node><NodeName>";
  out += name;
  out += "</NodeName><DFProperties>";
  out += properties;
  out += "</DFProperties>";
  out += children;
  return out + "</Node>\n";
}

/// AccessType, DFFormat, Occurrence, Scope and DFType in one line.
inline std::string usual(std::string_view access, std::string_view format,
                         std::string_view occurrence = "One", std::string_view more = {}) {
  std::string out = "<AccessType>";
  std::string verb;
  for (char c : std::string(access) + ' ') {
    if (c != ' ') {
      verb += c;
    } else if (!verb.empty()) {
      out += '<' + verb + "/>";
      verb.clear();
    }
  }
  out += "</AccessType><DFFormat><";
  out += format;
  out += "/></DFFormat><Occurrence><";
  out += occurrence;
  out += "/></Occurrence><Scope><Dynamic/></Scope><DFType><MIME>text/plain</MIME></DFType>";
  out += more;
  return out;
}

inline std::string root(std::string_view name, std::string_view path, std::string_view properties,
                        std::string_view children = {}) {
  std::string out = node(name, properties, children);
  out.insert(out.find("<DFProperties>"), "<Path>" + std::string(path) + "</Path>");
  return out;
}

inline std::string document(std::string_view trees) {
  return "<?xml version=\"1.0\"?>\n<MgmtTree "
         "xmlns:MSFT=\"http://schemas.microsoft.com/MobileDevice/DM\">\n<VerDTD>1.2</VerDTD>\n" +
         std::string(trees) + "</MgmtTree>\n";
}

/// A schema with one leaf ./Vendor/MSFT/T/Leaf of that format and AllowedValues.
inline std::shared_ptr<const Schema> leaf_schema(std::string_view format, std::string_view more) {
  SchemaBuilder builder;
  const Status status =
      builder.add_bytes(document(root("T", "./Vendor/MSFT", usual("Get", "node"),
                                      node("Leaf", usual("Get Replace", format, "One", more)))),
                        "leaf.xml");
  EXPECT_TRUE(status.ok()) << status.text();
  return builder.build();
}

inline Node leaf_of(const Schema& schema) {
  Address address;
  const Status status = schema.resolve("./Vendor/MSFT/T/Leaf", address);
  EXPECT_TRUE(status.ok()) << status.text();
  return schema.node(address.node);
}

inline std::vector<std::string> codes(const SchemaBuilder& builder) {
  std::vector<std::string> out;
  for (const Finding& finding : builder.findings()) out.push_back(finding.code);
  return out;
}

inline std::string everything(const SchemaBuilder& builder) {
  std::string out;
  for (const Finding& finding : builder.findings()) out += to_string(finding) + '\n';
  return out;
}

}  // namespace cspkit::ddf::test

#endif  // CSPKIT_TESTS_UNIT_DDF_SUPPORT_HPP_
