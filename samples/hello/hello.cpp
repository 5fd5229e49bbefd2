// SPDX-License-Identifier: Apache-2.0
#include <cspkit/provider.hpp>

class Greeter : public cspkit::Provider {
 public:
  explicit Greeter(cspkit::Host host) : Provider(host) {
    on("Greeting/{Name}/Text").get([](cspkit::Call& call) { return "Hello, " + call["Name"]; });
    on("Reset").exec([](cspkit::Call& call, const cspkit::Value&) { call.remove("Greeting"); });
  }
};

CSPKIT_PLUGIN(Greeter, "Example.xml")
