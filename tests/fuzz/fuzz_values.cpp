// SPDX-License-Identifier: Apache-2.0
// Value parsers: numbers, truth values, base64 and percent-coding.
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/ddf/rules.hpp>
#include <cspkit/value.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto number = cspkit::parse_int(text)) {
    const auto again = cspkit::parse_int(std::to_string(*number));
    if (!again || *again != *number) std::abort();
  }
  static_cast<void>(cspkit::parse_bool(text).has_value());
  const auto raw = cspkit::ddf::base64_decode(cspkit::ddf::base64_encode(text));
  if (!raw || *raw != text) std::abort();
  if (const auto decoded = cspkit::ddf::base64_decode(text)) {
    const auto again = cspkit::ddf::base64_decode(cspkit::ddf::base64_encode(*decoded));
    if (!again || *again != *decoded) std::abort();
  }
  if (const auto segment = cspkit::ddf::decode_segment(text)) {
    const auto again = cspkit::ddf::decode_segment(cspkit::ddf::encode_segment(*segment));
    if (!again || *again != *segment) std::abort();
  }
  return 0;
}
