// SPDX-License-Identifier: Apache-2.0
// Installs and uninstalls Office without end, and repairs what is half there, saying on stdout what
// it was told: "exec ID" when an Exec was answered 200, "done ID STATUS" when its run was seen to
// end. Made to be killed.
#include <cspkit/engine.hpp>
#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s STATE LIBRARY NAME\n", argv[0]);
    return 2;
  }
  const std::string root = "./Vendor/MSFT/Office/Installation/";
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
  std::puts("ready");
  std::fflush(stdout);
  engine->wait_for_jobs({}, std::chrono::milliseconds(1));
  auto device = engine->open_session(cspkit::Principal::device());
  std::string last;
  for (int i = 0; i < 1000; ++i) {
    const auto current = device.get(root + "CurrentStatus");
    if (!current) return 1;
    const bool absent = current->data.find("<Product") == std::string::npos;
    const bool damaged = last == "17007";
    const bool install = absent || damaged;
    const char* what = absent ? "-install" : damaged ? "-repair" : "-remove";
    const std::string id = std::string(argv[3]) + "-" + std::to_string(i) + what;
    const std::string xml = install ? "<Configuration><Add><Product ID=\"O365ProPlusRetail\">"
                                      "<Language ID=\"en-us\"/></Product></Add></Configuration>"
                                    : "<Configuration><Remove All=\"TRUE\"/></Configuration>";
    const cspkit::Status status = device.exec(root + id + "/Install", cspkit::Value::chr(xml));
    if (!status.ok()) {
      std::fprintf(stderr, "%s: %s\n", id.c_str(), status.text().c_str());
      return 1;
    }
    std::printf("exec %s\n", id.c_str());
    std::fflush(stdout);
    engine->wait_for_jobs({}, std::chrono::milliseconds(1));
    const auto end = device.get(root + id + "/Status");
    last = end ? end->data : "unreadable";
    std::printf("done %s %s\n", id.c_str(), last.c_str());
    std::fflush(stdout);
  }
  return 0;
}
