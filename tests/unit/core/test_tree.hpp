// SPDX-License-Identifier: Apache-2.0
// A small tree with one node of every kind the rules tell apart, and an engine over it.
#ifndef CSPKIT_TESTS_UNIT_CORE_TEST_TREE_HPP_
#define CSPKIT_TESTS_UNIT_CORE_TEST_TREE_HPP_

#include <gtest/gtest.h>

#include <cspkit/engine.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace cspkit::testing {

/// One <Node> of a DDF. `properties` is what stands in DFProperties after AccessType and DFFormat.
inline std::string node(std::string_view name, std::string_view access, std::string_view format,
                        std::string_view properties, std::string_view children = {}) {
  std::string xml =
      "<Node><NodeName>" + std::string(name) + "</NodeName><DFProperties><AccessType>";
  std::string_view rest = access;
  while (!rest.empty()) {
    const std::size_t space = rest.find(' ');
    xml += "<" + std::string(rest.substr(0, space)) + "/>";
    rest = space == std::string_view::npos ? std::string_view{} : rest.substr(space + 1);
  }
  xml += "</AccessType><DFFormat><" + std::string(format) + "/></DFFormat>" +
         std::string(properties) + "<DFType><MIME/></DFType></DFProperties>" +
         std::string(children) + "</Node>";
  return xml;
}

inline std::string occurs(std::string_view occurrence) {
  return "<Occurrence><" + std::string(occurrence) + "/></Occurrence>";
}

inline std::string with_default(std::string_view value) {
  return "<DefaultValue>" + std::string(value) + "</DefaultValue>";
}

/// A document with one root below `path`.
inline std::string document(std::string_view path, std::string root) {
  const std::size_t after_name = root.find("</NodeName>") + 11;
  root.insert(after_name, "<Path>" + std::string(path) + "</Path>");
  return "<?xml version=\"1.0\"?><MgmtTree "
         "xmlns:MSFT=\"http://schemas.microsoft.com/MobileDevice/DM\"><VerDTD>1.2</VerDTD>" +
         root + "</MgmtTree>";
}

/// The tree "T": see the names for what each node is.
inline std::string test_root() {
  const std::string all = "Add Delete Get Replace";
  const std::string profile =
      node("", all, "node", occurs("ZeroOrMore") + "<DFTitle>Name</DFTitle>",
           node("Text", all, "chr", occurs("One")) + node("Number", all, "int", occurs("One")) +
               node("WithDefault", all, "chr", occurs("One") + with_default("preset")) +
               node("Optional", all, "chr", occurs("ZeroOrOne")) +
               node("Fixed", "Get Replace", "chr", occurs("One")) +
               node("Inner", all, "node", occurs("One"), node("Deep", all, "chr", occurs("One"))));
  const std::string bare_instance =
      node("", "Get", "node", occurs("ZeroOrMore") + "<DFTitle>Hash</DFTitle>",
           node("Blob", "Add Get", "b64", occurs("One")) +
               node("ReadOnly", "Get", "chr", occurs("One")));
  return node(
      "T", "Get", "node", occurs("One"),
      node("Fixed", "Get Replace", "chr", occurs("One") + with_default("factory")) +
          node("ReadOnly", "Get", "int", occurs("One")) +
          node("WriteOnly", "Replace", "chr", occurs("One")) +
          node("Bool", "Get Replace", "bool", occurs("One")) +
          node("Int", "Get Replace", "int", occurs("One")) +
          node("Bin", "Get Replace", "bin", occurs("One")) +
          node("Xml", "Get Replace", "xml", occurs("One")) +
          node("Any", "Get Replace", "null", occurs("One")) +
          node("Enum", "Get Replace", "int",
               occurs("One") +
                   "<MSFT:AllowedValues ValueType=\"ENUM\"><MSFT:Enum><MSFT:Value>1</MSFT:Value>"
                   "</MSFT:Enum><MSFT:Enum><MSFT:Value>2</MSFT:Value></MSFT:Enum></"
                   "MSFT:AllowedValues>") +
          node("Range", "Get Replace", "int",
               occurs("One") +
                   "<MSFT:AllowedValues ValueType=\"Range\"><MSFT:Value>[0-10]</MSFT:Value>"
                   "</MSFT:AllowedValues>") +
          node("AddOnly", "Add Get", "chr", occurs("ZeroOrOne")) +
          node("Policy", all, "chr", occurs("ZeroOrOne")) +
          node("Sensor", "Get", "chr", occurs("ZeroOrOne")) +
          node("Folder", "Add Delete Get", "node", occurs("ZeroOrOne"),
               node("In", all, "chr", occurs("One"))) +
          node("Kept", "Get Replace", "node", occurs("One")) +
          node("Run", "Exec", "null", occurs("One")) +
          node("Echo", "Exec Get", "chr", occurs("One")) +
          node("Profiles", "Get", "node", occurs("One"), profile) +
          node("Hashes", "Get", "node", occurs("One"), bare_instance) +
          node("Two", "Get", "node", occurs("One"),
               node("", "Add Delete Get", "node",
                    "<Occurrence><ZeroOrN>2</ZeroOrN></Occurrence><DFTitle>Id</DFTitle>")) +
          node("Case", "Get", "node", occurs("One"),
               node("", "Add Delete Get Replace", "chr",
                    occurs("ZeroOrMore") + "<DFTitle>Name</DFTitle><CaseSense><CS/></CaseSense>")));
}

/// The value as text, or "status NNN".
inline std::string text_of(const Result<Value>& value) {
  return value ? value->data : "status " + std::to_string(syncml_status(value.error()));
}

class TreeTest : public ::testing::Test {
 protected:
  static constexpr const char* kRoot = "./Vendor/Test/T";

  void SetUp() override { open(":memory:"); }

  void open(const std::string& state) {
    EngineOptions options;
    options.state = state;
    Result<Engine> opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::make_unique<Engine>(*std::move(opened));
    ASSERT_TRUE(
        engine_->load_ddf_bytes(document("./Device/Vendor/Test", test_root()), "t.xml").ok());
    ASSERT_TRUE(engine_->load_ddf_bytes(document("./User/Vendor/Test", test_root()), "u.xml").ok());
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
  }

  static std::string uri(std::string_view below) {
    return std::string(kRoot) + "/" + std::string(below);
  }
  int add(std::string_view below) { return syncml_status(session_->add(uri(below))); }
  int add(std::string_view below, const std::string& text) {
    return syncml_status(session_->add(uri(below), Value(Format::kUnset, text)));
  }
  int replace(std::string_view below, const std::string& text) {
    return syncml_status(session_->replace(uri(below), Value(Format::kUnset, text)));
  }
  int remove(std::string_view below) { return syncml_status(session_->remove(uri(below))); }
  int exec(std::string_view below) { return syncml_status(session_->exec(uri(below))); }
  std::string get(std::string_view below) { return text_of(session_->get(uri(below))); }

  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

}  // namespace cspkit::testing

#endif  // CSPKIT_TESTS_UNIT_CORE_TEST_TREE_HPP_
