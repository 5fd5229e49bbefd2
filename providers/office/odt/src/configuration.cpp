// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/configuration.hpp>
#include <span>

namespace cspkit::odt {
namespace {

using Names = std::span<const std::string_view>;

// A name or value from the document, short enough for a message.
std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  if (text.size() <= kLongest) return std::string(text);
  std::size_t cut = kLongest;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return std::string(text.substr(0, cut)) + "...";
}

std::string_view known_spelling(Names names, std::string_view name) {
  for (const std::string_view known : names) {
    if (same(known, name)) return known;
  }
  return {};
}

constexpr std::string_view kRootNames[] = {
    "Info",    "Add",     "Remove",   "RemoveMSI",   "Updates",
    "Display", "Logging", "Property", "AppSettings", "LastExecuteTime"};
constexpr std::string_view kKeywords[] = {"MatchOS", "MatchInstalled", "MatchPreviousMSI"};
constexpr std::string_view kApps[] = {"Access",
                                      "Bing",
                                      "Excel",
                                      "Groove",
                                      "Lync",
                                      "OneDrive",
                                      "OneNote",
                                      "Outlook",
                                      "PowerPoint",
                                      "Publisher",
                                      "Teams",
                                      "Word",
                                      "OutlookForWindows",
                                      "InfoPath",
                                      "Project",
                                      "SharePointDesigner",
                                      "Visio"};

class Parser {
 public:
  explicit Parser(Configuration& configuration) : out_(configuration) {}

  void document(const XmlDocument& document) {
    const XmlElement& root = document.root;
    if (document.has_doctype) {
      error("X002", root.position, "a document type declaration: remove it");
    }
    if (root.name != "Configuration") {
      error("X003", root.position,
            fmt::format("the root element is '{}', not 'Configuration'", shown(root.name)));
      return;
    }
    if (is_msi_setup(root)) {
      error("X004", root.position,
            "this is a config.xml of the MSI-based Office Setup, not of the Deployment Tool");
      return;
    }
    constexpr std::string_view kAttributes[] = {"ID", "Host", "DeploymentConfigurationID"};
    check_attributes(root, kAttributes);
    check_text(root);
    check_singletons(root);
    for (const XmlElement& child : root.children) section(child);
    if (!does_something()) error("Z001", root.position, "the configuration asks for nothing");
  }

 private:
  void find(std::string code, Severity severity, Position position, std::string message) {
    // A hostile document could hold a finding per element: errors always count, the rest is capped.
    if (severity != Severity::kError && out_.findings.size() >= 200) return;
    if (out_.findings.size() >= 400) return;
    out_.findings.push_back({std::move(code), severity, position, std::move(message)});
  }
  void error(std::string code, Position position, std::string message) {
    find(std::move(code), Severity::kError, position, std::move(message));
  }
  void warn(std::string code, Position position, std::string message) {
    find(std::move(code), Severity::kWarning, position, std::move(message));
  }

  static bool is_msi_setup(const XmlElement& root) {
    constexpr std::string_view kMsiNames[] = {"Setting", "OptionState", "INSTALLLOCATION"};
    if (root.attribute("Product") != nullptr) return true;
    return std::any_of(std::begin(kMsiNames), std::end(kMsiNames),
                       [&](std::string_view name) { return root.child(name) != nullptr; });
  }

  bool does_something() const {
    return out_.add || out_.remove || out_.remove_msi || out_.updates || out_.has_app_settings ||
           !out_.properties.empty() || has_display_;
  }

  void check_attributes(const XmlElement& element, Names known) {
    for (const XmlAttribute& a : element.attributes) {
      if (std::find(known.begin(), known.end(), a.name) != known.end()) continue;
      unknown("attribute", element, a.name, a.position, known_spelling(known, a.name));
    }
  }

  void check_children(const XmlElement& element, Names known) {
    check_text(element);
    for (const XmlElement& child : element.children) {
      if (std::find(known.begin(), known.end(), child.name) != known.end()) continue;
      if (std::find(std::begin(kRootNames), std::end(kRootNames), child.name) !=
              std::end(kRootNames) ||
          child.name == "Product" || child.name == "Language" || child.name == "ExcludeApp") {
        warn("N002", child.position,
             fmt::format("'{}' has no effect inside '{}'", child.name, element.name));
      } else {
        unknown("element", element, child.name, child.position, known_spelling(known, child.name));
      }
    }
  }

  void unknown(std::string_view kind, const XmlElement& where, std::string_view name,
               Position position, std::string_view suggestion) {
    std::string text =
        fmt::format("{} '{}' of '{}' is unknown and ignored", kind, shown(name), shown(where.name));
    if (!suggestion.empty()) text += fmt::format(": did you mean '{}'?", suggestion);
    warn("N001", position, std::move(text));
  }

  void check_text(const XmlElement& element) {
    const std::string_view text = trimmed(element.text);
    if (text.empty()) return;
    const bool lost_attributes = text.find("=\"") != std::string_view::npos;
    warn("X005", element.position,
         lost_attributes
             ? fmt::format("attributes of '{}' stand after a premature '>' and are lost",
                           element.name)
             : fmt::format("text inside '{}' is ignored", element.name));
  }

  void check_singletons(const XmlElement& root) {
    for (const std::string_view name : kRootNames) {
      if (name == "Property" || name == "LastExecuteTime") continue;
      bool seen = false;
      for (const XmlElement& child : root.children) {
        if (child.name != name) continue;
        if (seen) error("N003", child.position, fmt::format("'{}' stands twice", name));
        seen = true;
      }
    }
  }

  // An attribute's value without the blanks around it; empty when it is missing.
  std::string_view value(const XmlElement& element, std::string_view name) {
    const std::string* found = element.attribute(name);
    if (found == nullptr) return {};
    const std::string_view text = trimmed(*found);
    if (text.size() != found->size()) {
      warn("N004", element.position,
           fmt::format("blanks around the value of {} in '{}'", name, element.name));
    }
    return text;
  }

  std::string_view required(const XmlElement& element, std::string_view name) {
    const std::string_view text = value(element, name);
    if (text.empty()) {
      error("P001", element.position,
            fmt::format("'{}' needs a value in its attribute {}", element.name, name));
    }
    return text;
  }

  bool truth(const XmlElement& element, std::string_view name, bool fallback) {
    const std::string_view text = value(element, name);
    if (text.empty()) return fallback;
    if (same(text, "TRUE") || text == "1") return true;
    if (!same(text, "FALSE") && text != "0") {
      warn("V004", element.position,
           fmt::format("{} of '{}' is '{}', neither TRUE nor FALSE: FALSE is taken", name,
                       element.name, shown(text)));
    }
    return false;
  }

  std::string channel(const XmlElement& element) {
    std::string_view text = value(element, "Channel");
    if (text.empty()) text = value(element, "Branch");
    if (text.empty()) return {};
    const ChannelInfo* known = find_channel(text);
    if (known == nullptr) {
      // Left to the engine: the content delivery network is what does not know it.
      find("C001", Severity::kWarning, element.position,
           fmt::format("channel '{}' is unknown", shown(text)));
      return shown(text);
    }
    if (known->canonical != known->id) {
      find("C002", Severity::kInfo, element.position,
           fmt::format("channel '{}' is called '{}' today", known->id, known->canonical));
    }
    return std::string(known->canonical);
  }

  void section(const XmlElement& element) {
    if (element.name == "Add") {
      if (!out_.add) add(element);
    } else if (element.name == "Remove") {
      if (!out_.remove) remove(element);
    } else if (element.name == "RemoveMSI") {
      remove_msi(element);
    } else if (element.name == "Updates") {
      if (!out_.updates) updates(element);
    } else if (element.name == "Display") {
      display(element);
    } else if (element.name == "Property") {
      property(element);
    } else if (element.name == "AppSettings") {
      out_.has_app_settings = true;
    } else if (element.name == "Logging") {
      warn("S001", element.position, "'Logging' is obsolete and ignored");
    } else if (element.name != "Info" && element.name != "LastExecuteTime") {
      XmlElement root;
      root.name = "Configuration";
      unknown("element", root, element.name, element.position,
              known_spelling(kRootNames, element.name));
    }
  }

  void add(const XmlElement& element) {
    constexpr std::string_view kAttributes[] = {
        "SourcePath",  "Version",          "OfficeClientEdition", "Channel",      "DownloadPath",
        "MigrateArch", "AllowCdnFallback", "OfficeMgmtCOM",       "ForceUpgrade", "ForceDowngrade",
        "Branch"};
    constexpr std::string_view kChildren[] = {"Product"};
    check_attributes(element, kAttributes);
    check_children(element, kChildren);
    Add add;
    add.position = element.position;
    add.edition = std::string(value(element, "OfficeClientEdition"));
    if (!add.edition.empty() && add.edition != "32" && add.edition != "64") {
      error("A001", element.position,
            fmt::format("OfficeClientEdition is '{}': 32 or 64", shown(add.edition)));
    }
    add.version = version(element, "Version", "A002");
    add.channel = channel(element);
    add.migrate_arch = truth(element, "MigrateArch", false);
    if (!value(element, "DownloadPath").empty() && add.version.empty()) {
      warn("A004", element.position, "DownloadPath needs Version");
    }
    for (const XmlElement& child : element.children) {
      if (child.name == "Product") add.products.push_back(product(child, true));
    }
    if (add.products.empty() && !add.migrate_arch) {
      error("A008", element.position, "'Add' names no Product and does not migrate");
    }
    out_.add = std::move(add);
  }

  std::string version(const XmlElement& element, std::string_view name, std::string_view code) {
    const std::string_view text = value(element, name);
    if (text.empty() || is_office_version(text)) return std::string(text);
    if (same(text, "MatchInstalled")) return "MatchInstalled";
    if (text == "-1") {
      warn(std::string(code), element.position, fmt::format("{} -1 means the newest", name));
    } else {
      error(std::string(code), element.position,
            fmt::format("{} is '{}': four numbers that begin with 16.0, or MatchInstalled", name,
                        shown(text)));
    }
    return {};
  }

  Product product(const XmlElement& element, bool adding) {
    constexpr std::string_view kAttributes[] = {"ID", "PIDKEY", "MSICondition"};
    constexpr std::string_view kChildren[] = {"Language", "ExcludeApp"};
    check_attributes(element, kAttributes);
    check_children(element, kChildren);
    Product product;
    product.position = element.position;
    product.has_key = element.attribute("PIDKEY") != nullptr;
    const std::string_view id = required(element, "ID");
    const ProductInfo* known = find_product(id);
    product.id = known == nullptr ? shown(id) : std::string(known->id);
    if (known != nullptr && known->id != id) {
      warn("D001", element.position, fmt::format("product '{}' is written '{}'", id, known->id));
    }
    for (const XmlElement& child : element.children) {
      if (child.name == "Language") {
        product.languages.push_back(language(child));
      } else if (child.name == "ExcludeApp") {
        if (!adding) {
          warn("N002", child.position, "'ExcludeApp' has no effect inside 'Remove'");
          continue;
        }
        const std::string_view app = required(child, "ID");
        const std::string_view spelling = known_spelling(kApps, app);
        if (!spelling.empty()) {
          product.excluded_apps.emplace_back(spelling);
        } else if (!app.empty()) {
          warn("E001", child.position, fmt::format("app '{}' is unknown and ignored", shown(app)));
        }
      }
    }
    return product;
  }

  Language language(const XmlElement& element) {
    constexpr std::string_view kAttributes[] = {"ID", "Fallback", "TargetProduct"};
    check_attributes(element, kAttributes);
    Language language;
    const std::string_view id = required(element, "ID");
    const std::string_view keyword = known_spelling(kKeywords, id);
    language.id = keyword.empty() ? lower(shown(id)) : std::string(keyword);
    language.fallback = lower(shown(value(element, "Fallback")));
    language.target_product = shown(value(element, "TargetProduct"));
    if ((!language.fallback.empty() && language.id != "MatchOS") ||
        (!language.target_product.empty() && language.id != "MatchInstalled")) {
      warn("L004", element.position,
           "Fallback goes with MatchOS, TargetProduct with MatchInstalled; elsewhere ignored");
    }
    return language;
  }

  void remove(const XmlElement& element) {
    constexpr std::string_view kAttributes[] = {"All"};
    constexpr std::string_view kChildren[] = {"Product"};
    check_attributes(element, kAttributes);
    check_children(element, kChildren);
    Remove remove;
    remove.all = truth(element, "All", false);
    for (const XmlElement& child : element.children) {
      if (child.name == "Product") remove.products.push_back(product(child, false));
    }
    if (remove.all && !remove.products.empty()) {
      warn("R001", element.position, "All=TRUE makes the Products beside it redundant");
    }
    out_.remove = std::move(remove);
  }

  void remove_msi(const XmlElement& element) {
    out_.remove_msi = true;
    for (const XmlElement& child : element.children) {
      if (child.name == "IgnoreProduct") out_.kept_msi.push_back(shown(required(child, "ID")));
    }
  }

  void updates(const XmlElement& element) {
    constexpr std::string_view kAttributes[] = {"Enabled",  "UpdatePath", "TargetVersion",
                                                "Deadline", "Channel",    "Branch"};
    check_attributes(element, kAttributes);
    check_text(element);
    Updates updates;
    updates.enabled = truth(element, "Enabled", true);
    updates.channel = channel(element);
    updates.target_version = version(element, "TargetVersion", "U002");
    out_.updates = std::move(updates);
  }

  void display(const XmlElement& element) {
    constexpr std::string_view kAttributes[] = {"Level", "AcceptEULA"};
    has_display_ = true;
    check_attributes(element, kAttributes);
    check_text(element);
    out_.silent = same(value(element, "Level"), "None");
    out_.accept_eula = truth(element, "AcceptEULA", false);
  }

  void property(const XmlElement& element) {
    constexpr std::string_view kAttributes[] = {"Name", "Value"};
    check_attributes(element, kAttributes);
    const std::string_view name = required(element, "Name");
    const std::string_view text = value(element, "Value");
    if (element.attribute("Value") == nullptr) {
      error("P001", element.position, "'Property' needs an attribute Value");
    }
    if (!name.empty()) out_.properties.push_back({shown(name), shown(text)});
  }

  Configuration& out_;
  bool has_display_ = false;
};

std::string joined_ids(const std::vector<Product>& products) {
  constexpr std::size_t kMost = 4;
  std::string out;
  for (std::size_t i = 0; i < products.size() && i < kMost; ++i) {
    if (i != 0) out += ", ";
    out += products[i].id;
  }
  if (products.size() > kMost) out += fmt::format(" and {} more", products.size() - kMost);
  return out;
}

}  // namespace

const Finding* Configuration::first_error() const {
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::kError) return &finding;
  }
  return nullptr;
}

std::string_view Configuration::property(std::string_view name) const {
  for (auto it = properties.rbegin(); it != properties.rend(); ++it) {
    if (same(it->name, name)) return it->value;
  }
  return {};
}

std::string Configuration::summary() const {
  std::string out;
  const auto append = [&out](const std::string& part) {
    if (!out.empty()) out += ", ";
    out += part;
  };
  if (remove)
    append(remove->all ? "remove all products" : "remove " + joined_ids(remove->products));
  if (add && !add->products.empty()) append("install " + joined_ids(add->products));
  if (add && add->products.empty()) append("change the architecture");
  if (remove_msi) append("remove MSI products");
  return out.empty() ? "change settings" : out;
}

bool parse_configuration(std::string_view text, Configuration& configuration, XmlError& error) {
  configuration = {};
  XmlDocument document;
  if (!read_xml(text, document, error)) return false;
  Parser(configuration).document(document);
  return true;
}

bool is_office_version(std::string_view text) {
  if (text.substr(0, 5) != "16.0." && text.substr(0, 5) != "15.0.") return false;
  std::size_t digits = 0;
  std::size_t dots = 0;
  for (const char c : text.substr(5)) {
    if (c == '.') {
      if (digits == 0 || ++dots > 1) return false;
      digits = 0;
    } else if (c < '0' || c > '9' || ++digits > 9) {
      return false;
    }
  }
  return dots == 1 && digits > 0;
}

}  // namespace cspkit::odt
