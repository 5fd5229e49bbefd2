// SPDX-License-Identifier: Apache-2.0
// A device with the Office provider loaded from its library.
#ifndef CSPKIT_TESTS_CONFORMANCE_OFFICE_FIXTURE_HPP_
#define CSPKIT_TESTS_CONFORMANCE_OFFICE_FIXTURE_HPP_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cspkit/harness.hpp>
#include <cspkit/harness/matchers.hpp>
#include <memory>
#include <string>
#include <utility>

#include "../lib/temp_folder.hpp"

namespace cspkit::conformance {

using namespace std::chrono_literals;

inline const std::string kInstallXml =
    "<Configuration><Add OfficeClientEdition=\"32\" Channel=\"Current\"><Product "
    "ID=\"O365BusinessRetail\"><Language ID=\"en-us\" /></Product></Add><Display Level=\"None\" "
    "AcceptEULA=\"TRUE\" /></Configuration>";
inline const std::string kUninstallXml =
    "<Configuration><Remove All=\"TRUE\"/><Display Level=\"None\" AcceptEULA=\"TRUE\" "
    "/></Configuration>";
inline const std::string kInstallation = "./Vendor/MSFT/Office/Installation";
inline const std::string kUserInstallation = "./User/Vendor/MSFT/Office/Installation";

using test::TempFolder;

class OfficeTest : public testing::Test {
 protected:
  /// Opens a device; fails the test when that fails.
  std::unique_ptr<harness::Device> open(Principal principal = Principal::device(),
                                        std::string state = ":memory:") {
    harness::DeviceOptions options;
    options.principal = std::move(principal);
    options.state = std::move(state);
    options.providers = {{CSPKIT_OFFICE_LIBRARY}};
    auto device = harness::Device::open(std::move(options));
    EXPECT_THAT(device, harness::IsOk());
    if (!device) return nullptr;
    return std::move(*device);
  }

  static std::string node(const std::string& id, const std::string& name) {
    return kInstallation + "/" + id + "/" + name;
  }
  static std::string user_node(const std::string& id, const std::string& name) {
    return kUserInstallation + "/" + id + "/" + name;
  }
  static std::string current(harness::Device& device) {
    return device.get(kInstallation + "/CurrentStatus").value_or(Value::chr("unreadable")).data;
  }
  /// Execs and lets the run end: its Status.
  static std::string run(harness::Device& device, const std::string& id, const std::string& xml) {
    EXPECT_THAT(device.exec(node(id, "Install"), xml), harness::StatusIs(200));
    EXPECT_TRUE(device.settle());
    return device.get(node(id, "Status")).value_or(Value::chr("unreadable")).data;
  }
};

}  // namespace cspkit::conformance

#endif  // CSPKIT_TESTS_CONFORMANCE_OFFICE_FIXTURE_HPP_
