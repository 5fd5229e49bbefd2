// SPDX-License-Identifier: Apache-2.0
// check and fmt: one file after the other.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "tool.hpp"

namespace cspctl_office {
namespace {

using cspkit::odt::CheckOptions;
using cspkit::odt::Finding;
using cspkit::odt::Report;
using cspkit::odt::Verdict;
using Json = nlohmann::ordered_json;

CheckOptions options_of(const CheckCommand& command) {
  CheckOptions options;
  if (command.profile == "strict") options.profile = cspkit::odt::Profile::kStrict;
  if (command.mode == "download") options.mode = cspkit::odt::Mode::kDownload;
  if (!command.machine.empty()) {
    options.target.windows_64bit = command.machine != "x86";
    options.target.arm = command.machine == "arm64";
  }
  options.target.installed_edition = command.installed_edition;
  if (!command.installed_products.empty()) {
    auto& installed = options.target.installed_products.emplace(command.installed_products);
    installed.erase(std::remove(installed.begin(), installed.end(), "none"), installed.end());
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  options.now_utc = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return options;
}

Json as_json(const std::string& file, const Report& report) {
  Json findings = Json::array();
  for (const Finding& finding : report.findings) {
    Json object = {{"code", finding.code},
                   {"severity", cspkit::odt::severity_name(finding.severity)},
                   {"line", finding.position.line},
                   {"column", finding.position.column},
                   {"message", finding.message}};
    if (finding.status != 0) object["status"] = finding.status;
    findings.push_back(std::move(object));
  }
  return {{"file", file},
          {"verdict", cspkit::odt::verdict_name(report.verdict())},
          {"findings", std::move(findings)}};
}

void print_report(const std::string& file, const Report& report) {
  for (const Finding& finding : report.findings) print(described(file, finding) + "\n");
  print(file + ": " + std::string(cspkit::odt::verdict_name(report.verdict())) + "\n");
}

}  // namespace

int run_check(const CheckCommand& command) {
  const CheckOptions options = options_of(command);
  int code = kExitOk;
  for (const std::string& file : command.files) {
    const std::optional<std::string> text = read_file(file);
    if (!text) {
      code = kExitUsage;
      if (command.json) print_json({{"file", file}, {"error", "cannot be read"}});
      continue;
    }
    const Report report = cspkit::odt::check(*text, options);
    if (command.json) {
      print_json(as_json(file, report));
    } else {
      print_report(file, report);
    }
    if (report.verdict() == Verdict::kReject) code = std::max<int>(code, kExitRejected);
  }
  return code;
}

int run_format(const FormatCommand& command) {
  int code = kExitOk;
  for (const std::string& file : command.files) {
    const std::optional<std::string> text = read_file(file);
    if (!text) {
      code = kExitUsage;
      continue;
    }
    const Report report = cspkit::odt::check(*text);
    // Only what could be read as a configuration can be written as one.
    const Finding* error = report.first_error();
    const bool readable = report.well_formed && (error == nullptr || error->code.front() != 'X');
    if (!readable) {
      print_error(described(file, *error));
      code = std::max<int>(code, kExitRejected);
      continue;
    }
    const std::string written = cspkit::odt::serialise(report.configuration, {command.crlf});
    if (command.check) {
      if (written == *text) continue;
      print(file + "\n");
      code = std::max<int>(code, kExitRejected);
    } else if (!command.in_place || file == "-") {
      print(written);
    } else if (written != *text && !write_file(file, written)) {
      code = kExitUsage;
    }
  }
  return code;
}

}  // namespace cspctl_office
