// SPDX-License-Identifier: Apache-2.0
// What is known of Office on this machine: kept durably as the text that CurrentStatus returns, so
// that a reader is never told anything but what is recorded. Its schema stands in README.md.
#ifndef CSPKIT_OFFICE_MACHINE_STATE_HPP_
#define CSPKIT_OFFICE_MACHINE_STATE_HPP_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::office {

/// Values of the node Status with a meaning of their own.
inline constexpr std::int32_t kSuccess = 0;
inline constexpr std::int32_t kInProgress = 997;  ///< ERROR_IO_PENDING
/// Values of the node FinalStatus.
inline constexpr std::int32_t kFinalSucceeded = 70;
inline constexpr std::int32_t kFinalFailed = 60;

constexpr std::int32_t final_status(std::int32_t status) {
  return status == kSuccess ? kFinalSucceeded : kFinalFailed;
}

struct InstalledProduct {
  std::string id;
  std::vector<std::string> languages;      ///< lower case, in the order of their arrival
  std::vector<std::string> excluded_apps;  ///< as Microsoft writes them
};

/// The run that began last.
struct RunRecord {
  bool device_scope = true;
  std::string instance;  ///< {id}, empty in user scope: one user's nodes are no other's business
  std::string action;    ///< for people
  std::int32_t status = kInProgress;
  std::int64_t started = 0;  ///< UTC, ms since 1970
  std::int64_t ended = 0;    ///< as started; 0 while it runs
};

struct MachineState {
  std::string version;         ///< "16.0.b.r"
  std::string edition;         ///< "32" or "64"
  std::string channel;         ///< canonical name
  std::string update_channel;  ///< where updates come from
  std::vector<InstalledProduct> products;
  std::optional<RunRecord> last_run;

  bool is_installed() const { return !products.empty(); }
  InstalledProduct* find(std::string_view product_id);
  const InstalledProduct* find(std::string_view product_id) const;
  /// Forgets product, version, edition and channels when the last product has gone.
  void settle();
};

/// One XML element; empty when nothing is known.
std::string write_machine_state(const MachineState& state);
/// Reads what write_machine_state wrote. False when the text is something else.
[[nodiscard]] bool read_machine_state(std::string_view text, MachineState& state);

/// What is installed, on one line for people: "16.0.18129.20158, 64-bit, Current: O365ProPlusRetail
/// (en-us, nl-nl; without Access)", or "nothing".
std::string describe(const MachineState& state);

/// "2026-11-21T10:47:24.000Z" and back; 0 for what is no such text.
std::string format_utc(std::int64_t ms);
std::int64_t parse_utc(std::string_view text);

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_MACHINE_STATE_HPP_
