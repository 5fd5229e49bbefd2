// SPDX-License-Identifier: Apache-2.0
// WBXML: any bytes are refused with one line, or become XML within the limit; a message among them
// gets a reply that, as WBXML, says what it says as XML.
#include <cspkit/engine.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "dm/dm_session.hpp"
#include "syncml/message.hpp"
#include "syncml/wbxml.hpp"

namespace {

using cspkit::Status;
namespace syncml = cspkit::syncml;

constexpr std::size_t kMost = 1 << 20;

// Answers with what it was asked.
class EchoRunner final : public cspkit::dm::CommandRunner {
 public:
  void run(const cspkit::dm::Operation& operation, cspkit::dm::Outcome& outcome) override {
    outcome.value = cspkit::Value::chr(std::string(operation.uri) + std::string(operation.data));
  }
  bool run_atomic(const std::vector<cspkit::dm::Operation>&,
                  std::vector<cspkit::dm::Outcome>&) override {
    return true;
  }
  void alert(cspkit::AlertRecord) override {}
};

bool same(const syncml::Command& a, const syncml::Command& b) {
  bool equal = a.element == b.element && a.cmd_id == b.cmd_id && a.data == b.data &&
               a.cmd_ref == b.cmd_ref && a.items.size() == b.items.size();
  for (std::size_t i = 0; equal && i < a.items.size(); ++i) {
    equal = a.items[i].source == b.items[i].source && a.items[i].data == b.items[i].data &&
            a.items[i].meta.format == b.items[i].meta.format;
  }
  return equal;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const cspkit::Result<std::string> xml = syncml::wbxml_to_xml(bytes, kMost);
  if (!xml) {
    if (xml.error().text().find('\n') != std::string::npos) std::abort();
    return 0;
  }
  if (xml->size() > 2 * kMost + size * 8) std::abort();
  EchoRunner runner;
  std::vector<int> statuses;
  cspkit::dm::DmSession session{cspkit::dm::DmOptions{}};
  const auto reply = session.process(*xml, runner, statuses);
  if (!reply) return 0;
  const auto back = syncml::wbxml_to_xml(syncml::xml_to_wbxml(*reply), 64 * kMost);
  if (!back) std::abort();
  const auto sent = syncml::Message::parse(*reply, 64 * kMost, 16);
  const auto read = syncml::Message::parse(*back, 64 * kMost, 16);
  if (!sent || !read || sent->commands.size() != read->commands.size()) std::abort();
  for (std::size_t i = 0; i < sent->commands.size(); ++i) {
    if (!same(sent->commands[i], read->commands[i])) std::abort();
  }
  return 0;
}
