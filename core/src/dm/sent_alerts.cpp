// SPDX-License-Identifier: Apache-2.0
#include "dm/sent_alerts.hpp"

namespace cspkit::dm {

namespace {

// What has to be escaped takes six bytes at most ("&quot;"); what XML cannot carry, three.
std::size_t escaped_size(std::string_view text) {
  std::size_t size = text.size();
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'' || byte < 0x20) {
      size += 5;
    } else if (byte >= 0x7F) {
      size += 2;
    }
  }
  return size;
}

}  // namespace

void SentAlerts::sent(unsigned msg_id, unsigned cmd_id, std::int64_t alert) {
  last_message_ = std::to_string(msg_id);
  waiting_[last_message_ + "/" + std::to_string(cmd_id)] = alert;
  sent_.insert(alert);
}

std::int64_t SentAlerts::answered(std::string_view msg_ref, std::string_view cmd_ref) {
  std::string key(msg_ref.empty() ? std::string_view(last_message_) : msg_ref);
  key.append("/").append(cmd_ref);
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return 0;
  const std::int64_t alert = found->second;
  waiting_.erase(found);
  return alert;
}

syncml::AlertLine line_of(const DeviceAlert& alert, std::string_view code) {
  syncml::AlertLine line;
  line.code = code;
  line.correlator = alert.correlator;
  line.has_item = true;
  line.source = alert.source;
  line.type = alert.type;
  line.format = alert.format;
  line.mark = alert.mark;
  line.data = alert.data;
  return line;
}

std::size_t most_bytes(const DeviceAlert& alert) {
  constexpr std::size_t kMarkup = 512;
  return kMarkup + escaped_size(alert.correlator) + escaped_size(alert.source) +
         escaped_size(alert.type) + escaped_size(alert.format) + escaped_size(alert.mark) +
         escaped_size(alert.data);
}

}  // namespace cspkit::dm
