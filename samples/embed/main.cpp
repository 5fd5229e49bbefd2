// SPDX-License-Identifier: Apache-2.0
// An agent in thirty seconds:  embed STATE DDF PROVIDER.so < message.xml
#include <cspkit/engine.hpp>
#include <iostream>
#include <iterator>
#include <string>

int fail(const cspkit::Status& status) {
  std::cerr << status.text() << '\n';
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  cspkit::EngineOptions options;
  options.state = argv[1];  // one file holds the device
  auto engine = cspkit::Engine::open(options);
  if (!engine) return fail(engine.error());
  if (auto loaded = engine->load_ddf(argv[2]); !loaded) return fail(loaded);       // what there is
  if (auto loaded = engine->load_provider(argv[3]); !loaded) return fail(loaded);  // who does it

  auto device = engine->open_session(cspkit::Principal::device());
  auto version = device.get("./DevDetail/SwV");  // a direct call ...
  std::cout << (version ? version->data : version.error().text()) << '\n';

  const std::string message{std::istreambuf_iterator<char>(std::cin), {}};
  auto reply = device.process(message);  // ... or SyncML, as an MDM server sends it
  if (!reply) return fail(reply.error());
  std::cout << *reply << std::endl;
  engine->wait_for_jobs();  // an install that began; what is not awaited goes on at the next open
}
