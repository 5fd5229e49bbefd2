// SPDX-License-Identifier: Apache-2.0
// What was wrong in the configuration that several assignments come to.
#include <gtest/gtest.h>

#include <cspkit/odt/assignments.hpp>
#include <cspkit/odt/check.hpp>

namespace cspkit::odt {
namespace {

using Names = std::vector<std::string>;

Configuration read(const std::string& inner) {
  const Report report = check("<Configuration>" + inner + "</Configuration>");
  EXPECT_EQ(report.first_error(), nullptr) << inner;
  return report.configuration;
}

Configuration adding(const std::string& product, const std::string& languages,
                     const std::string& excluded = "") {
  std::string text = "<Add Channel=\"Current\"><Product ID=\"" + product + "\">" + languages;
  if (!excluded.empty()) text += "<ExcludeApp ID=\"" + excluded + "\"/>";
  return read(text + "</Product></Add>");
}

Assignment required(const std::string& app, Configuration configuration) {
  return {app, {GroupKind::kDevice, Intent::kRequired}, std::move(configuration), false};
}

// Languages of the first product.
Names languages(const std::optional<Configuration>& effective) {
  Names ids;
  if (!effective || !effective->add) return ids;
  for (const Language& language : effective->add->products.at(0).languages) {
    ids.push_back(language.id);
  }
  return ids;
}

constexpr const char* kSuite = "O365ProPlusRetail";
constexpr const char* kEnglish = "<Language ID=\"en-us\"/>";
constexpr const char* kTwo = "<Language ID=\"en-us\"/><Language ID=\"nl-nl\"/>";

// A Visio between two suites hid the languages of the first: the excluded apps of the second would
// have joined its own instead of replacing them.
TEST(OdtAssignmentsTest, AVisioInBetweenHidesNoLanguage) {
  const Resolution resolution = resolve({required("a", adding(kSuite, kTwo, "Excel")),
                                         required("b", adding("VisioProRetail", kEnglish)),
                                         required("c", adding(kSuite, kEnglish, "Word"))});
  EXPECT_EQ(languages(resolution.effective), (Names{"en-us", "nl-nl"}));
  EXPECT_EQ(resolution.effective->add->products.size(), 2u);
  EXPECT_EQ(resolution.effective->add->products[0].excluded_apps(), Names{"Word"});
}

// But what was removed in between is there no longer.
TEST(OdtAssignmentsTest, WhatWasRemovedInBetweenIsNotListed) {
  const auto after = [](const std::string& removal) {
    return languages(resolve({required("a", adding(kSuite, kTwo)), required("b", read(removal)),
                              required("c", adding(kSuite, kEnglish))})
                         .effective);
  };
  EXPECT_EQ(after("<Remove All=\"TRUE\"/>"), Names{"en-us"});
  EXPECT_EQ(after("<Remove><Product ID=\"O365ProPlusRetail\"/></Remove>"), Names{"en-us"});
  EXPECT_EQ(after("<Remove><Product ID=\"O365ProPlusRetail\"><Language ID=\"nl-nl\"/></Product>"
                  "</Remove>"),
            Names{"en-us"});
  EXPECT_EQ(after("<Remove><Product ID=\"VisioProRetail\"/></Remove>"), (Names{"en-us", "nl-nl"}));
}

// Installed languages that were given did not reach the only assignment.
TEST(OdtAssignmentsTest, TheOnlyAssignmentListsWhatIsInstalledToo) {
  const std::vector<Assignment> only = {required("a", adding(kSuite, kEnglish))};
  EXPECT_EQ(languages(resolve(only, Names{"fr-FR"}).effective), (Names{"en-us", "fr-fr"}));
  EXPECT_EQ(languages(resolve(only).effective), Names{"en-us"});
  const std::vector<Assignment> visio = {required("a", adding("VisioProRetail", kEnglish))};
  EXPECT_EQ(languages(resolve(visio, Names{"fr-FR"}).effective), Names{"en-us"});
}

// A required assignment was not silent.
TEST(OdtAssignmentsTest, ARequiredAssignmentIsSilent) {
  Assignment assignment = required("a", read("<Add><Product ID=\"O365ProPlusRetail\"/></Add>"
                                             "<Display Level=\"Full\" AcceptEULA=\"TRUE\"/>"));
  EXPECT_EQ(resolve({assignment}).effective->display->level, "Full") << "as it stands";
  assignment.silent = true;
  EXPECT_EQ(resolve({assignment}).effective->display->level, "None");
  EXPECT_EQ(resolve({assignment}).effective->display->accept_eula, true);
  assignment.configuration.display.reset();
  EXPECT_EQ(resolve({assignment}).effective->display->level, "None");
}

}  // namespace
}  // namespace cspkit::odt
