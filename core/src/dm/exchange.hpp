// SPDX-License-Identifier: Apache-2.0
// One message and its reply. Walks the commands in document order, runs them and writes what they
// came to. Which status a command gets before its address is looked at (row 1 of the checks, the
// rules of containers) is decided here; everything else is the runner's.
//
// Choices where no source says:
//  * VerDTD other than 1.1 and 1.2: 505, VerProto other than DM/1.1 and DM/1.2: 513, on the header
//    and on every command; nothing runs. A missing one is accepted. What comes in 1.1 is answered
//    in 1.2, as Windows does.
//  * An Item with MoreData where no large object can be (Get, Delete, Copy, inside a container, in
//    a message that is no part of a session): 406. A chunk is never taken for a value.
//  * A piece of a reply that was not asked for by Alert 1222 goes out all the same with the answer
//    to whatever came.
//  * What stands behind the server's Alert 1223 (session abort) does not run: 215. Such an Alert in
//    an Atomic counts once that has committed.
//  * An Alert without code: 400. User interaction (1100 to 1104): 406.
//  * A command of data synchronisation (Put, Sync, ...) is an unknown element: 400.
//  * Of a failed Atomic, a Sequence within it says 516 or 216 when one of its own commands does,
//    else 215; an Alert 215; a container nested too deep 400.
#ifndef CSPKIT_CORE_DM_EXCHANGE_HPP_
#define CSPKIT_CORE_DM_EXCHANGE_HPP_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dm/command_runner.hpp"
#include "dm/dm_session.hpp"
#include "syncml/message.hpp"
#include "syncml/reply_writer.hpp"

namespace cspkit::dm {

/// Why a command is refused before its Items are looked at; kOk when it is not.
Code judge(const syncml::Command& command);
/// The same of one Item.
Code judge(const syncml::Command& command, const syncml::Item& item);
/// The operation one Item asks for.
Operation make_operation(const syncml::Command& command, const syncml::Item& item);
/// True of what the server sends in answer to us: consumed, never answered.
bool is_answer(const syncml::Command& command);

class Exchange {
 public:
  Exchange(const syncml::Message& message, const DmOptions& options, DmState& state,
           CommandRunner& runner, std::vector<int>& statuses, unsigned msg_id);

  std::string run();

 private:
  int judge_header() const;
  void answer_all(const std::pmr::vector<syncml::Command>& commands, int code);
  void answer_tree(const syncml::Command& command, int code);
  void run_all(const std::pmr::vector<syncml::Command>& commands);
  void run_command(const syncml::Command& command);
  void run_plain(const syncml::Command& command);
  void run_item(const syncml::Command& command, std::size_t index, std::size_t held,
                Outcome& outcome);
  void run_alert(const syncml::Command& command);
  /// Does what an Alert asks of the session.
  void heed(const syncml::Command& alert);
  void run_atomic(const syncml::Command& command);
  void run_sequence(const syncml::Command& command);
  /// A Status or Results of the server: only what it says of our pieces matters.
  void hear(const syncml::Command& command);
  /// Is it about the piece that went out last?
  bool answers_piece(const syncml::Command& status) const;

  /// True of an Item that begins, goes on with or ends a large object; `outcome` is its answer.
  bool take_piece(const syncml::Command& command, const syncml::Item& item, bool first,
                  Outcome& outcome);
  void run_tnds(const syncml::Command& command, const syncml::Item& item, Outcome& outcome);
  /// Something else came before the last piece.
  void break_off();
  void end_of_pieces();
  std::string deliver();
  /// Puts the device's alerts behind the answers, as many as the message takes.
  void write_alerts(std::size_t limit);
  /// Of the alerts that are too long even for a message that says nothing else, one: it goes alone,
  /// whole. Never where a reply over the limit would abort the session.
  void write_alert_beyond_limit();
  void write_alert(const QueuedAlert& queued);
  /// Those that this session has not sent, oldest first, while `action` says so.
  template <typename Do>
  void for_each_alert(Do action);
  bool leaves_answers_waiting() const;
  bool has_few_alerts() const;
  std::size_t room_for_alerts() const;
  bool is_management_session() const { return message_.header.present && !options_.one_shot; }
  bool splits() const;
  std::string abort_session();
  void limit_result(Outcome& outcome);

  /// Status of a command as a whole.
  void answer(const syncml::Command& command, int code);
  /// Statuses, and Results of a Get, for a command whose Items came to `outcomes`.
  void answer_items(const syncml::Command& command, const Outcome* outcomes);
  void answer_outcome(const syncml::Command& command, const syncml::Item* item,
                      const Outcome& outcome);
  void answer_results(const syncml::Command& command, const Outcome* outcomes);

  friend class AtomicRun;

  const syncml::Message& message_;
  const DmOptions& options_;
  DmState& state_;
  CommandRunner& runner_;
  std::vector<int>& statuses_;
  syncml::ReplyWriter writer_;
  std::vector<Outcome> outcomes_;  // of the command at work; kept for its memory
  unsigned depth_ = 0;             // of Sequences around the command at work
  bool asks_next_ = false;         // an Alert 1222 came
  bool aborted_ = false;           // an Alert 1223 came
  bool only_alerts_ = true;        // no other command did
  unsigned msg_id_;                // of the reply
  std::size_t refused_bytes_ = 0;  // of answers that were got and are beyond MaxObjSize
  std::size_t wasted_ = 0;         // on lists that were too much; leaves the less for other lists
  std::vector<std::int64_t> acknowledged_;
};

/// The record the runner keeps of an Alert.
AlertRecord make_alert(const syncml::Command& command);

}  // namespace cspkit::dm

#endif  // CSPKIT_CORE_DM_EXCHANGE_HPP_
