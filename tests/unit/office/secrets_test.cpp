// SPDX-License-Identifier: Apache-2.0
// Product keys reach no message, whatever place they stand in and however the document is broken.
#include <gtest/gtest.h>

#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/check.hpp>

#include "simulated_click_to_run.hpp"

namespace cspkit::odt {
namespace {

const std::string kKey = "7WQ2P-4KJ8M-T3RXC-9BVNH-D6GFY";

// A case changed on the way is no cover.
bool tells(const std::string& text, const std::string& key) {
  return lower(text).find(lower(key.substr(0, 11))) != std::string::npos;
}

void expect_silent(const std::string& text, const std::string& key = kKey) {
  for (const Profile profile : {Profile::kOdt, Profile::kStrict}) {
    CheckOptions options;
    options.profile = profile;
    const Report report = check(text, options);
    for (const Finding& finding : report.findings) {
      EXPECT_FALSE(tells(finding.message, key)) << finding.message;
    }
    EXPECT_FALSE(tells(report.configuration.summary(), key));
  }
  const office::RunResult result = office::simulate(text, {});
  EXPECT_FALSE(tells(result.text, key)) << result.text;
  EXPECT_FALSE(tells(office::write_machine_state(result.machine), key));
}

TEST(SecretsTest, KeysInTheirPlaceAreKeptAndNotTold) {
  const std::string text = "<Configuration><Add><Product ID=\"ProPlus2021Volume\" PIDKEY=\"" +
                           kKey + "\"><Language ID=\"en-us\"/></Product></Add></Configuration>";
  expect_silent(text);
  const Report report = check(text);
  EXPECT_EQ(report.configuration.add->products[0].key.reveal(), kKey);
  EXPECT_NE(serialise(report.configuration).find(kKey), std::string::npos);
}

TEST(SecretsTest, KeysInAnyOtherPlace) {
  const std::string kPlaces[] = {
      "<Add><Product ID=\"@\"/></Add>",
      "<Add><Product ID=\"a @\"><Language ID=\"@\"/><ExcludeApp ID=\"@\"/></Product></Add>",
      "<Add Version=\"@\" OfficeClientEdition=\"@\" Channel=\"@\" SourcePath=\"@\"/>",
      "<Add MigrateArch=\"@\"><Product ID=\"ProPlus2021Volume\" PIDKey=\"@\" PIDKEY=\" @x\"/>"
      "</Add>",
      "<Property Name=\"@\" Value=\"@\"/><Property Name=\"@\" Value=\"1\"/>",
      "<Property Name=\"PIDKEY\" Value=\"@\"/><Property Name=\"AUTOACTIVATE\" Value=\"@\"/>",
      "<Updates TargetVersion=\"@\" Deadline=\"@\" Channel=\"@\"/><Display Level=\"@\"/>",
      "<Remove><Product ID=\"@\"/></Remove>", "<K-@ @-=\"1\"/>",
      "<AppSettings><User Key=\"@\" Name=\"@\" Type=\"REG_DWORD\" Value=\"@\"/></AppSettings>",
      "<AppSettings><User Key=\"k\" Name=\"n\" Type=\"@\" Value=\"@\"/></AppSettings>",
      "<Add><Product ID=\"O365ProPlusRetail\"><Language ID=\"MatchInstalled\" "
      "TargetProduct=\"@\"/></Product></Add>",
      // Broken documents.
      "<Add PIDKEY=\"@\" PIDKEY=\"@\"/>", "<Add PIDKEY=@/>", "<A-@></B-@>", "&@;",
      "<Add A-@=\"1\" A-@=\"2\"/>", "<Product PIDKEY=\"@\"<"};
  for (const std::string& place : kPlaces) {
    for (const std::string& key : {kKey, std::string("ABCDE12345FGHIJ67890KLMNO")}) {
      std::string text = "<Configuration>" + place + "</Configuration>";
      for (std::size_t at = 0; (at = text.find('@')) != std::string::npos;)
        text.replace(at, 1, key);
      expect_silent(text, key);
    }
  }
}

TEST(SecretsTest, OtherTextStaysReadable) {
  EXPECT_EQ(shown("O365ProPlusRetail"), "O365ProPlusRetail");
  EXPECT_EQ(shown("SkypeforBusinessEntryRetail"), "SkypeforBusinessEntryRetail");
  EXPECT_EQ(shown("12345678-ABCD-1234-ABCD-1234567890AB"), "12345678-ABCD-1234-ABCD-1234567890AB");
  EXPECT_EQ(shown("a " + kKey + " b"), "a (product key) b");
  EXPECT_EQ(shown(std::string(70, '-') + kKey), std::string(70, '-') + "(product k...");
  EXPECT_EQ(shown("a\nb\x1b[0m"), "a b [0m");
}

TEST(SecretsTest, KeysAreRecognised) {
  EXPECT_TRUE(ProductKey(kKey).is_well_formed());
  EXPECT_FALSE(ProductKey(kKey + "A").is_well_formed());
  EXPECT_FALSE(ProductKey("7WQ2P4KJ8MT3RXC9BVNHD6GFY").is_well_formed());
  EXPECT_TRUE(ProductKey("#####-#####-#####-#####-#####").is_placeholder());
  EXPECT_TRUE(ProductKey("XXXXX-XXXXX-XXXXX-XXXXX-XXXXX").is_placeholder());
  EXPECT_TRUE(ProductKey("#####-#####").is_placeholder());
  EXPECT_FALSE(ProductKey(kKey).is_placeholder());
  EXPECT_FALSE(ProductKey("").is_placeholder());
}

}  // namespace
}  // namespace cspkit::odt
