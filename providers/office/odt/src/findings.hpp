// SPDX-License-Identifier: Apache-2.0
// Where findings are gathered: a hostile document could give one per element, so their number is
// bounded; errors have room of their own.
#ifndef CSPKIT_ODT_FINDINGS_HPP_
#define CSPKIT_ODT_FINDINGS_HPP_

#include <cspkit/odt/check.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::odt {

class Findings {
 public:
  void error(std::string_view code, Position position, std::string message,
             std::int32_t status = 0) {
    add(code, Severity::kError, position, std::move(message), status);
  }
  void warn(std::string_view code, Position position, std::string message,
            std::int32_t status = 0) {
    add(code, Severity::kWarning, position, std::move(message), status);
  }
  /// A warning that does not change the verdict.
  void advise(std::string_view code, Position position, std::string message) {
    add(code, Severity::kWarning, position, std::move(message), 0, true);
  }
  void info(std::string_view code, Position position, std::string message, bool advice) {
    add(code, Severity::kInfo, position, std::move(message), 0, advice);
  }

  /// False when another warning would not be kept: then it need not be worded either.
  bool has_room() const { return all_.size() - errors_ < kMost; }

  /// In document order; what the profile counts as errors is one.
  std::vector<Finding> take(Profile profile) &&;

 private:
  void add(std::string_view code, Severity severity, Position position, std::string message,
           std::int32_t status, bool advice = false);

  static constexpr std::size_t kMost = 200;  // of errors, and of the others

  std::vector<Finding> all_;
  std::size_t errors_ = 0;
};

/// Values of the node Status that a finding can foretell (Microsoft's Office CSP page).
inline constexpr std::int32_t kStatusInstallFailure = 1603;
inline constexpr std::int32_t kStatusUnknownLanguage = 17002;
inline constexpr std::int32_t kStatusUnknownProduct = 17004;
inline constexpr std::int32_t kStatusVolumeLicence = -2147467259;  // E_FAIL

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_FINDINGS_HPP_
