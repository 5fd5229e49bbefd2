// SPDX-License-Identifier: Apache-2.0
// Built without the version script: everything is seen from outside, and one symbol is unique in
// the process.
#include <cspkit/provider.hpp>

#include "../../hostile/plugins/zoo.h"

template <typename T>
struct Everywhere {
  static inline int count = 0;
};

class Shown : public cspkit::Provider {
 public:
  explicit Shown(cspkit::Host host) : Provider(host) {
    ++Everywhere<int>::count;
    on("Text").get([] { return "5"; }).replace([] {});
    on("Number").get([] { return 5; });
    on("Run").exec([] {});
  }
};
CSPKIT_PLUGIN(Shown, "", "zoo", ZOO_TREE("Zoo"))
