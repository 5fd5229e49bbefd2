// SPDX-License-Identifier: Apache-2.0
// cspkit/odt/check.hpp: reads a configuration of the Office Deployment Tool and says what is wrong
// with it, rule by rule. The codes are stable; README.md of the Office provider lists them. Where
// Microsoft documents no reaction of the tool, the rule says so ("our choice"). Functions are pure
// and may be called from any thread.
#ifndef CSPKIT_ODT_CHECK_HPP_
#define CSPKIT_ODT_CHECK_HPP_

#include <cspkit/odt/configuration.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::odt {

/// How much a finding matters.
enum class Severity : std::uint8_t {
  kInfo,     ///< good to know
  kWarning,  ///< carried out, and probably not what was meant
  kError     ///< refused
};
std::string_view severity_name(Severity severity);  ///< "info", "warning", "error"

/// Something a reader of the configuration should know. Messages never hold a product key.
struct Finding {
  std::string code;                        ///< stable: "N001"
  Severity severity = Severity::kWarning;  ///< in the profile that was asked for
  Position position;                       ///< where it is wrong
  std::string message;                     ///< what is wrong, and what to do
  std::int32_t status = 0;  ///< what the node Status would say after a run; 0: not foretold
  bool advice = false;      ///< about the machine or the day, not the file: no part of the verdict
};

/// How strict to be. kOdt refuses what the tool refuses before it starts, and lets pass what is
/// ignored or fails on the way; kStrict refuses those too.
enum class Profile : std::uint8_t {
  kOdt,    ///< as the tool is
  kStrict  ///< for who writes configurations
};

/// What the tool is called with. The Office CSP only ever configures.
enum class Mode : std::uint8_t {
  kConfigure,  ///< /configure
  kDownload    ///< /download
};

/// What is known of the machine the configuration is for. Empty: nothing.
struct Target {
  std::optional<bool> windows_64bit;  ///< false: 32-bit Windows
  std::optional<bool> arm;            ///< true: an ARM processor
  std::string installed_edition;      ///< "32" or "64" when Click-to-Run Office is there
  std::optional<std::vector<std::string>> installed_products;  ///< Click-to-Run's IDs
};

/// What a configuration is held against.
struct CheckOptions {
  Profile profile = Profile::kOdt;  ///< how strict to be
  Mode mode = Mode::kConfigure;     ///< what it is for
  Target target;                    ///< the machine it is for
  std::int64_t now_utc = 0;         ///< seconds since 1970, for deadlines; 0: not known
};

/// What the findings come to.
enum class Verdict : std::uint8_t {
  kAccept,      ///< nothing is wrong with it
  kAcceptWarn,  ///< the tool carries it out, but something in it is old, odd or ignored
  kReject       ///< the tool refuses it, or in kStrict: would ignore or fail it
};
std::string_view verdict_name(Verdict verdict);  ///< "accept", "accept-warn", "reject"

/// What a check found.
struct Report {
  bool well_formed = false;       ///< false: no XML, and no configuration was read
  Configuration configuration;    ///< empty unless it is well-formed and a configuration
  std::vector<Finding> findings;  ///< in document order; at most some hundred
  /// What the findings come to; those that are advice do not count.
  Verdict verdict() const;
  /// The first error, or null.
  const Finding* first_error() const;
};

/// Reads and judges a document. Text that is not well-formed gives one finding, X001 or X006.
Report check(std::string_view text, const CheckOptions& options = {});

/// The same for UTF-8 that was made of characters, as the Data of a command is: the encoding that
/// an XML declaration names is that of a file which it no longer is (.NET writes "utf-16" there).
Report check_characters(std::string_view text, const CheckOptions& options = {});

/// Such text as it may be written to a file: without a declaration that names another encoding.
std::string_view as_utf8(std::string_view text);

/// One rule, for lists of them.
struct RuleInfo {
  std::string_view code;     ///< "N001"
  Severity severity;         ///< the worst it can be in the profile kOdt
  bool strict_error;         ///< an error in the profile kStrict
  std::string_view summary;  ///< one line
};
/// All of them, by code.
const std::vector<RuleInfo>& rules();
/// The rule of a code, or null.
const RuleInfo* find_rule(std::string_view code);

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_CHECK_HPP_
