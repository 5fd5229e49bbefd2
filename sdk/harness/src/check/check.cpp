// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/harness/recipe.hpp>
#include <fstream>
#include <system_error>

#include "check/subject.hpp"

namespace cspkit::harness {

namespace check {

void recipe_phase(const CheckOptions& options, Probe& probe) {
  probe.at("load", "dlopen");
  const Library library(options.library);
  if (library.plugin() == nullptr) return;
  for (const std::filesystem::path& file : options.recipes) {
    if (!probe.step(file.string(), "the recipe")) continue;
    const auto steps = load_recipe(file);
    const auto bench = Bench::open(options, *library.plugin());
    if (!steps || !bench) continue;
    for (const RecipeStep& step : *steps) {
      probe.at(file.string(), fmt::format("line {}: {}{}{}", step.line, step.verb,
                                          step.uri.empty() ? "" : " ", step.uri));
      for (const std::string& failure : run_recipe((*bench)->device(), {step})) {
        Finding finding;
        finding.code = "recipe.failed";
        finding.verb = step.verb;
        finding.uri = fmt::format("{}:{}", file.string(), step.line);
        finding.text = failure;
        finding.remedy = "mend the provider, or write into the recipe what it is to answer";
        probe.report(finding);
      }
    }
    (*bench)->settle(probe);
    (*bench)->close();
    (*bench)->tell(probe);
  }
}

}  // namespace check

namespace {

void find_slow(CheckReport& report, const CheckOptions& options) {
  for (const CallTime& time : report.times) {
    // A job may do its work in its own thread: nothing else waits for it.
    if (time.longest < options.slow || time.verb == "job_run") continue;
    Finding finding;
    finding.severity = Severity::kWarning;
    finding.code = "call.slow";
    finding.phase = "time";
    finding.provider = time.provider;
    finding.handler = time.handler;
    finding.verb = time.verb;
    finding.text = fmt::format("it took {:.3f} s; every other change of the device waits meanwhile",
                               std::chrono::duration<double>(time.longest).count());
    finding.remedy = "answer CSPKIT_PENDING and go on elsewhere, or start a job";
    report.cases.push_back({"time",
                            time.handler.empty() ? time.verb : time.handler,
                            time.longest,
                            {report.findings.size()}});
    report.findings.push_back(std::move(finding));
  }
}

}  // namespace

std::size_t CheckReport::count(Severity severity) const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const Finding& each) { return each.severity == severity; }));
}

Result<CheckReport> check_provider(const CheckOptions& given) {
  using Returned = Result<CheckReport>;
  const auto begin = std::chrono::steady_clock::now();
  CheckOptions options = given;
  std::error_code error;
  // The children stand in another folder.
  options.library = std::filesystem::canonical(given.library, error);
  if (error || !std::ifstream(options.library).good())
    return Returned(Code::kIo, given.library.string() + ": cannot be read" +
                                   (error ? ": " + error.message() : ""));
  if (!options.ddf.empty()) options.ddf = std::filesystem::absolute(options.ddf, error);
  for (auto& each : options.more_ddf) each = std::filesystem::absolute(each, error);
  for (auto& each : options.recipes) {
    each = std::filesystem::absolute(each, error);
    if (const auto steps = load_recipe(each); !steps) return steps.error();
  }

  CheckReport report;
  report.library = options.library.string();
  const auto run = [&](const char* name, void (*phase)(const CheckOptions&, check::Probe&)) {
    return check::run_phase(report, options, name,
                            [&](check::Probe& probe) { phase(options, probe); });
  };
  run("load", check::load_phase);
  if (!report.providers.empty()) {
    run("verbs", check::verbs_phase);
    run("undo", check::undo_phase);
    run("threads", check::threads_phase);
    run("unload", check::unload_phase);
    if (!options.recipes.empty()) run("recipe", check::recipe_phase);
  } else {
    report.left_out.emplace_back("everything else: the engine does not take it");
  }
  find_slow(report, options);
  report.time = std::chrono::steady_clock::now() - begin;
  return report;
}

}  // namespace cspkit::harness
