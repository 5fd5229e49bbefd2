// SPDX-License-Identifier: Apache-2.0
// The list of rules, for people and for the strict profile.
#include <algorithm>
#include <cspkit/odt/check.hpp>

namespace cspkit::odt {
namespace {

using enum Severity;

}  // namespace

const std::vector<RuleInfo>& rules() {
  static const std::vector<RuleInfo> kRules = {
      {"X001", kError, false, "not well-formed XML"},
      {"X002", kError, false, "a document type declaration"},
      {"X003", kError, false, "the root element is not Configuration"},
      {"X004", kError, false, "a config.xml of the MSI-based Office Setup"},
      {"X005", kWarning, true, "text where only elements stand: lost attributes"},
      {"X006", kError, false,
       "a typographic quote, a zero-width space, a backslash where XML "
       "needs something else"},
      {"N001", kWarning, true, "an unknown element or attribute"},
      {"N002", kWarning, true, "a known element in the wrong place"},
      {"N003", kError, false, "a section that may stand once stands twice"},
      {"N004", kWarning, false, "blanks around a value"},
      {"P001", kError, false, "a required attribute is missing or empty"},
      {"A001", kError, false, "OfficeClientEdition is neither 32 nor 64"},
      {"A002", kError, false, "Version is no version"},
      {"A003", kWarning, false, "Version without Channel"},
      {"A004", kError, false, "DownloadPath without Version"},
      {"A005", kError, false, "an edition that the machine cannot run"},
      {"A006", kError, false, "another edition than the installed one, without MigrateArch"},
      {"A007", kWarning, false,
       "an odd path: relative, doubled backslashes, or with \\Office at "
       "its end"},
      {"A008", kError, false, "Add without Product and without MigrateArch"},
      {"C001", kError, false, "an unknown channel"},
      {"C002", kInfo, false, "an earlier spelling of a channel"},
      {"C003", kError, false, "a suite on a channel that does not carry it"},
      {"C004", kInfo, false, "Updates names another channel than Add"},
      {"D001", kWarning, true, "an unknown, withdrawn or oddly spelled product"},
      {"D002", kWarning, false, "a product stands twice"},
      {"D003", kError, false, "PIDKEY is no product key, or stands where none is needed"},
      {"D004", kWarning, false, "MSICondition is empty or has blanks"},
      {"L001", kWarning, true, "an unknown language, or one without a pack for the product"},
      {"L002", kError, false, "Visio or Project in en-gb, fr-ca or es-mx"},
      {"L003", kError, false, "MatchPreviousMSI without RemoveMSI or another language"},
      {"L004", kWarning, false, "Fallback without MatchOS, TargetProduct without MatchInstalled"},
      {"L005", kError, false, "MatchInstalled in a download"},
      {"L006", kError, false,
       "a product without Language; an error where it is known not to be "
       "installed"},
      {"E001", kWarning, false, "an unknown, old or misplaced ExcludeApp"},
      {"V001", kError, false, "a property has a value it cannot have"},
      {"V002", kWarning, false, "properties that do not go together"},
      {"V003", kWarning, false, "a property is unknown, oddly spelled or set twice"},
      {"V004", kWarning, false, "a value is not one of those documented, or oddly spelled"},
      {"U001", kError, false, "Deadline is no date and time, is over or near"},
      {"U002", kError, false, "TargetVersion is no version"},
      {"R001", kWarning, false, "Remove All=TRUE beside Product"},
      {"R002", kInfo, false, "Add and Remove together"},
      {"S001", kWarning, false, "something Microsoft has withdrawn"},
      {"O001", kError, false, "a registry value of a wrong type"},
      {"Z001", kError, false, "nothing to do"},
  };
  return kRules;
}

const RuleInfo* find_rule(std::string_view code) {
  const auto found = std::find_if(rules().begin(), rules().end(),
                                  [&](const RuleInfo& rule) { return rule.code == code; });
  return found == rules().end() ? nullptr : &*found;
}

}  // namespace cspkit::odt
