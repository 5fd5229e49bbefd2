// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "provider/borrowed.hpp"
#include "provider/loader.hpp"

namespace cspkit::provider {

namespace {

Status refuse(const std::filesystem::path& path, std::string_view why) {
  return Status(Code::kProviderRefused, fmt::format("{}: {}", path.string(), why));
}

Status check_owner_and_mode(const std::filesystem::path& path, const struct stat& info) {
  if (info.st_uid != 0 && info.st_uid != ::geteuid()) {
    return refuse(path,
                  fmt::format("owned by user {}, neither root nor the user running this program; "
                              "chown it",
                              info.st_uid));
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return refuse(path,
                  fmt::format("writable by group or others; run: chmod go-w '{}'", path.string()));
  }
  return {};
}

}  // namespace

Status check_trust(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return refuse(path, fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  if (!S_ISREG(info.st_mode)) return refuse(path, "not a regular file");
  Status file = check_owner_and_mode(path, info);
  if (!file.ok()) return file;
  const std::filesystem::path folder = path.parent_path();
  if (::stat(folder.c_str(), &info) != 0) {
    return refuse(folder, fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  return check_owner_and_mode(folder, info);
}

Status check_abi(const cspkit_plugin& plugin, const std::string& where) {
  const auto refuse_text = [&](std::string_view why) {
    return Status(Code::kProviderRefused, fmt::format("{}: {}", where, why));
  };
  if (plugin.size < offsetof(cspkit_plugin, abi_minor) + sizeof(plugin.abi_minor)) {
    return refuse_text(
        fmt::format("its plugin object claims {} bytes: not a cspkit plugin", plugin.size));
  }
  if (plugin.abi_major != CSPKIT_ABI_MAJOR) {
    return refuse_text(
        fmt::format("built for plugin ABI {}.{}, this engine speaks {}.{}: rebuild it",
                    plugin.abi_major, plugin.abi_minor, CSPKIT_ABI_MAJOR, CSPKIT_ABI_MINOR));
  }
  if (!CSPKIT_HAS(cspkit_plugin, &plugin, create) || !plugin.create) {
    return refuse_text("its plugin object has no create function");
  }
  if (plugin.provider_count == 0 || !plugin.providers) return refuse_text("it offers no provider");
  constexpr std::size_t kMostProviders = 256;
  if (plugin.provider_count > kMostProviders) {
    return refuse_text(fmt::format("it announces {} providers; at most {} are taken",
                                   plugin.provider_count, kMostProviders));
  }
  bool sound = is_sound(plugin.id) && is_sound(plugin.version);
  for (std::size_t i = 0; i < plugin.provider_count; ++i) {
    const cspkit_provider_info& info = plugin.providers[i];
    sound = sound && is_sound(info.name) && is_sound(info.ddf_name) && is_sound(info.ddf);
  }
  if (!sound) {
    return refuse_text(
        "it says of itself or of its providers text without bytes, or of an "
        "impossible size");
  }
  return {};
}

}  // namespace cspkit::provider
