// SPDX-License-Identifier: Apache-2.0
// Which elements there are, and what stands in them.
#ifndef CSPKIT_ODT_GRAMMAR_HPP_
#define CSPKIT_ODT_GRAMMAR_HPP_

#include <iterator>

#include "text.hpp"

namespace cspkit::odt::grammar {

struct Shape {
  Names attributes;
  Names children;
};

inline constexpr std::string_view kSections[] = {"Info",      "Add",      "Remove",
                                                 "RemoveMSI", "Updates",  "Display",
                                                 "Logging",   "Property", "AppSettings"};
inline constexpr std::string_view kRootAttributes[] = {"ID", "Host", "DeploymentConfigurationID"};
inline constexpr Shape kRoot{kRootAttributes, kSections};

inline constexpr std::string_view kInfoAttributes[] = {"Description"};
inline constexpr Shape kInfo{kInfoAttributes, {}};

inline constexpr std::string_view kAddAttributes[] = {
    "SourcePath",     "Version",       "OfficeClientEdition",
    "Channel",        "DownloadPath",  "AllowCdnFallback",
    "MigrateArch",    "OfficeMgmtCOM", "ForceUpgrade",
    "ForceDowngrade", "Branch"};
inline constexpr std::string_view kProductOnly[] = {"Product"};
inline constexpr Shape kAdd{kAddAttributes, kProductOnly};

inline constexpr std::string_view kProductAttributes[] = {"ID", "PIDKEY", "MSICondition"};
inline constexpr std::string_view kProductChildren[] = {"Language", "ExcludeApp"};
inline constexpr Shape kProduct{kProductAttributes, kProductChildren};
inline constexpr std::string_view kIdOnly[] = {"ID"};
inline constexpr std::string_view kLanguageOnly[] = {"Language"};
inline constexpr Shape kRemovedProduct{kIdOnly, kLanguageOnly};
inline constexpr std::string_view kLanguageAttributes[] = {"ID", "Fallback", "TargetProduct"};
inline constexpr Shape kLanguage{kLanguageAttributes, {}};
inline constexpr Shape kNamed{kIdOnly, {}};  // ExcludeApp, IgnoreProduct

inline constexpr std::string_view kAllOnly[] = {"All"};
inline constexpr Shape kRemove{kAllOnly, kProductOnly};
inline constexpr std::string_view kIgnoreOnly[] = {"IgnoreProduct"};
inline constexpr Shape kRemoveMsi{kAllOnly, kIgnoreOnly};

inline constexpr std::string_view kUpdatesAttributes[] = {"Enabled",  "UpdatePath", "TargetVersion",
                                                          "Deadline", "Channel",    "Branch"};
inline constexpr Shape kUpdates{kUpdatesAttributes, {}};
inline constexpr std::string_view kDisplayAttributes[] = {"Level", "AcceptEULA"};
inline constexpr Shape kDisplay{kDisplayAttributes, {}};
inline constexpr std::string_view kLoggingAttributes[] = {"Level", "Path"};
inline constexpr Shape kLogging{kLoggingAttributes, {}};
inline constexpr std::string_view kPropertyAttributes[] = {"Name", "Value"};
inline constexpr Shape kProperty{kPropertyAttributes, {}};  // Property, Setup

inline constexpr std::string_view kAppSettingsChildren[] = {"Setup", "User"};
inline constexpr Shape kAppSettings{{}, kAppSettingsChildren};
inline constexpr std::string_view kUserAttributes[] = {"Key", "Name", "Value", "Type", "App", "Id"};
inline constexpr Shape kUser{kUserAttributes, {}};

// Every name there is below the root.
inline constexpr std::string_view kEverywhere[] = {
    "Info",          "Add",      "Remove",      "RemoveMSI",    "Updates",  "Display",
    "Logging",       "Property", "AppSettings", "Product",      "Language", "ExcludeApp",
    "IgnoreProduct", "Setup",    "User",        "Configuration"};

// What only a config.xml of the MSI-based Setup holds.
inline constexpr std::string_view kMsiSetup[] = {"Setting", "OptionState", "INSTALLLOCATION"};

inline constexpr std::string_view kKeywords[] = {"MatchOS", "MatchInstalled", "MatchPreviousMSI"};
inline constexpr std::string_view kCurrentApps[] = {"Access",     "Bing",      "Excel",   "Groove",
                                                    "Lync",       "OneDrive",  "OneNote", "Outlook",
                                                    "PowerPoint", "Publisher", "Teams",   "Word"};
// Newer than the list of October 2024, or of 2013.
inline constexpr std::string_view kOtherApps[] = {"OutlookForWindows", "InfoPath", "Project",
                                                  "SharePointDesigner", "Visio"};
inline constexpr std::string_view kDisplayLevels[] = {"None", "Full"};
inline constexpr std::string_view kLoggingLevels[] = {"Off", "Standard"};

}  // namespace cspkit::odt::grammar

#endif  // CSPKIT_ODT_GRAMMAR_HPP_
