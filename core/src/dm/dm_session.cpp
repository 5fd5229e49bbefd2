// SPDX-License-Identifier: Apache-2.0
#include "dm/dm_session.hpp"

#include <algorithm>
#include <charconv>
#include <cspkit/ddf/locuri.hpp>

#include "dm/exchange.hpp"
#include "syncml/message.hpp"
#include "syncml/wbxml.hpp"

namespace cspkit::dm {

namespace {

// A size the server states; anything that is no number above 0 leaves `size` as it is.
void read_size(std::string_view text, std::size_t& size) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && value > 0) size = value;
}

}  // namespace

void DmSession::read_header(const syncml::Header& header) {
  // A server that begins another session on this seat has forgotten what it asked for before.
  if (header.present && header.session_id != state_.session_id) {
    const bool in_wbxml = state_.in_wbxml;
    state_ = DmState();
    state_.session_id = header.session_id;
    state_.in_wbxml = in_wbxml;
  }
  read_size(header.max_msg_size, state_.max_message);
  read_size(header.max_obj_size, state_.max_object);
  state_.reply_wanted = true;
  state_.incoming.begin_message();
}

// An agent that wrote messages of the session itself, package 1 at least, has given them MsgIDs
// that must not come again; the server's Statuses say which.
unsigned DmSession::take_msg_id(const syncml::Message& message) {
  constexpr unsigned kMost = 1'000'000'000;  // whatever the server claims, the count does not wrap
  unsigned& next = state_.next_msg_id;
  for (const syncml::Command& command : message.commands) {
    if (command.kind != syncml::CommandKind::kStatus) continue;
    const std::string_view text = detail::trim(command.msg_ref);
    unsigned answered = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), answered);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (whole && answered < kMost) next = std::max(next, answered + 1);
  }
  return next++;
}

Result<std::string> DmSession::process(std::string_view message, CommandRunner& runner,
                                       std::vector<int>& statuses) {
  statuses.clear();
  if (!syncml::is_wbxml(message)) return answer(message, runner, statuses);
  if (message.size() > options_.max_message_bytes) {
    return Status(Code::kTooLarge, "WBXML: message of " + std::to_string(message.size()) +
                                       " bytes, the limit is " +
                                       std::to_string(options_.max_message_bytes));
  }
  const LargeObject& incoming = state_.incoming;
  const Result<std::string> xml =
      syncml::wbxml_to_xml(message, options_.max_message_bytes,
                           incoming.is_binary() ? std::string_view(incoming.target()) : "");
  if (!xml) return xml.error();
  state_.in_wbxml = true;
  Result<std::string> reply = answer(*xml, runner, statuses);
  state_.in_wbxml = false;
  if (!reply) return reply;
  return syncml::xml_to_wbxml(*reply);
}

Result<std::string> DmSession::answer(std::string_view message, CommandRunner& runner,
                                      std::vector<int>& statuses) {
  const Result<syncml::Message> parsed =
      syncml::Message::parse(message, options_.max_message_bytes, options_.max_nesting);
  if (!parsed) return parsed.error();
  read_header(parsed->header);
  const unsigned msg_id = take_msg_id(*parsed);
  return Exchange(*parsed, options_, state_, runner, statuses, msg_id).run();
}

}  // namespace cspkit::dm
