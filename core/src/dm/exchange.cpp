// SPDX-License-Identifier: Apache-2.0
#include "dm/exchange.hpp"

#include <algorithm>
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/syncml_status.hpp>

#include "dm/atomic_run.hpp"

namespace cspkit::dm {
namespace {

using syncml::Command;
using syncml::CommandKind;
using syncml::Item;

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
  outcome.failing_uri.clear();
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
  return item.more_data ? Code::kNotSupported : Code::kOk;
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

Exchange::Exchange(const syncml::Message& message, const DmOptions& options, CommandRunner& runner,
                   std::vector<int>& statuses, unsigned msg_id, std::size_t message_bytes)
    : message_(message),
      options_(options),
      runner_(runner),
      statuses_(statuses),
      // Statuses and Results are about as long as the commands they answer, values apart.
      writer_(message.header, msg_id, std::min<std::size_t>(message_bytes * 3, 1 << 20)),
      outcomes_(1) {}

std::string Exchange::run() {
  const int header = judge_header();
  syncml::StatusLine line;
  line.cmd_ref = "0";
  line.cmd = "SyncHdr";
  line.code = header;
  writer_.status(line);
  if (header == 200) {
    run_all(message_.commands);
  } else {
    answer_all(message_.commands, header);
  }
  return writer_.finish();
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
    if (is_answer(command)) continue;
    answer(command, code);
    answer_all(command.children, code);
  }
}

void Exchange::run_all(const std::pmr::vector<Command>& commands) {
  for (const Command& command : commands) run_command(command);
}

void Exchange::run_command(const Command& command) {
  if (is_answer(command)) return;
  if (command.too_deep) return answer(command, syncml_status(Code::kBadRequest));
  switch (command.kind) {
    case CommandKind::kSequence:
      answer(command, 200);
      return run_all(command.children);
    case CommandKind::kAtomic:
      return run_atomic(command);
    case CommandKind::kAlert:
      return run_alert(command);
    default:
      return run_plain(command);
  }
}

void Exchange::run_alert(const Command& command) {
  const Code refusal = judge(command);
  answer(command, syncml_status(refusal));
  if (refusal == Code::kOk) runner_.alert(make_alert(command));
}

void Exchange::run_plain(const Command& command) {
  const Code refusal = judge(command);
  if (refusal != Code::kOk) return answer(command, syncml_status(refusal));
  const std::size_t count = command.items.size();
  if (outcomes_.size() < count) outcomes_.resize(count);
  std::size_t held = writer_.size();
  for (std::size_t i = 0; i < count; ++i) {
    run_item(command, command.items[i], held, outcomes_[i]);
    held += outcomes_[i].value.data.size();
  }
  answer_items(command, outcomes_.data());
}

// `held`: bytes of the reply so far, values not yet written among them.
void Exchange::run_item(const Command& command, const Item& item, std::size_t held,
                        Outcome& outcome) {
  reset(outcome);
  Code refusal = judge(command, item);
  const bool is_get = command.kind == CommandKind::kGet;
  if (refusal == Code::kOk && is_get && held > options_.max_reply_bytes) {
    refusal = Code::kTooLarge;
  }
  if (refusal != Code::kOk) {
    outcome.status = Status(refusal);
    return;
  }
  runner_.run(make_operation(command, item), outcome);
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
    writer_.item(command.items[i].target, outcomes[i].value, outcomes[i].mime);
  }
  if (begun) writer_.end_results();
}

}  // namespace cspkit::dm
