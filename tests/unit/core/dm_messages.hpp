// SPDX-License-Identifier: Apache-2.0
// Messages of a management session as a server sends them.
#ifndef CSPKIT_TESTS_UNIT_CORE_DM_MESSAGES_HPP_
#define CSPKIT_TESTS_UNIT_CORE_DM_MESSAGES_HPP_

#include <string>

namespace cspkit::testing {

/// `meta`: what stands in the header's Meta.
inline std::string message(const std::string& body, unsigned msg_id = 1,
                           const std::string& session = "1", const std::string& meta = {}) {
  return "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2"
         "</VerProto><SessionID>" +
         session + "</SessionID><MsgID>" + std::to_string(msg_id) +
         "</MsgID><Target><LocURI>device</LocURI></Target><Source><LocURI>server</LocURI></"
         "Source>" +
         (meta.empty() ? meta : "<Meta>" + meta + "</Meta>") + "</SyncHdr><SyncBody>" + body +
         "<Final/></SyncBody></SyncML>";
}

inline std::string get_command(const std::string& id, const std::string& uri) {
  return "<Get><CmdID>" + id + "</CmdID><Item><Target><LocURI>" + uri +
         "</LocURI></Target></Item></Get>";
}

/// `extra` stands before the Item.
inline std::string exec_command(const std::string& id, const std::string& uri,
                                const std::string& data = {}, const std::string& extra = {}) {
  return "<Exec><CmdID>" + id + "</CmdID>" + extra + "<Item><Target><LocURI>" + uri +
         "</LocURI></Target>" + (data.empty() ? data : "<Data>" + data + "</Data>") +
         "</Item></Exec>";
}

/// The server's answer to an Alert of ours.
inline std::string status_of_alert(const std::string& msg_ref, const std::string& cmd_ref,
                                   const std::string& code) {
  return "<Status><CmdID>1" + cmd_ref + "</CmdID><MsgRef>" + msg_ref + "</MsgRef><CmdRef>" +
         cmd_ref + "</CmdRef><Cmd>Alert</Cmd><Data>" + code + "</Data></Status>";
}

}  // namespace cspkit::testing

#endif  // CSPKIT_TESTS_UNIT_CORE_DM_MESSAGES_HPP_
