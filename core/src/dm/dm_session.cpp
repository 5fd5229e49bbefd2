// SPDX-License-Identifier: Apache-2.0
#include "dm/dm_session.hpp"

#include "dm/exchange.hpp"
#include "syncml/message.hpp"

namespace cspkit::dm {

Result<std::string> DmSession::process(std::string_view message, CommandRunner& runner,
                                       std::vector<int>& statuses) {
  statuses.clear();
  const Result<syncml::Message> parsed =
      syncml::Message::parse(message, options_.max_message_bytes, options_.max_nesting);
  if (!parsed) return parsed.error();
  return Exchange(*parsed, options_, runner, statuses, next_msg_id_++, message.size()).run();
}

}  // namespace cspkit::dm
