// SPDX-License-Identifier: Apache-2.0
// GoogleMock matchers for cspkit's results, and how these are printed in a failed test.
#ifndef CSPKIT_HARNESS_MATCHERS_HPP_
#define CSPKIT_HARNESS_MATCHERS_HPP_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cspkit/harness/device.hpp>
#include <cspkit/result.hpp>
#include <cspkit/syncml_status.hpp>
#include <cspkit/value.hpp>
#include <memory>
#include <ostream>
#include <string>

namespace cspkit {

/// How GoogleTest shows it when a test fails. A secret value is never shown.
/// @{
inline void PrintTo(const Status& status, std::ostream* out) {
  *out << "status " << syncml_status(status) << " (code "
       << static_cast<std::int32_t>(status.code()) << ")";
  if (!status.text().empty()) *out << " \"" << status.text() << '"';
  if (status.provider_error() != 0) {
    *out << " originalerror 0x" << std::hex << status.provider_error() << std::dec;
  }
}

inline void PrintTo(const Value& value, std::ostream* out) {
  const auto format = format_name(value.format);
  *out << (format.empty() ? "(no format)" : format) << ' '
       << (value.secret ? "(secret)" : ::testing::PrintToString(value.data));
}

template <typename T>
void PrintTo(const Result<T>& result, std::ostream* out) {
  if (result.has_value()) {
    *out << "ok, " << ::testing::PrintToString(*result);
  } else {
    PrintTo(result.error(), out);
  }
}
/// @}

namespace harness {
namespace detail {

inline const Status& status_of(const Status& status) { return status; }
template <typename T>
const Status& status_of(const Result<T>& result) {
  return result.error();
}

inline const Value* value_of(const Value& value) { return &value; }
inline const Value* value_of(const Result<Value>& result) {
  return result.has_value() ? &*result : nullptr;
}

inline const Device& device_of(const Device& device) { return device; }
inline const Device& device_of(const std::unique_ptr<Device>& device) { return *device; }

}  // namespace detail

/// A Status or Result that means this SyncML status: StatusIs(405).
MATCHER_P(StatusIs, syncml,
          (negation ? "is not SyncML status " : "is SyncML status ") +
              ::testing::PrintToString(syncml)) {
  const Status& status = detail::status_of(arg);
  if (!status.text().empty()) *result_listener << status.text();
  return syncml_status(status) == syncml;
}

/// A Status or Result with this code, for those that no SyncML status tells apart:
/// CodeIs(Code::kStateLocked).
MATCHER_P(CodeIs, code,
          (negation ? "has not code " : "has code ") +
              std::to_string(static_cast<std::int32_t>(code))) {
  const Status& status = detail::status_of(arg);
  if (!status.text().empty()) *result_listener << status.text();
  return status.code() == code;
}

/// A Status or Result without failure.
MATCHER(IsOk, negation ? "is a failure" : "is ok") {
  const Status& status = detail::status_of(arg);
  if (!status.text().empty()) *result_listener << status.text();
  return status.ok();
}

/// A Value, or Result with one, of this text, whatever its format.
MATCHER_P(ValueIs, text,
          (negation ? "is not a value " : "is a value ") + ::testing::PrintToString(text)) {
  const Value* value = detail::value_of(arg);
  if (value == nullptr) {
    *result_listener << "which has no value";
    return false;
  }
  return value->data == text;
}

/// A Value, or Result with one, of this format and text.
MATCHER_P2(ValueIs, format, text,
           (negation ? "is not a " : "is a ") + std::string(format_name(format)) + " value " +
               ::testing::PrintToString(text)) {
  const Value* value = detail::value_of(arg);
  if (value == nullptr) {
    *result_listener << "which has no value";
    return false;
  }
  return value->format == format && value->data == text;
}

/// A Device in whose tree this node exists, as its principal sees it.
MATCHER_P(HasNode, uri,
          (negation ? "has no node " : "has a node ") + ::testing::PrintToString(uri)) {
  return detail::device_of(arg).has(uri);
}

/// How GoogleTest shows it when a test fails.
/// @{
inline void PrintTo(const Snapshot& snapshot, std::ostream* out) {
  *out << '\n' << snapshot.text();
}
inline void PrintTo(const Device& device, std::ostream* out) { *out << "device at " << &device; }
/// @}

}  // namespace harness
}  // namespace cspkit

#endif  // CSPKIT_HARNESS_MATCHERS_HPP_
