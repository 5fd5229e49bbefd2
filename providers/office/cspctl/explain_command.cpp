// SPDX-License-Identifier: Apache-2.0
// explain-code: what a code means, for people.
#include <fmt/format.h>

#include <algorithm>
#include <cspkit/odt/codes.hpp>
#include <cspkit/odt/configuration.hpp>
#include <nlohmann/json.hpp>

#include "tool.hpp"

namespace cspctl_office {
namespace {

using cspkit::odt::CodeInfo;
using Json = nlohmann::ordered_json;

constexpr std::uint32_t kWin32Facility = 0x80070000;
constexpr std::uint32_t kTrustFacility = 0x800B0000;

std::string heading(const CodeInfo& info) {
  std::string out;
  if (!info.screen.empty()) {
    out = std::string(info.screen);
  } else if (info.code >= 0x80000000U) {
    out = fmt::format("0x{:08X} ({})", info.code, static_cast<std::int32_t>(info.code));
  } else {
    out = fmt::format("{} (0x{:08X})", info.code, info.code);
  }
  if (!info.symbol.empty()) out += fmt::format(" {}", info.symbol);
  return out;
}

void print_meaning(const CodeInfo& info) {
  print(heading(info) + "\n");
  const auto line = [](std::string_view name, std::string_view text) {
    if (!text.empty()) print(fmt::format("  {:<8} {}\n", name, text));
  };
  line("from", info.origin);
  line("stage", info.stage);
  line("meaning", info.meaning);
  // Of what went wrong it is said when nobody knows.
  const bool fine = info.stage == "done" || info.stage == "running";
  const auto known = [&](std::string_view text) {
    return text.empty() && !fine ? std::string_view("none is documented") : text;
  };
  line("cause", known(info.cause));
  line("remedy", known(info.remedy));
}

Json as_json(const CodeInfo& info) {
  Json object;
  if (info.screen.empty()) {
    object["code"] = info.code;
    object["signed"] = static_cast<std::int32_t>(info.code);
    object["hex"] = fmt::format("0x{:08X}", info.code);
  } else {
    object["screen"] = info.screen;
  }
  object["symbol"] = info.symbol;
  object["origin"] = info.origin;
  object["stage"] = info.stage;
  object["meaning"] = info.meaning;
  object["cause"] = info.cause;
  object["remedy"] = info.remedy;
  return object;
}

// A code that no table holds: an HRESULT made of a Win32 error is said by that one; what the check
// of the certificates said of the Deployment Tool is passed through as it is.
bool print_inner(const std::string& text) {
  const std::optional<std::uint32_t> code = cspkit::odt::read_code(text);
  if (code && (*code & 0xFFFF0000U) == kTrustFacility) {
    print(
        fmt::format("0x{:08X} ({}): an error of signatures and certificates, passed through from "
                    "the check of the Deployment Tool\n",
                    *code, static_cast<std::int32_t>(*code)));
    return true;
  }
  if (!code || (*code & 0xFFFF0000U) != kWin32Facility) return false;
  print(fmt::format("0x{:08X} ({}): Win32 error {} as an HRESULT\n", *code,
                    static_cast<std::int32_t>(*code), *code & 0xFFFFU));
  for (const CodeInfo& info : cspkit::odt::explain_code(std::to_string(*code & 0xFFFFU))) {
    print_meaning(info);
  }
  return true;
}

}  // namespace

int run_explain(const ExplainCommand& command) {
  int exit_code = kExitOk;
  for (const std::string& text : command.codes) {
    const std::vector<CodeInfo> meanings = cspkit::odt::explain_code(text);
    if (command.json) {
      Json all = Json::array();
      for (const CodeInfo& info : meanings) all.push_back(as_json(info));
      print_json({{"text", text}, {"meanings", std::move(all)}});
    } else {
      for (const CodeInfo& info : meanings) print_meaning(info);
    }
    if (!meanings.empty() || (!command.json && print_inner(text))) continue;
    print_error(
        fmt::format("{}: no code that is known here; codes are such as 17002, -2147418113, "
                    "0x8000FFFF or 30088-1008",
                    cspkit::odt::shown(text)));
    exit_code = kExitRejected;
  }
  return exit_code;
}

}  // namespace cspctl_office
