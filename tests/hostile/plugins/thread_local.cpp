// SPDX-License-Identifier: Apache-2.0
// Keeps an object per thread that has a destructor: the library cannot go before that thread has.
#include <string>

#include "zoo.h"

namespace {

thread_local std::string last;

cspkit_code get(cspkit_provider* provider, cspkit_call call, const cspkit_request*) noexcept {
  last += "text that is longer than any buffer inside the string";
  return zoo_give(zoo_self(provider)->host, call, "5", 1);
}

}  // namespace

ZOO_CREATE {
  self->table.get = get;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
