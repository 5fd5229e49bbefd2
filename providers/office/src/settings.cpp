// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <iterator>

namespace cspkit::office {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t kDay = 86'400;
constexpr const char* kFileVariable = "CSPKIT_OFFICE_SETTINGS";
constexpr std::string_view kVariablePrefix = "CSPKIT_OFFICE_";
constexpr const char* kOnOff = "on or off";

// Reads a value; false when it is none of the kind.
using Reader = bool (*)(std::string_view, Settings&);

struct Setting {
  std::string_view name;
  const char* expected;
  Reader read;
};

template <typename T>
bool number(std::string_view text, std::int64_t least, std::int64_t most, T& out) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || value < least || value > most) {
    return false;
  }
  out = static_cast<T>(value);
  return true;
}

bool choice(std::string_view text, std::string_view no, std::string_view yes, bool& out) {
  out = text == yes;
  return text == no || text == yes;
}

bool take(std::string_view text, std::string& out) {
  out = text;
  return true;
}

template <auto kMember>
bool read_ms(std::string_view text, Settings& settings) {
  std::int64_t value = 0;
  return number(text, 0, kDay * 1000, value) && (kMember(settings) = milliseconds(value), true);
}

template <auto kMember>
bool read_s(std::string_view text, Settings& settings) {
  std::int64_t value = 0;
  return number(text, 1, 7 * kDay, value) && (kMember(settings) = seconds(value), true);
}

template <auto kMember>
bool read_bytes(std::string_view text, Settings& settings) {
  return number(text, 1, std::int64_t{1} << 40, kMember(settings));
}

template <std::string ProcessSettings::*kMember>
bool read_text(std::string_view text, Settings& settings) {
  return take(text, settings.process.*kMember);
}

// One member of the settings, to be written to.
#define CSPKIT_OFFICE_MEMBER(member) \
  [](Settings& settings) -> decltype(auto) { return (settings.member); }

constexpr const char* kMs = "milliseconds, at most a day";
constexpr const char* kS = "seconds, 1 to 604800";
constexpr const char* kBytes = "bytes, at most 2^40";
constexpr const char* kPath = "a path";

const Setting kSettings[] = {
    {"engine", "simulate or process",
     [](std::string_view text, Settings& s) {
       s.engine = text == "process" ? EngineKind::kProcess : EngineKind::kSimulate;
       return text == "process" || text == "simulate";
     }},
    {"second-exec", "refuse or queue",
     [](std::string_view text, Settings& s) { return choice(text, "refuse", "queue", s.queue); }},
    {"first-status", "404 or 0",
     [](std::string_view text, Settings& s) { return choice(text, "404", "0", s.status_zero); }},
    {"user-installs", kOnOff,
     [](std::string_view text, Settings& s) { return choice(text, "off", "on", s.user_installs); }},
    {"verbose", kOnOff,
     [](std::string_view text, Settings& s) { return choice(text, "off", "on", s.verbose); }},
    {"log-folder", kPath,
     [](std::string_view text, Settings& s) { return take(text, s.log_folder); }},
    {"install-ms", kMs, &read_ms<CSPKIT_OFFICE_MEMBER(timing.install)>},
    {"uninstall-ms", kMs, &read_ms<CSPKIT_OFFICE_MEMBER(timing.uninstall)>},
    {"device-profile", kPath,
     [](std::string_view text, Settings& s) { return take(text, s.device_profile); }},
    {"work-folder", kPath, &read_text<&ProcessSettings::work_folder>},
    {"url", "a URL", &read_text<&ProcessSettings::url>},
    {"ca-file", kPath, &read_text<&ProcessSettings::ca_file>},
    {"proxy", "a URL", &read_text<&ProcessSettings::proxy>},
    {"download-tries", "1 to 100",
     [](std::string_view text, Settings& s) { return number(text, 1, 100, s.process.tries); }},
    {"retry-delay-ms", kMs, &read_ms<CSPKIT_OFFICE_MEMBER(process.retry_delay)>},
    {"download-time-s", kS, &read_s<CSPKIT_OFFICE_MEMBER(process.download_time)>},
    {"stall-time-s", kS, &read_s<CSPKIT_OFFICE_MEMBER(process.stall_time)>},
    {"download-bytes", kBytes, &read_bytes<CSPKIT_OFFICE_MEMBER(process.download_bytes)>},
    {"signature", "authenticode or cms",
     [](std::string_view text, Settings& s) {
       return choice(text, "authenticode", "cms", s.process.detached);
     }},
    {"signature-url", "a URL", &read_text<&ProcessSettings::signature_url>},
    {"trust-roots", kPath, &read_text<&ProcessSettings::trust_roots>},
    {"signer", "a common name", &read_text<&ProcessSettings::signer>},
    {"supervisor", kPath, &read_text<&ProcessSettings::supervisor>},
    {"launcher", kPath, &read_text<&ProcessSettings::launcher>},
    {"run-time-s", kS, &read_s<CSPKIT_OFFICE_MEMBER(process.run_time)>},
    {"output-bytes", kBytes, &read_bytes<CSPKIT_OFFICE_MEMBER(process.output_bytes)>},
    {"content-folder", kPath, &read_text<&ProcessSettings::content_folder>},
    {"content-bytes", kBytes, &read_bytes<CSPKIT_OFFICE_MEMBER(process.content_bytes)>},
    {"keep-failed", kOnOff,
     [](std::string_view text, Settings& s) {
       return choice(text, "off", "on", s.process.keep_failed);
     }},
};

#undef CSPKIT_OFFICE_MEMBER

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string variable_of(std::string_view name) {
  std::string variable(kVariablePrefix);
  for (const char c : name) {
    variable += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return variable;
}

std::string wrong(const Setting& setting, const std::string& where, std::string_view value) {
  return fmt::format("{}: {} must be {}, not '{}'", where, setting.name, setting.expected,
                     value.substr(0, 200));
}

}  // namespace

std::vector<std::string_view> setting_names() {
  std::vector<std::string_view> names;
  for (const Setting& setting : kSettings) names.push_back(setting.name);
  return names;
}

std::string read_settings_text(std::string_view text, const std::string& name, Settings& settings) {
  int number_of_line = 0;
  while (!text.empty()) {
    ++number_of_line;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const std::string where = fmt::format("{}:{}", name, number_of_line);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      return fmt::format("{}: a line is \"name = value\", or begins with #", where);
    }
    const std::string_view key = trimmed(line.substr(0, equals));
    const std::string_view value = trimmed(line.substr(equals + 1));
    const Setting* found = nullptr;
    for (const Setting& setting : kSettings) {
      if (setting.name == key) found = &setting;
    }
    if (found == nullptr) {
      return fmt::format("{}: there is no setting '{}'", where, key.substr(0, 100));
    }
    if (!found->read(value, settings)) return wrong(*found, where, value);
  }
  return {};
}

std::string read_settings(const Environment& environment, Settings& settings) {
  if (const char* file = environment(kFileVariable); file != nullptr && *file != '\0') {
    std::ifstream in(file, std::ios::binary);
    if (!in) return fmt::format("{} (named by {}) cannot be read", file, kFileVariable);
    constexpr std::size_t kLargest = 1 << 20;
    std::string text(kLargest, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (std::string why = read_settings_text(text, file, settings); !why.empty()) return why;
  }
  for (const Setting& setting : kSettings) {
    const std::string variable = variable_of(setting.name);
    const char* value = environment(variable.c_str());
    if (value == nullptr) continue;
    if (!setting.read(value, settings)) return wrong(setting, variable, value);
  }
  return {};
}

}  // namespace cspkit::office
