// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_RECIPE_HPP_
#define CSPKIT_HARNESS_RECIPE_HPP_

#include <cspkit/export.hpp>
#include <cspkit/harness/device.hpp>
#include <cspkit/result.hpp>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::harness {

/// A command, and what it is answered. In a file each stands on a line:
///
///     STATUS VERB URI [FORMAT] [= DATA]
///
///     200 add  ./Vendor/Example/Greeter/Greeting/Ada
///     200 get  ./Vendor/Example/Greeter/Greeting/Ada/Text chr = Hello, Ada
///     405 exec ./Vendor/Example/Greeter/Greeting
///     wait 90s
///
/// VERB is get, add, replace, delete, exec, or seed, which sets a node as its owner would (of
/// ./User: of the session's user). FORMAT and DATA are what a get is expected to answer (left out:
/// anything), and what the others send. DATA is wire text to the end of the line; "\n", "\r", "\t"
/// and "\\" in it are what they are in C. `wait` lets time of the device's own pass, which takes
/// none: 90s, 5m or 2h. Empty lines and lines that begin with # say nothing.
struct RecipeStep {
  int status = 0;           ///< SyncML status that is expected
  std::string verb;         ///< "get", "add", "replace", "delete", "exec", "seed" or "wait"
  std::string uri;          ///< address
  std::string format;       ///< "chr", "int", ...; "" when the line names none
  std::string data;         ///< wire text, escapes resolved
  bool has_data = false;    ///< the line has a "="
  std::size_t line = 0;     ///< of the file, from 1
  Clock::Duration time{0};  ///< of "wait", which has nothing else
};

/// kBadValue: the text says which line is no step, and why.
CSPKIT_API Result<std::vector<RecipeStep>> parse_recipe(std::string_view text);
/// As parse_recipe; kIo.
CSPKIT_API Result<std::vector<RecipeStep>> load_recipe(const std::filesystem::path& file);

/// Runs the steps in order on the device's session; work that they begin is waited for by "wait"
/// only. Returns what was answered otherwise than expected, "line 3: exec ./...: 500 Failed (...),
/// expected 200" each; empty when all was as it should be.
CSPKIT_API std::vector<std::string> run_recipe(Device& device,
                                               const std::vector<RecipeStep>& steps);

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_RECIPE_HPP_
