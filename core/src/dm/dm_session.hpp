// SPDX-License-Identifier: Apache-2.0
// The OMA DM side of a session: message in, reply out; what lasts from message to message (MsgID,
// limits).
#ifndef CSPKIT_CORE_DM_DM_SESSION_HPP_
#define CSPKIT_CORE_DM_DM_SESSION_HPP_

#include <chrono>
#include <cspkit/engine.hpp>
#include <cspkit/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "dm/command_runner.hpp"
#include "dm/large_object.hpp"
#include "dm/sent_alerts.hpp"
#include "syncml/message.hpp"
#include "syncml/reply_queue.hpp"

namespace cspkit::dm {

struct DmOptions {
  std::size_t max_message_bytes = std::size_t{64} << 20;
  unsigned max_nesting = 16;
  /// Once a reply is this long, Gets are answered 413 instead of being run: many Gets of a large
  /// value must not fill the memory.
  std::size_t max_reply_bytes = std::size_t{256} << 20;
  /// Of a large object that comes in pieces.
  std::size_t max_value_bytes = std::size_t{16} << 20;
  /// While more than this of earlier answers waits for a server that does not fetch them, further
  /// commands are not run: the session is aborted (1223).
  std::size_t max_waiting_bytes = std::size_t{64} << 20;
  /// Of a node of a TNDS document.
  std::size_t max_uri_bytes = 4096;
  /// A large object that nobody went on with for so long is given up.
  std::chrono::minutes chunk_timeout{10};
  LongReplies long_replies = LongReplies::kSplit;
  /// There will be no other message: replies are whole however long, pieces are refused (406).
  bool one_shot = false;
};

/// What lasts from message to message.
struct DmState {
  std::string session_id;
  std::size_t max_message = 0;  ///< the server's MaxMsgSize; 0: it gave none
  std::size_t max_object = 0;   ///< its MaxObjSize
  LargeObject incoming;
  syncml::ReplyQueue outgoing;
  /// The Results with the last piece of the Item that is on its way out.
  unsigned piece_msg_id = 0, piece_cmd_id = 0;
  bool reply_wanted = true;
  bool in_wbxml = false;  ///< the message at work came so
  SentAlerts alerts;
  unsigned next_msg_id = 1;
};

class DmSession {
 public:
  explicit DmSession(DmOptions options) : options_(options) {}

  /// Answers one message through `runner`, in XML or WBXML as it came. kNotSyncml, kTooLarge: no
  /// reply. `statuses` gets the SyncML status of every command in document order, the header's
  /// excluded.
  Result<std::string> process(std::string_view message, CommandRunner& runner,
                              std::vector<int>& statuses);

  /// False when the reply to the last message says nothing the server waits for.
  bool reply_wanted() const { return state_.reply_wanted; }

 private:
  Result<std::string> answer(std::string_view message, CommandRunner& runner,
                             std::vector<int>& statuses);
  void read_header(const syncml::Header& header);
  /// The MsgID of the reply.
  unsigned take_msg_id(const syncml::Message& message);

  DmOptions options_;
  DmState state_;
};

}  // namespace cspkit::dm

#endif  // CSPKIT_CORE_DM_DM_SESSION_HPP_
