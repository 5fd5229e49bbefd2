// SPDX-License-Identifier: Apache-2.0
// An alert of the device on its way into the store, whoever queues it.
#ifndef CSPKIT_CORE_TXN_ALERT_ROW_HPP_
#define CSPKIT_CORE_TXN_ALERT_ROW_HPP_

#include <cspkit/engine.hpp>
#include <cspkit/result.hpp>
#include <cstddef>
#include <string>

#include "store/store.hpp"

namespace cspkit::txn {

/// As many may wait for the server.
inline constexpr std::size_t kMostAlerts = 10000;

/// kBadValue, kTooLarge.
Status judge_alert(const DeviceAlert& alert);
store::AlertRow alert_row(DeviceAlert alert, std::string user);

}  // namespace cspkit::txn

#endif  // CSPKIT_CORE_TXN_ALERT_ROW_HPP_
