// SPDX-License-Identifier: Apache-2.0
#include "reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/catalog.hpp>
#include <utility>

#include "grammar.hpp"
#include "property_rules.hpp"
#include "text.hpp"

namespace cspkit::odt {
namespace {

// Attributes that stand after a premature '>' and so became text: Name="...
bool looks_like_attributes(std::string_view text) {
  const std::size_t quote = text.find("=\"");
  return quote != std::string_view::npos && quote > 0 && text[quote - 1] != ' ';
}

// As it is written again: between children blanks mean nothing.
void tidy(XmlElement& element) {
  if (!element.children.empty() || !element.inside.empty() || trimmed(element.text).empty()) {
    element.text = std::string(trimmed(element.text));
  }
  for (XmlElement& child : element.children) tidy(child);
}

class Reading {
 public:
  Reading(Configuration& out, Findings& findings) : out_(out), findings_(findings) {}

  bool document(XmlDocument& document) {
    XmlElement& root = document.root;
    bool usable = true;
    if (document.has_doctype) {
      findings_.error("X002", root.position, "a document type declaration: remove it");
      usable = false;
    }
    if (root.name != "Configuration") {
      findings_.error(
          "X003", root.position,
          fmt::format("the root element is '{}', not 'Configuration'{}", shown(root.name),
                      same(root.name, "Configuration") ? ": names are case-sensitive" : ""));
      return false;
    }
    if (is_msi_setup(root)) {
      findings_.error("X004", root.position,
                      "this is a config.xml of the MSI-based Office Setup, which the Deployment "
                      "Tool does not read");
      return false;
    }
    if (!usable) return false;
    take(root, out_, grammar::kRoot);
    out_.id = value(root, "ID");
    out_.host = value(root, "Host");
    out_.deployment_id = value(root, "DeploymentConfigurationID");
    out_.after = std::move(document.after);
    for (XmlElement& child : root.children) section(child);
    return true;
  }

 private:
  static bool is_msi_setup(const XmlElement& root) {
    const XmlElement* display = root.child("Display");
    return root.attribute("Product") != nullptr ||
           (display != nullptr && display->attribute("CompletionNotice") != nullptr) ||
           std::any_of(std::begin(grammar::kMsiSetup), std::end(grammar::kMsiSetup),
                       [&](std::string_view name) { return root.child(name) != nullptr; });
  }

  // Where it stands, and everything that the tool does not look at.
  void take(XmlElement& from, Element& to, const grammar::Shape& shape) {
    to.place.element = from.position;
    to.rest.before = std::move(from.before);
    to.rest.inside = std::move(from.inside);
    for (const XmlAttribute& a : from.attributes) {
      const auto known = std::find(shape.attributes.begin(), shape.attributes.end(), a.name);
      if (known != shape.attributes.end()) {
        to.place.attributes.emplace_back(*known, a.position);
      } else {
        if (findings_.has_room()) {
          unknown("attribute", from, a.name, a.position, nearest(shape.attributes, a.name));
        }
        to.rest.attributes.push_back(a);
      }
    }
    text(from, to);
    for (XmlElement& child : from.children) {
      if (holds(shape.children, child.name)) continue;
      stray_element(from, child, shape);
      keep(child, to);
    }
  }

  void text(const XmlElement& from, Element& to) {
    to.rest.text = std::string(trimmed(from.text));
    if (to.rest.text.empty()) return;
    findings_.warn(
        "X005", from.position,
        looks_like_attributes(to.rest.text)
            ? fmt::format("attributes of '{}' stand after a premature '>' and are lost", from.name)
            : fmt::format("text inside '{}' is ignored", from.name));
  }

  void stray_element(const XmlElement& parent, const XmlElement& child,
                     const grammar::Shape& shape) {
    if (child.name == "LastExecuteTime" && parent.name == "Configuration") {
      findings_.info("N001", child.position,
                     "'LastExecuteTime' is Intune's note of a run, and ignored", false);
      return;
    }
    if (holds(grammar::kEverywhere, child.name)) {
      findings_.warn("N002", child.position,
                     fmt::format("'{}' has no effect inside '{}'", child.name, parent.name));
      return;
    }
    if (!findings_.has_room()) return;
    std::string_view suggestion = nearest(shape.children, child.name);
    if (suggestion.empty()) suggestion = nearest(grammar::kEverywhere, child.name);
    unknown("element", parent, child.name, child.position, suggestion);
  }

  static void keep(XmlElement& element, Element& in) {
    tidy(element);
    in.rest.elements.push_back(std::move(element));
  }

  void unknown(std::string_view kind, const XmlElement& where, std::string_view name,
               Position position, std::string_view suggestion) {
    findings_.warn("N001", position,
                   fmt::format("{} '{}' of '{}' is unknown and ignored{}", kind, shown(name),
                               shown(where.name), did_you_mean(suggestion)));
  }

  static Position at(const XmlElement& element, std::string_view name) {
    for (const XmlAttribute& a : element.attributes) {
      if (a.name == name) return a.position;
    }
    return element.position;
  }

  // Without the blanks around it; empty when it is missing.
  std::string value(const XmlElement& element, std::string_view name) {
    const std::string* found = element.attribute(name);
    if (found == nullptr) return {};
    const std::string_view text = trimmed(*found);
    if (text.size() != found->size()) {
      findings_.warn("N004", at(element, name),
                     fmt::format("blanks around the value of {} in '{}'", name, element.name));
    }
    return std::string(text);
  }

  // What people read, or the registry keeps: blanks are part of it.
  static std::string free_text(const XmlElement& element, std::string_view name) {
    const std::string* found = element.attribute(name);
    return found == nullptr ? std::string() : *found;
  }

  std::string required(const XmlElement& element, std::string_view name) {
    std::string text = value(element, name);
    if (text.empty()) {
      findings_.error("P001", at(element, name),
                      fmt::format("'{}' needs a value in its attribute {}", element.name, name));
    }
    return text;
  }

  // May be empty, but must be there.
  void expect(const XmlElement& element, std::string_view name) {
    if (element.attribute(name) != nullptr) return;
    findings_.error("P001", element.position,
                    fmt::format("'{}' has no attribute {}", element.name, name));
  }

  // What has no place in the model stays among the rest.
  void keep_attribute(const XmlElement& element, std::string_view name, Element& to,
                      std::string text = {}) {
    to.rest.attributes.push_back({std::string(name), std::move(text), at(element, name)});
  }

  // True when the attribute is there and holds nothing.
  bool is_empty(const XmlElement& element, std::string_view name, Element& to) {
    const std::string* found = element.attribute(name);
    if (found == nullptr || !trimmed(*found).empty()) return false;
    keep_attribute(element, name, to);
    return true;
  }

  // What is neither TRUE nor FALSE stays among the rest.
  std::optional<bool> truth(const XmlElement& element, std::string_view name, Element& to) {
    const std::string text = value(element, name);
    if (is_empty(element, name, to) || text.empty()) return std::nullopt;
    if (same(text, "TRUE")) return true;
    if (same(text, "FALSE")) return false;
    findings_.warn(
        "V004", at(element, name),
        fmt::format("{} of '{}' is '{}', neither TRUE nor FALSE", name, element.name, shown(text)));
    if (text == "1" || text == "0") return text == "1";
    keep_attribute(element, name, to, text);
    return std::nullopt;
  }

  // One of the known values, spelled as Microsoft does; another stays as it is.
  std::string choice(const XmlElement& element, std::string_view name, Names known) {
    std::string text = value(element, name);
    if (text.empty() || holds(known, text)) return text;
    const std::string_view spelling = known_spelling(known, text);
    findings_.warn("V004", at(element, name),
                   spelling.empty() ? fmt::format("{} of '{}' is '{}', not one of {}", name,
                                                  element.name, shown(text), listed(known))
                                    : fmt::format("{} '{}' is written '{}'", name, text, spelling));
    return spelling.empty() ? text : std::string(spelling);
  }

  std::string channel(const XmlElement& element, Element& to) {
    std::string text = value(element, "Channel");
    const std::string* branch = element.attribute("Branch");
    std::string_view name = "Channel";
    if (branch != nullptr) {
      findings_.warn("S001", at(element, "Branch"), "Branch is the name that Channel had in 2015");
      if (text.empty()) {
        text = value(element, "Branch");
        name = "Branch";
      } else {
        keep_attribute(element, "Branch", to, *branch);
      }
    }
    if (is_empty(element, name, to)) {
      findings_.error(
          "C001", at(element, name),
          fmt::format("{} of '{}' is empty: name one, or leave it away", name, element.name));
    }
    const ChannelInfo* known = find_channel(text);
    if (known == nullptr) return text;
    if (known->canonical != text) {
      findings_.info(
          "C002", at(element, name),
          fmt::format("channel '{}' is written '{}' today", shown(text), known->canonical), false);
    }
    return std::string(known->canonical);
  }

  void section(XmlElement& element) {
    if (element.name == "Property") {
      property(element);
    } else if (element.name == "Info") {
      once(element, out_.info, &Reading::info);
    } else if (element.name == "Add") {
      once(element, out_.add, &Reading::add);
    } else if (element.name == "Remove") {
      once(element, out_.remove, &Reading::remove);
    } else if (element.name == "RemoveMSI") {
      once(element, out_.remove_msi, &Reading::remove_msi);
    } else if (element.name == "Updates") {
      once(element, out_.updates, &Reading::updates);
    } else if (element.name == "Display") {
      once(element, out_.display, &Reading::display);
    } else if (element.name == "Logging") {
      once(element, out_.logging, &Reading::logging);
    } else if (element.name == "AppSettings") {
      once(element, out_.app_settings, &Reading::app_settings);
    }
  }

  template <typename Section>
  void once(XmlElement& element, std::optional<Section>& section,
            void (Reading::*read)(XmlElement&, Section&)) {
    if (section) {
      findings_.error("N003", element.position, fmt::format("'{}' stands twice", element.name));
      keep(element, out_);
      return;
    }
    (this->*read)(element, section.emplace());
  }

  void info(XmlElement& element, Info& info) {
    take(element, info, grammar::kInfo);
    info.description = free_text(element, "Description");
  }

  void add(XmlElement& element, Add& add) {
    take(element, add, grammar::kAdd);
    add.source_path = value(element, "SourcePath");
    add.download_path = value(element, "DownloadPath");
    add.edition = value(element, "OfficeClientEdition");
    if (is_empty(element, "OfficeClientEdition", add)) {
      findings_.error("A001", at(element, "OfficeClientEdition"),
                      "OfficeClientEdition is empty: 32 or 64, or leave it away");
    }
    add.channel = channel(element, add);
    add.version = value(element, "Version");
    if (same(add.version, "MatchInstalled")) add.version = "MatchInstalled";
    add.allow_cdn_fallback = truth(element, "AllowCdnFallback", add);
    add.migrate_arch = truth(element, "MigrateArch", add);
    add.office_mgmt_com = truth(element, "OfficeMgmtCOM", add);
    add.force_upgrade = truth(element, "ForceUpgrade", add);
    add.force_downgrade = truth(element, "ForceDowngrade", add);
    for (XmlElement& child : element.children) {
      if (child.name == "Product") add.products.push_back(product(child, grammar::kProduct));
    }
  }

  void remove(XmlElement& element, Remove& remove) {
    take(element, remove, grammar::kRemove);
    remove.all_given = truth(element, "All", remove);
    for (XmlElement& child : element.children) {
      if (child.name != "Product") continue;
      remove.products.push_back(product(child, grammar::kRemovedProduct));
    }
  }

  Product product(XmlElement& element, const grammar::Shape& shape) {
    Product product;
    take(element, product, shape);
    product.id = required(element, "ID");
    const ProductInfo* known = find_product(product.id);
    if (known != nullptr && known->id != product.id) {
      findings_.warn("D001", at(element, "ID"),
                     fmt::format("product '{}' is written '{}'", product.id, known->id));
      product.id = std::string(known->id);
    }
    if (holds(shape.attributes, "PIDKEY")) {
      product.key = ProductKey(value(element, "PIDKEY"));
      is_empty(element, "PIDKEY", product);
    }
    if (holds(shape.attributes, "MSICondition") && element.attribute("MSICondition") != nullptr) {
      product.msi_condition = value(element, "MSICondition");
    }
    for (XmlElement& child : element.children) {
      if (!holds(shape.children, child.name)) continue;
      if (child.name == "Language") product.languages.push_back(language(child));
      if (child.name == "ExcludeApp") product.excluded.push_back(excluded(child));
    }
    return product;
  }

  Language language(XmlElement& element) {
    Language language;
    take(element, language, grammar::kLanguage);
    const std::string id = required(element, "ID");
    const std::string_view keyword = known_spelling(grammar::kKeywords, id);
    language.id = keyword.empty() ? lower(id) : std::string(keyword);
    if (!keyword.empty() && keyword != id) {
      findings_.warn("V004", at(element, "ID"),
                     fmt::format("language '{}' is written '{}'", id, keyword));
    }
    language.fallback = lower(value(element, "Fallback"));
    language.target_product = value(element, "TargetProduct");
    if (const ProductInfo* known = find_product(language.target_product)) {
      language.target_product = std::string(known->id);
    } else if (same(language.target_product, "All")) {
      language.target_product = "All";
    }
    return language;
  }

  ExcludeApp excluded(XmlElement& element) {
    ExcludeApp app;
    take(element, app, grammar::kNamed);
    app.id = required(element, "ID");
    std::string_view spelling = known_spelling(grammar::kCurrentApps, app.id);
    if (spelling.empty()) spelling = known_spelling(grammar::kOtherApps, app.id);
    if (!spelling.empty() && spelling != app.id) {
      findings_.warn("E001", at(element, "ID"),
                     fmt::format("app '{}' is written '{}'", app.id, spelling));
      app.id = std::string(spelling);
    }
    return app;
  }

  void remove_msi(XmlElement& element, RemoveMsi& remove) {
    take(element, remove, grammar::kRemoveMsi);
    remove.all = truth(element, "All", remove);
    for (XmlElement& child : element.children) {
      if (child.name != "IgnoreProduct") continue;
      IgnoreProduct& ignored = remove.ignored.emplace_back();
      take(child, ignored, grammar::kNamed);
      ignored.id = required(child, "ID");
    }
  }

  void updates(XmlElement& element, Updates& updates) {
    take(element, updates, grammar::kUpdates);
    updates.enabled_given = truth(element, "Enabled", updates);
    updates.update_path = value(element, "UpdatePath");
    updates.target_version = value(element, "TargetVersion");
    updates.deadline = value(element, "Deadline");
    updates.channel = channel(element, updates);
  }

  void display(XmlElement& element, Display& display) {
    take(element, display, grammar::kDisplay);
    display.level = choice(element, "Level", grammar::kDisplayLevels);
    display.accept_eula = truth(element, "AcceptEULA", display);
  }

  void logging(XmlElement& element, Logging& logging) {
    take(element, logging, grammar::kLogging);
    logging.level = choice(element, "Level", grammar::kLoggingLevels);
    logging.path = value(element, "Path");
  }

  void property(XmlElement& element) {
    Property& property = out_.properties.emplace_back();
    take(element, property, grammar::kProperty);
    property.name = required(element, "Name");
    property.value = required(element, "Value");
    const PropertyRule* rule = find_property_rule(property.name);
    if (rule == nullptr || rule->name == property.name) return;
    findings_.warn("V003", at(element, "Name"),
                   fmt::format("property '{}' is written '{}'", property.name, rule->name));
    property.name = std::string(rule->name);
  }

  void app_settings(XmlElement& element, AppSettings& settings) {
    take(element, settings, grammar::kAppSettings);
    for (XmlElement& child : element.children) {
      if (child.name == "Setup") {
        AppSetup& setup = settings.setups.emplace_back();
        take(child, setup, grammar::kProperty);
        setup.name = required(child, "Name");
        expect(child, "Value");
        setup.value = free_text(child, "Value");
      } else if (child.name == "User") {
        user(child, settings.users.emplace_back());
      }
    }
  }

  void user(XmlElement& element, UserSetting& user) {
    take(element, user, grammar::kUser);
    user.key = required(element, "Key");
    user.name = required(element, "Name");
    for (const char* name : {"Value", "App", "Id"}) expect(element, name);
    user.value = free_text(element, "Value");
    user.type = value(element, "Type");
    user.app = value(element, "App");
    user.id = value(element, "Id");
  }

  Configuration& out_;
  Findings& findings_;
};

}  // namespace

bool read_configuration(XmlDocument& document, Configuration& configuration, Findings& findings) {
  return Reading(configuration, findings).document(document);
}

}  // namespace cspkit::odt
