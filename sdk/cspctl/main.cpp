// SPDX-License-Identifier: Apache-2.0
// cspctl: a device on the command line. options.cpp reads the words, device.cpp opens the engine,
// the *_command.cpp files do the work.
#include <algorithm>
#include <exception>
#include <optional>

#include "commands.hpp"
#include "device.hpp"
#include "options.hpp"
#include "output.hpp"

namespace {

using namespace cspctl;

int dispatch(cspkit::Engine& engine, const Options& options) {
  switch (options.command) {
    case Command::kRun:
      return run_messages(engine, options);
    case Command::kTree:
      return run_tree(engine, options);
    case Command::kSeed:
      return run_seed(engine, options);
    case Command::kExplain:
      return run_explain(engine, options);
    case Command::kProviderList:
      return run_provider_list(engine, options);
    default:
      return run_verb(engine, options);
  }
}

int run(const Options& options) {
  if (options.command == Command::kDdfCheck) return run_ddf_check(options);
  if (options.command == Command::kDdfDoc) return run_ddf_doc(options);
  if (options.command == Command::kDdfDiff) return run_ddf_diff(options);
  if (options.command == Command::kDdfCompile) return run_ddf_compile(options);
  if (options.command == Command::kProviderNew) return run_provider_new(options);
  if (options.command == Command::kProviderCheck) return run_provider_check(options);
  if (options.command == Command::kStoreCheck) return run_store_check(options);
  if (options.command == Command::kStoreDump) return run_store_dump(options);
  if (options.command == Command::kStoreBackup) return run_store_backup(options);
  int exit_code = kExitOk;
  std::optional<cspkit::Engine> engine = open_device(options, exit_code);
  if (!engine) return exit_code;
  exit_code = dispatch(*engine, options);
  const int interrupted = wait_for_work(*engine, options);
  return interrupted != 0 ? interrupted : exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (const auto code = run_external_command(argc, argv)) return *code;
    Options options;
    if (const auto code = parse_options(argc, argv, options)) return *code;
    const int code = run(options);
    return output_failed() ? std::max<int>(code, kExitUsage) : code;
  } catch (const std::exception& error) {
    // Nothing of cspkit throws; memory may still run out.
    print_error(error.what());
    return kExitCannotOpen;
  }
}
