// SPDX-License-Identifier: Apache-2.0
// ddf compile: DDF files as one file that loads at once.
#include <algorithm>
#include <cspkit/ddf/compiled.hpp>
#include <cspkit/ddf/loader.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "commands.hpp"
#include "output.hpp"

namespace cspctl {

int run_ddf_compile(const Options& options) {
  cspkit::ddf::SchemaBuilder builder;
  int exit_code = kExitOk;
  for (const std::string& path : options.paths)
    exit_code = std::max(exit_code, add_ddf(builder, path));
  // A file that lacks what it was to hold would be found out too late.
  if (exit_code != kExitOk) return exit_code;
  for (const cspkit::ddf::Finding& finding : builder.findings()) {
    if (finding.severity != cspkit::ddf::Severity::kError) continue;
    print_error("ddf compile: nothing is written: " + cspkit::ddf::to_string(finding));
    return kExitStatus;
  }
  const auto schema = builder.build();
  const cspkit::Status written = cspkit::ddf::compile_to(*schema, builder.findings(), options.out);
  if (!written.ok()) {
    print_error("ddf compile: " + written.text());
    return kExitUsage;
  }
  std::error_code ignored;
  const auto bytes = std::filesystem::file_size(options.out, ignored);
  const std::size_t nodes = schema->totals().nodes;
  if (options.json) {
    print_json({{"file", options.out}, {"bytes", bytes}, {"nodes", nodes}});
  } else {
    print_line(options.out + ": " + std::to_string(nodes) + " nodes, " + std::to_string(bytes) +
               " bytes");
  }
  return kExitOk;
}

}  // namespace cspctl
