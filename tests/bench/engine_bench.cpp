// SPDX-License-Identifier: Apache-2.0
// What the engine costs: reads, messages, calls of providers and changes that last, each as a ratio
// to a limit of the same run. engine_bench [--check] [reads|exec|writes]
#include "engine_bench.hpp"

#include <string_view>

// --check: exit 1 when a figure is worse than what is held. Each is measured up to three times
// first. With the name of a part, only that.
int main(int argc, char** argv) {
  using namespace cspkit::bench;
  bool check = false;
  std::string_view part;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--check") {
      check = true;
    } else {
      part = word;
    }
  }
  const auto wanted = [part](std::string_view name) { return part.empty() || part == name; };
  Report report(check ? 3 : 1);
  if (wanted("reads") && !measure_reads(report)) {
    std::puts("no DDF files: set CSPKIT_CORPUS to the folder that holds ddf/");
    return 77;
  }
  if (wanted("exec")) measure_exec(report);
  if (wanted("writes")) measure_writes(report);
  return check && report.misses() != 0 ? 1 : 0;
}
