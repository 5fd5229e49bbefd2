// SPDX-License-Identifier: Apache-2.0
// A provider that is a part of the program. Nothing in it says so: the build defines
// CSPKIT_STATIC_NAME, and writes the text of Uptime.xml into uptime_ddf.hpp.
#include <chrono>
#include <cspkit/provider.hpp>

#include "uptime_ddf.hpp"

namespace {

class Uptime : public cspkit::Provider {
 public:
  explicit Uptime(cspkit::Host host) : Provider(host), began_(host.now_steady()) {
    on("Seconds").get([this] {
      return std::chrono::duration_cast<std::chrono::seconds>(this->host().now_steady() - began_)
          .count();
    });
  }

 private:
  cspkit::SteadyTime began_;
};

}  // namespace

CSPKIT_PLUGIN(Uptime, "Uptime.xml", "uptime", kUptimeDdf)
