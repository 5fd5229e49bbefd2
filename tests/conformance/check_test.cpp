// SPDX-License-Identifier: Apache-2.0
// The generic suite: silent over providers that keep the contract, and over each that breaks a rule
// the finding of that rule.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cspkit/harness/check.hpp>
#include <cspkit/harness/matchers.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "../lib/temp_folder.hpp"

namespace cspkit::harness {

void PrintTo(const Finding& finding, std::ostream* out) {
  *out << severity_name(finding.severity) << ' ' << finding.code << " (" << finding.phase << ", "
       << finding.uri << ", " << finding.handler << ", " << finding.verb << "): " << finding.text;
}

namespace {

using test::TempFolder;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::filesystem::path kZoo = CSPKIT_ZOO_DIR;
const std::filesystem::path kOwn = CSPKIT_CHECK_DIR;

auto code_is(const char* code) { return Field("code", &Finding::code, code); }

class CheckTest : public testing::Test {
 protected:
  /// A copy that the engine trusts, whatever the umask was.
  std::filesystem::path bring(const std::filesystem::path& library) {
    namespace fs = std::filesystem;
    const fs::path copy = folder_.file(library.filename().string());
    fs::copy_file(library, copy, fs::copy_options::overwrite_existing);
    fs::permissions(copy, fs::perms::group_write | fs::perms::others_write,
                    fs::perm_options::remove);
    return copy;
  }
  CheckReport check(const std::filesystem::path& library) {
    options_.library = library;
    auto report = check_provider(options_);
    EXPECT_THAT(report, IsOk());
    return report ? std::move(*report) : CheckReport{};
  }
  CheckOptions options_;
  TempFolder folder_;
};

// ---- those that keep it ----

class GoodProvider : public CheckTest, public testing::WithParamInterface<const char*> {};

TEST_P(GoodProvider, HasNoFindings) {
  const std::string files = folder_.file("files");
  ::setenv("EXAMPLE_FILES", files.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread
  const CheckReport report = check(GetParam());
  EXPECT_THAT(report.findings, IsEmpty()) << to_text(report);
  EXPECT_EQ(report.providers.size(), 1U);
  EXPECT_EQ(report.abi, "1.0");
  for (const char* phase : {"load", "verbs", "undo", "threads", "unload"})
    EXPECT_THAT(report.cases, Contains(Field(&CheckCase::phase, phase)));
  EXPECT_THAT(report.times, Contains(Field(&CallTime::count, testing::Gt(10U))));
}

INSTANTIATE_TEST_SUITE_P(
    Providers, GoodProvider, testing::Values(CSPKIT_GOOD_LIBRARIES), [](const auto& test) {
      std::string name = std::filesystem::path(test.param).stem().string();
      std::replace_if(
          name.begin(), name.end(),
          [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
      return name;
    });

// ---- those that break it ----

struct Broken {
  const char* animal;
  const char* code;
  Severity severity = Severity::kError;
  const char* place = "";  ///< in the handler, the verb, the LocURI or the text
  bool is_own = false;     ///< of tests/conformance/plugins
};
void PrintTo(const Broken& broken, std::ostream* out) {
  *out << broken.animal << ": " << broken.code;
}

class BrokenProvider : public CheckTest, public testing::WithParamInterface<Broken> {};

TEST_P(BrokenProvider, IsFoundOut) {
  const Broken& expected = GetParam();
#if defined(__clang__)
  if (std::string(expected.code) == "symbol.unique") GTEST_SKIP() << "clang makes no such symbols";
#endif
  if (std::string(expected.animal) == "never_returns")
    options_.deadline = std::chrono::milliseconds(300);
  if (std::string(expected.animal) == "never_completes")
    options_.deadline = std::chrono::seconds(4);
  options_.slow = std::chrono::milliseconds(25);
  const auto library = (expected.is_own ? kOwn : kZoo) / (std::string(expected.animal) + ".so");
  const CheckReport report = check(bring(library));
  const auto found =
      std::find_if(report.findings.begin(), report.findings.end(), [&](const Finding& each) {
        const std::string where = each.handler + "|" + each.verb + "|" + each.uri + "|" + each.text;
        // A sanitizer ends a process that crashes in its own way.
        const bool anyhow = CSPKIT_SANITIZED && std::string(expected.code) == "crash";
        return each.code == expected.code && (anyhow || where.find(expected.place) != where.npos);
      });
  ASSERT_TRUE(found != report.findings.end()) << to_text(report);
  EXPECT_EQ(found->severity, expected.severity);
  // What the provider did wrong must never be told as a trouble of the suite, or as another's.
  EXPECT_THAT(report.findings, Not(Contains(code_is("check.failed"))));
  const std::string code = expected.code;
  const bool is_fatal = code == "crash" || code == "unload.thread-left";
  EXPECT_TRUE(is_fatal || testing::Matches(Not(Contains(code_is("crash"))))(report.findings))
      << to_text(report);
  EXPECT_FALSE(found->text.empty());
  EXPECT_FALSE(found->remedy.empty());
}

constexpr Severity kWarning = Severity::kWarning;
constexpr Severity kError = Severity::kError;

INSTANTIATE_TEST_SUITE_P(
    Load, BrokenProvider,
    testing::Values(
        Broken{"no_symbol", "symbol.missing"},
        Broken{"symbol_function", "symbol.no-object", kError, "", true},
        Broken{"shows_symbols", "symbol.extra", kWarning, "", true},
        Broken{"shows_symbols", "symbol.unique", kWarning, "", true},
        Broken{"undefined_symbol", "load.refused", kError, "cspkit_zoo_that_is_nowhere"},
        Broken{"size_small", "abi.size"}, Broken{"size_large", "abi.size", kError, "", true},
        Broken{"wrong_major", "abi.major", kError, "2.0"},
        Broken{"newer_minor", "abi.newer", Severity::kNote},
        Broken{"create_missing", "abi.factory"}, Broken{"size_without_create", "abi.factory"},
        Broken{"count_zero", "abi.no-provider"}, Broken{"infos_null", "abi.no-provider"},
        Broken{"no_name_given", "abi.id", kWarning, "", true},
        Broken{"no_name_given", "abi.version", kWarning, "", true},
        Broken{"reserved_bits", "abi.reserved", kWarning, "", true},
        Broken{"reserved_bits", "table.reserved", kWarning, "", true},
        Broken{"reserved_bits", "handler.reserved", kWarning, "Number", true},
        Broken{"count_absurd", "abi.too-many", kError, "256 are taken"},
        Broken{"pattern_absurd", "load.refused", kError, "impossibly many"},
        Broken{"name_absurd", "load.refused", kError, "impossible size"},
        Broken{"bad_name", "load.refused", kError, "[a-z0-9_-]"},
        Broken{"create_throws", "load.refused", kError, "cannot find the device"},
        Broken{"start_fails", "load.refused", kError, "did not start"},
        Broken{"start_pending", "code.pending", kError, "start"},
        Broken{"table_small", "table.size"}, Broken{"no_destroy", "table.no-destroy"},
        Broken{"ddf_missing", "ddf.missing", kError, "NotThere.xml"},
        Broken{"ddf_no_xml", "ddf.invalid"}, Broken{"ddf_empty", "ddf.invalid"},
        Broken{"handlers_null", "handler.none-given"},
        Broken{"pattern_unknown", "handler.unknown-path", kError, "Text/More"},
        Broken{"pattern_static_for_dynamic", "handler.unknown-path", kError, "{Text}"},
        Broken{"function_missing", "handler.function-missing", kError, "Item/{Name}"},
        Broken{"verb_unknown", "handler.verb-unknown"}, Broken{"verb_none", "handler.empty"},
        Broken{"handlers_many", "handler.too-many", kError, "65535"},
        Broken{"one_object", "table.twice", kError, "create"},
        Broken{"verb_twice", "handler.verb-twice", kError, "Item/{Other}"},
        Broken{"own_dynamic", "handler.own-dynamic"},
        Broken{"irreversible", "handler.irreversible", kError, "Text", true},
        Broken{"never_called", "handler.never-called", kWarning, "Number", true},
        Broken{"no_handlers", "handler.missing-exec", kError, "Zoo/Run", true},
        Broken{"no_handlers", "handler.missing-get", kWarning, "Zoo/Number", true},
        Broken{"changes_table", "handler.changed", kError, "", true},
        Broken{"transaction_small", "transaction.table"},
        Broken{"jobs_empty", "jobs.table", kError, "", true}),
    [](const auto& test) { return std::string(test.param.animal) + std::to_string(test.index); });

INSTANTIATE_TEST_SUITE_P(
    Calls, BrokenProvider,
    testing::Values(Broken{"rubbish_codes", "code.not-final", kError, "12345"},
                    Broken{"bad_values", "get.no-value", kError, "Text"},
                    Broken{"bad_values", "host.misuse", kError, "set_value"},
                    Broken{"bad_values", "value.does-not-fit", kError, "Number"},
                    Broken{"bad_changes", "host.misuse", kError, "Get handler cannot change"},
                    Broken{"null_arguments", "host.misuse", kError, "text without bytes"},
                    Broken{"bad_changes", "handle.unknown", kError, "set"},
                    Broken{"bad_changes", "write.unknown-node", kWarning, "NoSuchNode"},
                    Broken{"bad_changes", "write.bad-format", kWarning, "Number"},
                    Broken{"keeps_handles", "handle.ended", kError, "set_value"},
                    Broken{"leaves_things", "batch.left-open", kWarning},
                    Broken{"jobs_without_table", "host.misuse", kError, "job_start"},
                    Broken{"reads_computed", "read.computed", kWarning, "Run", true},
                    Broken{"completes_twice", "complete.twice", kError, "Text"},
                    Broken{"completes_twice", "complete.after-answer", kError, "Number"},
                    Broken{"completes_twice", "complete.not-final", kError, "Run"},
                    Broken{"never_completes", "completion.never", kError, "Run"},
                    Broken{"never_returns", "hang", kError, "Zoo/Text"},
                    Broken{"throws", "call.failed", kWarning, "disk on fire"},
                    Broken{"crashes", "crash", kError, "signal 11", true},
                    Broken{"aborts", "crash", kError, "signal 6", true},
                    Broken{"exits", "crash", kError, "exit code 0", true},
                    Broken{"slow", "call.slow", kWarning, "get", true},
                    Broken{"endless_job", "job.endless", kWarning, "", true},
                    Broken{"outside_effect", "tree.changed-by-failure", kError, "Zoo/Text", true},
                    Broken{"outside_effect", "undo.no-extension", kError, "Zoo/Text", true}),
    [](const auto& test) { return std::string(test.param.animal) + std::to_string(test.index); });

INSTANTIATE_TEST_SUITE_P(
    Async, BrokenProvider,
    testing::Values(Broken{"works_for_ever", "job.goes-on", Severity::kNote, "job \"job\"", true},
                    Broken{"reposts", "task.endless", kWarning, "no time passed"},
                    Broken{"polls_for_ever", "job.endless", kWarning, "nothing came of it", true},
                    Broken{"endless_job", "job.endless", kWarning, "nothing is waited for", true},
                    Broken{"stays_by_batch", "batch.outlives-failure", kError, "Zoo/Run", true},
                    Broken{"stays_in_atomic", "batch.outlives-failure", kError, "Zoo/Run", true},
                    Broken{"answers_late", "completion.never", kError, "Zoo/Text", true},
                    Broken{"goes_on", "tree.changed-by-failure", kError, "Zoo/Text", true},
                    Broken{"goes_on", "undo.no-extension", kError, "Zoo/Text", true},
                    Broken{"hides_in_beat", "tree.changed-by-failure", kError, "Zoo/Text", true}),
    [](const auto& test) { return std::string(test.param.animal) + std::to_string(test.index); });

INSTANTIATE_TEST_SUITE_P(
    Undo, BrokenProvider,
    testing::Values(Broken{"undo_nothing", "undo.not-restored", kError, "Zoo/Text", true},
                    Broken{"undo_nothing", "undo.half", kError, "Zoo/Text", true},
                    Broken{"undo_part", "undo.record-differs", kError, "Zoo/Text", true},
                    Broken{"undo_refused", "undo.fails", kError, "", true},
                    Broken{"undo_once", "undo.repeated", kError, "", true},
                    Broken{"undo_relative", "undo.never-happened", kError, "Zoo/Text", true},
                    Broken{"undo_late", "undo.after-restart", kError, "", true},
                    Broken{"undo_pending", "code.pending", kError, "undo_for", true},
                    Broken{"begin_pending", "code.pending", kError, "begin", true},
                    Broken{"commit_refused", "commit.fails", kError, "", true},
                    Broken{"commit_once", "commit.repeated", kError, "", true},
                    Broken{"commit_counts", "commit.harm", kError, "Zoo/Text", true}),
    [](const auto& test) { return std::string(test.param.animal) + std::to_string(test.index); });

INSTANTIATE_TEST_SUITE_P(
    Unload, BrokenProvider,
    testing::Values(Broken{"keeps_file", "unload.file-left", kError, "", true},
                    Broken{"keeps_thread", "unload.thread-left", kError, "", true},
                    Broken{"only_once", "instance.second-refused", kError, "", true},
                    Broken{"only_once", "unload.again", kError, "", true},
                    Broken{"shares_state", "instance.shared-state", kWarning, "", true}),
    [](const auto& test) { return std::string(test.param.animal) + std::to_string(test.index); });

// A sanitized build finds leaks by name; and no library can be unloaded in it.
TEST_F(CheckTest, MemoryThatIsLostIsFound) {
  const CheckReport report = check(bring(kOwn / "keeps_memory.so"));
  if (!report.leaks_checked && CSPKIT_SANITIZED) GTEST_SKIP() << "no leaks are looked for";
  EXPECT_THAT(report.findings,
              Contains(code_is(report.leaks_checked ? "leak.sanitizer" : "leak.grows")))
      << to_text(report);
}

TEST_F(CheckTest, ALibraryThatStaysIsFound) {
  if (CSPKIT_SANITIZED) GTEST_SKIP() << "nothing is unloaded there";
  const CheckReport report = check(bring(kOwn / "stays.so"));
  EXPECT_THAT(report.findings, Contains(code_is("unload.stays"))) << to_text(report);
}

// ---- the rest ----

TEST_F(CheckTest, ACrashIsOneFindingAndTheRestIsTried) {
  const CheckReport report = check(bring(kOwn / "crashes.so"));
  EXPECT_THAT(report.findings, Contains(AllOf(code_is("crash"), Field(&Finding::phase, "verbs"),
                                              Field(&Finding::uri, HasSubstr("Zoo/Run")),
                                              Field(&Finding::text, HasSubstr("exec")))));
  // The cases before and behind it.
  for (const char* name :
       {"./Device/Vendor/Zoo/Text", "./Device/Vendor/Zoo/Number", "computed values"})
    EXPECT_THAT(report.cases, Contains(Field(&CheckCase::name, name))) << name;
  EXPECT_THAT(report.cases, Contains(Field(&CheckCase::phase, "unload")));
}

TEST_F(CheckTest, WhatIsLeftOutIsNotCalled) {
  options_.skip = {"./Vendor/zoo/R*"};
  const CheckReport report = check(bring(kOwn / "crashes.so"));
  EXPECT_THAT(report.findings, IsEmpty()) << to_text(report);
  EXPECT_THAT(report.left_out, Contains(HasSubstr("Zoo/Run: --skip")));
}

TEST_F(CheckTest, AFileThatOthersMayWriteIsNotRun) {
  const auto library = bring(kOwn / "crashes.so");
  std::filesystem::permissions(library, std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  const CheckReport report = check(library);
  ASSERT_EQ(report.findings.size(), 1U) << to_text(report);
  EXPECT_EQ(report.findings[0].code, "load.refused");
  EXPECT_THAT(report.findings[0].text, HasSubstr("chmod go-w"));
}

TEST_F(CheckTest, AChangeInTheTreeOfAnotherIsFound) {
  const std::string other = folder_.file("Other.xml");
  std::ofstream(other)
      << "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>Other</NodeName><Path>./Device/Vendor"
         "</Path><DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat>"
         "</DFProperties><Node><NodeName>Node</NodeName><DFProperties><AccessType><Get/>"
         "</AccessType><DFFormat><chr/></DFFormat></DFProperties></Node></Node></MgmtTree>";
  options_.more_ddf = {other};
  const CheckReport report = check(bring(kZoo / "bad_changes.so"));
  EXPECT_THAT(report.findings, Contains(code_is("write.outside"))) << to_text(report);
}

TEST_F(CheckTest, ARecipeSaysWhatIsSpecial) {
  const std::string recipe = folder_.file("zoo.recipe");
  std::ofstream(recipe) << "200 get ./Vendor/Zoo/Text chr = 5\n200 exec ./Vendor/Zoo/Run\n";
  options_.recipes = {recipe};
  EXPECT_THAT(check(bring(kZoo / "good.so")).findings, IsEmpty());
  std::ofstream(recipe) << "200 get ./Vendor/Zoo/Text chr = 6\n404 exec ./Vendor/Zoo/Run\n";
  const CheckReport report = check(bring(kZoo / "good.so"));
  ASSERT_EQ(report.findings.size(), 2U) << to_text(report);
  EXPECT_THAT(report.findings, Each(code_is("recipe.failed")));
  EXPECT_THAT(report.findings[0].uri, HasSubstr("zoo.recipe:1"));
  EXPECT_THAT(report.findings[0].text, HasSubstr("expected \"6\""));
}

TEST_F(CheckTest, ARecipeWaitsForWorkThatGoesOn) {
  const std::string recipe = folder_.file("station.recipe");
  std::ofstream(recipe) << "200 exec ./Vendor/Example/Station/Survey int = 3\n"
                           "200 get ./Vendor/Example/Station/Survey int = 3\n"
                           "wait 90s\n"
                           "200 get ./Vendor/Example/Station/Survey int = 1\n"
                           "404 get ./Vendor/Example/Station/Readings/3\n"
                           "wait 1m\n"
                           "200 get ./Vendor/Example/Station/Readings/3 int = 215\n";
  options_.recipes = {recipe};
  const CheckReport report = check(CSPKIT_STATION);
  EXPECT_THAT(report.findings, IsEmpty()) << to_text(report);
  EXPECT_THAT(report.cases, Contains(Field(&CheckCase::phase, "recipe")));
}

TEST_F(CheckTest, ARecipeWaitsForAJobThatWaits) {
  const std::string recipe = folder_.file("zoo.recipe");
  std::ofstream(recipe) << "200 exec ./Vendor/Zoo/Run\nwait 1h\n"
                           "200 get ./Vendor/Zoo/Number int = -46\n";
  options_.recipes = {recipe};
  const CheckReport report = check(bring(kOwn / "waits_in_job.so"));
  EXPECT_THAT(report.findings, IsEmpty()) << to_text(report);
}

TEST_F(CheckTest, ADeathInARecipesWaitNamesItsLine) {
  const std::string recipe = folder_.file("zoo.recipe");
  std::ofstream(recipe) << "wait 20s\n";
  options_.recipes = {recipe};
  const CheckReport report = check(bring(kOwn / "dies_in_beat.so"));
  EXPECT_THAT(report.findings, Contains(AllOf(code_is("crash"), Field(&Finding::phase, "recipe"),
                                              Field(&Finding::text, HasSubstr("line 1: wait: ")))))
      << to_text(report);
}

TEST_F(CheckTest, JobsHaveTheTimeThatTheyAreGranted) {
  options_.device_time = std::chrono::hours(40);
  const CheckReport report = check(bring(kOwn / "works_on.so"));
  EXPECT_THAT(report.findings, Contains(AllOf(code_is("job.goes-on"),
                                              Field(&Finding::text, HasSubstr("40.0 hours")))))
      << to_text(report);
}

TEST_F(CheckTest, AJobOfManyTasksAtOneTimeGoesOn) {
  const CheckReport report = check(bring(kOwn / "long_chain.so"));
  EXPECT_THAT(report.findings, Contains(code_is("task.endless"))) << to_text(report);
  EXPECT_THAT(report.findings, Contains(code_is("job.goes-on"))) << to_text(report);
  EXPECT_THAT(report.findings, Not(Contains(code_is("job.endless")))) << to_text(report);
}

TEST_F(CheckTest, WhatCannotBeReadIsNoReport) {
  options_.library = folder_.file("gone.so");
  EXPECT_THAT(check_provider(options_), CodeIs(Code::kIo));
  options_.library = kZoo / "good.so";
  options_.recipes = {folder_.file("gone.recipe")};
  EXPECT_THAT(check_provider(options_), CodeIs(Code::kIo));
  const std::string recipe = folder_.file("bad.recipe");
  std::ofstream(recipe) << "nonsense\n";
  options_.recipes = {recipe};
  EXPECT_THAT(check_provider(options_), CodeIs(Code::kBadValue));
}

TEST_F(CheckTest, JunitHasAFailureForEachCaseWithAnError) {
  const CheckReport report = check(bring(kZoo / "completes_twice.so"));
  const std::string xml = to_junit(report);
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"verbs\""));
  EXPECT_THAT(xml, HasSubstr("<failure type=\"complete.twice\""));
  EXPECT_THAT(xml, Not(HasSubstr("failures=\"0\" errors=\"0\" time")));
}

TEST_F(CheckTest, JunitHoldsWhatXmlCanHold) {
  CheckReport report;
  report.library = "lib\xC3\xA9\x01<\"&.so";
  EXPECT_THAT(to_junit(report), HasSubstr("name=\"lib\xC3\xA9?&lt;&quot;&amp;.so\""));
  report.library = "lib\xE9\xEF\xBF\xBF";  // no UTF-8
  EXPECT_THAT(to_junit(report), HasSubstr("name=\"lib??\""));
  report.library = "lib\xEF\xBF\xBF";  // UTF-8, and no character of XML
  EXPECT_THAT(to_junit(report), HasSubstr("name=\"lib?\""));
}

}  // namespace
}  // namespace cspkit::harness
