// SPDX-License-Identifier: Apache-2.0
#include "txn/alert_row.hpp"

#include <fmt/format.h>

#include <cspkit/ddf/locuri.hpp>
#include <utility>

namespace cspkit::txn {

Status judge_alert(const DeviceAlert& alert) {
  constexpr std::size_t kMostBytes = std::size_t{16} << 10;
  if (alert.code != 1224 && alert.code != 1226) {
    return Status(Code::kBadValue,
                  fmt::format("alert {}: only 1224 and 1226 are a device's to queue", alert.code));
  }
  std::size_t bytes = 0;
  for (const std::string* text :
       {&alert.source, &alert.type, &alert.format, &alert.mark, &alert.data, &alert.correlator}) {
    if (!ddf::is_utf8(*text))
      return Status(Code::kBadValue, "an alert holds text that is no UTF-8");
    bytes += text->size();
  }
  if (bytes <= kMostBytes) return {};
  return Status(Code::kTooLarge,
                fmt::format("an alert of {} bytes; at most {} are taken", bytes, kMostBytes));
}

store::AlertRow alert_row(DeviceAlert alert, std::string user) {
  store::AlertRow row;
  row.user = std::move(user);
  row.code = alert.code;
  row.data = std::move(alert.data);
  row.source = std::move(alert.source);
  row.type = std::move(alert.type);
  row.format = std::move(alert.format);
  row.mark = std::move(alert.mark);
  row.correlator = std::move(alert.correlator);
  return row;
}

}  // namespace cspkit::txn
