// SPDX-License-Identifier: Apache-2.0
// An agent and its provider in one program: nothing is loaded, no file lies beside it.
#include <cspkit/engine.hpp>
#include <iostream>

extern "C" const cspkit_plugin cspkit_plugin_v1_uptime;

int main() {
  auto engine = cspkit::Engine::open();
  if (!engine) {
    std::cerr << engine.error().text() << '\n';
    return 1;
  }
  if (const cspkit::Status added = engine->add_provider(cspkit_plugin_v1_uptime); !added.ok()) {
    std::cerr << added.text() << '\n';
    return 1;
  }
  auto device = engine->open_session(cspkit::Principal::device());
  const auto seconds = device.get("./Vendor/Example/Uptime/Seconds");
  if (!seconds) {
    std::cerr << seconds.error().text() << '\n';
    return 1;
  }
  std::cout << "running for " << seconds->data << " s\n";
}
