// SPDX-License-Identifier: Apache-2.0
#include "dm/exchange.hpp"

#include <algorithm>
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/syncml_status.hpp>
#include <limits>

#include "dm/atomic_run.hpp"
#include "dm/sent_alerts.hpp"
#include "dm/tnds.hpp"

namespace cspkit::dm {
namespace {

using syncml::Command;
using syncml::CommandKind;
using syncml::Item;

// No alert is shorter.
constexpr std::size_t kLeastAlert = 100;
// Header and the Status of it.
constexpr std::size_t kLeastReply = 1024;
// A message of nothing but so many asks for the next one.
constexpr std::size_t kFewAlerts = 8;

Verb verb_of(CommandKind kind) {
  switch (kind) {
    case CommandKind::kAdd:
      return Verb::kAdd;
    case CommandKind::kReplace:
      return Verb::kReplace;
    case CommandKind::kDelete:
      return Verb::kDelete;
    case CommandKind::kExec:
      return Verb::kExec;
    case CommandKind::kCopy:
      return Verb::kCopy;
    default:
      return Verb::kGet;
  }
}

// Alerts that want a person: this client shows nothing to anyone.
bool is_user_interaction(std::string_view code) {
  return code == "1100" || code == "1101" || code == "1102" || code == "1103" || code == "1104";
}

void reset(Outcome& outcome) {
  if (!outcome.status.ok()) outcome.status = Status();
  outcome.value.format = Format::kUnset;
  outcome.value.data.clear();
  outcome.value.secret = false;
  outcome.mime.clear();
  outcome.nodes.clear();
  outcome.failing_uri.clear();
  outcome.wasted = 0;
}

// Bytes of an answer's values.
std::size_t bytes_of(const Outcome& outcome) {
  std::size_t bytes = outcome.value.data.size();
  for (const ListedNode& node : outcome.nodes) bytes += node.value.data.size() + node.uri.size();
  return bytes;
}

std::size_t wire_size(const Value& value) {
  const std::size_t size = value.data.size();
  return is_binary(value.format) ? (size + 2) / 3 * 4 : size;
}

bool may_be_large(CommandKind kind) {
  return kind == CommandKind::kAdd || kind == CommandKind::kReplace || kind == CommandKind::kExec;
}

bool same_answer(const Outcome& a, const Outcome& b) {
  return syncml_status(a.status) == syncml_status(b.status) &&
         a.status.provider_error() == b.status.provider_error() && a.failing_uri == b.failing_uri;
}

}  // namespace

Code judge(const Command& command) {
  if (!command.has_cmd_id || command.kind == CommandKind::kUnknown) return Code::kBadRequest;
  if (command.kind == CommandKind::kAlert) {
    const std::string_view code = detail::trim(command.data);
    if (is_user_interaction(code)) return Code::kNotSupported;
    const bool valid = command.items.empty() || (ddf::is_utf8(command.items[0].source) &&
                                                 ddf::is_utf8(command.items[0].target));
    return !code.empty() && valid ? Code::kOk : Code::kBadRequest;
  }
  return command.items.empty() ? Code::kBadRequest : Code::kOk;
}

Code judge(const Command& command, const Item& item) {
  const bool complete = item.has_target && (item.has_source || command.kind != CommandKind::kCopy);
  if (!complete) return Code::kBadRequest;
  if (item.more_data) return Code::kNotSupported;
  // What a command of several Items says of Size is none of theirs.
  const bool says_size = !item.meta.size.empty() && command.items.size() == 1;
  return says_size && may_be_large(command.kind) && !has_stated_size(item) ? Code::kSizeMismatch
                                                                           : Code::kOk;
}

Operation make_operation(const Command& command, const Item& item) {
  Operation operation;
  operation.verb = verb_of(command.kind);
  operation.uri = item.target;
  operation.source = item.source;
  operation.format = item.meta.format;
  operation.mime = item.meta.type;
  operation.data = item.data;
  operation.has_data = item.has_data;
  operation.correlator = command.correlator;
  operation.may_stay_pending = operation.verb == Verb::kExec || operation.verb == Verb::kReplace;
  return operation;
}

bool is_answer(const Command& command) {
  return command.kind == CommandKind::kStatus || command.kind == CommandKind::kResults;
}

AlertRecord make_alert(const Command& command) {
  AlertRecord record;
  record.code = detail::trim(command.data);
  if (command.items.empty()) return record;
  const Item& first = command.items.front();
  record.type = first.meta.type;
  record.source = first.source.empty() ? first.target : first.source;
  record.data = first.data;
  return record;
}

Exchange::Exchange(const syncml::Message& message, const DmOptions& options, DmState& state,
                   CommandRunner& runner, std::vector<int>& statuses, unsigned msg_id)
    : message_(message),
      options_(options),
      state_(state),
      runner_(runner),
      statuses_(statuses),
      writer_(message.header, msg_id,
              std::min<std::size_t>(
                  kLeastReply + syncml::ReplyWriter::expected_size(message.commands), 1 << 20)),
      outcomes_(1),
      msg_id_(msg_id) {}

std::string Exchange::run() {
  if (leaves_answers_waiting()) return abort_session();
  const int header = judge_header();
  syncml::StatusLine line;
  line.cmd_ref = "0";
  line.cmd = "SyncHdr";
  line.code = header;
  writer_.status(line);
  const bool limited = state_.max_message != 0;
  if (splits() || (limited && options_.long_replies == LongReplies::kAbort)) writer_.note_seams();
  const std::size_t after_header = writer_.size();
  if (header == 200) {
    if (state_.incoming.open() && runner_.steady_now() - state_.incoming.last_piece() >
                                      Clock::Duration(options_.chunk_timeout)) {
      break_off();
    }
    run_all(message_.commands);
    end_of_pieces();
  } else {
    answer_all(message_.commands, header);
  }
  if (!acknowledged_.empty()) runner_.alerts_acknowledged(acknowledged_);
  if (header == 200 && !aborted_ && state_.outgoing.empty()) {
    write_alerts(room_for_alerts());
    if (writer_.size() == after_header) write_alert_beyond_limit();
  }
  // A message of nothing but "your header is fine" is never sent (OMA-TS-DM_Protocol, section 8).
  state_.reply_wanted =
      !aborted_ && (header != 200 || writer_.size() != after_header || !state_.outgoing.empty());
  return deliver();
}

bool Exchange::splits() const {
  return !options_.one_shot && options_.long_replies == LongReplies::kSplit &&
         (state_.max_message != 0 || !state_.outgoing.empty());
}

// Of a message that asks for more, or goes on with its answers, there may be as many as it likes.
bool Exchange::leaves_answers_waiting() const {
  if (state_.outgoing.size() <= options_.max_waiting_bytes) return false;
  const auto is_new = [](const Command& command) {
    return !is_answer(command) && command.kind != CommandKind::kAlert;
  };
  return !has_few_alerts() ||
         std::any_of(message_.commands.begin(), message_.commands.end(), is_new);
}

// The server's answers beside them do not count: each Results and Alert of the device has one.
bool Exchange::has_few_alerts() const {
  const auto asked = std::count_if(message_.commands.begin(), message_.commands.end(),
                                   [](const Command& command) { return !is_answer(command); });
  return static_cast<std::size_t>(asked) <= kFewAlerts;
}

std::string Exchange::deliver() {
  const bool last_of_package = !state_.incoming.open();
  const std::size_t limit =
      state_.max_message != 0 ? state_.max_message : std::numeric_limits<std::size_t>::max();
  const bool fits = writer_.size() + syncml::ReplyWriter::kClosing <= limit;
  if (options_.long_replies == LongReplies::kAbort && !fits) return abort_session();
  if (!splits() || (fits && state_.outgoing.empty())) return writer_.finish(last_of_package);
  // The answer to "next message" comes before the next message's content, all else behind it.
  // It fits, or no message does.
  const bool asks = only_alerts_ && has_few_alerts();
  if (state_.outgoing.empty() || !asks) state_.outgoing.add(writer_.take());
  state_.outgoing.fill(writer_, limit);
  state_.piece_msg_id = msg_id_;
  state_.piece_cmd_id = writer_.last_cmd_id();
  return writer_.finish(last_of_package && state_.outgoing.empty());
}

void Exchange::end_of_pieces() {
  LargeObject& incoming = state_.incoming;
  if (!incoming.touched() && !(incoming.open() && asks_next_)) {
    if (incoming.open()) break_off();
    incoming.clear();
  }
  if (!incoming.open()) return;
  syncml::AlertLine next;
  next.code = "1222";
  writer_.alert(next);
}

void Exchange::break_off() {
  syncml::AlertLine alert;
  alert.code = "1225";
  alert.has_item = true;
  alert.target = state_.incoming.target();
  alert.source = state_.incoming.source();
  writer_.alert(alert);
  state_.incoming.give_up();
}

bool Exchange::take_piece(const Command& command, const Item& item, bool first, Outcome& outcome) {
  LargeObject& incoming = state_.incoming;
  const Clock::Duration now = runner_.steady_now();
  if (first && incoming.is_next(command, item)) {
    const Code code = incoming.add(item, now);
    outcome.status = Status(code);
    if (code != Code::kOk) return true;
    const Item whole = incoming.item();
    if (is_tnds(command, whole)) {
      run_tnds(command, whole, outcome);
    } else {
      runner_.run(make_operation(command, whole), outcome);
    }
    incoming.clear();
    return true;
  }
  if (incoming.open()) break_off();
  if (!item.more_data) return false;
  outcome.status =
      Status(incoming.begin(command, item, options_.max_value_bytes, now, state_.in_wbxml));
  return true;
}

void Exchange::write_alerts(std::size_t limit) {
  if (!is_management_session()) return;
  for_each_alert([&](const QueuedAlert& queued) {
    // A long one must not keep those behind it for ever.
    if (writer_.size() + most_bytes(queued.alert) <= limit) write_alert(queued);
    return writer_.size() + kLeastAlert <= limit;
  });
}

template <typename Do>
void Exchange::for_each_alert(Do action) {
  constexpr std::size_t kAtOnce = std::size_t{64} << 10;
  std::int64_t after = 0;
  while (true) {
    const std::vector<QueuedAlert> some = runner_.queued_alerts(after, kAtOnce);
    if (some.empty()) return;
    for (const QueuedAlert& queued : some) {
      after = queued.id;
      if (!state_.alerts.was_sent(queued.id) && !action(queued)) return;
    }
  }
}

void Exchange::write_alert(const QueuedAlert& queued) {
  const std::string code = std::to_string(queued.alert.code);
  writer_.alert(line_of(queued.alert, code));
  state_.alerts.sent(msg_id_, writer_.last_cmd_id(), queued.id);
}

void Exchange::write_alert_beyond_limit() {
  if (!is_management_session() || options_.long_replies == LongReplies::kAbort) return;
  for_each_alert([this](const QueuedAlert& queued) {
    write_alert(queued);
    return false;
  });
}

// A message that is over its limit without them is split and takes none; the next one does.
std::size_t Exchange::room_for_alerts() const {
  if (state_.max_message == 0) return options_.max_reply_bytes;
  const std::size_t closing = syncml::ReplyWriter::kClosing;
  return state_.max_message > closing ? state_.max_message - closing : 0;
}

void Exchange::hear(const Command& command) {
  if (command.kind == CommandKind::kStatus && command.cmd == "Alert") {
    const std::int64_t id = state_.alerts.answered(command.msg_ref, command.cmd_ref);
    const std::string_view status = detail::trim(command.data);
    if (id != 0 && !status.empty() && status.front() == '2') acknowledged_.push_back(id);
  }
  if (!state_.outgoing.in_item()) return;
  const std::string_view code = detail::trim(command.data);
  const bool refused = command.kind == CommandKind::kStatus && command.cmd == "Results" &&
                       !code.empty() && code.front() > '2' && answers_piece(command);
  if (refused) state_.outgoing.drop_item();
}

// A server that leaves MsgRef out means the message it got last.
bool Exchange::answers_piece(const Command& status) const {
  const std::string_view message = detail::trim(status.msg_ref);
  return (message.empty() || message == std::to_string(state_.piece_msg_id)) &&
         detail::trim(status.cmd_ref) == std::to_string(state_.piece_cmd_id);
}

int Exchange::judge_header() const {
  constexpr int kDtdVersion = 505, kProtocolVersion = 513;
  const syncml::Header& header = message_.header;
  const std::string_view dtd = header.ver_dtd, protocol = header.ver_proto;
  if (!dtd.empty() && dtd != "1.2" && dtd != "1.1") return kDtdVersion;
  if (!protocol.empty() && protocol != "DM/1.2" && protocol != "DM/1.1") return kProtocolVersion;
  return 200;
}

void Exchange::answer_all(const std::pmr::vector<Command>& commands, int code) {
  for (const Command& command : commands) {
    if (!is_answer(command)) answer_tree(command, code);
  }
}

void Exchange::answer_tree(const Command& command, int code) {
  answer(command, code);
  answer_all(command.children, code);
}

void Exchange::run_all(const std::pmr::vector<Command>& commands) {
  for (const Command& command : commands) run_command(command);
}

void Exchange::run_command(const Command& command) {
  if (is_answer(command)) return hear(command);
  if (aborted_) return answer_tree(command, syncml_status(Code::kNotExecuted));
  if (command.kind != CommandKind::kAlert) {
    only_alerts_ = false;
    const bool goes_on = depth_ == 0 && !command.items.empty() &&
                         state_.incoming.is_next(command, command.items.front());
    if (state_.incoming.open() && !goes_on) break_off();
    if (!goes_on) state_.incoming.other_command();
  }
  if (command.too_deep) return answer(command, syncml_status(Code::kBadRequest));
  switch (command.kind) {
    case CommandKind::kSequence:
      return run_sequence(command);
    case CommandKind::kAtomic:
      return run_atomic(command);
    case CommandKind::kAlert:
      return run_alert(command);
    default:
      return run_plain(command);
  }
}

void Exchange::run_sequence(const Command& command) {
  answer(command, 200);
  ++depth_;
  run_all(command.children);
  --depth_;
}

void Exchange::run_alert(const Command& command) {
  const Code refusal = judge(command);
  heed(command);
  answer(command, syncml_status(refusal));
  if (refusal == Code::kOk) runner_.alert(make_alert(command));
}

void Exchange::heed(const Command& alert) {
  const std::string_view code = detail::trim(alert.data);
  if (code == "1222") asks_next_ = true;
  if (code == "1225") state_.outgoing.drop_item();
  if (code == "1223") {
    aborted_ = true;
    state_.outgoing.clear();
    state_.incoming.clear();
  }
}

void Exchange::run_plain(const Command& command) {
  const Code refusal = judge(command);
  if (refusal != Code::kOk) return answer(command, syncml_status(refusal));
  const std::size_t count = command.items.size();
  if (outcomes_.size() < count) outcomes_.resize(count);
  std::size_t held = writer_.size() + state_.outgoing.size() + refused_bytes_;
  for (std::size_t i = 0; i < count; ++i) {
    run_item(command, i, held, outcomes_[i]);
    held += bytes_of(outcomes_[i]);
  }
  answer_items(command, outcomes_.data());
}

// `held`: bytes of the reply so far, values not yet written among them.
void Exchange::run_item(const Command& command, std::size_t index, std::size_t held,
                        Outcome& outcome) {
  reset(outcome);
  const Item& item = command.items[index];
  const bool pieces = depth_ == 0 && !options_.one_shot && may_be_large(command.kind);
  Code refusal = judge(command, item);
  if (pieces && item.has_target && (item.more_data || state_.incoming.active()) &&
      take_piece(command, item, index == 0, outcome)) {
    return;
  }
  const bool is_get = command.kind == CommandKind::kGet;
  if (refusal == Code::kOk && is_get && held > options_.max_reply_bytes) {
    refusal = Code::kTooLarge;
  }
  if (refusal != Code::kOk) {
    outcome.status = Status(refusal);
    return;
  }
  if (is_tnds(command, item)) return run_tnds(command, item, outcome);
  Operation operation = make_operation(command, item);
  if (is_get) {
    const std::size_t room = options_.max_reply_bytes - held;
    operation.max_result_bytes = room - std::min(room, wasted_);
  }
  runner_.run(operation, outcome);
  wasted_ += outcome.wasted;
  if (is_get && state_.max_object != 0) limit_result(outcome);
}

void Exchange::run_tnds(const Command& command, const Item& item, Outcome& outcome) {
  Tnds document;
  outcome.status = document.read(command, item, options_.max_uri_bytes);
  if (!outcome.status.ok()) return;
  document.mark_lone();
  std::vector<Outcome> outcomes(document.operations().size());
  (void)runner_.run_atomic(document.operations(), outcomes);  // each says it
  outcome =
      merged(document.operations().data(), outcomes.data(), outcomes.data() + outcomes.size());
}

// The server takes no single object that is larger.
void Exchange::limit_result(Outcome& outcome) {
  std::size_t largest = wire_size(outcome.value);
  for (const ListedNode& node : outcome.nodes) largest = std::max(largest, wire_size(node.value));
  if (!outcome.status.ok() || largest <= state_.max_object) return;
  // Such answers cost as much as others, and a message may ask for any number of them.
  refused_bytes_ += bytes_of(outcome);
  outcome.status = Status(Code::kTooLarge);
}

std::string Exchange::abort_session() {
  (void)writer_.take();
  state_.outgoing.clear();
  syncml::AlertLine abort;
  abort.code = "1223";
  writer_.alert(abort);
  state_.incoming.clear();
  return writer_.finish();
}

void Exchange::run_atomic(const Command& command) { AtomicRun(*this, command).run(); }

void Exchange::answer(const Command& command, int code) {
  syncml::StatusLine line;
  if (command.has_cmd_id) line.cmd_ref = command.cmd_id;
  line.cmd = command.element;
  line.code = code;
  writer_.status(line);
  statuses_.push_back(code);
}

void Exchange::answer_items(const Command& command, const Outcome* outcomes) {
  const std::size_t count = command.items.size();
  const bool agreed =
      count == 1 || std::all_of(outcomes, outcomes + count, [outcomes](const Outcome& outcome) {
        return same_answer(outcomes[0], outcome);
      });
  if (agreed) {
    answer_outcome(command, nullptr, outcomes[0]);
  } else {
    for (std::size_t i = 0; i < count; ++i) answer_outcome(command, &command.items[i], outcomes[i]);
  }
  if (command.kind == CommandKind::kGet) answer_results(command, outcomes);
}

// With an item, the Status is for that one of several and says which.
void Exchange::answer_outcome(const Command& command, const Item* item, const Outcome& outcome) {
  syncml::StatusLine line;
  if (command.has_cmd_id) line.cmd_ref = command.cmd_id;
  line.cmd = command.element;
  if (item != nullptr) line.target_ref = item->target;
  if (item != nullptr && command.kind == CommandKind::kCopy) line.source_ref = item->source;
  line.code = syncml_status(outcome.status);
  if (!outcome.status.ok()) {
    line.provider_error = outcome.status.provider_error();
    line.failing_uri = outcome.failing_uri;
  }
  writer_.status(line);
  statuses_.push_back(line.code);
}

void Exchange::answer_results(const Command& command, const Outcome* outcomes) {
  bool begun = false;
  for (std::size_t i = 0; i < command.items.size(); ++i) {
    if (!outcomes[i].status.ok()) continue;
    if (!begun) writer_.begin_results(command.has_cmd_id ? command.cmd_id : std::string_view());
    begun = true;
    for (const ListedNode& node : outcomes[i].nodes) {
      if (node.has_data) {
        writer_.item(node.uri, node.value, node.mime);
      } else {
        writer_.item_without_data(node.uri, node.value.format, node.mime);
      }
    }
    if (outcomes[i].nodes.empty()) {
      writer_.item(command.items[i].target, outcomes[i].value, outcomes[i].mime);
    }
  }
  if (begun) writer_.end_results();
}

}  // namespace cspkit::dm
