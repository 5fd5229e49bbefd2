// SPDX-License-Identifier: Apache-2.0
// The agent's side of a supervised run: begins it, and finds out later, perhaps in another process,
// how it stands. The lock in the folder of the run tells: held, it runs; free, it is over.
#ifndef CSPKIT_OFFICE_PROCESS_SUPERVISED_RUN_HPP_
#define CSPKIT_OFFICE_PROCESS_SUPERVISED_RUN_HPP_

#include <cstdint>
#include <string>
#include <vector>

#include "run_files.hpp"

namespace cspkit::office::process {

struct SupervisorOrder {
  std::string supervisor;  ///< path of cspkit-office-supervisor
  std::uint64_t seconds = 3600;
  std::uint64_t output_limit = 1 << 20;
  std::vector<std::string> command;  ///< the first is the path of a program
};

enum class RunState : std::uint8_t {
  kNew,          ///< nothing was started; the lock is the caller's
  kRunning,      ///< a supervisor is at work
  kEnded,        ///< the outcome is known
  kInterrupted,  ///< it was started and its supervisor died: machine off, or killed
  kUnreadable    ///< the folder cannot be used
};

struct Look {
  RunState state = RunState::kUnreadable;
  Outcome outcome;  ///< of kEnded
  int error = 0;    ///< errno of kUnreadable
};

class SupervisedRun {
 public:
  explicit SupervisedRun(std::string folder) : folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }
  /// How it stands. Unless it runs, the lock is held afterwards, so that nobody else starts it.
  Look look();
  /// Starts it; allowed after look() said kNew. 0, or an errno.
  int start(const SupervisorOrder& order);
  /// Asks the supervisor to end what it runs; it takes about a second, look() tells.
  void cancel() const;
  /// Ends processes of the run that outlived their supervisor. False when some would not go.
  bool end_leftovers() const;

 private:
  std::string folder_;
  Descriptor lock_;
};

}  // namespace cspkit::office::process

#endif  // CSPKIT_OFFICE_PROCESS_SUPERVISED_RUN_HPP_
