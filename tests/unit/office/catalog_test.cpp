// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cspkit/odt/catalog.hpp>

namespace cspkit::odt {
namespace {

TEST(CatalogTest, KnowsProductsInAnyCase) {
  const ProductInfo* suite = find_product("o365proplusretail");
  ASSERT_NE(suite, nullptr);
  EXPECT_EQ(suite->id, "O365ProPlusRetail");
  EXPECT_EQ(suite->group, ProductGroup::kSuite);
  EXPECT_EQ(suite->channels, ProductChannels::kSubscription);
  EXPECT_EQ(find_product("Office365"), nullptr);
  EXPECT_EQ(find_product(""), nullptr);
  EXPECT_TRUE(find_product("VisioProRetail")->is_visio_or_project());
  EXPECT_EQ(find_product("ProPlusVolume")->channels, ProductChannels::kNone);
  EXPECT_EQ(find_product("Standard2021Volume")->release, 2021);
  EXPECT_EQ(find_product("Standard2021Volume")->channels, ProductChannels::kPerpetualOnly);
  EXPECT_EQ(find_product("LanguagePack")->group, ProductGroup::kLanguage);
}

TEST(CatalogTest, KnowsEveryGenerationOfChannelNames) {
  EXPECT_EQ(find_channel("Monthly")->canonical, "Current");
  EXPECT_EQ(find_channel("monthlyenterprise")->canonical, "MonthlyEnterprise");
  EXPECT_EQ(find_channel("Broad")->canonical, "SemiAnnual");
  EXPECT_EQ(find_channel("Deferred")->canonical, "SemiAnnual");
  EXPECT_EQ(find_channel("targeted")->canonical, "SemiAnnualPreview");
  EXPECT_EQ(find_channel("InsiderFast")->canonical, "BetaChannel");
  EXPECT_EQ(find_channel("PerpetualVL2024")->canonical, "PerpetualVL2024");
  EXPECT_EQ(find_channel("Slow"), nullptr);
  EXPECT_TRUE(is_perpetual(perpetual_channel(2021)));
  EXPECT_TRUE(perpetual_channel(2016).empty());
  EXPECT_FALSE(is_perpetual("Current"));
}

TEST(CatalogTest, TellsPacksFromCulturesAndFromNonsense) {
  EXPECT_EQ(language_kind("en-US"), LanguageKind::kCore);
  EXPECT_EQ(language_kind("cy-gb"), LanguageKind::kPartial);
  EXPECT_EQ(language_kind("zu-za"), LanguageKind::kProofing);
  EXPECT_EQ(language_kind("zh-sg"), LanguageKind::kNoPack);
  EXPECT_EQ(language_kind("de-at"), LanguageKind::kNoPack);
  EXPECT_EQ(language_kind("en-es"), LanguageKind::kUnknown);
  EXPECT_EQ(language_kind("MatchOS"), LanguageKind::kKeyword);
}

TEST(CatalogTest, TextHelpers) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" "), "");
  EXPECT_TRUE(same("AbC", "aBc"));
  EXPECT_FALSE(same("a", "ab"));
  EXPECT_EQ(lower("EN-us\xC3\x89"), "en-us\xC3\x89");
}

}  // namespace
}  // namespace cspkit::odt
