// SPDX-License-Identifier: Apache-2.0
// The OMA DM side of a session: message in, reply out; what lasts from message to message (MsgID,
// limits).
#ifndef CSPKIT_CORE_DM_DM_SESSION_HPP_
#define CSPKIT_CORE_DM_DM_SESSION_HPP_

#include <cspkit/engine.hpp>
#include <cspkit/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "dm/command_runner.hpp"

namespace cspkit::dm {

struct DmOptions {
  std::size_t max_message_bytes = std::size_t{64} << 20;
  unsigned max_nesting = 16;
  /// Once a reply is this long, Gets are answered 413 instead of being run: many Gets of a large
  /// value must not fill the memory.
  std::size_t max_reply_bytes = std::size_t{256} << 20;
};

class DmSession {
 public:
  explicit DmSession(DmOptions options) : options_(options) {}

  /// Answers one message through `runner`. kNotSyncml, kTooLarge: no reply. `statuses` gets the
  /// SyncML status of every command in document order, the header's excluded.
  Result<std::string> process(std::string_view message, CommandRunner& runner,
                              std::vector<int>& statuses);

 private:
  DmOptions options_;
  unsigned next_msg_id_ = 1;
};

}  // namespace cspkit::dm

#endif  // CSPKIT_CORE_DM_DM_SESSION_HPP_
