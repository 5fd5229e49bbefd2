// SPDX-License-Identifier: Apache-2.0
// What the engine bench calls in C++: Exec of Installation/{id}/Install sets
// Installation/{id}/Status to the command's data.
#include <cspkit/provider.hpp>
#include <string_view>

namespace {

class Bench : public cspkit::Provider {
 public:
  explicit Bench(cspkit::Host host) : Provider(host) {
    on("Installation/{id}/Install").exec([](cspkit::Call& call, std::string_view data) {
      call.set(cspkit::path_join("Installation", call.capture(0), "Status"), data);
    });
  }
};

}  // namespace

CSPKIT_PLUGIN(Bench, "BenchCpp.xml", "bench_cpp")
