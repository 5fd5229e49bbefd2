// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "engine_bench.hpp"

namespace cspkit::bench {

namespace {

constexpr std::size_t kInstances = 1000;
constexpr std::size_t kTable = 6000;  // as many as the published DDF files have nodes
constexpr int kRounds = 21, kRepeat = 10;

/// Exec of Installation/{id}/Install, whose handler sets Installation/{id}/Status, over lookups of
/// the same texts.
double executing(const char* library, const std::string& root) {
  Engine engine = must(Engine::open({}), "open an engine");
  must(engine.load_provider(library), library);
  Session session = engine.open_session(Principal::device());
  std::vector<std::string> uris;
  for (std::size_t i = 0; i < kInstances; ++i) {
    const std::string instance = root + "/Installation/Contoso-Product-" + std::to_string(i);
    must(session.add(instance), "add an instance");
    uris.push_back(instance + "/Install");
  }
  const Lookups lookups(uris, kTable);
  const Value data = Value::chr("begun");
  const double ratio = cpu_ratio(
      [&] {
        for (int i = 0; i < kRepeat; ++i) {
          for (const std::string& uri : uris) {
            if (!session.exec(uri, data).ok()) std::abort();
          }
        }
      },
      [&] {
        for (int i = 0; i < kRepeat; ++i) {
          for (const std::string& uri : uris) lookups.find(uri);
        }
      },
      kRounds);
  const std::string last = root + "/Installation/Contoso-Product-999/Status";
  must(must(session.get(last), "read the Status").data == data.data, "Exec had no effect");
  return ratio;
}

}  // namespace

void measure_exec(Report& report) {
  report.at_most(
      "engine.exec_c", [] { return executing(CSPKIT_BENCH_C, "./Device/Vendor/MSFT/BenchC"); }, 15,
      "lookups", 18);
  report.at_most(
      "engine.exec_cpp",
      [] { return executing(CSPKIT_BENCH_CPP, "./Device/Vendor/MSFT/BenchCpp"); }, 22, "lookups",
      24);
}

}  // namespace cspkit::bench
