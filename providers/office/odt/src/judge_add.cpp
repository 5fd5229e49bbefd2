// SPDX-License-Identifier: Apache-2.0
// Where Office comes from and which build of it: editions, versions, paths, channels.
#include <fmt/format.h>

#include <cspkit/odt/catalog.hpp>

#include "judge.hpp"
#include "text.hpp"

namespace cspkit::odt {
namespace {

void edition(const Judging& j, const Add& add) {
  const Position at = add.place.of("OfficeClientEdition");
  const Target& target = j.options.target;
  if (add.edition.empty()) return;
  if (add.edition != "32" && add.edition != "64") {
    j.findings.error("A001", at,
                     fmt::format("OfficeClientEdition is '{}': 32 or 64", shown(add.edition)));
    return;
  }
  if (add.edition == "64" && !target.windows_64bit.value_or(true)) {
    j.findings.error("A005", at, "64-bit Office does not run on 32-bit Windows",
                     kStatusInstallFailure);
  }
  if (add.edition == "32" && target.arm.value_or(false)) {
    j.findings.error("A005", at, "32-bit Office is not supported on Arm", kStatusInstallFailure);
  }
  if (!target.installed_edition.empty() && target.installed_edition != add.edition &&
      !add.migrates()) {
    j.findings.error("A006", at,
                     fmt::format("{}-bit Office is installed and {}-bit is asked for without "
                                 "MigrateArch=TRUE",
                                 target.installed_edition, add.edition),
                     kStatusInstallFailure);
  }
}

void version(const Judging& j, const Add& add) {
  const Position at = add.place.of("Version");
  if (!add.download_path.empty() && add.version.empty()) {
    j.findings.error("A004", add.place.of("DownloadPath"), "DownloadPath needs Version");
  }
  if (add.version.empty()) return;
  if (add.version == "-1") {
    j.findings.warn("A002", at, "Version -1 means the newest: leave Version away");
    return;
  }
  if (add.version == "MatchInstalled") {
    if (j.options.mode == Mode::kDownload) {
      j.findings.error("L005", at, "Version MatchInstalled cannot be downloaded");
    }
  } else if (!is_office_version(add.version)) {
    j.findings.error("A002", at,
                     fmt::format("Version is '{}': four numbers that begin with 16.0 (15.0 for "
                                 "2013), or MatchInstalled",
                                 shown(add.version)));
    return;
  }
  if (add.channel.empty()) {
    j.findings.advise("A003", at,
                      "Version without Channel: the default channel may not hold that build");
  }
}

bool is_share(std::string_view path) { return path.substr(0, 2) == "\\\\"; }
bool is_on_drive(std::string_view path) { return path.size() > 1 && path[1] == ':'; }
bool is_url(std::string_view path) { return path.find("://") != std::string_view::npos; }

void doubled(const Judging& j, std::string_view name, std::string_view text, Position at) {
  // Two at the start are right: \\server\share.
  if (text.find("\\\\", 1) == std::string_view::npos) return;
  j.findings.warn("A007", at, fmt::format("{} '{}' has doubled backslashes", name, shown(text)));
}

// Where updates come from may also be a URL or begin with a variable. No rule of Microsoft's speaks
// of it, so it is advice.
void update_path(const Judging& j, const Updates& updates) {
  const std::string_view text = updates.update_path;
  const Position at = updates.place.of("UpdatePath");
  doubled(j, "UpdatePath", text, at);
  if (text.empty() || is_share(text) || is_on_drive(text) || is_url(text) || text[0] == '%') return;
  j.findings.advise("A007", at,
                    fmt::format("UpdatePath '{}' is no share, local folder or URL", shown(text)));
}

// Files are taken from, or written to, a share or a local folder.
void folder(const Judging& j, std::string_view name, std::string_view text, Position at) {
  doubled(j, name, text, at);
  if (text.empty() || is_share(text) || is_on_drive(text)) return;
  const char* what = is_url(text)     ? "a URL"
                     : text[0] == '%' ? "behind a variable, which is not expanded here"
                                      : "relative";
  j.findings.warn("A007", at,
                  fmt::format("{} '{}' is {}: give a share (\\\\server\\share) or a local folder",
                              name, shown(text), what));
}

void source_path(const Judging& j, const Add& add) {
  const Position at = add.place.of("SourcePath");
  folder(j, "SourcePath", add.source_path, at);
  folder(j, "DownloadPath", add.download_path, add.place.of("DownloadPath"));
  constexpr std::string_view kFolder = "\\Office";
  std::string_view text = add.source_path;
  while (!text.empty() && text.back() == '\\') text.remove_suffix(1);
  if (text.size() >= kFolder.size() && same(text.substr(text.size() - kFolder.size()), kFolder)) {
    j.findings.advise(
        "A007", at,
        fmt::format("SourcePath '{}' ends in \\Office: the tool adds that itself", shown(text)));
  }
}

void unknown_channel(const Judging& j, std::string_view channel, Position at) {
  if (channel.empty() || find_channel(channel) != nullptr) return;
  std::vector<std::string_view> canonical;
  std::vector<std::string_view> all;
  for (const ChannelInfo& info : channels()) {
    all.push_back(info.id);
    if (info.id == info.canonical) canonical.push_back(info.id);
  }
  j.findings.error("C001", at,
                   fmt::format("channel '{}' is unknown; there are {}{}", shown(channel),
                               listed(canonical), did_you_mean(nearest(all, channel))),
                   kStatusUnknownProduct);
}

void suites_fit(const Judging& j, const Add& add) {
  const ChannelInfo* channel = find_channel(add.channel);
  if (channel == nullptr) return;
  for (const Product& product : add.products) {
    const ProductInfo* info = find_product(product.id);
    if (info == nullptr || info->group != ProductGroup::kSuite) continue;
    const bool own_only = info->channels == ProductChannels::kPerpetualOnly &&
                          perpetual_channel(info->release) != channel->canonical;
    const bool foreign =
        info->channels == ProductChannels::kSubscription && is_perpetual(channel->canonical);
    const bool is_subscription = info->id.substr(0, 4) == "O365";
    if (foreign && !is_subscription) {
      // Nobody says that the tool refuses it; the run finds no content (status 17004).
      j.findings.advise("C003", add.place.of("Channel"),
                        fmt::format("{}, a retail product, is not on channel {} as far as is known",
                                    info->id, channel->canonical));
    } else if (own_only || foreign) {
      j.findings.error(
          "C003", add.place.of("Channel"),
          own_only ? fmt::format("{} can be had on channel {} only, not on {}", info->id,
                                 perpetual_channel(info->release), channel->canonical)
                   : fmt::format("{} cannot be had on channel {}", info->id, channel->canonical),
          kStatusUnknownProduct);
    }
  }
}

}  // namespace

void judge_add(const Judging& j) {
  const Configuration& c = j.configuration;
  if (c.updates) {
    const Updates& updates = *c.updates;
    unknown_channel(j, updates.channel, updates.place.of("Channel"));
    update_path(j, updates);
  }
  if (!c.add) return;
  const Add& add = *c.add;
  edition(j, add);
  version(j, add);
  source_path(j, add);
  unknown_channel(j, add.channel, add.place.of("Channel"));
  suites_fit(j, add);
  if (add.place.has("ForceUpgrade")) {
    j.findings.warn("S001", add.place.of("ForceUpgrade"), "ForceUpgrade was withdrawn in 2018");
  }
  if (add.place.has("ForceDowngrade")) {
    j.findings.warn("S001", add.place.of("ForceDowngrade"),
                    "ForceDowngrade was withdrawn: Updates TargetVersion took its place");
  }
  if (add.products.empty() && !add.migrates()) {
    j.findings.error("A008", add.place.element,
                     "'Add' names no Product and does not migrate (MigrateArch)");
  }
  if (c.updates && !c.updates->channel.empty() && !add.channel.empty() &&
      c.updates->channel != add.channel && find_channel(c.updates->channel) != nullptr) {
    j.findings.info("C004", c.updates->place.of("Channel"),
                    fmt::format("installed from {}, updated from {}: the switch comes with an "
                                "update",
                                shown(add.channel), shown(c.updates->channel)),
                    true);
  }
}

}  // namespace cspkit::odt
