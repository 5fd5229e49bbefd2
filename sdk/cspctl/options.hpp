// SPDX-License-Identifier: Apache-2.0
// The command line, read. The one place that knows its grammar.
#ifndef CSPKIT_CSPCTL_OPTIONS_HPP_
#define CSPKIT_CSPCTL_OPTIONS_HPP_

#include <cspkit/engine.hpp>
#include <optional>
#include <string>
#include <vector>

namespace cspctl {

enum class Command {
  kNone,
  kRun,
  kGet,
  kAdd,
  kReplace,
  kDelete,
  kExec,
  kTree,
  kSeed,
  kExplain,
  kDdfCheck,
  kDdfDoc,
  kDdfDiff,
  kDdfCompile,
  kProviderList,
  kProviderNew,
  kProviderCheck,
  kStoreCheck,
  kStoreDump,
  kStoreBackup
};

struct Options {
  // For every command.
  std::optional<std::string> state;                           ///< --state
  std::vector<std::string> ddf;                               ///< --ddf
  std::vector<std::string> providers;                         ///< --provider
  cspkit::Durability durability = cspkit::Durability::kFull;  ///< --durability
  std::string user;                                           ///< --user; empty: the device
  cspkit::ddf::DeviceProfile profile;                         ///< --profile
  bool no_bundled = false;
  bool device_authority = false;
  bool json = false;
  bool no_wait = false;
  bool verbose = false;

  Command command = Command::kNone;
  std::string name;                ///< the command's words: "get", "ddf check"
  std::string uri;                 ///< of the commands that take one
  std::vector<std::string> paths;  ///< run, ddf ...
  bool strict = false;             ///< ddf check, provider check --strict
  std::string csp;                 ///< ddf doc --csp
  std::string out;                 ///< run, provider new --out; store backup, ddf compile: the file
  std::optional<std::string> data;  ///< --data, "-" not yet read
  std::string format;               ///< --format
  // provider check
  std::vector<std::string> recipes;  ///< --recipe
  std::vector<std::string> skip;     ///< --skip
  std::string junit;                 ///< --junit
  bool irreversible = false;         ///< --irreversible
  double deadline_s = 20;            ///< --deadline
  double device_hours = 168;         ///< --device-time
  double slow_ms = 1000;             ///< --slow
};

/// Reads the command line. An exit code when there is nothing more to do: help was printed, or the
/// arguments are unusable and one line on stderr says why.
std::optional<int> parse_options(int argc, char** argv, Options& options);

/// When the first word is no command of cspctl itself, runs the program cspctl-WORD (beside this
/// one, else on PATH) with all other arguments, and does not return. Returns the exit code when
/// there is none.
std::optional<int> run_external_command(int argc, char** argv);

}  // namespace cspctl

#endif  // CSPKIT_CSPCTL_OPTIONS_HPP_
