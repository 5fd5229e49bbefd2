// SPDX-License-Identifier: Apache-2.0
// An object of static storage throws when the library is loaded.
#include <stdexcept>

#include "zoo.h"

namespace {

struct Thrower {
  Thrower() { throw std::runtime_error("static storage on fire"); }
};
const Thrower kThrower;

}  // namespace

ZOO_CREATE {
  (void)self;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
