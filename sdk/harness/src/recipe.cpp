// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cspkit/ddf/rules.hpp>
#include <cspkit/harness/recipe.hpp>
#include <cspkit/syncml_status.hpp>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace cspkit::harness {
namespace {

constexpr std::array<std::string_view, 6> kVerbs = {"get",    "add",  "replace",
                                                    "delete", "exec", "seed"};

/// The next word of the text, which it is taken from.
std::string_view take_word(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  const std::size_t end = std::min(text.find_first_of(" \t", begin), text.size());
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return word;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    switch (next) {
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      default:
        out += next;
    }
  }
  return out;
}

/// "90s", "5m", "2h".
std::optional<Clock::Duration> parse_time(std::string_view word) {
  if (word.size() < 2) return std::nullopt;
  const auto count = parse_int(word.substr(0, word.size() - 1));
  constexpr std::int64_t kMost = 1'000'000;
  if (!count || *count < 0 || *count > kMost) return std::nullopt;
  switch (word.back()) {
    case 's':
      return std::chrono::seconds(*count);
    case 'm':
      return std::chrono::minutes(*count);
    case 'h':
      return std::chrono::hours(*count);
    default:
      return std::nullopt;
  }
}

/// "" or why the line is no step.
std::string parse_step(std::string_view line, RecipeStep& step) {
  std::string_view rest = line;
  if (take_word(rest) == "wait") {
    step.verb = "wait";
    const auto time = parse_time(take_word(rest));
    if (!time || !take_word(rest).empty()) return "wait is followed by a time, as 90s, 5m or 2h";
    step.time = *time;
    return {};
  }
  const auto number = parse_int(take_word(line));
  if (!number || *number < 200 || *number > 599) return "it begins with no status, as 200";
  step.status = static_cast<int>(*number);
  step.verb = take_word(line);
  if (std::find(kVerbs.begin(), kVerbs.end(), step.verb) == kVerbs.end())
    return "\"" + step.verb + "\" is none of get, add, replace, delete, exec, seed";
  step.uri = take_word(line);
  if (step.uri.empty() || step.uri[0] != '.') return "a LocURI begins with ./";
  std::string_view word = take_word(line);
  if (!word.empty() && word != "=") {
    if (format_from_name(word) == Format::kUnset)
      return "\"" + std::string(word) + "\" is no format";
    step.format = word;
    word = take_word(line);
  }
  if (word.empty()) return {};
  if (word != "=") return "expected = and the data after the format";
  if (!line.empty()) line.remove_prefix(1);  // the blank behind it
  step.data = unescape(line);
  step.has_data = true;
  return {};
}

Status run_change(Device& device, const RecipeStep& step) {
  Session& session = device.session();
  if (step.verb == "delete") return session.remove(step.uri);
  if (step.verb == "seed") return device.seed(step.uri, step.data, session.principal().user);
  const Format format = format_from_name(step.format);
  const bool bare = !step.has_data && step.format.empty();
  Value value(format, step.data);
  if (is_binary(format)) {
    auto raw = ddf::base64_decode(step.data);
    if (!raw) return raw.error();
    value.data = *std::move(raw);
  }
  // Text without a format takes the node's own.
  if (step.verb == "add") {
    if (bare) return session.add(step.uri);
    return step.format.empty() ? device.add(step.uri, step.data) : session.add(step.uri, value);
  }
  if (step.verb == "replace") {
    return step.format.empty() ? device.replace(step.uri, step.data)
                               : session.replace(step.uri, value);
  }
  if (bare) return session.exec(step.uri);
  return step.format.empty() ? device.exec(step.uri, step.data) : session.exec(step.uri, value);
}

/// What is wrong with the answer; "" when it is as expected.
std::string judge(const RecipeStep& step, const Status& status, const Value* value) {
  if (const int got = syncml_status(status); got != step.status) {
    std::string text = std::to_string(got);
    if (!status.ok()) text += " (" + status.text() + ")";
    return text + ", expected " + std::to_string(step.status);
  }
  if (value == nullptr) return {};
  const std::string_view format = format_name(value->format);
  if (!step.format.empty() && format != step.format)
    return "format " + std::string(format) + ", expected " + step.format;
  if (const std::string wire = ddf::to_wire(*value); step.has_data && wire != step.data)
    return "\"" + wire + "\", expected \"" + step.data + '"';
  return {};
}

}  // namespace

Result<std::vector<RecipeStep>> parse_recipe(std::string_view text) {
  std::vector<RecipeStep> steps;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == line.npos || line[first] == '#') continue;
    RecipeStep step;
    step.line = number;
    if (const std::string why = parse_step(line, step); !why.empty()) {
      return Result<std::vector<RecipeStep>>(Code::kBadValue,
                                             "line " + std::to_string(number) + ": " + why);
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

Result<std::vector<RecipeStep>> load_recipe(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && text.empty())
    return Result<std::vector<RecipeStep>>(Code::kIo, file.string() + ": cannot be read");
  auto steps = parse_recipe(text);
  if (!steps) {
    return Result<std::vector<RecipeStep>>(steps.error().code(),
                                           file.string() + ": " + steps.error().text());
  }
  return steps;
}

std::vector<std::string> run_recipe(Device& device, const std::vector<RecipeStep>& steps) {
  std::vector<std::string> failures;
  for (const RecipeStep& step : steps) {
    std::string wrong;
    if (step.verb == "wait") {
      device.advance(step.time);
    } else if (step.verb == "get") {
      const auto value = device.get(step.uri);
      wrong = judge(step, value ? Status() : value.error(), value ? &*value : nullptr);
    } else {
      wrong = judge(step, run_change(device, step), nullptr);
    }
    if (wrong.empty()) continue;
    failures.push_back("line " + std::to_string(step.line) + ": " + step.verb + " " + step.uri +
                       ": " + wrong);
  }
  return failures;
}

}  // namespace cspkit::harness
