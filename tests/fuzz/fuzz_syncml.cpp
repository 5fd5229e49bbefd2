// SPDX-License-Identifier: Apache-2.0
// SyncML: any bytes are refused with one line, or answered by a reply that is itself SyncML and
// holds one Status per entry of the status list, whatever the runner says.
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

void check_reply(const std::string& reply, const std::vector<int>& statuses) {
  const auto parsed = cspkit::syncml::Message::parse(reply, reply.size(), 16);
  if (!parsed || !parsed->final) std::abort();
  std::size_t count = 0;
  for (const auto& command : parsed->commands) {
    if (!command.has_cmd_id) std::abort();
    if (command.kind == cspkit::syncml::CommandKind::kStatus) {
      if (count > 0 && command.data != std::to_string(statuses.at(count - 1))) std::abort();
      ++count;
    } else if (command.kind != cspkit::syncml::CommandKind::kResults) {
      std::abort();
    }
  }
  if (count != statuses.size() + 1) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  AddressRunner runner;
  cspkit::dm::DmSession session{cspkit::dm::DmOptions{}};
  std::vector<int> statuses;
  const auto reply = session.process(bytes, runner, statuses);
  if (reply) {
    check_reply(*reply, statuses);
  } else if (reply.error().text().find('\n') != std::string::npos) {
    std::abort();
  }
  return 0;
}
