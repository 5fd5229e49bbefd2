// SPDX-License-Identifier: Apache-2.0
// The DDF loader: any bytes give a Schema and findings, or a refusal; every node of the Schema can
// be read, resolved, checked and documented, and a Schema does not differ from itself.
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cspkit::ddf::SchemaBuilder builder;
  const cspkit::Status added =
      builder.add_bytes({reinterpret_cast<const char*>(data), size}, "fuzz.xml");
  static_cast<void>(added);
  const auto schema = builder.build();
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
