// SPDX-License-Identifier: Apache-2.0
// ddf check, doc, diff: what is in DDF files, what is wrong with them, how they differ. No engine,
// no state.
#include <algorithm>
#include <cspkit/ddf/diff.hpp>
#include <cspkit/ddf/doc.hpp>
#include <cspkit/ddf/lint.hpp>
#include <cspkit/ddf/loader.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bundled.hpp"
#include "commands.hpp"
#include "output.hpp"

namespace cspctl {
namespace {

namespace fs = std::filesystem;
using cspkit::ddf::Finding;
using cspkit::ddf::SchemaBuilder;
using cspkit::ddf::Severity;
using Json = nlohmann::ordered_json;

const char* severity_name(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "";
}

std::size_t count(const std::vector<Finding>& findings, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const Finding& finding) { return finding.severity == severity; }));
}

void print_finding(const Finding& finding, bool json) {
  if (!json) return print_line(one_line(to_string(finding)));
  print_json({{"severity", severity_name(finding.severity)},
              {"code", finding.code},
              {"file", finding.file},
              {"line", finding.line},
              {"uri", finding.uri},
              {"text", finding.text}});
}

int refuse(const std::string& where, const cspkit::Status& status) {
  const std::string& text = status.text();
  print_error(text.find(where) != std::string::npos ? text : where + ": " + text);
  return status.code() == cspkit::Code::kIo ? kExitUsage : kExitInput;
}

void print_totals(const cspkit::ddf::SchemaTotals& totals, std::size_t errors, std::size_t warnings,
                  bool json) {
  if (json) {
    print_json({{"files", totals.files},
                {"trees", totals.trees},
                {"nodes", totals.nodes},
                {"leaves", totals.leaves},
                {"dynamic", totals.dynamic},
                {"errors", errors},
                {"warnings", warnings}});
    return;
  }
  print_line(std::to_string(totals.files) + " files, " + std::to_string(totals.trees) + " trees, " +
             std::to_string(totals.nodes) + " nodes, " + std::to_string(totals.leaves) +
             " leaves, " + std::to_string(totals.dynamic) + " dynamic; " + std::to_string(errors) +
             " errors, " + std::to_string(warnings) + " warnings");
}

// What reading showed and what the linter found, by file and line; files that could not be read
// come last.
std::vector<Finding> all_findings(const SchemaBuilder& builder, const cspkit::ddf::Schema& schema) {
  std::vector<Finding> findings = builder.findings();
  std::map<std::string, std::size_t> order;
  for (const auto& file : schema.files()) order.emplace(file.name, order.size());
  for (const Finding& finding : findings) order.emplace(finding.file, order.size());
  const std::vector<Finding> more = cspkit::ddf::lint(schema);
  findings.insert(findings.end(), more.begin(), more.end());
  std::stable_sort(findings.begin(), findings.end(), [&](const Finding& a, const Finding& b) {
    return std::pair(order[a.file], a.line) < std::pair(order[b.file], b.line);
  });
  return findings;
}

}  // namespace

// Every file by itself: of a directory each bad one is named.
int add_ddf(SchemaBuilder& builder, const std::string& path) {
  std::error_code error;
  std::vector<fs::path> files = {path};
  if (fs::is_directory(path, error)) {
    auto inside = xml_files(path);
    if (inside && inside->empty()) {
      inside = cspkit::Status(cspkit::Code::kIo, "the directory holds no *.xml");
    }
    if (!inside) return refuse(path, inside.error());
    files = std::move(*inside);
  }
  int exit_code = kExitOk;
  for (const fs::path& file : files) {
    const cspkit::Status status = builder.add(file);
    if (!status.ok()) exit_code = std::max(exit_code, refuse(file.string(), status));
  }
  return exit_code;
}

int run_ddf_check(const Options& options) {
  SchemaBuilder builder;
  int exit_code = kExitOk;
  for (const std::string& path : options.paths)
    exit_code = std::max(exit_code, add_ddf(builder, path));
  const auto schema = builder.build();
  const std::vector<Finding> findings = all_findings(builder, *schema);
  for (const Finding& finding : findings) print_finding(finding, options.json);
  const std::size_t errors = count(findings, Severity::kError);
  const std::size_t warnings = count(findings, Severity::kWarning);
  print_totals(schema->totals(), errors, warnings, options.json);
  const bool bad = errors != 0 || (options.strict && warnings != 0);
  return bad ? std::max<int>(exit_code, kExitStatus) : exit_code;
}

int run_ddf_doc(const Options& options) {
  SchemaBuilder builder;
  int exit_code = kExitOk;
  for (const std::string& path : options.paths)
    exit_code = std::max(exit_code, add_ddf(builder, path));
  const auto schema = builder.build();
  std::vector<std::string> subjects = {options.csp};
  if (options.csp.empty()) subjects = cspkit::ddf::doc_subjects(*schema);
  for (const std::string& subject : subjects) {
    const std::string page = cspkit::ddf::doc_page(*schema, subject);
    if (page.empty()) {
      print_error("ddf doc: no CSP " + subject + " in these files");
      exit_code = std::max<int>(exit_code, kExitStatus);
    } else if (options.json) {
      print_json({{"csp", subject}, {"page", page}});
    } else {
      print_line(page.back() == '\n' ? page.substr(0, page.size() - 1) : page);
    }
  }
  return exit_code;
}

int run_ddf_diff(const Options& options) {
  SchemaBuilder before, after;
  const int exit_code =
      std::max(add_ddf(before, options.paths.at(0)), add_ddf(after, options.paths.at(1)));
  for (const auto& change : cspkit::ddf::diff(*before.build(), *after.build())) {
    if (!options.json) {
      print_line(cspkit::ddf::to_string(change));
      continue;
    }
    Json properties = Json::array();
    for (const auto& each : change.properties) {
      properties.push_back(
          {{"property", each.property}, {"before", each.before}, {"after", each.after}});
    }
    const char* kinds[] = {"added", "removed", "changed"};
    print_json({{"change", kinds[static_cast<std::size_t>(change.kind)]},
                {"uri", change.uri},
                {"properties", properties}});
  }
  return exit_code;
}

}  // namespace cspctl
