// SPDX-License-Identifier: Apache-2.0
// cspkit/odt/app_suite.hpp: a configuration from the settings of an app suite, as the designer of a
// management service offers them. Sources: Microsoft's "Add Microsoft 365 Apps to Windows devices"
// (Intune) and the resource officeSuiteApp of Microsoft Graph. Functions are pure and may be called
// from any thread.
#ifndef CSPKIT_ODT_APP_SUITE_HPP_
#define CSPKIT_ODT_APP_SUITE_HPP_

#include <cspkit/odt/configuration.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::odt {

/// What is installed, with the numbers of Microsoft Graph.
enum class SuiteProduct : std::uint8_t {
  kEnterprise = 0,  ///< o365ProPlusRetail
  kBusiness = 1,    ///< o365BusinessRetail
  kVisio = 2,       ///< visioProRetail
  kProject = 3      ///< projectProRetail
};

/// What Office saves as by default.
enum class FileFormat : std::uint8_t {
  kNotSet,       ///< Office's own default
  kOpenXml,      ///< .docx, .xlsx, .pptx
  kOpenDocument  ///< .odt, .ods, .odp
};

/// Whether the suite is to be there or to go.
enum class Removal : std::uint8_t {
  kNone,      ///< install
  kProducts,  ///< uninstall the products named
  kAll        ///< uninstall every Click-to-Run product
};

/// A build that can be had: what "version 2004 on Current" means on a day. Input data; a
/// configuration that was built stays what it is when the list changes.
struct KnownBuild {
  std::string channel;  ///< any spelling
  std::string name;     ///< "2004"
  std::string version;  ///< "16.0.b.r"
};

/// The settings of an app suite. What is empty is left out of the configuration.
struct AppSuite {
  std::string configuration_xml;  ///< when not empty it is used as it is, and nothing else counts
  std::vector<SuiteProduct> products;      ///< one at least
  std::vector<std::string> excluded_apps;  ///< as Graph or the Deployment Tool writes them
  std::string architecture;                ///< "32", "64"; empty: 64
  std::string channel;         ///< any spelling, also the display names of Intune; empty: left out
  std::string target_version;  ///< "16.0.b.r"; empty: the newest
  std::string update_version;  ///< "2004", looked up in `builds`
  std::vector<KnownBuild> builds;                ///< when not empty, versions must be among them
  std::vector<std::string> locales;              ///< "en-us", ...: beside the language of Windows
  std::string display_level;                     ///< "None", "Full"; empty: left out
  FileFormat file_format = FileFormat::kNotSet;  ///< see there
  Removal removal = Removal::kNone;              ///< see there
  std::optional<bool> shared_computer;           ///< SharedComputerLicensing
  bool remove_older_versions = false;            ///< MSI Office, all of it
  bool accept_eula = false;                      ///< AcceptEULA: nobody is asked
  bool required = false;  ///< a required assignment runs silently, whatever display_level says
};

/// What became of settings.
struct Built {
  std::string xml;                              ///< empty when there are problems
  Configuration configuration;                  ///< the same, read
  std::vector<std::string> problems;            ///< why it cannot be built: every one, for people
  std::vector<std::string> notes;               ///< what a reader should know though it was built
  bool ok() const { return problems.empty(); }  ///< true: it was built
};

/// Builds the configuration. The Business suite is refused: the designer builds only the enterprise
/// suite, Business comes as configuration XML.
Built build(const AppSuite& suite);

/// Reads an officeSuiteApp of Microsoft Graph (JSON). officeConfigurationXml may be base64, as
/// Graph sends it, or text. False when it is no such object: `error` says why, with no part of it.
/// Properties of other kinds (displayName, ...) are left alone.
[[nodiscard]] bool read_app_suite(std::string_view json, AppSuite& suite, std::string& error);

/// The canonical channel of a spelling: of the Deployment Tool, of Graph, of Intune's English and
/// Dutch pages. Empty: unknown.
std::string_view channel_named(std::string_view name);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_APP_SUITE_HPP_
