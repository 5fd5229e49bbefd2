// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/catalog.hpp>
#include <cspkit/odt/configuration.hpp>

#include "grammar.hpp"
#include "text.hpp"

namespace cspkit::odt {
namespace {

constexpr std::string_view kKeyForm = "xxxxx-xxxxx-xxxxx-xxxxx-xxxxx";

// "xxxxx-xxxxx": one and the same letter X in all places.
bool is_one_sign(std::string_view text) {
  if (text[0] != 'x' && text[0] != 'X') return false;
  return text.find_first_not_of(std::string{text[0], '-'}) == std::string_view::npos;
}

std::string joined_ids(const std::vector<Product>& products) {
  constexpr std::size_t kMost = 4;
  std::string out;
  for (std::size_t i = 0; i < products.size() && i < kMost; ++i) {
    if (i != 0) out += ", ";
    out += shown(products[i].id);
  }
  if (products.size() > kMost) out += fmt::format(" and {} more", products.size() - kMost);
  return out;
}

}  // namespace

Position Place::of(std::string_view attribute) const {
  for (const auto& [name, position] : attributes) {
    if (name == attribute) return position;
  }
  return element;
}

bool Place::has(std::string_view attribute) const {
  return std::any_of(attributes.begin(), attributes.end(),
                     [&](const auto& known) { return known.first == attribute; });
}

bool ProductKey::is_well_formed() const {
  if (text_.size() != kKeyForm.size()) return false;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const char c = text_[i];
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (kKeyForm[i] == '-' ? c != '-' : !plain) return false;
  }
  return true;
}

bool ProductKey::is_placeholder() const {
  // "#####-#####-...", in whatever length somebody typed it; "{{ key }}", "%KEY%", "YOUR-KEY".
  if (text_.empty()) return false;
  if (text_.find_first_of("#*?<>{}%$@[]_") != std::string::npos) return true;
  if (is_one_sign(text_)) return true;
  return !is_well_formed() && lower(text_).find("key") != std::string::npos;
}

std::vector<std::string> Product::excluded_apps() const {
  std::vector<std::string> out;
  for (const ExcludeApp& app : excluded) {
    if (holds(grammar::kCurrentApps, app.id) || holds(grammar::kOtherApps, app.id)) {
      out.push_back(app.id);
    }
  }
  return out;
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
  if (remove) {
    append(remove->all() ? "remove all products" : "remove " + joined_ids(remove->products));
  }
  if (add && !add->products.empty()) append("install " + joined_ids(add->products));
  if (add && add->products.empty()) append("change the architecture");
  if (remove_msi) append("remove MSI products");
  return out.empty() ? "change settings" : out;
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
