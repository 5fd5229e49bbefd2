// SPDX-License-Identifier: Apache-2.0
// What the commands of cspctl-office share: files, lines, exit codes.
#ifndef CSPKIT_CSPCTL_OFFICE_TOOL_HPP_
#define CSPKIT_CSPCTL_OFFICE_TOOL_HPP_

#include <cspkit/odt/check.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspctl_office {

/// As cspctl's: of several that apply the highest is the answer.
enum ExitCode : int {
  kExitOk = 0,
  kExitRejected = 1,  ///< a configuration is rejected, or cannot be built; a code or an id is not
                      ///< known; nothing was collected
  kExitUsage = 2      ///< unusable arguments, files that cannot be read or written
};

struct CheckCommand {
  std::vector<std::string> files;
  std::string profile = "odt";
  std::string mode = "configure";
  std::string machine, installed_edition;
  std::vector<std::string> installed_products;  ///< "none": it is known that there is none
  bool json = false;
};
struct FormatCommand {
  std::vector<std::string> files;
  bool in_place = false;
  bool check = false;
  bool crlf = false;
};
struct BuildCommand {
  std::string json_file;  ///< an officeSuiteApp of Microsoft Graph; the options count beside it
  std::string out;
  std::vector<std::string> products, excluded, languages;
  std::string architecture, channel, version, display, file_format;
  bool remove_msi = false, accept_eula = false, required = false;
  bool shared_computer = false, uninstall = false, uninstall_all = false;
};
struct MergeCommand {
  std::vector<std::string> assignments;  ///< [GROUP:INTENT:]FILE, earliest first
  std::vector<std::string> installed_languages;
  std::string out;
};

struct ExplainCommand {
  std::vector<std::string> codes;
  bool json = false;
};

struct StatusCommand {
  std::string folder;  ///< of the logs; empty: that of the settings
  bool json = false;
};
struct LogCommand {
  std::string id, user, folder;
  bool all = false;  ///< every run, not the last one alone
};
struct CollectCommand {
  std::string id, user, folder;
  std::vector<std::string> paths;
  std::vector<std::string> maps;  ///< C:=FOLDER, %VARIABLE%=FOLDER
  std::string out, recipient;
  bool strict = false, json = false;
};

int run_check(const CheckCommand& command);
int run_format(const FormatCommand& command);
int run_build(const BuildCommand& command);
int run_merge(const MergeCommand& command);
int run_explain(const ExplainCommand& command);
int run_status(const StatusCommand& command);
int run_log(const LogCommand& command);
int run_collect(const CollectCommand& command);

/// The bytes of a file, of stdin for "-"; at most 64 MB. Says what is wrong when it returns none.
std::optional<std::string> read_file(const std::string& name);
/// Writes the file as a whole or not at all; stdout when the name is empty.
bool write_file(const std::string& name, std::string_view bytes);

/// "FILE:LINE:COLUMN: severity: message [CODE]".
std::string described(const std::string& file, const cspkit::odt::Finding& finding);

/// One line to stderr, "cspctl-office: ...".
void print_error(std::string_view what);
void print(std::string_view text);
void print_json(const nlohmann::ordered_json& object);
/// False when stdout did not take everything; says so once.
bool finish_output();

}  // namespace cspctl_office

#endif  // CSPKIT_CSPCTL_OFFICE_TOOL_HPP_
