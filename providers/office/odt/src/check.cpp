// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cspkit/odt/check.hpp>
#include <utility>

#include "findings.hpp"
#include "judge.hpp"
#include "reading.hpp"
#include "text.hpp"

namespace cspkit::odt {

void Findings::add(std::string_view code, Severity severity, Position position, std::string message,
                   std::int32_t status, bool advice) {
  const bool is_error = severity == Severity::kError;
  if ((is_error ? errors_ : all_.size() - errors_) >= kMost) return;
  if (is_error) ++errors_;
  all_.push_back({std::string(code), severity, position, std::move(message), status, advice});
}

std::vector<Finding> Findings::take(Profile profile) && {
  if (profile == Profile::kStrict) {
    for (Finding& finding : all_) {
      const RuleInfo* rule = find_rule(finding.code);
      if (rule != nullptr && rule->strict_error && finding.severity == Severity::kWarning &&
          !finding.advice) {
        finding.severity = Severity::kError;
      }
    }
  }
  std::stable_sort(all_.begin(), all_.end(),
                   [](const Finding& a, const Finding& b) { return a.position < b.position; });
  return std::move(all_);
}

namespace {

Report judged(std::string_view text, const CheckOptions& options, const XmlLimits& limits) {
  Report report;
  Findings findings;
  XmlDocument document;
  XmlError error;
  if (!read_xml(text, document, error, limits)) {
    findings.error(error.typographic ? "X006" : "X001", error.position, error.text);
  } else {
    report.well_formed = true;
    if (read_configuration(document, report.configuration, findings)) {
      const Judging judging{report.configuration, options, findings};
      judge_add(judging);
      judge_products(judging);
      judge_others(judging);
    }
  }
  report.findings = std::move(findings).take(options.profile);
  return report;
}

}  // namespace

Report check(std::string_view text, const CheckOptions& options) {
  return judged(text, options, {});
}

Report check_characters(std::string_view text, const CheckOptions& options) {
  XmlLimits limits;
  limits.decoded = true;
  return judged(text, options, limits);
}

Verdict Report::verdict() const {
  if (first_error() != nullptr) return Verdict::kReject;
  const bool odd = std::any_of(findings.begin(), findings.end(),
                               [](const Finding& finding) { return !finding.advice; });
  return odd ? Verdict::kAcceptWarn : Verdict::kAccept;
}

const Finding* Report::first_error() const {
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::kError) return &finding;
  }
  return nullptr;
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      break;
  }
  return "error";
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccept:
      return "accept";
    case Verdict::kAcceptWarn:
      return "accept-warn";
    case Verdict::kReject:
      break;
  }
  return "reject";
}

}  // namespace cspkit::odt
