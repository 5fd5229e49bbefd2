// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "simulated_click_to_run.hpp"

namespace cspkit::office {
namespace {

using Names = std::vector<std::string>;

std::string product(const std::string& id, const std::string& language = "en-us") {
  return "<Product ID=\"" + id + "\"><Language ID=\"" + language + "\"/></Product>";
}

std::string add(const std::string& inner, const std::string& attributes = "") {
  return "<Configuration><Add " + attributes + ">" + inner + "</Add></Configuration>";
}

std::string remove(const std::string& inner, const std::string& attributes = "") {
  return "<Configuration><Remove " + attributes + ">" + inner + "</Remove></Configuration>";
}

const char* const kRemoveAll = "<Configuration><Remove All=\"TRUE\"/></Configuration>";

MachineState after(const std::string& configuration, const MachineState& before = {}) {
  const RunResult result = simulate(configuration, before);
  EXPECT_EQ(result.status, kSuccess) << configuration << ": " << result.text;
  return result.machine;
}

MachineState suite(const std::string& attributes = "OfficeClientEdition=\"64\"") {
  return after(add(product("O365ProPlusRetail"), attributes));
}

struct Case {
  std::int32_t status;
  std::string configuration;
  bool suite_installed = false;
};

class RefusalTest : public testing::TestWithParam<Case> {};

TEST_P(RefusalTest, EndsWithTheCodeAndChangesNothing) {
  const MachineState before = GetParam().suite_installed ? suite() : MachineState();
  const RunResult result = simulate(GetParam().configuration, before);
  EXPECT_EQ(result.status, GetParam().status) << result.text;
  EXPECT_EQ(write_machine_state(result.machine), write_machine_state(before));
  EXPECT_FALSE(result.text.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Rules, RefusalTest,
    testing::Values(
        Case{kUnexpected, kRemoveAll}, Case{kUnexpected, remove(product("O365ProPlusRetail"))},
        Case{kNeedCleanUp, add(product("Office365"))},
        Case{kNeedCleanUp, remove(product("Office365")), true},
        Case{kCompletingScenario, add(product("O365ProPlusRetail", "xx-yy"))},
        Case{kNeedCleanUp, add(product("O365ProPlusRetail", "zh-sg"))},
        Case{kNeedCleanUp, add(product("VisioProRetail", "en-gb"))},
        Case{kNeedCleanUp, add(product("O365ProPlusRetail", "zu-za"))},
        Case{kInstallFailure, add(product("VisioProRetail"), "OfficeClientEdition=\"32\""), true},
        Case{kFail, add(product("ProPlusVolume"))},
        Case{kNeedCleanUp, add(product("O365ProPlusRetail"), "Channel=\"PerpetualVL2021\"")},
        Case{kNeedCleanUp, add(product("ProPlus2021Volume"), "Channel=\"Current\"")},
        Case{kNeedCleanUp, add(product("ProPlus2021Volume")), true},
        Case{kNeedCleanUp, add(product("VisioPro2021Volume"), "Channel=\"PerpetualVL2024\"")},
        Case{kNeedCleanUp, add(product("O365ProPlusRetail"), "Channel=\"Slow\"")},
        Case{kInstallFailure, add("", "MigrateArch=\"TRUE\" OfficeClientEdition=\"64\"")},
        Case{kInstallFailure, add(product("LanguagePack", "de-de"))},
        Case{kInstallFailure, add(product("O365ProPlusRetail"), "Version=\"MatchInstalled\"")},
        Case{kInstallFailure, add(product("O365ProPlusRetail", "MatchInstalled"))},
        Case{kHandlingCommandLine, "<Configuration/>"}, Case{kHandlingCommandLine, "<Setup/>"},
        Case{kHandlingCommandLine, add("")},
        Case{kHandlingCommandLine, add(product("O365ProPlusRetail"), "OfficeClientEdition=\"16\"")},
        Case{kHandlingCommandLine, "no XML"}));

TEST(SimulationTest, InstallsWhatWasAskedFor) {
  const MachineState state =
      after(add(product("O365BusinessRetail"), "OfficeClientEdition=\"32\" Channel=\"Monthly\""));
  EXPECT_EQ(state.edition, "32");
  EXPECT_EQ(state.channel, "Current");
  EXPECT_EQ(state.update_channel, "Current");
  EXPECT_EQ(state.version.substr(0, 5), "16.0.");
  ASSERT_EQ(state.products.size(), 1u);
  EXPECT_EQ(state.products[0].id, "O365BusinessRetail");
  EXPECT_EQ(state.products[0].languages, Names{"en-us"});
}

TEST(SimulationTest, DefaultsAreThoseOfTheTool) {
  const MachineState subscription = after(add(product("O365ProPlusRetail")));
  EXPECT_EQ(subscription.edition, "64");
  EXPECT_EQ(subscription.channel, "Current");
  EXPECT_EQ(after(add(product("ProPlus2021Volume"))).channel, "PerpetualVL2021");
  EXPECT_EQ(after(add(product("VisioPro2024Volume"))).channel, "PerpetualVL2024");
  EXPECT_EQ(after(add("<Product ID=\"O365ProPlusRetail\"/>")).products[0].languages,
            Names{"en-us"});
  EXPECT_EQ(after(add(product("O365ProPlusRetail", "MatchOS"))).products[0].languages,
            Names{"en-us"});
  EXPECT_EQ(
      after(add(product("O365ProPlusRetail"), "Version=\"16.0.1.2\" Channel=\"Current\"")).version,
      "16.0.1.2");
}

TEST(SimulationTest, AddJoinsWhatIsThere) {
  const MachineState state = after(add(product("VisioProRetail", "de-de")), suite());
  ASSERT_EQ(state.products.size(), 2u);
  EXPECT_EQ(state.edition, "64");
  const MachineState two = after(add(product("O365ProPlusRetail", "de-de")), suite());
  EXPECT_EQ(two.products.at(0).languages, (Names{"en-us", "de-de"}));
}

TEST(SimulationTest, ExclusionsAreReplacedOnlyByAFileThatListsEveryLanguage) {
  const auto with = [](const std::string& languages, const std::string& apps) {
    return add("<Product ID=\"O365ProPlusRetail\">" + languages + apps + "</Product>");
  };
  const std::string en = "<Language ID=\"en-us\"/>";
  const std::string de = "<Language ID=\"de-de\"/>";
  const std::string access = "<ExcludeApp ID=\"Access\"/>";
  const std::string teams = "<ExcludeApp ID=\"Teams\"/>";
  const MachineState first = after(with(en + de, access));
  EXPECT_EQ(after(with(en, teams), first).products[0].excluded_apps, (Names{"Access", "Teams"}));
  EXPECT_EQ(after(with(de + en, teams), first).products[0].excluded_apps, Names{"Teams"});
  EXPECT_EQ(after(with(de + en, ""), first).products[0].excluded_apps, Names{});
}

TEST(SimulationTest, ALanguagePackReachesEveryProduct) {
  const MachineState both = after(add(product("VisioProRetail")), suite());
  const MachineState with = after(add(product("LanguagePack", "fr-fr")), both);
  EXPECT_EQ(with.products.at(0).languages, (Names{"en-us", "fr-fr"}));
  EXPECT_EQ(with.products.at(1).languages, (Names{"en-us", "fr-fr"}));
  const MachineState without = after(remove(product("LanguagePack", "fr-fr")), with);
  EXPECT_EQ(without.products.at(1).languages, Names{"en-us"});
  EXPECT_EQ(after(remove(product("LanguagePack", "en-us")), without).products.size(), 2u);
}

TEST(SimulationTest, MatchInstalledTakesTheLanguagesThatAreThere) {
  const MachineState german = after(add(product("O365ProPlusRetail", "de-de")));
  const MachineState state =
      after(add("<Product ID=\"VisioProRetail\"><Language ID=\"MatchInstalled\" "
                "TargetProduct=\"O365ProPlusRetail\"/></Product>",
                "Version=\"MatchInstalled\""),
            german);
  EXPECT_EQ(state.find("VisioProRetail")->languages, Names{"de-de"});
  EXPECT_EQ(state.version, german.version);
}

TEST(SimulationTest, MigratingChangesTheEditionAndKeepsTheProducts) {
  const MachineState state =
      after(add("", "OfficeClientEdition=\"32\" MigrateArch=\"TRUE\""), suite());
  EXPECT_EQ(state.edition, "32");
  EXPECT_EQ(state.products.size(), 1u);
  EXPECT_EQ(after(add(product("O365ProPlusRetail"), "OfficeClientEdition=\"64\""), suite()).edition,
            "64");
}

TEST(SimulationTest, RemovesOneProductOneLanguageOrAll) {
  const MachineState both = after(add(product("VisioProRetail")), suite());
  const MachineState one = after(remove("<Product ID=\"VisioProRetail\"/>"), both);
  ASSERT_EQ(one.products.size(), 1u);
  EXPECT_EQ(one.products[0].id, "O365ProPlusRetail");
  EXPECT_EQ(after(remove(product("VisioProRetail", "de-de")), both).products.size(), 2u);
  EXPECT_EQ(after(remove(product("VisioProRetail", "en-us")), both).products.size(), 1u);
  const MachineState none = after(kRemoveAll, both);
  EXPECT_FALSE(none.is_installed());
  EXPECT_EQ(none.version + none.edition + none.channel + none.update_channel, "");
  EXPECT_EQ(simulate(kRemoveAll, none).status, kUnexpected);
}

TEST(SimulationTest, RemoveAndAddTogetherReplace) {
  const MachineState state =
      after("<Configuration><Remove All=\"TRUE\"/><Add OfficeClientEdition=\"32\">" +
                product("O365BusinessRetail") + "</Add></Configuration>",
            suite());
  ASSERT_EQ(state.products.size(), 1u);
  EXPECT_EQ(state.products[0].id, "O365BusinessRetail");
  EXPECT_EQ(state.edition, "32");
}

TEST(SimulationTest, UpdatesChangeTheUpdateChannelOnly) {
  const MachineState state =
      after("<Configuration><Updates Channel=\"Broad\"/></Configuration>", suite());
  EXPECT_EQ(state.channel, "Current");
  EXPECT_EQ(state.update_channel, "SemiAnnual");
  EXPECT_EQ(
      write_machine_state(after("<Configuration><Updates Channel=\"Broad\"/></Configuration>")),
      "");
}

}  // namespace
}  // namespace cspkit::office
