// SPDX-License-Identifier: Apache-2.0
#include "input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/value.hpp>
#include <cstring>

#include "descriptions.hpp"
#include "dom.hpp"
#include "reader.hpp"
#include "text.hpp"

namespace cspkit::ddf {
namespace {

bool from_utf16(std::string_view bytes, bool big, std::string& out) {
  if (bytes.size() % 2 != 0) return false;
  out.reserve(bytes.size());
  const auto unit = [&](std::size_t i) {
    const auto a = static_cast<unsigned char>(bytes[i]);
    const auto b = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<std::uint32_t>(big ? (a << 8) | b : (b << 8) | a);
  };
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    std::uint32_t c = unit(i);
    if (c >= 0xDC00 && c < 0xE000) return false;
    if (c >= 0xD800 && c < 0xDC00) {
      if (i + 2 >= bytes.size()) return false;
      const std::uint32_t low = unit(i + 2);
      if (low < 0xDC00 || low >= 0xE000) return false;
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      i += 2;
    }
    text::append_utf8(out, c);
  }
  return true;
}

bool declares_latin1(std::string_view bytes) {
  const std::string head = fold(bytes.substr(0, 200));
  return head.find("iso-8859-1") != std::string::npos || head.find("latin1") != std::string::npos ||
         head.find("windows-1252") != std::string::npos;
}

std::uint32_t line_of(std::string_view text, std::size_t offset) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  return static_cast<std::uint32_t>(std::count(text.begin(), end, '\n')) + 1;
}

std::size_t first_invalid(std::string_view text) {
  // Halving: is_utf8 is fast, and this runs once for a file that is refused.
  std::size_t good = 0;
  std::size_t step = text.size();
  while (step > 1) {
    step = step / 2;
    const std::size_t end = std::min(good + step, text.size());
    if (is_utf8(text.substr(good, end - good))) good = end;
  }
  return good;
}

}  // namespace

Status io_error(const std::string& path, const char* what, int error) {
  return Status(Code::kIo, "cannot " + std::string(what) + " \"" + path +
                               "\": " + std::string(std::strerror(error)));
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<FileBytes> read_file(const std::string& path) {
  // O_NONBLOCK: a pipe that stands where a file should be must not stop us.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return io_error(path, "open", errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return io_error(path, "examine", errno);
  if (!S_ISREG(info.st_mode)) return Status(Code::kIo, "\"" + path + "\" is not a regular file");
  FileBytes out;
  if (static_cast<std::uint64_t>(info.st_size) > kMaxDocumentBytes) {
    return Status(Code::kTooLarge, "\"" + path + "\" is larger than " +
                                       std::to_string(kMaxDocumentBytes >> 20) + " MiB");
  }
  out.stamp = static_cast<std::uint64_t>(info.st_mtim.tv_sec) * 1'000'000'000u +
              static_cast<std::uint64_t>(info.st_mtim.tv_nsec);
  out.bytes.resize(static_cast<std::size_t>(info.st_size));
  std::size_t have = 0;
  while (have < out.bytes.size()) {
    const ssize_t got = ::read(file.get(), out.bytes.data() + have, out.bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(path, "read", errno);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  out.bytes.resize(have);
  return out;
}

bool to_utf8(std::string_view bytes, std::string& storage, std::string_view& utf8,
             InputError& error) {
  const auto begins = [&](std::string_view mark) { return bytes.substr(0, mark.size()) == mark; };
  using namespace std::string_view_literals;
  const bool little = begins("\xFF\xFE"sv) || begins("<\0?\0"sv) || begins("<\0M\0"sv);
  const bool big = begins("\xFE\xFF"sv) || begins("\0<\0?"sv) || begins("\0<\0M"sv);
  if (bytes.size() > kMaxDocumentBytes) {
    error = {"D005", 0,
             "the document is larger than " + std::to_string(kMaxDocumentBytes >> 20) + " MiB"};
    return false;
  }
  if (little || big) {
    const bool marked = static_cast<unsigned char>(bytes[0]) >= 0xFE;
    if (!from_utf16(bytes.substr(marked ? 2 : 0), big, storage)) {
      error = {"D004", 0, "the document is damaged UTF-16; save it as UTF-8"};
      return false;
    }
    utf8 = storage;
  } else {
    utf8 = begins("\xEF\xBB\xBF"sv) ? bytes.substr(3) : bytes;
    if (!is_utf8(utf8)) {
      if (!declares_latin1(utf8)) {
        error = {"D004", line_of(utf8, first_invalid(utf8)),
                 "the document is not valid UTF-8; save it as UTF-8"};
        return false;
      }
      for (char c : utf8) text::append_utf8(storage, static_cast<unsigned char>(c));
      utf8 = storage;
    }
  }
  if (const std::size_t nul = utf8.find('\0'); nul != std::string_view::npos) {
    error = {"D002", line_of(utf8, nul), "the document holds a NUL character"};
    return false;
  }
  if (utf8.size() > kMaxMarkup && dom::count_bytes(utf8, '<') > kMaxMarkup) {
    error = {"D005", 0, "the document holds more than " + std::to_string(kMaxMarkup) + " elements"};
    return false;
  }
  return true;
}

bool parse_document(std::string_view utf8, dom::Document& document, InputError& error) {
  const pugi::xml_parse_result result = document.read(utf8);
  if (!result) {
    error = {"D002", line_of(utf8, result.offset < 0 ? 0 : static_cast<std::size_t>(result.offset)),
             std::string("not well-formed XML: ") + result.description()};
    return false;
  }
  const dom::Element& root = document.root();
  if (document.local_name(root) != "MgmtTree") {
    error = {"D003", line_of(utf8, root.offset),
             "the root element is <" + std::string(document.name(root)) + ">, not <MgmtTree>"};
    return false;
  }
  return true;
}

std::uint32_t declared_entity(std::string_view head) {
  const std::size_t type = head.substr(0, 64 << 10).find("<!DOCTYPE");
  if (type == std::string_view::npos) return 0;
  const std::size_t entity = head.find("<!ENTITY", type);
  return entity == std::string_view::npos ? 0 : line_of(head, entity);
}

std::vector<std::string> read_descriptions(const std::string& path, std::uint64_t size,
                                           std::uint64_t stamp) {
  const Result<FileBytes> file = read_file(path);
  if (!file || file->bytes.size() != size || file->stamp != stamp) return {};
  std::string storage;
  std::string_view utf8;
  InputError error;
  dom::Document document;
  if (!to_utf8(file->bytes, storage, utf8, error) || !parse_document(utf8, document, error))
    return {};
  return collect_descriptions(document);
}

}  // namespace cspkit::ddf
