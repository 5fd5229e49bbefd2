// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_REPLAY_HPP_
#define CSPKIT_HARNESS_REPLAY_HPP_

#include <cspkit/export.hpp>
#include <cspkit/harness/device.hpp>
#include <cspkit/result.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace cspkit::harness {

/// A SyncML message of a server, and what the device is expected to answer.
struct Exchange {
  std::string name;     ///< for reports: "02-install"
  std::string request;  ///< what the server sends
  std::string reply;    ///< what it is to get
};

/// A recorded session: of a folder each NAME.request.xml, in the order of their names, with
/// NAME.reply.xml. kIo: a file cannot be read, a reply is missing, or there is no request.
CSPKIT_API Result<std::vector<Exchange>> load_exchanges(const std::filesystem::path& folder);

/// Sends each request through the device's session. Returns where the device answered otherwise,
/// one entry for each message: "02-install, element 14: expected <Data>200</Data>, got
/// <Data>404</Data>". Space between elements is no difference. What the session starts is not
/// waited for.
CSPKIT_API std::vector<std::string> replay(Device& device, const std::vector<Exchange>& exchanges);

/// Sends each request of the folder, and writes what is answered as its NAME.reply.xml: to be
/// looked over, and kept. kIo, or what the session itself could not do with a message.
CSPKIT_API Status record_replies(Device& device, const std::filesystem::path& folder);

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_REPLAY_HPP_
