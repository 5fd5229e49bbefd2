// SPDX-License-Identifier: Apache-2.0
// SyncML: any bytes are refused with one line, or answered by a reply that is itself SyncML and
// holds one Status per entry of the status list, whatever the runner says. An input is a session:
// one or more messages.
#include <algorithm>
#include <cspkit/engine.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dm/dm_session.hpp"
#include "syncml/message.hpp"

namespace {

using cspkit::Code;
using cspkit::Status;

// Answers by the address, so that the fuzzer steers it: values of any bytes, any code, errors.
class AddressRunner final : public cspkit::dm::CommandRunner {
 public:
  void run(const cspkit::dm::Operation& operation, cspkit::dm::Outcome& outcome) override {
    if (operation.refused != Code::kOk) std::abort();
    const char last = operation.uri.empty() ? '\0' : operation.uri.back();
    if (last >= '0' && last <= '9') {
      outcome.status = Status(static_cast<Code>('0' - last - 1), "no", last == '3' ? 0xC0DEu : 0u);
      outcome.failing_uri = operation.uri;
    } else {
      outcome.value = {static_cast<cspkit::Format>(last % 12), std::string(operation.uri)};
      outcome.mime = operation.mime;
    }
  }

  bool run_atomic(const std::vector<cspkit::dm::Operation>& operations,
                  std::vector<cspkit::dm::Outcome>& outcomes) override {
    if (operations.size() != outcomes.size()) std::abort();
    bool committed = true;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if (operations[i].refused != Code::kOk) {
        outcomes[i].status = Status(operations[i].refused);
      } else {
        run(operations[i], outcomes[i]);
      }
      committed = committed && outcomes[i].status.ok();
    }
    return committed;
  }

  void alert(cspkit::AlertRecord record) override {
    if (record.code.empty()) std::abort();
  }
};

// What one session's replies hold together.
struct Tally {
  std::size_t written = 0;  // Status elements, the headers' left out
  std::size_t said = 0;     // entries of the status lists
};

// True when it was the last message of its package.
bool check_reply(const std::string& reply, const std::vector<int>& statuses, Tally& tally) {
  using cspkit::syncml::CommandKind;
  const auto parsed = cspkit::syncml::Message::parse(reply, reply.size(), 16);
  if (!parsed) std::abort();
  bool first = true;
  for (const auto& command : parsed->commands) {
    if (!command.has_cmd_id) std::abort();
    const bool status = command.kind == CommandKind::kStatus;
    if (first && (!status || command.cmd_ref != "0")) std::abort();
    if (status && !first) ++tally.written;
    first = false;
    const bool known = status || command.kind == CommandKind::kResults ||
                       (command.kind == CommandKind::kAlert && !command.data.empty());
    if (!known) std::abort();
  }
  if (first) std::abort();
  tally.said += statuses.size();
  return parsed->final;
}

// The messages of the input lie between these lines.
constexpr std::string_view kSeparator = "\n=====\n";

void run_session(std::string_view bytes, cspkit::dm::DmOptions options) {
  AddressRunner runner;
  cspkit::dm::DmSession session{options};
  std::vector<int> statuses;
  Tally tally;
  bool final = true;
  while (true) {
    const std::size_t end = std::min(bytes.find(kSeparator), bytes.size());
    const auto reply = session.process(bytes.substr(0, end), runner, statuses);
    if (reply) {
      final = check_reply(*reply, statuses, tally);
    } else if (reply.error().text().find('\n') != std::string::npos) {
      std::abort();
    }
    if (end == bytes.size()) break;
    bytes.remove_prefix(end + kSeparator.size());
  }
  // What waits comes out, a bit at a time, when it is asked for.
  constexpr int kMessages = 200;
  for (int i = 0; i < kMessages && !final; ++i) {
    const auto reply = session.process(
        "<SyncML><SyncBody><Alert><CmdID>1</CmdID><Data>1222</Data></Alert></SyncBody></SyncML>",
        runner, statuses);
    if (!reply) std::abort();
    final = check_reply(*reply, statuses, tally);
  }
  if (tally.written > tally.said) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  cspkit::dm::DmOptions options;
  options.max_value_bytes = 4096;
  run_session(bytes, options);
  options.long_replies = cspkit::LongReplies::kAbort;
  run_session(bytes, options);
  return 0;
}
