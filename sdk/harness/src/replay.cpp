// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cspkit/harness/replay.hpp>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

namespace cspkit::harness {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRequest = ".request.xml";
constexpr std::string_view kReply = ".reply.xml";

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

Status unreadable(const fs::path& path) {
  return Status(Code::kIo, path.string() + ": cannot be read");
}

/// The requests of a folder, in order, without replies.
Result<std::vector<Exchange>> load_requests(const fs::path& folder) {
  std::error_code error;
  std::vector<Exchange> found;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string file = it->path().filename().string();
    if (file.size() <= kRequest.size() ||
        file.compare(file.size() - kRequest.size(), kRequest.size(), kRequest) != 0) {
      continue;
    }
    auto request = read_file(it->path());
    if (!request) return unreadable(it->path());
    found.push_back({file.substr(0, file.size() - kRequest.size()), *std::move(request), {}});
  }
  if (error) return Status(Code::kIo, folder.string() + ": " + error.message());
  if (found.empty())
    return Status(Code::kIo, folder.string() + ": no file *" + std::string(kRequest));
  std::sort(found.begin(), found.end(),
            [](const Exchange& a, const Exchange& b) { return a.name < b.name; });
  return found;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Tags, each with the text that follows it; text of space alone counts for nothing.
std::vector<std::string> elements_of(std::string_view xml) {
  std::vector<std::string> elements;
  while (!xml.empty()) {
    const std::size_t next = xml.find('<', 1);
    std::string_view element = xml.substr(0, next);
    const std::size_t text = element.rfind('>');
    if (text != element.npos && std::all_of(element.begin() + static_cast<std::ptrdiff_t>(text) + 1,
                                            element.end(), is_space)) {
      element = element.substr(0, text + 1);
    }
    if (!std::all_of(element.begin(), element.end(), is_space)) elements.emplace_back(element);
    xml = next == xml.npos ? std::string_view{} : xml.substr(next);
  }
  return elements;
}

}  // namespace

Result<std::vector<Exchange>> load_exchanges(const fs::path& folder) {
  auto exchanges = load_requests(folder);
  if (!exchanges) return exchanges.error();
  for (Exchange& exchange : *exchanges) {
    const fs::path file = folder / (exchange.name + std::string(kReply));
    auto reply = read_file(file);
    if (!reply) return unreadable(file);
    exchange.reply = *std::move(reply);
  }
  return exchanges;
}

std::vector<std::string> replay(Device& device, const std::vector<Exchange>& exchanges) {
  std::vector<std::string> differences;
  for (const Exchange& exchange : exchanges) {
    const auto answered = device.run(exchange.request);
    if (!answered) {
      differences.push_back(exchange.name + ": not answered: " + answered.error().text());
      continue;
    }
    const auto expected = elements_of(exchange.reply);
    const auto got = elements_of(*answered);
    const auto [left, right] =
        std::mismatch(expected.begin(), expected.end(), got.begin(), got.end());
    if (left == expected.end() && right == got.end()) continue;
    const auto shown = [](const auto& at, const auto& all) {
      return at == all.end() ? std::string("the end") : *at;
    };
    differences.push_back(exchange.name + ", element " +
                          std::to_string(left - expected.begin() + 1) + ": expected " +
                          shown(left, expected) + ", got " + shown(right, got));
  }
  return differences;
}

Status record_replies(Device& device, const fs::path& folder) {
  const auto exchanges = load_requests(folder);
  if (!exchanges) return exchanges.error();
  for (const Exchange& exchange : *exchanges) {
    const auto answered = device.run(exchange.request);
    if (!answered) return answered.error();
    const fs::path file = folder / (exchange.name + std::string(kReply));
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << *answered;
    out.close();
    if (!out) return Status(Code::kIo, file.string() + ": cannot be written");
  }
  return {};
}

}  // namespace cspkit::harness
