// SPDX-License-Identifier: Apache-2.0
// What runs did and when, for people: one text file for each {id}, "cspctl office log" shows it.
// Only a help: what decides stands in the state file.
#ifndef CSPKIT_OFFICE_RUN_LOG_HPP_
#define CSPKIT_OFFICE_RUN_LOG_HPP_

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "run_record.hpp"

namespace cspkit::office {

/// May be used from any thread.
class RunLog {
 public:
  /// Empty folder: nothing is kept. The folder is made when it is missing.
  explicit RunLog(std::string folder);

  /// Adds "TIME JOB EVENT TEXT". Product keys in the text are masked. False when it cannot be
  /// written.
  bool add(const Instance& instance, std::string_view job, std::int64_t utc_ms,
           std::string_view event, std::string_view text);
  /// As add, but only when percent differs from the last one of the job.
  bool add_progress(const Instance& instance, std::string_view job, std::int64_t utc_ms,
                    int percent, std::string_view text);
  /// True when the log of the job has that line, whatever its time; also when no logs are kept.
  bool has(const Instance& instance, std::string_view job, std::string_view event,
           std::string_view text);

 private:
  const std::string folder_;
  std::mutex mutex_;
  std::string last_job_;  ///< of add_progress
  int last_percent_ = -1;
};

/// "ID.log" or "USER@ID.log", percent-encoded, the id in lower case; of a long one its beginning.
std::string log_file_name(const Instance& instance);

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_RUN_LOG_HPP_
