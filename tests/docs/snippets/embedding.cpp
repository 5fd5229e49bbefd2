// SPDX-License-Identifier: Apache-2.0
// The examples at the top of engine.hpp and subscription.hpp; compiled, and compared by
// check_snippets.cmake.
#include <cspkit/engine.hpp>
#include <string>

// clang-format off
extern "C" const cspkit_plugin cspkit_plugin_v1_hello;
// clang-format on

void log(const std::string& text);
void embed(const std::string& syncml_bytes);
void watch(cspkit::Engine& engine);
cspkit::Status link(cspkit::Engine& engine);

// NOLINTBEGIN
void embed(const std::string& syncml_bytes) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-result"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
  // clang-format off
  auto engine = cspkit::Engine::open({.state = "device.db"});
  engine->load_ddf("ddf/catalog");
  engine->load_provider("libcspkit_office.so");
  auto device = engine->open_session(cspkit::Principal::device());
  auto reply = device.process(syncml_bytes);
  // clang-format on
#pragma GCC diagnostic pop
}
// NOLINTEND

void watch(cspkit::Engine& engine) {
  auto seen = engine.subscribe("./Vendor/MSFT/Office", [](const cspkit::ChangeBatch& batch) {
    for (const cspkit::NodeChange& change : batch.changes) log(change.uri);
  });
}

cspkit::Status link(cspkit::Engine& engine) {
  return engine.add_provider(cspkit_plugin_v1_hello, "ddf/folder");
}
