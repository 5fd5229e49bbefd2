// SPDX-License-Identifier: Apache-2.0
// cspkit/odt/configuration.hpp: a configuration of the Office Deployment Tool as a typed value that
// loses nothing: what the tool does not know is kept beside what it knows, so that a document can
// be read, changed and written again. Sources: Microsoft's "Configuration options for the Office
// Deployment Tool" (learn.microsoft.com/deployoffice), its earlier revisions, and the files people
// use. Names of elements and attributes are case-sensitive, values are not; blanks around values do
// not count. Functions are pure; values have no thread rules.
#ifndef CSPKIT_ODT_CONFIGURATION_HPP_
#define CSPKIT_ODT_CONFIGURATION_HPP_

#include <cspkit/odt/xml.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cspkit::odt {

/// Where an element and its attributes stand. Does not count when configurations are compared.
struct Place {
  Position element;                                               ///< its start tag
  std::vector<std::pair<std::string_view, Position>> attributes;  ///< those the tool knows
  /// Of the attribute, or of the element when it has none of that name.
  Position of(std::string_view attribute) const;
  bool has(std::string_view attribute) const;  ///< as it was read, with whatever value
};
/// Always: where something stands does not count.
constexpr bool operator==(const Place&, const Place&) { return true; }

/// What else an element holds: kept as it was, written again, without meaning to the tool.
struct Rest {
  std::vector<XmlAttribute> attributes;  ///< unknown names, and values that cannot be understood
  std::vector<XmlElement> elements;      ///< unknown, misplaced or repeated ones
  std::string text;                      ///< without the blanks around it
  Asides before;                         ///< comments, as in XmlElement
  Asides inside;                         ///< likewise
  bool operator==(const Rest&) const = default;  ///< where it stands does not count
};

/// What every element has.
struct Element {
  Place place;                                      ///< where it stands
  Rest rest;                                        ///< what of it has no meaning to the tool
  bool operator==(const Element&) const = default;  ///< where it stands does not count
};

/// A product key. Nothing but reveal() gives it away: it is never printed, logged or compared in a
/// message.
class ProductKey {
 public:
  ProductKey() = default;  ///< none
  /// A key as it is written; nothing is judged.
  explicit ProductKey(std::string text) : text_(std::move(text)) {}
  bool empty() const { return text_.empty(); }  ///< true: none was given
  bool is_well_formed() const;                  ///< five groups of five letters or digits
  bool is_placeholder() const;                  ///< groups of one and the same sign: "#####-..."
  /// For who writes the configuration for the tool, and for nobody else.
  const std::string& reveal() const { return text_; }
  bool operator==(const ProductKey&) const = default;  ///< sign by sign

 private:
  std::string text_;
};

/// Add/Product/Language and Remove/Product/Language.
struct Language : Element {
  std::string id;              ///< lower case; keywords as Microsoft writes them
  std::string fallback;        ///< with MatchOS; lower case
  std::string target_product;  ///< with MatchInstalled
  bool operator==(const Language&) const = default;  ///< where it stands does not count
};

/// Product/ExcludeApp.
struct ExcludeApp : Element {
  std::string id;  ///< as Microsoft writes it when known, else as given
  bool operator==(const ExcludeApp&) const = default;  ///< where it stands does not count
};

/// Add/Product and Remove/Product.
struct Product : Element {
  std::string id;                            ///< as Microsoft writes it when known, else as given
  ProductKey key;                            ///< PIDKEY
  std::optional<std::string> msi_condition;  ///< comma list of Setup IDs; set but empty: told so
  std::vector<Language> languages;           ///< in document order
  std::vector<ExcludeApp> excluded;          ///< not inside Remove
  /// The IDs of `excluded` that the tool knows.
  std::vector<std::string> excluded_apps() const;
  bool operator==(const Product&) const = default;  ///< where it stands does not count
};

/// What is to be installed.
struct Add : Element {
  std::string source_path;    ///< SourcePath
  std::string download_path;  ///< DownloadPath, of old
  std::string edition;        ///< "32", "64", or empty: not given
  std::string channel;        ///< canonical name when known, else as given; empty: not given
  std::string version;        ///< "16.0.b.r", "MatchInstalled", or empty: newest
  std::optional<bool> allow_cdn_fallback;  ///< AllowCdnFallback
  std::optional<bool> migrate_arch;        ///< MigrateArch
  std::optional<bool> office_mgmt_com;     ///< OfficeMgmtCOM
  std::optional<bool> force_upgrade;       ///< ForceUpgrade, of old: without effect
  std::optional<bool> force_downgrade;     ///< ForceDowngrade, of old: without effect
  std::vector<Product> products;           ///< in document order
  /// An installed Office of the other architecture is replaced.
  bool migrates() const { return migrate_arch.value_or(false); }
  bool operator==(const Add&) const = default;  ///< where it stands does not count
};

/// What is to be uninstalled.
struct Remove : Element {
  std::optional<bool> all_given;                          ///< All, where it is written
  std::vector<Product> products;                          ///< in document order
  bool all() const { return all_given.value_or(false); }  ///< every Click-to-Run product
  bool operator==(const Remove&) const = default;         ///< where it stands does not count
};

/// RemoveMSI/IgnoreProduct: stays.
struct IgnoreProduct : Element {
  std::string id;                                         ///< "PrjPro", ...
  bool operator==(const IgnoreProduct&) const = default;  ///< where it stands does not count
};

/// Office of Windows Installer is uninstalled first.
struct RemoveMsi : Element {
  std::optional<bool> all;                            ///< the spelling of 2018, without effect
  std::vector<IgnoreProduct> ignored;                 ///< in document order
  bool operator==(const RemoveMsi&) const = default;  ///< where it stands does not count
};

/// How Office updates itself.
struct Updates : Element {
  std::optional<bool> enabled_given;  ///< Enabled, where it is written
  std::string update_path;            ///< UpdatePath; empty: Microsoft's servers
  std::string target_version;         ///< empty: newest
  std::string deadline;               ///< "MM/DD/YYYY HH:MM", UTC
  std::string channel;                ///< as Add::channel
  /// It does, unless the configuration says otherwise.
  bool enabled() const { return enabled_given.value_or(true); }
  bool operator==(const Updates&) const = default;  ///< where it stands does not count
};

/// What the user sees of it.
struct Display : Element {
  std::string level;                ///< "None", "Full", as given when it is neither, or empty: Full
  std::optional<bool> accept_eula;  ///< AcceptEULA
  bool operator==(const Display&) const = default;  ///< where it stands does not count
};

/// The log of old; today's tool writes one in any case.
struct Logging : Element {
  std::string level;                                ///< "Off", "Standard"
  std::string path;                                 ///< of a folder
  bool operator==(const Logging&) const = default;  ///< where it stands does not count
};

/// A property of the installation: AUTOACTIVATE, FORCEAPPSHUTDOWN, ...
struct Property : Element {
  std::string name;   ///< as Microsoft writes it when known, else as given
  std::string value;  ///< as given
  bool operator==(const Property&) const = default;  ///< where it stands does not count
};

/// AppSettings/Setup.
struct AppSetup : Element {
  std::string name;                                  ///< "Company"
  std::string value;                                 ///< what it becomes
  bool operator==(const AppSetup&) const = default;  ///< where it stands does not count
};
/// AppSettings/User: a value of the registry under HKCU.
struct UserSetting : Element {
  std::string key;                                      ///< without the hive
  std::string name;                                     ///< of the value
  std::string value;                                    ///< what it becomes
  std::string type;                                     ///< "REG_DWORD", "REG_SZ"
  std::string app;                                      ///< "word16"
  std::string id;                                       ///< of the policy it stands for
  bool operator==(const UserSetting&) const = default;  ///< where it stands does not count
};
/// Preferences of the apps.
struct AppSettings : Element {
  std::vector<AppSetup> setups;                         ///< in document order
  std::vector<UserSetting> users;                       ///< in document order
  bool operator==(const AppSettings&) const = default;  ///< where it stands does not count
};

/// For who keeps configurations.
struct Info : Element {
  std::string description;                       ///< what it is for
  bool operator==(const Info&) const = default;  ///< where it stands does not count
};

/// A whole configuration.
struct Configuration : Element {
  std::string id;             ///< ID: a GUID that the Office Customization Tool gives
  std::string host;           ///< Host: "cm" of Configuration Manager
  std::string deployment_id;  ///< DeploymentConfigurationID
  // Elements that are not there are unset; of repeated ones the first counts.
  std::optional<Info> info;                 ///< Info
  std::optional<Add> add;                   ///< Add
  std::vector<Property> properties;         ///< in document order; the last of a name holds
  std::optional<Updates> updates;           ///< Updates
  std::optional<Remove> remove;             ///< Remove
  std::optional<RemoveMsi> remove_msi;      ///< RemoveMSI
  std::optional<AppSettings> app_settings;  ///< AppSettings
  std::optional<Display> display;           ///< Display
  std::optional<Logging> logging;           ///< Logging
  Asides after;                             ///< comments that follow the root element

  /// The value of a property, compared without regard to case; empty when it is not set.
  std::string_view property(std::string_view name) const;
  /// The user sees nothing of it.
  bool silent() const { return display && display->level == "None"; }
  /// "install O365ProPlusRetail, VisioProRetail", "remove all products": for people, no keys.
  std::string summary() const;
  /// True when they say the same; where it stands in a document does not count.
  bool operator==(const Configuration&) const = default;
};

/// A name or value of a document, fit for messages: short, on one line, without product keys.
std::string shown(std::string_view text, std::size_t longest = 80);

/// The same text; what looks like a product key becomes "(product key)".
std::string without_keys(std::string_view text);

/// Four numbers beginning with 15.0 or 16.0.
bool is_office_version(std::string_view text);

/// How a document is written.
struct WriteOptions {
  bool crlf = false;  ///< line ends CR LF instead of LF
};

/// The configuration as a document: UTF-8 without a mark and without an XML declaration, two blanks
/// a level, sections in the order of the Office Customization Tool (Info, Add, Property, Updates,
/// Remove, RemoveMSI, AppSettings, Display, Logging), comments before what they stood before.
/// Reading it gives an equal configuration. Product keys are in it.
std::string serialise(const Configuration& configuration, const WriteOptions& options = {});

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_CONFIGURATION_HPP_
