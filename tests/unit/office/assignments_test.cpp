// SPDX-License-Identifier: Apache-2.0
// Several assignments on one device.
#include <gtest/gtest.h>

#include <cspkit/odt/assignments.hpp>
#include <cspkit/odt/check.hpp>

namespace cspkit::odt {
namespace {

using enum GroupKind;
using enum Intent;

Configuration suite(const std::string& inner, const std::string& attributes = "",
                    const std::string& beside = "") {
  const Report report =
      check("<Configuration><Add " + attributes + "><Product ID=\"O365ProPlusRetail\">" + inner +
            "</Product>" + beside + "</Add></Configuration>");
  EXPECT_EQ(report.first_error(), nullptr);
  return report.configuration;
}

Configuration visio() {
  return check(
             "<Configuration><Add Channel=\"Current\"><Product ID=\"VisioProRetail\"><Language "
             "ID=\"en-us\"/></Product></Add></Configuration>")
      .configuration;
}

std::vector<std::string> products(const Configuration& c) {
  std::vector<std::string> ids;
  for (const Product& product : c.add->products) ids.push_back(product.id);
  return ids;
}

std::vector<std::string> languages(const Product& product) {
  std::vector<std::string> ids;
  for (const Language& language : product.languages) ids.push_back(language.id);
  return ids;
}

using Names = std::vector<std::string>;

TEST(MergeTest, TheLaterSetOfAppsReplacesTheEarlier) {
  const Configuration with_word =
      suite("<Language ID=\"en-us\"/><ExcludeApp ID=\"Access\"/>", "Channel=\"Current\"");
  const Configuration without_word = suite("<Language ID=\"de-de\"/><ExcludeApp ID=\"Word\"/>",
                                           "Channel=\"SemiAnnual\" OfficeClientEdition=\"32\"");
  const Configuration both = merge(with_word, without_word);
  EXPECT_EQ(both.add->channel, "SemiAnnual");
  EXPECT_EQ(both.add->edition, "32");
  ASSERT_EQ(products(both), Names{"O365ProPlusRetail"});
  EXPECT_EQ(both.add->products[0].excluded_apps(), Names{"Word"});
  // Listed, so that the tool replaces the excluded apps instead of joining them.
  EXPECT_EQ(languages(both.add->products[0]), (Names{"de-de", "en-us"}));
  EXPECT_FALSE(both.remove);
}

TEST(MergeTest, VisioAndProjectOutliveALaterSuite) {
  const Configuration first = merge(suite("<Language ID=\"en-us\"/>"), visio());
  EXPECT_EQ(products(first), Names{"VisioProRetail"});
  const Configuration last =
      merge(first, suite("<Language ID=\"en-us\"/><ExcludeApp ID=\"Word\"/>", "",
                         "<Product ID=\"ProjectProRetail\"><Language ID=\"en-us\"/></Product>"));
  EXPECT_EQ(products(last), (Names{"O365ProPlusRetail", "VisioProRetail", "ProjectProRetail"}));
}

TEST(MergeTest, ALaterVisioReplacesAnEarlierOne) {
  Configuration later = visio();
  later.add->products[0].languages[0].id = "de-de";
  const Configuration both = merge(visio(), later);
  EXPECT_EQ(products(both), Names{"VisioProRetail"});
  EXPECT_EQ(languages(both.add->products[0]), Names{"de-de"});
}

TEST(MergeTest, ListsTheLanguagesThatAreInstalled) {
  const Configuration earlier = suite("<Language ID=\"MatchOS\"/><Language ID=\"fr-fr\"/>");
  const Configuration later = suite("<Language ID=\"MatchOS\"/>");
  EXPECT_EQ(languages(merge(earlier, later).add->products[0]), (Names{"MatchOS", "fr-fr"}));
  EXPECT_EQ(languages(merge(earlier, later, Names{"nl-NL"}).add->products[0]),
            (Names{"MatchOS", "nl-nl"}));
}

TEST(MergeTest, WhatAddsNothingStaysAsItIs) {
  const Configuration uninstall =
      check("<Configuration><Remove All=\"TRUE\"/></Configuration>").configuration;
  EXPECT_EQ(merge(visio(), uninstall), uninstall);
  const Configuration migrate =
      check("<Configuration><Add MigrateArch=\"TRUE\"/></Configuration>").configuration;
  EXPECT_EQ(merge(visio(), migrate), migrate);
  EXPECT_EQ(merge(uninstall, visio()), visio());
}

struct Row {
  GroupIntent one, other;
  const char* result;
};

TEST(IntentTest, FollowsThePublishedTable) {
  const Row kTable[] = {
      {{kUser, kRequired}, {kUser, kAvailable}, "Required and Available"},
      {{kUser, kRequired}, {kUser, kUninstall}, "Required"},
      {{kUser, kAvailable}, {kUser, kUninstall}, "Uninstall"},
      {{kUser, kRequired}, {kDevice, kRequired}, "Required"},
      {{kUser, kRequired}, {kDevice, kUninstall}, "Required"},
      {{kUser, kAvailable}, {kDevice, kRequired}, "Required and Available"},
      {{kUser, kAvailable}, {kDevice, kUninstall}, "Available"},
      {{kUser, kUninstall}, {kDevice, kRequired}, "Required"},
      {{kUser, kUninstall}, {kDevice, kUninstall}, "Uninstall"},
      {{kDevice, kRequired}, {kDevice, kUninstall}, "Required"},
      {{kUser, kRequiredAndAvailable}, {kUser, kAvailable}, "Required and Available"},
      {{kUser, kRequiredAndAvailable}, {kUser, kUninstall}, "Required and Available"},
      {{kUser, kRequiredAndAvailable}, {kDevice, kRequired}, "Required and Available"},
      {{kUser, kRequiredAndAvailable}, {kDevice, kUninstall}, "Required and Available"},
      {{kUser, kAvailableWithoutEnrollment},
       {kUser, kRequiredAndAvailable},
       "Required and Available"},
      {{kUser, kAvailableWithoutEnrollment}, {kUser, kRequired}, "Required"},
      {{kUser, kAvailableWithoutEnrollment}, {kUser, kAvailable}, "Available"},
      {{kUser, kAvailableWithoutEnrollment},
       {kDevice, kRequired},
       "Required and Available without enrollment"},
      {{kUser, kAvailableWithoutEnrollment},
       {kDevice, kUninstall},
       "Uninstall and Available without enrollment"},
  };
  for (const Row& row : kTable) {
    EXPECT_EQ(describe(resolve_intents({row.one, row.other})), row.result);
    EXPECT_EQ(describe(resolve_intents({row.other, row.one})), row.result);
  }
}

TEST(IntentTest, AloneAndWithMoreThanTwo) {
  EXPECT_EQ(describe(resolve_intents({})), "nothing");
  EXPECT_EQ(describe(resolve_intents({{kDevice, kUninstall}})), "Uninstall");
  EXPECT_EQ(describe(resolve_intents({{kDevice, kAvailable}})), "nothing");
  EXPECT_EQ(
      describe(resolve_intents({{kUser, kUninstall}, {kUser, kAvailable}, {kUser, kRequired}})),
      "Required and Available");
  EXPECT_EQ(
      describe(resolve_intents({{kUser, kUninstall}, {kDevice, kUninstall}, {kUser, kAvailable}})),
      "Uninstall");
}

TEST(ResolveTest, IntentsFirstThenTheConfigurations) {
  const Configuration office = suite("<Language ID=\"en-us\"/>");
  const Resolution resolution = resolve({{"visio", {kDevice, kRequired}, visio()},
                                         {"office", {kUser, kUninstall}, office},
                                         {"offered", {kUser, kAvailable}, visio()},
                                         {"office", {kDevice, kRequired}, office}});
  ASSERT_EQ(resolution.decisions.size(), 3u);
  EXPECT_EQ(resolution.decisions[2].app, "office");
  ASSERT_TRUE(resolution.effective);
  EXPECT_EQ(products(*resolution.effective), (Names{"O365ProPlusRetail", "VisioProRetail"}));
}

TEST(ResolveTest, UninstallsWhatNobodyRequires) {
  const Resolution resolution =
      resolve({{"office", {kDevice, kUninstall}, suite("<Language ID=\"en-us\"/>")}});
  ASSERT_TRUE(resolution.effective);
  EXPECT_FALSE(resolution.effective->add);
  ASSERT_TRUE(resolution.effective->remove);
  EXPECT_EQ(resolution.effective->remove->products.at(0).id, "O365ProPlusRetail");
  EXPECT_FALSE(resolve({{"a", {kUser, kAvailable}, visio()}}).effective);
}

}  // namespace
}  // namespace cspkit::odt
