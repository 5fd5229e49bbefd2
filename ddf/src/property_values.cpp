// SPDX-License-Identifier: Apache-2.0
// AllowedValues, and the dependencies that are made of them.
#include <cspkit/value.hpp>

#include "properties.hpp"

namespace cspkit::ddf {

using dom::Element;
using dom::Inside;
using dom::Name;

namespace {

ValueType value_type_of(std::string_view name) {
  constexpr std::pair<std::string_view, ValueType> kNames[] = {
      {"ADMX", ValueType::kAdmx},   {"ENUM", ValueType::kEnum}, {"None", ValueType::kNone},
      {"Range", ValueType::kRange}, {"Flag", ValueType::kFlag}, {"RegEx", ValueType::kRegEx},
      {"XSD", ValueType::kXsd},     {"JSON", ValueType::kJson}, {"SDDL", ValueType::kSddl}};
  for (const auto& [known, type] : kNames) {
    if (detail::equals_ignoring_case(known, name)) return type;
  }
  return ValueType::kUnknown;
}

}  // namespace

void PropertiesReader::read_enum(const Element& element, std::vector<Ref>& pairs) {
  Ref value = 0;
  Ref description = 0;
  bool has_value = false;
  for (const Element& child : Inside(element)) {
    if (child.name == Name::kValue) {
      value = as_written(child);
      has_value = true;
    } else if (child.name == Name::kValueDescription) {
      description = as_written(child);
    } else {
      reporter_.unknown_element(element, child);
    }
  }
  if (!has_value) {
    reporter_.report(Severity::kWarning, "D218", element, "an <Enum> without a <Value>; ignored");
    return;
  }
  pairs.push_back(value);
  pairs.push_back(description);
}

void PropertiesReader::read_admx(const Element& element, Ref* admx) {
  constexpr std::string_view kNames[] = {"Area", "Name", "File"};
  bool odd = false;
  document_.each_attribute(element, [&](std::string_view name, std::string_view value) {
    std::size_t i = 0;
    while (i != 3 && !dom::is_named(name, kNames[i])) ++i;
    if (i == 3) {
      odd = true;
    } else {
      admx[i] = again(last_admx_[i], value);
    }
  });
  if (odd) reporter_.check_attributes(element, {kNames[0], kNames[1], kNames[2]});
}

/// What a List element says, else what was said before.
Ref PropertiesReader::read_delimiter(const Element& element, Ref delimiter) {
  reporter_.check_attributes(element, {"Delimiter"});
  document_.each_attribute(element, [&](std::string_view name, std::string_view value) {
    if (dom::is_named(name, "Delimiter")) delimiter = intern(value);
  });
  return delimiter;
}

Ref PropertiesReader::read_allowed(const Element& element, ValueType& type) {
  std::string_view type_name;
  bool odd = false;
  document_.each_attribute(element, [&](std::string_view name, std::string_view value) {
    if (dom::is_named(name, "ValueType")) {
      type_name = value;
    } else {
      odd = true;
    }
  });
  if (odd) reporter_.check_attributes(element, {"ValueType"});
  type = value_type_of(type_name);
  if (type == ValueType::kUnknown) {
    reporter_.report(
        Severity::kError, "D211", element,
        "ValueType \"" + std::string(type_name) + "\" is none of DDF v2; every value is allowed");
  }
  std::vector<Ref>& enums = enums_;
  std::vector<Ref>& plain = plain_;
  enums.clear();
  plain.clear();
  Ref admx[3] = {0, 0, 0};
  Ref delimiter = 0;
  bool has_admx = false;
  bool has_list = false;
  for (const Element& child : Inside(element)) {
    if (child.name == Name::kEnum) {
      read_enum(child, enums);
    } else if (child.name == Name::kValue) {
      plain.push_back(as_written(child));
      plain.push_back(0);
    } else if (child.name == Name::kValueDescription) {
      if (!plain.empty()) plain.back() = as_written(child);
    } else if (child.name == Name::kAdmxBacked) {
      has_admx = true;
      read_admx(child, admx);
    } else if (child.name == Name::kList) {
      has_list = true;
      delimiter = read_delimiter(child, delimiter);
    } else {
      reporter_.unknown_element(element, child);
    }
  }
  // An Enum beside plain Values has not been seen; both would count.
  const bool only_plain = enums.empty();
  enums.insert(enums.end(), plain.begin(), plain.end());
  std::uint32_t head = AllowedType::with(0, static_cast<std::uint32_t>(type));
  head = AllowedList::with(head, has_list ? 1 : 0);
  head = AllowedAdmx::with(head, has_admx ? 1 : 0);
  head = AllowedPlain::with(head, only_plain ? 1 : 0);
  head = AllowedCount::with(head, static_cast<std::uint32_t>(enums.size() / 2));
  words_.assign(1, head);
  if (has_list) words_.push_back(delimiter);
  if (has_admx) words_.insert(words_.end(), admx, admx + 3);
  words_.insert(words_.end(), enums.begin(), enums.end());
  return pools_.words.intern(words_);
}

void PropertiesReader::read_dependency_group(const Element& group,
                                             std::vector<std::uint32_t>& words) {
  Ref friendly = 0;
  reporter_.check_attributes(group, {"FriendlyId"});
  document_.each_attribute(group, [&](std::string_view name, std::string_view value) {
    if (dom::is_named(name, "FriendlyId")) friendly = intern(value);
  });
  Ref changed = 0;
  std::uint32_t count = 0;
  std::vector<std::uint32_t> dependencies;
  for (const Element& child : Inside(group)) {
    ValueType type = ValueType::kAbsent;
    if (child.name == Name::kDependencyChangedAllowedValues) {
      changed = read_allowed(child, type);
      continue;
    }
    if (child.name != Name::kDependency) {
      reporter_.unknown_element(group, child);
      continue;
    }
    std::string_view kind;
    document_.each_attribute(child, [&](std::string_view name, std::string_view value) {
      if (dom::is_named(name, "Type")) kind = value;
    });
    reporter_.check_attributes(child, {"Type"});
    if (kind != "DependsOn" && kind != "Not") {
      reporter_.report(Severity::kWarning, "D301", child,
                       "a dependency of type \"" + std::string(kind) + "\"; taken as DependsOn");
    }
    Ref uri = 0;
    Ref allowed = 0;
    for (const Element& part : Inside(child)) {
      if (part.name == Name::kDependencyUri) {
        uri = trimmed(part);
      } else if (part.name == Name::kDependencyAllowedValue) {
        allowed = read_allowed(part, type);
      } else {
        reporter_.unknown_element(child, part);
      }
    }
    if (uri == 0) {
      reporter_.report(Severity::kWarning, "D302", child,
                       "a dependency without <DependencyUri>; ignored");
      continue;
    }
    ++count;
    dependencies.insert(dependencies.end(), {kind == "Not" ? 1u : 0u, uri, allowed});
  }
  words.insert(words.end(), {friendly, changed, count});
  words.insert(words.end(), dependencies.begin(), dependencies.end());
}

void PropertiesReader::read_dependencies(const Element& element, Pending& p) {
  std::vector<std::uint32_t> words(1, 0);
  for (const Element& child : Inside(element)) {
    if (child.name == Name::kDependencyGroup) {
      ++words[0];
      read_dependency_group(child, words);
    } else {
      reporter_.unknown_element(element, child);
    }
  }
  p.own.push_back(static_cast<std::uint32_t>(Tag::kDependencies));
  p.own.push_back(pools_.words.intern(words));
}

}  // namespace cspkit::ddf
