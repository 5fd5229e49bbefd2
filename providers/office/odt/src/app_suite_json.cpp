// SPDX-License-Identifier: Apache-2.0
// The officeSuiteApp of Microsoft Graph. Messages tell places and names, never values of the
// document: a configuration inside it may hold product keys.
#include <fmt/format.h>

#include <cspkit/odt/app_suite.hpp>
#include <cspkit/odt/catalog.hpp>
#include <nlohmann/json.hpp>

#include "text.hpp"

namespace cspkit::odt {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestJson = 8U << 20U;

int base64_digit(char c) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t found = kDigits.find(c);
  return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

bool decode_base64(std::string_view text, std::string& bytes) {
  std::uint32_t held = 0;
  int bits = 0;
  std::size_t digits = 0;
  bool padded = false;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    if (c == '=') {
      padded = true;
      continue;
    }
    const int digit = base64_digit(c);
    if (digit < 0 || padded) return false;
    held = (held << 6U) | static_cast<std::uint32_t>(digit);
    bits += 6;
    ++digits;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((held >> static_cast<unsigned>(bits)) & 0xFFU);
    }
  }
  return digits % 4 != 1;
}

class SuiteReader {
 public:
  SuiteReader(const Json& json, AppSuite& suite, std::string& error)
      : json_(json), suite_(suite), error_(error) {}

  bool run() {
    return xml() && products() && excluded() && architecture() && channel() &&
           text("targetVersion", suite_.target_version) &&
           text("updateVersion", suite_.update_version) && locales() && display() &&
           file_format() &&
           flag("shouldUninstallOlderVersionsOfOffice", suite_.remove_older_versions) &&
           flag("autoAcceptEula", suite_.accept_eula) && shared();
  }

 private:
  bool fail(std::string_view name, std::string_view wanted) {
    error_ = fmt::format("'{}' is not {}", name, wanted);
    return false;
  }

  // Null when it is missing, or null itself.
  const Json* value(const char* name) const {
    const auto found = json_.find(name);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  bool text(const char* name, std::string& out) {
    const Json* found = value(name);
    if (found == nullptr) return true;
    if (!found->is_string()) return fail(name, "a string");
    out = found->get<std::string>();
    return true;
  }

  bool flag(const char* name, bool& out) {
    const Json* found = value(name);
    if (found == nullptr) return true;
    if (!found->is_boolean()) return fail(name, "true or false");
    out = found->get<bool>();
    return true;
  }

  bool xml() {
    std::string given;
    if (!text("officeConfigurationXml", given)) return false;
    const std::string_view visible = trimmed(given);
    if (visible.empty()) return true;
    const bool mark = visible.substr(0, 3) == "\xEF\xBB\xBF";
    if (visible[0] == '<' || mark) {
      suite_.configuration_xml = given;
      return true;
    }
    return decode_base64(visible, suite_.configuration_xml) ||
           fail("officeConfigurationXml", "base64 or XML");
  }

  bool products() {
    const Json* found = value("productIds");
    if (found == nullptr) return true;
    constexpr std::string_view kNames[] = {"o365ProPlusRetail", "o365BusinessRetail",
                                           "visioProRetail", "projectProRetail"};
    constexpr const char* kWanted =
        "a list of o365ProPlusRetail, o365BusinessRetail, visioProRetail, projectProRetail";
    if (!found->is_array()) return fail("productIds", kWanted);
    for (const Json& id : *found) {
      std::size_t which = std::size(kNames);
      if (id.is_number_unsigned() && id.get<std::uint64_t>() < std::size(kNames)) {
        which = id.get<std::size_t>();
      } else if (id.is_string()) {
        for (std::size_t i = 0; i < std::size(kNames); ++i) {
          if (same(id.get_ref<const std::string&>(), kNames[i])) which = i;
        }
      }
      if (which == std::size(kNames)) return fail("productIds", kWanted);
      suite_.products.push_back(static_cast<SuiteProduct>(which));
    }
    return true;
  }

  bool excluded() {
    const Json* found = value("excludedApps");
    if (found == nullptr) return true;
    if (!found->is_object()) return fail("excludedApps", "an object of true and false");
    for (const auto& [name, is_out] : found->items()) {
      if (!name.empty() && name[0] == '@') continue;  // what OData says of it
      if (!is_out.is_boolean()) return fail("excludedApps", "an object of true and false");
      if (is_out.get<bool>()) suite_.excluded_apps.push_back(name);
    }
    return true;
  }

  bool architecture() {
    std::string name;
    if (!text("officePlatformArchitecture", name)) return false;
    if (name.empty() || same(name, "none")) return true;
    if (same(name, "x86")) {
      suite_.architecture = "32";
    } else if (same(name, "x64")) {
      suite_.architecture = "64";
    } else {
      return fail("officePlatformArchitecture", "x86 or x64");
    }
    return true;
  }

  bool channel() {
    if (!text("updateChannel", suite_.channel)) return false;
    if (same(suite_.channel, "none")) suite_.channel.clear();
    return true;
  }

  bool locales() {
    const Json* found = value("localesToInstall");
    if (found == nullptr) return true;
    if (!found->is_array()) return fail("localesToInstall", "a list of languages");
    for (const Json& locale : *found) {
      if (!locale.is_string()) return fail("localesToInstall", "a list of languages");
      suite_.locales.push_back(locale.get<std::string>());
    }
    return true;
  }

  bool display() { return text("installProgressDisplayLevel", suite_.display_level); }

  bool file_format() {
    std::string name;
    if (!text("officeSuiteAppDefaultFileFormat", name)) return false;
    if (name.empty() || same(name, "notConfigured")) return true;
    if (same(name, "officeOpenXMLFormat")) {
      suite_.file_format = FileFormat::kOpenXml;
    } else if (same(name, "officeOpenDocumentFormat")) {
      suite_.file_format = FileFormat::kOpenDocument;
    } else {
      return fail("officeSuiteAppDefaultFileFormat",
                  "officeOpenXMLFormat or officeOpenDocumentFormat");
    }
    return true;
  }

  bool shared() {
    bool value_of = false;
    if (!flag("useSharedComputerActivation", value_of)) return false;
    if (value("useSharedComputerActivation") != nullptr) suite_.shared_computer = value_of;
    return true;
  }

  const Json& json_;
  AppSuite& suite_;
  std::string& error_;
};

}  // namespace

bool read_app_suite(std::string_view json, AppSuite& suite, std::string& error) {
  suite = {};
  if (json.size() > kLongestJson) {
    error = fmt::format("more than {} MB", kLongestJson >> 20U);
    return false;
  }
  if (json.substr(0, 3) == "\xEF\xBB\xBF") json.remove_prefix(3);
  try {
    const Json document = Json::parse(json);
    if (!document.is_object()) {
      error = "not a JSON object";
      return false;
    }
    return SuiteReader(document, suite, error).run();
  } catch (const Json::parse_error& e) {
    error = fmt::format("not JSON, at byte {}", e.byte);
  } catch (const std::exception&) {
    error = "not usable JSON";
  }
  return false;
}

}  // namespace cspkit::odt
