// SPDX-License-Identifier: Apache-2.0
// cspkit/harness.hpp: start here to test a provider or an agent. A whole device in your process,
// whose clock stands still until the test moves it; no test ever sleeps.
//
//   auto device = cspkit::harness::Device::open({.ddf = {"Example.xml"}, .providers =
//   {"hello.so"}}); ASSERT_THAT(device, IsOk());
//   EXPECT_THAT((*device)->get("./Example/Greeting/Ada/Text"), ValueIs("Hello, Ada"));
//   (*device)->advance(std::chrono::minutes(5));
//
// A Disk fails, fills up and loses power when the test says so; replay() sends a recorded session.
// Matchers for GoogleMock stand in cspkit/harness/matchers.hpp, which is not included here.
#ifndef CSPKIT_HARNESS_HPP_
#define CSPKIT_HARNESS_HPP_

#include <cspkit/harness/check.hpp>
#include <cspkit/harness/deterministic_executor.hpp>
#include <cspkit/harness/device.hpp>
#include <cspkit/harness/disk.hpp>
#include <cspkit/harness/manual_clock.hpp>
#include <cspkit/harness/node_values.hpp>
#include <cspkit/harness/recipe.hpp>
#include <cspkit/harness/replay.hpp>
#include <cspkit/harness/snapshot.hpp>
#include <cspkit/harness/strict_host.hpp>

#endif  // CSPKIT_HARNESS_HPP_
