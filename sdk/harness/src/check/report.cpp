// SPDX-License-Identifier: Apache-2.0
// The report, for people and for CI.
#include <fmt/format.h>

#include <algorithm>

#include "check/xml_text.hpp"
#include "cspkit/harness/check.hpp"

namespace cspkit::harness {
namespace {

using check::xml_text;

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::string where(const Finding& finding) {
  std::string text = finding.uri;
  if (!finding.provider.empty()) text += (text.empty() ? "" : ", ") + finding.provider;
  if (!finding.handler.empty()) text += fmt::format(", handler \"{}\"", finding.handler);
  if (!finding.verb.empty()) text += (text.empty() ? "" : ", ") + finding.verb;
  return text;
}

std::string line_of(const Finding& finding) {
  std::string text =
      fmt::format("{} {}: {}", severity_name(finding.severity), finding.code, finding.text);
  if (finding.count > 1) text += fmt::format(" ({} times)", finding.count);
  return text;
}

std::string test_case(const CheckReport& report, const CheckCase& one) {
  std::string inside;
  for (const std::size_t index : one.findings) {
    const Finding& finding = report.findings[index];
    const std::string text =
        fmt::format("{}\nwhere: {}\ndo: {}", line_of(finding), where(finding), finding.remedy);
    if (finding.severity == Severity::kError) {
      inside += fmt::format("<failure type=\"{}\" message=\"{}\">{}</failure>",
                            xml_text(finding.code), xml_text(finding.text), xml_text(text));
    } else {
      inside += fmt::format("<system-out>{}</system-out>", xml_text(text));
    }
  }
  const std::string name = report.providers.empty() ? "provider" : report.providers[0].name;
  return fmt::format(
      "    <testcase classname=\"{}.{}\" name=\"{}\" time=\"{:.6f}\">{}</testcase>\n",
      xml_text(name), xml_text(one.phase), xml_text(one.name), seconds(one.time), inside);
}

std::vector<std::string> phases_of(const CheckReport& report) {
  std::vector<std::string> phases;
  for (const CheckCase& each : report.cases) {
    if (std::find(phases.begin(), phases.end(), each.phase) == phases.end())
      phases.push_back(each.phase);
  }
  return phases;
}

std::size_t failures_of(const CheckReport& report, const CheckCase& one) {
  return static_cast<std::size_t>(std::any_of(
      one.findings.begin(), one.findings.end(),
      [&](std::size_t index) { return report.findings[index].severity == Severity::kError; }));
}

std::string times_text(const CheckReport& report) {
  std::vector<CallTime> times = report.times;
  std::sort(times.begin(), times.end(),
            [](const CallTime& a, const CallTime& b) { return a.longest > b.longest; });
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(times.size(), kShown); ++i) {
    const CallTime& each = times[i];
    text += fmt::format("  {:>9.3f} ms at most, {:>9.3f} ms on average: {} {} ({} calls)\n",
                        seconds(each.longest) * 1000, seconds(each.total) * 1000 / each.count,
                        each.verb, each.handler.empty() ? "of " + each.provider : each.handler,
                        each.count);
  }
  return text;
}

}  // namespace

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    default:
      return "note";
  }
}

std::string to_text(const CheckReport& report) {
  std::string text = report.library + "\n";
  if (!report.plugin_id.empty())
    text += fmt::format("  {} {}, ABI {}\n", report.plugin_id, report.version, report.abi);
  for (const CheckedProvider& provider : report.providers) {
    text += "  provider " + provider.name + ":";
    for (const std::string& root : provider.roots) text += " " + root;
    text += "\n";
  }
  for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kNote}) {
    for (const Finding& finding : report.findings) {
      if (finding.severity != severity) continue;
      text += fmt::format("\n{}\n  where: {} ({})\n  do:    {}\n", line_of(finding), where(finding),
                          finding.phase, finding.remedy);
    }
  }
  if (!report.left_out.empty()) text += "\nnot tried:\n";
  for (const std::string& each : report.left_out) text += "  " + each + "\n";
  if (!report.times.empty()) text += "\ntime per call, the slowest:\n" + times_text(report);
  text += fmt::format(
      "\n{} errors, {} warnings, {} notes; {} cases in {:.2f} s; leaks: {}\n",
      report.count(Severity::kError), report.count(Severity::kWarning),
      report.count(Severity::kNote), report.cases.size(), seconds(report.time),
      report.leaks_checked ? "LeakSanitizer" : "by counting (build with a sanitizer for names)");
  return text;
}

std::string to_junit(const CheckReport& report) {
  std::size_t failures = 0;
  for (const CheckCase& each : report.cases) failures += failures_of(report, each);
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{}\" "
      "failures=\"{}\" errors=\"0\" time=\"{:.6f}\">\n",
      xml_text(report.library), report.cases.size(), failures, seconds(report.time));
  for (const std::string& phase : phases_of(report)) {
    std::string cases;
    std::size_t count = 0;
    std::size_t failed = 0;
    std::chrono::nanoseconds time{0};
    for (const CheckCase& each : report.cases) {
      if (each.phase != phase) continue;
      ++count;
      failed += failures_of(report, each);
      time += each.time;
      cases += test_case(report, each);
    }
    text += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" "
        "time=\"{:.6f}\">\n{}  </testsuite>\n",
        xml_text(phase), count, failed, seconds(time), cases);
  }
  return text + "</testsuites>\n";
}

}  // namespace cspkit::harness
