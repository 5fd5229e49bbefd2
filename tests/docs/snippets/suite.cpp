// SPDX-License-Identifier: Apache-2.0
// What sdk/README.md shows of a provider's code beside samples/hello; compiled, and compared by
// check_snippets.cmake.
#include <chrono>
#include <cspkit/provider.hpp>
#include <string_view>
#include <utility>

namespace {

constexpr std::string_view kEmbeddedDdfText = "<MgmtTree/>";

class First : public cspkit::Provider {
 public:
  explicit First(cspkit::Host host) : Provider(host) {
    using cspkit::Alert;
    using cspkit::Code;
    on("Level").replace([](cspkit::Call& call) {
      // clang-format off
      Alert low; low.type = "com.example.battery.low"; low.data = "7"; low.path = "Level";
      call.queue_alert(low);
      // clang-format on
    });
    on("Later").exec([this] { later(); });
    on("Install").exec(
        [](cspkit::Call& call) { return call.fail(Code::kBusy, "an install is running"); });
  }
  void later() {
    using namespace std::chrono_literals;
    // clang-format off
    host().run_after(5s, [this] { report(); });
    // clang-format on
  }
  void report() {
    // clang-format off
    auto batch = host().open_batch(); batch.set("Status", 0); std::move(batch).submit();
    // clang-format on
  }
};

class Second : public cspkit::Provider {
 public:
  explicit Second(cspkit::Host host) : Provider(host) {}
};

}  // namespace

// clang-format off
CSPKIT_PLUGINS("com.example.suite", "1.2.0",
               CSPKIT_PROVIDER(First, "First.xml"),
               CSPKIT_PROVIDER(Second, "Second.xml", "second-name", kEmbeddedDdfText))
