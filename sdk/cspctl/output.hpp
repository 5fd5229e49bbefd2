// SPDX-License-Identifier: Apache-2.0
// What cspctl writes, and the exit codes it is known by: values and replies on stdout, one line of
// text per error on stderr.
#ifndef CSPKIT_CSPCTL_OUTPUT_HPP_
#define CSPKIT_CSPCTL_OUTPUT_HPP_

#include <cspkit/result.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace cspctl {

/// The contract; of several that apply the highest is the answer.
enum ExitCode : int {
  kExitOk = 0,      ///< every command got a 2xx status
  kExitStatus = 1,  ///< one did not; ddf check: errors were found
  kExitUsage = 2,   ///< unusable arguments: unknown options, files that cannot be read or written
  kExitInput = 3,   ///< the input is no SyncML or no DDF
  kExitCannotOpen = 4  ///< the state or a provider could not be opened
};

/// Writes "cspctl: <what>" to stderr, on one line whatever the text holds, shortened when very
/// long.
void print_error(std::string_view what);
/// Writes the text and a line break to stdout.
void print_line(std::string_view text);
/// Writes the object on one line; bytes that are no UTF-8 become U+FFFD.
void print_json(const nlohmann::ordered_json& object);
/// Hands everything written so far to the reader of stdout.
void flush_output();
/// True when something could not be written to stdout; says so once, on stderr.
bool output_failed();

/// Line breaks and other control characters as \n, \t, \x1b; the rest as it is.
std::string one_line(std::string_view text);
/// "404 Not found: no such node" of an outcome.
std::string describe(const cspkit::Status& status);
/// True for the 2xx statuses, the pending 202 among them.
bool is_success(const cspkit::Status& status);
/// Adds status, and for a failure text, reason and originalerror.
void add_status(nlohmann::ordered_json& object, const cspkit::Status& status);

}  // namespace cspctl

#endif  // CSPKIT_CSPCTL_OUTPUT_HPP_
