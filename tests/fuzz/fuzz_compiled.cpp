// SPDX-License-Identifier: Apache-2.0
// The reader of compiled schemas: any bytes are refused, or give a Schema of which everything can
// be asked. The checksum is made right first, or nothing would come past it. An input that is no
// compiled schema is read as DDF, and its compiled form must be taken.
#include <cspkit/ddf/compiled.hpp>
#include <cspkit/ddf/lint.hpp>
#include <cspkit/ddf/loader.hpp>
#include <cspkit/ddf/rules.hpp>
#include <cspkit/ddf/schema.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "compiled.hpp"

namespace {

using namespace cspkit;

std::size_t touch(const ddf::Schema& schema, ddf::NodeId id, ddf::Address& address) {
  const ddf::Node node = schema.node(id);
  std::size_t sum = node.name().size() + node.title().size() + node.description().size();
  sum += node.allowed_values().enums.size() + node.mime_types().size() + node.pattern().size();
  sum += node.dependencies().size() + node.error_results().size() + node.extensions().size();
  sum += node.applicability().os_build_version.size() + node.gp_mapping().area_path.size();
  sum += node.file().size() + node.root().uri().size() + node.access();
  sum += ddf::initial_value(node).data.size();
  if (schema.resolve(node.uri(), address).ok() && !address.segments.empty())
    sum += address.name(address.segments.size() - 1).size();
  for (const ddf::Node& child : node.static_children()) {
    if (child.parent() != node) std::abort();
  }
  return sum;
}

void touch_all(const ddf::Schema& schema) {
  volatile std::size_t sink = 0;
  ddf::Address address;
  const std::size_t count = schema.node_count() < 500 ? schema.node_count() : 500;
  for (std::uint32_t id = 0; id < count; ++id)
    sink = sink + touch(schema, ddf::NodeId{id}, address);
}

std::string with_checksum(std::string bytes) {
  if (bytes.size() < sizeof(ddf::CompiledHeader)) return bytes;
  const std::uint64_t size = bytes.size();
  std::memcpy(bytes.data() + offsetof(ddf::CompiledHeader, size), &size, sizeof size);
  const std::uint64_t sum = ddf::compiled_checksum(bytes);
  std::memcpy(bytes.data() + offsetof(ddf::CompiledHeader, checksum), &sum, sizeof sum);
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  const bool forged = ddf::is_compiled(bytes);
  if (!forged) {
    ddf::SchemaBuilder source;
    if (!source.add_bytes(bytes, "fuzz.xml").ok()) return 0;
    const Result<std::string> compiled = ddf::compile(*source.build(), source.findings());
    if (!compiled) std::abort();
    bytes = *compiled;
    ddf::SchemaBuilder again;
    if (!again.add_bytes(bytes, "fuzz.cddf").ok()) std::abort();
  } else {
    bytes = with_checksum(std::move(bytes));
  }
  ddf::SchemaBuilder builder;
  if (!builder.add_bytes(bytes, "fuzz.cddf").ok()) return 0;
  touch_all(*builder.build());
  // Taken apart, too, and put together again.
  // A file that claims more than it holds may be refused here; one of our own may not.
  if (!builder.add_bytes("<MgmtTree/>", "empty.xml").ok()) {
    if (!forged) std::abort();
    return 0;
  }
  touch_all(*builder.build());
  return 0;
}
