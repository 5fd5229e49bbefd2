// SPDX-License-Identifier: Apache-2.0
// The job row of a run: everything needed to carry it out in another process, later.
#ifndef CSPKIT_OFFICE_RUN_RECORD_HPP_
#define CSPKIT_OFFICE_RUN_RECORD_HPP_

#include <cstdint>
#include <string>
#include <string_view>

namespace cspkit::office {

/// Whose installation: an {id} of the device, or of one user.
struct Instance {
  bool device_scope = true;
  std::string user;  ///< empty in device scope
  std::string id;    ///< decoded, as it was created
};

struct RunOrder {
  enum class Kind : std::uint8_t {
    kRun,     ///< holds the machine: only one at a time
    kRefuse,  ///< came while another held it: ends with 17003
    kWait     ///< came while another held it, and waits for its turn
  };
  Kind kind = Kind::kRun;
  Instance instance;
  std::int64_t accepted = 0;  ///< UTC, ms since 1970
  std::int64_t due = 0;       ///< as accepted: when the run should be over
  std::string configuration;  ///< well-formed XML
};

/// Text; the format stands in README.md.
std::string write_run_order(const RunOrder& order);
/// False when the text is no order of a version this build understands.
[[nodiscard]] bool read_run_order(std::string_view text, RunOrder& order);

/// The provider-state key under which the instance's live job is kept; equal for names that differ
/// in ASCII case only, as the nodes are. "live/device//0aa79349-..."
std::string live_key(const Instance& instance);
/// The instance of such a key, its id in lower case. False when it is none.
[[nodiscard]] bool read_live_key(std::string_view key, Instance& instance);
inline constexpr std::string_view kLivePrefix = "live/";

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_RUN_RECORD_HPP_
