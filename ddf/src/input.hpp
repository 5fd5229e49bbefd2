// SPDX-License-Identifier: Apache-2.0
// Bytes of a DDF file, made UTF-8 and parsed. Nothing here reads a DTD or expands an entity that
// XML itself does not define.
#ifndef CSPKIT_DDF_SRC_INPUT_HPP_
#define CSPKIT_DDF_SRC_INPUT_HPP_

#include <cspkit/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "document.hpp"

namespace cspkit::ddf {

/// Largest document read. Published ones reach 2.6 MB.
inline constexpr std::size_t kMaxDocumentBytes = std::size_t{64} << 20;
/// Most '<' in a document: what bounds the memory its DOM takes.
inline constexpr std::size_t kMaxMarkup = 12'000'000;
static_assert(kMaxMarkup < dom::Document::kMostElements);

/// An open file, closed in the end.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// kIo: "cannot open "x": No such file or directory".
Status io_error(const std::string& path, const char* what, int error);

struct FileBytes {
  std::string bytes;
  std::uint64_t stamp = 0;  ///< time of last change in ns
};
/// Reads a regular file. kIo, kTooLarge.
Result<FileBytes> read_file(const std::string& path);

/// What was wrong with a document: stable code, line, reason.
struct InputError {
  const char* code = "";
  std::uint32_t line = 0;
  std::string reason;
};

/// Makes UTF-8 of UTF-8 with or without a byte order mark, UTF-16 and, when so declared, Latin-1.
/// `utf8` views `bytes` or `storage`. False with `error` set.
bool to_utf8(std::string_view bytes, std::string& storage, std::string_view& utf8,
             InputError& error);
/// Parses; the root has to be MgmtTree. `utf8` has to stay as long as `document` is used. False
/// with `error` set.
bool parse_document(std::string_view utf8, dom::Document& document, InputError& error);
/// Line of the first entity that the document type declares; 0 when there is none. `head` is what
/// stands before the root.
std::uint32_t declared_entity(std::string_view head);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_INPUT_HPP_
