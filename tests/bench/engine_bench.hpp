// SPDX-License-Identifier: Apache-2.0
// What the parts of engine_bench share.
#ifndef CSPKIT_TESTS_BENCH_ENGINE_BENCH_HPP_
#define CSPKIT_TESTS_BENCH_ENGINE_BENCH_HPP_

#include <cspkit/engine.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench.hpp"

namespace cspkit::bench {

/// A bench measures what works: anything else ends it, and says what.
inline void must(const Status& status, const char* what) {
  if (status.ok()) return;
  std::printf("%s: %s\n", what, status.text().c_str());
  std::abort();
}
template <typename T>
T must(Result<T> result, const char* what) {
  if (!result) must(result.error(), what);
  return *std::move(result);
}
inline void must(bool good, const char* what) {
  if (good) return;
  std::printf("%s\n", what);
  std::abort();
}

/// The limit of all that begins with the text of an address: finding it in a table of the standard
/// library, filled up to the size a table of all addresses would have.
class Lookups {
 public:
  Lookups(const std::vector<std::string>& uris, std::size_t table) {
    for (const std::string& uri : uris) map_.emplace(uri, 1);
    for (int i = 0; map_.size() < table; ++i)
      map_.emplace("./Device/Vendor/filler/" + std::to_string(i), 1);
  }
  void find(const std::string& uri) const { keep(map_.find(uri)->second); }

 private:
  std::unordered_map<std::string, int> map_;
};

// Gets and messages over the real DDF files; false when there are none.
bool measure_reads(Report& report);
// Exec through a loaded plugin.
void measure_exec(Report& report);
// What lasts, against bare SQLite on the same disk.
void measure_writes(Report& report);

}  // namespace cspkit::bench

#endif  // CSPKIT_TESTS_BENCH_ENGINE_BENCH_HPP_
