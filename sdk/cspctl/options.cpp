// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cspkit/value.hpp>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string_view>

#include "bundled.hpp"
#include "output.hpp"

namespace cspctl {
namespace {

constexpr const char* kDescription =
    "cspctl: a device of Windows-style configuration service providers, on the command line.";

constexpr const char* kFooter = R"(
Principal: the device, with full authority over ./Device. --user makes it that user, who reads
  ./Device and owns their ./User; --device-authority lets them change ./Device too.
Profile: build=10.0.22621.2506,edition=0x30,azure-ad=yes, any of them, joined by commas: nodes whose
  Applicability excludes such a device answer 406 and are listed nowhere. Without it none is
  excluded. Editions are Windows' product numbers: 0x30 Pro, 0x4 Enterprise, 0x79 Education.
State: $XDG_STATE_HOME/cspkit/device.db, else ~/.local/state/cspkit/device.db. ":memory:" keeps
  nothing. explain and provider list open one only when --state names it.
Bundled: the providers and DDF files that come with cspctl, found beside it; CSPKIT_BUNDLED names
  another folder that holds providers/ and ddf/.
Values: --data is what would stand in SyncML's Data: text, or base64 for the formats b64 and bin.
Long work: the reply is printed at once, then cspctl stays until the work has ended. Its progress is
  drawn on stderr when that is a terminal; else exec writes a line there at every ten percent. With
  --no-wait, or when interrupted (exit 130 or 143), the next call on that state carries it on.
Exit codes: 0 every command got a 2xx status; 1 one did not, or a check found errors (ddf diff: 0,
  whether or not they differ); 2 unusable arguments; 3 the input is no SyncML or no DDF; 4 the state
  or a provider could not be opened. The highest wins. Errors are one line each on stderr.
--json, one object per line:
  get, add, ...    command uri status, format value of a get; text reason originalerror of a failure
  run              file reply statuses, reply_file with --out; file error when it is no SyncML
  tree             command uri status nodes: [{uri format value}]
  explain          command uri status access format occurrence ... file line
  ddf check        severity code file line uri text, each finding; last: files trees nodes leaves
                   dynamic errors warnings
  ddf doc          csp page
  ddf diff         change uri properties: [{property before after}]
  ddf compile      file bytes nodes
  store check      command file version bytes nodes state jobs alerts undo problems
  store dump       kind, then uri format verno tstamp bytes value of a node; provider name bytes
  store backup     command file status copy
  provider list    command providers: [{name plugin version abi roots file}]
  provider check   command library plugin version abi providers findings: [{severity code phase
                   provider handler verb uri text remedy count}] cases: [{phase name seconds
                   findings}] times: [{provider handler verb count total_ms longest_ms}] left_out
                   leaks errors warnings notes seconds
Other commands: cspctl NAME runs the program cspctl-NAME. explain-code is short for office
  explain-code.)";

constexpr const char* kExplainCode = "explain-code";
constexpr const char* kProgramOfCodes = "cspctl-office";
constexpr std::array<std::string_view, 11> kCommands = {
    "run", "get", "add", "replace", "delete", "exec", "tree", "seed", "explain", "ddf", "store"};

class Parser {
 public:
  explicit Parser(Options& options) : options_(options), app_(kDescription, "cspctl") {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.footer(kFooter);
    app_.get_formatter()->label("SUBCOMMAND", "COMMAND");
    app_.get_formatter()->label("Subcommands", "Commands");
    app_.set_version_flag("--version", "cspctl " CSPKIT_VERSION);
    add_global_options();
    add_commands();
  }

  std::optional<int> parse(int argc, char** argv) {
    try {
      app_.parse(words(argc, argv));
    } catch (const CLI::Success& success) {  // --help, --version
      return app_.exit(success) == 0 && !output_failed() ? kExitOk : kExitUsage;
    } catch (const CLI::ParseError& error) {
      print_error(std::string(error.what()) + " (cspctl --help shows the usage)");
      return kExitUsage;
    }
    return judge();
  }

 private:
  // Last word first, as the library wants them. "--data=" is its name and an empty value.
  static std::vector<std::string> words(int argc, char** argv) {
    std::vector<std::string> all;
    for (int i = argc - 1; i > 0; --i) {
      std::string word = argv[i];
      if (word.size() > 3 && word.rfind("--", 0) == 0 && word.find('=') == word.size() - 1) {
        all.emplace_back();
        word.pop_back();
      }
      all.push_back(std::move(word));
    }
    return all;
  }

  void add_global_options() {
    app_.add_option("--state", options_.state, "State file, or :memory:")->type_name("FILE");
    app_.add_option("--durability", options_.durability,
                    "full: on disk before it is answered; normal: the last changes may be lost "
                    "with the power; memory: nothing is kept")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, cspkit::Durability>{{"full", cspkit::Durability::kFull},
                                                      {"normal", cspkit::Durability::kNormal},
                                                      {"memory", cspkit::Durability::kMemory}},
            CLI::ignore_case))
        ->type_name("full|normal|memory");
    many(app_.add_option("--ddf", options_.ddf, "DDF file, directory, bundle, compiled file"),
         "PATH");
    many(app_.add_option("--provider", options_.providers, "Provider library to load"), "FILE.so");
    app_.add_option("--profile", profile_, "What kind of device: build=,edition=,azure-ad=")
        ->type_name("P");
    app_.add_flag("--no-bundled", options_.no_bundled, "Load no bundled providers and DDF files");
    user_given_ = app_.add_option("--user", options_.user, "Act as this user")->type_name("ID");
    app_.add_flag("--device-authority", options_.device_authority,
                  "With --user: may change ./Device too");
    app_.add_flag("--json", options_.json, "One JSON object per command");
    app_.add_flag("--no-wait", options_.no_wait, "Do not stay until long work has ended");
    app_.add_flag("-v,--verbose", options_.verbose, "Log of engine and providers on stderr");
  }

  // One argument per occurrence, or the option would swallow the command behind it.
  static void many(CLI::Option* option, const char* type) {
    option->type_name(type)->allow_extra_args(false);
  }

  CLI::App* command(CLI::App& parent, Command which, const char* name, const char* help) {
    CLI::App* app = parent.add_subcommand(name, help);
    app->fallthrough();
    std::string words = &parent == &app_ ? name : parent.get_name() + " " + name;
    app->callback([this, which, words] {
      options_.command = which;
      options_.name = words;
    });
    return app;
  }

  CLI::App* with_uri(Command which, const char* name, const char* help, bool required = true) {
    CLI::App* app = command(app_, which, name, help);
    app->add_option("uri", options_.uri, "LocURI")->type_name("URI")->required(required);
    return app;
  }

  void with_data(CLI::App* app, bool format, bool required = false) {
    app->add_option("--data", options_.data, "Value; - reads it from stdin")
        ->type_name("D")
        ->required(required);
    if (format) {
      app->add_option("--format", options_.format, "Meta/Format: chr, int, bool, b64, node, ...")
          ->type_name("F");
    }
  }

  CLI::Option* ddf_paths(CLI::App* app, const char* help) {
    return app->add_option("paths", options_.paths, help)->type_name("PATH")->required();
  }

  void add_commands() {
    CLI::App* run = command(app_, Command::kRun, "run", "Process SyncML messages, one session");
    run->add_option("files", options_.paths, "Messages; - is stdin, a directory its *.xml, sorted")
        ->type_name("FILE")
        ->required();
    run->add_option("--out", options_.out, "Write each reply to DIR/NAME.reply.xml instead")
        ->type_name("DIR");
    with_uri(Command::kGet, "get", "Print a value, or the names of a node's children");
    with_data(with_uri(Command::kAdd, "add", "Add a node"), true);
    with_data(with_uri(Command::kReplace, "replace", "Replace a value"), true);
    with_uri(Command::kDelete, "delete", "Delete a node and all below it");
    with_data(with_uri(Command::kExec, "exec", "Execute a node"), false);
    with_uri(Command::kTree, "tree", "The live tree, with values", false);
    with_data(with_uri(Command::kSeed, "seed", "Set a node as its owner would"), false, true);
    with_uri(Command::kExplain, "explain", "What the DDF says of a node");
    CLI::App* ddf = app_.add_subcommand("ddf", "DDF files");
    ddf->fallthrough();
    ddf->require_subcommand(1);
    CLI::App* check =
        command(*ddf, Command::kDdfCheck, "check", "Totals and findings of DDF files");
    ddf_paths(check, "Files, directories or zipped bundles");
    check->add_flag("--strict", options_.strict, "Warnings count as errors");
    CLI::App* doc =
        command(*ddf, Command::kDdfDoc, "doc", "The reference page of a CSP, in Markdown");
    ddf_paths(doc, "Files, directories or zipped bundles");
    doc->add_option("--csp", options_.csp, "Only the page of this CSP")->type_name("NAME");
    CLI::App* diff = command(*ddf, Command::kDdfDiff, "diff", "Nodes added, removed and changed");
    ddf_paths(diff, "The older, then the newer file, directory or bundle")->expected(2);
    CLI::App* compile = command(*ddf, Command::kDdfCompile, "compile",
                                "All of them as one file that loads at once");
    ddf_paths(compile, "Files, directories or zipped bundles; later ones win");
    compile->add_option("--out", options_.out, "The compiled file, for --ddf or load_ddf")
        ->type_name("FILE")
        ->required();
    CLI::App* store = app_.add_subcommand("store", "The state file itself");
    store->fallthrough();
    store->require_subcommand(1);
    command(*store, Command::kStoreCheck, "check", "Read every page and row: is it sound?");
    command(*store, Command::kStoreDump, "dump", "What is stored, without what nobody may get");
    CLI::App* backup = command(*store, Command::kStoreBackup, "backup", "Copy it, consistently");
    backup->add_option("copy", options_.out, "The copy; must not exist")
        ->type_name("FILE")
        ->required();
    CLI::App* provider = app_.add_subcommand("provider", "Providers");
    provider->fallthrough();
    provider->require_subcommand(1);
    command(*provider, Command::kProviderList, "list", "The providers that are loaded");
    CLI::App* fresh = command(*provider, Command::kProviderNew, "new",
                              "Write a provider from a DDF; again: what a changed DDF asks of it");
    fresh->add_option("ddf", options_.paths, "The DDF file")
        ->type_name("NAME.xml")
        ->required()
        ->expected(1);
    fresh->add_option("--out", options_.out, "Folder to write it to; default: its name, here")
        ->type_name("DIR");
    add_provider_check(*provider);
  }

  void add_provider_check(CLI::App& provider) {
    CLI::App* check = command(provider, Command::kProviderCheck, "check",
                              "Hold a provider library against the contract");
    check->add_option("library", options_.paths, "The library")
        ->type_name("FILE.so")
        ->required()
        ->expected(1);
    many(check->add_option("--recipe", options_.recipes, "What is special about it, also checked"),
         "FILE");
    many(check->add_option("--skip", options_.skip, "Nodes to leave alone; * stands for anything"),
         "URI");
    check->add_flag("--irreversible", options_.irreversible,
                    "Also execute what is marked irreversible");
    check->add_option("--junit", options_.junit, "Write the report as JUnit XML, too")
        ->type_name("FILE");
    check->add_option("--deadline", options_.deadline_s, "Seconds that one step may take")
        ->check(CLI::Range(0.01, 86400.0))
        ->type_name("S");
    check
        ->add_option("--device-time", options_.device_hours,
                     "Hours of the device's time in which jobs are to end")
        ->check(CLI::Range(0.001, 876000.0))
        ->type_name("H");
    check->add_option("--slow", options_.slow_ms, "A call that takes longer is a warning")
        ->check(CLI::Range(0.001, 86400000.0))
        ->type_name("MS");
    check->add_flag("--strict", options_.strict, "Warnings count as errors");
  }

  // What the grammar alone cannot say.
  std::optional<int> judge() {
    if (const std::string why = read_profile(); !why.empty()) {
      return refuse("--profile " + profile_ + ": " + why);
    }
    if (user_given_->count() != 0 && options_.user.empty()) {
      return refuse("--user needs the id of a user: an empty one would be the device");
    }
    if (options_.device_authority && options_.user.empty()) {
      return refuse("--device-authority needs --user: the device has it already");
    }
    if (!options_.format.empty()) {
      const std::string name = lower(options_.format);
      const bool known =
          name == "string" || cspkit::format_from_name(name) != cspkit::Format::kUnset;
      if (!known) return refuse("--format " + options_.format + ": no such format");
      if (!options_.data && name != "node") return refuse("--format needs --data");
    }
    return std::nullopt;
  }

  // "build=10.0.22621.2506,edition=0x30,azure-ad=yes", any of them; "" or what is wrong.
  std::string read_profile() {
    for (std::string_view rest = profile_; !rest.empty();) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      const std::string_view part = cspkit::detail::trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = part.find('=');
      if (equals == part.npos) return "expected KEY=VALUE, found \"" + std::string(part) + '"';
      std::string why = read_profile(part.substr(0, equals), part.substr(equals + 1));
      if (!why.empty()) return why;
    }
    return {};
  }

  std::string read_profile(std::string_view key, std::string_view value) {
    if (key == "build") {
      if (const auto known = cspkit::ddf::build_applies({}, value); !known) {
        return known.error().text();
      }
      options_.profile.os_build = value;
    } else if (key == "edition") {
      const auto number = cspkit::parse_int(value);
      if (!number || *number < 0 || *number > 0xFFFFFFFF) {
        return "an edition is a number, as 0x30";
      }
      options_.profile.edition = static_cast<std::uint32_t>(*number);
    } else if (key == "azure-ad") {
      if (value != "yes" && value != "no") return "azure-ad is yes or no";
      options_.profile.azure_ad_joined = value == "yes";
    } else {
      return "no key \"" + std::string(key) + "\"; there are build, edition and azure-ad";
    }
    return {};
  }

  static std::string lower(std::string text) {
    for (char& c : text) c = cspkit::detail::to_lower(c);
    return text;
  }

  static std::optional<int> refuse(const std::string& why) {
    print_error(why);
    return kExitUsage;
  }

  Options& options_;
  std::string profile_;
  CLI::Option* user_given_ = nullptr;
  CLI::App app_;
};

// Index of the first word that is no option, 0 when there is none.
int find_command(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.empty() || word[0] != '-') return i;
    if (word == "--state" || word == "--ddf" || word == "--provider" || word == "--user" ||
        word == "--durability" || word == "--profile") {
      ++i;
    }
  }
  return 0;
}

bool is_command_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

}  // namespace

std::optional<int> parse_options(int argc, char** argv, Options& options) {
  return Parser(options).parse(argc, argv);
}

std::optional<int> run_external_command(int argc, char** argv) {
  const int at = find_command(argc, argv);
  if (at == 0) return std::nullopt;
  const std::string name = argv[at];
  if (name == "provider" || std::find(kCommands.begin(), kCommands.end(), name) != kCommands.end())
    return std::nullopt;
  // What a code means is asked of a device, whatever provider it came from.
  const bool is_short = name == kExplainCode;
  const std::string program = is_short ? kProgramOfCodes : "cspctl-" + name;
  if (is_command_name(name)) {
    std::vector<char*> arguments(argv, argv + argc);
    if (!is_short) arguments.erase(arguments.begin() + at);
    arguments.push_back(nullptr);
    const std::string beside = (program_directory() / program).string();
    ::execv(beside.c_str(), arguments.data());
    if (errno == ENOENT) ::execvp(program.c_str(), arguments.data());
    if (errno != ENOENT) {
      print_error(program + ": " + std::strerror(errno));
      return kExitUsage;
    }
  }
  print_error(name + ": no such command, and no program " + program +
              " (cspctl --help shows the usage)");
  return kExitUsage;
}

}  // namespace cspctl
