// SPDX-License-Identifier: Apache-2.0
#include "properties.hpp"

#include <cspkit/value.hpp>

namespace cspkit::ddf {

using dom::local_name;
using pugi::xml_attribute;
using pugi::xml_node;

namespace {

enum Seen : std::uint32_t {
  kSeenAccess = 1,
  kSeenFormat = 2,
  kSeenOccurrence = 4,
  kSeenScope = 8,
  kSeenType = 16,
  kSeenDefault = 32,
  kSeenDescription = 64,
  kSeenTitle = 128,
  kSeenCase = 256,
  kSeenAllowed = 512
};

std::string element_name(const xml_node& element) {
  return '<' + std::string(element.name()) + '>';
}

/// MSFT elements of the time before DDF v2: kept as extensions, no longer written today.
bool is_old_extension(std::string_view name) {
  constexpr std::string_view kNames[] = {"ADMXBacked",
                                         "ADMXMapped",
                                         "ADMXCategory",
                                         "ADMXPolicyName",
                                         "ADMXMappedElement",
                                         "SupportedValues",
                                         "SubStringSeparatorChar",
                                         "NotSupportedOnPlatform",
                                         "GPRegistryMappedCategory",
                                         "GPRegistryMappedName",
                                         "GPDBMappedCategory",
                                         "GPDBMappedName",
                                         "XMLSchema",
                                         "RWAccess",
                                         "StartOSVerison",
                                         "ExposedTo"};
  for (std::string_view known : kNames) {
    if (known == name) return true;
  }
  return false;
}

}  // namespace

void Reporter::report(Severity severity, std::string_view code, const xml_node& where,
                      std::string text) {
  std::string uri;
  if (parent_uri_ != nullptr && !sink_.is_full()) {
    uri = *parent_uri_;
    if (!segment_.empty()) uri += '/';
    uri += segment_;
  }
  sink_.add(severity, code, line(where), std::move(uri), std::move(text));
}

void Reporter::once(Severity severity, std::string_view code, const xml_node& where,
                    std::string_view word, std::string text) {
  if (sink_.first(code, word)) {
    report(severity, code, where, std::move(text));
  } else if (severity == Severity::kError) {
    sink_.error_unlisted();
  }
}

void Reporter::unknown_element(const xml_node& element) {
  once(Severity::kWarning, "D215", element, local_name(element),
       "unknown element " + element_name(element) + " in " + element_name(element.parent()) +
           "; it has no effect (reported once per file)");
}

void Reporter::check_attributes(const xml_node& element,
                                std::initializer_list<std::string_view> known) {
  for (const xml_attribute& attribute : element.attributes()) {
    const std::string_view name(attribute.name());
    if (name.substr(0, 5) == "xmlns") continue;
    bool found = false;
    for (std::string_view candidate : known) found = found || dom::local(name.data()) == candidate;
    if (found) continue;
    once(Severity::kWarning, "D216", element, std::string(element.name()) + '@' + attribute.name(),
         "unknown attribute " + std::string(name) + " of " + element_name(element) +
             "; it has no effect (reported once per file)");
  }
}

Ref PropertiesReader::again(Common which, std::string_view text) {
  Last& last = last_[static_cast<std::size_t>(which)];
  if (last.text != text) last = {text, intern(text)};
  return last.ref;
}

Ref PropertiesReader::trimmed(const xml_node& element) {
  return intern(detail::trim(texts_.of(element)));
}

void PropertiesReader::set(Pending& p, Common which, Ref ref) {
  p.common[static_cast<std::size_t>(which)] = ref;
}

void PropertiesReader::begin(const Record* parent, Pending& p) {
  p.common.fill(0);
  p.own.clear();
  p.mimes.clear();
  p.first_mime = {};
  p.extensions.clear();
  p.extension_count = p.seen = 0;
  p.allowed = p.description = 0;
  p.bits = BitsFormat::with(0, static_cast<std::uint32_t>(Format::kNode));
  if (parent == nullptr) return;
  p.bits = BitsAtomic::with(p.bits, BitsAtomic::get(parent->bits));
  if (parent->common == 0) return;
  for (const Common which :
       {Common::kOsBuild, Common::kCspVersion, Common::kEditions, Common::kAzureAd}) {
    set(p, which, pools_.words.words()[parent->common + static_cast<std::uint32_t>(which)]);
  }
}

void PropertiesReader::finish(Pending& p, Record& record) {
  record.bits |= p.bits;
  if (!p.mimes.empty()) {
    set(p, Common::kMime, intern(p.mimes));
  } else if (!p.first_mime.empty()) {
    set(p, Common::kMime, again(Common::kMime, p.first_mime));
  }
  record.allowed = p.allowed;
  record.description = p.description;
  if (p.common != last_common_ || last_common_ref_ == 0) {
    last_common_ = p.common;
    last_common_ref_ = pools_.words.intern(p.common);
  }
  record.common = last_common_ref_;
  if (p.extension_count != 0) {
    words_.assign(1, p.extension_count);
    words_.insert(words_.end(), p.extensions.begin(), p.extensions.end());
    p.own.push_back(static_cast<std::uint32_t>(Tag::kExtensions));
    p.own.push_back(pools_.words.intern(words_));
  }
  if (!p.own.empty()) {
    words_.assign(1, static_cast<std::uint32_t>(p.own.size() / 2));
    words_.insert(words_.end(), p.own.begin(), p.own.end());
    record.own = pools_.words.intern(words_);
  }
}

void PropertiesReader::read_none(const xml_node& node, const Record* parent, Record& record) {
  Pending& p = pending_;
  begin(parent, p);
  reporter_.report(Severity::kError, "D200", node,
                   "the node has no <DFProperties>; it is an interior node without access rights");
  finish(p, record);
}

void PropertiesReader::read(const xml_node& properties, const Record* parent, Record& record) {
  Pending& p = pending_;
  begin(parent, p);
  if (properties.first_attribute()) reporter_.check_attributes(properties, {});
  for (const auto& [element, name] : dom::Elements(properties)) {
    if (read_standard(name, element, p) || read_extension(name, element, p)) continue;
    keep_extension(element, {}, p, 0);
    if (!is_old_extension(name)) {
      reporter_.once(
          Severity::kWarning, "D215", element, name,
          "unknown element " + element_name(element) +
              " in <DFProperties>; it is kept but has no effect (reported once per file)");
    }
  }
  if ((p.seen & kSeenAccess) == 0) {
    reporter_.report(Severity::kWarning, "D203", properties,
                     "no <AccessType>; no command may touch the node");
  }
  if ((p.seen & kSeenFormat) == 0) {
    reporter_.report(Severity::kWarning, "D201", properties,
                     "no <DFFormat>; taken as an interior node");
  }
  if ((p.seen & kSeenOccurrence) == 0) {
    reporter_.report(Severity::kWarning, "D205", properties, "no <Occurrence>; taken as One");
  }
  if ((p.seen & kSeenType) == 0) {
    reporter_.report(Severity::kWarning, "D209", properties, "no <DFType>");
  }
  finish(p, record);
}

bool PropertiesReader::read_standard(std::string_view name, const xml_node& element, Pending& p) {
  std::uint32_t seen = 0;
  const auto tag = [&p](Tag which, Ref ref) {
    p.own.push_back(static_cast<std::uint32_t>(which));
    p.own.push_back(ref);
  };
  // A repeated element: the last one wins, except that DFTypes add up.
  const auto enter = [&](Seen which) {
    seen = which;
    if ((p.seen & which) != 0) {
      reporter_.report(Severity::kWarning, "D210", element,
                       "more than one " + element_name(element) + "; the last one counts");
    }
  };
  if (name == "AccessType") {
    enter(kSeenAccess);
    read_access(element, p);
  } else if (name == "DFFormat") {
    enter(kSeenFormat);
    read_format(element, p);
  } else if (name == "Occurrence") {
    enter(kSeenOccurrence);
    read_occurrence(element, p);
  } else if (name == "Scope") {
    enter(kSeenScope);
    read_scope(element, p);
  } else if (name == "DFType") {
    enter(kSeenType);
    read_type(element, p);
  } else if (name == "Description") {
    enter(kSeenDescription);
    if (dom::has_elements(element)) {
      reporter_.once(Severity::kWarning, "D217", element, "Description",
                     "markup inside <Description>; its text is kept (reported once per file)");
    }
    if (resident_) p.description = pools_.cold.intern(texts_.of(element));
  } else if (name == "DefaultValue") {
    enter(kSeenDefault);
    p.bits = BitsHasDefault::with(p.bits, 1);
    tag(Tag::kDefault, as_written(element));
  } else if (name == "DFTitle") {
    enter(kSeenTitle);
    tag(Tag::kTitle, trimmed(element));
  } else if (name == "CaseSense") {
    enter(kSeenCase);
    read_case(element, p);
  } else if (name == "AllowedValues") {
    enter(kSeenAllowed);
    ValueType type = ValueType::kAbsent;
    p.allowed = read_allowed(element, type);
    p.bits = BitsValueType::with(p.bits, static_cast<std::uint32_t>(type));
  } else {
    return false;
  }
  p.seen |= seen;
  return true;
}

bool PropertiesReader::read_extension(std::string_view name, const xml_node& element, Pending& p) {
  if (name == "Applicability") {
    read_applicability(element, p);
  } else if (name == "ConflictResolution") {
    set(p, Common::kConflict, again(Common::kConflict, detail::trim(texts_.of(element))));
  } else if (name == "GpMapping") {
    read_gp(element, p);
  } else if (name == "DynamicNodeNaming") {
    read_naming(element, p);
  } else if (name == "RebootBehavior") {
    set(p, Common::kReboot, again(Common::kReboot, detail::trim(texts_.of(element))));
  } else if (name == "ReplaceBehavior") {
    set(p, Common::kReplace, again(Common::kReplace, detail::trim(texts_.of(element))));
  } else if (name == "Deprecated") {
    read_deprecated(element, p);
  } else if (name == "AtomicRequired") {
    p.bits = BitsAtomicOwn::with(BitsAtomic::with(p.bits, 1), 1);
  } else if (name == "DependencyBehavior") {
    read_dependencies(element, p);
  } else if (name == "CommonErrorResults") {
    read_errors(element, p);
  } else {
    return false;
  }
  return true;
}

void PropertiesReader::read_access(const xml_node& element, Pending& p) {
  std::uint32_t access = 0;
  for (const auto& [verb, name] : dom::Elements(element)) {
    if (name == "Get") {
      access |= kAccessGet;
    } else if (name == "Add") {
      access |= kAccessAdd;
    } else if (name == "Replace") {
      access |= kAccessReplace;
    } else if (name == "Delete") {
      access |= kAccessDelete;
    } else if (name == "Exec") {
      access |= kAccessExec;
    } else if (name == "Copy") {
      access |= kAccessCopy;
    } else {
      reporter_.report(Severity::kWarning, "D204", verb,
                       element_name(verb) + " is no verb of DDF; ignored");
    }
  }
  if (access == 0) {
    reporter_.report(Severity::kWarning, "D203", element,
                     "empty <AccessType>; no command may touch the node");
  }
  p.bits = BitsAccess::with(p.bits, access);
}

void PropertiesReader::read_format(const xml_node& element, Pending& p) {
  Format format = Format::kUnset;
  std::string shown;
  for (const auto& [child, name] : dom::Elements(element)) {
    if (format != Format::kUnset) {
      reporter_.report(Severity::kError, "D202", child, "more than one format; the first counts");
      break;
    }
    format = format_from_name(name);
    if (format == Format::kUnset) {
      shown = child.name();
      break;
    }
  }
  if (format == Format::kUnset) {
    if (shown.empty()) {
      reporter_.report(Severity::kWarning, "D201", element,
                       "empty <DFFormat>; taken as an interior node");
      format = Format::kNode;
    } else {
      reporter_.report(Severity::kError, "D202", element,
                       '<' + shown + "> is no format of DDF; taken as chr");
      format = Format::kChr;
    }
  }
  p.bits = BitsFormat::with(p.bits, static_cast<std::uint32_t>(format));
}

void PropertiesReader::read_occurrence(const xml_node& element, Pending& p) {
  constexpr std::string_view kNames[] = {"One",       "ZeroOrOne", "ZeroOrMore",
                                         "OneOrMore", "ZeroOrN",   "OneOrN"};
  for (const auto& [child, name] : dom::Elements(element)) {
    std::uint32_t found = 0;
    while (found < 6 && kNames[found] != name) ++found;
    if (found == 6) {
      reporter_.report(Severity::kWarning, "D206", child,
                       element_name(child) + " is no Occurrence of DDF; taken as One");
      return;
    }
    p.bits = BitsOccurrence::with(p.bits, found);
    if (found < 4) return;
    const Result<std::int64_t> limit = parse_int(texts_.of(child));
    if (limit && *limit > 0 && *limit <= 0x7FFFFFFF) {
      set(p, Common::kOccurrenceLimit, static_cast<std::uint32_t>(*limit));
    } else {
      reporter_.report(Severity::kInfo, "D214", child,
                       element_name(child) + " names no number; nothing is limited");
    }
    return;
  }
  reporter_.report(Severity::kWarning, "D205", element, "empty <Occurrence>; taken as One");
}

void PropertiesReader::read_scope(const xml_node& element, Pending& p) {
  for (const auto& [child, name] : dom::Elements(element)) {
    if (name == "Permanent" || name == "Dynamic") {
      p.bits = BitsPersistence::with(p.bits, name == "Permanent" ? 1 : 2);
    } else {
      reporter_.report(Severity::kWarning, "D207", child,
                       element_name(child) + " is no Scope of DDF; ignored");
    }
    return;
  }
}

void PropertiesReader::read_type(const xml_node& element, Pending& p) {
  int mimes = 0;
  int names = 0;
  for (const auto& [child, name] : dom::Elements(element)) {
    if (name == "MIME") {
      ++mimes;
      const std::string_view text = detail::trim(texts_.of(child));
      if (text.empty()) continue;
      if (p.first_mime.empty()) {
        p.first_mime = text;
      } else {
        if (p.mimes.empty()) p.mimes = p.first_mime;
        p.mimes.append(1, '\n').append(text);
      }
    } else if (name == "DDFName") {
      ++names;
      set(p, Common::kDdfName, trimmed(child));
    } else {
      reporter_.unknown_element(child);
    }
  }
  if (mimes + names == 0) {
    reporter_.report(Severity::kWarning, "D209", element, "empty <DFType>");
  } else if ((mimes != 0 && names != 0) || names > 1) {
    reporter_.report(Severity::kWarning, "D209", element,
                     "<DFType> holds both MIME and DDFName, or several DDFNames; all are kept");
  }
}

void PropertiesReader::read_case(const xml_node& element, Pending& p) {
  for (const auto& [child, name] : dom::Elements(element)) {
    if (name == "CS") {
      p.bits = BitsCaseSensitive::with(p.bits, 1);
    } else if (name != "CIS") {
      reporter_.report(Severity::kWarning, "D208", child,
                       element_name(child) + " is no CaseSense of DDF; taken as CIS");
    }
  }
}

void PropertiesReader::read_applicability(const xml_node& element, Pending& p) {
  if (element.first_attribute()) reporter_.check_attributes(element, {});
  for (const auto& [child, name] : dom::Elements(element)) {
    if (name == "OsBuildVersion") {
      set(p, Common::kOsBuild, again(Common::kOsBuild, detail::trim(texts_.of(child))));
    } else if (name == "CspVersion") {
      set(p, Common::kCspVersion, again(Common::kCspVersion, detail::trim(texts_.of(child))));
    } else if (name == "EditionAllowList") {
      set(p, Common::kEditions, again(Common::kEditions, detail::trim(texts_.of(child))));
    } else if (name == "RequiresAzureAd") {
      // An empty element means yes.
      const std::string_view text = detail::trim(texts_.of(child));
      set(p, Common::kAzureAd, text.empty() || parse_bool(text).value_or(false) ? 1 : 0);
    } else {
      reporter_.unknown_element(child);
    }
  }
}

void PropertiesReader::read_naming(const xml_node& element, Pending& p) {
  for (const auto& [child, name] : dom::Elements(element)) {
    Naming naming = Naming::kNone;
    if (name == "ServerGeneratedUniqueIdentifier") {
      naming = Naming::kServerGenerated;
    } else if (name == "ClientInventory") {
      naming = Naming::kClientInventory;
    } else if (name == "UniqueName") {
      naming = Naming::kUniqueName;
      p.own.push_back(static_cast<std::uint32_t>(Tag::kUniqueName));
      p.own.push_back(as_written(child));
    } else {
      reporter_.unknown_element(child);
      continue;
    }
    p.bits = BitsNaming::with(p.bits, static_cast<std::uint32_t>(naming));
  }
}

void PropertiesReader::read_deprecated(const xml_node& element, Pending& p) {
  p.bits = BitsDeprecated::with(p.bits, 1);
  reporter_.check_attributes(element, {"OsBuildDeprecated"});
  for (const xml_attribute& attribute : element.attributes()) {
    if (dom::local(attribute.name()) == "OsBuildDeprecated") {
      set(p, Common::kDeprecatedBuild, intern(detail::trim(attribute.value())));
    }
  }
}

void PropertiesReader::read_gp(const xml_node& element, Pending& p) {
  bool odd = false;
  for (const xml_attribute& attribute : element.attributes()) {
    const std::string_view name = dom::local(attribute.name());
    Tag tag = Tag::kGpName;
    if (name == "GpAreaPath") {
      tag = Tag::kGpArea;
    } else if (name == "GpElement") {
      tag = Tag::kGpElement;
    } else if (name != "GpEnglishName") {
      odd = true;
      continue;
    }
    p.own.push_back(static_cast<std::uint32_t>(tag));
    p.own.push_back(intern(attribute.value()));
  }
  if (odd) reporter_.check_attributes(element, {"GpEnglishName", "GpAreaPath", "GpElement"});
}

void PropertiesReader::read_errors(const xml_node& element, Pending& p) {
  words_.assign(1, 0);
  for (const auto& [child, name] : dom::Elements(element)) {
    ++words_[0];
    words_.push_back(intern(name));
    words_.push_back(intern(detail::trim(dom::deep_text(child))));
  }
  p.own.push_back(static_cast<std::uint32_t>(Tag::kErrors));
  p.own.push_back(pools_.words.intern(words_));
}

void PropertiesReader::keep_extension(const xml_node& element, std::string_view prefix, Pending& p,
                                      std::size_t depth) {
  constexpr std::size_t kDeepest = 8;
  std::string name(prefix);
  name += local_name(element);
  ++p.extension_count;
  p.extensions.push_back(intern(name));
  std::string text;
  for (const xml_node& child : element) {
    if (dom::is_text(child)) text += child.value();
  }
  p.extensions.push_back(intern(detail::trim(text)));
  const std::size_t count_at = p.extensions.size();
  p.extensions.push_back(0);
  for (const xml_attribute& attribute : element.attributes()) {
    ++p.extensions[count_at];
    p.extensions.push_back(intern(attribute.name()));
    p.extensions.push_back(intern(attribute.value()));
  }
  if (depth == kDeepest) return;
  name += '/';
  for (const auto& [child, ignored] : dom::Elements(element))
    keep_extension(child, name, p, depth + 1);
}

}  // namespace cspkit::ddf
