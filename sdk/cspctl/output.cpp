// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <algorithm>
#include <cerrno>
#include <cspkit/syncml_status.hpp>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

namespace cspctl {
namespace {

// Enough for any path and reason; an address of a megabyte must not flood a terminal.
constexpr std::size_t kMaxErrorBytes = 1000;

std::string shortened(std::string text) {
  if (text.size() <= kMaxErrorBytes) return text;
  // The middle goes: what is at the front, why at the end. Cuts stay between UTF-8 characters.
  std::size_t front = kMaxErrorBytes / 2;
  std::size_t back = text.size() - kMaxErrorBytes / 2;
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0u) == 0x80u;
  };
  while (front > 0 && continues(front)) --front;
  while (back < text.size() && continues(back)) ++back;
  return text.substr(0, front) + " ... " + text.substr(back);
}

void write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) {
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      constexpr char kHex[] = "0123456789abcdef";
      out += "\\x";
      out += kHex[static_cast<unsigned char>(c) >> 4u];
      out += kHex[static_cast<unsigned char>(c) & 15u];
    }
  }
  return out;
}

void print_error(std::string_view what) {
  const std::string line = "cspctl: " + shortened(one_line(what)) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void print_line(std::string_view text) {
  write(text);
  write("\n");
}

void print_json(const nlohmann::ordered_json& object) {
  print_line(object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void flush_output() { std::fflush(stdout); }

bool output_failed() {
  errno = 0;
  const bool failed = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (failed) {
    const int why = errno;
    print_error(std::string("standard output: not everything could be written") +
                (why != 0 ? std::string(": ") + std::strerror(why) : std::string()));
    std::clearerr(stdout);
  }
  return failed;
}

std::string describe(const cspkit::Status& status) {
  std::string text = cspkit::syncml_status_text(cspkit::syncml_status(status));
  if (!status.text().empty()) text += ": " + status.text();
  return text;
}

bool is_success(const cspkit::Status& status) { return cspkit::syncml_status(status) / 100 == 2; }

void add_status(nlohmann::ordered_json& object, const cspkit::Status& status) {
  const int number = cspkit::syncml_status(status);
  object["status"] = number;
  if (is_success(status)) return;
  // The table's texts begin with the number.
  const std::string_view text = cspkit::syncml_status_text(number);
  object["text"] = text.substr(std::min(text.find(' ') + 1, text.size()));
  if (!status.text().empty()) object["reason"] = status.text();
  if (status.provider_error() != 0) {
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "0x%08X", status.provider_error());
    object["originalerror"] = buffer;
  }
}

}  // namespace cspctl
