// SPDX-License-Identifier: Apache-2.0
#include <cspkit/provider.hpp>
#include <cstdlib>

class Lamp : public cspkit::Provider {
 public:
  explicit Lamp(cspkit::Host host) : Provider(host) {
    on("Watts").get([](cspkit::Call& call) -> cspkit::Result<int> {
      const auto level = call.read("Level");
      if (!level) return level.error();
      return std::atoi(level->data.c_str()) * 60 / 100;
    });
  }
};

CSPKIT_PLUGIN(Lamp, "Lamp.xml")
