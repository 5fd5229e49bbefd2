// SPDX-License-Identifier: Apache-2.0
// Which alerts of the device a session has sent, and what the server's Status for one refers to.
#ifndef CSPKIT_CORE_DM_SENT_ALERTS_HPP_
#define CSPKIT_CORE_DM_SENT_ALERTS_HPP_

#include <cspkit/engine.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "syncml/reply_writer.hpp"

namespace cspkit::dm {

class SentAlerts {
 public:
  /// True of one that went out in this session, acknowledged or not: once is enough.
  bool was_sent(std::int64_t alert) const { return sent_.count(alert) != 0; }
  void sent(unsigned msg_id, unsigned cmd_id, std::int64_t alert);
  /// The alert a Status answers, which is then answered; 0 when it answers none. A server that
  /// leaves MsgRef out means the message it got last.
  std::int64_t answered(std::string_view msg_ref, std::string_view cmd_ref);

 private:
  std::set<std::int64_t> sent_;
  std::map<std::string, std::int64_t, std::less<>> waiting_;  // "MsgID/CmdID"
  std::string last_message_;
};

/// The alert as the writer takes it, borrowing everything. `code` is its number as text.
syncml::AlertLine line_of(const DeviceAlert& alert, std::string_view code);
/// More bytes than it takes in a reply, whatever has to be escaped.
std::size_t most_bytes(const DeviceAlert& alert);

}  // namespace cspkit::dm

#endif  // CSPKIT_CORE_DM_SENT_ALERTS_HPP_
