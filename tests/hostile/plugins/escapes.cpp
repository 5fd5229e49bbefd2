// SPDX-License-Identifier: Apache-2.0
// Throws out of a C function whose noexcept a cast has taken away.
#include <stdexcept>

#include "zoo.h"

namespace {

cspkit_code get(cspkit_provider*, cspkit_call, const cspkit_request*) {
  throw std::runtime_error("out of the C boundary");
}
using Get = decltype(cspkit_provider::get);

}  // namespace

ZOO_CREATE {
  self->table.get = reinterpret_cast<Get>(&get);
  return CSPKIT_OK;
}
ZOO_PLUGIN;
