// SPDX-License-Identifier: Apache-2.0
// Its start() throws.
#include <cspkit/provider.hpp>
#include <stdexcept>

#include "zoo.h"

class Thrower : public cspkit::Provider {
 public:
  explicit Thrower(cspkit::Host host) : Provider(host) { host.info("zoo: made"); }
  ~Thrower() override { host().info("zoo: gone"); }
  cspkit::Status start() override { throw std::runtime_error("cannot open the device"); }
};
CSPKIT_PLUGIN(Thrower, "", "zoo", ZOO_TREE("Zoo"))
