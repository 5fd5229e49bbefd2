// SPDX-License-Identifier: Apache-2.0
// JSON that somebody wrote by hand: every mistake is told with its place, none of them crashes.
#ifndef CSPKIT_OFFICE_JSON_READER_HPP_
#define CSPKIT_OFFICE_JSON_READER_HPP_

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cspkit::office {

/// What is wrong, and where: a line, or a JSON pointer. Thrown and caught inside the reader's file.
struct WrongJson {
  std::string where, what;
};

/// A value and its place. Functions throw WrongJson.
class JsonNode {
 public:
  explicit JsonNode(const nlohmann::json& value, std::string pointer = {})
      : value_(value), pointer_(std::move(pointer)) {}

  /// An object with no other members than these.
  void expect_members(std::initializer_list<std::string_view> names) const;
  bool has(const char* name) const;
  JsonNode at(const char* name) const;  ///< of an object that has it
  /// The elements of a list, not more than so many.
  std::vector<JsonNode> list(std::size_t most = 200) const;

  std::string text() const;  ///< 1 to 200 bytes
  bool boolean() const;
  std::int64_t integer(std::int64_t least, std::int64_t most) const;
  double number(double least, double most) const;
  /// One of these names, as its number.
  std::size_t choice(std::initializer_list<std::string_view> names) const;

  [[noreturn]] void fail(std::string what) const;

 private:
  const nlohmann::json& value_;
  std::string pointer_;
};

/// Parses a text of at most a megabyte; nothing may stand twice in an object. Throws WrongJson.
nlohmann::json parse_json(std::string_view text);

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_JSON_READER_HPP_
