// SPDX-License-Identifier: Apache-2.0
// Value parsers: numbers, truth values, base64 and percent-coding; every format and every kind of
// AllowedValues.
#include <cspkit/ddf/loader.hpp>
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/ddf/profile.hpp>
#include <cspkit/ddf/rules.hpp>
#include <cspkit/value.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace {

using cspkit::ddf::Node;
using cspkit::ddf::Schema;

/// A tree with a leaf for each format and for each ValueType.
std::shared_ptr<const Schema> make_schema() {
  const auto leaf = [](const std::string& name, const std::string& format,
                       const std::string& more) {
    return "<Node><NodeName>" + name + "</NodeName><DFProperties><AccessType><Get/></AccessType>" +
           "<DFFormat><" + format + "/></DFFormat><Occurrence><One/></Occurrence><DFType><MIME/>" +
           "</DFType>" + more + "</DFProperties></Node>";
  };
  std::string leaves;
  for (const char* format :
       {"b64", "bin", "bool", "chr", "int", "null", "xml", "date", "time", "float"})
    leaves += leaf(format, format, {});
  const auto allowed = [&](const std::string& type, const std::string& inside,
                           const std::string& format = "chr") {
    leaves += leaf(type + format, format,
                   "<AllowedValues ValueType=\"" + type + "\">" + inside + "</AllowedValues>");
  };
  const std::string flags = "<Enum><Value>1</Value></Enum><Enum><Value>0x6</Value></Enum>";
  allowed("ENUM", flags, "int");
  allowed("ENUM", flags, "bin");
  allowed("Flag", flags + "<List Delimiter=\"0xF000\"/>", "int");
  allowed("Range", "<Value>[(-1)-10],[20-4294967295]</Value>", "int");
  allowed("RegEx", "<Value>^([a-z0-9]+|\\d{1,3}(\\.\\d{1,3}){3})$</Value><List Delimiter=\",\"/>");
  allowed("ADMX", "<AdmxBacked Area=\"a\" Name=\"n\" File=\"f\"/>");
  allowed("JSON", "");
  allowed("SDDL", "");
  cspkit::ddf::SchemaBuilder builder;
  const cspkit::Status added = builder.add_bytes(
      "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>T</NodeName><Path>.</Path><DFProperties>"
      "<DFFormat><node/></DFFormat></DFProperties>" +
          leaves + "</Node></MgmtTree>",
      "values.xml");
  if (!added.ok()) std::abort();
  return builder.build();
}

void judge(std::string_view text) {
  static const std::shared_ptr<const Schema> schema = make_schema();
  for (const Node& root : schema->roots()) {
    for (const Node& leaf : root.static_children()) {
      const auto value = cspkit::ddf::read_value(leaf, cspkit::Format::kUnset, text);
      if (!value) continue;
      static_cast<void>(cspkit::ddf::check_allowed(leaf, *value).ok());
      // What was read can be written, and is read the same again.
      const auto again = cspkit::ddf::read_value(leaf, value->format, cspkit::ddf::to_wire(*value));
      if (!again || again->data != value->data) std::abort();
    }
  }
  static_cast<void>(cspkit::ddf::build_applies(text, "10.0.22621.1").has_value());
  static_cast<void>(cspkit::ddf::build_applies("10.0.22621", text).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto number = cspkit::parse_int(text)) {
    const auto again = cspkit::parse_int(std::to_string(*number));
    if (!again || *again != *number) std::abort();
  }
  static_cast<void>(cspkit::parse_bool(text).has_value());
  const auto raw = cspkit::ddf::base64_decode(cspkit::ddf::base64_encode(text));
  if (!raw || *raw != text) std::abort();
  if (const auto decoded = cspkit::ddf::base64_decode(text)) {
    const auto again = cspkit::ddf::base64_decode(cspkit::ddf::base64_encode(*decoded));
    if (!again || *again != *decoded) std::abort();
  }
  judge(text);
  if (const auto segment = cspkit::ddf::decode_segment(text)) {
    const auto again = cspkit::ddf::decode_segment(cspkit::ddf::encode_segment(*segment));
    if (!again || *again != *segment) std::abort();
  }
  return 0;
}
