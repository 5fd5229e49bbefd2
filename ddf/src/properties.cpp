// SPDX-License-Identifier: Apache-2.0
#include "properties.hpp"

#include <cspkit/value.hpp>

#include "text.hpp"

namespace cspkit::ddf {

using dom::Element;
using dom::Inside;
using dom::Name;

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

Format format_of(Name name) {
  static_assert(static_cast<int>(Name::kB64) == static_cast<int>(Format::kB64) &&
                static_cast<int>(Name::kNodeFormat) == static_cast<int>(Format::kNode) &&
                static_cast<int>(Name::kFloat) == static_cast<int>(Format::kFloat));
  return name <= Name::kFloat ? static_cast<Format>(name) : Format::kUnset;
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

Ref PropertiesReader::trimmed(const Element& element) {
  return intern(detail::trim(document_.text(element)));
}

void PropertiesReader::set(Pending& p, Common which, Ref ref) {
  p.common[static_cast<std::size_t>(which)] = ref;
}

void PropertiesReader::set_again(Pending& p, Common which, const Element& element) {
  Last& last = last_[static_cast<std::size_t>(which)];
  const std::string_view raw = document_.raw_text(element);
  if (raw.empty() || raw != last.raw) {
    again(last, detail::trim(document_.text(element)));
    last.raw = raw;
  }
  set(p, which, last.ref);
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

void PropertiesReader::read_none(const Element& node, const Record* parent, Record& record) {
  Pending& p = pending_;
  begin(parent, p);
  reporter_.report(Severity::kError, "D200", node,
                   "the node has no <DFProperties>; it is an interior node without access rights");
  finish(p, record);
}

void PropertiesReader::read(const Element& properties, const Record* parent, Record& record) {
  Pending& p = pending_;
  begin(parent, p);
  reporter_.check_attributes(properties, {});
  for (const Element& element : Inside(properties)) {
    if (read_standard(element, p) || read_extension(element, p)) continue;
    keep_extension(element, {}, p, 0);
    const std::string_view name = document_.local_name(element);
    if (!is_old_extension(name)) {
      reporter_.once(
          Severity::kWarning, "D215", element, name,
          "unknown element " + reporter_.tag(element) +
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

/// The last one wins, except that DFTypes add up.
void PropertiesReader::report_doubled(const Element& element) {
  reporter_.report(Severity::kWarning, "D210", element,
                   "more than one " + reporter_.tag(element) + "; the last one counts");
}

bool PropertiesReader::read_standard(const Element& element, Pending& p) {
  const auto tag = [&p](Tag which, Ref ref) {
    p.own.push_back(static_cast<std::uint32_t>(which));
    p.own.push_back(ref);
  };
  ValueType type = ValueType::kAbsent;
  switch (element.name) {
    case Name::kAccessType:
      enter(kSeenAccess, element, p);
      read_access(element, p);
      return true;
    case Name::kDfFormat:
      enter(kSeenFormat, element, p);
      read_format(element, p);
      return true;
    case Name::kOccurrence:
      enter(kSeenOccurrence, element, p);
      read_occurrence(element, p);
      return true;
    case Name::kScope:
      enter(kSeenScope, element, p);
      read_scope(element, p);
      return true;
    case Name::kDfType:
      enter(kSeenType, element, p);
      read_type(element, p);
      return true;
    case Name::kDescription:
      enter(kSeenDescription, element, p);
      if (element.size != 1) {
        reporter_.once(Severity::kWarning, "D217", element, "Description",
                       "markup inside <Description>; its text is kept (reported once per file)");
      }
      if (resident_) p.description = pools_.cold.intern(document_.text(element));
      return true;
    case Name::kDefaultValue:
      enter(kSeenDefault, element, p);
      p.bits = BitsHasDefault::with(p.bits, 1);
      tag(Tag::kDefault, as_written(element));
      return true;
    case Name::kDfTitle:
      enter(kSeenTitle, element, p);
      tag(Tag::kTitle, trimmed(element));
      return true;
    case Name::kCaseSense:
      enter(kSeenCase, element, p);
      read_case(element, p);
      return true;
    case Name::kAllowedValues:
      enter(kSeenAllowed, element, p);
      p.allowed = read_allowed(element, type);
      p.bits = BitsValueType::with(p.bits, static_cast<std::uint32_t>(type));
      return true;
    default:
      return false;
  }
}

bool PropertiesReader::read_extension(const Element& element, Pending& p) {
  switch (element.name) {
    case Name::kApplicability:
      read_applicability(element, p);
      return true;
    case Name::kConflictResolution:
      set_again(p, Common::kConflict, element);
      return true;
    case Name::kGpMapping:
      read_gp(element, p);
      return true;
    case Name::kDynamicNodeNaming:
      read_naming(element, p);
      return true;
    case Name::kRebootBehavior:
      set_again(p, Common::kReboot, element);
      return true;
    case Name::kReplaceBehavior:
      set_again(p, Common::kReplace, element);
      return true;
    case Name::kDeprecated:
      read_deprecated(element, p);
      return true;
    case Name::kAtomicRequired:
      p.bits = BitsAtomicOwn::with(BitsAtomic::with(p.bits, 1), 1);
      return true;
    case Name::kDependencyBehavior:
      read_dependencies(element, p);
      return true;
    case Name::kCommonErrorResults:
      read_errors(element, p);
      return true;
    default:
      return false;
  }
}

void PropertiesReader::read_access(const Element& element, Pending& p) {
  std::uint32_t access = 0;
  for (const Element& verb : Inside(element)) {
    switch (verb.name) {
      case Name::kGet:
        access |= kAccessGet;
        break;
      case Name::kAdd:
        access |= kAccessAdd;
        break;
      case Name::kReplace:
        access |= kAccessReplace;
        break;
      case Name::kDelete:
        access |= kAccessDelete;
        break;
      case Name::kExec:
        access |= kAccessExec;
        break;
      case Name::kCopy:
        access |= kAccessCopy;
        break;
      default:
        reporter_.report(Severity::kWarning, "D204", verb,
                         reporter_.tag(verb) + " is no verb of DDF; ignored");
    }
  }
  if (access == 0) {
    reporter_.report(Severity::kWarning, "D203", element,
                     "empty <AccessType>; no command may touch the node");
  }
  p.bits = BitsAccess::with(p.bits, access);
}

void PropertiesReader::read_format(const Element& element, Pending& p) {
  Format format = Format::kUnset;
  std::string shown;
  for (const Element& child : Inside(element)) {
    if (format != Format::kUnset) {
      reporter_.report(Severity::kError, "D202", child, "more than one format; the first counts");
      break;
    }
    format = format_of(child.name);
    if (format == Format::kUnset) {
      shown = document_.name(child);
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

void PropertiesReader::read_occurrence(const Element& element, Pending& p) {
  constexpr Name kNames[] = {Name::kOne,       Name::kZeroOrOne, Name::kZeroOrMore,
                             Name::kOneOrMore, Name::kZeroOrN,   Name::kOneOrN};
  for (const Element& child : Inside(element)) {
    std::uint32_t found = 0;
    while (found < 6 && kNames[found] != child.name) ++found;
    if (found == 6) {
      reporter_.report(Severity::kWarning, "D206", child,
                       reporter_.tag(child) + " is no Occurrence of DDF; taken as One");
      return;
    }
    p.bits = BitsOccurrence::with(p.bits, found);
    if (found < 4) return;
    const Result<std::int64_t> limit = parse_int(document_.text(child));
    if (limit && *limit > 0 && *limit <= 0x7FFFFFFF) {
      set(p, Common::kOccurrenceLimit, static_cast<std::uint32_t>(*limit));
    } else {
      reporter_.report(Severity::kInfo, "D214", child,
                       reporter_.tag(child) + " names no number; nothing is limited");
    }
    return;
  }
  reporter_.report(Severity::kWarning, "D205", element, "empty <Occurrence>; taken as One");
}

void PropertiesReader::read_scope(const Element& element, Pending& p) {
  for (const Element& child : Inside(element)) {
    if (child.name == Name::kPermanent || child.name == Name::kDynamic) {
      p.bits = BitsPersistence::with(p.bits, child.name == Name::kPermanent ? 1 : 2);
    } else {
      reporter_.report(Severity::kWarning, "D207", child,
                       reporter_.tag(child) + " is no Scope of DDF; ignored");
    }
    return;
  }
}

void PropertiesReader::read_type(const Element& element, Pending& p) {
  int mimes = 0;
  int names = 0;
  for (const Element& child : Inside(element)) {
    if (child.name == Name::kMime) {
      ++mimes;
      const std::string_view text = detail::trim(document_.text(child));
      if (text.empty()) continue;
      if (p.first_mime.empty()) {
        p.first_mime = text;
      } else {
        if (p.mimes.empty()) p.mimes = p.first_mime;
        p.mimes.append(1, '\n').append(text);
      }
    } else if (child.name == Name::kDdfName) {
      ++names;
      set(p, Common::kDdfName, trimmed(child));
    } else {
      reporter_.unknown_element(element, child);
    }
  }
  if (mimes + names == 0) {
    reporter_.report(Severity::kWarning, "D209", element, "empty <DFType>");
  } else if ((mimes != 0 && names != 0) || names > 1) {
    reporter_.report(Severity::kWarning, "D209", element,
                     "<DFType> holds both MIME and DDFName, or several DDFNames; all are kept");
  }
}

void PropertiesReader::read_case(const Element& element, Pending& p) {
  for (const Element& child : Inside(element)) {
    if (child.name == Name::kCaseSensitive) {
      p.bits = BitsCaseSensitive::with(p.bits, 1);
    } else if (child.name != Name::kCaseInsensitive) {
      reporter_.report(Severity::kWarning, "D208", child,
                       reporter_.tag(child) + " is no CaseSense of DDF; taken as CIS");
    }
  }
}

void PropertiesReader::read_applicability(const Element& element, Pending& p) {
  reporter_.check_attributes(element, {});
  for (const Element& child : Inside(element)) {
    if (child.name == Name::kOsBuildVersion) {
      set_again(p, Common::kOsBuild, child);
    } else if (child.name == Name::kCspVersion) {
      set_again(p, Common::kCspVersion, child);
    } else if (child.name == Name::kEditionAllowList) {
      set_again(p, Common::kEditions, child);
    } else if (child.name == Name::kRequiresAzureAd) {
      // An empty element means yes.
      const std::string_view text = detail::trim(document_.text(child));
      set(p, Common::kAzureAd, text.empty() || parse_bool(text).value_or(false) ? 1 : 0);
    } else {
      reporter_.unknown_element(element, child);
    }
  }
}

void PropertiesReader::read_naming(const Element& element, Pending& p) {
  for (const Element& child : Inside(element)) {
    Naming naming = Naming::kNone;
    if (child.name == Name::kServerGenerated) {
      naming = Naming::kServerGenerated;
    } else if (child.name == Name::kClientInventory) {
      naming = Naming::kClientInventory;
    } else if (child.name == Name::kUniqueName) {
      naming = Naming::kUniqueName;
      p.own.push_back(static_cast<std::uint32_t>(Tag::kUniqueName));
      p.own.push_back(as_written(child));
    } else {
      reporter_.unknown_element(element, child);
      continue;
    }
    p.bits = BitsNaming::with(p.bits, static_cast<std::uint32_t>(naming));
  }
}

void PropertiesReader::read_deprecated(const Element& element, Pending& p) {
  p.bits = BitsDeprecated::with(p.bits, 1);
  reporter_.check_attributes(element, {"OsBuildDeprecated"});
  document_.each_attribute(element, [&](std::string_view name, std::string_view value) {
    if (dom::is_named(name, "OsBuildDeprecated"))
      set(p, Common::kDeprecatedBuild, intern(detail::trim(value)));
  });
}

void PropertiesReader::read_gp(const Element& element, Pending& p) {
  bool odd = false;
  document_.each_attribute(element, [&](std::string_view name, std::string_view value) {
    Tag tag = Tag::kGpName;
    if (dom::is_named(name, "GpAreaPath")) {
      tag = Tag::kGpArea;
    } else if (dom::is_named(name, "GpElement")) {
      tag = Tag::kGpElement;
    } else if (!dom::is_named(name, "GpEnglishName")) {
      odd = true;
      return;
    }
    p.own.push_back(static_cast<std::uint32_t>(tag));
    p.own.push_back(intern(value));
  });
  if (odd) reporter_.check_attributes(element, {"GpEnglishName", "GpAreaPath", "GpElement"});
}

void PropertiesReader::read_errors(const Element& element, Pending& p) {
  words_.assign(1, 0);
  for (const Element& child : Inside(element)) {
    ++words_[0];
    words_.push_back(intern(document_.local_name(child)));
    words_.push_back(intern(detail::trim(document_.text(child))));
  }
  p.own.push_back(static_cast<std::uint32_t>(Tag::kErrors));
  p.own.push_back(pools_.words.intern(words_));
}

void PropertiesReader::keep_extension(const Element& element, std::string_view prefix, Pending& p,
                                      std::size_t depth) {
  constexpr std::size_t kDeepest = 8;
  constexpr std::size_t kLongestPrefix = 256;  // every element below keeps it
  std::string name(prefix);
  name += document_.local_name(element);
  ++p.extension_count;
  p.extensions.push_back(intern(name));
  p.extensions.push_back(intern(detail::trim(document_.own_text(element))));
  const std::size_t count_at = p.extensions.size();
  p.extensions.push_back(0);
  document_.each_attribute(element, [&](std::string_view attribute, std::string_view value) {
    ++p.extensions[count_at];
    p.extensions.push_back(intern(attribute));
    p.extensions.push_back(intern(value));
  });
  if (depth == kDeepest) return;
  name.resize(text::head(name, kLongestPrefix).size());
  name += '/';
  for (const Element& child : Inside(element)) keep_extension(child, name, p, depth + 1);
}

}  // namespace cspkit::ddf
