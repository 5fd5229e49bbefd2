// SPDX-License-Identifier: Apache-2.0
#include "log_path.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace cspkit::office::collect {
namespace {

constexpr std::size_t kLongest = 1024;
constexpr std::string_view kVariables[] = {"PROGRAMFILES", "PROGRAMDATA", "PUBLIC",
                                           "WINDIR",       "TEMP",        "TMP"};
constexpr std::string_view kStrictExtensions[] = {".LOG", ".TXT", ".DMP", ".CAB", ".ZIP", ".XML"};
constexpr std::string_view kMoreExtensions[] = {".EVTX", ".EVTL", ".ETL"};
constexpr std::string_view kDevices[] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"};

// ASCII alone: no name that is asked for here has other letters.
std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

template <typename Range>
bool contains(const Range& range, std::string_view what) {
  return std::find(std::begin(range), std::end(range), what) != std::end(range);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

bool is_slash(char c) { return c == '\\' || c == '/'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_device(std::string_view part) {
  const std::string name = upper(part.substr(0, part.find('.')));
  if (contains(kDevices, name)) return true;
  return name.size() == 4 && (name.rfind("COM", 0) == 0 || name.rfind("LPT", 0) == 0) &&
         name[3] >= '0' && name[3] <= '9';
}

Refusal read_start(std::string_view& text, Rules rules, LogPath& out) {
  if (text.size() >= 2 && is_slash(text[0]) && is_slash(text[1])) return Refusal::kNetwork;
  if (text[0] == '%') {
    const std::size_t end = text.find('%', 1);
    if (end == std::string_view::npos) return Refusal::kVariable;
    out.root = LogPath::Root::kVariable;
    out.start = upper(text.substr(1, end - 1));
    if (!contains(kVariables, out.start)) return Refusal::kVariable;
    text.remove_prefix(end + 1);
  } else if (text.size() >= 2 && is_letter(text[0]) && text[1] == ':') {
    out.root = LogPath::Root::kDrive;
    out.start = upper(text.substr(0, 2));
    text.remove_prefix(2);
  } else if (text[0] == '/' && rules == Rules::kUsual) {
    out.root = LogPath::Root::kPosix;
    out.start = "/";
  } else {
    return Refusal::kRelative;
  }
  if (text.empty() || !is_slash(text[0])) return Refusal::kRelative;  // C:x.log is one as well
  text.remove_prefix(1);
  return Refusal::kNone;
}

Refusal judge_part(std::string_view part, const LogPath& path) {
  constexpr std::string_view kNever = ":<>|\"";
  if (part == "." || part == "..") return Refusal::kParent;
  if (part.find_first_of("*?") != std::string_view::npos) return Refusal::kWildcard;
  if (part.find('%') != std::string_view::npos && path.root != LogPath::Root::kPosix) {
    return Refusal::kVariable;
  }
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(part.begin(), part.end(), control)) return Refusal::kCharacter;
  if (path.root == LogPath::Root::kPosix) return Refusal::kNone;
  if (part.find_first_of(kNever) != std::string_view::npos) return Refusal::kCharacter;
  // Windows drops dots and blanks at the end: "..." and ".. " are ways up.
  if (part.back() == '.' || part.back() == ' ' || is_device(part)) return Refusal::kName;
  return Refusal::kNone;
}

Refusal read_parts(std::string_view text, LogPath& out) {
  while (!text.empty()) {
    const bool posix = out.root == LogPath::Root::kPosix;
    const std::size_t end = std::min(text.find_first_of(posix ? "/" : "\\/"), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) continue;
    if (const Refusal refusal = judge_part(part, out); refusal != Refusal::kNone) return refusal;
    out.parts.emplace_back(part);
  }
  return Refusal::kNone;
}

}  // namespace

std::string_view text_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone:
      return "is fine";
    case Refusal::kEmpty:
      return "names no file";
    case Refusal::kRelative:
      return "is relative; the full path is needed";
    case Refusal::kNetwork:
      return "is not on this machine; name a file on a drive";
    case Refusal::kParent:
      return "has . or .. among its parts; name the folders themselves";
    case Refusal::kWildcard:
      return "has a wildcard; name each file";
    case Refusal::kCharacter:
      return "has a character that no file name can have";
    case Refusal::kName:
      return "has a part that is no usual name (a device, or a dot or blank at its end)";
    case Refusal::kVariable:
      return "has a variable that is not allowed; %PROGRAMFILES%, %PROGRAMDATA%, %PUBLIC%, "
             "%WINDIR%, %TEMP% and %TMP% are, at the beginning";
    case Refusal::kExtension:
      return "has no extension that may be collected";
    case Refusal::kTooLong:
      return "is too long";
    case Refusal::kUnknownHere:
      break;
  }
  return "begins with a variable or drive that is not known here";
}

Refusal read_log_path(std::string_view text, Rules rules, LogPath& out) {
  out = {};
  text = trimmed(text);
  if (text.empty()) return Refusal::kEmpty;
  if (text.size() > kLongest) return Refusal::kTooLong;
  if (const Refusal refusal = read_start(text, rules, out); refusal != Refusal::kNone) {
    return refusal;
  }
  const bool is_folder = text.empty() || is_slash(text.back());
  if (const Refusal refusal = read_parts(text, out); refusal != Refusal::kNone) return refusal;
  if (is_folder || out.parts.empty()) return Refusal::kEmpty;
  const std::string& name = out.parts.back();
  const std::size_t dot = name.rfind('.');
  const std::string extension = dot == std::string::npos ? std::string() : upper(name.substr(dot));
  const bool allowed = contains(kStrictExtensions, extension) ||
                       (rules == Rules::kUsual && contains(kMoreExtensions, extension));
  return allowed ? Refusal::kNone : Refusal::kExtension;
}

}  // namespace cspkit::office::collect
