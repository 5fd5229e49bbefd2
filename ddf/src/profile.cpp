// SPDX-License-Identifier: Apache-2.0
#include "cspkit/ddf/profile.hpp"

#include <algorithm>
#include <cspkit/value.hpp>
#include <tuple>
#include <vector>

namespace cspkit::ddf {
namespace {

struct Version {
  std::int64_t major = 0, minor = 0, build = 0, revision = 0;
  bool has_revision = false;
  auto release() const { return std::tie(major, minor, build); }
};

std::optional<Version> parse_version(std::string_view text) {
  Version version;
  std::int64_t* const parts[] = {&version.major, &version.minor, &version.build, &version.revision};
  text = detail::trim(text);
  std::size_t count = 0;
  for (;;) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    const bool digits =
        !part.empty() && part.size() <= 9 && part.find_first_not_of("0123456789") == part.npos;
    if (count == 4 || !digits) return std::nullopt;
    *parts[count++] = parse_int(part).value_or(0);
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  if (count < 3) return std::nullopt;
  version.has_revision = count == 4;
  if (version.major == 11) version.major = 10;  // two published typos: Windows 11 is 10.0
  return version;
}

template <typename F>
void for_each_part(std::string_view text, char separator, F&& f) {
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    const std::string_view part = detail::trim(text.substr(0, end));
    if (!part.empty()) f(part);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
}

bool lists_edition(std::string_view list, std::uint32_t edition) {
  bool any = false;
  bool found = false;
  for_each_part(list, ';', [&](std::string_view part) {
    any = true;
    if (part.back() == '*') part.remove_suffix(1);
    const Result<std::int64_t> number = parse_int(part);
    found = found || (number && *number == static_cast<std::int64_t>(edition));
  });
  return found || !any;
}

}  // namespace

Result<bool> build_applies(std::string_view os_build_version, std::string_view device_build) {
  const std::optional<Version> device = parse_version(device_build);
  if (!device) {
    return Status(Code::kBadValue, "\"" + std::string(device_build.substr(0, 60)) +
                                       "\" is no OS build of the form 10.0.22621.2506");
  }
  std::vector<Version> listed;
  for_each_part(os_build_version, ',', [&](std::string_view part) {
    if (const std::optional<Version> version = parse_version(part)) listed.push_back(*version);
  });
  if (listed.empty()) return true;
  const Version* last = &listed[0];
  for (const Version& version : listed) {
    if (device->release() == version.release() && device->revision >= version.revision) return true;
    if (!version.has_revision && device->release() > version.release()) return true;
    if (version.release() > last->release()) last = &version;
  }
  return device->release() > last->release();
}

Status check_applicable(const Node& node, const DeviceProfile& profile) {
  const Applicability rule = node.applicability();
  const auto excluded = [&](std::string why) {
    return Status(Code::kNotSupported, node.uri() + " is not for this device: " + std::move(why));
  };
  if (!profile.os_build.empty() && !rule.os_build_version.empty()) {
    const Result<bool> applies = build_applies(rule.os_build_version, profile.os_build);
    if (!applies) return applies.error();
    if (!*applies) {
      return excluded("it needs the OS build " + std::string(rule.os_build_version) +
                      ", the device has " + profile.os_build);
    }
  }
  if (profile.edition && !lists_edition(rule.edition_allow_list, *profile.edition)) {
    return excluded("the edition " + std::to_string(*profile.edition) + " is not among " +
                    std::string(rule.edition_allow_list));
  }
  if (rule.requires_azure_ad && profile.azure_ad_joined && !*profile.azure_ad_joined) {
    return excluded("it must be joined to Azure AD");
  }
  return {};
}

}  // namespace cspkit::ddf
