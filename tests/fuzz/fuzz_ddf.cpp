// SPDX-License-Identifier: Apache-2.0
// The DDF loader: any bytes give a Schema and findings, or a refusal; every node of the Schema can
// be read, resolved, checked and documented, and a Schema does not differ from itself. What the
// loader's own scanner reads, pugixml reads in the same way.
#include <cspkit/ddf/compiled.hpp>
#include <cspkit/ddf/diff.hpp>
#include <cspkit/ddf/doc.hpp>
#include <cspkit/ddf/lint.hpp>
#include <cspkit/ddf/loader.hpp>
#include <cspkit/ddf/rules.hpp>
#include <cspkit/ddf/schema.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::size_t touch(const cspkit::ddf::Schema& schema, cspkit::ddf::NodeId id) {
  const cspkit::ddf::Node node = schema.node(id);
  std::size_t sum =
      node.name().size() + node.title().size() + node.description().size() + node.access();
  sum += node.allowed_values().enums.size() + node.mime_types().size() + node.pattern().size();
  sum += cspkit::ddf::initial_value(node).data.size();
  sum += cspkit::ddf::read_value(node, cspkit::Format::kUnset, "1").has_value() ? 1u : 0u;
  for (const cspkit::ddf::Node& child : node.static_children()) {
    if (child.parent() != node) std::abort();
  }
  return sum;
}

std::string compiled(const cspkit::ddf::SchemaBuilder& builder, const cspkit::ddf::Schema& schema) {
  const auto bytes = cspkit::ddf::compile(schema, builder.findings());
  return bytes ? *bytes : std::string();
}

// A processing instruction behind the root means nothing, but the scanner leaves such documents to
// pugixml.
void read_by_pugixml(std::string_view text, const std::string& expected) {
  if (text.empty() || text.back() != '>' || text.find('\0') != std::string_view::npos) return;
  if (text[0] != '<' && text.substr(0, 4) != "\xEF\xBB\xBF<") return;
  cspkit::ddf::SchemaBuilder builder;
  if (!builder.add_bytes(std::string(text) + "<?pugixml?>", "fuzz.xml").ok()) std::abort();
  if (compiled(builder, *builder.build()) != expected) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cspkit::ddf::SchemaBuilder builder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool added = builder.add_bytes(text, "fuzz.xml").ok();
  const auto schema = builder.build();
  if (added) read_by_pugixml(text, compiled(builder, *schema));
  volatile std::size_t sink = 0;
  const std::size_t count = schema->node_count() < 2000 ? schema->node_count() : 2000;
  for (std::uint32_t id = 0; id < count; ++id) {
    sink = sink + touch(*schema, cspkit::ddf::NodeId{id});
  }
  if (schema->node_count() > 2000) return 0;
  for (const cspkit::ddf::Finding& finding : cspkit::ddf::lint(*schema)) {
    if (finding.code.empty() || finding.file != "fuzz.xml") std::abort();
  }
  for (const std::string& subject : cspkit::ddf::doc_subjects(*schema)) {
    if (cspkit::ddf::doc_page(*schema, subject).empty()) std::abort();
  }
  if (!cspkit::ddf::diff(*schema, *schema).empty()) std::abort();
  return 0;
}
