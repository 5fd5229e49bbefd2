// SPDX-License-Identifier: Apache-2.0
// Fetches one file over HTTPS, again and again until it has it: resumes what a broken connection,
// or a killed process, left.
#ifndef CSPKIT_OFFICE_PROCESS_DOWNLOAD_HPP_
#define CSPKIT_OFFICE_PROCESS_DOWNLOAD_HPP_

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace cspkit::office::process {

struct DownloadOptions {
  std::string ca_file;  ///< PEM; empty: those of the system
  std::string proxy;    ///< empty: none
  int tries = 5;
  std::chrono::milliseconds retry_delay{1000};  ///< doubled from try to try, at most a minute
  std::chrono::seconds time_limit{1800};        ///< of all tries together
  std::chrono::seconds stall_limit{60};         ///< without a byte: the try has failed
  std::uint64_t size_limit = 64U << 20;         ///< bytes
};

/// Time, lent to a download. Called on the thread that downloads.
struct DownloadClock {
  std::function<std::chrono::milliseconds()> now;  ///< never goes back
  /// Waits; false: give up.
  std::function<bool(std::chrono::milliseconds)> pause;
  /// Of bytes received and expected (0: not known); false: give up.
  std::function<bool(std::uint64_t, std::uint64_t)> progress;
  std::function<void(std::string_view)> log;  ///< one line for each try
};

struct DownloadResult {
  /// 0, 1460, or what the server's certificate was refused for.
  std::int32_t status = 0;
  bool abandoned = false;  ///< pause or progress said so; status means nothing
  std::string text;        ///< what went wrong at last
};

/// `partial` holds what has arrived and is renamed to `file` when all has. Blocks.
DownloadResult download(const std::string& url, const std::string& partial, const std::string& file,
                        const DownloadOptions& options, const DownloadClock& clock);

}  // namespace cspkit::office::process

#endif  // CSPKIT_OFFICE_PROCESS_DOWNLOAD_HPP_
