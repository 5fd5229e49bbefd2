// SPDX-License-Identifier: Apache-2.0
// Its handlers throw: what is a std::exception, what is none, and what carries a code.
#include <cspkit/provider.hpp>
#include <stdexcept>

#include "zoo.h"

class Thrower : public cspkit::Provider {
 public:
  explicit Thrower(cspkit::Host host) : Provider(host) {
    host.info("zoo: made");
    on("Text").get([]() -> int { throw std::runtime_error("disk on fire"); });
    on("Text").replace([](cspkit::Call&, const cspkit::Value&) {
      throw cspkit::Error(cspkit::Code::kBusy, "an install is running", 0x80070020U);
    });
    on("Number").get([]() -> int { throw 42; });
    on("Run").exec([](cspkit::Call& call, const cspkit::Value&) {
      call.create("Item/made-before-it-threw");
      throw std::bad_alloc();
    });
  }
  ~Thrower() override { host().info("zoo: gone"); }
};
CSPKIT_PLUGIN(Thrower, "", "zoo", ZOO_TREE("Zoo"))
