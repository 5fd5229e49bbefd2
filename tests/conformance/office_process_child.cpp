// SPDX-License-Identifier: Apache-2.0
// Installs Office without end by whatever engine the settings name. Made to be killed; writes a
// byte to the descriptor TELL when the first Exec was accepted.
#include <fcntl.h>
#include <unistd.h>

#include <cspkit/engine.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s STATE LIBRARY NAME TELL\n", argv[0]);
    return 2;
  }
  const int tell = std::atoi(argv[4]);  // NOLINT(cert-err34-c): the test writes it
  ::fcntl(tell, F_SETFD, FD_CLOEXEC);   // not for what the engine starts
  cspkit::EngineOptions options;
  options.state = argv[1];
  auto engine = cspkit::Engine::open(std::move(options));
  if (!engine) {
    std::fprintf(stderr, "%s\n", engine.error().text().c_str());
    return 4;
  }
  if (const auto loaded = engine->load_provider(argv[2]); !loaded.ok()) {
    std::fprintf(stderr, "%s\n", loaded.text().c_str());
    return 4;
  }
  auto device = engine->open_session(cspkit::Principal::device());
  for (int i = 0; i < 1000; ++i) {
    const std::string id = std::string(argv[3]) + "-" + std::to_string(i);
    const std::string xml = "<Configuration><!--" + id +
                            "--><Add><Product ID=\"O365ProPlusRetail\"><Language ID=\"en-us\"/>"
                            "</Product></Add></Configuration>";
    const cspkit::Status status = device.exec(
        "./Vendor/MSFT/Office/Installation/" + id + "/Install", cspkit::Value::chr(xml));
    if (!status.ok()) {
      std::fprintf(stderr, "%s: %s\n", id.c_str(), status.text().c_str());
      return 1;
    }
    if (i == 0 && ::write(tell, "1", 1) != 1) return 3;
    // Every other one is not waited for: then several are in the queue.
    if (i % 2 == 1) engine->wait_for_jobs({}, std::chrono::milliseconds(1));
  }
  return 0;
}
