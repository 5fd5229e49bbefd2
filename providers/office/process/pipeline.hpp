// SPDX-License-Identifier: Apache-2.0
// One run of the process engine, from its folder to its result. Blocks; the engine's worker calls.
#ifndef CSPKIT_OFFICE_PROCESS_PIPELINE_HPP_
#define CSPKIT_OFFICE_PROCESS_PIPELINE_HPP_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "deployment_engine.hpp"
#include "process_settings.hpp"
#include "supervised_run.hpp"

namespace cspkit::office::process {

/// Waits; false: the engine is about to end.
using Pause = std::function<bool(std::chrono::milliseconds)>;

class Pipeline {
 public:
  Pipeline(const ProcessSettings& settings, const Scheduler& clock, Pause pause,
           const RunRequest& request, RunObserver& observer);

  /// The result; nothing when the run was cancelled, or goes on without us.
  std::optional<RunResult> carry_out();

 private:
  enum class Next : std::uint8_t { kGoOn, kLeave };

  Next prepare();
  Next fetch();
  Next check();
  Next start();
  Next attend();
  Next finish(std::int32_t status, std::string text);
  Next conclude(const Look& look);
  bool fetch_one(const std::string& url, const char* partial, const char* file);
  bool tell(int percent, std::string_view text);
  void cancel();

  const ProcessSettings& settings_;
  const Scheduler& clock_;
  const Pause pause_;
  const RunRequest& request_;
  RunObserver& observer_;
  SupervisedRun run_;
  std::optional<RunResult> result_;
  std::chrono::milliseconds told_{-1'000'000};
  bool cancelled_ = false;
};

/// Ends and removes the runs in the folder but `live`, and but those kept for their failure unless
/// `all`. False when pause said so.
bool sweep(const std::string& work_folder, std::string_view live, bool all, const Pause& pause);

/// Status of a run whose tool has ended so. `written`: what the tool left in its status file.
std::int32_t status_of(const Outcome& outcome, std::string_view written);

/// Marks a folder that sweep keeps for people to look at.
inline constexpr const char* kKeptFile = "kept";

}  // namespace cspkit::office::process

#endif  // CSPKIT_OFFICE_PROCESS_PIPELINE_HPP_
