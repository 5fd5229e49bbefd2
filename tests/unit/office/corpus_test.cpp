// SPDX-License-Identifier: Apache-2.0
// Real configurations: what is accepted in the field is accepted here, what is refused has a
// reason.
#include <gtest/gtest.h>

#include <cspkit/odt/check.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "simulated_click_to_run.hpp"

namespace cspkit::odt {
namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  const char* set = std::getenv("CSPKIT_CORPUS");
  return fs::path(set != nullptr ? set : CSPKIT_DEFAULT_CORPUS) / "odt";
}

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Row {
  std::string file;
  bool well_formed = false;
  std::string verdict;
  std::string oddities;
  std::string why;
};

std::vector<Row> rows() {
  std::vector<Row> all;
  std::istringstream index(slurp(corpus() / "index.tsv"));
  std::string line;
  std::map<std::string, std::size_t> columns;
  while (std::getline(index, line)) {
    std::vector<std::string> cells;
    std::istringstream cell_stream(line);
    for (std::string cell; std::getline(cell_stream, cell, '\t');) cells.push_back(cell);
    if (columns.empty()) {
      for (std::size_t i = 0; i < cells.size(); ++i) columns[cells[i]] = i;
      continue;
    }
    all.push_back({cells.at(columns.at("file")), cells.at(columns.at("wellformed")) == "yes",
                   cells.at(columns.at("validator")), cells.at(columns.at("oddities")),
                   cells.at(columns.at("why"))});
  }
  return all;
}

// For messages of tests: what was found.
std::string told(const Report& report) {
  std::string out;
  for (const Finding& finding : report.findings) {
    out += finding.code + " " + finding.message + (finding.advice ? " (advice)\n" : "\n");
  }
  return out;
}

TEST(CorpusTest, VerdictsAreThoseOfTheIndex) {
  if (!fs::exists(corpus() / "index.tsv")) GTEST_SKIP() << "no corpus in " << corpus();
  std::size_t seen = 0;
  for (const Row& row : rows()) {
    const Report report = check(slurp(corpus() / row.file));
    EXPECT_EQ(report.well_formed, row.well_formed) << row.file << "\n" << told(report);
    EXPECT_EQ(verdict_name(report.verdict()), row.verdict) << row.file << "\n" << told(report);
    ++seen;
  }
  EXPECT_GT(seen, 100u);
}

// The code that a rejected file gets for the reason the index gives.
std::string code_of(const Row& row) {
  const std::pair<const char*, const char*> kReasons[] = {
      {"MSI Setup", "X004"},   {"empty-ID", "P001"},       {"bad-edition", "A001"},
      {"odd-version", "A002"}, {"impossible", "A002"},     {"nothing to do", "Z001"},
      {"no element", "Z001"},  {"unknown-channel", "C001"}};
  for (const auto& [reason, code] : kReasons) {
    if ((row.oddities + " " + row.why).find(reason) != std::string::npos) return code;
  }
  return {};
}

TEST(CorpusTest, EveryRejectedFileHasItsCode) {
  if (!fs::exists(corpus() / "index.tsv")) GTEST_SKIP() << "no corpus in " << corpus();
  std::map<std::string, int> codes;
  for (const Row& row : rows()) {
    if (row.verdict != "reject") continue;
    const Report report = check(slurp(corpus() / row.file));
    ASSERT_NE(report.first_error(), nullptr) << row.file;
    const std::string code = report.first_error()->code;
    if (row.well_formed) {
      EXPECT_EQ(code, code_of(row)) << row.file << ": " << row.why;
    } else {
      EXPECT_TRUE(code == "X001" || code == "X006") << row.file << "\n" << told(report);
      EXPECT_EQ(report.findings.size(), 1u) << row.file;
    }
    ++codes[code];
  }
  for (const auto& [code, count] : codes) std::printf("%s: %d\n", code.c_str(), count);
  EXPECT_GE(codes.size(), 4u);
}

TEST(CorpusTest, WrittenConfigurationsReadTheSame) {
  if (!fs::exists(corpus() / "index.tsv")) GTEST_SKIP() << "no corpus in " << corpus();
  std::size_t seen = 0;
  for (const Row& row : rows()) {
    const Report report = check(slurp(corpus() / row.file));
    if (!report.well_formed || report.configuration == Configuration()) continue;
    for (const bool crlf : {false, true}) {
      const std::string written = serialise(report.configuration, {crlf});
      const Report again = check(written);
      EXPECT_EQ(again.configuration, report.configuration) << row.file << "\n" << written;
      EXPECT_EQ(serialise(again.configuration, {crlf}), written) << row.file;
      EXPECT_EQ(again.first_error() == nullptr, report.first_error() == nullptr) << row.file;
    }
    ++seen;
  }
  EXPECT_GT(seen, 100u);
}

// On a machine with nothing installed, each ends with a code; those that only add products of today
// in languages of today end well.
TEST(CorpusTest, EverySimulatedRunEndsWithACode) {
  if (!fs::exists(corpus() / "index.tsv")) GTEST_SKIP() << "no corpus in " << corpus();
  std::map<std::int32_t, int> outcomes;
  for (const Row& row : rows()) {
    const office::RunResult result = office::simulate(slurp(corpus() / row.file), {});
    EXPECT_FALSE(result.text.empty()) << row.file;
    EXPECT_EQ(result.status == office::kHandlingCommandLine, row.verdict == "reject")
        << row.file << ": " << result.text;
    ++outcomes[result.status];
  }
  EXPECT_GT(outcomes[0], 100);
  for (const auto& [status, count] : outcomes) {
    RecordProperty("status " + std::to_string(status), count);
  }
}

}  // namespace
}  // namespace cspkit::odt
