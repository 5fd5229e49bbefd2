// SPDX-License-Identifier: Apache-2.0
// lamp_agent PROVIDER.so: sets the lamp to half its light, and says what it draws.
#include <cspkit/engine.hpp>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  cspkit::EngineOptions options;
  options.state = ":memory:";
  auto engine = cspkit::Engine::open(options);
  if (!engine) return 1;
  if (const cspkit::Status loaded = engine->load_provider(argv[1]); !loaded.ok()) {
    std::cerr << loaded.text() << '\n';
    return 1;
  }
  auto device = engine->open_session(cspkit::Principal::device());
  const auto set = device.replace("./Vendor/Example/Lamp/Level", cspkit::Value::integer(50));
  const auto watts = device.get("./Vendor/Example/Lamp/Watts");
  if (!set.ok() || !watts) {
    std::cerr << (set.ok() ? watts.error() : set).text() << '\n';
    return 1;
  }
  std::cout << watts->data << " W\n";
}
