// SPDX-License-Identifier: Apache-2.0
// cspctl-office: configurations of the Office Deployment Tool on the command line. cspctl runs it
// as "cspctl office".
#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tool.hpp"

namespace {

using namespace cspctl_office;

constexpr const char* kDescription =
    "cspctl office: configurations of the Office Deployment Tool: check, format, build, merge; "
    "what codes mean; what installations do.";
constexpr const char* kFooter = R"(
Files: "-" is standard input; UTF-8 or UTF-16; at most 64 MB.
Exit codes: 0 fine; 1 a configuration is rejected or cannot be built, fmt --check found one that is
  not formatted, a code or an id is not known, nothing was collected; 2 unusable arguments or files. The highest wins.
check --json, one object per line: file verdict (accept, accept-warn, reject) findings: [{code
  severity line column message, status when the outcome of a run can be foretold}]; file error when
  it cannot be read.)";

class Tool {
 public:
  Tool() : app_(kDescription, "cspctl office") {
    app_.require_subcommand(1);
    app_.footer(kFooter);
    app_.set_version_flag("--version", "cspctl-office " CSPKIT_VERSION);
    add_check();
    add_format();
    add_build();
    add_merge();
    add_explain();
    add_status();
    add_log();
    add_collect();
  }

  int run(int argc, char** argv) {
    if (argc > 1 && argv[1][0] != '-' && !knows(argv[1])) {
      print_error("there is no command '" + std::string(argv[1]) + "': " + commands() +
                  " (cspctl office --help shows the usage)");
      return kExitUsage;
    }
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& success) {  // --help, --version
      return app_.exit(success);
    } catch (const CLI::RequiredError& error) {
      const bool none = app_.get_subcommands().empty();
      print_error((none ? "which command? " + commands() : std::string(error.what())) +
                  " (cspctl office --help shows the usage)");
      return kExitUsage;
    } catch (const CLI::ParseError& error) {
      print_error(std::string(error.what()) + " (cspctl office --help shows the usage)");
      return kExitUsage;
    }
    for (const auto& [command, work] : work_) {
      if (command->parsed()) return work();
    }
    return kExitUsage;
  }

 private:
  bool knows(const std::string& name) const {
    return std::any_of(work_.begin(), work_.end(),
                       [&](const auto& command) { return command.first->get_name() == name; });
  }

  std::string commands() const {
    std::string out;
    for (const CLI::App* command : app_.get_subcommands([](const CLI::App*) { return true; })) {
      out += (out.empty() ? "" : ", ") + command->get_name();
    }
    return out;
  }

  // May be repeated, with one value each: what stands behind it is no further value, but a file.
  static void add_list(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                       const std::string& what) {
    command.add_option(name, values, what)->allow_extra_args(false);
  }

  void add_check() {
    CLI::App* command = app_.add_subcommand("check", "Say what is wrong with configurations");
    command->add_option("FILE", check_.files, "Configurations")->required();
    command->add_option("--profile", check_.profile, "odt: as the tool reads it; strict")
        ->check(CLI::IsMember({"odt", "strict"}));
    command->add_option("--mode", check_.mode, "What the tool is called with")
        ->check(CLI::IsMember({"configure", "download"}));
    command
        ->add_option("--installed-edition", check_.installed_edition,
                     "Edition of the Office that is installed")
        ->check(CLI::IsMember({"32", "64"}));
    command->add_option("--machine", check_.machine, "Windows and processor it is for")
        ->check(CLI::IsMember({"x86", "x64", "arm64"}));
    add_list(*command, "--installed-product", check_.installed_products,
             "Product of Click-to-Run that is installed; none: there is none");
    command->add_flag("--json", check_.json, "One object per file");
    work_[command] = [this] { return run_check(check_); };
  }

  void add_format() {
    CLI::App* command = app_.add_subcommand("fmt", "Write configurations in their usual form");
    command->add_option("FILE", format_.files, "Configurations")->required();
    command->add_flag("-i,--in-place", format_.in_place, "Change the files");
    command->add_flag("--check", format_.check, "Only name the files that would change");
    command->add_flag("--crlf", format_.crlf, "Line ends CR LF");
    work_[command] = [this] { return run_format(format_); };
  }

  void add_build() {
    CLI::App* command =
        app_.add_subcommand("build", "Build a configuration from settings of an app suite");
    command->add_option("JSON", build_.json_file, "An officeSuiteApp of Microsoft Graph");
    command->add_option("-o,--out", build_.out, "File to write");
    add_list(*command, "--product", build_.products, "suite, visio, project");
    add_list(*command, "--exclude", build_.excluded, "App to leave out");
    add_list(*command, "--language", build_.languages, "Beside those of Windows");
    command->add_option("--arch", build_.architecture, "32 or 64 (64)");
    command->add_option("--channel", build_.channel, "Update channel, any spelling");
    command->add_option("--office-version", build_.version, "16.0.b.r; needs --channel");
    command->add_option("--display", build_.display, "None or Full");
    command->add_option("--file-format", build_.file_format, "Default format of files")
        ->check(CLI::IsMember({"ooxml", "odf"}));
    command->add_flag("--remove-msi", build_.remove_msi, "Remove MSI Office");
    command->add_flag("--shared-computer", build_.shared_computer, "Shared computer activation");
    command->add_flag("--accept-eula", build_.accept_eula, "Accept the licence for the users");
    command->add_flag("--required", build_.required, "A required assignment: silent");
    command->add_flag("--uninstall", build_.uninstall, "Remove the products instead");
    command->add_flag("--uninstall-all", build_.uninstall_all, "Remove every product");
    work_[command] = [this] { return run_build(build_); };
  }

  void add_merge() {
    CLI::App* command =
        app_.add_subcommand("merge", "What several assignments come to, the earliest first");
    command
        ->add_option(
            "ASSIGNMENT", merge_.assignments,
            "FILE, or GROUP:INTENT:FILE with GROUP user or device and INTENT required, "
            "available, required-and-available, available-without-enrollment or "
            "uninstall; one FILE is one app, and FILE alone is required, but as it stands: "
            "not silent")
        ->required();
    add_list(*command, "--installed-language", merge_.installed_languages,
             "Language that is installed already");
    command->add_option("-o,--out", merge_.out, "File to write");
    work_[command] = [this] { return run_merge(merge_); };
  }

  // A negative number is no option: everything behind the command is a code.
  void add_explain() {
    CLI::App* command = app_.add_subcommand("explain-code", "Say what a code means");
    command->add_flag("--json", explain_.json, "One object per code");
    command->allow_extras();
    command->add_option("CODE", explain_.codes,
                        "Decimal, negative, hexadecimal, or as the installer shows it");
    work_[command] = [this, command] {
      for (const std::string& extra : command->remaining()) {
        if (extra != "--") explain_.codes.push_back(extra);  // as people keep options apart
      }
      if (explain_.codes.empty()) {
        print_error("explain-code: which code? (cspctl office --help shows the usage)");
        return static_cast<int>(kExitUsage);
      }
      return run_explain(explain_);
    };
  }

  void add_status() {
    CLI::App* command = app_.add_subcommand("status", "What installations do, or came to");
    command->add_option("--folder", status_.folder, "Logs of the provider (its log-folder)");
    command->add_flag("--json", status_.json, "One object per installation");
    work_[command] = [this] { return run_status(status_); };
  }

  void add_log() {
    CLI::App* command = app_.add_subcommand("log", "The steps of an installation, with their time");
    command->add_option("ID", log_.id, "Name of the node below Installation")->required();
    command->add_option("--user", log_.user, "Whose, when it is no device's");
    command->add_option("--folder", log_.folder, "Logs of the provider (its log-folder)");
    command->add_flag("--all", log_.all, "Every run that is kept, not the last one alone");
    work_[command] = [this] { return run_log(log_); };
  }

  void add_collect() {
    CLI::App* command =
        app_.add_subcommand("collect", "The logs of a failed installation, in one archive");
    command->add_option("ID", collect_.id, "Name of the node below Installation")->required();
    command->add_option("PATH", collect_.paths,
                        "Log files beside the provider's own: full paths, %PROGRAMDATA%\\...; 25 "
                        "files, 60 MB in all");
    command->add_option("-o,--out", collect_.out, "Zip file to write")->required();
    add_list(*command, "--map", collect_.maps,
             "C:=FOLDER or %VARIABLE%=FOLDER: where those lead on this machine");
    command->add_option("--encrypt-for", collect_.recipient,
                        "Certificate (PEM) of the one who may read it: writes FILE.cms");
    command->add_flag("--strict", collect_.strict,
                      "Six extensions, Windows paths, the provider's log not by itself, encrypted");
    command->add_option("--user", collect_.user, "Whose, when it is no device's");
    command->add_option("--folder", collect_.folder, "Logs of the provider (its log-folder)");
    command->add_flag("--json", collect_.json, "One object");
    work_[command] = [this] { return run_collect(collect_); };
  }

  CLI::App app_;
  CheckCommand check_;
  FormatCommand format_;
  BuildCommand build_;
  MergeCommand merge_;
  ExplainCommand explain_;
  StatusCommand status_;
  LogCommand log_;
  CollectCommand collect_;
  std::map<CLI::App*, std::function<int()>> work_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    const int code = Tool().run(argc, argv);
    return finish_output() ? code : std::max<int>(code, kExitUsage);
  } catch (const std::exception& error) {
    print_error(error.what());
    return kExitUsage;
  }
}
