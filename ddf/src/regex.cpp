// SPDX-License-Identifier: Apache-2.0
// RegEx values with PCRE2: published patterns are of the .NET and PCRE kinds, some with (?i) in the
// middle, one written as a JavaScript literal.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cspkit/value.hpp>

#include "patterns.hpp"

namespace cspkit::ddf {
namespace {

constexpr std::uint32_t kMatchLimit = 500'000;
// PCRE2 counts anew from each character where a match may begin: what it may take in all.
constexpr std::size_t kSearchLimit = 40'000'000;
constexpr std::uint32_t kDepthLimit = 5'000;
constexpr std::uint32_t kHeapLimitKib = 16 * 1024;
// The limits above count anew for each place where a match may begin: what a long text takes grows
// with the square of its length.
constexpr std::size_t kMaxTextBytes = std::size_t{16} << 10;
constexpr std::size_t kMaxPatternBytes = std::size_t{64} << 10;
constexpr std::uint32_t kParenLimit = 100;

/// Takes /.../flags apart. False when the text is no such literal.
bool strip_literal(std::string_view& pattern, std::uint32_t& options) {
  if (pattern.size() < 2 || pattern.front() != '/') return false;
  const std::size_t end = pattern.rfind('/');
  if (end == 0) return false;
  for (char flag : pattern.substr(end + 1)) {
    if (flag == 'i') {
      options |= PCRE2_CASELESS;
    } else if (flag == 'm') {
      options |= PCRE2_MULTILINE;
    } else if (flag == 's') {
      options |= PCRE2_DOTALL;
    } else if (flag != 'g' && flag != 'u' && flag != 'y') {
      return false;
    }
  }
  pattern = pattern.substr(1, end - 1);
  return true;
}

/// How often the matcher may call itself from one place of the text.
std::uint32_t match_limit(const pcre2_code* code, std::size_t text_size) {
  std::uint32_t options = 0;
  pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
  if ((options & PCRE2_ANCHORED) != 0) return kMatchLimit;
  const std::size_t share = kSearchLimit / (text_size + 1);
  return share < kMatchLimit ? static_cast<std::uint32_t>(share) : kMatchLimit;
}

}  // namespace

Regex::Regex(std::string_view pattern) {
  pattern = detail::trim(pattern);
  if (pattern.empty()) return;
  if (pattern.size() > kMaxPatternBytes) {
    problem_ = "the pattern is longer than 64 KiB";
    return;
  }
  std::uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;
  static_cast<void>(strip_literal(pattern, options));
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  if (context != nullptr) pcre2_set_parens_nest_limit(context, kParenLimit);
  code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options,
                        &error, &offset, context);
  pcre2_compile_context_free(context);
  if (code_ != nullptr) return;
  PCRE2_UCHAR message[256] = {};
  pcre2_get_error_message(error, message, sizeof message);
  problem_ = std::string(reinterpret_cast<const char*>(message)) + " at character " +
             std::to_string(offset);
}

Regex::~Regex() { pcre2_code_free(static_cast<pcre2_code*>(code_)); }

Match Regex::search(std::string_view text) const {
  if (code_ == nullptr) return Match::kYes;
  if (text.size() > kMaxTextBytes) return Match::kTooCostly;
  auto* code = static_cast<pcre2_code*>(code_);
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  if (context == nullptr || data == nullptr) {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    return Match::kTooCostly;
  }
  pcre2_set_match_limit(context, match_limit(code, text.size()));
  pcre2_set_depth_limit(context, kDepthLimit);
  pcre2_set_heap_limit(context, kHeapLimitKib);
  const int result = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0,
                                 data, context);
  pcre2_match_data_free(data);
  pcre2_match_context_free(context);
  if (result >= 0) return Match::kYes;
  const bool costly = result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_DEPTHLIMIT ||
                      result == PCRE2_ERROR_HEAPLIMIT || result == PCRE2_ERROR_NOMEMORY;
  return costly ? Match::kTooCostly : Match::kNo;
}

}  // namespace cspkit::ddf
