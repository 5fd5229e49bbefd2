// SPDX-License-Identifier: Apache-2.0
#include <cspkit/odt/configuration.hpp>

#include "xml_write.hpp"

namespace cspkit::odt {
namespace {

enum class Empty : std::uint8_t { kLeaveOut, kWrite };

// A value that is missing in the document it was read from is not made an empty one.
Empty if_there(const Place& place) {
  return place.has("Name") && !place.has("Value") ? Empty::kLeaveOut : Empty::kWrite;
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void configuration(const Configuration& c) {
    open(c, "Configuration");
    attribute("ID", c.id);
    attribute("Host", c.host);
    attribute("DeploymentConfigurationID", c.deployment_id);
    body(c, [&] { sections(c); });
    append_asides(out_, c.after, 0);
  }

 private:
  void open(const Element& element, std::string_view name) {
    append_asides(out_, element.rest.before, level_);
    out_.append(2 * level_, ' ');
    out_ += '<';
    out_ += name;
    name_ = name;
  }

  void attribute(std::string_view name, std::string_view value, Empty empty = Empty::kLeaveOut) {
    if (!value.empty() || empty == Empty::kWrite) append_attribute(out_, name, value);
  }

  void attribute(std::string_view name, const std::optional<bool>& value) {
    if (value) append_attribute(out_, name, *value ? "TRUE" : "FALSE");
  }

  void leaf(const Element& element) {
    body(element, [] {});
  }

  // What is left of the element: unknown attributes, children, unknown elements, comments.
  template <typename Children>
  void body(const Element& element, Children children) {
    const std::string_view name = name_;
    for (const XmlAttribute& a : element.rest.attributes) append_attribute(out_, a.name, a.value);
    const std::size_t before = out_.size();
    out_ += ">\n";
    const std::size_t start = out_.size();
    ++level_;
    if (!element.rest.text.empty()) {
      out_.append(2 * level_, ' ');
      append_escaped(out_, element.rest.text);
      out_ += '\n';
    }
    children();
    for (const XmlElement& other : element.rest.elements) append_element(out_, other, level_);
    append_asides(out_, element.rest.inside, level_);
    --level_;
    if (out_.size() == start) {
      out_.resize(before);
      out_ += " />\n";
      return;
    }
    out_.append(2 * level_, ' ');
    out_ += "</";
    out_ += name;
    out_ += ">\n";
  }

  void sections(const Configuration& c) {
    if (c.info) {
      open(*c.info, "Info");
      attribute("Description", c.info->description);
      leaf(*c.info);
    }
    if (c.add) add(*c.add);
    for (const Property& property : c.properties) {
      open(property, "Property");
      attribute("Name", property.name, Empty::kWrite);
      attribute("Value", property.value, Empty::kWrite);
      leaf(property);
    }
    if (c.updates) updates(*c.updates);
    if (c.remove) remove(*c.remove);
    if (c.remove_msi) remove_msi(*c.remove_msi);
    if (c.app_settings) app_settings(*c.app_settings);
    if (c.display) {
      open(*c.display, "Display");
      attribute("Level", c.display->level);
      attribute("AcceptEULA", c.display->accept_eula);
      leaf(*c.display);
    }
    if (c.logging) {
      open(*c.logging, "Logging");
      attribute("Level", c.logging->level);
      attribute("Path", c.logging->path);
      leaf(*c.logging);
    }
  }

  void add(const Add& add) {
    open(add, "Add");
    attribute("SourcePath", add.source_path);
    attribute("Version", add.version);
    attribute("OfficeClientEdition", add.edition);
    attribute("Channel", add.channel);
    attribute("DownloadPath", add.download_path);
    attribute("AllowCdnFallback", add.allow_cdn_fallback);
    attribute("MigrateArch", add.migrate_arch);
    attribute("OfficeMgmtCOM", add.office_mgmt_com);
    attribute("ForceUpgrade", add.force_upgrade);
    attribute("ForceDowngrade", add.force_downgrade);
    body(add, [&] {
      for (const Product& p : add.products) product(p);
    });
  }

  void remove(const Remove& remove) {
    open(remove, "Remove");
    attribute("All", remove.all_given);
    body(remove, [&] {
      for (const Product& p : remove.products) product(p);
    });
  }

  void product(const Product& product) {
    open(product, "Product");
    attribute("ID", product.id, Empty::kWrite);
    attribute("PIDKEY", product.key.reveal());
    if (product.msi_condition) attribute("MSICondition", *product.msi_condition, Empty::kWrite);
    body(product, [&] {
      for (const Language& language : product.languages) {
        open(language, "Language");
        attribute("ID", language.id, Empty::kWrite);
        attribute("Fallback", language.fallback);
        attribute("TargetProduct", language.target_product);
        leaf(language);
      }
      for (const ExcludeApp& app : product.excluded) {
        open(app, "ExcludeApp");
        attribute("ID", app.id, Empty::kWrite);
        leaf(app);
      }
    });
  }

  void updates(const Updates& updates) {
    open(updates, "Updates");
    attribute("Enabled", updates.enabled_given);
    attribute("UpdatePath", updates.update_path);
    attribute("TargetVersion", updates.target_version);
    attribute("Deadline", updates.deadline);
    attribute("Channel", updates.channel);
    leaf(updates);
  }

  void remove_msi(const RemoveMsi& remove) {
    open(remove, "RemoveMSI");
    attribute("All", remove.all);
    body(remove, [&] {
      for (const IgnoreProduct& ignored : remove.ignored) {
        open(ignored, "IgnoreProduct");
        attribute("ID", ignored.id, Empty::kWrite);
        leaf(ignored);
      }
    });
  }

  void app_settings(const AppSettings& settings) {
    open(settings, "AppSettings");
    body(settings, [&] {
      for (const AppSetup& setup : settings.setups) {
        open(setup, "Setup");
        attribute("Name", setup.name, Empty::kWrite);
        attribute("Value", setup.value, if_there(setup.place));
        leaf(setup);
      }
      for (const UserSetting& user : settings.users) {
        open(user, "User");
        attribute("Key", user.key, Empty::kWrite);
        attribute("Name", user.name, Empty::kWrite);
        attribute("Value", user.value, if_there(user.place));
        attribute("Type", user.type);
        attribute("App", user.app);
        attribute("Id", user.id);
        leaf(user);
      }
    });
  }

  std::string& out_;
  std::string_view name_;
  std::size_t level_ = 0;
};

}  // namespace

std::string serialise(const Configuration& configuration, const WriteOptions& options) {
  std::string out;
  Writer(out).configuration(configuration);
  if (!options.crlf) return out;
  std::string lines;
  lines.reserve(out.size() + out.size() / 32);
  for (const char c : out) {
    if (c == '\n') lines += '\r';
    lines += c;
  }
  return lines;
}

}  // namespace cspkit::odt
