// SPDX-License-Identifier: Apache-2.0
// LocURIs: what parses must survive being written and parsed again, and resolve as its parts do.
#include <cspkit/ddf/loader.hpp>
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/ddf/schema.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace {

std::shared_ptr<const cspkit::ddf::Schema> make_schema() {
  cspkit::ddf::SchemaBuilder builder;
  const char* ddf =
      "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>A</NodeName><Path>./Vendor</"
      "Path><DFProperties><AccessType><Get/>"
      "</AccessType><DFFormat><node/></DFFormat></DFProperties><Node><NodeName></"
      "NodeName><DFProperties><AccessType><Add/>"
      "</AccessType><DFFormat><node/></DFFormat></DFProperties><Node><NodeName>Leaf</"
      "NodeName><DFProperties><AccessType>"
      "<Get/></AccessType><DFFormat><chr/></DFFormat></DFProperties></Node></Node></Node></"
      "MgmtTree>";
  if (!builder.add_bytes(ddf, "seed.xml").ok()) std::abort();
  return builder.build();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<const cspkit::ddf::Schema> schema = make_schema();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = cspkit::ddf::LocUri::parse(text);
  cspkit::ddf::Address address;
  const cspkit::Status resolved = schema->resolve(text, address);
  if (!parsed) {
    // What is no LocURI resolves to nothing, for the same reason.
    if (resolved.code() != parsed.error().code()) std::abort();
    return 0;
  }
  // Written out, each byte may take three: longer than a text from outside may be.
  const cspkit::ddf::UriLimits usual;
  const auto again = cspkit::ddf::LocUri::parse(
      parsed->full(), cspkit::ddf::UriLimits{usual.max_bytes * 3, usual.max_segments});
  if (!again || again->path() != parsed->path() || again->scope() != parsed->scope()) std::abort();
  if (again->size() != parsed->size()) std::abort();
  for (std::size_t i = 0; i < parsed->size(); ++i) {
    if ((*again)[i] != (*parsed)[i]) std::abort();
  }
  if (resolved.ok()) {
    cspkit::ddf::Address by_path;
    if (!schema->resolve_path(address.scope, address.path, by_path).ok()) std::abort();
    if (by_path.key != address.key || by_path.node != address.node) std::abort();
  }
  return 0;
}
