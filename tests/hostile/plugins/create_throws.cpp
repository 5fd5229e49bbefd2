// SPDX-License-Identifier: Apache-2.0
// Its constructor throws.
#include <cspkit/provider.hpp>
#include <stdexcept>

#include "zoo.h"

class Thrower : public cspkit::Provider {
 public:
  explicit Thrower(cspkit::Host host) : Provider(host) {
    throw std::runtime_error("cannot find the device");
  }
};
CSPKIT_PLUGIN(Thrower, "", "zoo", ZOO_TREE("Zoo"))
