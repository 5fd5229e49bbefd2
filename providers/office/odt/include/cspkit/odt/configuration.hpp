// SPDX-License-Identifier: Apache-2.0
// cspkit/odt/configuration.hpp: a configuration of the Office Deployment Tool as a typed value,
// with what is wrong with it. Sources: Microsoft's "Configuration options for the Office Deployment
// Tool" (learn.microsoft.com/deployoffice). Names of elements and attributes are case-sensitive,
// values are not; blanks around values do not count. Functions are pure; values have no thread
// rules.
#ifndef CSPKIT_ODT_CONFIGURATION_HPP_
#define CSPKIT_ODT_CONFIGURATION_HPP_

#include <cspkit/odt/xml.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::odt {

enum class Severity : std::uint8_t { kInfo, kWarning, kError };

/// Something a reader of the configuration should know. The tool itself would refuse a
/// configuration with an error. Messages never hold a product key.
struct Finding {
  std::string code;  ///< stable: "N001"
  Severity severity = Severity::kWarning;
  Position position;
  std::string message;
};

struct Language {
  std::string id;              ///< lower case; keywords as Microsoft writes them
  std::string fallback;        ///< with MatchOS; lower case
  std::string target_product;  ///< with MatchInstalled
};

struct Product {
  std::string id;  ///< as Microsoft writes it when known, else as given
  std::vector<Language> languages;
  std::vector<std::string> excluded_apps;  ///< as Microsoft writes them; unknown ones are not kept
  bool has_key = false;                    ///< a PIDKEY stands there; the key itself is not kept
  Position position;
};

struct Add {
  std::string edition;  ///< "32", "64", or empty: not given
  std::string channel;  ///< canonical name when known, else as given; empty: not given
  std::string version;  ///< "16.0.b.r", "MatchInstalled", or empty: newest
  bool migrate_arch = false;
  std::vector<Product> products;
  Position position;
};

struct Remove {
  bool all = false;
  std::vector<Product> products;
};

struct Updates {
  bool enabled = true;
  std::string channel;         ///< as Add::channel
  std::string target_version;  ///< empty: newest
};

struct Property {
  std::string name, value;
};

struct Configuration {
  std::optional<Add> add;
  std::optional<Remove> remove;
  bool remove_msi = false;
  std::vector<std::string> kept_msi;  ///< RemoveMSI/IgnoreProduct
  std::optional<Updates> updates;
  bool silent = false;  ///< Display Level="None"
  bool accept_eula = false;
  std::vector<Property> properties;  ///< in document order; the last of a name holds
  bool has_app_settings = false;
  std::vector<Finding> findings;  ///< in document order

  /// The first error, or null: what the tool would refuse the configuration for.
  const Finding* first_error() const;
  /// The value of a property, compared without regard to case; empty when it is not set.
  std::string_view property(std::string_view name) const;
  /// "install O365ProPlusRetail, VisioProRetail", "remove all products": for people.
  std::string summary() const;
};

/// Reads a configuration. False when the text is not well-formed XML: `error` says why and where.
/// Everything else that is wrong stands in `findings`.
[[nodiscard]] bool parse_configuration(std::string_view text, Configuration& configuration,
                                       XmlError& error);

/// Four numbers beginning with 15.0 or 16.0.
bool is_office_version(std::string_view text);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_CONFIGURATION_HPP_
