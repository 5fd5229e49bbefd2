// SPDX-License-Identifier: Apache-2.0
// Built without the version script, by g++, with an inline variable: the loader keeps such a
// symbol, and with it the library, for the whole process.
#include "../zoo.h"

template <typename T>
struct __attribute__((visibility("default"))) Counter {
  static inline int used = 0;
};

namespace {

cspkit_code get(cspkit_provider* provider, cspkit_call call, const cspkit_request*) noexcept {
  const char digit = static_cast<char>('0' + ++Counter<int>::used);
  return zoo_give(zoo_self(provider)->host, call, &digit, 1);
}

}  // namespace

ZOO_CREATE {
  self->table.get = get;
  return CSPKIT_OK;
}
ZOO_PLUGIN;
