// SPDX-License-Identifier: Apache-2.0
// cspkit/ddf/locuri.hpp: a LocURI taken apart. No schema is needed here: this file knows the syntax
// of OMA-TS-DM_TND 1.2.1 section 6 as Windows takes it (oma-dm-protocol-support.md), and nothing of
// what exists.
#ifndef CSPKIT_DDF_LOCURI_HPP_
#define CSPKIT_DDF_LOCURI_HPP_

#include <cspkit/export.hpp>
#include <cspkit/result.hpp>
#include <cspkit/value.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::ddf {

/// Bounds on an address. 0 is no bound.
struct UriLimits {
  std::size_t max_bytes = 4096;   ///< of the text, escapes as they are written
  std::size_t max_segments = 64;  ///< below the scope
};

/// A parsed LocURI: scope, decoded segments, query. Immutable; safe to read from many threads.
class CSPKIT_API LocUri {
 public:
  LocUri() = default;  ///< "./Device"

  /// Parses `text` (blanks around it ignored). "./A" and "A" are the same; "." is the tree's root;
  /// "./Device" and
  /// "./User" in any case name the scope, none is the device's. kBadRequest: empty text, a leading
  /// or trailing "/", an empty, "*", "." (but first) or ".." segment (decoded or not), NUL, invalid
  /// UTF-8, a malformed %-escape. kUriTooLong: beyond a limit. The query ("?prop=Name") is split
  /// off and not judged.
  static Result<LocUri> parse(std::string_view text, const UriLimits& limits = {});

  Scope scope() const { return scope_; }  ///< whose node it is
  /// True when the text began with Device or User.
  bool scope_given() const { return scope_given_; }
  /// Segments below the scope; 0 for the root.
  std::size_t size() const { return ends_.size(); }
  /// The decoded segment.
  std::string_view operator[](std::size_t index) const;
  /// What follows the "?", without it; empty when there is none.
  std::string_view query() const { return query_; }
  bool has_query() const { return has_query_; }  ///< true for a "?" with nothing behind it, too
  /// The canonical path: no scope, segments re-encoded, joined by "/"; "" for the root.
  std::string path() const;
  /// "./Device/..." or "./User/...": the canonical path with its scope; "./Device" for the root.
  std::string full() const;

 private:
  std::string decoded_;              // all segments, one after the other
  std::vector<std::uint32_t> ends_;  // where each ends
  std::string query_;
  Scope scope_ = Scope::kDevice;
  bool scope_given_ = false;
  bool has_query_ = false;
};

/// Percent-encodes one segment: RFC 3986 unreserved characters stay, the rest becomes upper-case
/// %XX of its bytes.
CSPKIT_API std::string encode_segment(std::string_view decoded);
/// Appends the same to `out`.
CSPKIT_API void append_encoded(std::string& out, std::string_view decoded);
/// Decodes one segment. kBadRequest on a malformed escape, NUL or invalid UTF-8.
CSPKIT_API Result<std::string> decode_segment(std::string_view encoded);
/// Lower-cases ASCII letters.
CSPKIT_API std::string fold(std::string_view text);
/// The same into `out`, whose memory is used again.
CSPKIT_API void fold(std::string_view text, std::string& out);
/// True when the text, folded, is `folded`.
CSPKIT_API bool folds_to(std::string_view text, std::string_view folded);
/// True when both fold to one text.
CSPKIT_API bool equal_folded(std::string_view a, std::string_view b);
/// Hashes for tables of addresses; whoever chooses the addresses must not know the seed. The second
/// is the same for all texts that fold to one.
/// @{
CSPKIT_API std::uint64_t hash_text(std::string_view text, std::uint64_t seed);
CSPKIT_API std::uint64_t hash_folded(std::string_view text, std::uint64_t seed);
/// @}
/// True when the text is valid UTF-8 (no surrogates, no overlong forms).
CSPKIT_API bool is_utf8(std::string_view text);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_LOCURI_HPP_
