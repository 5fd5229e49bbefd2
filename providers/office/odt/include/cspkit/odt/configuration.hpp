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
  Position element;
  std::vector<std::pair<std::string_view, Position>> attributes;  ///< those the tool knows
  /// Of the attribute, or of the element when it has none of that name.
  Position of(std::string_view attribute) const;
};
constexpr bool operator==(const Place&, const Place&) { return true; }

/// What else an element holds: kept as it was, written again, without meaning to the tool.
struct Rest {
  std::vector<XmlAttribute> attributes;  ///< unknown names, and values that cannot be understood
  std::vector<XmlElement> elements;      ///< unknown, misplaced or repeated ones
  std::string text;                      ///< without the blanks around it
  Asides before, inside;                 ///< comments, as in XmlElement
  bool operator==(const Rest&) const = default;
};

/// What every element has.
struct Element {
  Place place;
  Rest rest;
  bool operator==(const Element&) const = default;
};

/// A product key. Nothing but reveal() gives it away: it is never printed, logged or compared in a
/// message.
class ProductKey {
 public:
  ProductKey() = default;
  explicit ProductKey(std::string text) : text_(std::move(text)) {}
  bool empty() const { return text_.empty(); }
  bool is_well_formed() const;  ///< five groups of five letters or digits
  bool is_placeholder() const;  ///< groups of one and the same sign: "#####-..."
  /// For who writes the configuration for the tool, and for nobody else.
  const std::string& reveal() const { return text_; }
  bool operator==(const ProductKey&) const = default;

 private:
  std::string text_;
};

struct Language : Element {
  std::string id;              ///< lower case; keywords as Microsoft writes them
  std::string fallback;        ///< with MatchOS; lower case
  std::string target_product;  ///< with MatchInstalled
  bool operator==(const Language&) const = default;
};

struct ExcludeApp : Element {
  std::string id;  ///< as Microsoft writes it when known, else as given
  bool operator==(const ExcludeApp&) const = default;
};

struct Product : Element {
  std::string id;  ///< as Microsoft writes it when known, else as given
  ProductKey key;
  std::optional<std::string> msi_condition;  ///< comma list of Setup IDs; set but empty: told so
  std::vector<Language> languages;
  std::vector<ExcludeApp> excluded;  ///< not inside Remove
  /// The IDs of `excluded` that the tool knows.
  std::vector<std::string> excluded_apps() const;
  bool operator==(const Product&) const = default;
};

struct Add : Element {
  std::string source_path, download_path;
  std::string edition;  ///< "32", "64", or empty: not given
  std::string channel;  ///< canonical name when known, else as given; empty: not given
  std::string version;  ///< "16.0.b.r", "MatchInstalled", or empty: newest
  std::optional<bool> allow_cdn_fallback, migrate_arch, office_mgmt_com;
  std::optional<bool> force_upgrade, force_downgrade;  ///< of old: without effect
  std::vector<Product> products;
  bool migrates() const { return migrate_arch.value_or(false); }
  bool operator==(const Add&) const = default;
};

struct Remove : Element {
  std::optional<bool> all_given;
  std::vector<Product> products;
  bool all() const { return all_given.value_or(false); }
  bool operator==(const Remove&) const = default;
};

struct IgnoreProduct : Element {
  std::string id;
  bool operator==(const IgnoreProduct&) const = default;
};

struct RemoveMsi : Element {
  std::optional<bool> all;  ///< the spelling of 2018, without effect
  std::vector<IgnoreProduct> ignored;
  bool operator==(const RemoveMsi&) const = default;
};

struct Updates : Element {
  std::optional<bool> enabled_given;
  std::string update_path;
  std::string target_version;  ///< empty: newest
  std::string deadline;        ///< "MM/DD/YYYY HH:MM", UTC
  std::string channel;         ///< as Add::channel
  bool enabled() const { return enabled_given.value_or(true); }
  bool operator==(const Updates&) const = default;
};

struct Display : Element {
  std::string level;  ///< "None", "Full", as given when it is neither, or empty: Full
  std::optional<bool> accept_eula;
  bool operator==(const Display&) const = default;
};

struct Logging : Element {
  std::string level, path;
  bool operator==(const Logging&) const = default;
};

struct Property : Element {
  std::string name;  ///< as Microsoft writes it when known, else as given
  std::string value;
  bool operator==(const Property&) const = default;
};

/// AppSettings/Setup: Name and Value; AppSettings/User: a value of the registry under HKCU.
struct AppSetup : Element {
  std::string name, value;
  bool operator==(const AppSetup&) const = default;
};
struct UserSetting : Element {
  std::string key, name, value, type, app, id;
  bool operator==(const UserSetting&) const = default;
};
struct AppSettings : Element {
  std::vector<AppSetup> setups;
  std::vector<UserSetting> users;
  bool operator==(const AppSettings&) const = default;
};

struct Info : Element {
  std::string description;
  bool operator==(const Info&) const = default;
};

struct Configuration : Element {
  std::string id, host, deployment_id;
  std::optional<Info> info;
  std::optional<Add> add;
  std::vector<Property> properties;  ///< in document order; the last of a name holds
  std::optional<Updates> updates;
  std::optional<Remove> remove;
  std::optional<RemoveMsi> remove_msi;
  std::optional<AppSettings> app_settings;
  std::optional<Display> display;
  std::optional<Logging> logging;
  Asides after;  ///< comments that follow the root element

  /// The value of a property, compared without regard to case; empty when it is not set.
  std::string_view property(std::string_view name) const;
  bool silent() const { return display && display->level == "None"; }
  /// "install O365ProPlusRetail, VisioProRetail", "remove all products": for people, no keys.
  std::string summary() const;
  /// True when they say the same; where it stands in a document does not count.
  bool operator==(const Configuration&) const = default;
};

/// A name or value of a document, fit for messages: short, on one line, without product keys.
std::string shown(std::string_view text, std::size_t longest = 80);

/// Four numbers beginning with 15.0 or 16.0.
bool is_office_version(std::string_view text);

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
