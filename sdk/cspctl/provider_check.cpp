// SPDX-License-Identifier: Apache-2.0
// provider check: the conformance suite of the harness, and its report as text, JSON or JUnit XML.
#include <chrono>
#include <cspkit/harness/check.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "commands.hpp"
#include "output.hpp"

namespace cspctl {
namespace {

using cspkit::harness::CheckOptions;
using cspkit::harness::CheckReport;
using cspkit::harness::Severity;
using Json = nlohmann::ordered_json;

CheckOptions check_options(const Options& options) {
  CheckOptions check;
  check.library = options.paths[0];
  if (!options.ddf.empty()) check.ddf = options.ddf[0];
  for (std::size_t i = 1; i < options.ddf.size(); ++i) check.more_ddf.emplace_back(options.ddf[i]);
  check.recipes.assign(options.recipes.begin(), options.recipes.end());
  check.skip = options.skip;
  check.irreversible = options.irreversible;
  using Milliseconds = std::chrono::duration<double, std::milli>;
  check.deadline = std::chrono::duration_cast<std::chrono::milliseconds>(
      Milliseconds(options.deadline_s * 1000));
  check.device_time = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double, std::ratio<3600>>(options.device_hours));
  check.slow = std::chrono::duration_cast<std::chrono::nanoseconds>(Milliseconds(options.slow_ms));
  check.verbose = options.verbose;
  return check;
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

Json findings_of(const CheckReport& report) {
  Json findings = Json::array();
  for (const auto& each : report.findings) {
    findings.push_back({{"severity", severity_name(each.severity)},
                        {"code", each.code},
                        {"phase", each.phase},
                        {"provider", each.provider},
                        {"handler", each.handler},
                        {"verb", each.verb},
                        {"uri", each.uri},
                        {"text", each.text},
                        {"remedy", each.remedy},
                        {"count", each.count}});
  }
  return findings;
}

Json json_of(const CheckReport& report, const std::string& name) {
  Json providers = Json::array();
  for (const auto& each : report.providers)
    providers.push_back({{"name", each.name}, {"roots", each.roots}});
  Json cases = Json::array();
  for (const auto& each : report.cases) {
    cases.push_back({{"phase", each.phase},
                     {"name", each.name},
                     {"seconds", seconds(each.time)},
                     {"findings", each.findings}});
  }
  Json times = Json::array();
  for (const auto& each : report.times) {
    times.push_back({{"provider", each.provider},
                     {"handler", each.handler},
                     {"verb", each.verb},
                     {"count", each.count},
                     {"total_ms", seconds(each.total) * 1000},
                     {"longest_ms", seconds(each.longest) * 1000}});
  }
  return {{"command", name},
          {"library", report.library},
          {"plugin", report.plugin_id},
          {"version", report.version},
          {"abi", report.abi},
          {"providers", std::move(providers)},
          {"findings", findings_of(report)},
          {"cases", std::move(cases)},
          {"times", std::move(times)},
          {"left_out", report.left_out},
          {"leaks", report.leaks_checked ? "sanitizer" : "counted"},
          {"errors", report.count(Severity::kError)},
          {"warnings", report.count(Severity::kWarning)},
          {"notes", report.count(Severity::kNote)},
          {"seconds", seconds(report.time)}};
}

bool write_junit(const std::string& file, const CheckReport& report) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << to_junit(report);
  out.close();
  if (out) return true;
  print_error("provider check: " + file + " cannot be written");
  return false;
}

}  // namespace

int run_provider_check(const Options& options) {
  flush_output();  // the suite forks
  const auto report = cspkit::harness::check_provider(check_options(options));
  if (!report) {
    print_error("provider check: " + report.error().text());
    return kExitUsage;
  }
  if (options.json) {
    print_json(json_of(*report, options.name));
  } else {
    std::string text = to_text(*report);
    text.pop_back();  // print_line ends the last line
    print_line(text);
  }
  if (!options.junit.empty() && !write_junit(options.junit, *report)) return kExitUsage;
  const bool bad = report->count(Severity::kError) != 0 ||
                   (options.strict && report->count(Severity::kWarning) != 0);
  return bad ? kExitStatus : kExitOk;
}

}  // namespace cspctl
